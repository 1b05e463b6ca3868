# Run by every build: the commit of SOURCE into OUTPUT, which is written where it changes.
find_program(GIT git)
set(revision "")
if(GIT)
  execute_process(COMMAND ${GIT} -C ${SOURCE} describe --always --dirty --exclude=* --abbrev=10
                  OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/version.hpp"

namespace pellucid {

std::string_view revision() noexcept { return "@revision@"; }

}  // namespace pellucid
]])
