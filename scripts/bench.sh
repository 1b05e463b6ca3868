#!/bin/bash
# Runs every benchmark: the C++ programs, then the comparisons with Python libraries. Google
# Benchmark's options may follow. Usage: bench.sh BUILD_FOLDER [--benchmark_filter=...]
set -euo pipefail
cd "$(dirname "$0")/.."

readonly build=$1
shift
for program in "$build"/bin/bench/*; do
  [[ -x $program ]] || continue
  echo "== ${program##*/}"
  "$program" "$@"
done
# Those that need nothing but the packages of group bench and PyPI; the others are run by hand.
for script in bench/compare.py bench/compare_sklearn.py bench/scaling.py; do
  echo "== $script"
  PELLUCID_BUILD=$build /usr/bin/python3 "$script"
done
