# SPDX-License-Identifier: BSD-3-Clause
"""Less memory than a run needs: a clear error and no file, never a crash, and no waiting for ever,
which is what OpenBLAS does that gets no buffer."""

import os
import resource
import unittest

import numpy as np

from support import GOLDEN, ProgramTest

MIB = 2**20


class OutOfMemoryTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.save("x.npy", np.random.default_rng(1).standard_normal((600, 64)).astype(np.float32))

    def run_within(self, mebibytes, *arguments):
        """The exit status; an error names memory, or the library that found none for itself."""
        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (mebibytes * MIB, mebibytes * MIB))

        before = self.names()
        # A thread of OpenBLAS on every machine: each takes 128 MB.
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
        done = self.run_program("--threads", 1, *arguments, preexec_fn=limit, env=environment)
        if done.returncode != 0:
            self.check_failure(done.returncode, done.stdout, done.stderr, 1, "")
            self.assertRegex(done.stderr, "memory|failed to map segment")
            self.assertEqual(self.names(), before)
        return done.returncode

    def run_within_each(self, limits, *arguments):
        statuses = [self.run_within(limit, *arguments) for limit in limits]
        self.assertEqual(statuses[0], 1, "the least limit is enough: it tests nothing")
        self.assertEqual(statuses[-1], 0, "the most is not enough: it tests nothing")

    def test_fits(self):
        for prior in ("gaussian", "mixture"):
            self.run_within_each(range(240, 640, 40), "fit", "x.npy", "--prior", prior, "-o",
                                 "m.safetensors")

    def test_training(self):
        self.run_within_each(range(400, 1600, 100), "fit", "x.npy", "--prior", "network",
                             "--epochs", 1, "-o", "n.safetensors")

    def test_denoising_with_a_network(self):
        self.succeed("import", GOLDEN / "unet2d.pt", "--params", GOLDEN / "unet2d.sim_params.json",
                     "-o", "n.safetensors")
        self.save("y.npy", np.ones((1000, 28, 28), np.float32))
        least = self.least_to_start()
        self.run_within_each(range(least, least + 400, 40), "denoise", "y.npy", "-m",
                             "n.safetensors", "--snr-db", 10, "--steps", 1, "-o", "o.npy")

    def least_to_start(self):
        """The mebibytes in which the program starts, and ends: its libraries take most of them."""
        def limited(mebibytes):
            limit = (mebibytes * MIB, mebibytes * MIB)
            return self.run_program("--version",
                                    preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, limit))

        return next(size for size in range(100, 600, 5) if limited(size).returncode == 0)

    def test_a_network_larger_than_memory(self):
        self.assertEqual(self.run_within(3000, "fit", "x.npy", "--prior", "network", "--epochs", 1,
                                         "--width", 8192, "-o", "n.safetensors"), 1)


if __name__ == "__main__":
    unittest.main()
