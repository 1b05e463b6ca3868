# SPDX-License-Identifier: BSD-3-Clause
"""Coloured noise and posterior deviations, against formulas in NumPy."""

import unittest

import numpy as np

from posteriors import ObservationTest, draws_of, posterior
from support import coloured, relative_error


class DeviationTest(ObservationTest):
    def test_of_plain_denoising(self):
        for is_complex in (False, True):
            with self.subTest(is_complex=is_complex):
                self.make(is_complex)
                x = draws_of(self.rng, 50, *self.prior)
                y = x + 2 * self.normal(50, 6, is_complex=is_complex)
                self.save("y.npy", y)
                for method in ("auto", "mean-forwarding", "sample"):
                    out = self.denoise("--noise-std", 2, "--std", "s.npy", "--method", method)
                    mean, variance = posterior(y, np.eye(6), 4 * np.eye(6), *self.prior)
                    self.assertLess(relative_error(self.load("s.npy"), np.sqrt(variance)), 1e-9)
                    if method == "auto":
                        self.assertLess(relative_error(out, mean), 1e-9)

    def test_ninety_percent_intervals_of_a_gaussian_cover_ninety_percent(self):
        clean = coloured(self.rng, 20000, 4)
        self.save("clean.npy", clean)
        self.succeed("fit", "clean.npy", "--prior", "gaussian", "-o", "m.safetensors")
        # Fresh signals of the fitted prior.
        x = self.rng.multivariate_normal(clean.mean(axis=0), np.cov(clean.T, bias=True), 20000)
        self.save("y.npy", x + 2 * self.rng.standard_normal(x.shape))
        out = self.denoise("--noise-std", 2, "--std", "s.npy")
        covered = (np.abs(out - x) < 1.6448536 * self.load("s.npy")).mean(axis=1)
        self.assertLess(abs(covered.mean() - 0.9), 4 * covered.std() / np.sqrt(20000))

    def test_in_the_shape_of_the_estimate_and_in_folders(self):
        self.save("clean.npy", coloured(self.rng, 100, 6).reshape(100, 2, 3))
        self.succeed("fit", "clean.npy", "--prior", "gaussian", "-o", "m.safetensors")
        for name in ("a.npy", "b.npy"):
            self.save(name, self.load("clean.npy")[:9].astype(np.float32))
        done = self.succeed("denoise", "a.npy", "b.npy", "-m", "m.safetensors", "-o", "out",
                            "--noise-std", 1, "--std", "std")
        self.assertIn("std/b.npy: posterior standard deviations", done)
        self.assertEqual(self.load("std/b.npy").shape, (9, 2, 3))
        self.assertEqual(self.load("std/b.npy").dtype, np.float32)
        self.fail_with(2, "denoise", "a.npy", "b.npy", "-m", "m.safetensors", "-o", "out",
                       "--noise-std", 1, "--std", "out", says="another output")


class CovarianceTest(ObservationTest):
    def covariance(self, dim, is_complex):
        root = self.normal(dim, dim, is_complex=is_complex)
        covariance = root @ root.conj().T + 0.05 * np.eye(dim)
        self.save("R.npy", covariance)
        return covariance

    def coloured_noise(self, count, covariance):
        is_complex = np.iscomplexobj(covariance)
        white = self.normal(count, len(covariance), is_complex=is_complex)
        return white @ np.linalg.cholesky(covariance).T

    def test_the_mean_of_plain_denoising_in_coloured_noise(self):
        for is_complex in (False, True):
            with self.subTest(is_complex=is_complex):
                self.make(is_complex)
                r = self.covariance(6, is_complex)
                y = draws_of(self.rng, 50, *self.prior) + self.coloured_noise(50, r)
                self.save("y.npy", y)
                mean, variance = posterior(y, np.eye(6), r, *self.prior)
                x = self.denoise("--noise-covariance", "R.npy", "--std", "s.npy")
                self.assertLess(relative_error(x, mean), 1e-9)
                self.assertLess(relative_error(self.load("s.npy"), np.sqrt(variance)), 1e-9)

    def test_all_methods_run_where_the_noise_is_white(self):
        self.save("clean.npy", coloured(self.rng, 300, 5))
        r = self.covariance(5, False)
        y = self.load("clean.npy")[:40] + self.coloured_noise(40, r)
        self.save("y.npy", y)
        for prior in (("gaussian",), ("pca", "--rank", 2)):
            self.succeed("fit", "clean.npy", "--prior", *prior, "-o", "m.safetensors",
                         "--transform", "dct")
            one = self.denoise("--noise-covariance", "R.npy")
            # Forwarding the mean of a Gaussian is its Wiener filter with any number of steps.
            forwarded = self.denoise("--noise-covariance", "R.npy", "--method", "mean-forwarding",
                                     "--steps", 7)
            self.assertLess(relative_error(forwarded, one), 1e-9)
            options = ("--noise-covariance", "R.npy", "--steps", 20, "--method")
            draws = self.denoise(*options, "sample")
            average = self.denoise(*options, "average", "--draws", 64)
            self.assertGreater(relative_error(draws, one), 2 * relative_error(average, one))
            self.assertLess(relative_error(average, one), 0.2)

    def test_white_noise_as_a_covariance_is_plain_noise(self):
        self.make(False)
        self.save("y.npy", draws_of(self.rng, 30, *self.prior))
        self.save("R.npy", 1.5**2 * np.eye(6))
        for method in ("one-step", "mean-forwarding"):
            options = ("--method", method) + (("--steps", 5) if method != "one-step" else ())
            plain = self.denoise("--noise-std", 1.5, *options)
            x = self.denoise("--noise-covariance", "R.npy", *options)
            self.assertLess(relative_error(x, plain), 1e-9)

    def test_with_an_operator(self):
        for is_complex in (False, True):
            for rows in (4, 8):
                with self.subTest(is_complex=is_complex, rows=rows):
                    self.make(is_complex)
                    r = self.covariance(rows, is_complex)
                    a = self.normal(rows, 6, is_complex=is_complex)
                    y = draws_of(self.rng, 30, *self.prior) @ a.T + self.coloured_noise(30, r)
                    self.save("A.npy", a)
                    self.save("y.npy", y)
                    x = self.denoise("--operator", "A.npy", "--noise-covariance", "R.npy")
                    mean, _ = posterior(y, a, r, *self.prior)
                    self.assertLess(relative_error(x, mean), 1e-9)

    def test_wrong_covariances(self):
        self.make(False)
        self.save("y.npy", draws_of(self.rng, 5, *self.prior))
        run = ("denoise", "y.npy", "-m", "m.safetensors", "-o", "x.npy", "--noise-covariance")
        for covariance, says in (
            (np.eye(5), ("5 x 5", "6 entries")),
            (np.ones((6, 6)), ("singular",)),
            (np.diag([1.0, 1, 1, 1, 1, -1]), ("negative",)),
            (np.triu(np.ones((6, 6))), ("symmetric",)),
            (np.ones(6), ("shape (6,)", "two axes")),
        ):
            self.save("R.npy", covariance)
            self.fail_with(1, *run, "R.npy", says=("R.npy: ", *says))
        self.save("R.npy", np.eye(6))
        self.fail_with(2, *run, "R.npy", "--noise-std", 1, says=("both", "--noise-covariance"))
        self.fail_with(2, *run, "R.npy", "--snr-db", 1, says=("both", "--snr-db"))


if __name__ == "__main__":
    unittest.main()
