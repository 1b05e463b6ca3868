# SPDX-License-Identifier: BSD-3-Clause
"""Networks trained by `fit --prior network`: what they learn, kills and resuming, bad input."""

import json
import random
import signal
import subprocess
import time
import unittest

import numpy as np

from support import PELLUCID, ProgramTest, coloured

SMALL = ("--prior", "network", "--network", "mlp", "--width", 24, "--experts", 4,
         "--threads", 1)  # two threads of libtorch wait for each other where tests share cores


class TrainingTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.save("x.npy", coloured(np.random.default_rng(1), 3000, 12))

    def fit(self, *options, output="m.safetensors"):
        return self.succeed("fit", "x.npy", *SMALL, *options, "-o", output)

    def test_one_line_learns_a_gaussian_almost_as_well_as_it_can_be(self):
        self.fit("--epochs", 30, "--json", "t.json", "--report", "t.html")
        self.save("test.npy", coloured(np.random.default_rng(2), 2000, 12))
        self.succeed("fit", "x.npy", "--prior", "gaussian", "-o", "g.safetensors")
        nmse = {}
        for model in ("m", "g"):
            self.succeed("evaluate", "test.npy", "-m", f"{model}.safetensors", "--snr-db",
                         "-10,0,10", "--method", "one-step", "--json", "e.json")
            rows = json.loads((self.folder / "e.json").read_text())["results"]
            nmse[model] = [row["nmse"] for row in rows if row["method"] == "one-step"]
        # The Wiener filter is optimal here. A short training comes within 0.3 dB of it.
        for network, best in zip(nmse["m"], nmse["g"]):
            self.assertLess(network, best * 10 ** 0.03)
        losses = json.loads((self.folder / "t.json").read_text())
        self.assertEqual(len(losses["epochs"]), 30)
        self.assertLess(losses["epochs"][-1]["validation_loss"],
                        losses["epochs"][0]["validation_loss"])
        self.assertIn("validation", (self.folder / "t.html").read_text())
        info = self.succeed("info", "m.safetensors")
        self.assertIn("log-snr", info)
        self.assertIn("velocity", info)

    def test_every_objective_and_complex_pictures(self):
        rng = np.random.default_rng(3)
        self.save("c.npy", (rng.standard_normal((200, 8, 8)) +
                            1j * rng.standard_normal((200, 8, 8))).astype("complex64"))
        for kind, options in (("unet", ()), ("cnn", ("--predict", "noise")),
                              ("cnn", ("--predict", "clean", "--loss", "l1")),
                              ("unet", ("--conditioning", "step", "--predict", "posterior-mean")),
                              ("mlp", ("--weighting", "min-snr"))):
            with self.subTest(kind=kind, options=options):
                self.succeed("fit", "c.npy", "--prior", "network", "--network", kind, "--width", 8,
                             "--epochs", 1, "--threads", 1, "--transform", "dft", *options,
                             "-o", "c.safetensors", warnings=True)
                self.succeed("denoise", "c.npy", "-m", "c.safetensors", "--snr-db", 5, "-o",
                             "out.npy")
                self.assertTrue(np.isfinite(np.load(self.folder / "out.npy")).all())

    def kill(self, seconds, *arguments):
        """Trains with --resume and kills it; returns whether it was still at work."""
        process = subprocess.Popen([PELLUCID, "fit", *map(str, arguments), "--resume"],
                                   cwd=self.folder, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        return process.wait() == -signal.SIGKILL

    def test_a_training_killed_at_ten_random_times_ends_with_the_same_model(self):
        def timed(*options):
            began = time.monotonic()
            self.succeed("fit", *options)
            return time.monotonic() - began

        start = timed("x.npy", *SMALL, "--epochs", 1, "-o", "short.safetensors")
        options = ("x.npy", *SMALL, "--epochs", 150, "--batch", 128, "-o")
        whole = timed(*options, "whole.safetensors")
        expected = (self.folder / "whole.safetensors").read_bytes()
        random.seed(7)
        killed = 0
        for _ in range(10):
            seconds = random.uniform(0.5 * start, start + 0.2 * (whole - start))
            killed += self.kill(seconds, *options, "m.safetensors")
            if (self.folder / "m.safetensors").exists():
                self.assertEqual((self.folder / "m.safetensors").read_bytes(), expected)
                (self.folder / "m.safetensors").unlink()
        self.assertGreater(killed, 4)
        self.succeed("fit", *options, "m.safetensors", "--resume")
        self.assertEqual((self.folder / "m.safetensors").read_bytes(), expected)

    def test_ctrl_c_saves_and_says_how_to_go_on(self):
        process = subprocess.Popen([PELLUCID, "fit", "x.npy", *map(str, SMALL), "--epochs", "100000",
                                    "-o", "m.safetensors"], cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while not (self.folder / "m.safetensors.checkpoint").exists():
            time.sleep(0.05)
            self.assertIsNone(process.poll())
        process.send_signal(signal.SIGINT)
        _, error = process.communicate()
        self.assertEqual(process.returncode, 130)
        self.assertIn(b"--resume", error)
        self.assertIn("m.safetensors.checkpoint", self.names())
        self.assertNotIn("m.safetensors", self.names())

    def test_a_checkpoint_of_another_training_is_refused_by_name(self):
        process = subprocess.Popen([PELLUCID, "fit", "x.npy", *map(str, SMALL), "--epochs", "100000",
                                    "-o", "m.safetensors"], cwd=self.folder,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not (self.folder / "m.safetensors.checkpoint").exists():
            time.sleep(0.05)
            self.assertIsNone(process.poll())
        process.kill()
        process.wait()
        self.fail_with(1, "fit", "x.npy", *SMALL, "--epochs", 100000, "--learning-rate", 0.5, "-o",
                       "m.safetensors", "--resume", says=("checkpoint",))
        self.save("x.npy", coloured(np.random.default_rng(9), 3000, 12))
        self.fail_with(1, "fit", "x.npy", *SMALL, "--epochs", 100000, "-o", "m.safetensors",
                       "--resume", says=("checkpoint",))

    def test_bad_options(self):
        for options, words in ((("--network", "gpt"), ("--network", "mlp")),
                               (("--predict", "future"), ("--predict", "velocity")),
                               (("--predict", "posterior-mean"), ("posterior-mean", "step")),
                               (("--conditioning", "time"), ("--conditioning", "log-snr")),
                               (("--snr-range", "10:-10"), ("--snr-range",)),
                               (("--loss", "l3"), ("--loss", "l2")),
                               (("--weighting", "heavy"), ("--weighting",)),
                               (("--precision", "f8"), ("--precision", "bf16")),
                               (("--device", "tpu"), ("--device", "cpu")),
                               (("--validation", 1.5), ("--validation",))):
            with self.subTest(options=options):
                self.fail_with(2, "fit", "x.npy", "--prior", "network", *options, "-o", "m.st",
                               says=words)
        self.fail_with(2, "fit", "x.npy", "--epochs", 3, "-o", "m.st", says=("--epochs", "network"))
        self.save("boxes.npy", np.random.default_rng(1).standard_normal((9, 4, 4, 4, 4)))
        self.fail_with(2, "fit", "boxes.npy", "--prior", "network", "--network", "unet", "-o",
                       "m.st", says=("--network", "unet", "mlp"))
        self.fail_with(1, "fit", "x.npy", *SMALL, "--device", "cuda", "-o", "m.st",
                       says=("cuda", "cpu"))

    def test_few_samples(self):
        self.save("x.npy", np.ones((1, 12)))
        self.fail_with(1, "fit", "x.npy", *SMALL, "-o", "m.st", says=("one sample",))
        self.save("x.npy", coloured(np.random.default_rng(1), 20, 12))
        self.succeed("fit", "x.npy", *SMALL, "--epochs", 2, "-o", "m.safetensors", warnings=True)


if __name__ == "__main__":
    unittest.main()
