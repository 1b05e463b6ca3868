#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Exact conditional mean of the golden mixture_paper (K = 128, N = 64): Pellucid beside NumPy.

Usage: compare_numpy.py [PELLUCID_BENCH] [SAMPLES]

Runs in turn, several rounds, medians of times and of their ratios: NumPy with one loop turn per
sample and component (once as the formula is written, with solves inside; once with inverses and
filters formed beforehand; on a few samples, extrapolated), NumPy with two matrix products per component, NumPy with all components' precisions in one product (the
quadratic form for free), and Pellucid's library on two threads, in double and single precision.
Each result is checked against the first before it is timed.
"""

import os
import pathlib
import statistics
import subprocess
import sys
import time

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests" / "data" / "golden"
ROUNDS = 9
CHUNK = 500  # samples of the one product at a time: its fastest size here, for the cache


def load(key):
    return np.load(GOLDEN / f"mixture_paper.{key}.npy")


def softmax(log_weights):
    p = np.exp(log_weights - log_weights.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


class Loop:
    """One sample, one component at a time, inverses formed beforehand."""

    def __init__(self, weights, means, covariances, v, dtype):
        self.weights, self.means = weights.astype(dtype), means.astype(dtype)
        noisy = covariances + v * np.eye(means.shape[1])
        self.precisions = np.linalg.inv(noisy).astype(dtype)
        self.filters = (covariances @ np.linalg.inv(noisy)).astype(dtype)
        self.log_dets = np.linalg.slogdet(noisy)[1]

    def __call__(self, y):
        out = np.empty_like(y)
        for i, sample in enumerate(y):
            log_p = np.empty(len(self.weights))
            for k in range(len(self.weights)):
                d = sample - self.means[k]
                log_p[k] = np.log(self.weights[k]) - 0.5 * (d @ self.precisions[k] @ d + self.log_dets[k])
            p = softmax(log_p[None])[0]
            mean = np.zeros_like(sample)
            for k in range(len(self.weights)):
                mean += p[k] * (self.means[k] + self.filters[k] @ (sample - self.means[k]))
            out[i] = mean
        return out


class NaiveLoop:
    """One sample, one component at a time, as the formula is written: solves in the innermost loop."""

    def __init__(self, weights, means, covariances, v, dtype):
        self.arguments = weights, means, covariances
        self.noisy = covariances + v * np.eye(means.shape[1])

    def __call__(self, y):
        weights, means, covariances = self.arguments
        out = np.empty_like(y)
        for i, sample in enumerate(y):
            log_p, mean = np.empty(len(weights)), np.empty_like(means)
            for k in range(len(weights)):
                white = np.linalg.solve(self.noisy[k], sample - means[k])
                log_p[k] = np.log(weights[k]) - 0.5 * (
                    (sample - means[k]) @ white + np.linalg.slogdet(self.noisy[k])[1])
                mean[k] = means[k] + covariances[k] @ white
            out[i] = softmax(log_p[None])[0] @ mean
        return out


class TwoProducts:
    """Per component: rotate into the eigenbasis, weigh, rotate back; tiny weights set to zero."""

    def __init__(self, weights, means, covariances, v, dtype):
        l, u = np.linalg.eigh(covariances)
        self.u, self.means = u.astype(dtype), means.astype(dtype)
        self.s = (l + v).astype(dtype)
        self.gain = (l / (l + v)).astype(dtype)
        self.constant = np.log(weights) - 0.5 * np.log(l + v).sum(axis=1)

    def __call__(self, y):
        z = [(y - m) @ u for m, u in zip(self.means, self.u)]
        log_p = np.stack([c - 0.5 * (a * a / s).sum(axis=1)
                          for c, a, s in zip(self.constant, z, self.s)], axis=1)
        p = softmax(log_p).astype(y.dtype)
        p[p < 1e-30] = 0
        out = np.zeros_like(y)
        for k, a in enumerate(z):
            out += p[:, k, None] * (self.means[k] + (a * self.gain[k]) @ self.u[k].T)
        return out


class OneProduct:
    """All components' precisions in one product; forming the inverses is part of the time."""

    def __init__(self, weights, means, covariances, v, dtype):
        self.arguments = weights, means, covariances, v, dtype

    def __call__(self, y):
        weights, means, covariances, v, dtype = self.arguments
        count, n = means.shape
        noisy = covariances + v * np.eye(n)
        precisions = np.linalg.inv(noisy)
        constant = np.log(weights) - 0.5 * np.linalg.slogdet(noisy)[1]
        shift = np.einsum("kij,kj->ki", precisions, means)
        big = precisions.transpose(1, 0, 2).reshape(n, count * n).astype(dtype)
        out = np.empty_like(y)
        for first in range(0, len(y), CHUNK):
            part = y[first:first + CHUNK]
            w = (part @ big).reshape(len(part), count, n) - shift.astype(dtype)
            square = np.einsum("skn,sn->sk", w, part) - np.einsum("skn,kn->sk", w, means.astype(dtype))
            p = softmax(constant - 0.5 * square).astype(dtype)
            p[p < 1e-30] = 0
            out[first:first + CHUNK] = part - dtype(v) * np.einsum("sk,skn->sn", p, w)
        return out


