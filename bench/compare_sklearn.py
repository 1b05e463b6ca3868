#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Compares `pellucid fit` with scikit-learn's GaussianMixture: seconds per pass of
expectation-maximisation from the same start, with the same data and regularisation (`reg_covar`
and `--ridge`), and the log-likelihoods reached, which must agree within 1e-6 nats per sample and
dimension.

    --case fashion   20,000 Fashion-MNIST images in all 784 dimensions, K = 64
    --case paper     100,000 draws of the mixture golden/mixture_paper (64 dimensions), K = 128
    --case reduced   60,000 Fashion-MNIST images in their 64 principal components, K = 32

A pass of scikit-learn's is timed alone (its `_e_step` and `_m_step`); one of pellucid's is the
difference between runs with more and with fewer passes, over their number, so that reading,
k-means and writing cancel. Both use all the cores. Rounds alternate; medians are printed.

Run with Debian's Python:

    /usr/bin/python3 bench/compare_sklearn.py --case paper [--program build/release/bin/pellucid]
"""

import argparse
import gzip
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np
from scipy.linalg import solve_triangular
from sklearn.cluster import KMeans
from sklearn.mixture import GaussianMixture
from sklearn.mixture._gaussian_mixture import _compute_precision_cholesky

from support.safetensors import read_safetensors, write_safetensors

IMAGES = pathlib.Path("/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz")
GOLDEN = pathlib.Path(os.environ.get("PELLUCID_GOLDEN", "../shared/golden"))
RIDGE = 1e-3  # added to the diagonals, in units of the average variance


def images(count):
    """The first `count` training images, centred, of unit average variance."""
    with gzip.open(IMAGES) as file:
        file.read(16)
        pixels = np.frombuffer(file.read(count * 784), np.uint8)
    samples = pixels.reshape(-1, 784).astype(np.float64)
    samples -= samples.mean(axis=0)
    return samples / np.sqrt(samples.var(axis=0).mean())


def reduced_images(count, dim):
    """The same in their `dim` leading principal components."""
    samples = images(count)
    _, vectors = np.linalg.eigh(samples.T @ samples)
    scores = samples @ vectors[:, : -dim - 1 : -1]
    return scores / np.sqrt(scores.var(axis=0).mean())


def paper_draws(count, seed):
    """Draws of the golden mixture, centred, of unit average variance."""
    weights, means, covariances = (
        np.load(GOLDEN / f"mixture_paper.{key}.npy") for key in ("weights", "means", "covariances")
    )
    random = np.random.default_rng(seed)
    labels = random.choice(len(weights), count, p=weights / weights.sum())
    samples = random.standard_normal((count, means.shape[1]))
    for k, covariance in enumerate(covariances):
        chosen = labels == k
        samples[chosen] = means[k] + samples[chosen] @ np.linalg.cholesky(covariance).T
    samples -= samples.mean(axis=0)
    return samples / np.sqrt(samples.var(axis=0).mean())


def start_mixture(samples, components, seed):
    """Weights, means and covariances of a short k-means run."""
    labels = KMeans(components, n_init=1, max_iter=5, random_state=seed).fit_predict(samples)
    groups = [samples[labels == k] for k in range(components)]
    weights = np.array([len(group) for group in groups]) / len(samples)
    means = np.array([group.mean(axis=0) for group in groups])
    covariances = np.array([np.cov(group.T, bias=True) for group in groups])
    # A tenth of the covariance of all samples keeps small clusters invertible.
    return weights, means, 0.9 * covariances + 0.1 * np.cov(samples.T)


def mean_log_likelihood(samples, weights, means, covariances):
    joint = np.empty((len(weights), len(samples)))
    for k, (mean, covariance) in enumerate(zip(means, covariances)):
        factor = np.linalg.cholesky(covariance)
        white = solve_triangular(factor, (samples - mean).T, lower=True)
        joint[k] = np.log(weights[k]) - np.log(np.diag(factor)).sum()
        joint[k] -= 0.5 * ((white**2).sum(axis=0) + samples.shape[1] * np.log(2 * np.pi))
    largest = joint.max(axis=0)
    return float((largest + np.log(np.exp(joint - largest).sum(axis=0))).mean())


class Sklearn:
    """scikit-learn's passes from the start, each timed alone."""

    def __init__(self, samples, start):
        self.samples = samples
        self.model = GaussianMixture(len(start[0]), reg_covar=RIDGE)
        self.model.weights_, self.model.means_, self.model.covariances_ = start
        self.model.precisions_cholesky_ = _compute_precision_cholesky(start[2], "full")

    def time_pass(self):
        began = time.perf_counter()
        _, log_weights = self.model._e_step(self.samples)
        self.model._m_step(self.samples, log_weights)
        return time.perf_counter() - began

    def mixture(self):
        return self.model.weights_, self.model.means_, self.model.covariances_


