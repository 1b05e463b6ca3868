#!/bin/bash
# All checks of the sources' form; runs every one, then fails when any did. Needs the release build
# (compile_commands.json, the generated header and the program). Usage: lint.sh BUILD_FOLDER
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

readonly build=${1:-build/release}
readonly longest_file=350

# Overridable, for machines with several versions; tidy.sh reads CLANG_TIDY.
readonly clang_format=${CLANG_FORMAT:-clang-format}

cpp_files() {
  local folder folders=()
  for folder in apps bench examples include src tests; do
    [[ -d $folder ]] && folders+=("$folder")
  done
  find "${folders[@]}" \( -name '*.cpp' -o -name '*.hpp' \) | LC_ALL=C sort
}

shell_files() {
  echo .ci/run
  find examples scripts tests -name '*.sh' | LC_ALL=C sort
}

check_format() {
  cpp_files | xargs "$clang_format" --dry-run -Werror
}

# The library, the program and the benchmarks; tests would double the time for their macros, and
# libtorch's headers are no C++20 to clang.
check_tidy() {
  local database=$build/compile_commands.json status=0
  [[ -f $database ]] || { echo "$database: not found; run make build first"; return 1; }
  : > "$build/tidy-passed"
  sed -n "s|^ *\"file\": \"$PWD/\(.*\)\",*\$|\1|p" "$database" |
    grep -E '^(apps|bench|src)/' | grep -v '^src/training/torch_' | LC_ALL=C sort -u |
    xargs -P "$(nproc)" -n 1 scripts/tidy.sh "$build" || status=1
  LC_ALL=C sort -k 2 -o "$build/tidy-passed" "$build/tidy-passed"
  cmp -s "$build/tidy-passed" .ci/tidy-passed ||
    echo "lint: to spare others these checks: cp $build/tidy-passed .ci/ and commit it"
  return $status
}

check_shell() {
  shell_files | xargs shellcheck
}

check_licence_lines() {
  local lacking
  lacking=$(cpp_files | xargs grep -L '^// SPDX-License-Identifier: BSD-3-Clause$')
  [[ -z $lacking ]] || { echo "no SPDX licence line in: $lacking"; return 1; }
}

# A user includes one header and has them all.
check_umbrella() {
  local header status=0
  while read -r header; do
    grep -qF "#include \"${header#include/}\"" include/pellucid/pellucid.hpp ||
      { echo "include/pellucid/pellucid.hpp: does not include ${header#include/}"; status=1; }
  done < <(find include/pellucid -mindepth 2 -name '*.hpp' | LC_ALL=C sort)
  return $status
}

check_reference() {
  scripts/reference.sh "$build/bin/pellucid" | diff -u docs/reference.md - ||
    { echo "docs/reference.md is stale: run make docs and commit it"; return 1; }
}

warn_long_files() {
  { cpp_files; shell_files; } | xargs wc -l | awk -v longest="$longest_file" \
    '$2 != "total" && $1 > longest { printf "warning: %s: %d lines, above %d\n", $2, $1, longest }'
}

failed=()
for check in format licence_lines umbrella shell reference tidy; do
  echo "lint: $check"
  "check_$check" || failed+=("$check")
done
warn_long_files
if [[ ${#failed[@]} -gt 0 ]]; then
  echo "lint: FAILED: ${failed[*]}"
  exit 1
fi
echo "lint: all checks passed"
