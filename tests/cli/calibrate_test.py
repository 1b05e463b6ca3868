# SPDX-License-Identifier: BSD-3-Clause
"""The number of steps for every SNR, chosen on validation data."""

import json
import unittest

import numpy as np

from support import GOLDEN, ProgramTest, coloured, read_safetensors

CHANNELS = GOLDEN / "cnn_3gpp.channel.x.npy"


class CalibrateTest(ProgramTest):
    def calibrate(self, *arguments):
        self.succeed("calibrate", *arguments, "--json", "c.json")
        return json.loads((self.folder / "c.json").read_text())["results"]

    def network(self):
        self.succeed("import", GOLDEN / "cnn_3gpp.pt", "--params",
                     GOLDEN / "cnn_3gpp.sim_params.json", "-o", "m.safetensors")
        return "m.safetensors"

    def test_one_step_is_best_for_a_gaussian_prior(self):
        # Forwarding equals one step there for any number of steps.
        self.save("x.npy", coloured(np.random.default_rng(1), 200, 3))
        self.succeed("fit", "x.npy", "--prior", "gaussian", "-o", "g.safetensors")
        rows = self.calibrate("x.npy", "-m", "g.safetensors", "-o", "c.safetensors", "--snr-db",
                              "-10:10:20", "--steps", "4,2")
        self.assertEqual([row["steps"] for row in rows], [1, 2, 4] * 4)
        self.assertEqual({row["steps"] for row in rows if row["chosen"]}, {1})
        for row in rows:
            self.assertAlmostEqual(row["difference"], 0, delta=1e-12)

    def test_a_network_takes_a_few_steps(self):
        model = self.network()
        rows = self.calibrate(CHANNELS, "-m", model, "-o", "c.safetensors", "--snr-db", "0,10",
                              "--steps", "1,4", "--precision", "f32")
        for row in rows:
            self.assertEqual(row["chosen"], row["steps"] == 4)
            if row["steps"] == 4:
                # Paired: far better known than either error.
                self.assertLess(row["difference"], -3 * row["difference_stderr"])
        metadata, _ = read_safetensors((self.folder / "c.safetensors").read_bytes())
        stored = json.loads(metadata["calibration"])
        self.assertEqual([entry["steps"] for entry in stored], [4, 4])
        np.testing.assert_allclose([entry["snr_db"] for entry in stored], [0, 10], atol=1e-9)
        # The default method takes it, and the errors are those of mean forwarding.
        noisy = GOLDEN / "cnn_3gpp.channel.snr+0.y.npy"
        report = self.succeed("denoise", noisy, "-m", "c.safetensors", "-o", "auto.npy", "--snr-db",
                              0)
        self.assertIn("4 evaluations", report)
        self.succeed("denoise", noisy, "-m", model, "-o", "four.npy", "--snr-db", 0, "--method",
                     "mean-forwarding", "--steps", 4)
        np.testing.assert_array_equal(self.load("auto.npy"), self.load("four.npy"))

    def test_precision_is_stored_and_taken(self):
        model = self.network()
        noisy = GOLDEN / "cnn_3gpp.channel.snr+0.y.npy"
        self.calibrate(CHANNELS, "-m", model, "-o", "c.safetensors", "--snr-db", "0", "--steps",
                       "4", "--precision", "bf16x3")
        metadata, _ = read_safetensors((self.folder / "c.safetensors").read_bytes())
        (stored,) = json.loads(metadata["calibration"])
        self.assertEqual((stored["steps"], stored["precision"]), (4, "bf16x3"))
        self.succeed("denoise", noisy, "-m", "c.safetensors", "-o", "auto.npy", "--snr-db", 0)
        for precision in ("f32", "bf16x3"):
            self.succeed("denoise", noisy, "-m", model, "-o", f"{precision}.npy", "--snr-db", 0,
                         "--method", "mean-forwarding", "--steps", 4, "--precision", precision)
        np.testing.assert_array_equal(self.load("auto.npy"), self.load("bf16x3.npy"))
        difference = np.abs(self.load("auto.npy") - self.load("f32.npy")).max()
        self.assertGreater(difference, 0)
        self.assertLess(difference, 1e-4)
        self.fail_with(2, "denoise", noisy, "-m", model, "-o", "o.npy", "--snr-db", 0,
                       "--precision", "fp16", says=("--precision", "fp16", "bf16x3"))

    def test_bf16_takes_the_place_of_f32_where_it_costs_little(self):
        rows = self.calibrate(CHANNELS, "-m", self.network(), "-o", "c.safetensors", "--snr-db",
                              "0,20", "--steps", "1,4")
        for snr_db in (0, 20):
            level = [row for row in rows if row["snr_db"] == snr_db]
            (chosen,) = [row for row in level if row["chosen"]]
            single = {row["steps"]: row["nmse"] for row in level if row["precision"] == "f32"}
            self.assertEqual(single[chosen["steps"]], min(single.values()))
            if len(level) > 2:  # the processor has its products
                (low,) = [row for row in level
                          if row["precision"] == "bf16" and row["steps"] == chosen["steps"]]
                cheap = low["nmse"] < 1.005 * single[chosen["steps"]]
                self.assertEqual(chosen["precision"], "bf16" if cheap else "f32")

    def test_stored_precision_is_for_the_steps_it_was_measured_with(self):
        model = self.network()
        noisy = GOLDEN / "cnn_3gpp.channel.snr+0.y.npy"
        self.calibrate(CHANNELS, "-m", model, "-o", "c.safetensors", "--snr-db", "0", "--steps",
                       "4", "--precision", "bf16")
        for how in ("--method", "one-step"), ("--steps", 3), ("--method", "sample", "--steps", 3):
            options = (*how, "--snr-db", 0)
            self.succeed("denoise", noisy, "-m", "c.safetensors", "-o", "auto.npy", *options)
            self.succeed("denoise", noisy, "-m", model, "-o", "f32.npy", *options, "--precision",
                         "f32")
            np.testing.assert_array_equal(self.load("auto.npy"), self.load("f32.npy"))

    def test_info_shows_steps_and_precision(self):
        self.calibrate(CHANNELS, "-m", self.network(), "-o", "c.safetensors", "--snr-db", "0,5,10",
                       "--steps", "1,4", "--precision", "f32", "--first", 8)
        self.assertRegex(self.succeed("info", "c.safetensors"),
                         r"calibration +steps at 3 SNRs: 0 to 10 dB: 4 in f32")

    def test_a_warning_comes_once(self):
        done = self.run_program("calibrate", CHANNELS, "-m", self.network(), "-o", "c.safetensors",
                                "--snr-db", "-40,60", "--steps", "1,2,4", "--first", 4)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr.count("-40.0 dB lies outside"), 1)
        self.assertEqual(done.stderr.count("60.0 dB lies outside"), 1)

    def test_what_is_wrong_is_named(self):
        model = self.network()
        self.fail_with(1, "calibrate", CHANNELS, "-m", model, "-o", "o.safetensors", "--first", 1,
                       says=("at least 2",))
        self.save("x.npy", np.ones((5, 64, 16), np.complex64))
        self.fail_with(1, "calibrate", "x.npy", "-m", model, "-o", "o.safetensors",
                       says=("x.npy", "equal"))
        self.save("x.npy", np.ones((5, 8), np.complex64))
        self.fail_with(1, "calibrate", "x.npy", "-m", model, "-o", "o.safetensors",
                       says=("x.npy",))
        self.fail_with(2, "calibrate", "x.npy", "-m", model, "-o", "o.safetensors", "--steps", "0",
                       says=("--steps",))


if __name__ == "__main__":
    unittest.main()
