#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""One evaluation of the channel estimators' network: Pellucid beside PyTorch on this processor.

PyTorch (Debian's python3-torch) in the forms that people use: eager, frozen and optimised for
inference, channels last, each with the batch as it is and split by hand into pieces of 16, and in
bf16; oneDNN by itself where bench/onednn_once was built; Pellucid in each of its precisions. Both sides' outputs are compared first. All take turns;
medians over the rounds, and ratios within a round.

    bench/compare_pytorch.py --write docs/networks.md
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

GOLDEN = environment.ROOT / "tests/data/golden"
STEP = 50
PIECE = 16
# Largest error over largest entry that each precision may have.
PRECISIONS = {"f32": 1e-5, "bf16x3": 5e-5, "bf16": 3e-2}


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9, help="turns of each [9]")
    parser.add_argument("--batches", type=int, nargs="+", default=(1, 512))
    parser.add_argument("--threads", type=int, nargs="+", default=(1, 2))
    parser.add_argument("--bin", type=pathlib.Path, default=environment.build_folder() / "bin")
    parser.add_argument("--json", default=environment.ROOT / "build/bench/pytorch.json")
    parser.add_argument("--write", metavar="PAGE", help="put the table between its marks")
    return parser.parse_args()


def torch_network(tensors):
    """The authors' layers as PyTorch modules; one step, so its scale and shift are constants."""
    import numpy as np
    import torch

    def layer(name):
        weight = torch.from_numpy(tensors[name + ".weight"].astype(np.float32))
        conv = torch.nn.Conv2d(weight.shape[1], weight.shape[0], 3, padding="same")
        conv.weight.data, conv.bias.data = weight, torch.from_numpy(
            tensors[name + ".bias"].astype(np.float32))
        return conv

    frequencies = np.exp(-np.log(1e4) * np.arange(8) / 7)
    embedding = np.concatenate([np.sin((STEP - 1) * frequencies), np.cos((STEP - 1) * frequencies)])
    both = (tensors["time_mlp.time_linear1.weight"] @ embedding
            + tensors["time_mlp.time_linear1.bias"]).astype(np.float32)

    class Modulation(torch.nn.Module):
        def __init__(self):
            super().__init__()
            half = len(both) // 2
            self.scale = torch.nn.Parameter(torch.from_numpy(1 + both[:half])[:, None, None])
            self.shift = torch.nn.Parameter(torch.from_numpy(both[half:])[:, None, None])

        def forward(self, x):
            return x * self.scale + self.shift

    relu = torch.nn.ReLU
    return torch.nn.Sequential(
        layer("cnn_pre.conv_pre0"), relu(), layer("cnn_pre.conv_pre1"), Modulation(),
        layer("cnn_post.conv_post0"), relu(), layer("cnn_post.conv_post1"), relu(),
        layer("cnn_post.conv_post2")).eval()


def forms(network, x):
    """{name: (function, input)} of PyTorch."""
    import copy

    import torch

    frozen = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(network, x)))
    last = copy.deepcopy(network).to(memory_format=torch.channels_last)
    low = copy.deepcopy(last).to(torch.bfloat16)
    x_last = x.contiguous(memory_format=torch.channels_last)
    found = {"f32 eager": (network, x), "f32 frozen": (frozen, x), "f32 channels last": (last, x_last),
             "bf16 channels last": (low, x_last.to(torch.bfloat16))}
    if len(x) > PIECE:
        for name, (function, data) in list(found.items()):
            if name == "f32 frozen":
                function = torch.jit.optimize_for_inference(
                    torch.jit.freeze(torch.jit.trace(network, x[:PIECE])))
            found[f"{name}, 16 at a time"] = (split(function), data)
    return found


def split(function):
    import torch

    return lambda data: torch.cat([function(piece) for piece in data.split(PIECE)])


