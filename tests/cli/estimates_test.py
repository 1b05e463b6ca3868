# SPDX-License-Identifier: BSD-3-Clause
"""Methods of denoising and generating: moments, order, types, shapes and names of the results."""

import unittest

import numpy as np

from support import ProgramTest, coloured, normal, relative_error, wiener


def reverse_moments(eigenvalues, levels, resampling, gain, spread):
    """Gain and variance of a reverse process over a Gaussian prior, per eigenvalue (design)."""
    gain, spread = gain * np.ones_like(eigenvalues), spread * np.ones_like(eigenvalues)
    for t, u in zip(levels, [*levels[1:], 1.0]):
        a = t / u
        b = 1 - a
        d = np.sqrt(t) * eigenvalues / (t * eigenvalues + 1 - t)
        c = (np.sqrt(u) * b * d + np.sqrt(a) * (1 - u)) / (1 - t)
        gain, spread = c * gain, c**2 * spread + resampling**2 * b * (1 - u) / (1 - t)
    return gain, spread


def linear_schedule(steps, first, last):
    return np.cumprod(1 - np.linspace(first, last, steps))


class MethodTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.rng = np.random.default_rng(5)
        self.x = coloured(self.rng, 300, 4)
        self.save("clean.npy", self.x)
        self.succeed("fit", "clean.npy", "--prior", "gaussian", "-o", "m.safetensors")
        self.save("noisy.npy", self.x + 2 * self.rng.standard_normal(self.x.shape))

    def denoise(self, *options, noise=("--noise-std", 2), warnings=False):
        self.succeed("denoise", "noisy.npy", "-m", "m.safetensors", "-o", "out.npy", *noise,
                     *options, warnings=warnings)
        return self.load("out.npy")

    def test_auto_is_one_step_without_calibration(self):
        one_step = self.denoise("--method", "one-step")
        self.assertTrue(np.array_equal(self.denoise(), one_step))
        # Steps that are asked for are taken.
        forwarded = self.denoise("--method", "mean-forwarding", "--steps", 9)
        self.assertTrue(np.array_equal(self.denoise("--steps", 9), forwarded))
        self.assertTrue(np.array_equal(self.denoise("--method", "auto", "--steps", 9), forwarded))
        self.assertFalse(np.array_equal(forwarded, one_step))

    def test_options_that_no_method_uses_are_refused(self):
        for options, says in (
            (("--method", "one-step", "--steps", 9), ("--steps", "mean-forwarding")),
            (("--method", "one-step", "--rule", "ddim"), ("--rule", "mean-forwarding")),
            (("--resampling", 1), ("--resampling", "average or sample")),
            (("--method", "mean-forwarding", "--resampling", 0), ("--resampling", "average")),
            (("--method", "sample", "--rule", "ddim", "--resampling", 1), ("--rule posterior",)),
            (("--method", "sample", "--draws", 4), ("--draws", "--method average")),
        ):
            self.fail_with(2, "denoise", "noisy.npy", "-m", "m.safetensors", "-o", "o.npy",
                           "--noise-std", 2, *options, says=says)
            self.fail_with(2, "evaluate", "noisy.npy", "-m", "m.safetensors", "--snr-db", 0,
                           *options, says=says)
        self.fail_with(2, "sample", "-m", "m.safetensors", "-n", 1, "-o", "o.npy", "--direct",
                       "--steps", 3, says=("--steps", "--direct"))

    def test_without_resampling_average_and_sample_forward_the_mean(self):
        forwarded = self.denoise("--method", "mean-forwarding", "--steps", 20)
        for method in ("average", "sample"):
            out = self.denoise("--method", method, "--steps", 20, "--resampling", 0)
            self.assertLess(relative_error(out, forwarded), 1e-12)

    def test_average_is_the_mean_of_its_draws(self):
        # Differs from one draw, and comes closer to the conditional mean.
        noisy = self.load("noisy.npy")
        mean, covariance = self.x.mean(axis=0), np.cov(self.x.T, bias=True)
        expected = wiener(noisy, mean, covariance, 4.0)
        error = lambda a: np.mean((a - expected) ** 2)
        one = error(self.denoise("--method", "average", "--draws", 1, "--steps", 30))
        many = error(self.denoise("--method", "average", "--draws", 64, "--steps", 30))
        self.assertAlmostEqual(64 * many / one, 1, delta=0.35)

    def test_rules_agree_on_one_step_and_differ_on_many(self):
        outs = {rule: self.denoise("--method", "mean-forwarding", "--steps", 1, "--rule", rule)
                for rule in ("posterior", "renoise", "ddim")}
        for rule in ("renoise", "ddim"):
            self.assertLess(relative_error(outs[rule], outs["posterior"]), 1e-12)
        many = [self.denoise("--method", "sample", "--steps", 5, "--rule", rule)
                for rule in ("posterior", "renoise", "ddim")]
        self.assertFalse(np.allclose(many[0], many[1]) or np.allclose(many[1], many[2]))

    def test_seed_decides_the_draws(self):
        draws = [self.denoise("--method", "sample", "--steps", 3, "--seed", s) for s in (1, 2, 1)]
        self.assertTrue(np.array_equal(draws[0], draws[2]))
        self.assertFalse(np.allclose(draws[0], draws[1]))

    def test_posterior_draws_have_the_moments_of_the_recursion(self):
        noisy = np.repeat(self.load("noisy.npy")[:1], 20000, axis=0)
        self.save("noisy.npy", noisy)
        draws = self.denoise("--method", "sample", "--steps", 10)
        mean, covariance = self.x.mean(axis=0), np.cov(self.x.T, bias=True)
        power = np.trace(covariance) / 4
        values, basis = np.linalg.eigh(covariance / power)
        snr_db = 10 * np.log10(power / 4)
        levels_db = snr_db + np.arange(10) * (40 - snr_db) / 10
        levels = 1 / (1 + 10 ** (-levels_db / 10))
        gain, spread = reverse_moments(values, levels, 1.0, np.sqrt(levels[0]), 0.0)
        # x_t = sqrt(abar_t) y, so the gain refers to y itself.
        centred = (draws - mean) @ basis
        expected = gain * ((noisy[0] - mean) @ basis)
        deviation = np.sqrt(power * spread)
        self.assertLess(np.max(np.abs(centred.mean(axis=0) - expected) / deviation) * 20000**0.5, 4)
        error = np.abs(centred.var(axis=0) / deviation**2 - 1)
        self.assertLess(np.max(error), 4 * (2 / 20000)**0.5)

    def test_snr_outside_the_schedule_is_no_clamp(self):
        mean, covariance = self.x.mean(axis=0), np.cov(self.x.T, bias=True)
        power = np.trace(covariance) / 4
        for snr_db in (-60, 70):
            for method in ("one-step", "mean-forwarding"):
                out = self.denoise("--method", method, noise=("--snr-db", snr_db))
                expected = wiener(self.load("noisy.npy"), mean, covariance,
                                  power / 10 ** (snr_db / 10))
                self.assertLess(relative_error(out, expected), 1e-9, (snr_db, method))


