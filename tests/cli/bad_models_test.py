# SPDX-License-Identifier: BSD-3-Clause
"""Model files at fault: status 1, one line naming file, field and mend, and no output."""

import json
import struct
import unittest

import numpy as np

from support import ProgramTest, coloured, read_safetensors, safetensors, safetensors_file


class BadModelTest(ProgramTest):
    def setUp(self):
        super().setUp()
        rng = np.random.default_rng(1)
        self.save("x.npy", coloured(rng, 60, 3))
        self.succeed("fit", "x.npy", "--components", 2, "-o", "m.safetensors")
        self.good = (self.folder / "m.safetensors").read_bytes()
        self.metadata, self.tensors = read_safetensors(self.good)

    def refuse(self, content, *says, all_commands=False):
        """Commands that read a model refuse it, naming it first."""
        self.write("bad.safetensors", content)
        commands = [("denoise", "x.npy", "-m", "bad.safetensors", "-o", "o.npy", "--snr-db", 0)]
        if all_commands:
            commands += [
                ("sample", "-m", "bad.safetensors", "-n", 3, "-o", "o.npy"),
                ("evaluate", "x.npy", "-m", "m.safetensors", "bad.safetensors", "--snr-db", 0,
                 "--json", "o.json", "--report", "o.html"),
                ("evaluate", "x.npy", "-m", "m.safetensors", "--truth", "bad.safetensors",
                 "--snr-db", 0, "--json", "o.json"),
                ("fit", "x.npy", "--init", "bad.safetensors", "-o", "o.safetensors"),
            ]
        for command in commands:
            self.fail_with(1, *command, says=["pellucid: bad.safetensors: ", *says])

    def with_metadata(self, **changes):
        metadata = {k: v for k, v in (self.metadata | changes).items() if v is not None}
        return safetensors(metadata, self.tensors)

    def with_tensors(self, **changes):
        tensors = {k: v for k, v in (self.tensors | changes).items() if v is not None}
        return safetensors(self.metadata, tensors)

    def with_header(self, change):
        (length,) = struct.unpack("<Q", self.good[:8])
        header = json.loads(self.good[8 : 8 + length])
        change(header)
        return safetensors_file(header, self.good[8 + length :])

    def test_the_unchanged_model_is_read(self):
        self.write("same.safetensors", safetensors(self.metadata, self.tensors))
        self.succeed("denoise", "x.npy", "-m", "same.safetensors", "-o", "o.npy", "--snr-db", 0)

    def test_missing_and_no_model_at_all(self):
        self.fail_with(1, "denoise", "x.npy", "-m", "none.safetensors", "-o", "o.npy",
                       "--snr-db", 0, says=("none.safetensors: ", "No such file", "check the name"))
        self.fail_with(1, "denoise", "x.npy", "-m", "x.npy", "-o", "o.npy", "--snr-db", 0,
                       says=("x.npy: ", "no model", ".safetensors"))
        (self.folder / "folder").mkdir()
        self.fail_with(1, "sample", "-m", "folder", "-n", 1, "-o", "o.npy",
                       says=("folder: ", "folder"))

    def test_truncated(self):
        for length in (0, 4, 8, 9, 100, len(self.good) // 2, len(self.good) - 1):
            self.refuse(self.good[:length])
        self.refuse(self.good[:-1], "truncated", all_commands=True)

    def test_random_bytes(self):
        rng = np.random.default_rng(2)
        for size in (1, 8, 64, 5000):
            self.refuse(rng.bytes(size), all_commands=size == 5000)
        # Damage inside a good file is found or leaves a model that works: no crash, no half result.
        for _ in range(40):
            content = bytearray(self.good)
            content[rng.integers(0, 600)] = rng.integers(0, 256)
            self.write("bad.safetensors", bytes(content))
            done = self.run_program("denoise", "x.npy", "-m", "bad.safetensors", "-o", "o.npy",
                                    "--snr-db", 0)
            self.assertIn(done.returncode, (0, 1), done.stderr)
            self.assertEqual(done.stderr.count("\n"), done.returncode, done.stderr)

    def test_lying_header_length(self):
        (length,) = struct.unpack("<Q", self.good[:8])
        for lie in (0, 1, length - 1, length + 1, length + 8, len(self.good), 2**31, 2**60,
                    2**64 - 1):
            self.refuse(struct.pack("<Q", lie) + self.good[8:], all_commands=lie == 2**60)

    def test_offsets_past_the_end_and_overlaps(self):
        def past_end(header):
            header["weights"]["data_offsets"] = [10**9, 10**9 + 16]

        def overlap(header):
            header["weights"]["data_offsets"] = [0, 16]

        def backwards(header):
            header["means"]["data_offsets"] = header["means"]["data_offsets"][::-1]

        def huge(header):
            header["means"]["shape"] = [2**31, 2**31]

        self.refuse(self.with_header(past_end), "weights", "truncated", all_commands=True)
        self.refuse(self.with_header(overlap), "overlapping", all_commands=True)
        self.refuse(self.with_header(backwards), "means", "data_offsets")
        self.refuse(self.with_header(huge), "means", "shape")
        self.refuse(self.good + b"more")

    def test_unknown_kind_and_newer_version(self):
        self.refuse(self.with_metadata(kind="wavelet"), "'kind'", "wavelet",
                    "gaussian, mixture, pca", all_commands=True)
        self.refuse(self.with_metadata(version="2"), "'version'", "2", "update pellucid",
                    all_commands=True)
        self.refuse(self.with_metadata(version="one"), "'version'", "one")
        self.refuse(self.with_metadata(format="other"), "'format'", "other")

    def test_metadata_fields(self):
        for field, values in {
            "kind": (None, ""),
            "complex": (None, "yes", "True"),
            "scale": ("0", "-1", "nan", "1e999", "big"),
            "power": ("0", "-1", "inf"),
            "shape": ("[4]", "[]", "[-3]", "[3.5]", "3", "[", "{}"),
            "schedule": ("{}", "[]", '{"kind": "linear"}', '{"kind": "odd", "steps": 5}', "["),
            "calibration": ("{}", "[1]", '[{"snr_db": 0}]', '[{"snr_db": 0, "steps": 0}]'),
        }.items():
            for value in values:
                with self.subTest(field=field, value=value):
                    self.refuse(self.with_metadata(**{field: value}), field)

    def test_tensors(self):
        nan = self.tensors["means"].copy()
        nan[1, 2] = np.nan
        asymmetric = self.tensors["covariances"].copy()
        asymmetric[0, 0, 1] += 1
        indefinite = self.tensors["covariances"].copy()
        indefinite[1] -= 100 * np.eye(3)
        for changes, word in (
            ({"means": None}, "means"),
            ({"weights": np.ones(3) / 3}, "K = 3"),
            ({"weights": np.array([1.5, -0.5])}, "weight"),
            ({"weights": np.array([0.2, 0.2])}, "weight"),
            ({"means": self.tensors["means"][:, :2]}, "N = 2"),
            ({"means": nan}, "means"),
            ({"covariances": self.tensors["covariances"][0]}, "covariances"),
            ({"covariances": asymmetric}, "covariance"),
            ({"covariances": indefinite}, "covariance"),
            ({"offset": np.ones(2)}, "offset"),
            ({"surplus": np.ones(2)}, "surplus"),
            ({"weights": np.array([1, 1])}, "weights"),
        ):
            with self.subTest(word=word, changes=list(changes)):
                self.refuse(self.with_tensors(**changes), word)

    def test_init_must_be_a_mixture_of_the_same_sort_and_size(self):
        self.succeed("fit", "x.npy", "--prior", "pca", "-o", "pca.safetensors")
        self.save("z.npy", self.load("x.npy") * 1j)
        self.save("wide.npy", np.ones((9, 5)) * np.arange(9)[:, None])
        for data, model, word in (("x.npy", "pca", "pca"), ("z.npy", "m", "complex")):
            self.fail_with(1, "fit", data, "--init", f"{model}.safetensors", "-o", "o.safetensors",
                           says=(f"{model}.safetensors: ", word))
        self.fail_with(1, "fit", "wide.npy", "--init", "m.safetensors", "-o", "o.safetensors",
                       says=("wide.npy: ", "start has 3 entries", "5"))


if __name__ == "__main__":
    unittest.main()
