# SPDX-License-Identifier: BSD-3-Clause
"""`pellucid analyze alignment` and `trajectory` against NumPy and the spiked model's formulas."""

import json
import unittest

import numpy as np

from support import ProgramTest, coloured

KEYS = {"component", "noise_std", "cos2", "cos2_stderr", "cos2_theory"}


def squared_cosine(variance, noise_std, gamma):
    theta = variance / noise_std**2
    return (1 - gamma / theta**2) / (1 + gamma / theta) if theta > gamma**0.5 else 0.0


class AnalysisTest(ProgramTest):
    def analyze(self, *arguments):
        self.succeed("analyze", *arguments, "--json", "out.json")
        return json.loads((self.folder / "out.json").read_text())


class ReportTest(AnalysisTest):
    def test_pages_and_figures(self):
        source = ("--spikes", "9,3", "--dim", 16, "--samples", 40, "--noise-std", "0.1:2:4log")
        for command, figure in (("alignment", "cos2_map"), ("trajectory", "bands_map")):
            self.succeed("analyze", command, *source, "--report", f"{command}.html",
                         "--figures", command, "--title", "A & B")
            page = (self.folder / f"{command}.html").read_text(encoding="utf-8")
            self.assertIn("<h1>A &amp; B</h1>", page)
            self.assertIn(f"pellucid analyze {command} --spikes 9,3", page)
            for ending in ("svg", "png"):
                self.assertTrue((self.folder / command / f"{figure}.{ending}").exists())


