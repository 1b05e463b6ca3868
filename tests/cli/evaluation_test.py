# SPDX-License-Identifier: BSD-3-Clause
"""`evaluate`: the numbers of its JSON against closed forms, its table and its page."""

import json
import os
import shlex
import unittest

import numpy as np

from support import ProgramTest, coloured, golden, normal

KEYS = {"snr_db", "noise_std", "method", "steps", "evaluations", "nmse", "nmse_stderr",
        "nmse_uncentred", "excess", "excess_stderr"}
BASELINES = ["least-squares", "wiener", "pca"]


def refuse_constant(text):
    raise AssertionError(f"{text} is no JSON")


class EvaluationTest(ProgramTest):
    def evaluate(self, *arguments):
        self.succeed("evaluate", *arguments, "--json", "r.json")
        text = (self.folder / "r.json").read_text()
        content = json.loads(text, parse_constant=refuse_constant)
        self.assertEqual(list(content), ["settings", "results"])
        return content["settings"], content["results"]

    def rows(self, results, method):
        return [row for row in results if row["method"] == method]

    def check_close(self, row, expected, errors=4):
        distance = abs(row["nmse"] - expected)
        self.assertLess(distance, errors * row["nmse_stderr"] + 1e-12, (row, expected))


class GaussianEvaluationTest(EvaluationTest):
    """A Gaussian model and the samples it was fitted to: errors follow from the eigenvalues."""

    def setUp(self):
        super().setUp()
        self.rng = np.random.default_rng(1)

    def prepare(self, is_complex=False):
        x = coloured(self.rng, 3000, 6, is_complex)
        self.save("x.npy", x)
        self.succeed("fit", "x.npy", "--prior", "gaussian", "-o", "m.safetensors")
        centred = x - x.mean(axis=0)
        power = np.mean(np.abs(centred) ** 2)
        values = np.linalg.eigvalsh(centred.T @ centred.conj() / len(x))
        return x, values, power

    def test_rows_have_the_documented_keys_and_null_where_nothing_applies(self):
        self.prepare()
        settings, results = self.evaluate("x.npy", "-m", "m.safetensors", "--snr-db", "0",
                                          "--method", "auto", "--method", "one-step",
                                          "--method", "mean-forwarding", "--method", "average",
                                          "--method", "sample", "--steps", "5", "--first", "200")
        methods = ["auto", "one-step", "mean-forwarding", "average", "sample"]
        self.assertEqual([row["method"] for row in results], BASELINES + methods)
        for row in results:
            self.assertLessEqual(KEYS, set(row))
            for key in ("excess", "excess_stderr"):
                self.assertIsNone(row[key])
            for key in ("snr_db", "noise_std", "nmse", "nmse_stderr", "nmse_uncentred"):
                self.assertIsInstance(row[key], (int, float))
            if row["method"] in BASELINES:
                self.assertIsNone(row["steps"])
                self.assertIsNone(row["evaluations"])
        counts = {m: (row["steps"], row["evaluations"]) for row in results for m in [row["method"]]}
        self.assertEqual(counts["auto"], (1, 1))
        self.assertEqual(counts["one-step"], (1, 1))
        self.assertEqual(counts["mean-forwarding"], (5, 5))
        self.assertEqual(counts["sample"], (5, 5))
        self.assertEqual(counts["average"], (5, 80))
        self.assertIn("pellucid evaluate x.npy -m m.safetensors", settings["command_line"])
        self.assertEqual(settings["samples"], 200)

    def test_errors_are_those_of_the_eigenvalues(self):
        for is_complex in (False, True):
            x, values, power = self.prepare(is_complex)
            uncentred = power / np.mean(np.abs(x) ** 2)
            _, results = self.evaluate("x.npy", "-m", "m.safetensors", "--snr-db", "-10:10:20",
                                       "--method", "one-step", "--method", "mean-forwarding",
                                       "--steps", "3")
            self.assertEqual(sorted({row["snr_db"] for row in results}), [-10, 0, 10, 20])
            for row in results:
                s2 = power / 10 ** (row["snr_db"] / 10)
                linear = np.sum(values * s2 / (values + s2))
                projected = np.sum(np.where(values > s2, s2, values))
                expected = {"least-squares": 6 * s2, "pca": projected}.get(row["method"], linear)
                with self.subTest(is_complex=is_complex, **row):
                    self.assertAlmostEqual(row["noise_std"] / s2**0.5, 1, places=6)
                    self.check_close(row, expected / np.sum(values))
                    self.assertAlmostEqual(row["nmse_uncentred"] / row["nmse"], uncentred, places=6)
            # All on the same noise: the exact denoiser of a Gaussian is the Wiener filter.
            for method in ("one-step", "mean-forwarding"):
                for row, filtered in zip(self.rows(results, method), self.rows(results, "wiener")):
                    self.assertAlmostEqual(row["nmse"] / filtered["nmse"], 1, places=9)

    def test_corrupt_adds_the_noise_that_evaluate_measures(self):
        for is_complex in (False, True):
            x, _, power = self.prepare(is_complex)
            for option, value, s2 in (("--snr-db", 4, power / 10**0.4), ("--noise-std", 3, 9)):
                self.succeed("corrupt", "x.npy", option, value, "--seed", 5, "-o", "y.npy")
                noise = self.load("y.npy") - x
                self.assertEqual(noise.dtype, x.dtype)
                energy = np.mean(np.abs(noise) ** 2) / s2
                self.assertLess(abs(energy - 1), 5 * (2 / noise.size) ** 0.5)
                if is_complex:  # circularly symmetric
                    self.assertLess(abs(np.mean(noise**2)) / s2, 5 / noise.size**0.5)
            self.succeed("corrupt", "x.npy", "--snr-db", 4, "--seed", 5, "-o", "y.npy")
            _, results = self.evaluate("x.npy", "-m", "m.safetensors", "--snr-db", 4, "--seed", 5)
            nmse = np.mean(np.abs(self.load("y.npy") - x) ** 2) / power
            self.assertAlmostEqual(results[0]["nmse"] / nmse, 1, places=9)

    def test_standard_error_shrinks_with_samples_and_covers_seeds(self):
        self.prepare()
        arguments = ("x.npy", "-m", "m.safetensors", "--snr-db", "0")
        values = []
        for seed in range(12):
            _, results = self.evaluate(*arguments, "--first", 500, "--seed", seed)
            row = self.rows(results, "least-squares")[0]
            values.append((row["nmse"] - 1) / row["nmse_stderr"])
        # Chi-square with 12 degrees of freedom: 2.2 to 32.9 has probability 0.998.
        self.assertTrue(2.2 < np.sum(np.square(values)) < 32.9, values)

    def test_ranges_lists_and_repetition_of_snrs(self):
        self.prepare()
        for options, expected in (
            (["--snr-db", "-10"], [-10]),
            (["--snr-db", "-.5"], [-0.5]),
            (["--snr-db", "-20:20:20"], [-20, 0, 20]),
            (["--snr-db=-1,2.5,7"], [-1, 2.5, 7]),
            (["--snr-db", "10:-5:0"], [10, 5, 0]),
            (["--snr-db", "1", "--snr-db", "-2:1:-1"], [1, -2, -1]),
        ):
            _, results = self.evaluate("x.npy", "-m", "m.safetensors", "--first", 50, *options)
            self.assertEqual([row["snr_db"] for row in self.rows(results, "wiener")], expected)

    def test_options_may_precede_the_samples(self):
        self.prepare()
        for arguments in (["--snr-db", "0", "--method", "auto", "x.npy", "-m", "m.safetensors"],
                          ["-m", "m.safetensors", "--snr-db", "0", "x.npy", "--seed", "3"]):
            _, results = self.evaluate("--first", 50, *arguments)
            self.assertEqual(len(results), 4)


