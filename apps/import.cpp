// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <memory>

#include "arguments.hpp"
#include "checks.hpp"
#include "commands.hpp"
#include "inputs.hpp"
#include "outputs.hpp"
#include "pellucid/io/import_network.hpp"
#include "pellucid/io/model_file.hpp"

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

struct ExportArguments {
  std::string model, output;
};

void run_export(const ExportArguments& arguments, const Common& common) {
  check_apart({arguments.model}, {arguments.output});
  const Model model = read_model(arguments.model);
  OutputFile out(arguments.output);
  const Index count = renamed([&] { return export_network(out, model); },
                              [&](const Error& error) {
                                return Error(fmt::format("{}: {}", arguments.model, error.what()));
                              });
  out.commit();
  if (!common.quiet) fmt::print("{}: {} tensors\n", arguments.output, count);
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
      ->check(model_file_name())
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
      ->check(model_file_name())
      ->type_name("FILE");
  command->footer(
      "Example:\n"
      "  pellucid export channels.safetensors -o weights.safetensors\n\n"
      "Tensors have the names of the network's authors, so that their modules load them.");
  command->callback([arguments, &common] { run_export(*arguments, common); });
}

}  // namespace pellucid::app