class Pellucid:
    """A program of bench/ that answers lines: MODEL IN.npy OUT.npy THREADS MORE..."""

    program = "network_once"

    def __init__(self, options, folder, signals, threads, *more):
        import numpy as np

        self.out = folder / f"{self.program}-{'-'.join(more)}.npy"
        np.save(folder / "in.npy", signals)
        command = [options.bin / self.program, folder / "model.safetensors", folder / "in.npy",
                   self.out, threads, *more]
        self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            raise SystemExit(f"{self.program} ended; its message is above")

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()

    def time(self, repeat):
        return float(self.ask(f"run {STEP} {repeat}"))

    def end(self):
        self.process.stdin.close()
        self.process.wait()

    def outputs(self):
        import numpy as np

        self.ask("write")
        return np.load(self.out)


class OneDnn(Pellucid):
    """The same layers by oneDNN, where bench/onednn_once was built."""

    program = "onednn_once"


def case(options, folder, network, batch, threads):
    """Rows {form: [seconds of every round]}."""
    import numpy as np
    import torch

    torch.set_num_threads(threads)
    signals = np.random.default_rng(1).standard_normal((batch, 2, 64, 16)).astype(np.float32)
    both = {f"oneDNN {p}": OneDnn(options, folder, signals, threads, p) for p in ("f32", "bf16")
            if (options.bin / OneDnn.program).exists()}
    ours = {f"pellucid {precision}": Pellucid(options, folder, signals, threads, precision)
            for precision in PRECISIONS}
    repeat = max(1, 200 // batch)
    seconds = {}
    with torch.inference_mode():
        x = torch.from_numpy(signals)
        theirs = forms(network, x)
        reference = network(x).numpy()
        for name, process in (ours | both).items():
            process.time(1)
            error = np.abs(process.outputs() - reference).max() / np.abs(reference).max()
            if error > PRECISIONS[name.split()[1]]:
                raise SystemExit(f"{name}: outputs differ by {error:.2g}")
        for function, data in theirs.values():
            for _ in range(3):
                function(data)
        for _ in range(options.rounds):
            for name, process in (ours | both).items():
                seconds.setdefault(name, []).append(process.time(repeat))
            for name, (function, data) in theirs.items():
                begin = time.perf_counter()
                for _ in range(repeat):
                    function(data)
                seconds.setdefault(name, []).append((time.perf_counter() - begin) / repeat)
    for process in (ours | both).values():
        process.end()
    return seconds


def ratios(seconds, form):
    """How many times the time of each of Pellucid's precisions a form takes; "" for its own."""
    if form.startswith("pellucid"):
        return [""] * len(PRECISIONS)
    return [f"{statistics.median(a / b for a, b in zip(seconds[form], ours)):.2f}"
            for ours in (seconds[f"pellucid {precision}"] for precision in PRECISIONS)]


def main():
    options = arguments()
    import torch
    from support.safetensors import read_safetensors
    from support.tables import replace_between, significant, table

    rows, results = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for command in (["import", GOLDEN / "cnn_3gpp.pt", "--params",
                         GOLDEN / "cnn_3gpp.sim_params.json", "-o", folder / "model.safetensors"],
                        ["export", folder / "model.safetensors", "-o", folder / "w.safetensors"]):
            subprocess.run([str(w) for w in (options.bin / "pellucid", *command, "--quiet")],
                           check=True)
        _, tensors = read_safetensors(folder / "w.safetensors")
        network = torch_network(tensors)
        for batch in options.batches:
            for threads in options.threads:
                seconds = case(options, folder, network, batch, threads)
                results.append({"batch": batch, "threads": threads, "seconds": seconds})
                best = min((n for n in seconds if n.startswith("f32")),
                           key=lambda n: statistics.median(seconds[n]))
                for form, times in seconds.items():
                    rows.append([batch, threads, form + (" (best f32)" if form == best else ""),
                                 significant(1e3 * statistics.median(times)),
                                 *ratios(seconds, form)])
    header = ["batch", "threads", "form", "ms per step", *(f"times ours in {p}" for p in PRECISIONS)]
    text = f"""Commit {environment.commit()}, {time.strftime('%Y-%m-%d')}, {environment.processor()};
PyTorch {torch.__version__}; medians of {options.rounds} rounds.

{table(header, rows)}"""
    print(text)
    out = pathlib.Path(options.json)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(results, indent=1))
    if options.write:
        replace_between(options.write, "pytorch", text)


if __name__ == "__main__":
    sys.exit(main())
