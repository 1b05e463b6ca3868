#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Errors of all noise estimators from -10 to 30 dB, as a table for docs/linear.md.

Three kinds of data, to which white noise of a known level is added: a 1000 x 500 matrix of rank 10;
100 test images of Fashion-MNIST, with a mixture fitted to the training images; a recording of
speech, with mixtures of short-time spectra and of frames fitted to the other recordings. Cells are
100 (estimate / truth - 1), means over draws of the noise; * marks estimates that call themselves
doubtful, < upper bounds, in at least half of the draws. `auto` does not know the truth.

    bench/noise_table.py --program build/dev/bin/pellucid
    bench/noise_table.py --write docs/linear.md
"""

import argparse
import gzip
import json
import pathlib
import subprocess
import tempfile

import numpy as np
from scipy.io import wavfile

FASHION = pathlib.Path("/usr/share/datasets/fashion-mnist")
SOUNDS = pathlib.Path("/usr/share/asterisk/sounds/en_US_f_Allison")
RECORDING = "demo-congrats.wav"
BEGIN, END = "<!-- noise table: begin -->", "<!-- noise table: end -->"


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="pellucid", help="the program [pellucid]")
    parser.add_argument("--draws", type=int, default=3, help="draws of the noise [3]")
    parser.add_argument("--step", type=int, default=5, help="dB between rows [5]")
    parser.add_argument("--models", type=pathlib.Path, help="folder that keeps fitted models")
    parser.add_argument("--write", metavar="FILE", help="replace the table in this document")
    return parser.parse_args()


class Program:
    def __init__(self, path):
        self.path = path

    def run(self, *words):
        subprocess.run([self.path, *map(str, words), "--quiet"], check=True)

    def noise(self, file, folder, *words):
        """The estimate, or None where the estimator has nothing to say."""
        out = folder / "noise.json"
        done = subprocess.run([self.path, "noise", file, "--json", out, "--quiet",
                               *map(str, words)], capture_output=True, text=True)
        return json.loads(out.read_text()) if done.returncode == 0 else None


def matrix():
    rng = np.random.default_rng(1)
    x = rng.standard_normal((1000, 10)) @ rng.standard_normal((10, 500))
    return x / np.sqrt(np.mean(x**2))


def images():
    raw = gzip.open(FASHION / "t10k-images-idx3-ubyte.gz").read()
    return np.frombuffer(raw, np.uint8, offset=16).reshape(-1, 28, 28)[:100].astype(float)


def speech():
    rate, x = wavfile.read(SOUNDS / RECORDING)
    return rate, x / 32768


def power(x, samples):
    return float(np.mean((x - x.mean(axis=0 if samples else None)) ** 2))


def fit_models(program, folder):
    """Fits what is not there yet."""
    train = folder / "speech"
    train.mkdir(exist_ok=True)
    for file in sorted(SOUNDS.glob("*.wav")):
        link = train / file.name
        if file.name != RECORDING and not link.exists():
            link.symlink_to(file)
    wanted = {
        "fashion": (FASHION / "train-images-idx3-ubyte.gz", "--first", 30000, "--components", 32,
                    "--passes", 6),
        "gaussian": (FASHION / "train-images-idx3-ubyte.gz", "--prior", "gaussian"),
        "stft": (train, "--transform", "stft", "--components", 32, "--passes", 10),
        "frames": (train, "--frame", 64, "--hop", 16, "--components", 32, "--passes", 10,
                   "--vectors", 60000),
    }
    models = {name: folder / f"{name}.safetensors" for name in wanted}
    for name, words in wanted.items():
        if not models[name].exists():
            program.run("fit", *words, "-o", models[name])
    return models


def cell(program, folder, write, noise_std, draws, words):
    errors, marks = [], []
    for draw in range(draws):
        found = program.noise(write(noise_std, draw), folder, *words)
        if found is None:
            return "-"
        errors.append(100 * (found["noise_std"] / noise_std - 1))
        marks.append({"doubtful": "\\*", "bound": "<"}.get(found["certainty"], ""))
    mark = max(set(marks), key=lambda m: (marks.count(m), m))
    return f"{np.mean(errors):+.1f}{mark}"


def table(program, folder, title, x, samples, write_file, columns, options):
    signal = power(x, samples)
    lines = [f"| {title}, dB | " + " | ".join(columns) + " |",
             "| ---: |" + " ---: |" * len(columns)]

    def write(noise_std, draw):
        rng = np.random.default_rng(100 + draw)
        return write_file(x + noise_std * rng.standard_normal(x.shape))

    for snr in range(-10, 31, options.step):
        noise_std = np.sqrt(signal * 10 ** (-snr / 10))
        cells = [cell(program, folder, write, noise_std, options.draws, words)
                 for words in columns.values()]
        lines.append(f"| {snr} | " + " | ".join(cells) + " |")
        print(lines[-1], flush=True)
    return lines


def tables(program, folder, models, options):
    def save(name):
        def write(x):
            np.save(folder / name, x)
            return folder / name
        return write

    rate, sound = speech()

    def save_sound(x):
        wavfile.write(folder / "noisy.wav", rate, x.astype(np.float32))
        return folder / "noisy.wav"

    def by(estimator, model=None):
        return ("--estimator", estimator, *(("-m", models[model]) if model else ()))

    return [
        table(program, folder, "1000 x 500, rank 10", matrix(), True, save("matrix.npy"),
              {"median": by("median"), "edge": by("edge"), "wavelet": by("wavelet"),
               "auto": by("auto")}, options),
        table(program, folder, "100 images", images(), True, save("images.npy"),
              {"median": by("median"), "edge": by("edge"), "wavelet": by("wavelet"),
               "likelihood, mixture": by("likelihood", "fashion"),
               "likelihood, Gaussian": by("likelihood", "gaussian"),
               "auto": by("auto"), "auto, mixture": by("auto", "fashion")}, options),
        table(program, folder, "speech", sound, False, save_sound,
              {"wavelet": by("wavelet"), "likelihood, stft": by("likelihood", "stft"),
               "likelihood, frames": by("likelihood", "frames"), "auto": by("auto"),
               "auto, stft": by("auto", "stft"), "auto, frames": by("auto", "frames")}, options),
    ]


def main():
    options = arguments()
    program = Program(options.program)
    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made)
        kept = options.models or folder
        kept.mkdir(parents=True, exist_ok=True)
        models = fit_models(program, kept)
        text = "\n\n".join("\n".join(lines)
                           for lines in tables(program, folder, models, options))
    if options.write:
        path = pathlib.Path(options.write)
        before, _, rest = path.read_text().partition(BEGIN)
        _, _, after = rest.partition(END)
        path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")
    else:
        print(f"\n{text}")


if __name__ == "__main__":
    main()
