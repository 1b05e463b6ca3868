# SPDX-License-Identifier: BSD-3-Clause
"""Ctrl-C during long work: says so, leaves nothing behind, status 130."""

import os
import signal
import subprocess
import time
import unittest

import numpy as np

from support import PELLUCID, ProgramTest


class InterruptTest(ProgramTest):
    def setUp(self):
        super().setUp()
        rng = np.random.default_rng(1)
        self.save("x.npy", rng.standard_normal((3000, 64)))
        self.succeed("fit", "x.npy", "--components", 8, "--passes", 1, "--restarts", 1,
                     "-o", "m.safetensors")

    def interrupt(self, *arguments, number=signal.SIGINT, status=130, leaves=()):
        before = self.names()
        process = subprocess.Popen([PELLUCID, *map(str, arguments)], cwd=self.folder, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            self.wait_until_it_works(process, before)
            self.wait_for(process, lambda: set(leaves) <= set(self.names()))
            process.send_signal(number)
            sent = time.monotonic()
            stdout, stderr = process.communicate(timeout=60)
        finally:
            process.kill()
        kept = "--resume goes on" if leaves else "nothing was written"
        self.check_failure(process.returncode, stdout, stderr, status, ("interrupted", kept))
        self.assertLess(time.monotonic() - sent, 10)
        self.assertEqual(self.names(), sorted([*before, *leaves]), "something was left behind")

    def wait_until_it_works(self, process, before):
        """The output's temporary file is open, and some arithmetic has been done since."""
        self.wait_for(process, lambda: self.names() != before)
        start = self.used_time(process)
        self.wait_for(process, lambda: self.used_time(process) > start + 0.3)

    def wait_for(self, process, condition):
        limit = time.monotonic() + 60
        while not condition():
            self.assertIsNone(process.poll(), "the run ended before it could be interrupted")
            self.assertLess(time.monotonic(), limit, "the run does not begin to work")
            time.sleep(0.01)

    def used_time(self, process):
        with open(f"/proc/{process.pid}/stat", encoding="utf-8") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def test_fit(self):
        self.interrupt("fit", "x.npy", "--components", 64, "--passes", 100000, "--tolerance", 0,
                       "-o", "o.safetensors", leaves=["o.safetensors.checkpoint"])

    def test_denoise(self):
        self.interrupt("denoise", "x.npy", "-m", "m.safetensors", "-o", "o.npy", "--snr-db", 0,
                       "--method", "average", "--draws", 10000, "--steps", 1000)

    def test_denoise_of_several_files_to_a_new_folder(self):
        self.save("y.npy", self.load("x.npy"))
        self.interrupt("denoise", "x.npy", "y.npy", "-m", "m.safetensors", "-o", "out",
                       "--snr-db", 0, "--method", "average", "--draws", 10000, "--steps", 100)

    def test_sample(self):
        self.interrupt("sample", "-m", "m.safetensors", "-n", 200000, "-o", "o.npy",
                       "--steps", 100000)

    def test_evaluate(self):
        self.interrupt("evaluate", "x.npy", "-m", "m.safetensors", "--snr-db", "-20:0.1:20",
                       "--method", "mean-forwarding", "--steps", 1000, "--json", "o.json",
                       "--report", "o.html")

    def test_terminate_is_answered_alike(self):
        self.interrupt("sample", "-m", "m.safetensors", "-n", 200000, "-o", "o.npy",
                       "--steps", 100000, number=signal.SIGTERM, status=143)


if __name__ == "__main__":
    unittest.main()
