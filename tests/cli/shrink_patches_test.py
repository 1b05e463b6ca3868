# SPDX-License-Identifier: BSD-3-Clause
"""`pellucid shrink --patch` against every window's own singular value decomposition in NumPy."""

import itertools
import json
import unittest

import numpy as np

from support import ProgramTest, normal, relative_error


def truncated(window, noise_std):
    """Cut at the Marchenko-Pastur edge, and the rank."""
    u, s, vh = np.linalg.svd(window, full_matrices=False)
    rank = np.sum(s > noise_std * sum(np.sqrt(window.shape)))
    return (u[:, :rank] * s[:rank]) @ vh[:rank], rank


def plain(array, patch, noise_std):
    """Estimates of all windows inside, weighted by 1 / (1 + rank); and the mean rank."""
    total, weights = np.zeros_like(array), np.zeros(array.shape[:-1])
    ranks, count = np.zeros_like(weights), np.zeros_like(weights)
    sizes = [size - edge + 1 for size, edge in zip(array.shape, patch)]
    for start in itertools.product(*map(range, sizes)):
        window = tuple(slice(first, first + edge) for first, edge in zip(start, patch))
        noisy = array[window]
        estimate, rank = truncated(noisy.reshape(-1, array.shape[-1]), noise_std)
        total[window] += estimate.reshape(noisy.shape) / (1 + rank)
        weights[window] += 1 / (1 + rank)
        ranks[window] += rank
        count[window] += 1
    return total / weights[..., None], ranks / count


class ShrinkPatchesTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.rng = np.random.default_rng(1)

    def noisy(self, shape=(7, 8, 6, 12), is_complex=False):
        ramps = np.stack(np.meshgrid(*(np.linspace(1, 2, n) for n in shape[:-1]), indexing="ij"))
        looks = 2 * normal(self.rng, len(ramps), shape[-1], is_complex=is_complex)
        self.clean = np.tensordot(ramps, looks, axes=(0, 0))
        return self.clean + 0.5 * normal(self.rng, *shape, is_complex=is_complex)

    def shrink(self, array, *options):
        self.save("y.npy", array)
        self.succeed("shrink", "y.npy", "-o", "x.npy", "--json", "r.json", *options)
        self.result = json.loads((self.folder / "r.json").read_text())
        return self.load("x.npy")

    def test_every_window_is_denoised_and_estimates_averaged(self):
        for is_complex in (False, True):
            for patch in ((3, 3, 3), (2, 1, 3)):  # more voxels than looks, and fewer
                y = self.noisy(is_complex=is_complex)
                x = self.shrink(y, "--patch", ",".join(map(str, patch)), "--noise-std", 0.5,
                                "--loss", "mp", "--rank-map", "rank.npy",
                                "--removed-map", "removed.npy")
                expected, ranks = plain(y, patch, 0.5)
                self.assertEqual((x.dtype, x.shape), (y.dtype, y.shape))
                self.assertLess(relative_error(x, expected), 1e-10)
                self.assertLess(np.abs(self.load("rank.npy") - ranks).max(), 1e-5)
                removed = np.mean(np.abs(y - x) ** 2, axis=-1)
                self.assertLess(relative_error(self.load("removed.npy"), removed), 1e-5)
                self.assertEqual(self.result["patch"], list(patch))

    def test_a_video_with_unknown_noise(self):
        y = self.noisy((30, 40, 20))
        x = self.shrink(y, "--patch", "6,6", "--noise-map", "level.npy")
        level = self.load("level.npy")
        self.assertEqual(level.shape, (30, 40))
        self.assertAlmostEqual(level.mean(), 0.5, delta=0.01)
        self.assertAlmostEqual(self.result["noise_std"], 0.5, delta=0.01)
        self.assertLess(np.sum((x - self.clean) ** 2), 0.15 * np.sum((y - self.clean) ** 2))
        self.assertLess(relative_error(self.shrink(7 * y, "--patch", "6,6"), 7 * x), 1e-12)
        single = self.shrink(y.astype(np.float32), "--patch", "6,6")
        self.assertEqual(single.dtype, np.float32)
        self.assertLess(relative_error(single, x), 1e-5)
        one, many = (self.shrink(y, "--patch", "6,6", "--threads", n) for n in (1, 3))
        self.assertTrue(np.array_equal(one, many))

    def test_the_noise_map_goes_in_again(self):
        y = self.noisy()
        self.save("level.npy", np.full(y.shape[:-1], 0.5))
        x = self.shrink(y, "--patch", "3,3,3", "--noise-std", "level.npy")
        self.assertLess(relative_error(x, self.shrink(y, "--patch", "3,3,3", "--noise-std", 0.5)),
                        1e-10)

    def test_background_stays_zero(self):
        y = self.noisy()
        y[:3] = 0
        x = self.shrink(y, "--patch", "3,3,3", "--noise-map", "level.npy")
        self.assertEqual(np.abs(x[:3]).max(), 0)
        self.assertEqual(self.load("level.npy")[:3].max(), 0)

    def test_what_does_not_fit(self):
        self.save("y.npy", self.noisy())
        self.save("level.npy", np.ones((7, 8)))
        run = ("shrink", "y.npy", "-o", "x.npy")
        self.fail_with(1, *run, "--patch", "9,3,3", says=("y.npy", "9", "7"))
        self.fail_with(1, *run, "--patch", "3,3", says=("3,3", "axes"))
        self.fail_with(1, *run, "--patch", "1,1,1", says=("too small",))
        self.fail_with(1, *run, "--patch", "3,3,3", "--noise-std", "level.npy",
                       says=("level.npy", "(7, 8)", "(7, 8, 6)"))
        for patch in ("3,,3", "0,3,3", "a", "2.5,3,3", "-3,3,3"):
            self.fail_with(2, *run, f"--patch={patch}", says=("--patch", patch))
        self.fail_with(2, *run, "--patch", "3,3,3", "--center", says=("--center",))
        self.fail_with(2, *run, "--rank-map", "r.npy", says=("--patch",))
        self.fail_with(2, *run, "--patch", "3,3,3", "--rank-map", "x.npy", says=("x.npy",))


if __name__ == "__main__":
    unittest.main()
