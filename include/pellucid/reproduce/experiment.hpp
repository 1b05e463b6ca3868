// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "pellucid/base/monitor.hpp"
#include "pellucid/base/run_settings.hpp"
#include "pellucid/reproduce/findings.hpp"
#include "pellucid/training/network_trainer.hpp"

namespace pellucid {

/// A test that is part of an experiment's definition, stated before any run.
struct Statement {
  enum class Side { at_most, at_least };
  std::string id;         ///< "low-snr", unique in its experiment
  std::string quantity;   ///< what is compared: "excess over the MMSE at 0 dB with T = 1000"
  std::string condition;  ///< under which the claim is tested: "random mixture, 0 dB, exact start"
  Side side = Side::at_most;
  double bound = 0.0;
};

/// What an experiment is run with.
struct ReproduceOptions {
  bool quick = false;  ///< smaller sizes, the same statements
  std::uint64_t seed = 1;
  int threads = 0;
  std::filesystem::path images = "/usr/share/datasets/fashion-mnist";
  std::filesystem::path sounds = "/usr/share/asterisk/sounds/en_US_f_Allison";
  /// Where models that experiments fit are kept, to be used again; empty: nowhere.
  std::filesystem::path models;
  /// Gives what trains networks; throws `Error` where there is none.
  std::function<const NetworkTrainer&()> trainer;
};

/// One claim of a paper beside the truth.
struct Experiment {
  std::string name;                   ///< "cme-gap-vs-steps"
  std::string paper;                  ///< "arXiv 2403.02957"
  std::string claim;                  ///< no more than the abstract says, or "not claimed: ..."
  std::string expectation;            ///< what the mathematics says (docs/findings.md has why)
  std::string time;                   ///< in full, one thread: "9 min"
  std::vector<Statement> statements;  ///< of which the claim's verdict is made
  RunSettings (*settings)(const ReproduceOptions&);  ///< every size that decides the result
  Findings (*run)(const ReproduceOptions&, Monitor*);
  std::string data = {};  ///< what it reads and where that is from; empty: nothing
};

/// All experiments, in the order in which `reproduce all` runs them.
[[nodiscard]] const std::vector<Experiment>& experiments();

/// Throws `Error` listing the names there are.
[[nodiscard]] const Experiment& find_experiment(std::string_view name);

}  // namespace pellucid
