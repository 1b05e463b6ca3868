# SPDX-License-Identifier: BSD-3-Clause
"""What is fitted and denoised, against closed forms in NumPy, in the user's units."""

import json
import unittest

import numpy as np

from support import (
    ProgramTest,
    coloured,
    golden,
    mixture_mean,
    normal,
    read_safetensors,
    relative_error,
    wiener,
)

SNRS_DB = (-20, -10, 0, 10, 20, 30)


def moments(x):
    mean = x.mean(axis=0)
    centred = x - mean
    covariance = centred.T @ centred.conj() / len(x)
    return mean, covariance, np.trace(covariance).real / x.shape[1]


class GaussianTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.rng = np.random.default_rng(1)

    def fit(self, is_complex):
        x = coloured(self.rng, 400, 6, is_complex)
        self.save("clean.npy", x)
        self.succeed("fit", "clean.npy", "--prior", "gaussian", "-o", "m.safetensors")
        return moments(x)

    def test_model_file_holds_the_moments_in_model_units(self):
        for is_complex in (False, True):
            with self.subTest(is_complex=is_complex):
                mean, covariance, power = self.fit(is_complex)
                content = (self.folder / "m.safetensors").read_bytes()
                metadata, tensors = read_safetensors(content)
                join = lambda a: a[..., 0] + 1j * a[..., 1] if is_complex else a
                self.assertEqual(metadata["format"], "pellucid")
                self.assertEqual(metadata["version"], "1")
                self.assertEqual(metadata["kind"], "gaussian")
                self.assertEqual(metadata["complex"], str(is_complex).lower())
                self.assertEqual(json.loads(metadata["shape"]), [6])
                self.assertAlmostEqual(float(metadata["scale"]) ** 2 / power, 1, places=12)
                self.assertLess(relative_error(join(tensors["offset"]), mean), 1e-12)
                self.assertLess(np.abs(tensors["mean"]).max(), 1e-12)
                fitted = join(tensors["covariance"]) * power
                self.assertLess(relative_error(fitted, covariance), 1e-12)

    def test_one_step_is_the_wiener_filter_with_noise_variance_power_over_snr(self):
        for is_complex in (False, True):
            mean, covariance, power = self.fit(is_complex)
            y = 5 * normal(self.rng, 50, 6, is_complex=is_complex) + mean
            self.save("noisy.npy", y)
            for snr_db in (-10, 0, 7.5, 30):
                with self.subTest(is_complex=is_complex, snr_db=snr_db):
                    self.succeed("denoise", "noisy.npy", "-m", "m.safetensors", "-o", "out.npy",
                                 "--snr-db", snr_db)
                    expected = wiener(y, mean, covariance, power / 10 ** (snr_db / 10))
                    self.assertLess(relative_error(self.load("out.npy"), expected), 1e-12)

    def test_noise_std_is_in_the_users_units_one_or_one_per_sample(self):
        for is_complex in (False, True):
            with self.subTest(is_complex=is_complex):
                mean, covariance, _ = self.fit(is_complex)
                y = 5 * normal(self.rng, 40, 6, is_complex=is_complex) + mean
                self.save("noisy.npy", y)
                self.succeed("denoise", "noisy.npy", "-m", "m.safetensors", "-o", "out.npy",
                             "--noise-std", 1.7)
                expected = wiener(y, mean, covariance, 1.7**2)
                self.assertLess(relative_error(self.load("out.npy"), expected), 1e-12)

                deviations = self.rng.uniform(0.1, 10, 40)
                self.save("sigma.npy", deviations)
                self.succeed("denoise", "noisy.npy", "-m", "m.safetensors", "-o", "out.npy",
                             "--noise-std", "sigma.npy")
                expected = wiener(y, mean, covariance, deviations**2)
                self.assertLess(relative_error(self.load("out.npy"), expected), 1e-12)

    def test_mean_forwarding_of_any_number_of_steps_is_the_wiener_filter(self):
        mean, covariance, power = self.fit(True)
        y = 5 * normal(self.rng, 20, 6, is_complex=True) + mean
        self.save("noisy.npy", y)
        expected = wiener(y, mean, covariance, power / 10**0.5)
        for steps in (1, 2, 7, 100):
            self.succeed("denoise", "noisy.npy", "-m", "m.safetensors", "-o", "out.npy",
                         "--snr-db", 5, "--method", "mean-forwarding", "--steps", steps)
            self.assertLess(relative_error(self.load("out.npy"), expected), 1e-10)

    def test_no_noise_returns_the_observation(self):
        mean, _, _ = self.fit(False)
        y = self.rng.standard_normal((5, 6)) + mean
        self.save("noisy.npy", y)
        self.succeed("denoise", "noisy.npy", "-m", "m.safetensors", "-o", "out.npy",
                     "--noise-std", 0)
        self.assertLess(relative_error(self.load("out.npy"), y), 1e-9)


