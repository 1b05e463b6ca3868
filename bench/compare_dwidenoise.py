# SPDX-License-Identifier: BSD-3-Clause
"""`pellucid shrink --patch` beside MRtrix3's `dwidenoise` on synthetic diffusion MRI.

Both programs read and write files and run on the same threads, in turns (A B A B ...); wall and
processor time are the medians of the rounds. Errors are compared voxel by voxel against the clean
array: NMSE over all entries, and a paired test whose unit is the mean over blocks of 8 x 8 x 5
voxels, because windows make neighbouring errors dependent.

    python3 bench/compare_dwidenoise.py build/release/bin/pellucid --rounds 5
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from support.diffusion_mri import clean_signals, noisy_signals


def write_mif(path, array):
    """MRtrix's image format: a text header and the entries, the last axis fastest here."""
    axes = array.ndim
    layout = ",".join(f"+{axes - 1 - axis}" for axis in range(axes))
    header = (
        f"mrtrix image\ndim: {','.join(map(str, array.shape))}\nvox: {','.join('1' * axes)}\n"
        f"layout: {layout}\ndatatype: Float32LE\n"
    )
    offset = (len(header) + 40 + 15) // 16 * 16
    header += f"file: . {offset}\nEND\n"
    with open(path, "wb") as file:
        file.write(header.encode().ljust(offset, b"\0"))
        file.write(np.ascontiguousarray(array, "<f4").tobytes())


def read_mif(path):
    raw = Path(path).read_bytes()
    lines = raw[: raw.index(b"\nEND")].decode().splitlines()[1:]
    fields = {key: value.strip() for key, value in (line.split(":", 1) for line in lines)}
    shape = [int(size) for size in fields["dim"].split(",")]
    kind = {"Float32LE": "<f4", "Float64LE": "<f8"}[fields["datatype"]]
    order = fields["layout"].split(",")
    if any(axis[0] == "-" for axis in order):
        raise SystemExit(f"{path}: reversed axes are not read here")
    slowest_first = np.argsort([-int(axis[1:]) for axis in order])
    entries = np.frombuffer(raw, kind, np.prod(shape), int(fields["file"].split()[1]))
    return entries.reshape([shape[axis] for axis in slowest_first]).transpose(
        np.argsort(slowest_first)
    )


def timed(command):
    """Wall and processor seconds of one run."""
    before, start = os.times(), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    wall = time.perf_counter() - start
    return wall, sum(after[2:4]) - sum(before[2:4])


def squared_errors(estimate, clean):
    return ((estimate.astype(float) - clean) ** 2).mean(axis=-1)


def block_means(errors, block=(8, 8, 5)):
    """Means over blocks of voxels that lie wholly inside."""
    counts = [size // edge for size, edge in zip(errors.shape, block)]
    inside = errors[tuple(slice(0, count * edge) for count, edge in zip(counts, block))]
    shape = [number for pair in zip(counts, block) for number in pair]
    return inside.reshape(shape).mean(axis=(1, 3, 5)).ravel()


def t_statistic(differences):
    return differences.mean() / (differences.std(ddof=1) / np.sqrt(len(differences)))


def compare(arguments, folder):
    shape = tuple(int(size) for size in arguments.shape.split(","))
    clean = clean_signals(shape, arguments.seed, arguments.width)
    noisy = noisy_signals(clean, arguments.noise_std, arguments.seed + 1).astype(np.float32)
    np.save(folder / "noisy.npy", noisy)
    write_mif(folder / "noisy.mif", noisy)
    patch, threads = arguments.patch, str(arguments.threads)
    ours = [arguments.program, "shrink", folder / "noisy.npy", "-o", folder / "ours.npy"]
    ours += ["--patch", patch, "--noise-map", folder / "sigma.npy", "--threads", threads, "--quiet"]
    theirs = ["dwidenoise", "-quiet", "-force", "-nthreads", threads, "-extent", patch]
    theirs += ["-noise", folder / "sigma.mif", folder / "noisy.mif", folder / "theirs.mif"]
    times = {"pellucid": [], "dwidenoise": []}
    for _ in range(arguments.rounds):
        times["pellucid"].append(timed(ours))
        times["dwidenoise"].append(timed(theirs))

    estimates = {
        "noisy": noisy,
        "pellucid": np.load(folder / "ours.npy"),
        "dwidenoise": read_mif(folder / "theirs.mif"),
    }
    levels = {
        "pellucid": np.load(folder / "sigma.npy").mean(),
        "dwidenoise": read_mif(folder / "sigma.mif").mean(),
    }
    power = (clean**2).mean()
    errors = {name: squared_errors(estimate, clean) for name, estimate in estimates.items()}
    result = {"shape": list(clean.shape), "noise_std": arguments.noise_std, "rounds": []}
    result["nmse"] = {name: error.mean() / power for name, error in errors.items()}
    for name, pairs in times.items():
        wall, processor = np.median(np.array(pairs), axis=0)
        result[name] = {"wall_s": wall, "processor_s": processor}
        result[name]["noise_off"] = levels[name] / arguments.noise_std - 1
    blocks = {name: block_means(error) for name, error in errors.items()}
    result["t_below"] = t_statistic(blocks["dwidenoise"] - blocks["pellucid"])
    result["t_10_percent_below"] = t_statistic(0.9 * blocks["dwidenoise"] - blocks["pellucid"])
    result["voxels_better"] = (errors["pellucid"] < errors["dwidenoise"]).mean()
    result["rounds"] = times
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("program", help="pellucid")
    parser.add_argument("--shape", default="64,64,20")
    parser.add_argument("--patch", default="5,5,5")
    parser.add_argument("--noise-std", type=float, default=0.16)
    parser.add_argument("--width", type=float, default=10.0, help="smoothness of the signals")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if shutil.which("dwidenoise") is None:
        sys.exit("dwidenoise is not installed: scripts/setup.sh --bench, or apt install mrtrix3")
    with tempfile.TemporaryDirectory() as folder:
        result = compare(arguments, Path(folder))
    print(json.dumps(result, indent=2, default=float))


if __name__ == "__main__":
    main()
