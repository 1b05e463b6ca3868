# SPDX-License-Identifier: BSD-3-Clause
"""Data larger than memory: peaks of the program's memory against the limits it was given.

PELLUCID_LARGE_GB=6 makes the file that large (in a folder of TMPDIR, removed afterwards).
"""

import os
import subprocess
import unittest

import numpy as np

from support import PELLUCID, ProgramTest, coloured

GIGABYTES = float(os.environ.get("PELLUCID_LARGE_GB", "0.25"))
DIM = 64
SAMPLES = int(GIGABYTES * 2**30) // (4 * DIM)
MIB = 2**20

# The program itself, its libraries and their buffers, and a model of 4 components of 64 entries.
PROGRAM = 100 * MIB


class MemoryTest(ProgramTest):
    def setUp(self):
        super().setUp()
        rng = np.random.default_rng(1)
        base = coloured(rng, 4096, DIM).astype(np.float32)
        # Written, not mapped: a child's peak counts what its parent holds when it starts.
        with open(self.folder / "large.npy", "wb") as large:
            header = {"descr": "<f4", "fortran_order": False, "shape": (SAMPLES, DIM)}
            np.lib.format.write_array_header_1_0(large, header)
            for first in range(0, SAMPLES, len(base)):
                large.write(base[: SAMPLES - first].tobytes())
        self.base = base
        self.save("small.npy", base)
        self.succeed("fit", "small.npy", "--components", 4, "--passes", 5, "-o", "m.safetensors")

    def peak(self, *arguments):
        """Runs; returns the most memory the program held, in bytes."""
        pid = subprocess.Popen(
            [PELLUCID, *map(str, arguments)], cwd=self.folder, stdout=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(pid.pid, 0)
        pid.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(pid.returncode, 0)
        if os.environ.get("PELLUCID_SHOW_MESSAGES"):
            print(arguments[0], usage.ru_maxrss // 1024, "MiB")
        return usage.ru_maxrss * 1024

    def test_denoise_streams(self):
        limit = 64 * MIB
        peak = self.peak("denoise", "large.npy", "-m", "m.safetensors", "--snr-db", 10,
                         "--memory", "64M", "-o", "out.npy")
        self.assertLess(peak, PROGRAM + limit)
        out = np.load(self.folder / "out.npy", mmap_mode="r")
        self.assertEqual(out.shape, (SAMPLES, DIM))
        # Equal inputs have equal estimates, wherever they lie in the file.
        last = (SAMPLES // len(self.base) - 1) * len(self.base)
        np.testing.assert_allclose(out[last : last + 100], out[:100], rtol=1e-5, atol=1e-5)

    def test_evaluate_streams(self):
        limit = 64 * MIB
        peak = self.peak("evaluate", "large.npy", "-m", "m.safetensors", "--snr-db", 10,
                         "--memory", "64M", "--json", "r.json")
        self.assertLess(peak, PROGRAM + limit)

    def test_gaussian_and_pca_fit_in_one_pass(self):
        for prior in ("gaussian", "pca"):
            peak = self.peak("fit", "large.npy", "--prior", prior, "--memory", "64M",
                             "-o", f"{prior}.safetensors")
            self.assertLess(peak, PROGRAM + 64 * MIB)

    def test_mixture_fit_holds_one_block(self):
        for options in ((), ("--batch", 5000)):
            peak = self.peak("fit", "large.npy", "--components", 4, "--passes", 2, "--restarts", 1,
                             "--memory", "64M", "-o", "mixture.safetensors", *options)
            self.assertLess(peak, PROGRAM + 64 * MIB)

    def test_limits_that_make_no_sense_are_refused(self):
        for text in ("1", "much", "-2G", "2X"):
            self.fail_with(2, "denoise", "large.npy", "-m", "m.safetensors", "--snr-db", 10,
                           f"--memory={text}", "-o", "o.npy", says="--memory")


if __name__ == "__main__":
    unittest.main()
