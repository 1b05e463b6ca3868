# SPDX-License-Identifier: BSD-3-Clause
"""Networks trained by `fit --prior network`: what they learn, kills and resuming, bad input."""

import json
import random
import resource
import signal
import subprocess
import time
import unittest

import numpy as np

from support import PELLUCID, ProgramTest, coloured, read_safetensors

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
        self.assertNotIn("m.safetensors.checkpoint", self.names())
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
        options = ("x.npy", *SMALL, "--epochs", 100, "--batch", 128, "--save-every", 0, "-o")
        whole = timed(*options, "whole.safetensors")
        expected = (self.folder / "whole.safetensors").read_bytes()
        random.seed(7)
        killed, left, before = 0, 0, []
        pace = 1.0  # of this machine now, over what it was when the times were taken
        for _ in range(60):
            seconds = pace * random.uniform(0.5 * start, start + 0.08 * (whole - start))
            in_time = self.kill(seconds, *options, "m.safetensors")
            killed += in_time
            if (self.folder / "m.safetensors").exists():  # it had got to the end, and begins anew
                self.assertEqual((self.folder / "m.safetensors").read_bytes(), expected)
                (self.folder / "m.safetensors").unlink()
                before = []
            # How long an epoch took is in the state, and no second run takes as long to the digit.
            after = self.epochs_in_checkpoint()
            self.assertEqual(after[:len(before)], before, "a run did not go on from the state")
            gained = len(after) > len(before)
            left += gained
            before = after
            if killed >= 10 and left > 2 and before:
                break
            pace *= 0.7 if not in_time else 1.0 if gained else 1.2
        else:
            self.fail(f"{killed} kills, of which {left} left a state that had grown")
        self.succeed("fit", *options, "m.safetensors", "--resume", "--json", "t.json")
        rows = json.loads((self.folder / "t.json").read_text())["epochs"]
        self.assertEqual([row["seconds"] for row in rows[:len(before)]], before)
        self.assertEqual(len(rows), 100)
        self.assertEqual((self.folder / "m.safetensors").read_bytes(), expected)

    def epochs_in_checkpoint(self):
        """The seconds of every epoch that the state holds."""
        state = self.folder / "m.safetensors.checkpoint"
        if not state.exists():
            return []
        metadata, _ = read_safetensors(state.read_bytes())
        return [seconds for _, _, _, seconds in json.loads(metadata["progress"])["epochs"]]

    def begin(self):
        """A training of many epochs, which has saved its state."""
        command = [PELLUCID, "fit", "x.npy", *map(str, SMALL), "--epochs", "100000",
                   "--save-every", "0", "-o", "m.safetensors"]
        process = subprocess.Popen(command, cwd=self.folder, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        while not (self.folder / "m.safetensors.checkpoint").exists():
            time.sleep(0.05)
            self.assertIsNone(process.poll())
        return process

    def test_ctrl_c_saves_and_says_how_to_go_on(self):
        process = self.begin()
        process.send_signal(signal.SIGINT)
        _, error = process.communicate()
        self.assertEqual(process.returncode, 130)
        self.assertIn(b"--resume", error)
        self.assertIn("m.safetensors.checkpoint", self.names())
        self.assertNotIn("m.safetensors", self.names())

    def test_a_checkpoint_of_another_training_is_refused_by_name(self):
        process = self.begin()
        process.kill()
        process.communicate()
        resume = ("fit", "x.npy", *SMALL, "--epochs", 100000, "-o", "m.safetensors", "--resume")
        self.fail_with(1, *resume, "--learning-rate", 0.5,
                       says=("checkpoint", "(learning rate: 0.002 there, 0.5 here)"))
        self.fail_with(1, *resume, "--residual-blocks", 2, "--expert-rank", 8,
                       says=("(network blocks: 1 there, 2 here; network expert_rank: 24 there, 8 "
                             "here)",))
        self.save("x.npy", coloured(np.random.default_rng(9), 3000, 12))
        self.fail_with(1, *resume, says=("checkpoint", "(data: "))

    def test_a_state_that_cannot_be_saved_costs_a_warning_not_the_training(self):
        def limit():  # the model has some 100 KiB, the state six times as much
            resource.setrlimit(resource.RLIMIT_FSIZE, (300 << 10, 300 << 10))

        done = self.run_program("fit", "x.npy", *SMALL, "--epochs", 3, "-o", "m.safetensors",
                                preexec_fn=limit)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertIn("the state is not saved", done.stderr)
        self.assertEqual(self.names(), ["m.safetensors", "x.npy"])

    def test_a_training_that_diverges_leaves_its_best_epoch(self):
        # The rate rises to 1 in the last epochs: the first ones are good. In f32, whose sums
        # overflow in the same epoch on every processor.
        self.save("x.npy", np.abs(coloured(np.random.default_rng(1), 500, 12)).astype("float32"))
        done = self.run_program("fit", "x.npy", *SMALL, "--residual-blocks", 16, "--epochs", 40,
                                "--warm-up", 0.99, "--learning-rate", 1, "--clip", 0, "--batch",
                                50, "--precision", "f32", "-o", "m.safetensors", "--json", "t.json")
        self.check_failure(done.returncode, done.stdout, done.stderr, 1,
                           ("x.npy: ", "became ", "epoch", "batch", "learning rate",
                            "m.safetensors holds the weights of the best epoch, "))
        self.assertNotIn("-nan", done.stderr)
        self.assertEqual(self.names(), ["m.safetensors", "t.json", "x.npy"])
        losses = json.loads((self.folder / "t.json").read_text())
        best = losses["epochs"][losses["best_epoch"] - 1]["validation_loss"]
        self.assertEqual(best, min(row["validation_loss"] for row in losses["epochs"]))
        self.succeed("denoise", "x.npy", "-m", "m.safetensors", "--snr-db", 0, "-o", "out.npy")
        self.assertTrue(np.isfinite(np.load(self.folder / "out.npy")).all())

    def test_a_training_without_a_good_epoch_writes_nothing_and_says_so(self):
        self.fail_with(1, "fit", "x.npy", *SMALL, "--residual-blocks", 16, "--epochs", 3,
                       "--warm-up", 0, "--learning-rate", 1, "--clip", 0, "--precision", "f32",
                       "-o", "m.safetensors",
                       says=("became ", "in epoch 1, ", "batch", "no epoch before that was good, no "
                             "model is written"))

    def test_a_result_worse_than_none_is_warned_of(self):
        done = self.run_program("fit", "x.npy", *SMALL, "--predict", "clean", "--weighting", "snr",
                                "--learning-rate", 1, "--clip", 0, "--epochs", 2, "-o",
                                "o.safetensors")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("no network at all", done.stderr)

    def test_calibration_follows_the_levels_trained_and_frames_have_one(self):
        for options in ((), ("--frame", 4), ("--snr-range", "-12:7")):
            with self.subTest(options=options):
                if "--snr-range" in options:  # numbers that single precision has not
                    self.save("x.npy", 1e-60 * self.load("x.npy").astype("float64"))
                self.fit("--epochs", 2, "--json", "t.json", *options)
                rows = json.loads((self.folder / "t.json").read_text())["calibration"]
                levels = sorted({row["snr_db"] for row in rows})
                self.assertEqual(levels, [-12, -10, -5, 0, 5, 7] if "--snr-range" in options
                                 else list(range(-15, 30, 5)))
                self.assertIn(f"{len(levels)} SNRs", self.succeed("info", "m.safetensors"))

    def test_colours_come_first_and_few_samples_are_not_calibrated(self):
        rng = np.random.default_rng(1)
        self.save("x.npy", rng.standard_normal((30, 8, 9, 3)))
        options = ("fit", "x.npy", "--prior", "network", "--width", 8, "--epochs", 1, "--threads", 1,
                   "-o", "m.safetensors")
        done = self.run_program(*options)
        self.assertEqual((done.returncode, done.stderr.count("\n")), (0, 1), done.stderr)
        self.assertIn("(3, 8, 9)", done.stderr)
        self.assertIn("not calibrated: 3 samples", done.stdout)
        self.assertIn("pellucid calibrate", done.stdout)
        self.succeed(*options, "--network", "mlp")
        self.save("x.npy", rng.standard_normal((30, 3, 8, 9)))
        self.assertIn("unet of", self.succeed(*options))

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
                               (("--device", "cuda"), ("--device: cuda", "cpu")),
                               (("--learning-rate", 1e30), ("--learning-rate", "up to 1")),
                               (("--learning-rate", 0), ("--learning-rate", "above 0")),
                               (("--warm-up", 1), ("--warm-up", "below 1")),
                               (("--average", 1), ("--average", "below 1")),
                               (("--validation", 1.5), ("--validation", "0.5")),
                               (("--validation", 0.999), ("--validation", "0.5")),
                               (("--validation", 0, "--patience", 3), ("--patience", "--validation")),
                               (("--conditioning", "step", "--snr-range", "-5:5"),
                                ("--snr-range", "--conditioning")),
                               (("--epochs",), ("--epochs",))):
            with self.subTest(options=options):
                self.fail_with(2, "fit", "x.npy", "-o", "o.safetensors", "--prior", "network",
                               *options,
                               says=words)
        self.fail_with(2, "fit", "x.npy", "--epochs", 3, "-o", "o.safetensors",
                       says=("--epochs", "network"))
        self.save("boxes.npy", np.random.default_rng(1).standard_normal((9, 4, 4, 4, 4)))
        self.fail_with(2, "fit", "boxes.npy", "--prior", "network", "--network", "unet", "-o",
                       "o.safetensors", says=("--network", "unet", "mlp"))

    def test_few_samples(self):
        self.save("x.npy", np.ones((1, 12)))
        self.fail_with(1, "fit", "x.npy", *SMALL, "-o", "o.safetensors", says=("one sample",))
        self.save("x.npy", coloured(np.random.default_rng(1), 20, 12))
        self.succeed("fit", "x.npy", *SMALL, "--epochs", 2, "-o", "m.safetensors", warnings=True)
        done = self.run_program("fit", "x.npy", *SMALL, "--epochs", 2, "-o", "m.safetensors")
        self.assertEqual((done.returncode, done.stderr.count("\n")), (0, 1), done.stderr)
        self.assertIn("pellucid: warning: ", done.stderr)


if __name__ == "__main__":
    unittest.main()
