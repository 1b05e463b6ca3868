// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "arguments.hpp"
#include "console.hpp"
#include "inputs.hpp"
#include "outputs.hpp"
#include "pellucid/io/output_file.hpp"
#include "pellucid/shrinkage/matrix_shrinkage.hpp"
#include "pellucid/version.hpp"
#include "shrink.hpp"

namespace pellucid::app {

namespace {

SampleSide sample_side(const ShrinkArguments& arguments, const InputFile& file) {
  // In memory the last axis runs down the columns.
  if (arguments.samples == "first") return SampleSide::columns;
  if (arguments.samples == "last") return SampleSide::rows;
  if (!arguments.samples.empty()) {
    throw UsageError(
        fmt::format("--samples: '{}' is no axis: choose first or last", arguments.samples));
  }
  return file.shape().size() > 2 ? SampleSide::rows : SampleSide::columns;
}

MatrixShrinkageOptions shrink_options(const ShrinkArguments& arguments, const Common& common) {
  MatrixShrinkageOptions options;
  try {
    options.rule = parse_shrinkage_rule(arguments.loss);
  } catch (const Error& error) {
    throw UsageError(fmt::format("--loss: {}", error.what()));
  }
  if (arguments.noise_std) {
    options.noise_std = parse_not_negative(*arguments.noise_std, "--noise-std");
  }
  options.centre = arguments.center;
  options.threads = common.threads;
  return options;
}

// What was found, whatever the arithmetic.
struct Findings {
  Index variables = 0, samples = 0;
  MatrixEstimate<double> estimate;  // without its matrix
  std::string remark;
};

template <class T>
Findings findings_of(MatrixEstimate<T>&& estimate, SampleSide side, std::string remark) {
  const bool by_columns = side == SampleSide::columns;
  const Index rows = estimate.matrix.rows(), columns = estimate.matrix.cols();
  return {by_columns ? rows : columns,
          by_columns ? columns : rows,
          {{},
           estimate.noise_std,
           std::move(estimate.estimated_noise),
           estimate.rank,
           estimate.variance_removed,
           estimate.fraction_removed,
           std::move(estimate.singular_values),
           std::move(estimate.shrunk),
           estimate.predicted_error},
          std::move(remark)};
}

template <class T>
Findings shrink_file(const InputFile& file, MatrixShrinkageOptions options, ArrayWriter& writer) {
  Matrix<T> noisy = file.read<T>(0, file.count());
  const Index dim = noisy.rows(), count = noisy.cols();
  if (options.samples == SampleSide::rows) {
    const Index looks = file.shape().back();
    noisy.resize(looks, noisy.size() / looks);  // the same memory
  }
  MatrixEstimate<T> estimate = file.named(
      [&] { return renamed([&] { return shrink_matrix<T>(noisy, options); }, shrink_error); });
  const Eigen::Map<const Matrix<T>> samples(estimate.matrix.data(), dim, count);
  writer.write(from_samples<T>(samples, file.signal_shape()));
  return findings_of<T>(std::move(estimate), options.samples, writer.remark());
}

std::string json_of(const Findings& found, const ShrinkArguments& arguments, const Common& common) {
  const MatrixEstimate<double>& estimate = found.estimate;
  const auto& noise = estimate.estimated_noise;
  const auto effective = static_cast<double>(found.samples - (arguments.center ? 1 : 0));
  const auto numbers = [](const Eigen::VectorXd& values) {
    return std::vector<double>(values.begin(), values.end());
  };
  nlohmann::ordered_json json = {{"version", version},
                                 {"command_line", common.command_line},
                                 {"loss", arguments.loss},
                                 {"variables", found.variables},
                                 {"samples", found.samples},
                                 {"centered", arguments.center},
                                 {"gamma", static_cast<double>(found.variables) / effective},
                                 {"noise_std", estimate.noise_std},
                                 {"estimator", noise ? name(noise->estimator) : "given"},
                                 {"interval", nullptr},
                                 {"certainty", nullptr},
                                 {"note", nullptr},
                                 {"rank", estimate.rank},
                                 {"variance_removed", estimate.variance_removed},
                                 {"fraction_removed", estimate.fraction_removed},
                                 {"predicted_error", estimate.predicted_error},
                                 {"singular_values", numbers(estimate.singular_values)},
                                 {"shrunk_singular_values", numbers(estimate.shrunk)}};
  if (noise) {
    json["interval"] = noise->interval;
    json["certainty"] = name(noise->certainty);
    if (!noise->note.empty()) json["note"] = noise->note;
  }
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

void print(const Findings& found, const ShrinkArguments& arguments, const std::string& output) {
  const MatrixEstimate<double>& estimate = found.estimate;
  std::string noise = "given";
  if (const auto& estimated = estimate.estimated_noise) {
    noise = fmt::format("{}, 95 % {:.4g} to {:.4g}", name(estimated->estimator),
                        estimated->interval[0], estimated->interval[1]);
    if (!estimated->note.empty()) {
      noise += fmt::format("; {}: {}", name(estimated->certainty), estimated->note);
    }
  }
  fmt::print(summary_stream(arguments.output),
             "{}: {} variables, {} samples{}\n"
             "noise std         {:.6g} ({})\n"
             "rank              {} of {}\n"
             "variance removed  {:.6g} per entry ({:.3g} %)\n",
             output, found.variables, found.samples, found.remark, estimate.noise_std, noise,
             estimate.rank, estimate.singular_values.size(), estimate.variance_removed,
             100 * estimate.fraction_removed);
}

}  // namespace

void run_shrink_matrix(const ShrinkArguments& arguments, const Common& common) {
  MatrixShrinkageOptions options = shrink_options(arguments, common);
  Console console(common.quiet);
  const Inputs inputs({arguments.matrix});
  if (inputs.files().size() != 1) {
    throw Error(
        fmt::format("{}: holds {} arrays: name one", arguments.matrix, inputs.files().size()));
  }
  const InputFile& file = inputs.files().front();
  options.samples = sample_side(arguments, file);
  check_apart({arguments.matrix}, {arguments.output, arguments.json});
  std::optional<OutputFile> json;
  if (!arguments.json.empty()) json.emplace(arguments.json);
  Outputs outputs(inputs.files(), arguments.output);
  Findings found;
  dispatch(inputs.is_complex(), inputs.is_double(), [&]<class T>() {
    found = shrink_file<T>(file, options, outputs.open(0, dtype_of<T>()));
  });
  if (json) json->write(json_of(found, arguments, common));
  console.check_stop();
  outputs.commit();
  if (json) json->commit();
  if (!common.quiet) print(found, arguments, outputs.name(0));
}

}  // namespace pellucid::app
