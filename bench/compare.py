#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The exact conditional mean E[x | y] of a Gaussian mixture: Pellucid beside what Python has.

NumPy in several forms, the loops of the published reference code, scikit-learn and cplx-gmm (which
have posterior weights, no conditional mean). Every answer is checked against solves in double
precision before it is timed. All take turns (A B A B ...), a ratio belongs to one round; medians
and quartiles over the rounds. Makes itself a virtual environment in build/ with the packages.

    make bench                                  # builds what this needs, then runs it
    bench/compare.py --write docs/performance.md
    bench/compare.py --quick --cases K128_N64_n10000 --isa avx2
"""

import argparse
import json
import os
import pathlib
import sys
import time

from support import environment

CASES = ("K128_N64_n10000", "K128_N64_n1000", "K64_N784_n1000", "complex_K32_N64_n10000")
METHODS = ("reference", "loop", "two", "two_chunked", "one", "one_formed", "sklearn", "cplx_gmm")


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9, help="turns of each [9]")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=CASES, metavar="CASE",
                        help="of " + ", ".join(CASES) + " [all]")
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=METHODS, metavar="METHOD",
                        help="of " + ", ".join(METHODS) + " [all]")
    parser.add_argument("--quick", action="store_true", help="3 rounds")
    parser.add_argument("--isa", help="PELLUCID_ISA for Pellucid's process")
    parser.add_argument("--blas-core", help="OPENBLAS_CORETYPE for NumPy, SkylakeX say")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)),
                        help="of NumPy and of Pellucid [all cores]")
    parser.add_argument("--program",
                        default=environment.build_folder() / "bin/conditional_mean_once")
    parser.add_argument("--json", default=environment.ROOT / "build/bench/compare.json")
    parser.add_argument("--write", metavar="PAGE", help="put the tables between its marks")
    options = parser.parse_args()
    if options.quick:
        options.rounds = 3
    if not pathlib.Path(options.program).exists():
        parser.error(f"{options.program}: not built; make bench, or ninja conditional_mean_once")
    return options


def tables(rows, options, about):
    from support.baselines import METHODS as methods
    from support.tables import significant, table

    shown = [(k, label) for k, label, _ in methods if any(k in row["ratio"] for row in rows)]

    def start(row):
        return [row["case"], row["type"], f"{row['snr_db']:g}"]

    def ratio(row, key):
        if key not in row["ratio"]:
            return ""
        low, median, high = (significant(value) for value in row["ratio"][key])
        return f"**{median}** ({low}-{high})"

    heads = ["case", "type", "SNR, dB"]
    labels = [label for _, label in shown]
    times = table(
        [*heads, "active", "exp(entropy)", "Pellucid", *labels],
        [[*start(row), f"{row['active']:.1f}", f"{row['effective']:.1f}",
          *(significant(row["us_per_sample"][key]) if key in row["us_per_sample"] else ""
            for key in ("pellucid", *(k for k, _ in shown)))] for row in rows])
    ratios = table([*heads, *labels],
                   [[*start(row), *(ratio(row, key) for key, _ in shown)] for row in rows])
    errors = table(
        [*heads, "single against double: worst", "median", "against solves, worst of a subset",
         "setup, s"],
        [[*start(row), *(f"{row[key]:.1e}" if key in row else ""
                         for key in ("error_worst", "error_median", "error_exact")),
          significant(row["setup_s"])] for row in rows])
    return f"""{about}

Microseconds per sample, medians of {options.rounds} rounds. `active`: components with a posterior weight
above 1e-6, mean over samples; `exp(entropy)` of the weights likewise.

{times}

How many times Pellucid's time the others take: **median** of the rounds' ratios (quartiles).

{ratios}

Relative errors of a sample, |difference| / |truth|; setup is what building the denoiser takes once,
for all noise levels.

{errors}"""


def main():
    options = arguments()
    environment.set_threads(options.threads, options.blas_core)
    environment.enter_venv()
    from support import comparison
    from support.tables import replace_between

    begin = time.time()
    rows = comparison.run(options)
    about = (f"Commit {environment.commit()}, {time.strftime('%Y-%m-%d')}, {options.threads} threads of"
             f" {environment.processor()}; {environment.versions()}."
             + (f" PELLUCID_ISA={options.isa}." if options.isa else "")
             + (f" OPENBLAS_CORETYPE={options.blas_core} for NumPy." if options.blas_core else ""))
    text = tables(rows, options, about)
    print(text)
    out = pathlib.Path(options.json)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps({"about": about, "rounds": options.rounds, "rows": rows}, indent=1,
                              default=float))
    out.with_suffix(".md").write_text(text + "\n")
    if options.write:
        replace_between(options.write, "compare", text)
    print(f"\n{out}, {out.with_suffix('.md')}: {time.time() - begin:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
