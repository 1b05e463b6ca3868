// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "io/checked_json.hpp"
#include "pellucid/base/error.hpp"
#include "pellucid/reproduce/record.hpp"
#include "pellucid/reproduce/verdict.hpp"

namespace pellucid {

namespace {

using Json = nlohmann::ordered_json;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

double number_of(const Json& json) { return json.is_null() ? not_a_number : json.get<double>(); }

Json measured_json(const Measured& measured) {
  return {{"value", measured.value}, {"error", measured.error}, {"draws", measured.draws}};
}

constexpr std::array<std::string_view, 3> looks = {"marks and line", "marks", "line"};

FindingCurve::Look look_of(const std::string& text) {
  for (std::size_t i = 0; i < looks.size(); ++i) {
    if (text == looks[i]) return static_cast<FindingCurve::Look>(i);
  }
  throw Error(fmt::format("a curve's look is '{}'", text));
}

Json figure_json(const FindingFigure& figure) {
  Json curves = Json::array();
  for (const FindingCurve& curve : figure.curves) {
    Json points = Json::array();
    for (const FindingPoint& point : curve.points) {
      points.push_back(Json::array({point.x, point.y, point.error}));
    }
    curves.push_back({{"label", curve.label},
                      {"look", looks[static_cast<std::size_t>(curve.look)]},
                      {"points", std::move(points)}});
  }
  return {{"id", figure.id},
          {"title", figure.title},
          {"caption", figure.caption},
          {"x_name", figure.x_name},
          {"x_unit", figure.x_unit},
          {"y_name", figure.y_name},
          {"x_logarithmic", figure.x_logarithmic},
          {"y_logarithmic", figure.y_logarithmic},
          {"curves", std::move(curves)}};
}

FindingFigure figure_of(const Json& json) {
  FindingFigure figure{json.at("id"),
                       json.at("title"),
                       json.at("caption"),
                       json.at("x_name"),
                       json.at("x_unit"),
                       json.at("y_name"),
                       json.at("x_logarithmic"),
                       json.at("y_logarithmic"),
                       {}};
  for (const auto& one : json.at("curves")) {
    FindingCurve curve{one.at("label"), {}, look_of(one.at("look"))};
    for (const auto& point : one.at("points")) {
      curve.points.push_back(
          {number_of(point.at(0)), number_of(point.at(1)), number_of(point.at(2))});
    }
    figure.curves.push_back(std::move(curve));
  }
  return figure;
}

// Four digits are more than a picture shows.
double shown(float value) { return std::round(static_cast<double>(value) * 1e4) / 1e4; }

Json pictures_json(const FindingPictures& pictures) {
  Json rows = Json::array();
  for (const FindingPictures::Row& row : pictures.rows) {
    Json samples = Json::array();
    for (Index j = 0; j < row.samples.cols(); ++j) {
      Json values = Json::array();
      for (Index i = 0; i < row.samples.rows(); ++i) values.push_back(shown(row.samples(i, j)));
      samples.push_back(std::move(values));
    }
    rows.push_back({{"label", row.label}, {"samples", std::move(samples)}});
  }
  return {{"id", pictures.id},
          {"title", pictures.title},
          {"caption", pictures.caption},
          {"shape", pictures.shape},
          {"rows", std::move(rows)}};
}

FindingPictures pictures_of(const Json& json) {
  FindingPictures pictures{
      json.at("id"), json.at("title"), json.at("caption"), json.at("shape"), {}};
  Index entries = 1;
  for (const Index axis : pictures.shape) entries *= axis;
  for (const auto& row : json.at("rows")) {
    const auto& samples = row.at("samples");
    Eigen::MatrixXf values(entries, static_cast<Index>(samples.size()));
    for (Index j = 0; j < values.cols(); ++j) {
      const auto& sample = samples.at(static_cast<std::size_t>(j));
      if (static_cast<Index>(sample.size()) != entries) {
        throw Error(fmt::format("a picture of '{}' has {} entries, its shape {}", pictures.id,
                                sample.size(), entries));
      }
      for (Index i = 0; i < entries; ++i) {
        values(i, j) = static_cast<float>(number_of(sample.at(static_cast<std::size_t>(i))));
      }
    }
    pictures.rows.push_back({row.at("label"), std::move(values)});
  }
  return pictures;
}

Json settings_json(const RunSettings& settings) {
  Json json = Json::object();
  for (const auto& [name, text] : settings) json[name] = Json::parse(text);
  return json;
}

ExperimentRecord record_of(const Json& json) {
  ExperimentRecord record;
  record.name = json.at("experiment");
  for (const auto& [name, value] : json.at("settings").items()) {
    record.settings.emplace_back(name, value.dump());
  }
  record.command_line = json.at("command_line");
  record.version = json.at("version");
  record.revision = json.at("revision");
  record.date = json.at("date");
  record.machine = json.at("machine");
  record.seconds = json.at("seconds");
  record.findings.explanation = json.at("explanation");
  for (const auto& one : json.at("statements")) {
    record.findings.measured.emplace_back(
        one.at("id"),
        Measured{number_of(one.at("value")), number_of(one.at("error")), one.at("draws")});
  }
  for (const auto& one : json.at("figures")) record.findings.figures.push_back(figure_of(one));
  for (const auto& one : json.at("pictures")) record.findings.pictures.push_back(pictures_of(one));
  return record;
}

Json statement_json(const JudgedStatement& judged) {
  Json json = measured_json(judged.measured);
  json["id"] = judged.statement.id;
  json["quantity"] = judged.statement.quantity;
  json["condition"] = judged.statement.condition;
  json["side"] = judged.statement.side == Statement::Side::at_most ? "at most" : "at least";
  json["bound"] = judged.statement.bound;
  json["outcome"] = name(judged.outcome);
  return json;
}

}  // namespace

std::string record_json(const ExperimentRecord& record) {
  const Experiment& experiment = find_experiment(record.name);
  const Judgement judgement = judge(experiment, record.findings);
  Json statements = Json::array(), figures = Json::array(), pictures = Json::array();
  for (const JudgedStatement& judged : judgement.statements) {
    statements.push_back(statement_json(judged));
  }
  for (const FindingFigure& figure : record.findings.figures) {
    figures.push_back(figure_json(figure));
  }
  for (const FindingPictures& one : record.findings.pictures)
    pictures.push_back(pictures_json(one));
  const Json json{{"experiment", record.name},
                  {"paper", experiment.paper},
                  {"claim", experiment.claim},
                  {"expectation", experiment.expectation},
                  {"verdict", name(judgement.verdict)},
                  {"tests", total_statements()},
                  {"statements", std::move(statements)},
                  {"explanation", record.findings.explanation},
                  {"command_line", record.command_line},
                  {"version", record.version},
                  {"revision", record.revision},
                  {"date", record.date},
                  {"machine", record.machine},
                  {"seconds", record.seconds},
                  {"settings", settings_json(record.settings)},
                  {"figures", std::move(figures)},
                  {"pictures", std::move(pictures)}};
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

ExperimentRecord read_record(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw Error(fmt::format("{}: cannot be read", path.string()));
  constexpr int depth = 8;
  const Json json = io::parse_ordered_json(path, "the record", text.str(), depth);
  constexpr std::string_view mend = "run it again by reproduce --again";
  try {
    return record_of(json);
  } catch (const Json::exception&) {
    throw Error(fmt::format("{}: is no experiment's record: {}", path.string(), mend));
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}: {}", path.string(), error.what(), mend));
  }
}

}  // namespace pellucid
