#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Is the calibrated number of steps right? Judged on channels that calibration never saw.

Calibrates a channel model on channels of its own (seed 1), then estimates fresh ones (seed 2) by the
calibrated method, by one step and by the schedule's full chain, on the same noise. For every SNR:
the three errors, and the paired difference between the calibrated method and the better of the two
others with its standard error. Asked: at most 2 standard errors or 0.5 %, and at most 8 evaluations.
`--train` fits a network to such channels first (seed 3), so that they are its own distribution.

    bench/judge_calibration.py [--write docs/networks.md]
    bench/judge_calibration.py --train 20000 --epochs 20
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from support import environment
from support.channels import channels
from support.tables import replace_between, table

GOLDEN = environment.ROOT / "tests/data/golden"
LEVELS = (-10, -5, 0, 5, 10, 15, 20)
METHODS = {"calibrated": ["--method", "auto"],
           "one step": ["--method", "one-step"],
           "full chain": ["--method", "mean-forwarding", "--steps", "all"]}


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=environment.build_folder() / "bin/pellucid")
    parser.add_argument("--channels", type=int, default=2000, help="to calibrate on, and to judge")
    parser.add_argument("--train", type=int, metavar="COUNT",
                        help="fit a network to so many channels instead of importing cnn_3gpp")
    parser.add_argument("--network", default="cnn", help="to train [cnn]")
    parser.add_argument("--epochs", type=int, help="of that training [its default]")
    parser.add_argument("--model", help="a channel model that is there already")
    parser.add_argument("--keep", help="write the calibrated model here")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--write", metavar="PAGE", help="put the table between its marks")
    return parser.parse_args()


def run(options, *words):
    command = [str(options.program), "--threads", str(options.threads), *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.stderr}")
    return done.stdout


def make_model(options, folder):
    if options.model:
        return options.model
    model = folder / "channels.safetensors"
    if options.train:
        np.save(folder / "train.npy", channels(options.train, 3))
        more = ["--epochs", options.epochs] if options.epochs else []
        run(options, "fit", folder / "train.npy", "--prior", "network", "--network",
            options.network, "--transform", "dft", "-o", model, *more)
    else:
        run(options, "import", GOLDEN / "cnn_3gpp.pt", "--params",
            GOLDEN / "cnn_3gpp.sim_params.json", "-o", model)
    return model


def steps_by_level(folder):
    rows = json.loads((folder / "trials.json").read_text())["results"]
    return {row["snr_db"]: (row["steps"], row["precision"]) for row in rows if row["chosen"]}


def judge(options, folder, model, clean, snr_db):
    """{method: squared error of every channel} on one draw of noise."""
    random = np.random.default_rng(5)
    noise = random.standard_normal((*clean.shape, 2)) @ np.array([1, 1j]) / np.sqrt(2)
    noise_std = 10 ** (-snr_db / 20)
    np.save(folder / "noisy.npy", (clean + noise_std * noise).astype(np.complex64))
    errors = {}
    for method, words in METHODS.items():
        out = folder / "estimate.npy"
        run(options, "denoise", folder / "noisy.npy", "-m", model, "-o", out, "--noise-std",
            noise_std, *words)
        errors[method] = (np.abs(np.load(out) - clean) ** 2).sum(axis=(1, 2))
    return errors


def row(snr_db, chosen, errors, power):
    nmse = {method: values.sum() / power.sum() for method, values in errors.items()}
    better = min(("one step", "full chain"), key=nmse.get)
    difference = errors["calibrated"] - errors[better]
    mean = difference.mean() / power.mean()
    error = difference.std(ddof=1) / np.sqrt(len(difference)) / power.mean()
    holds = mean <= 2 * error or mean <= 0.005 * nmse[better]
    return [f"{snr_db}", f"{chosen[0]} ({chosen[1]})",
            *(f"{nmse[method]:.4g}" for method in METHODS), better, f"{mean:+.2g} ± {error:.1g}",
            "yes" if holds and chosen[0] <= 8 else "NO"]


def main():
    options = arguments()
    head = ["SNR, dB", "steps", *METHODS, "better of both", "difference to it", "as asked"]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        model = make_model(options, folder)
        np.save(folder / "validation.npy", channels(options.channels, 1))
        calibrated = options.keep or folder / "calibrated.safetensors"
        run(options, "calibrate", folder / "validation.npy", "-m", model, "-o", calibrated,
            "--snr-db", "-10:5:20", "--json", folder / "trials.json")
        chosen = steps_by_level(folder)
        clean = channels(options.channels, 2)
        power = (np.abs(clean) ** 2).sum(axis=(1, 2))
        rows = [row(level, chosen[level], judge(options, folder, calibrated, clean, level), power)
                for level in LEVELS]
    text = table(head, rows)
    print(text)
    if options.write:
        mark = "trained calibration" if options.train or options.model else "calibration"
        replace_between(options.write, mark, text)


if __name__ == "__main__":
    main()