class ResultTest(ProgramTest):
    """Types, shapes, order and names of what is written."""

    def setUp(self):
        super().setUp()
        self.rng = np.random.default_rng(6)

    def test_type_and_shape_follow_the_input(self):
        for dtype in ("float32", "float64", "complex64", "complex128", "uint8", "int16", ">f8"):
            with self.subTest(dtype=dtype):
                x = 40 * normal(self.rng, 60, 2, 3, is_complex=dtype.startswith("complex")) + 100
                x = x.astype(dtype)
                self.save("x.npy", x)
                self.succeed("fit", "x.npy", "--prior", "gaussian", "-o", "m.safetensors")
                self.succeed("denoise", "x.npy", "-m", "m.safetensors", "-o", "out.npy",
                             "--snr-db", 60)
                out = self.load("out.npy")
                expected = {"uint8": "float32", "int16": "float32", ">f8": "float64"}
                self.assertEqual(out.dtype, expected.get(dtype, dtype))
                self.assertEqual(out.shape, x.shape)
                self.assertTrue(out.flags.c_contiguous)
                # At 60 dB the estimate is the observation: order of samples and entries is kept.
                self.assertLess(relative_error(out, x.astype(out.dtype)), 1e-3)

    def test_fortran_order_is_read_like_c_order(self):
        x = self.rng.standard_normal((50, 3, 4))
        self.save("c.npy", x)
        self.save("f.npy", np.asfortranarray(x))
        for name in ("c", "f"):
            self.succeed("fit", f"{name}.npy", "--prior", "gaussian", "-o", f"{name}.safetensors")
        c, f = [(self.folder / f"{name}.safetensors").read_bytes() for name in ("c", "f")]
        self.assertEqual(c, f)

    def test_several_inputs_go_to_a_folder_under_their_own_names(self):
        x = coloured(self.rng, 90, 5)
        parts = {"a.npy": x[:40], "b.npy": x[40:]}
        for name, part in parts.items():
            self.save(name, part)
        self.succeed("fit", "a.npy", "b.npy", "--prior", "gaussian", "-o", "m.safetensors")
        self.succeed("denoise", "a.npy", "b.npy", "-m", "m.safetensors", "-o", "out",
                     "--noise-std", 1)
        for name, part in parts.items():
            expected = wiener(part, x.mean(axis=0), np.cov(x.T, bias=True), 1.0)
            self.assertLess(relative_error(self.load(f"out/{name}"), expected), 1e-12)
        self.assertEqual(sorted(p.name for p in (self.folder / "out").iterdir()), sorted(parts))

    def test_first_limits_the_samples_used(self):
        x = coloured(self.rng, 90, 5)
        self.save("all.npy", x)
        self.save("some.npy", x[:70])
        self.save("other.npy", x[70:])
        self.succeed("fit", "some.npy", "--components", 2, "-o", "some.safetensors")
        for inputs in (["all.npy"], ["some.npy", "other.npy"]):
            self.succeed("fit", *inputs, "--first", 70, "--components", 2, "-o", "m.safetensors")
            self.assertEqual((self.folder / "m.safetensors").read_bytes(),
                             (self.folder / "some.safetensors").read_bytes())


