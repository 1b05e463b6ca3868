// SPDX-License-Identifier: BSD-3-Clause
#include "report/gallery.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/levels.hpp"
#include "report/picture_cells.hpp"
#include "report/sound_cells.hpp"
#include "report/text.hpp"

namespace pellucid::report {
namespace {

std::string cells_html(const std::string& kind, Index count, const std::string& name,
                       const std::string& cells) {
  return fmt::format(
      "<div class=\"cells {}\" style=\"--n:{}\" role=\"img\" aria-label=\"{} {}, {}\">{}</div>",
      kind, count, count, count == 1 ? "sample" : "samples", escape(name), cells);
}

// The weight of every level's cells, for the selection. Those of one strip weigh about the same,
// so only its first and last are made.
template <class Cell>
Eigen::MatrixXd weights(const std::vector<ShownLevel>& levels, Index samples, const Cell& cell) {
  Eigen::MatrixXd bytes = Eigen::MatrixXd::Zero(static_cast<Index>(levels.size()), samples);
  for (std::size_t level = 0; level < levels.size(); ++level) {
    for (const Strip& strip : levels[level].strips) {
      const Index count = std::min(samples, strip.samples->cols());
      if (count == 0) continue;
      const std::size_t first = cell(strip, 0).size();
      const std::size_t last = count > 1 ? cell(strip, count - 1).size() : first;
      bytes.row(static_cast<Index>(level)).head(count).array() +=
          static_cast<double>(std::max(first, last));
    }
  }
  return bytes;
}

std::string picture_strip(const PictureCells& cells, const Strip& strip, const Selection& shown,
                          bool is_clean) {
  const Index count = std::min(shown.samples, strip.samples->cols());
  std::string text;
  for (Index i = 0; i < count; ++i) {
    text += cells.cell(strip.samples->col(i), shown.share, is_clean ? -1 : i);
  }
  return fmt::format("<div class=\"strip\"{}>{}{}</div>\n", series_attribute(strip),
                     who_html(strip), cells_html(cells.kind(), count, strip.name, text));
}

std::string pictures_html(const Gallery& gallery, std::vector<ShownLevel> levels) {
  const PictureCells cells(gallery);
  const Strip clean{"clean", "", std::nullopt, &gallery.clean};
  for (ShownLevel& level : levels) level.strips.insert(level.strips.begin(), clean);
  const Index samples = gallery.clean.cols();
  const auto weight = weights(levels, samples, [&](const Strip& strip, Index i) {
    return cells.cell(strip.samples->col(i), 1.0, i);
  });
  const Selection shown =
      select(weight, Eigen::VectorXd::Zero(samples), gallery_budget, cells.least_share());

  std::string blocks;
  for (const std::size_t i : shown.levels) {
    std::string strips;
    for (const Strip& strip : levels[i].strips) {
      strips += picture_strip(cells, strip, shown, &strip == &levels[i].strips.front());
    }
    blocks += level_html(levels[i], strips);
  }
  const std::string note = fmt::format(
      "The same test samples clean, with noise, and estimated from the noisy ones{}. {}{}",
      cells.form().curve ? " (the clean ones pale behind)" : "", cells.legend(),
      left_out_text(shown, samples, levels.size(), "samples", cells.part_text(shown.share)));
  return section_html(
      "gallery", "Side by side", note,
      fmt::format("{}<div class=\"levels {}{}\">\n{}</div>\n", cells.outlines(shown.samples),
                  cells.kind(), shown.samples == 1 ? " single" : "", blocks));
}

std::string card(const SoundCells& cells, const Strip& strip, Index i, double share,
                 const std::string& name) {
  return fmt::format("<div class=\"card\"{}>{}\n{}</div>\n", series_attribute(strip),
                     who_html(strip), cells.cell(strip.samples->col(i), share, name));
}

// One strip's clips.
std::string clip_cards(const SoundCells& cells, const Strip& strip, const Selection& shown) {
  std::string text;
  for (Index i = 0; i < shown.samples; ++i) {
    Strip one = strip;
    if (shown.samples > 1) one.name += fmt::format(", clip {}", i + 1);
    text += card(cells, one, i, shown.share, one.name);
  }
  return "<div class=\"cards\">\n" + text + "</div>\n";
}

// Cards of one sound each, those of a clip together.
std::string sound_cards(const SoundCells& cells, const std::vector<Strip>& strips,
                        const Selection& shown, const std::string& where) {
  std::string text;
  for (Index i = 0; i < shown.samples; ++i) {
    const std::string clip = shown.samples > 1 ? fmt::format("clip {}", i + 1) : "";
    if (!clip.empty()) text += fmt::format("<p class=\"clip\">Clip {}</p>\n", i + 1);
    text += "<div class=\"cards\">\n";
    for (const Strip& strip : strips) {
      if (i >= strip.samples->cols()) continue;
      const std::string name = strip.name + where + (clip.empty() ? "" : ", " + clip);
      text += card(cells, strip, i, shown.share, name);
    }
    text += "</div>\n";
  }
  return text;
}

std::string sounds_html(const Gallery& gallery, const std::vector<ShownLevel>& levels) {
  const SoundCells cells(gallery);
  const Strip clean{"clean", "", std::nullopt, &gallery.clean};
  const Index samples = gallery.clean.cols();
  const auto weight = weights(levels, samples, [&](const Strip& strip, Index i) {
    return cells.cell(strip.samples->col(i), 1.0, strip.name);
  });
  Eigen::VectorXd once(samples);
  for (Index i = 0; i < samples; ++i) {
    once[i] = static_cast<double>(cells.cell(gallery.clean.col(i), 1.0, "").size());
  }
  const Selection shown = select(weight, once, gallery_budget, cells.least_share());

  std::string blocks;
  for (const std::size_t i : shown.levels) {
    const std::string where = fmt::format(", SNR {} dB", number_text(levels[i].snr_db));
    blocks += level_html(levels[i], sound_cards(cells, levels[i].strips, shown, where));
  }
  const std::string note = fmt::format(
      "The same clips clean, with noise, and estimated from the noisy ones; the errors are those "
      "of all test samples. {}{}",
      cells.legend(),
      left_out_text(shown, samples, levels.size(), "clips", cells.part_text(shown.share)));
  return section_html(
      "gallery", "Listen and compare", note,
      fmt::format("<figure class=\"before\"><figcaption>Without noise</figcaption>\n{}</figure>\n"
                  "<div class=\"levels sounds\">\n{}</div>\n",
                  clip_cards(cells, clean, shown), blocks));
}

}  // namespace

std::string side_by_side_html(const Gallery& gallery, const std::vector<Series>& series) {
  if (gallery.clean.cols() == 0 || gallery.levels.empty()) return "";
  const auto levels = shown_levels(gallery, series);
  return gallery.sample_rate > 0 ? sounds_html(gallery, levels) : pictures_html(gallery, levels);
}

std::string generated_html(const Gallery& gallery) {
  const Index count = gallery.generated.cols();
  if (count == 0) return "";
  const Strip strip{"generated", "", std::nullopt, &gallery.generated};
  const std::vector<ShownLevel> one = {{0.0, std::nullopt, {strip}}};
  const Eigen::VectorXd none = Eigen::VectorXd::Zero(count);
  const std::string start =
      "Drawn from the model by the reverse process with re-sampling, starting from pure noise. ";
  if (gallery.sample_rate > 0) {
    const SoundCells cells(gallery);
    const auto weight = weights(one, count, [&](const Strip& s, Index i) {
      return cells.cell(s.samples->col(i), 1.0, s.name);
    });
    const Selection shown = select(weight, none, generated_budget, cells.least_share());
    return section_html("generated", "Generated samples",
                        start + cells.legend() +
                            left_out_text(shown, count, 1, "clips", cells.part_text(shown.share)),
                        clip_cards(cells, strip, shown));
  }
  const PictureCells cells(gallery);
  const auto weight = weights(
      one, count, [&](const Strip& s, Index i) { return cells.cell(s.samples->col(i), 1.0); });
  const Selection shown = select(weight, none, generated_budget, cells.least_share());
  std::string text;
  for (Index i = 0; i < shown.samples; ++i)
    text += cells.cell(gallery.generated.col(i), shown.share);
  return section_html(
      "generated", "Generated samples",
      start + cells.legend() +
          left_out_text(shown, count, 1, "samples", cells.part_text(shown.share)),
      cells_html("generated " + cells.kind(), shown.samples, "generated", text) + "\n");
}

}  // namespace pellucid::report
