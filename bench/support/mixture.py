# SPDX-License-Identifier: BSD-3-Clause
"""Mixtures to compare on: golden ones and random ones, their draws and noise levels."""

import functools

import numpy as np

from support.environment import ROOT

GOLDEN = ROOT / "tests" / "data" / "golden"


class Mixture:
    """`weights` (K), `means` (K, N), `covariances` (K, N, N), in double precision."""

    def __init__(self, weights, means, covariances):
        self.weights, self.means, self.covariances = weights, means, covariances
        self.is_complex = np.iscomplexobj(covariances)

    @classmethod
    def golden(cls, name):
        return cls(*(np.load(GOLDEN / f"{name}.{key}.npy")
                     for key in ("weights", "means", "covariances")))

    @classmethod
    def random(cls, components, dim, is_complex=False, seed=1):
        """Zero mean, unit average variance; `W W^H + 0.01 I`, factor variances falling as 1/j."""
        rng = np.random.default_rng(seed)
        rank = min(dim, 64)
        deviations = 1 / np.sqrt(np.arange(1, rank + 1))
        weights = rng.uniform(0.5, 1.5, components)
        weights /= weights.sum()
        means = 0.5 * normal(rng, (components, dim), is_complex)
        means -= weights @ means
        factors = normal(rng, (components, dim, rank), is_complex) * deviations
        covariances = factors @ factors.conj().transpose(0, 2, 1) / (deviations**2).sum()
        covariances += 0.01 * np.eye(dim)
        covariances = (covariances + covariances.conj().transpose(0, 2, 1)) / 2
        traces = np.trace(covariances, axis1=1, axis2=2).real
        power = weights @ (traces + (np.abs(means) ** 2).sum(axis=1)) / dim
        return cls(weights, means / np.sqrt(power), covariances / power)

    @property
    def components(self):
        return len(self.weights)

    @property
    def dim(self):
        return self.means.shape[1]

    @functools.cached_property
    def eigen(self):
        """Eigenvalues and eigenvectors of the covariances, once for all noise levels."""
        return np.linalg.eigh(self.covariances)

    @functools.lru_cache(maxsize=1)
    def precisions(self, v):
        """Inverses of `C_k + v I` and log determinants."""
        noisy = self.covariances + v * np.eye(self.dim)
        return np.linalg.inv(noisy), np.linalg.slogdet(noisy)[1]

    def draw(self, count, rng):
        labels = rng.choice(self.components, count, p=self.weights / self.weights.sum())
        x = self.means[labels].copy()
        for k in np.unique(labels):
            mine = labels == k
            white = normal(rng, (mine.sum(), self.dim), self.is_complex)
            x[mine] += white @ np.linalg.cholesky(self.covariances[k]).T
        return x

    def save(self, prefix):
        for key in ("weights", "means", "covariances"):
            np.save(f"{prefix}.{key}.npy", getattr(self, key))


def normal(rng, shape, is_complex):
    """Standard normal entries; complex ones have variance 1."""
    if not is_complex:
        return rng.standard_normal(shape)
    return (rng.standard_normal(shape) + 1j * rng.standard_normal(shape)) / np.sqrt(2)


def activity(weights):
    """Per sample, means of: components above 1e-6, and exp(entropy) of posterior weights."""
    logs = np.log(np.where(weights > 0, weights, 1))
    return (weights > 1e-6).sum(axis=1).mean(), np.exp(-(weights * logs).sum(axis=1)).mean()


def snr_where_active(active_at, wanted, low=-20.0, high=20.0):
    """The SNR, to half a decibel, where `active_at(snr_db)` comes closest to `wanted`.

    Fewer components are active at a higher SNR.
    """
    while high - low > 0.5:
        middle = round(low + high) / 2
        if active_at(middle) > wanted:
            low = middle
        else:
            high = middle
    return min((low, high), key=lambda snr_db: abs(active_at(snr_db) - wanted))
