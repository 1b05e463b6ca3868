# SPDX-License-Identifier: BSD-3-Clause
"""Linear observations, against formulas in NumPy."""

import unittest

import numpy as np

from posteriors import ObservationTest, draws_of, posterior
from support import coloured, relative_error, wav


class OperatorTest(ObservationTest):
    def observe(self, a, noise_std, count=40):
        x = draws_of(self.rng, count, *self.prior)
        is_complex = np.iscomplexobj(x)
        y = x @ a.T + noise_std * self.normal(count, len(a), is_complex=is_complex)
        self.save("y.npy", y)
        self.save("A.npy", a)
        return y

    def test_means_and_deviations_are_the_posteriors(self):
        for is_complex in (False, True):
            for rows in (1, 4, 6, 9):
                with self.subTest(is_complex=is_complex, rows=rows):
                    self.make(is_complex)
                    a = self.normal(rows, 6, is_complex=is_complex)
                    y = self.observe(a, 0.5)
                    x = self.denoise("--operator", "A.npy", "--noise-std", 0.5, "--std", "s.npy")
                    mean, variance = posterior(y, a, 0.25 * np.eye(rows), *self.prior)
                    deviations = self.load("s.npy")
                    self.assertEqual(x.shape, (40, 6))
                    self.assertEqual(deviations.dtype, np.float64)
                    self.assertLess(relative_error(x, mean), 1e-9)
                    self.assertLess(relative_error(deviations, np.sqrt(variance)), 1e-9)

    def test_a_real_mask_with_zero_rows_observes_complex_signals(self):
        self.make(True)
        mask = np.diag([1.0, 0, 1, 0, 0, 1])
        y = self.observe(mask, 0.3)
        x = self.denoise("--operator", "A.npy", "--noise-std", 0.3)
        mean, _ = posterior(y, mask, 0.09 * np.eye(6), *self.prior)
        self.assertLess(relative_error(x, mean), 1e-9)

    def test_outputs_have_the_models_shape_whatever_the_observations(self):
        images = coloured(self.rng, 200, 12).reshape(200, 3, 4)
        self.save("images.npy", images)
        self.succeed("fit", "images.npy", "--prior", "gaussian", "-o", "m.safetensors")
        a = self.rng.standard_normal((10, 12))
        y = images.reshape(200, 12) @ a.T + self.rng.standard_normal((200, 10))
        self.save("A.npy", a)
        for shape in ((200, 10), (200, 5, 2)):
            self.save("y.npy", y.reshape(shape))
            x = self.denoise("--operator", "A.npy", "--noise-std", 1)
            flat = images.reshape(200, 12)
            covariance = np.cov(flat.T, bias=True)
            mean, _ = posterior(y, a, np.eye(10), [1.0], [flat.mean(axis=0)], [covariance])
            self.assertEqual(x.shape, (200, 3, 4))
            self.assertLess(relative_error(x.reshape(200, 12), mean), 1e-9)

    def test_transforms_and_pca_of_the_model_are_taken_into_account(self):
        for is_complex, transform in ((True, "dft"), (False, "dct"), (True, "dct")):
            for prior in (("pca", "--rank", 3), ("gaussian",), ("mixture", "--components", 2)):
                with self.subTest(transform=transform, prior=prior):
                    clean = coloured(self.rng, 200, 6, is_complex).reshape(200, 2, 3)
                    self.save("clean.npy", clean)
                    for name, extra in (("m", ("--transform", transform)), ("plain", ())):
                        self.succeed("fit", "clean.npy", "-o", f"{name}.safetensors", "--prior",
                                     *prior, *extra)
                    a = self.normal(4, 6, is_complex=is_complex)
                    self.save("A.npy", a)
                    self.save("y.npy", clean.reshape(200, 6) @ a.T)
                    options = ("--operator", "A.npy", "--noise-std", 0.7, "--std", "s.npy")
                    x, s = self.denoise(*options), self.load("s.npy")
                    if prior[0] == "mixture":
                        continue  # k-means++ draws differ under the transform
                    # Unitary transforms of full covariances change nothing.
                    self.succeed("denoise", "y.npy", "-m", "plain.safetensors", "-o", "x2.npy",
                                 *options[:-1], "s2.npy")
                    self.assertLess(relative_error(x, self.load("x2.npy")), 1e-9)
                    self.assertLess(relative_error(s, self.load("s2.npy")), 1e-9)

    def test_noise_one_per_sample(self):
        self.make(False)
        a = self.rng.standard_normal((4, 6))
        y = self.observe(a, 1.0)
        deviations = self.rng.uniform(0.1, 3, 40)
        self.save("sigma.npy", deviations)
        x = self.denoise("--operator", "A.npy", "--noise-std", "sigma.npy")
        for i in range(0, 40, 7):
            mean, _ = posterior(y[i:i + 1], a, deviations[i] ** 2 * np.eye(4), *self.prior)
            self.assertLess(relative_error(x[i:i + 1], mean), 1e-9)

    def test_draws_follow_the_posterior(self):
        self.make(True, dim=3)
        a = self.normal(2, 3, is_complex=True)
        y = np.repeat(self.observe(a, 0.5, count=1), 20000, axis=0)
        self.save("y.npy", y)
        options = ("--operator", "A.npy", "--noise-std", 0.5)
        mean, variance = posterior(y[:1], a, 0.25 * np.eye(2), *self.prior)
        x = self.denoise(*options, "--method", "sample")
        error = np.sqrt(variance[0] / 20000)
        self.assertTrue((np.abs(x.mean(axis=0) - mean[0]) < 5 * error).all())
        squares = np.abs(x - mean) ** 2
        deviation = squares.std(axis=0) / np.sqrt(20000)
        self.assertTrue((np.abs(squares.mean(axis=0) - variance[0]) < 5 * deviation).all())
        other = self.denoise(*options, "--method", "sample", "--seed", 2)
        self.assertGreater(np.abs(other - x).max(), 0.1)
        average = self.denoise(*options, "--method", "average", "--draws", 9)
        scatter = (np.abs(average - mean) ** 2).mean(axis=0)
        self.assertTrue((np.abs(scatter / variance[0] * 9 - 1) < 0.1).all())

    def test_blocks_and_threads_change_nothing(self):
        self.make(False)
        a = self.rng.standard_normal((4, 6))
        self.observe(a.astype(np.float32), 0.5, count=30000)
        self.save("y.npy", self.load("y.npy").astype(np.float32))
        for method in ("one-step", "sample"):
            results = []
            for extra in ((), ("--threads", 1), ("--memory", "16M"), ("--threads", 3)):
                x = self.denoise("--operator", "A.npy", "--noise-std", 0.5, "--method", method,
                                 "--std", "s.npy", *extra)
                results.append((x.tobytes(), self.load("s.npy").tobytes()))
                self.assertEqual(x.dtype, np.float32)
            self.assertEqual(len(set(results)), 1, method)

    def test_no_noise_is_the_limit(self):
        self.make(False)
        a = self.rng.standard_normal((4, 6))
        y = self.observe(a, 0.0)
        x = self.denoise("--operator", "A.npy", "--noise-std", 0)
        self.assertLess(relative_error(x @ a.T, y), 1e-9)
        tall = self.rng.standard_normal((8, 6))
        truth = draws_of(self.rng, 5, *self.prior)
        self.save("A.npy", tall)
        self.save("y.npy", truth @ tall.T)
        x = self.denoise("--operator", "A.npy", "--noise-std", 0)
        self.assertLess(relative_error(x, truth), 1e-9)

    def test_wrong_operators_and_observations(self):
        self.make(False)
        self.observe(self.rng.standard_normal((4, 6)), 0.5)
        run = ("denoise", "y.npy", "-m", "m.safetensors", "-o", "x.npy", "--operator")
        level = ("--noise-std", 0.5)
        self.save("B.npy", np.ones((4, 5)))
        self.fail_with(1, *run, "B.npy", *level, says=("B.npy: shape (4, 5)", "6 entries", "(M, 6)"))
        self.save("B.npy", np.ones((3, 6)))
        self.fail_with(1, *run, "B.npy", *level, says=("y.npy: shape (40, 4)", "B.npy", "(n, 3)"))
        self.save("B.npy", np.ones(6))
        self.fail_with(1, *run, "B.npy", *level, says=("B.npy: shape (6,)", "two axes"))
        self.save("B.npy", 1j * np.ones((4, 6)))
        self.fail_with(1, *run, "B.npy", *level, says=("B.npy: complex", "m.safetensors"))
        self.save("B.npy", np.full((4, 6), np.nan))
        self.fail_with(1, *run, "B.npy", *level, says=("B.npy: ", "(0, 0)"))
        self.fail_with(1, *run, "missing.npy", *level, says="missing.npy: ")
        self.fail_with(2, *run, "A.npy", "--snr-db", 10, says=("--snr-db", "--noise-std"))
        self.fail_with(2, *run, "A.npy", says="--noise-std")
        self.fail_with(2, *run, "A.npy", *level, "--method", "mean-forwarding",
                       says=("mean-forwarding", "--operator"))
        for option in (("--steps", 4), ("--schedule", "linear,9"), ("--rule", "renoise"),
                       ("--precision", "f32"), ("--method", "sample", "--resampling", 1)):
            self.fail_with(2, *run, "A.npy", *level, *option, says=(f"{option[-2]}: ", "exact"))
        self.fail_with(2, *run, "A.npy", *level, "--std", "x.npy", says="another output")
        self.fail_with(2, *run, "A.npy", *level, "--std", "A.npy", says="is an input")
        self.save("y.npy", 1j * np.ones((2, 4)))
        self.fail_with(1, *run, "A.npy", *level, says=("y.npy: complex data", "real signals"))

    def test_models_of_cut_signals_are_refused(self):
        self.write("sound.wav", wav(self.rng.integers(-9000, 9000, 6000)))
        self.succeed("fit", "sound.wav", "--frame", 16, "--prior", "gaussian", "-o",
                     "m.safetensors")
        self.save("A.npy", np.eye(16))
        for option in (("--operator", "A.npy", "--noise-std", 1), ("--noise-covariance", "A.npy"),
                       ("--std", "s.npy", "--noise-std", 1)):
            self.fail_with(1, "denoise", "sound.wav", "-m", "m.safetensors", "-o", "x.wav", *option,
                           says=("m.safetensors: ", "frames of 16", option[0]))


if __name__ == "__main__":
    unittest.main()
