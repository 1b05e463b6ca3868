#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Seconds and peak memory of `pellucid denoise` and `fit` over two decades of samples and of K.

Random full mixtures in 64 dimensions, single precision, 10 dB. The run with one sample - starting,
reading the model, eigenbases - is shown apart; the rest should grow as the samples and as K.

    bench/scaling.py --write docs/performance.md
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from support import environment

DIM = 64
SAMPLES = (1000, 3000, 10000, 30000, 100000)
COMPONENTS = (2, 6, 20, 60, 200)
FIXED_COMPONENTS = 32  # while the samples grow
FIXED_SAMPLES = 30000  # while K grows
FIT_SAMPLES = (3000, 10000, 30000, 100000, 300000)
FIT_COMPONENTS = (2, 6, 20, 60, 200)
FIT_PASSES = (2, 7)  # the difference is five passes, without starting and k-means++


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=environment.build_folder() / "bin/pellucid")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each, in turn [5]")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--json", default=environment.ROOT / "build/bench/scaling.json")
    parser.add_argument("--write", metavar="PAGE", help="put the tables between its marks")
    options = parser.parse_args()
    if not pathlib.Path(options.program).exists():
        parser.error(f"{options.program}: not built; make build")
    return options


# A child's peak counts from its fork, when it still is a copy of its parent: so a small parent.
LAUNCHER = """
import os, sys, time
begin = time.perf_counter()
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(pid, 0)
print(time.perf_counter() - begin, usage.ru_maxrss / 1024)
sys.exit(status != 0)
"""


def measured(command):
    """Wall-clock seconds, and the peak resident memory in MiB, of a program."""
    launcher = [sys.executable, "-I", "-S", "-c", LAUNCHER]
    done = subprocess.run([*launcher, *command], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: failed")
    return tuple(float(word) for word in done.stdout.split())


class Folder:
    """Models and samples of every size, made once."""

    def __init__(self, path):
        self.path = pathlib.Path(path)

    def model(self, components):
        from support.mixture import Mixture
        from support.safetensors import write_safetensors

        path = self.path / f"model{components}.safetensors"
        if not path.exists():
            mixture = Mixture.random(components, DIM)
            tensors = {k: getattr(mixture, k) for k in ("weights", "means", "covariances")}
            write_safetensors(path, {"kind": "mixture", "complex": "false"}, tensors)
        return path

    def noisy(self, samples):
        import numpy as np

        from support.mixture import Mixture, normal

        path = self.path / f"noisy{samples}.npy"
        if not path.exists():
            rng = np.random.default_rng(1)
            x = Mixture.random(FIXED_COMPONENTS, DIM).draw(samples, rng)
            noise = normal(rng, x.shape, False)
            np.save(path, (x + 10**-0.5 * noise).astype(np.float32))
        return path


def measure(options, folder, sizes):
    """{(samples, K): (median seconds, median MiB)}, the sizes in turn in every round."""
    runs = {size: [] for size in sizes}
    for _ in range(options.rounds):
        for samples, components in sizes:
            command = [options.program, "denoise", folder.noisy(samples), "-m",
                       folder.model(components), "-o", folder.path / "out.npy", "--snr-db", "10",
                       "--threads", str(options.threads), "--quiet"]
            runs[samples, components].append(measured([str(word) for word in command]))
    return {size: tuple(statistics.median(column) for column in zip(*both))
            for size, both in runs.items()}


def measure_fits(options, folder, sizes):
    """{(samples, K): (seconds a pass, MiB)}, medians, the sizes in turn in every round."""
    runs = {size: [] for size in sizes}
    for _ in range(options.rounds):
        for samples, components in sizes:
            command = [options.program, "fit", folder.noisy(samples), "--components", components,
                       "--tolerance", "0", "-o", folder.path / "fit.safetensors", "--threads",
                       options.threads, "--quiet", "--passes"]
            few, many = (measured([str(word) for word in (*command, passes)])
                         for passes in FIT_PASSES)
            runs[samples, components].append(
                ((many[0] - few[0]) / (FIT_PASSES[1] - FIT_PASSES[0]), many[1]))
    return {size: tuple(statistics.median(column) for column in zip(*both))
            for size, both in runs.items()}


def fit_rows(results, sizes):
    """One row a size: samples, K, seconds a pass, work per sample and component, MiB."""
    from support.tables import significant

    return [[n, k, significant(results[n, k][0]), significant(1e9 * results[n, k][0] / n / k),
             f"{results[n, k][1]:.0f}"] for n, k in sizes]


def rows(results, sizes):
    """One row a size: samples, K, seconds, of these to start, work per sample and component, MiB."""
    from support.tables import significant

    out = []
    for samples, components in sizes:
        seconds, memory = results[samples, components]
        start, start_memory = results[1, components]
        work = 1e9 * (seconds - start) / samples
        out.append([samples, components, f"{seconds:.3f}", f"{start:.3f}", significant(work / 1e3),
                    significant(work / components), f"{memory:.0f}", f"{start_memory:.0f}"])
    return out


def main():
    options = arguments()
    environment.enter_venv()
    from support.tables import replace_between, table

    by_samples = [(n, FIXED_COMPONENTS) for n in SAMPLES]
    by_components = [(FIXED_SAMPLES, k) for k in COMPONENTS]
    starts = sorted({(1, k) for _, k in by_samples + by_components})
    fits = ([(n, FIXED_COMPONENTS) for n in FIT_SAMPLES], [(FIXED_SAMPLES, k) for k in FIT_COMPONENTS])
    with tempfile.TemporaryDirectory() as path:
        folder = Folder(path)
        results = measure(options, folder, starts + by_samples + by_components)
        fit_results = measure_fits(options, folder, fits[0] + fits[1])
    head = ["samples", "K", "seconds", "one sample: seconds", "more, us per sample",
            "ns per sample and component", "peak MiB", "one sample: MiB"]
    fit_head = ["samples", "K", "seconds a pass", "ns per sample and component", "peak MiB"]
    text = f"""Commit {environment.commit()}, {time.strftime('%Y-%m-%d')}, {options.threads} threads of {environment.processor()};
medians of {options.rounds} runs in turn.

{table(head, rows(results, by_samples))}

{table(head, rows(results, by_components))}

Fits of full covariances to the same samples, a pass of expectation-maximisation:

{table(fit_head, fit_rows(fit_results, fits[0]))}

{table(fit_head, fit_rows(fit_results, fits[1]))}"""
    print(text)
    out = pathlib.Path(options.json)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(
        [{"samples": n, "components": k, "seconds": s, "peak_mib": m}
         for (n, k), (s, m) in results.items()]
        + [{"samples": n, "components": k, "seconds_per_pass": s, "peak_mib": m}
           for (n, k), (s, m) in fit_results.items()], indent=1))
    if options.write:
        replace_between(options.write, "scaling", text)
    print(f"\n{out}", file=sys.stderr)


if __name__ == "__main__":
    main()
