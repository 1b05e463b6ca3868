#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The main job on real data: a mixture against the Wiener filter on Fashion-MNIST."""

import json
import unittest
from pathlib import Path

from support import ProgramTest

DATA = Path("/usr/share/datasets/fashion-mnist")


class FashionMnist(ProgramTest):
    def test_mixture_of_32_has_at_most_0_72_of_the_wiener_error_at_0_db(self):
        # An independent calculation on half the training images gave 0.1015 against 0.1478: 0.687.
        train = DATA / "train-images-idx3-ubyte.gz"
        self.succeed("fit", train, "--first", 30000, "--components", 32, "--passes", 6,
                     "-o", "mixture.safetensors", "--quiet")
        self.succeed("fit", train, "--prior", "gaussian", "-o", "gaussian.safetensors", "--quiet")
        self.succeed("evaluate", DATA / "t10k-images-idx3-ubyte.gz", "--first", 1000,
                     "-m", "gaussian.safetensors", "-m", "mixture.safetensors", "--snr-db", 0,
                     "--json", "r.json", "--quiet")
        rows = json.loads((self.folder / "r.json").read_text())["results"]
        nmse = {row["model"] or row["method"]: row["nmse"] for row in rows}
        print(f"Fashion-MNIST at 0 dB: mixture {nmse['mixture']:.4f}, Wiener {nmse['gaussian']:.4f}")
        # The global Wiener filter has no free choice: it must agree with the independent number.
        self.assertAlmostEqual(nmse["gaussian"], 0.1478, delta=0.0005)
        self.assertAlmostEqual(nmse["wiener"], nmse["gaussian"], delta=1e-5)
        self.assertLessEqual(nmse["mixture"], 0.72 * nmse["gaussian"])


if __name__ == "__main__":
    unittest.main()
