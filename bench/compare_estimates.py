#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Whole channel estimates: Pellucid's calibrated ones beside the authors' full chain in PyTorch.

The chain starts at the step nearest to the observation's SNR and walks every step to the first, in
the angular domain, with the network as users run it (eager) and in the form that is fastest in
single precision (channels last, 16 at a time). Pellucid forwards as many steps as `calibrate` chose
on other channels, in f32 and in bf16. Errors are measured on the same channels; all take turns,
medians over the rounds, ratios within a round.

    bench/compare_estimates.py --write docs/networks.md
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from compare_pytorch import GOLDEN, PIECE, Pellucid, split, torch_network
from support import environment


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="turns of each [3]")
    parser.add_argument("--batches", type=int, nargs="+", default=(1, 128))
    parser.add_argument("--threads", type=int, nargs="+", default=(1, 2))
    parser.add_argument("--snr-db", type=float, default=0)
    parser.add_argument("--bin", type=pathlib.Path, default=environment.build_folder() / "bin")
    parser.add_argument("--write", metavar="PAGE", help="put the table between its marks")
    return parser.parse_args()


class Chain:
    """The authors' reverse process: y -> x0 through all steps below the observation's."""

    def __init__(self, tensors, schedule, snr_db):
        import numpy as np

        assert schedule["kind"] == "linear"
        alpha = 1 - np.linspace(schedule["beta_1"], schedule["beta_T"], schedule["steps"])
        alpha_bar = np.cumprod(alpha)
        self.steps = int(np.argmin(np.abs(
            10 * np.log10(alpha_bar / (1 - alpha_bar)) - snr_db))) + 1
        before = np.concatenate([[1], alpha_bar[:-1]])
        self.start = float(np.sqrt(alpha_bar[self.steps - 1]))
        self.noise, self.signal = np.sqrt(1 - alpha_bar), np.sqrt(alpha_bar)
        self.of_clean = np.sqrt(before) * (1 - alpha) / (1 - alpha_bar)
        self.of_current = np.sqrt(alpha) * (1 - before) / (1 - alpha_bar)
        half = np.arange(8)
        angles = np.arange(self.steps)[:, None] * np.exp(-np.log(1e4) * half / 7)
        embedding = np.concatenate([np.sin(angles), np.cos(angles)], axis=1)
        both = embedding @ tensors["time_mlp.time_linear1.weight"].T + tensors[
            "time_mlp.time_linear1.bias"]
        self.scales = [(1 + row[:len(row) // 2], row[len(row) // 2:]) for row in
                       both.astype(np.float32)]

    def __call__(self, network, function, y, layout):
        """`function` evaluates `network`, whose modulation is that of one step."""
        import torch

        spectrum = torch.fft.fft2(y, norm="ortho")
        x = self.start * torch.stack([spectrum.real, spectrum.imag], 1)
        x = x.contiguous(memory_format=layout)
        for step in range(self.steps - 1, -1, -1):
            scale, shift = self.scales[step]
            network[3].scale.data.copy_(torch.from_numpy(scale)[:, None, None])
            network[3].shift.data.copy_(torch.from_numpy(shift)[:, None, None])
            clean = (x - float(self.noise[step]) * function(x)) / float(self.signal[step])
            x = float(self.of_clean[step]) * clean + float(self.of_current[step]) * x
        return torch.fft.ifft2(torch.complex(x[:, 0].contiguous(), x[:, 1].contiguous()),
                               norm="ortho")


class Estimates(Pellucid):
    program = "estimates_once"

    def time(self, snr_db, steps, precision):
        return float(self.ask(f"run {snr_db} {steps} {precision}"))


def case(options, folder, tensors, schedule, steps, batch, threads):
    """{form: (seconds of every round, NMSE)}."""
    import copy

    import numpy as np
    import torch
    from support.channels import channels

    torch.set_num_threads(threads)
    clean = channels(batch, 2)
    random = np.random.default_rng(3)
    noise = random.standard_normal((*clean.shape, 2)) @ np.array([1, 1j]) / np.sqrt(2)
    noisy = (clean + 10 ** (-options.snr_db / 20) * noise).astype(np.complex64)
    chain = Chain(tensors, schedule, options.snr_db)
    eager = torch_network(tensors)
    last = copy.deepcopy(eager).to(memory_format=torch.channels_last)
    ours = Estimates(options, folder, noisy, threads)
    y = torch.from_numpy(noisy)

    def nmse(estimate):
        return float((np.abs(estimate - clean) ** 2).sum() / (np.abs(clean) ** 2).sum())

    def by_torch(network, function, layout):
        def run():
            begin = time.perf_counter()
            estimate = chain(network, function, y, layout)
            return time.perf_counter() - begin, estimate.numpy

        return run

    def by_pellucid(precision):
        def run():
            return ours.time(options.snr_db, steps, precision), ours.outputs

        return run

    runs = {f"Pellucid {p}, {steps} steps": by_pellucid(p) for p in ("f32", "bf16")}
    runs[f"PyTorch eager, all {chain.steps} steps"] = by_torch(
        eager, eager, torch.contiguous_format)
    best = split(last) if batch > PIECE else last
    runs[f"PyTorch channels last, all {chain.steps} steps"] = by_torch(
        last, best, torch.channels_last)
    seconds, errors = {}, {}
    with torch.inference_mode():
        for turn in range(options.rounds + 1):  # the first warms up
            for form, run in runs.items():
                taken, estimate = run()
                if turn > 0 or options.rounds == 0:
                    seconds.setdefault(form, []).append(taken)
                errors[form] = nmse(estimate())
    ours.end()
    return seconds, errors


def main():
    options = arguments()
    import torch
    from support.channels import channels
    from support.safetensors import read_safetensors
    from support.tables import replace_between, significant, table

    import numpy as np

    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        np.save(folder / "valid.npy", channels(2000, 1))
        model = folder / "model.safetensors"
        for command in (["import", GOLDEN / "cnn_3gpp.pt", "--params",
                         GOLDEN / "cnn_3gpp.sim_params.json", "-o", model],
                        ["calibrate", folder / "valid.npy", "-m", model, "-o", model,
                         "--snr-db", options.snr_db],
                        ["export", model, "-o", folder / "w.safetensors"]):
            subprocess.run([str(w) for w in (options.bin / "pellucid", *command, "--quiet")],
                           check=True)
        metadata, _ = read_safetensors(model)
        steps = json.loads(metadata["calibration"])[0]["steps"]
        schedule = json.loads(metadata["schedule"])
        _, tensors = read_safetensors(folder / "w.safetensors")
        for batch in options.batches:
            for threads in options.threads:
                seconds, errors = case(options, folder, tensors, schedule, steps, batch, threads)
                ours = [form for form in seconds if form.startswith("Pellucid")]
                for form, times in seconds.items():
                    found = [f"{statistics.median(a / b for a, b in zip(times, seconds[o])):.1f}"
                             for o in ours]
                    rows.append([batch, threads, form, significant(1e3 * statistics.median(times)),
                                 f"{errors[form]:.4f}",
                                 *([""] * len(ours) if form in ours else found)])
    header = ["batch", "threads", "form", "ms", "NMSE", "times ours in f32", "times ours in bf16"]
    text = f"""Commit {environment.commit()}, {time.strftime('%Y-%m-%d')}, {environment.processor()};
PyTorch {torch.__version__}; medians of {options.rounds} rounds; {options.snr_db:g} dB.

{table(header, rows)}"""
    print(text)
    if options.write:
        replace_between(options.write, "estimates", text)


if __name__ == "__main__":
    sys.exit(main())