class SampleTest(ProgramTest):
    def test_direct_draws_follow_the_mixture(self):
        for is_complex in (False, True):
            with self.subTest(is_complex=is_complex):
                rng = np.random.default_rng(7)
                weights = np.array([0.3, 0.7])
                means = normal(rng, 2, 3, is_complex=is_complex) * 3
                mixing = normal(rng, 2, 3, 3, is_complex=is_complex)
                covariances = mixing @ mixing.conj().transpose(0, 2, 1) + 0.1 * np.eye(3)
                self.write_mixture("m.safetensors", weights, means, covariances)
                self.succeed("sample", "-m", "m.safetensors", "-n", 40000, "-o", "x.npy",
                             "--direct", "--double")
                self.check_moments(self.load("x.npy"), weights, means, covariances)

    def check_moments(self, x, weights, means, covariances):
        count = len(x)
        centre = weights @ means
        spread = means - centre
        covariance = np.einsum("k,kij->ij", weights, covariances)
        covariance = covariance + np.einsum("k,ki,kj->ij", weights, spread, spread.conj())
        deviation = np.sqrt(np.diag(covariance).real / count)
        self.assertLess(np.max(np.abs(x.mean(axis=0) - centre) / deviation), 5)
        products = np.einsum("ni,nj->nij", x - centre, (x - centre).conj())
        error = np.abs(products.mean(axis=0) - covariance)
        self.assertLess(np.max(error / (products.std(axis=0) / count**0.5)), 5)
        if np.iscomplexobj(x):
            # Circularly symmetric components: the pseudo-covariance is that of the means alone.
            pseudo = np.einsum("ni,nj->ij", x - centre, x - centre) / count
            expected = np.einsum("k,ki,kj->ij", weights, spread, spread)
            self.assertLess(np.abs(pseudo - expected).max(), 0.05 * np.abs(covariance).max())

    def test_the_reverse_process_generates_the_variances_of_the_recursion(self):
        rng = np.random.default_rng(8)
        x = coloured(rng, 500, 4)
        self.save("clean.npy", x)
        schedule = (50, 1e-4, 0.2)
        self.succeed("fit", "clean.npy", "--prior", "gaussian", "-o", "m.safetensors",
                     "--schedule", "linear,50,0.0001,0.2")
        mean, covariance = x.mean(axis=0), np.cov(x.T, bias=True)
        power = np.trace(covariance) / 4
        values, basis = np.linalg.eigh(covariance / power)
        levels = linear_schedule(*schedule)[::-1]
        for resampling in (1, 0.5, 0):
            self.succeed("sample", "-m", "m.safetensors", "-n", 20000, "-o", "x.npy",
                         "--resampling", resampling)
            draws = (self.load("x.npy").astype(float) - mean) @ basis / np.sqrt(power)
            _, spread = reverse_moments(values, levels, resampling, 0.0, 1.0)
            ratio = draws.var(axis=0) / spread
            self.assertLess(np.max(np.abs(ratio - 1)), 5 * (2 / 20000)**0.5, resampling)

    def test_type_and_shape_are_the_models(self):
        rng = np.random.default_rng(9)
        for is_complex in (False, True):
            self.save("x.npy", normal(rng, 60, 2, 5, is_complex=is_complex))
            self.succeed("fit", "x.npy", "--prior", "gaussian", "-o", "m.safetensors")
            for options, dtype in (((), "float32"), (("--double",), "float64")):
                if is_complex:
                    dtype = {"float32": "complex64", "float64": "complex128"}[dtype]
                for how in (("--steps", 5), ("--direct",)):
                    self.succeed("sample", "-m", "m.safetensors", "-n", 7, "-o", "new.npy",
                                 *options, *how)
                    self.assertEqual(self.load("new.npy").dtype, dtype)
                    self.assertEqual(self.load("new.npy").shape, (7, 2, 5))

    def test_a_schedule_that_ends_above_noise_is_warned_of(self):
        self.golden_mixture("mixture_small")
        done = self.run_program("sample", "-m", "mixture_small.safetensors", "-n", 5, "-o", "x.npy",
                                "--schedule", "linear,10,0.0001,0.01")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stderr.count("\n"), 1)
        self.assertIn("pellucid: warning: ", done.stderr)


if __name__ == "__main__":
    unittest.main()
