# SPDX-License-Identifier: BSD-3-Clause
"""Same seed, same numbers: for any number of threads to the bit, for any batch to rounding."""

import json
import unittest

import numpy as np

from support import ProgramTest, coloured, relative_error

# Enough samples for several blocks and tiles of every loop, and an odd one over.
COUNT = 2501


class RepeatabilityTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.rng = np.random.default_rng(1)

    def prepare(self, dtype):
        x = coloured(self.rng, COUNT, 12, np.dtype(dtype).kind == "c").astype(dtype)
        self.save("x.npy", x)
        self.succeed("fit", "x.npy", "--components", 5, "--passes", 5, "-o", "m.safetensors")

    def bytes_of_runs(self, output, *arguments):
        runs = []
        for threads in (1, 2, 3):
            self.succeed(*arguments, "--threads", threads, "--seed", 7)
            runs.append((self.folder / output).read_bytes())
        return runs

    def check_same(self, output, *arguments):
        runs = self.bytes_of_runs(output, *arguments, output)
        self.assertEqual(len(set(runs)), 1, arguments)

    def test_fit(self):
        for dtype in ("float64", "complex64"):
            self.prepare(dtype)
            for options in (("--prior", "gaussian"), ("--prior", "pca", "--rank", 5),
                            ("--components", 6, "--passes", 8)):
                self.check_same("o.safetensors", "fit", "x.npy", *options, "-o")

    def test_denoise(self):
        for dtype in ("float32", "float64", "complex64", "complex128"):
            self.prepare(dtype)
            levels = self.save("levels.npy", self.rng.uniform(0.1, 5, COUNT))
            for method in ("one-step", "mean-forwarding", "sample", "average"):
                steps = () if method == "one-step" else ("--steps", 4)
                draws = ("--draws", 3) if method == "average" else ()
                for noise in (("--snr-db", 3), ("--noise-std", levels)):
                    self.check_same("o.npy", "denoise", "x.npy", "-m", "m.safetensors", *noise,
                                    "--method", method, *steps, *draws, "-o")

    def test_sample(self):
        for dtype in ("float64", "complex64"):
            self.prepare(dtype)
            for options in (("--steps", 10), ("--steps", 10, "--double"), ("--direct",)):
                self.check_same("o.npy", "sample", "-m", "m.safetensors", "-n", 700, *options, "-o")

    def test_evaluate(self):
        for dtype in ("float32", "complex128"):
            self.prepare(dtype)
            runs = self.bytes_of_runs(
                "o.json", "evaluate", "x.npy", "-m", "m.safetensors", "--truth", "m.safetensors",
                "--snr-db", "-10:10:10", "--method", "one-step", "--method", "sample", "--method",
                "average", "--steps", 4, "--draws", 2, "--json", "o.json")
            results = [json.loads(run)["results"] for run in runs]
            self.assertEqual(results[0], results[1])
            self.assertEqual(results[0], results[2])

    def test_corrupt(self):
        self.prepare("float32")
        self.check_same("o.npy", "corrupt", "x.npy", "--snr-db", 3, "-o")

    def test_the_first_samples_of_many_are_those_of_few(self):
        for dtype, tolerance in (("float64", 1e-6), ("complex128", 1e-6)):
            self.prepare(dtype)
            for options, limit in ((("--steps", 20), tolerance), (("--direct",), tolerance),
                                   (("--steps", 20, "--double"), 1e-12),
                                   (("--direct", "--double"), 1e-12)):
                for count, name in ((100, "few.npy"), (3000, "many.npy")):
                    self.succeed("sample", "-m", "m.safetensors", "-n", count, "-o", name, *options)
                few, many = self.load("few.npy"), self.load("many.npy")[:100]
                self.assertLess(relative_error(many, few), limit, options)

    def test_estimates_do_not_depend_on_the_batch(self):
        for dtype, tolerance in (("float32", 1e-6), ("float64", 1e-12)):
            self.prepare(dtype)
            self.save("few.npy", self.load("x.npy")[:100])
            for method in ("one-step", "mean-forwarding", "sample", "average"):
                outs = []
                steps = () if method == "one-step" else ("--steps", 5)
                draws = ("--draws", 2) if method == "average" else ()
                for name in ("x.npy", "few.npy"):
                    self.succeed("denoise", name, "-m", "m.safetensors", "-o", "o.npy",
                                 "--snr-db", 0, "--method", method, *steps, *draws)
                    outs.append(self.load("o.npy")[:100])
                self.assertLess(relative_error(*outs), tolerance, (dtype, method))

    def test_a_fit_goes_on_from_its_own_result(self):
        self.prepare("float64")
        fit = ("fit", "x.npy", "--components", 4, "--tolerance", 0)
        self.succeed(*fit, "--passes", 8, "-o", "whole.safetensors")
        self.succeed(*fit, "--passes", 3, "-o", "half.safetensors")
        self.succeed(*fit, "--passes", 5, "--init", "half.safetensors", "-o", "rest.safetensors")
        outs = []
        for name in ("whole", "rest"):
            self.succeed("denoise", "x.npy", "-m", f"{name}.safetensors", "-o", "o.npy",
                         "--noise-std", 3)
            outs.append(self.load("o.npy"))
        self.assertLess(relative_error(*outs), 1e-9)


if __name__ == "__main__":
    unittest.main()