class Pellucid:
    """`bench/conditional_mean_once`: reads y, reports its own seconds of one call of the library."""

    def __init__(self, program, dtype, v, folder):
        self.command = [program, str(GOLDEN), np.dtype(dtype).name, repr(v), str(folder)]

    def __call__(self):
        done = subprocess.run(self.command, check=True, capture_output=True, text=True)
        return float(done.stdout)


def main():
    import tempfile

    program = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / os.environ.get("PELLUCID_BUILD", "build/release") / "bin/conditional_mean_once")
    samples = int(sys.argv[2]) if len(sys.argv) > 2 else 10000
    weights, means, covariances = load("weights"), load("means"), load("covariances")
    rng = np.random.default_rng(1)
    labels = rng.choice(len(weights), samples, p=weights / weights.sum())
    chol = np.linalg.cholesky(covariances)
    x = means[labels] + np.einsum("sij,sj->si", chol[labels], rng.standard_normal((samples, 64)))

    print(f"K = 128, N = 64, {samples} samples, microseconds per sample: medians of {ROUNDS} rounds in turn")
    print(f"{'SNR':>6} {'type':>8} {'naive':>9} {'loop':>9} {'two prod.':>10} {'one prod.':>10} {'Pellucid':>9}"
          f" {'naive/P':>8} {'loop/P':>8} {'two/P':>7} {'one/P':>7} {'worst error':>12}")
    for snr_db in (-20, 0, 20):
        v = 10 ** (-snr_db / 10)
        y64 = x + np.sqrt(v) * rng.standard_normal(x.shape)
        for dtype in (np.float64, np.float32):
            y = y64.astype(dtype)
            exact = Loop(weights, means, covariances, v, np.float64)(y64[:100])
            naive = NaiveLoop(weights, means, covariances, v, dtype)
            loop = Loop(weights, means, covariances, v, dtype)
            two = TwoProducts(weights, means, covariances, v, dtype)
            one = OneProduct(weights, means, covariances, v, dtype)
            with tempfile.TemporaryDirectory() as folder:
                np.save(f"{folder}/y.npy", y)
                ours = Pellucid(program, dtype, v, folder)
                ours()
                estimate = np.load(f"{folder}/x.npy")
                scale = np.abs(exact).max()
                error = np.abs(estimate[:100] - exact).max() / scale
                bound = 1e-9 if dtype is np.float64 else 1e-4
                assert error < bound, error
                assert np.abs(two(y)[:100] - exact).max() < 1e-3 * scale
                assert np.abs(one(y)[:100] - exact).max() < 1e-2 * scale
                times = []
                for _ in range(ROUNDS):
                    row = []
                    for call, count in ((lambda: naive(y[:4]), 4), (lambda: loop(y[:20]), 20), (lambda: two(y), samples),
                                        (lambda: one(y), samples)):
                        begin = time.perf_counter()
                        call()
                        row.append(1e6 * (time.perf_counter() - begin) / count)
                    row.append(1e6 * ours() / samples)
                    times.append(row)
            medians = [statistics.median(column) for column in zip(*times)]
            ratios = [statistics.median(row[i] / row[4] for row in times) for i in range(4)]
            print(f"{snr_db:>3} dB {np.dtype(dtype).name:>8} {medians[0]:>9.0f} {medians[1]:>9.0f}"
                  f" {medians[2]:>10.1f} {medians[3]:>10.1f} {medians[4]:>9.2f} {ratios[0]:>8.0f}"
                  f" {ratios[1]:>8.0f} {ratios[2]:>7.1f} {ratios[3]:>7.1f} {error:>12.1e}", flush=True)


if __name__ == "__main__":
    main()
