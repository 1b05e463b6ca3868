#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""A training step of Pellucid beside the same step in PyTorch from Python on this processor.

The same networks (the defaults for vectors of 64 and for pictures of 28 x 28), the same batches,
loss, clipping, Adam and average; PyTorch (Debian's python3-torch) in single precision, channels
last, and under bf16 autocast. All take turns; medians over the rounds, ratios within a round. One
thread is timed by its processor time, several by the clock.

    bench/compare_training.py --write docs/networks.md
"""

import argparse
import json
import math
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

from support import environment

LOWEST, HIGHEST = -15.0, 25.0  # dB


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7, help="turns of each [7]")
    parser.add_argument("--steps", type=int, default=5, help="steps of a turn [5]")
    parser.add_argument("--threads", type=int, nargs="+", default=(1, 2))
    parser.add_argument("--kinds", nargs="+", default=("mlp", "unet"))
    parser.add_argument("--bin", type=pathlib.Path, default=environment.build_folder() / "bin")
    parser.add_argument("--json", default=environment.ROOT / "build/bench/training.json")
    parser.add_argument("--write", metavar="PAGE", help="put the table between its marks")
    return parser.parse_args()


def clock_of(threads):
    """One thread is timed by what it has of the processor, which other programs leave alone."""
    return time.process_time if threads == 1 else time.perf_counter


def embedding(level, channels):
    import torch

    half = channels // 2
    angles = level[:, None] * torch.exp(-math.log(1e4) * torch.arange(half) / (half - 1))
    return torch.cat([angles.sin(), angles.cos()], 1)


def mlp(entries=64, width=256, blocks=1, experts=128, rank=16, channels=64):
    """The formulas of docs/networks.md; a level for each group of rows."""
    import torch
    from torch import nn
    from torch.nn import functional as F

    def linear(i, o):
        return nn.Linear(i, o)

    class Mlp(nn.Module):
        def __init__(self):
            super().__init__()
            self.time = nn.ModuleList([linear(channels, channels), linear(channels, channels)])
            self.input, self.output = linear(entries, width), linear(width, entries)
            self.blocks = nn.ModuleList([nn.ModuleDict({
                "gate": linear(width, width), "value": linear(width, width),
                "time": linear(channels, 2 * width), "contract": linear(width, width)})
                for _ in range(blocks)])
            self.skip = linear(channels, 2 * entries)
            self.project, self.combine = linear(entries, experts * rank), linear(experts * rank, entries)
            self.query, self.value = (linear(channels, 2 * experts * rank) for _ in range(2))
            self.logits, self.logits_time = linear(width, experts), linear(channels, 2 * experts)
            self.offsets = linear(experts, entries)

        def forward(self, x, level):
            f = embedding(level, channels)
            for layer in self.time:
                f = F.silu(layer(f))

            def modulated(layer, u):
                scale, shift = layer(f)[:, None].chunk(2, 2)
                grouped = u.view(len(f), -1, u.shape[1])
                return ((1 + scale) * grouped + shift).view(u.shape)

            h = self.input(x)
            for b in self.blocks:
                h = h + b["contract"](F.silu(modulated(b["time"], b["gate"](h))) * b["value"](h))
            z = self.project(x)
            forms = modulated(self.query, z).square().view(-1, experts, rank).sum(2)
            p = modulated(self.logits_time, self.logits(h) - 0.5 * forms).softmax(1)
            values = modulated(self.value, z).view(-1, experts, rank) * p[:, :, None]
            return (self.output(h) + modulated(self.skip, x) - x
                    + self.combine(values.view(z.shape)) + self.offsets(p))

    return Mlp()


def unet(channels=1, first=16, multipliers=(1, 2, 4)):
    import torch
    from torch import nn
    from torch.nn import functional as F

    time_channels = 4 * first

    class Residual(nn.Module):
        def __init__(self, i, o):
            super().__init__()
            self.norm1, self.norm2 = nn.BatchNorm2d(i), nn.BatchNorm2d(o)
            self.conv1 = nn.Conv2d(i, o, 3, padding=1)
            self.conv2 = nn.Conv2d(o, o, 3, padding=1)
            self.time = nn.Linear(time_channels, 2 * o)
            self.bypass = nn.Identity() if i == o else nn.Conv2d(i, o, 3, padding=1)

        def forward(self, x, f):
            scale, shift = self.time(F.silu(f))[:, :, None, None].chunk(2, 1)
            h = self.conv1(F.silu(self.norm1(x))) * (1 + scale) + shift
            return self.conv2(F.silu(self.norm2(h))) + self.bypass(x)

    class Unet(nn.Module):
        def __init__(self):
            super().__init__()
            self.time1, self.time2 = nn.Linear(first, time_channels), nn.Linear(time_channels, time_channels)
            pads = {"kernel_size": 3, "padding": 1, "padding_mode": "replicate"}
            self.init, self.final = nn.Conv2d(channels, first, **pads), nn.Conv2d(first, channels, **pads)
            self.downs, self.ups, kept, now = nn.ModuleList(), nn.ModuleList(), [first], first
            for level, factor in enumerate(multipliers):
                self.downs.append(Residual(now, now := first * factor))
                kept.append(now)
                if level + 1 < len(multipliers):
                    self.downs.append(nn.AvgPool2d(2))
                    kept.append(now)
            self.middle = Residual(now, now)
            for level, factor in reversed(list(enumerate(multipliers))):
                for _ in range(2):
                    self.ups.append(Residual(now + kept.pop(), now := first * factor))
                if level > 0:
                    self.ups.append(nn.Upsample(scale_factor=2))
            self.norm = nn.BatchNorm2d(first)

        def forward(self, x, level):
            f = self.time2(F.silu(self.time1(embedding(level, first))))
            h = self.init(x)
            kept = [h]
            for module in self.downs:
                h = module(h, f) if isinstance(module, Residual) else module(h)
                kept.append(h)
            h = self.middle(h, f)
            for module in self.ups:
                residual = isinstance(module, Residual)
                h = module(torch.cat([h, kept.pop()], 1), f) if residual else module(h)
            return self.final(F.silu(self.norm(h)))

    return Unet()


class Torch:
    """Steps of one form: everything that a step of Pellucid does."""

    def __init__(self, network, signals, batch, group, bf16, channels_last, threads):
        import torch

        self.threads = threads
        self.network, self.batch, self.group, self.bf16 = network, batch, group, bf16
        self.format = torch.channels_last if channels_last else torch.contiguous_format
        if channels_last:
            network.to(memory_format=torch.channels_last)
        self.signals = torch.from_numpy(signals)
        self.parameters = list(network.parameters())
        self.average = [p.detach().clone() for p in self.parameters]
        self.adam = torch.optim.Adam(self.parameters, lr=1e-3, betas=(0.9, 0.99))
        self.order, self.at = torch.randperm(len(signals)), 0

    def step(self):
        import torch

        if self.at + self.batch > len(self.order):
            self.order, self.at = torch.randperm(len(self.order)), 0
        x0 = self.signals[self.order[self.at:self.at + self.batch]]
        self.at += self.batch
        levels = self.batch // self.group
        level = LOWEST + (HIGHEST - LOWEST) * (torch.arange(levels) + torch.rand(levels)) / levels
        each = level.repeat_interleave(self.group).view(-1, *[1] * (x0.ndim - 1))
        share = torch.sigmoid(each * math.log(10) / 10)
        a, s, n = share.sqrt(), (1 - share).sqrt(), torch.randn_like(x0)
        x = (a * x0 + s * n)
        if x.ndim == 4:
            x = x.contiguous(memory_format=self.format)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bf16):
            output = self.network(x, level)
        loss = (output.float() - (a * n - s * x0)).square().mean()
        self.adam.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.adam.step()
        with torch.no_grad():
            torch._foreach_mul_(self.average, 0.999)
            torch._foreach_add_(self.average, self.parameters, alpha=0.001)
        return float(loss)

    def time(self, steps):
        clock = clock_of(self.threads)
        begin = clock()
        for _ in range(steps):
            self.step()
        return (clock() - begin) / steps


class Pellucid:
    def __init__(self, options, path, kind, batch, precision, threads):
        self.threads = threads
        command = [options.bin / "training_once", path, kind, batch, precision, threads]
        self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            raise SystemExit("training_once ended; its message is above")

    def time(self, steps):
        self.process.stdin.write(f"run {steps}\n")
        self.process.stdin.flush()
        by_clock, of_processor = map(float, self.process.stdout.readline().split())
        return of_processor if self.threads == 1 else by_clock

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def case(options, folder, kind, threads):
    """{form: [seconds of every round]}; one random set of signals, as times do not depend on it."""
    import numpy as np
    import torch

    torch.set_num_threads(threads)
    shape, batch, group = ((64,), 512, 16) if kind == "mlp" else ((28, 28), 64, 1)
    signals = np.random.default_rng(1).standard_normal((5000, *shape)).astype(np.float32)
    path = folder / "signals.npy"
    np.save(path, signals)
    make = mlp if kind == "mlp" else unet
    shaped = signals if kind == "mlp" else signals[:, None]
    runs = {f"pellucid {p}": Pellucid(options, path, kind, batch, p, threads) for p in ("f32", "bf16")}
    for bf16 in (False, True):
        for last in (False,) if kind == "mlp" else (False, True):
            name = ("bf16 autocast" if bf16 else "f32") + (" channels last" if last else "")
            runs[name] = Torch(make(), shaped, batch, group, bf16, last, threads)
    for run in runs.values():
        run.time(2)
    seconds = {name: [] for name in runs}
    for _ in range(options.rounds):
        for name, run in runs.items():
            seconds[name].append(run.time(options.steps))
    for name in ("pellucid f32", "pellucid bf16"):
        runs[name].end()
    return batch, seconds


def main():
    options = arguments()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", str(max(options.threads)))
    import torch
    from support.tables import replace_between, significant, table

    rows, results = [], []
    with tempfile.TemporaryDirectory() as name:
        for kind in options.kinds:
            for threads in options.threads:
                batch, seconds = case(options, pathlib.Path(name), kind, threads)
                results.append({"kind": kind, "threads": threads, "seconds": seconds})
                for form, times in seconds.items():
                    ratios = [statistics.median(t / o for t, o in zip(times, seconds[ours]))
                              for ours in ("pellucid f32", "pellucid bf16")]
                    rows.append([f"{kind}, {batch} signals", threads, form,
                                 significant(1e3 * statistics.median(times)),
                                 *(f"{ratio:.2f}" for ratio in ratios)])
    heads = ["step", "threads", "form", "ms", "times ours in f32", "times ours in bf16"]
    text = f"""Commit {environment.commit()}, {time.strftime('%Y-%m-%d')}, {environment.processor()};
PyTorch {torch.__version__}; medians of {options.rounds} rounds of {options.steps} steps.

{table(heads, rows)}"""
    print(text)
    out = pathlib.Path(options.json)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(results, indent=1))
    if options.write:
        replace_between(options.write, "training", text)


if __name__ == "__main__":
    main()
