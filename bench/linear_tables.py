# SPDX-License-Identifier: BSD-3-Clause
"""The tables of docs/linear.md on alignment and linear processes, as the program measures them.

Usage: linear_tables.py PROGRAM [TABLE...]; tables: alignment, shapes, power, renoise (all).
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

SPIKES = "64,32,16,8,4,2,1,0.5"


def analyze(program, *arguments):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out.json"
        command = [program, "-q", "analyze", *map(str, arguments), "--json", str(path)]
        subprocess.run(command, check=True)
        return json.loads(path.read_text())


def table(*columns):
    print("| " + " | ".join(columns) + " |")
    print("| " + " | ".join("---" for _ in columns) + " |")


def row(*cells):
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def alignment(program):
    """Nearer as d grows at d / n = 1/2; fewer repetitions where they take long."""
    table("d", "n", "repetitions", "mean abs difference", "with mixing")
    for d, repeats in ((64, 10), (128, 10), (256, 10), (512, 10), (1024, 4), (2048, 1)):
        out = analyze(program, "alignment", "--spikes", SPIKES, "--dim", d, "--samples", 2 * d,
                      "--repeats", repeats)
        row(d, 2 * d, repeats, f"{out['mean_difference']:.4f}",
            f"{out['mean_difference_mixing']:.4f}")


def shapes(program):
    table("d / n", "data", "mean abs difference", "with mixing")
    for n in (1024, 512, 256, 64):
        for flags in ((), ("--complex",), ("--center",)):
            out = analyze(program, "alignment", "--spikes", SPIKES, "--dim", 256, "--samples", n,
                          "--repeats", 10, *flags)
            kind = flags[0][2:] if flags else "real"
            kind = {"centre": "real, centred (n - 1)"}.get(kind, kind)
            row(f"{256 / n:g}", kind, f"{out['mean_difference']:.4f}",
                f"{out['mean_difference_mixing']:.4f}")


def process(program, seed, high, steps, mode, samples, fresh="noise"):
    return analyze(program, "trajectory", "--spikes", SPIKES, "--dim", 256, "--samples", samples,
                   "--noise-std", f"0.05:{high}:{steps}log", "--mode", mode, "--fresh", fresh,
                   "--generate", "-n", 1, "--bands", 1, "--seed", seed)


def power(program, seeds=range(1, 11)):
    """Second-to-first variance ratio of the product of 100 projections."""
    table("noise from", "drawn anew", "ratio: median", "smallest ... largest",
          "cos2 of the first: least", "power iteration")
    for fresh in ("noise", "all", "none"):
        for high in (10, 5, 3):
            ratios, cosines, plain = [], [], []
            for seed in seeds:
                last = process(program, seed, high, 100, "project", 512, fresh)["results"][-1]
                ratios.append(last["product"][1] / last["product"][0])
                cosines.append(last["leading_cos2"])
                plain.append(last["power_ratio"])
            row(high, fresh, f"{np.median(ratios):.1e}", f"{min(ratios):.1e} ... {max(ratios):.1e}",
                f"{min(cosines):.3f}", f"{np.median(plain):.1e}")


def renoise(program, seeds=range(1, 6)):
    """Generated over training variances: the common factor, and how far ratios are from common."""
    table("d / n", "steps", "common factor", "largest deviation from it")
    for samples in (2560, 512, 128):
        for steps in (50, 100, 200):
            factors, spread = [], []
            for seed in seeds:
                linear = process(program, seed, 10, steps, "renoise", samples)["linear"]
                ratios = np.array(linear["generated"]) / np.array(linear["training"])
                common = np.exp(np.log(ratios).mean())
                factors.append(common)
                spread.append(np.abs(ratios / common - 1).max())
            row(f"{256 / samples:g}", steps, f"{np.mean(factors):.3f}", f"{100 * max(spread):.1f} %")


def main():
    program, names = sys.argv[1], sys.argv[2:] or ["alignment", "shapes", "power", "renoise"]
    for name in names:
        print(f"\n{name}\n")
        globals()[name](program)


if __name__ == "__main__":
    main()
