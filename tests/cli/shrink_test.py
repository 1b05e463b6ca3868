# SPDX-License-Identifier: BSD-3-Clause
"""`pellucid shrink` against NumPy's singular value decomposition and the published formulas."""

import json
import unittest

import numpy as np

from support import ProgramTest, normal, relative_error


def shrunk_values(loss, y, beta):
    """Gavish and Donoho (2017), as printed there, for y in units of sigma sqrt(n)."""
    seen = np.maximum(y, 1 + np.sqrt(beta) + 1e-9)
    root = np.sqrt((seen**2 - beta - 1) ** 2 - 4 * beta)
    x = np.sqrt((seen**2 - beta - 1 + root) / 2)
    hard = np.sqrt(2 * (beta + 1) + 8 * beta / (beta + 1 + np.sqrt(beta**2 + 14 * beta + 1)))
    answers = {
        "frobenius": root / seen,
        "operator": x,
        "nuclear": np.maximum(0, (x**4 - beta - np.sqrt(beta) * x * seen) / (x**2 * seen)),
        "leeb": x * np.sqrt((x**2 + beta) / (x**2 + 1)),
        "hard": np.where(y > hard, y, 0),
        "mp": y,
    }
    return np.where(y > 1 + np.sqrt(beta), answers[loss], 0)


def shrink(matrix, loss, noise_std, size=None):
    """The matrix with shrunk singular values; `size` are the noise's sides."""
    u, s, vh = np.linalg.svd(matrix, full_matrices=False)
    short, long = sorted(size or matrix.shape)
    unit = noise_std * np.sqrt(long)
    values = unit * shrunk_values(loss, s / unit, short / long)
    return (u * values) @ vh, values


def low_rank(rng, rows, columns, values, is_complex=False):
    u = np.linalg.qr(normal(rng, rows, len(values), is_complex=is_complex))[0]
    v = np.linalg.qr(normal(rng, columns, len(values), is_complex=is_complex))[0]
    return (u * values) @ v.conj().T


LOSSES = ("frobenius", "operator", "nuclear", "leeb", "hard", "mp")


class ShrinkTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.rng = np.random.default_rng(1)

    def noisy(self, rows=60, columns=150, is_complex=False, noise_std=0.5):
        self.clean = low_rank(self.rng, rows, columns, [40.0, 20.0, 9.0], is_complex)
        return self.clean + noise_std * normal(self.rng, rows, columns, is_complex=is_complex)

    def shrink(self, array, *options):
        self.save("y.npy", array)
        self.out = self.succeed("shrink", "y.npy", "-o", "x.npy", "--json", "r.json", *options)
        self.result = json.loads((self.folder / "r.json").read_text())
        return self.load("x.npy")

    def test_every_loss_is_the_published_formula(self):
        for is_complex in (False, True):
            for rows, columns in ((60, 150), (150, 60), (80, 80)):
                y = self.noisy(rows, columns, is_complex)
                for loss in LOSSES:
                    with self.subTest(is_complex=is_complex, rows=rows, loss=loss):
                        x = self.shrink(y, "--loss", loss, "--noise-std", 0.5)
                        expected, values = shrink(y, loss, 0.5)
                        self.assertEqual(x.dtype, y.dtype)
                        self.assertLess(relative_error(x, expected), 1e-10)
                        self.assertEqual(self.result["rank"], np.sum(values > 0))
                        removed = np.mean(np.abs(y - x) ** 2)
                        self.assertAlmostEqual(self.result["variance_removed"] / removed, 1, 10)
                        self.assertEqual(self.result["estimator"], "given")
                        self.assertIn(f"rank              {self.result['rank']} of", self.out)

    def test_single_precision_and_integers(self):
        y = self.noisy().astype(np.float32)
        x = self.shrink(y, "--noise-std", 0.5)
        self.assertEqual(x.dtype, np.float32)
        self.assertLess(relative_error(x, shrink(y.astype(float), "frobenius", 0.5)[0]), 1e-5)
        counts = np.round(100 * y).astype(np.int16)
        x = self.shrink(counts, "--noise-std", 50)
        self.assertEqual(x.dtype, np.float32)
        self.assertLess(relative_error(x, shrink(counts.astype(float), "frobenius", 50)[0]), 1e-5)

    def test_noise_is_estimated(self):
        y = self.noisy(200, 300)
        x = self.shrink(y)
        self.assertAlmostEqual(self.result["noise_std"], 0.5, delta=0.01)
        self.assertLess(self.result["interval"][0], self.result["noise_std"])
        self.assertEqual(self.result["rank"], 3)
        error = lambda estimate: np.sum((estimate - self.clean) ** 2)
        self.assertLess(error(x), 0.05 * error(y))
        self.assertLess(error(x), error(self.shrink(y, "--loss", "mp")))

    def test_answers_scale_with_the_data(self):
        y = self.noisy()
        x, once = self.shrink(y), self.result
        self.assertLess(relative_error(self.shrink(7 * y), 7 * x), 1e-12)
        self.assertAlmostEqual(self.result["noise_std"], 7 * once["noise_std"], 10)
        self.assertAlmostEqual(self.result["variance_removed"], 49 * once["variance_removed"], 9)

    def test_centring_uses_one_sample_less(self):
        for is_complex in (False, True):
            y = self.noisy(60, 20, is_complex) + 30 * normal(self.rng, 20, is_complex=is_complex)
            mean = y.mean(axis=0)
            expected = mean + shrink(y - mean, "frobenius", 0.5, (59, 20))[0]
            x = self.shrink(y, "--noise-std", 0.5, "--center")
            self.assertLess(relative_error(x, expected), 1e-10)
            self.assertEqual(self.result["gamma"], 20 / 59)
            x = self.shrink(y.T, "--noise-std", 0.5, "--center", "--samples", "last")
            self.assertLess(relative_error(x, expected.T), 1e-10)

    def test_the_last_axis_of_more_than_two_counts_looks(self):
        y = self.noisy(60, 24).reshape(3, 4, 5, 24)
        x = self.shrink(y, "--noise-std", 0.5, "--center")
        flat = y.reshape(60, 24)
        mean = flat.mean(axis=1, keepdims=True)
        expected = mean + shrink(flat - mean, "frobenius", 0.5, (60, 23))[0]
        self.assertEqual(x.shape, y.shape)
        self.assertLess(relative_error(x.reshape(60, 24), expected), 1e-10)
        self.assertEqual((self.result["variables"], self.result["samples"]), (60, 24))
        x = self.shrink(y, "--noise-std", 0.5, "--samples", "first")
        expected = shrink(y.reshape(3, 480), "frobenius", 0.5)[0]
        self.assertLess(relative_error(x.reshape(3, 480), expected), 1e-10)

    def test_fortran_order_stays(self):
        y = self.noisy(12, 40)
        x = self.shrink(np.asfortranarray(y), "--noise-std", 0.5)
        self.assertTrue(x.flags.f_contiguous)
        self.assertLess(relative_error(x, shrink(y, "frobenius", 0.5)[0]), 1e-10)

    def test_plain_cases(self):
        for array, rank in (
            (np.zeros((5, 9)), 0),
            (np.full((5, 9), 3.0), 1),
            (np.outer(np.arange(5.0), np.ones(9)), 1),
            (low_rank(self.rng, 12, 9, [5.0, 1.0, 1e-6]), 3),
        ):
            x = self.shrink(array)
            np.testing.assert_array_equal(x, array)
            self.assertEqual((self.result["rank"], self.result["noise_std"]), (rank, 0))
        self.shrink(normal(self.rng, 40, 300), "--noise-std", 1.2)
        self.assertEqual((self.result["rank"], self.result["fraction_removed"]), (0, 1))
        one = np.full((1, 50), 2.0)
        x = self.shrink(one, "--noise-std", 1)
        self.assertLess(relative_error(x, shrink(one, "frobenius", 1)[0]), 1e-12)

    def test_errors_name_file_and_mend(self):
        y = self.noisy()
        self.save("y.npy", y)
        bad = y.copy()
        bad[3, 4] = np.nan
        self.save("bad.npy", bad)
        self.save("one.npy", y[:1])
        command = lambda name, *options: ("shrink", name, "-o", "x.npy", *options)
        self.fail_with(1, *command("bad.npy"), says=("bad.npy", "(3, 4)"))
        self.fail_with(1, *command("one.npy"), says=("one.npy", "give --noise-std"))
        one = command("one.npy", "--center", "--noise-std", 1)
        self.fail_with(1, *one, says=("one.npy", "center"))
        self.fail_with(2, *command("y.npy", "--loss", "best"), says=("--loss", "frobenius"))
        self.fail_with(2, *command("y.npy", "--noise-std", "-1"), says="--noise-std")
        self.fail_with(2, *command("y.npy", "--samples", "middle"), says=("--samples", "last"))
        self.fail_with(2, "shrink", "y.npy", "-o", "y.npy", says="y.npy")

    def test_threads_change_nothing(self):
        y = self.noisy(300, 200)
        x = self.shrink(y, "--threads", 1)
        np.testing.assert_array_equal(self.shrink(y, "--threads", 3), x)


if __name__ == "__main__":
    unittest.main()
