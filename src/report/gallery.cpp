// SPDX-License-Identifier: BSD-3-Clause
#include "report/gallery.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "pellucid/base/error.hpp"
#include "report/pictures.hpp"
#include "report/series.hpp"
#include "report/text.hpp"

namespace pellucid::report {
namespace {

constexpr int smooth_from =
    96;  // pictures this wide are not enlarged, so their pixels need no edges

class GalleryText {
 public:
  explicit GalleryText(const Gallery& gallery)
      : gallery_(gallery), form_(gallery.shape), range_(scale_of(gallery)) {
    if (form_.curve) range_ = range_.widened(0.25F);
  }

  std::string level(const Gallery::Level& level, const std::vector<EvaluationRow>& rows) const {
    std::string text = fmt::format("<figure class=\"level\"><figcaption>SNR {} dB{}</figcaption>\n",
                                   number_text(level.snr_db), noise_text(level.snr_db, rows));
    text += strip("clean", "", gallery_.clean);
    text += strip("noisy", nmse_text(find_row(rows, level.snr_db, "least-squares")), level.noisy);
    for (const auto& estimate : level.estimates) {
      const auto* row = find_row(rows, level.snr_db, estimate.method, estimate.model);
      text +=
          strip(estimate_label(estimate.model, estimate.method), nmse_text(row), estimate.samples);
    }
    return text + "</figure>\n";
  }

  std::string generated() const {
    return fmt::format(
        "<div class=\"cells generated {}\" role=\"img\" aria-label=\"{} generated samples\">{}"
        "</div>\n",
        cell_class(), gallery_.generated.cols(), cells(gallery_.generated, false));
  }

  // What the pictures' values mean.
  [[nodiscard]] std::string legend() const {
    const std::string quantity = gallery_.magnitude ? "Magnitudes" : "Values";
    const std::string low = number_text(static_cast<double>(range_.low), 3);
    const std::string high = number_text(static_cast<double>(range_.high), 3);
    if (form_.curve) {
      return fmt::format(
          "{} from {} (bottom) to {} (top) over entries 1 to {}; what lies outside is cut off.",
          quantity, low, high, form_.width);
    }
    if (form_.channels == 3) {
      return fmt::format("{} of each colour from {} to {}; what lies outside is cut off.", quantity,
                         low, high);
    }
    return fmt::format(
        "{} from <span class=\"range\">{} <span class=\"scale\" style=\"background:{}\"></span> to "
        "{}</span>; what lies outside "
        "is cut off.",
        quantity, low,
        gallery_.magnitude ? colour_map_gradient() : "linear-gradient(to right,#000,#fff)", high);
  }

  [[nodiscard]] bool curves() const { return form_.curve; }

 private:
  static ValueRange scale_of(const Gallery& gallery) {
    return ValueRange(gallery.clean.size() > 0 ? gallery.clean : gallery.generated);
  }

  static std::string noise_text(double snr_db, const std::vector<EvaluationRow>& rows) {
    const auto same = [&](const EvaluationRow& row) { return row.snr_db == snr_db; };
    const auto row = std::find_if(rows.begin(), rows.end(), same);
    if (row == rows.end()) return "";
    return fmt::format(" <span>noise standard deviation {}</span>", number_text(row->noise_std));
  }

  static std::string nmse_text(const EvaluationRow* row) {
    return row == nullptr ? "" : "NMSE " + significant(row->nmse, 3);
  }

  [[nodiscard]] std::string cell_class() const {
    if (form_.curve) return "curves";
    return form_.width < smooth_from ? "pixels" : "smooth";
  }

  [[nodiscard]] std::string strip(const std::string& name, const std::string& nmse,
                                  const Eigen::MatrixXf& samples) const {
    return fmt::format(
        "<div class=\"strip\"><div class=\"who\" title=\"{0}\"><b>{0}</b><span>{1}</span></div>"
        "<div class=\"cells {2}\" style=\"--n:{3}\" role=\"img\" aria-label=\"{3} samples, {0}\">"
        "{4}</div></div>\n",
        escape(name), nmse, cell_class(), samples.cols(), cells(samples, name != "clean"));
  }

  [[nodiscard]] std::string cells(const Eigen::MatrixXf& samples, bool with_clean) const {
    if (samples.cols() > 0 && samples.rows() != form_.entries()) {
      throw Error(
          fmt::format("report: pictures have {} entries, their shape says {}: give samples "
                      "of that shape",
                      samples.rows(), form_.entries()));
    }
    std::string text;
    for (Index i = 0; i < samples.cols(); ++i) {
      if (form_.curve) {
        const bool behind = with_clean && i < gallery_.clean.cols();
        const Eigen::VectorXf reference =
            behind ? Eigen::VectorXf(gallery_.clean.col(i)) : Eigen::VectorXf();
        text += small_curve(samples.col(i), reference, range_);
      } else {
        text += picture(samples.col(i), form_, range_, gallery_.magnitude);
      }
    }
    return text;
  }

  const Gallery& gallery_;
  SampleForm form_;
  ValueRange range_;
};

std::string section(const char* heading, const std::string& note, const std::string& body) {
  return fmt::format("<section>\n<h2>{}</h2>\n<p class=\"note\">{}</p>\n{}</section>\n", heading,
                     note, body);
}

}  // namespace

std::string side_by_side_html(const Gallery& gallery, const std::vector<EvaluationRow>& rows) {
  if (gallery.clean.cols() == 0 || gallery.levels.empty()) return "";
  const GalleryText text(gallery);
  std::string blocks =
      text.curves() ? "<div class=\"levels curves\">\n" : "<div class=\"levels\">\n";
  for (const auto& level : gallery.levels) blocks += text.level(level, rows);
  return section("Side by side",
                 "The same test samples clean, with noise, and estimated from the noisy ones" +
                     std::string(text.curves() ? " (the clean ones pale behind). " : ". ") +
                     text.legend(),
                 blocks + "</div>\n");
}

std::string generated_html(const Gallery& gallery) {
  if (gallery.generated.cols() == 0) return "";
  const GalleryText text(gallery);
  return section("Generated samples",
                 "Drawn from the model by the reverse process with re-sampling, starting from pure "
                 "noise. " +
                     text.legend(),
                 text.generated());
}

}  // namespace pellucid::report