class PcaTest(ProgramTest):
    def test_denoises_on_the_leading_components(self):
        rng = np.random.default_rng(2)
        for is_complex, count in ((False, 300), (True, 300), (False, 8)):
            with self.subTest(is_complex=is_complex, count=count):
                x = coloured(rng, count, 12, is_complex)
                mean, covariance, power = moments(x)
                self.save("clean.npy", x)
                self.succeed("fit", "clean.npy", "--prior", "pca", "--rank", 3,
                             "-o", "m.safetensors")
                y = x[:8] + normal(rng, 8, 12, is_complex=is_complex)
                self.save("noisy.npy", y)
                self.succeed("denoise", "noisy.npy", "-m", "m.safetensors", "-o", "out.npy",
                             "--snr-db", 3)
                values, basis = np.linalg.eigh(covariance)
                leading = (basis[:, -3:] * values[-3:]) @ basis[:, -3:].conj().T
                expected = wiener(y, mean, leading, power / 10**0.3)
                self.assertLess(relative_error(self.load("out.npy"), expected), 1e-10)


class MixtureTest(ProgramTest):
    def denoise_golden(self, name, key, dtype, *options):
        self.save("noisy.npy", golden(f"{name}.{key}.y").astype(dtype))
        self.succeed("denoise", "noisy.npy", "-m", f"{name}.safetensors", "-o", "out.npy", *options)
        return self.load("out.npy")

    def test_one_step_of_a_handwritten_mixture_is_the_conditional_mean(self):
        cases = (
            ("mixture_small", "float64", SNRS_DB, 1e-9),
            ("mixture_complex", "complex128", SNRS_DB, 1e-9),
            ("mixture_small", "float32", (-20, 30), 1e-4),
            ("mixture_complex", "complex64", (0, 30), 1e-4),
            ("mixture_paper", "float64", (10,), 1e-9),
            ("mixture_paper", "float32", (-10, 30), 1e-4),
            ("two_point", "float64", (-5, 0, 5), 1e-9),
        )
        for name, dtype, snrs_db, tolerance in cases:
            self.golden_mixture(name)
            for snr_db in snrs_db:
                key = f"snr{snr_db:+d}"
                # Unit power: at the golden SNR the deviation follows from it alone.
                level = ("--noise-std", 10 ** (-snr_db / 20))
                out = self.denoise_golden(name, key, dtype, *level)
                error = relative_error(out, golden(f"{name}.{key}.cme"))
                self.assertLess(error, tolerance, (name, dtype, snr_db))
                self.assertEqual(out.dtype, dtype)

    def test_mean_forwarding_takes_every_step_of_the_schedule(self):
        first = 1 - 1e4 / (1 + 1e4)
        for name, steps, last in (("mixture_small", 100, 0.1), ("mixture_complex", 100, 0.1),
                                  ("two_point", 300, 0.035)):
            dtype = "complex128" if name == "mixture_complex" else "float64"
            for snr_db in (-5, 5) if name == "two_point" else (-10, 10, 30):
                self.golden_mixture(name)
                key = f"snr{snr_db:+d}"
                out = self.denoise_golden(name, key, dtype, "--noise-std", 10 ** (-snr_db / 20),
                                          "--method", "mean-forwarding",
                                          "--schedule", f"linear,{steps},{first},{last}")
                expected = golden(f"{name}.{key}.mean_forwarding_T{steps}")
                self.assertLess(relative_error(out, expected), 1e-7, (name, snr_db))

    def test_a_handwritten_mixture_keeps_the_users_units(self):
        # Golden data times 7 plus 3: P follows from the mixture's own moments.
        weights, means, covariances = (
            golden(f"mixture_small.{key}") for key in ("weights", "means", "covariances")
        )
        means, covariances = 7 * means + 3, 49 * covariances
        self.write_mixture("m.safetensors", weights, means, covariances)
        centre = weights @ means
        power = weights @ [np.trace(c) / 12 + np.mean((m - centre) ** 2)
                           for m, c in zip(means, covariances)]
        y = 7 * golden("mixture_small.snr+0.y") + 3
        self.save("noisy.npy", y)
        for snr_db in (0, 12):
            self.succeed("denoise", "noisy.npy", "-m", "m.safetensors", "-o", "out.npy",
                         "--snr-db", snr_db)
            expected = mixture_mean(y, weights, means, covariances, power / 10 ** (snr_db / 10))
            self.assertLess(relative_error(self.load("out.npy"), expected), 1e-9)

    def test_a_fit_finds_the_clusters_it_was_given(self):
        for is_complex in (False, True):
            with self.subTest(is_complex=is_complex):
                rng = np.random.default_rng(3)
                centres = np.array([[40.0, 0, 0], [0, 40, 0], [0, 0, 40]])
                labels = rng.integers(0, 3, 900)
                x = centres[labels] + normal(rng, 900, 3, is_complex=is_complex) + 100
                self.save("clean.npy", x)
                self.succeed("fit", "clean.npy", "--components", 3, "-o", "m.safetensors")
                metadata, tensors = read_safetensors((self.folder / "m.safetensors").read_bytes())
                self.assertEqual(metadata["kind"], "mixture")
                join = lambda a: a[..., 0] + 1j * a[..., 1] if is_complex else a
                found = join(tensors["means"]) * float(metadata["scale"]) + join(tensors["offset"])
                order = np.argsort(np.abs(found - 100) @ [1, 2, 3])
                truth = np.array([x[labels == k].mean(axis=0) for k in range(3)])
                self.assertLess(np.abs(found[order] - truth).max(), 1e-6)
                shares = np.array([np.mean(labels == k) for k in range(3)])
                self.assertLess(np.abs(tensors["weights"][order] - shares).max(), 1e-9)

    def test_a_fitted_mixture_denoises_as_its_file_says(self):
        rng = np.random.default_rng(4)
        x = np.concatenate([coloured(rng, 200, 4), coloured(rng, 300, 4) - 9])
        self.save("clean.npy", x)
        self.succeed("fit", "clean.npy", "--components", 3, "--passes", 10, "-o", "m.safetensors")
        metadata, tensors = read_safetensors((self.folder / "m.safetensors").read_bytes())
        scale = float(metadata["scale"])
        y = x[::5] + 2 * rng.standard_normal((100, 4))
        self.save("noisy.npy", y)
        self.succeed("denoise", "noisy.npy", "-m", "m.safetensors", "-o", "out.npy",
                     "--noise-std", 2)
        expected = mixture_mean(y, tensors["weights"], tensors["means"] * scale + tensors["offset"],
                                tensors["covariances"] * scale**2, 4.0)
        self.assertLess(relative_error(self.load("out.npy"), expected), 1e-9)


if __name__ == "__main__":
    unittest.main()