class TruthTest(EvaluationTest):
    def test_excess_is_measured_over_the_conditional_mean(self):
        for name in ("mixture_small", "mixture_complex"):
            with self.subTest(name=name):
                model = self.golden_mixture(name)
                self.succeed("sample", "-m", model, "-n", 3000, "-o", "x.npy", "--direct",
                             "--double")
                self.succeed("fit", "x.npy", "--prior", "gaussian", "-o", "g.safetensors")
                settings, results = self.evaluate(
                    "x.npy", "-m", model, "g.safetensors", "--truth", model, "--snr-db", "-10,10",
                    "--method", "one-step", "--method", "mean-forwarding")
                self.assertTrue(settings["truth"])
                for snr_db in (-10, 10):
                    self.check_level([row for row in results if row["snr_db"] == snr_db], name)

    def check_level(self, rows, name):
        cme = rows[0]
        self.assertEqual(cme["method"], "cme")
        self.assertEqual((cme["excess"], cme["excess_stderr"]), (0, 0))
        error = np.hypot(cme["mmse_stderr"], cme["nmse_stderr"])
        self.assertLess(abs(cme["mmse"] - cme["nmse"]), 4 * error)
        for row in rows[1:]:
            exact = row["method"] == "one-step" and row["model"] == name
            if exact:
                self.assertLess(row["excess"], 1e-20)
                self.assertAlmostEqual(row["nmse"] / cme["nmse"], 1, places=9)
            else:
                self.assertGreater(row["excess"], 3 * row["excess_stderr"], row)
            # The same gap as a difference of errors, which is noisier.
            difference = row["nmse"] - cme["nmse"]
            slack = 4 * np.hypot(row["nmse_stderr"], cme["nmse_stderr"])
            self.assertLess(abs(difference - row["excess"]), slack + 1e-12, row)

    def test_golden_observations_give_the_mmse_of_the_paper_mixture(self):
        # An independent NumPy run gave these conditional means; their error estimates the MMSE.
        model = self.golden_mixture("mixture_paper")
        self.succeed("sample", "-m", model, "-n", 1500, "-o", "x.npy", "--direct")
        _, results = self.evaluate("x.npy", "-m", model, "--truth", model, "--snr-db", "0")
        x, cme = golden("mixture_paper.x"), golden("mixture_paper.snr+0.cme")
        errors = np.sum((cme - x) ** 2, axis=1) / 64
        deviation = errors.std() / len(errors) ** 0.5
        self.assertLess(abs(results[0]["mmse"] - errors.mean()), 5 * deviation)


