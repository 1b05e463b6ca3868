# SPDX-License-Identifier: BSD-3-Clause
"""Exact posteriors of mixtures in NumPy, and what tests of observations by them share."""

import numpy as np

from support import ProgramTest, normal


def posterior(y, a, noise, weights, means, covariances):
    """Mean and covariance of x given rows y = A x + n, n ~ (C)N(0, noise), noise M x M."""
    half = 1.0 if np.iscomplexobj(covariances) else 0.5
    logs, estimates, spreads = [], [], []
    for weight, mean, covariance in zip(weights, means, covariances):
        seen = a @ covariance @ a.conj().T + noise
        gain = covariance @ a.conj().T @ np.linalg.inv(seen)
        z = y - a @ mean
        form = np.einsum("ni,ij,nj->n", z.conj(), np.linalg.inv(seen), z).real
        logs.append(np.log(weight) - half * (form + np.linalg.slogdet(seen)[1]))
        estimates.append(mean + z @ gain.T)
        spreads.append(covariance - gain @ a @ covariance)
    p = np.exp(np.array(logs) - np.max(logs, axis=0))
    p /= p.sum(axis=0)
    mean = np.einsum("kn,kni->ni", p, np.array(estimates))
    off = np.array(estimates) - mean
    variance = np.einsum("kn,ki->ni", p, np.diagonal(spreads, axis1=1, axis2=2).real)
    return mean, variance + np.einsum("kn,kni->ni", p, np.abs(off) ** 2)


def mixture(rng, dim, components, is_complex, spread=3):
    """Weights, means and covariances in units that are not the model's."""
    means = 5 + spread * normal(rng, components, dim, is_complex=is_complex)
    roots = normal(rng, components, dim, dim, is_complex=is_complex)
    covariances = roots @ roots.conj().transpose(0, 2, 1) + 0.1 * np.eye(dim)
    weights = rng.uniform(0.5, 1.5, components)
    return weights / weights.sum(), means, covariances


def draws_of(rng, count, weights, means, covariances):
    which = rng.choice(len(weights), count, p=weights)
    roots = np.linalg.cholesky(covariances)
    white = normal(rng, count, means.shape[1], is_complex=np.iscomplexobj(means))
    return means[which] + np.einsum("nij,nj->ni", roots[which], white)


class ObservationTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.rng = np.random.default_rng(1)

    def make(self, is_complex, dim=6, components=3):
        self.prior = mixture(self.rng, dim, components, is_complex)
        self.write_mixture("m.safetensors", *self.prior)

    def denoise(self, *options, source="y.npy"):
        self.succeed("denoise", source, "-m", "m.safetensors", "-o", "x.npy", *options)
        return self.load("x.npy")

    def normal(self, *shape, is_complex):
        return normal(self.rng, *shape, is_complex=is_complex)
