# SPDX-License-Identifier: BSD-3-Clause
"""Synthetic diffusion MRI: smooth multi-exponential signals and Gaussian noise.

Each voxel holds three compartments: two fibre-like tensors whose directions and diffusivities
vary smoothly in space, and free water; the signal of a volume with weighting b (ms / um^2) and
direction g is

    S(x) = s0(x) * sum_c f_c(x) exp(-b (d_r + (d_a - d_r) (g . u_c(x))^2)),

for d_a, d_r the diffusivities along and across the direction u_c. Looks are the last axis.
"""

import argparse

import numpy as np
from scipy.ndimage import gaussian_filter

SHELLS = ((0.0, 6), (0.7, 12), (1.2, 18), (2.8, 24))  # weighting and number of directions


def smooth_field(rng, shape, width):
    """A random field of zero mean and unit variance, smooth over `width` voxels."""
    field = gaussian_filter(rng.standard_normal(shape), width, mode="wrap")
    return (field - field.mean()) / field.std()


def directions(count):
    """`count` directions spread over half a sphere (a golden spiral)."""
    i = np.arange(count)
    z = (i + 0.5) / count
    angle = np.pi * (1 + np.sqrt(5)) * i
    radius = np.sqrt(1 - z * z)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), z], axis=1)


def fibre(rng, shape, width):
    """Unit vectors that turn smoothly, and the diffusivity along them."""
    u = np.stack([smooth_field(rng, shape, width) for _ in range(3)], axis=-1)
    u /= np.linalg.norm(u, axis=-1, keepdims=True)
    return u, 1.7 + 0.2 * smooth_field(rng, shape, width)


def clean_signals(shape=(64, 64, 20), seed=1, width=10.0):
    """Array `shape + (60,)`; the unweighted signal is about 1."""
    rng = np.random.default_rng(seed)
    logits = np.stack([smooth_field(rng, shape, width) for _ in range(3)], axis=-1)
    fractions = np.exp(logits)
    fractions /= fractions.sum(axis=-1, keepdims=True)
    s0 = 1 + 0.2 * smooth_field(rng, shape, width)
    fibres = [fibre(rng, shape, width) for _ in range(2)]
    volumes = []
    for b, count in SHELLS:
        for g in directions(count):
            total = fractions[..., 2] * np.exp(-3.0 * b)
            for c, (u, along) in enumerate(fibres):
                cos2 = np.einsum("...k,k->...", u, g) ** 2
                total += fractions[..., c] * np.exp(-b * (0.3 + (along - 0.3) * cos2))
            volumes.append(s0 * total)
    return np.stack(volumes, axis=-1)


def noisy_signals(clean, noise_std, seed=2):
    return clean + noise_std * np.random.default_rng(seed).standard_normal(clean.shape)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("clean", help="output, .npy")
    parser.add_argument("noisy", help="output, .npy")
    parser.add_argument("--shape", default="64,64,20", help="voxels along each axis")
    parser.add_argument("--noise-std", type=float, default=0.16)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    shape = tuple(int(size) for size in arguments.shape.split(","))
    clean = clean_signals(shape, arguments.seed)
    np.save(arguments.clean, clean.astype(np.float32))
    noisy = noisy_signals(clean, arguments.noise_std, arguments.seed + 1)
    np.save(arguments.noisy, noisy.astype(np.float32))


if __name__ == "__main__":
    main()
