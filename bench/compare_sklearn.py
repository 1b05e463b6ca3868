#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Compares `pellucid fit` with scikit-learn's GaussianMixture from the same start.

Fashion-MNIST reduced to 64 dimensions by PCA, K = 32 full covariances, the same start and passes,
no regularisation on either side. Checks that the final mean log-likelihoods, computed here by one
formula for both models, agree within 1e-3 nats per sample and dimension; then compares times.

Run with Debian's Python:

    /usr/bin/python3 bench/compare_sklearn.py [--program build/release/bin/pellucid]
"""

import argparse
import gzip
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import warnings

import numpy as np
from sklearn.cluster import KMeans
from sklearn.mixture import GaussianMixture

from support.safetensors import read_safetensors, write_safetensors

IMAGES = pathlib.Path("/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz")


def reduced_images(count, dim):
    """The first `count` training images in their `dim` leading principal components."""
    with gzip.open(IMAGES) as file:
        file.read(16)
        pixels = np.frombuffer(file.read(count * 784), np.uint8)
    images = pixels.reshape(-1, 784).astype(np.float64)
    images -= images.mean(axis=0)
    _, vectors = np.linalg.eigh(images.T @ images)
    scores = images @ vectors[:, : -dim - 1 : -1]
    return scores / np.sqrt(scores.var(axis=0).mean())


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
        white = np.linalg.solve(factor, (samples - mean).T)
        joint[k] = np.log(weights[k]) - np.log(np.diag(factor)).sum()
        joint[k] -= 0.5 * ((white**2).sum(axis=0) + samples.shape[1] * np.log(2 * np.pi))
    largest = joint.max(axis=0)
    return float((largest + np.log(np.exp(joint - largest).sum(axis=0))).mean())


def fit_sklearn(samples, start, passes):
    """Returns the fitted mixture and the seconds taken."""
    weights, means, covariances = start
    model = GaussianMixture(
        len(weights),
        tol=0.0,
        reg_covar=0.0,
        init_params="random",  # replaced by the three below, and cheaper than its k-means
        max_iter=passes,
        weights_init=weights,
        means_init=means,
        precisions_init=np.linalg.inv(covariances),
    )
    began = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns that max_iter was reached, as asked
        model.fit(samples)
    seconds = time.perf_counter() - began
    assert model.n_iter_ == passes, f"scikit-learn made {model.n_iter_} of {passes} passes"
    return (model.weights_, model.means_, model.covariances_), seconds


def fit_pellucid(program, folder, samples, start, passes):
    """Returns the fitted mixture in the data's units and the seconds taken, files included."""
    np.save(folder / "samples.npy", samples)
    tensors = dict(zip(("weights", "means", "covariances"), start))
    metadata = {"kind": "mixture", "complex": "false"}
    write_safetensors(folder / "start.safetensors", metadata, tensors)
    command = [program, "fit", folder / "samples.npy", "--prior", "mixture"]
    command += ["--components", str(len(start[0])), "--init", folder / "start.safetensors"]
    command += ["--passes", str(passes), "--tolerance", "0", "--regularisation", "0"]
    command += ["-o", folder / "fitted.safetensors", "--quiet"]
    began = time.perf_counter()
    subprocess.run(command, check=True)
    seconds = time.perf_counter() - began
    metadata, fitted = read_safetensors(folder / "fitted.safetensors")
    scale = float(metadata.get("scale", 1.0))
    means = fitted["means"] * scale + fitted.get("offset", 0.0)
    return (fitted["weights"], means, fitted["covariances"] * scale**2), seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=os.environ.get("PELLUCID_BUILD", "build/release") + "/bin/pellucid")
    parser.add_argument("--samples", type=int, default=60000)
    parser.add_argument("--dim", type=int, default=64)
    parser.add_argument("--components", type=int, default=32)
    parser.add_argument("--passes", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    samples = reduced_images(options.samples, options.dim)
    start = start_mixture(samples, options.components, options.seed)
    with tempfile.TemporaryDirectory() as name:
        ours, our_seconds = fit_pellucid(
            options.program, pathlib.Path(name), samples, start, options.passes
        )
    theirs, their_seconds = fit_sklearn(samples, start, options.passes)

    likelihoods = [mean_log_likelihood(samples, *mixture) for mixture in (start, ours, theirs)]
    difference = abs(likelihoods[1] - likelihoods[2]) / options.dim
    print(f"{len(samples)} samples of {options.dim} entries, K = {options.components}")
    print("mean log-likelihood, nats: start {:.6f}, pellucid {:.6f}, ".format(*likelihoods), end="")
    print(f"scikit-learn {likelihoods[2]:.6f}")
    print(f"difference per dimension: {difference:.3g} (at most 1e-3)")
    print(
        f"seconds per pass: pellucid {our_seconds / options.passes:.3f} (with reading, start "
        f"clusters and writing), scikit-learn {their_seconds / options.passes:.3f}, "
        f"ratio {their_seconds / our_seconds:.2f}"
    )
    return 0 if difference <= 1e-3 else 1


if __name__ == "__main__":
    sys.exit(main())
