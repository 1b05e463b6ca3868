// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "arguments.hpp"
#include "console.hpp"
#include "inputs.hpp"
#include "outputs.hpp"
#include "pellucid/io/output_file.hpp"
#include "pellucid/shrinkage/matrix_shrinkage.hpp"
#include "pellucid/shrinkage/patch_shrinkage.hpp"
#include "pellucid/version.hpp"
#include "shrink.hpp"

namespace pellucid::app {

namespace {

std::vector<Index> parse_patch(const std::string& text) {
  std::vector<Index> patch;
  std::size_t start = 0;
  while (start <= text.size()) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    const std::optional<double> length = read_number(text.substr(start, end - start));
    if (!length || !(*length >= 1) || *length > 1e9 || *length != std::floor(*length)) {
      throw UsageError(fmt::format(
          "--patch: '{}' is no window: give whole numbers from 1, one for each axis but the last, "
          "5,5,5",
          text));
    }
    patch.push_back(static_cast<Index>(*length));
    start = end + 1;
  }
  return patch;
}

// One number, or the numbers of a file that has the array's shape without its last axis.
std::vector<double> read_noise(const std::string& text, const std::vector<Index>& voxels) {
  if (const std::optional<double> number = read_number(text)) {
    return {parse_not_negative(text, "--noise-std")};
  }
  const InputFile file(text);
  if (file.shape() != voxels) {
    throw Error(fmt::format("{}: is of shape {}: noise levels of these voxels have the shape {}",
                            text, shape_text(file.shape()), shape_text(voxels)));
  }
  const Matrix<double> levels = file.read<double>(0, file.count());
  if (levels.minCoeff() < 0) {
    throw Error(
        fmt::format("{}: holds a negative number: standard deviations are 0 or more", text));
  }
  return {levels.reshaped().begin(), levels.reshaped().end()};
}

PatchOptions patch_options(const ShrinkArguments& arguments, const std::vector<Index>& voxels,
                           const Common& common, Console& console) {
  PatchOptions options;
  options.patch = parse_patch(arguments.patch);
  try {
    options.rule = parse_shrinkage_rule(arguments.loss);
  } catch (const Error& error) {
    throw UsageError(fmt::format("--loss: {}", error.what()));
  }
  if (arguments.noise_std) options.noise_std = read_noise(*arguments.noise_std, voxels);
  options.threads = common.threads;
  options.monitor = &console;
  return options;
}

struct Maps {
  Eigen::VectorXd noise_std, rank, removed;
  std::string remark;
};

// What is told of a map: its mean and range over the voxels that count, which are those with
// anything in any map.
struct Range {
  Range(const Eigen::VectorXd& map, const Maps& maps) {
    Index count = 0;
    for (Index v = 0; v < map.size(); ++v) {
      if (maps.noise_std[v] == 0 && maps.rank[v] == 0 && maps.removed[v] == 0) continue;
      least = count == 0 ? map[v] : std::min(least, map[v]);
      most = std::max(most, map[v]);
      mean += map[v];
      ++count;
    }
    mean /= static_cast<double>(std::max<Index>(count, 1));
  }
  double mean = 0, least = 0, most = 0;
};

class MapWriters {
 public:
  MapWriters(const ShrinkArguments& arguments, const std::vector<Index>& shape) {
    const std::string* names[] = {&arguments.noise_map, &arguments.rank_map,
                                  &arguments.removed_map};
    for (std::size_t i = 0; i < std::size(names); ++i) {
      if (!names[i]->empty()) writers_[i] = create_array(*names[i], DType::float32, shape);
    }
    shape_ = shape;
  }
  void write(const Maps& maps) {
    const Eigen::VectorXd* values[] = {&maps.noise_std, &maps.rank, &maps.removed};
    for (std::size_t i = 0; i < std::size(writers_); ++i) {
      if (!writers_[i]) continue;
      const Index count = shape_.front();
      const Matrix<float> samples =
          values[i]->cast<float>().reshaped(values[i]->size() / count, count);
      writers_[i]->write(from_samples<float>(samples, {shape_.begin() + 1, shape_.end()}));
    }
  }
  void commit() {
    for (const auto& writer : writers_) {
      if (writer) writer->commit();
    }
  }