class Pellucid:
    def __init__(self, program, folder, samples, start):
        self.program, self.folder, self.components = program, folder, len(start[0])
        np.save(folder / "samples.npy", samples)
        tensors = dict(zip(("weights", "means", "covariances"), start))
        metadata = {"kind": "mixture", "complex": "false"}
        write_safetensors(folder / "start.safetensors", metadata, tensors)

    def time_run(self, passes):
        """Seconds of a run of so many passes, files and k-means included."""
        command = [self.program, "fit", self.folder / "samples.npy", "--prior", "mixture"]
        command += ["--components", str(self.components)]
        command += ["--init", self.folder / "start.safetensors", "--restarts", "1"]
        command += ["--passes", str(passes), "--tolerance", "0", "--regularisation", "0"]
        command += ["--ridge", str(RIDGE), "-o", self.folder / "fitted.safetensors", "--quiet"]
        began = time.perf_counter()
        subprocess.run(command, check=True)
        return time.perf_counter() - began

    def mixture(self):
        """The latest result in the data's units."""
        metadata, fitted = read_safetensors(self.folder / "fitted.safetensors")
        scale = float(metadata.get("scale", 1.0))
        means = fitted["means"] * scale + fitted.get("offset", 0.0)
        return fitted["weights"], means, fitted["covariances"] * scale**2


def case_samples(case, seed):
    """Samples and the number of components."""
    if case == "fashion":
        return images(20000), 64
    if case == "paper":
        return paper_draws(100000, seed), 128
    return reduced_images(60000, 64), 32


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--program", default=os.environ.get("PELLUCID_BUILD", "build/release") + "/bin/pellucid"
    )
    parser.add_argument("--case", choices=("fashion", "paper", "reduced"), default="paper")
    parser.add_argument("--rounds", type=int, default=3, help="passes of scikit-learn's, one each")
    parser.add_argument("--passes", type=int, default=4, help="of pellucid's, timed in each round")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    samples, components = case_samples(options.case, options.seed)
    start = start_mixture(samples, components, options.seed)
    theirs = Sklearn(samples, start)
    our_seconds, their_seconds = [], []
    with tempfile.TemporaryDirectory() as name:
        ours = Pellucid(options.program, pathlib.Path(name), samples, start)
        for _ in range(options.rounds):
            their_seconds.append(theirs.time_pass())
            first = ours.time_run(1)
            our_seconds.append((ours.time_run(1 + options.passes) - first) / options.passes)
        ours.time_run(options.rounds)
        mixtures = start, ours.mixture(), theirs.mixture()
    part = samples[:: max(1, len(samples) // 5000)]
    likelihoods = [mean_log_likelihood(part, *mixture) for mixture in mixtures]
    count, dim = samples.shape
    difference = abs(likelihoods[1] - likelihoods[2]) / dim
    print(f"{count} samples of {dim} entries, K = {components}, after {options.rounds} passes")
    print("mean log-likelihood, nats: start {:.6f}, pellucid {:.6f}, ".format(*likelihoods), end="")
    print(f"scikit-learn {likelihoods[2]:.6f}")
    print(f"difference per dimension: {difference:.3g} (at most 1e-6)")
    a, b = np.median(our_seconds), np.median(their_seconds)
    print(f"seconds per pass: pellucid {a:.3f}, scikit-learn {b:.3f}, ratio {b / a:.1f}")
    return 0 if difference <= 1e-6 else 1


if __name__ == "__main__":
    sys.exit(main())
