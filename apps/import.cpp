// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <cstring>
#include <memory>

#include "arguments.hpp"
#include "checks.hpp"
#include "commands.hpp"
#include "outputs.hpp"
#include "pellucid/io/import_network.hpp"
#include "pellucid/io/model_file.hpp"
#include "pellucid/io/safetensors.hpp"
#include "pellucid/model/access.hpp"

namespace pellucid::app {

namespace {

struct ImportArguments {
  std::string checkpoint, parameters, output;
};

void run_import(const ImportArguments& arguments, const Common& common) {
  check_apart({arguments.checkpoint, arguments.parameters}, {arguments.output});
  const Model model = import_network(arguments.checkpoint, arguments.parameters);
  write_model(arguments.output, model);
  if (common.quiet) return;
  fmt::print("{}: network for {} samples of shape {}{}, schedule {}\n", arguments.output,
             model.is_complex() ? "complex" : "real", shape_text(model.shape),
             model.transform == Transform::none
                 ? ""
                 : fmt::format(" in the {} domain", name(model.transform)),
             model.schedule.text());
}

// The network's tensors under the names of its authors, and nothing of ours.
template <class T>
SafeTensors tensors_of(const Model& model, const std::string& path) {
  const auto* network = std::get_if<NetworkPrior<T>>(&prior_as<T>(model));
  if (network == nullptr) {
    throw Error(
        fmt::format("{}: is a {} model, which is a .safetensors file that other programs "
                    "open as it is: export is for networks",
                    path, model.kind()));
  }
  SafeTensors content;
  for (const auto& [name, tensor] : *network->tensors) {
    Array& array = content.tensors[name];
    array.type = DType::float32;
    array.shape = tensor.shape;
    array.bytes.resize(tensor.values.size() * sizeof(float));
    std::memcpy(array.bytes.data(), tensor.values.data(), array.bytes.size());
  }
  return content;
}

struct ExportArguments {
  std::string model, output;
};

void run_export(const ExportArguments& arguments, const Common& common) {
  check_apart({arguments.model}, {arguments.output});
  const Model model = read_model(arguments.model);
  const SafeTensors content = model.is_complex()
                                  ? tensors_of<std::complex<double>>(model, arguments.model)
                                  : tensors_of<double>(model, arguments.model);
  OutputFile out(arguments.output);
  write_safetensors(out, content);
  out.commit();
  if (!common.quiet) fmt::print("{}: {} tensors\n", arguments.output, content.tensors.size());
}

}  // namespace

void add_import(CLI::App& app, const Common& common) {
  auto arguments = std::make_shared<ImportArguments>();
  auto* command = app.add_subcommand("import", "Make a model of a network that others trained");
  command
      ->add_option("CHECKPOINT", arguments->checkpoint,
                   "PyTorch checkpoint .pt, or .safetensors with tensors of the same names")
      ->required();
  command
      ->add_option("--params", arguments->parameters,
                   "The authors' sim_params.json: architecture, schedule, transform")
      ->required()
      ->type_name("JSON");
  command->add_option("-o,--output", arguments->output, "Model file to write")
      ->required()
      ->check(file_name())
      ->type_name("MODEL");
  command->footer(
      "Examples:\n"
      "  pellucid import model-425.pt --params sim_params.json -o channels.safetensors\n"
      "  pellucid denoise measured.npy -m channels.safetensors -o clean.npy --snr-db 10\n\n"
      "Networks: the CNN and U-Net of Fesl et al., layer for layer. Nothing in a checkpoint is\n"
      "executed. Such a network knows signals of zero mean and unit power per entry, and the "
      "steps\n"
      "of the schedule it was trained with.");
  command->callback([arguments, &common] { run_import(*arguments, common); });
}

void add_export(CLI::App& app, const Common& common) {
  auto arguments = std::make_shared<ExportArguments>();
  auto* command = app.add_subcommand("export", "Write a network's weights for other programs");
  command->add_option("MODEL", arguments->model, "Model file")->required();
  command->add_option("-o,--output", arguments->output, "File to write, .safetensors")
      ->required()
      ->check(file_name())
      ->type_name("FILE");
  command->footer(
      "Example:\n"
      "  pellucid export channels.safetensors -o weights.safetensors\n\n"
      "Tensors have the names of the network's authors, so that their modules load them.");
  command->callback([arguments, &common] { run_export(*arguments, common); });
}

}  // namespace pellucid::app