 private:
  std::array<std::unique_ptr<ArrayWriter>, 3> writers_;
  std::vector<Index> shape_;
};

template <class T>
Maps shrink_file(const InputFile& file, const PatchOptions& options, ArrayWriter& writer) {
  Matrix<T> noisy = file.read<T>(0, file.count());
  const Index dim = noisy.rows(), count = noisy.cols(), looks = file.shape().back();
  noisy.resize(looks, noisy.size() / looks);  // the same memory
  PatchShrinkage<T> result = file.named([&] {
    return renamed([&] { return shrink_patches<T>(noisy, file.shape(), options); }, shrink_error);
  });
  const Eigen::Map<const Matrix<T>> samples(result.denoised.data(), dim, count);
  writer.write(from_samples<T>(samples, file.signal_shape()));
  return {std::move(result.noise_std), std::move(result.rank), std::move(result.removed),
          writer.remark()};
}

std::string json_of(const Maps& maps, const ShrinkArguments& arguments, const Common& common,
                    const std::vector<Index>& shape, const PatchOptions& options) {
  const Range noise(maps.noise_std, maps), rank(maps.rank, maps), removed(maps.removed, maps);
  const nlohmann::ordered_json json = {
      {"version", version},
      {"command_line", common.command_line},
      {"loss", arguments.loss},
      {"patch", options.patch},
      {"shape", shape},
      {"noise_std", noise.mean},
      {"estimator", options.noise_std.empty() ? "windows" : "given"},
      {"noise_std_range", {noise.least, noise.most}},
      {"rank", rank.mean},
      {"rank_range", {rank.least, rank.most}},
      {"variance_removed", removed.mean}};
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

void print(const Maps& maps, const ShrinkArguments& arguments, const std::string& output,
           const std::vector<Index>& shape, bool given) {
  const Range noise(maps.noise_std, maps), rank(maps.rank, maps), removed(maps.removed, maps);
  fmt::print(summary_stream(arguments.output),
             "{}: {} voxel{}, {} looks, windows of {}{}\n"
             "noise std         {:.6g}, {:.6g} to {:.6g} ({})\n"
             "rank              {:.4g}, {:.4g} to {:.4g}\n"
             "variance removed  {:.6g} per entry\n",
             output, maps.rank.size(), maps.rank.size() == 1 ? "" : "s", shape.back(),
             arguments.patch, maps.remark, noise.mean, noise.least, noise.most,
             given ? "given" : "estimated", rank.mean, rank.least, rank.most, removed.mean);
}

}  // namespace

void run_shrink_patches(const ShrinkArguments& arguments, const Common& common) {
  Console console(common.quiet);
  const Inputs inputs({arguments.matrix});
  if (inputs.files().size() != 1) {
    throw Error(
        fmt::format("{}: holds {} arrays: name one", arguments.matrix, inputs.files().size()));
  }
  const InputFile& file = inputs.files().front();
  const std::vector<Index>& shape = file.shape();
  const std::vector<Index> voxels(shape.begin(), shape.end() - 1);
  const PatchOptions options = patch_options(arguments, voxels, common, console);
  std::vector<std::string> read = {arguments.matrix};
  if (options.noise_std.size() > 1) read.push_back(*arguments.noise_std);
  check_apart(read, {arguments.output, arguments.json, arguments.noise_map, arguments.rank_map,
                     arguments.removed_map});
  std::optional<OutputFile> json;
  if (!arguments.json.empty()) json.emplace(arguments.json);
  Outputs outputs(inputs.files(), arguments.output);
  std::optional<MapWriters> writers;
  if (!voxels.empty()) writers.emplace(arguments, voxels);
  Maps maps;
  dispatch(inputs.is_complex(), inputs.is_double(), [&]<class T>() {
    maps = shrink_file<T>(file, options, outputs.open(0, dtype_of<T>()));
  });
  if (json) json->write(json_of(maps, arguments, common, shape, options));
  writers->write(maps);
  console.check_stop();
  outputs.commit();
  writers->commit();
  if (json) json->commit();
  if (!common.quiet) {
    print(maps, arguments, outputs.name(0), shape, !options.noise_std.empty());
  }
}

}  // namespace pellucid::app
