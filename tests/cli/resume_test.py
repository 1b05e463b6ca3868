# SPDX-License-Identifier: BSD-3-Clause
"""Fits that were killed and go on: the resumed run ends with the model of one that was not."""

import json
import os
import random
import signal
import subprocess
import time
import unittest

import numpy as np

from support import PELLUCID, ProgramTest, coloured


class ResumeTest(ProgramTest):
    FIT = ("x.npy", "--tolerance", 0, "--restarts", 2)

    def setUp(self):
        super().setUp()
        self.save("x.npy", coloured(np.random.default_rng(1), 2000, 48))

    def kill(self, seconds, *arguments):
        """Runs the fit with --resume and kills it; returns whether it was still at work."""
        process = subprocess.Popen([PELLUCID, "fit", *map(str, arguments), "--resume"],
                                   cwd=self.folder, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        return process.wait() == -signal.SIGKILL

    def check_kills(self, kills, *options):
        began = time.monotonic()
        self.succeed("fit", *self.FIT, *options, "-o", "whole.safetensors")
        whole = time.monotonic() - began
        expected = (self.folder / "whole.safetensors").read_bytes()
        fit = (*self.FIT, *options, "-o", "m.safetensors")
        random.seed(5)
        killed = 0
        longest = 0.3 * whole
        for _ in range(4 * kills):
            if killed == kills:
                break
            in_time = self.kill(random.uniform(0.0, longest), *fit)
            killed += in_time
            if not in_time:  # the machine has become faster
                longest *= 0.7
            if (self.folder / "m.safetensors").exists():  # it had got to the end, and begins anew
                self.assertEqual((self.folder / "m.safetensors").read_bytes(), expected)
                (self.folder / "m.safetensors").unlink()
        self.succeed("fit", *fit, "--resume")
        self.assertEqual((self.folder / "m.safetensors").read_bytes(), expected)
        self.assertEqual(killed, kills)
        # What was being written when the kill came stays behind under a temporary name.
        left = [name for name in self.names() if "checkpoint" in name and "tmp" not in name
                and ".part" not in name]
        self.assertEqual(left, [])

    def test_a_fit_killed_at_twenty_random_times_ends_with_the_same_model(self):
        self.check_kills(20, "--components", 12, "--passes", 40)

    def test_so_does_one_by_mini_batches(self):
        self.check_kills(6, "--components", 6, "--batch", 300, "--passes", 12)

    def test_so_does_one_over_a_range_of_components(self):
        self.check_kills(6, "--components", "2:3:8", "--passes", 8)

    def test_without_resume_an_unfinished_fit_is_told_of_and_replaced(self):
        fit = (*self.FIT, "--components", 12, "--passes", 40, "-o", "m.safetensors")
        self.leave_a_checkpoint(fit)
        done = self.run_program("fit", *fit)
        self.assertEqual(done.returncode, 0)
        self.assertIn("--resume would go on", done.stderr)
        self.assertNotIn("m.safetensors.checkpoint", self.names())

    def leave_a_checkpoint(self, fit, left="m.safetensors.checkpoint", enough=lambda name: True):
        process = subprocess.Popen([PELLUCID, "fit", *map(str, fit)], cwd=self.folder,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        limit = time.monotonic() + 60
        while not ((self.folder / left).exists() and enough(left)):
            self.assertIsNone(process.poll(), "the fit ended before it could be killed")
            self.assertLess(time.monotonic(), limit)
            time.sleep(0.002)
        process.kill()
        process.wait()
        # What SIGKILL leaves no time to remove is no part of these tests.
        for name in self.names():
            if name not in ("x.npy", "whole.safetensors", left):
                os.unlink(self.folder / name)

    def test_a_checkpoint_of_another_fit_is_refused(self):
        fit = [*self.FIT, "--components", 12, "--passes", 1000, "-o", "m.safetensors"]
        self.leave_a_checkpoint(fit)
        self.fail_with(1, "fit", *fit, "--seed", 3, "--resume", says="other options")
        self.fail_with(1, "fit", *fit, "--regularisation", 1, "--resume", says="other options")
        self.save("x.npy", coloured(np.random.default_rng(2), 2000, 48))
        self.fail_with(1, "fit", *fit, "--resume", says="other data")
        checkpoint = self.folder / "m.safetensors.checkpoint"
        self.assertTrue(checkpoint.exists())
        for damaged in (checkpoint.read_bytes()[:-9], b"", b"\xff" * 100):
            self.write("m.safetensors.checkpoint", damaged)
            self.fail_with(1, "fit", *fit, "--resume", says="m.safetensors.checkpoint")

    def test_a_range_is_resumed_with_its_own_data_and_options_alone(self):
        fit = [*self.FIT, "--components", "2:1:40", "--passes", 8, "-o", "m.safetensors"]
        self.leave_a_checkpoint(fit, "m.safetensors.checkpoint.best")
        self.fail_with(1, "fit", *fit, "--ridge", 0.01, "--resume", says="other options")
        self.fail_with(1, "fit", *fit, "--transform", "dct", "--resume", says="other options")
        self.save("x.npy", coloured(np.random.default_rng(2), 2000, 48))
        self.fail_with(1, "fit", *fit, "--resume",
                       says="checkpoint.best: belongs to a fit of other data")

    def test_a_range_killed_before_it_removed_a_finished_state_goes_on(self):
        options = (*self.FIT, "--passes", 8)
        wanted = (*options, "--components", "2:3:14", "-o")
        self.succeed("fit", *wanted, "whole.safetensors")
        self.leave_a_checkpoint((*options, "--components", 5, "-o", "five.safetensors"),
                                "five.safetensors.checkpoint")
        state = (self.folder / "five.safetensors.checkpoint").read_bytes()
        best = "m.safetensors.checkpoint.best"
        self.leave_a_checkpoint((*wanted, "m.safetensors"), best, self.has_five)
        self.write("m.safetensors.checkpoint", state)
        self.succeed("fit", *wanted, "m.safetensors", "--resume")
        self.assertEqual((self.folder / "m.safetensors").read_bytes(),
                         (self.folder / "whole.safetensors").read_bytes())

    def has_five(self, name):
        """Whether the fit with 5 components is done, after that with 2."""
        settings = json.loads(self.read_metadata(name)["settings"])
        return 5 in [row[0] for row in settings["selection"]]

    def test_the_best_of_a_range_by_bic_is_kept_and_shown(self):
        rng = np.random.default_rng(3)
        centres = np.array([[0.0, 0.0], [9.0, 0.0], [0.0, 9.0], [9.0, 9.0]])
        self.save("four.npy", centres[rng.integers(4, size=1500)] + rng.standard_normal((1500, 2)))
        text = self.succeed("fit", "four.npy", "--components", "2:1:6", "-o", "m.safetensors")
        rows = [line.split() for line in text.splitlines() if line.strip()[:1].isdigit()]
        self.assertEqual([int(row[0]) for row in rows], [2, 3, 4, 5, 6])
        self.assertEqual([row[0] for row in rows if row[-1] == "kept"], ["4"])
        self.assertEqual(min(rows, key=lambda row: float(row[2]))[0], "4")
        settings = json.loads(self.read_metadata("m.safetensors")["settings"])
        self.assertEqual(settings["components"], 4)
        self.assertEqual(len(settings["selection"]), 5)
        self.assertNotIn("fingerprint", settings)

    def read_metadata(self, name):
        data = (self.folder / name).read_bytes()
        length = int.from_bytes(data[:8], "little")
        return json.loads(data[8 : 8 + length])["__metadata__"]

    def test_ranges_that_make_no_sense_are_refused(self):
        for text in ("0", "4:64", "8:4:4", "4:0:8", "a", "4:4:8:9", "-3"):
            self.fail_with(2, "fit", "x.npy", f"--components={text}", "-o", "o.safetensors",
                           says="--components")


if __name__ == "__main__":
    unittest.main()
