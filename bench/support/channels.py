# SPDX-License-Identifier: BSD-3-Clause
"""Radio channels between half-wavelength arrays of 64 and 16 antennas."""


def channels(count, seed, rx=64, tx=16, paths=3):
    """(count, rx, tx), single precision complex: a sum over paths of a gain CN(0, 1/paths) times the
    outer product of two steering vectors, angles uniform in +-60 degrees; unit power per entry."""
    import numpy as np

    rng = np.random.default_rng(seed)
    gains = rng.standard_normal((count, paths, 2)) @ np.array([1, 1j]) / np.sqrt(2 * paths)
    sines = np.sin(np.radians(rng.uniform(-60, 60, (2, count, paths))))
    a = np.exp(1j * np.pi * sines[0][..., None] * np.arange(rx))
    b = np.exp(1j * np.pi * sines[1][..., None] * np.arange(tx))
    return np.einsum("np,npr,npt->nrt", gains, a, b).astype(np.complex64)


def main():
    """Makes a file of channels: channels.py COUNT SEED OUT.npy"""
    import sys

    import numpy as np

    np.save(sys.argv[3], channels(int(sys.argv[1]), int(sys.argv[2])))


if __name__ == "__main__":
    main()