class PageTest(EvaluationTest):
    def test_page_is_whole_and_needs_nothing_else(self):
        rng = np.random.default_rng(2)
        for shape, is_complex in (((6, 8), False), ((10,), False), ((10,), True)):
            with self.subTest(shape=shape, is_complex=is_complex):
                x = normal(rng, 60, *shape, is_complex=is_complex)
                self.save("x.npy", x)
                self.succeed("fit", "x.npy", "--prior", "gaussian", "-o", "m.safetensors")
                self.succeed("evaluate", "x.npy", "-m", "m.safetensors", "--snr-db", "-10:10:10",
                             "--report", "page.html", "--title", "Noise <& more>")
                page = (self.folder / "page.html").read_text(encoding="utf-8")
                self.assertTrue(page.lower().startswith("<!doctype html"))
                self.assertTrue(page.endswith("</html>\n"))
                # A page is too long to show where one of these fails.
                for word in ("Noise &lt;&amp; more&gt;", "<svg", "Wiener"):
                    self.assertTrue(word in page, word)
                for word in ("Noise <&", 'src="http', 'href="http', "@import", "url(http"):
                    self.assertFalse(word in page, word)

    def test_json_page_and_table_tell_the_same(self):
        self.save("x.npy", coloured(np.random.default_rng(3), 80, 5))
        self.succeed("fit", "x.npy", "--components", 2, "-o", "m.safetensors")
        table = self.succeed("evaluate", "x.npy", "-m", "m.safetensors", "--snr-db", "-5,5",
                             "--json", "r.json", "--report", "page.html")
        results = json.loads((self.folder / "r.json").read_text())["results"]
        lines = table.splitlines()
        self.assertEqual(len(lines), 1 + len(results))
        for line, row in zip(lines[1:], results):
            self.assertIn(row["method"], line)
            self.assertIn(f"{row['nmse']:.5g}", line)
        self.assertGreater((self.folder / "page.html").stat().st_size, 2000)

    def test_the_command_line_is_kept_as_it_can_be_pasted(self):
        self.save("my x.npy", coloured(np.random.default_rng(3), 80, 5))
        self.succeed("fit", "my x.npy", "--prior", "pca", "-o", "a'b.safetensors")
        settings, _ = self.evaluate("my x.npy", "-m", "a'b.safetensors", "--snr-db", "0")
        self.assertEqual(settings["clean"], ["my x.npy"])
        words = shlex.split(settings["command_line"])
        self.assertEqual(words[2:5], ["my x.npy", "-m", "a'b.safetensors"])

    def test_names_that_are_no_utf8_do_not_break_the_results(self):
        name = os.fsdecode(b"x\xff.npy")
        self.save(name, coloured(np.random.default_rng(3), 80, 5))
        self.succeed("fit", name, "--prior", "pca", "-o", "m.safetensors")
        settings, results = self.evaluate(name, "-m", "m.safetensors", "--snr-db", "0")
        self.assertEqual(settings["clean"], ["x\ufffd.npy"])
        self.assertEqual(len(results), 4)


if __name__ == "__main__":
    unittest.main()
