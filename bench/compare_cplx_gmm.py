#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Log-likelihood of fits by `pellucid fit` beside those of cplx-gmm, for each of its covariance types.

    python3 -m venv venv && venv/bin/pip install cplx-gmm safetensors
    PELLUCID=build/dev/bin/pellucid venv/bin/python bench/compare_cplx_gmm.py

Complex samples of three components with circulant covariances, which are of every type's class but
`diag` and `spherical`; both programs fit without regularisation, from their own starts, and both
fits are scored here by the same lines.
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile

import numpy as np
from cplx_gmm import GaussianMixtureCplx
from safetensors import safe_open

TYPES = ("full", "diag", "spherical", "circulant", "block-circulant", "toeplitz", "block-toeplitz")
BLOCKS = (4, 4)


def normal(rng, *shape):
    return (rng.normal(size=shape) + 1j * rng.normal(size=shape)) / np.sqrt(2)


def samples(count, rng):
    """Three components whose spectra over 4 x 4 bins fall in different directions."""
    n = BLOCKS[0] * BLOCKS[1]
    parts = []
    for _ in range(3):
        spectrum = np.exp(rng.normal(scale=1.2, size=n))
        white = normal(rng, count // 3, n) * np.sqrt(spectrum)
        coloured = np.fft.ifft2(white.reshape(-1, *BLOCKS), norm="ortho").reshape(-1, n)
        parts.append(coloured + 1.5 * normal(rng, n))
    return np.concatenate(parts)


def log_likelihood(x, weights, means, covariances):
    """Mean nats per sample."""
    logs = []
    for w, m, c in zip(weights, means, covariances):
        factor = np.linalg.cholesky(c)
        white = np.linalg.solve(factor, (x - m).T)
        logs.append(np.log(w) - x.shape[1] * np.log(np.pi)
                    - 2 * np.log(np.diag(factor).real).sum() - (abs(white) ** 2).sum(0))
    return np.logaddexp.reduce(logs, axis=0).mean()


def dense(tensors, metadata, n):
    """Covariances of a model file's tensors, by docs/formats.md."""
    def complex_of(name):
        return tensors[name][..., 0] + 1j * tensors[name][..., 1]
    if "covariances" in tensors:
        return complex_of("covariances")
    if "variances" in tensors:
        v = tensors["variances"]
        return [np.diag(np.broadcast_to(row, n)) + 0j for row in v]
    blocks = json.loads(metadata.get("blocks", f"[1, {n}]"))
    basis = np.kron(*(np.fft.fft(np.eye(b), norm="ortho") for b in blocks))
    return [basis.conj().T @ np.diag(s) @ basis for s in tensors["spectra"]]


def fit_pellucid(x, kind, arguments, folder, program):
    np.save(folder / "x.npy", x)
    command = [program, "fit", folder / "x.npy", "-o", folder / "m.safetensors", "--components", "3",
               "--covariance", kind, "--regularisation", "0", "--tolerance", "1e-9", "--passes",
               str(arguments.passes), "--restarts", str(arguments.restarts), "--quiet"]
    if kind.startswith("block-"):
        command += ["--blocks", ",".join(map(str, BLOCKS))]
    subprocess.run(command, check=True, capture_output=True)
    with safe_open(folder / "m.safetensors", "numpy") as file:
        metadata = file.metadata()
        tensors = {name: file.get_tensor(name) for name in file.keys()}
    scale = float(metadata["scale"])
    offset = tensors["offset"][..., 0] + 1j * tensors["offset"][..., 1]
    means = (tensors["means"][..., 0] + 1j * tensors["means"][..., 1]) * scale + offset
    covariances = [scale**2 * c for c in dense(tensors, metadata, x.shape[1])]
    return tensors["weights"], means, covariances


def fit_cplx_gmm(x, kind, arguments):
    model = GaussianMixtureCplx(n_components=3, covariance_type=kind, reg_covar=1e-9, tol=1e-9,
                                max_iter=arguments.passes, n_init=arguments.restarts,
                                random_state=1,
                                blocks=BLOCKS if kind.startswith("block-") else None)
    model.fit(x)
    covariances = np.asarray(model.covariances)
    if covariances.ndim == 1:
        covariances = [v * np.eye(x.shape[1]) for v in covariances]
    elif covariances.ndim == 2:
        covariances = [np.diag(v) for v in covariances]
    return model.weights, model.means, covariances


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--restarts", type=int, default=10)
    parser.add_argument("--passes", type=int, default=2000)
    parser.add_argument("--types", nargs="+", choices=TYPES, default=TYPES)
    arguments = parser.parse_args()
    program = os.environ.get("PELLUCID", "pellucid")
    x = samples(arguments.samples, np.random.default_rng(arguments.seed))
    print(f"{len(x)} samples of {x.shape[1]} complex entries; mean log-likelihood, nats per sample")
    print("| type | pellucid | cplx-gmm | difference |\n| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for kind in arguments.types:
            ours = log_likelihood(x, *fit_pellucid(x, kind, arguments, pathlib.Path(folder), program))
            theirs = log_likelihood(x, *fit_cplx_gmm(x, kind, arguments))
            print(f"| {kind} | {ours:.6f} | {theirs:.6f} | {ours - theirs:+.2e} |", flush=True)


if __name__ == "__main__":
    main()
