# SPDX-License-Identifier: BSD-3-Clause
"""Mixtures of structured covariances: fitted, described, used; their files against NumPy."""

import json
import unittest

import numpy as np

from support import (ProgramTest, mixture_mean, normal, read_safetensors, relative_error,
                     safetensors)

TYPES = ("full", "tied", "diag", "spherical", "circulant", "block-circulant", "toeplitz",
         "block-toeplitz", "low-rank")
OPTIONS = {"block-circulant": ("--blocks", "2,4"), "block-toeplitz": ("--blocks", "2,4"),
           "low-rank": ("--rank", 2)}


def correlated(rng, count, is_complex):
    """Two clusters of 8 entries with neighbours alike."""
    lags = np.abs(np.subtract.outer(np.arange(8), np.arange(8)))
    factor = np.linalg.cholesky(0.7**lags)
    x = normal(rng, count, 8, is_complex=is_complex) @ factor.T
    x[: count // 2] *= 3
    x[count // 2 :] += 4
    return 5 * x + 2


def from_pairs(tensor, is_complex):
    return tensor[..., 0] + 1j * tensor[..., 1] if is_complex else tensor


def dense(metadata, tensors, is_complex):
    """The mixture of a model file in model units, covariances written out as docs/formats.md says."""
    means = from_pairs(tensors["means"], is_complex)
    n = means.shape[1]
    if "covariances" in tensors:
        covariances = from_pairs(tensors["covariances"], is_complex)
    elif "covariance" in tensors:
        covariances = [from_pairs(tensors["covariance"], is_complex)] * len(means)
    elif "variances" in tensors:
        covariances = [np.diag(np.broadcast_to(v, n)) for v in tensors["variances"]]
    elif "spectra" in tensors:
        blocks = json.loads(metadata.get("blocks", f"[1, {n}]"))
        basis = np.kron(*(np.fft.fft(np.eye(b), norm="ortho") for b in blocks))
        covariances = [basis.conj().T @ (s[:, None] * basis) for s in tensors["spectra"]]
        covariances = covariances if is_complex else [c.real for c in covariances]
    else:
        factors = from_pairs(tensors["factors"], is_complex)
        covariances = [w @ w.conj().T + np.diag(d)
                       for w, d in zip(factors, tensors["noise_variances"])]
    return tensors["weights"], means, np.array(covariances).astype(means.dtype)


class StructuredTest(ProgramTest):
    def fit(self, kind, *more):
        return self.succeed("fit", "clean.npy", "--components", 2, "--covariance", kind, "-o",
                            "m.safetensors", *OPTIONS.get(kind, ()), *more)

    def check_type(self, kind, is_complex):
        report = self.fit(kind)
        self.assertIn("nats per sample", report)
        self.assertIn(kind, self.succeed("info", "m.safetensors"))
        metadata, tensors = read_safetensors((self.folder / "m.safetensors").read_bytes())
        self.assertEqual(metadata.get("covariance", "full"), kind)

        # The estimate is the conditional mean of the mixture that the file describes.
        scale, offset = float(metadata["scale"]), from_pairs(tensors["offset"], is_complex)
        noisy = self.load("noisy.npy")
        self.succeed("denoise", "noisy.npy", "-m", "m.safetensors", "--noise-std", 3, "-o",
                     "out.npy")
        mixture = dense(metadata, tensors, is_complex)
        expected = offset + scale * mixture_mean((noisy - offset) / scale, *mixture,
                                                 (3 / scale) ** 2)
        self.assertLess(relative_error(self.load("out.npy"), expected), 1e-9)

        # The fit is about right, and what is drawn from it is like the data.
        self.succeed("sample", "-m", "m.safetensors", "-n", 4000, "--direct", "-o", "drawn.npy")
        drawn, clean = self.load("drawn.npy"), self.load("clean.npy")
        self.assertLess(np.abs(drawn.mean(0) - clean.mean(0)).max(), 0.1 * clean.std())
        self.assertAlmostEqual(drawn.std() / clean.std(), 1, delta=0.1)

        self.succeed("evaluate", "noisy.npy", "-m", "m.safetensors", "--snr-db", "0:20:20",
                     "--method", "one-step", "--json", "e.json")
        results = json.loads((self.folder / "e.json").read_text())["results"]
        nmse = [r["nmse"] for r in results if r["method"] == "one-step"]
        self.assertTrue(0 < nmse[1] < nmse[0] < 0.7, nmse)

    def test_every_type_real(self):
        self.check_all(is_complex=False)

    def test_every_type_complex(self):
        self.check_all(is_complex=True)

    def check_all(self, is_complex):
        rng = np.random.default_rng(1)
        self.save("clean.npy", correlated(rng, 1200, is_complex))
        x = correlated(rng, 200, is_complex)
        self.save("noisy.npy", x + 3 * normal(rng, *x.shape, is_complex=is_complex))
        for kind in TYPES:
            with self.subTest(kind):
                self.check_type(kind, is_complex)

    def test_blocks_are_the_samples_axes_where_none_are_given(self):
        grids = correlated(np.random.default_rng(4), 200, False)
        self.save("flat.npy", grids)
        self.save("grids.npy", grids.reshape(200, 2, 4))
        fit = ("--components", 2, "--covariance", "block-toeplitz", "-o")
        self.succeed("fit", "flat.npy", "--blocks", "2,4", *fit, "given.safetensors")
        self.succeed("fit", "grids.npy", *fit, "own.safetensors")
        self.succeed("fit", "grids.npy", "--blocks", "4,2", *fit, "other.safetensors")
        given, own, other = (
            read_safetensors((self.folder / f"{name}.safetensors").read_bytes())[1]["covariances"]
            for name in ("given", "own", "other"))
        np.testing.assert_array_equal(own, given)
        self.assertGreater(relative_error(other, given), 1e-3)

    def test_what_does_not_fit_is_refused(self):
        self.save("clean.npy", correlated(np.random.default_rng(2), 60, False))
        fit = ("fit", "clean.npy", "-o", "m.safetensors", "--components", 2)
        self.fail_with(2, *fit, "--covariance", "oval", says=["--covariance", "circulant"])
        self.fail_with(1, *fit, "--covariance", "block-circulant", "--blocks", "3,4",
                       says=["blocks 3,4", "8 entries"])
        self.fail_with(1, *fit, "--covariance", "block-toeplitz",
                       says=["block-toeplitz covariances of 8 entries need blocks", "two lengths"])
        self.fail_with(2, *fit, "--blocks", "2,4", says=["--blocks goes with --covariance block-"])
        self.fail_with(1, *fit, "--covariance", "low-rank", "--rank", 9, says=["--rank 9", "8 components at most"])

    def test_hand_written_tensors_are_enough(self):
        tensors = {"weights": np.array([0.5, 0.5]), "means": np.array([[3.0, 0.0], [-3.0, 0.0]]),
                   "variances": np.array([[1.0, 4.0], [2.0, 1.0]])}
        self.write("m.safetensors", safetensors({"kind": "mixture", "complex": "false"}, tensors))
        self.assertIn("diag", self.succeed("info", "m.safetensors"))
        y = np.random.default_rng(3).normal(size=(20, 2)) * 3
        self.save("noisy.npy", y)
        self.succeed("denoise", "noisy.npy", "-m", "m.safetensors", "--noise-std", 1, "-o",
                     "out.npy")
        covariances = np.array([np.diag(v) for v in tensors["variances"]])
        expected = mixture_mean(y, tensors["weights"], tensors["means"], covariances, 1.0)
        self.assertLess(relative_error(self.load("out.npy"), expected), 1e-12)


if __name__ == "__main__":
    unittest.main()