class AlignmentTest(AnalysisTest):
    def test_rows_of_the_default_levels(self):
        out = self.analyze("alignment", "--spikes", "16,8,4", "--dim", 64, "--samples", 128,
                           "--seed", 1)
        rows = out["results"]
        self.assertEqual(len(rows), 21 * 3)
        levels = np.geomspace(0.05, 10, 21)
        for i, row in enumerate(rows):
            self.assertLessEqual(KEYS, row.keys())
            self.assertEqual(row["component"], i % 3 + 1)
            self.assertAlmostEqual(row["noise_std"], levels[i // 3], places=12)
            theory = squared_cosine((16, 8, 4)[i % 3], row["noise_std"], 0.5)
            self.assertAlmostEqual(row["cos2_theory"], theory, places=12)
            self.assertGreater(row["cos2_stderr"], 0)
        self.assertLess(np.mean([abs(r["cos2"] - r["cos2_theory"]) for r in rows]), 0.05)
        self.assertEqual([e["component"] for e in out["emergence"]], [1, 2, 3])

    def test_complex_centred_random_and_any_number_of_threads(self):
        command = ("alignment", "--spikes", "9,3", "--dim", 30, "--samples", 40, "--complex",
                   "--center", "--basis", "random", "--fresh", "all", "--repeats", 3,
                   "--noise-std", "0.5:0.5:1.5,2")
        one = self.analyze(*command, "--threads", 1)
        three = self.analyze(*command, "--threads", 3)
        self.assertEqual(one["results"], three["results"])
        self.assertEqual({r["noise_std"] for r in one["results"]}, {0.5, 1.0, 1.5, 2.0})
        self.assertTrue(one["complex"])
        self.assertEqual(one["gamma"], 30 / 39)

    def test_data_refer_to_the_clean_samples(self):
        x = coloured(np.random.default_rng(3), 200, 6)
        self.save("x.npy", x)
        out = self.analyze("alignment", "x.npy", "--components", 2, "--noise-std", "1e-3,1",
                           "--repeats", 1)
        variances = np.linalg.eigvalsh(np.cov(x.T))[::-1]
        rows = out["results"]
        self.assertEqual(len(rows), 4)
        for row in rows:
            self.assertIsNone(row["cos2_stderr"])
            theory = squared_cosine(variances[row["component"] - 1], row["noise_std"], 6 / 199)
            self.assertAlmostEqual(row["cos2_theory"], theory, places=9)
        self.assertGreater(rows[0]["cos2"], 0.9999)

    # Equal spikes have no directions of their own: their cosines are with the subspace they span,
    # where single ones would be a third of the theory's.
    def test_equal_spikes_are_compared_with_their_subspace(self):
        out = self.analyze("alignment", "--spikes", "9,9,9", "--dim", 100, "--samples", 400,
                           "--noise-std", "0.5,1", "--repeats", 10)
        for row in out["results"]:
            self.assertLess(abs(row["cos2"] - row["cos2_theory"]), 0.01)
            self.assertLess(abs(row["cos2"] - row["cos2_mixing"]), 0.01)

    def test_what_is_wrong_is_said(self):
        self.save("x.npy", np.ones((5, 3)))
        spikes = ("analyze", "alignment", "--spikes")
        for status, arguments, says in (
            (2, ("analyze", "alignment"), "neither of CLEAN and --spikes"),
            (2, (*spikes, "4,2", "x.npy"), "both of CLEAN and --spikes"),
            (2, (*spikes, "2,4"), "largest variance first"),
            (2, (*spikes, "4,x"), "'x'"),
            (2, (*spikes, "4", "--noise-std", "0.1:1:log"), "low:high:COUNTlog"),
            (2, (*spikes, "4", "--noise-std", "0"), "above 0"),
            (2, (*spikes, "4", "--fresh", "some"), "none, noise, all"),
            (2, (*spikes, "4", "--basis", "some"), "canonical, random"),
            (2, (*spikes, "4", "--repeats", "0"), "--repeats"),
            (2, (*spikes, "4,2", "--dim", "1"), "--dim: 1 for 2 spikes"),
            (2, (*spikes, "4,2", "--components", "2"), "--components goes with signals"),
            (2, (*spikes, "4,2", "--noise-std", "1,2,1"), "--noise-std: 1 is there twice"),
            (2, ("analyze", "alignment", "x.npy", "--dim", "4"), "--dim"),
            (2, ("analyze", "alignment", "x.npy", "--fresh", "all"), "--fresh"),
            (1, ("analyze", "alignment", "x.npy"), "x.npy: all signals are equal"),
            (1, ("analyze", "alignment", "none.npy"), "none.npy"),
            (2, ("analyze",), "subcommand"),
        ):
            with self.subTest(arguments=arguments):
                self.fail_with(status, *arguments, says=says)


class TrajectoryTest(AnalysisTest):
    def test_project_collapses_and_reports_every_step(self):
        out = self.analyze("trajectory", "--spikes", "64,32,16,8", "--dim", 64, "--samples", 128,
                           "--noise-std", "0.05:10:40log", "--count", 50)
        rows = out["results"]
        self.assertEqual([row["step"] for row in rows], list(range(1, 41)))
        self.assertAlmostEqual(rows[0]["noise_std"], 10)
        self.assertLess(rows[-1]["product"][1] / rows[-1]["product"][0], 0.05)
        self.assertGreater(rows[-1]["leading_cos2"], 0.9)
        self.assertGreater(rows[-1]["nmse"], 0)
        edges = out["bands"]["edges"]
        self.assertEqual(len(rows[0]["band_energy"]), len(edges) - 1)
        self.assertEqual(out["mode"], "project")

    def test_modes_of_linear_denoisers_and_data(self):
        x = coloured(np.random.default_rng(3), 200, 12)
        self.save("x.npy", x)
        for mode in ("project", "renoise", "standard"):
            out = self.analyze("trajectory", "x.npy", "--mode", mode, "--components", 3,
                               "--noise-std", "0.1:3:6log", "--weights", "optimal")
            self.assertEqual((out["mode"], out["signals"], out["training"]), (mode, 50, 150))
            held = x[3::4]
            energy = np.mean(np.sum(np.abs(held - np.delete(x, np.s_[3::4], 0).mean(0)) ** 2, 1))
            self.assertAlmostEqual(sum(out["bands"]["clean_energy"]) / energy, 1, places=9)

    # Forwarded means of a Gaussian model are the Wiener estimate of the observation at every step.
    def test_model_forwards_the_wiener_estimate(self):
        x = coloured(np.random.default_rng(3), 4000, 6)
        self.save("x.npy", x)
        self.succeed("fit", "x.npy", "--prior", "gaussian", "-o", "m.safetensors")
        out = self.analyze("trajectory", "x.npy", "-m", "m.safetensors", "--noise-std", "0.2:2:5log")
        self.assertEqual((out["denoiser"], out["mode"]), ("gaussian", "standard"))
        variances = np.linalg.eigvalsh(np.cov(x.T, bias=True))
        wiener = np.sum(4 * variances / (variances + 4)) / np.sum(variances)
        for row in out["results"]:
            self.assertLess(abs(row["nmse"] - wiener), 4 * row["nmse_stderr"])
            self.assertNotIn("product", row)
        made = self.analyze("trajectory", "-m", "m.safetensors", "-n", 30, "--resampling", 1,
                            "--noise-std", "0.05:10:20log")
        self.assertEqual(made["signals"], 30)
        self.assertIsNone(made["results"][0]["nmse"])

    def test_what_is_wrong_is_said(self):
        self.save("x.npy", coloured(np.random.default_rng(3), 50, 6))
        self.save("three.npy", np.eye(3))
        self.succeed("fit", "x.npy", "--prior", "pca", "-o", "m.safetensors")
        trajectory = ("analyze", "trajectory")
        for status, arguments, says in (
            (2, trajectory, "neither of CLEAN and --spikes"),
            (2, (*trajectory, "-m", "m.safetensors", "--spikes", "4"), "--spikes goes with linear"),
            (2, (*trajectory, "-m", "m.safetensors", "--fresh", "none"), "--fresh goes with"),
            (2, (*trajectory, "x.npy", "--resampling", "1"), "goes with --mode standard"),
            (2, (*trajectory, "x.npy", "--resampling", "1", "--mode", "renoise"),
             "--resampling goes with --mode standard"),
            (2, (*trajectory, "x.npy", "--count", "9"), "--count goes with --generate"),
            (2, (*trajectory, "-m", "m.safetensors", "--fixed-basis"), "--fixed-basis"),
            (2, (*trajectory, "x.npy", "--mode", "some"), "project, renoise, standard"),
            (2, (*trajectory, "x.npy", "--weights", "some"), "projection, plug-in, optimal"),
            (2, (*trajectory, "x.npy", "--noise-std", "1,1"), "--noise-std: 1 is there twice"),
            (1, (*trajectory, "three.npy"), "three.npy: 3 signals"),
        ):
            with self.subTest(arguments=arguments):
                self.fail_with(status, *arguments, says=says)


if __name__ == "__main__":
    unittest.main()
