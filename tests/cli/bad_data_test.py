# SPDX-License-Identifier: BSD-3-Clause
"""Data files at fault: status 1, one line naming file, field and mend, and no output."""

import gzip
import resource
import unittest

import numpy as np

from support import ProgramTest, idx, normal, npy, png

GIGABYTE = 2**30


class BadDataTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.x = np.random.default_rng(1).standard_normal((30, 4))
        self.save("x.npy", self.x)
        self.succeed("fit", "x.npy", "--prior", "gaussian", "-o", "m.safetensors")

    def refuse(self, name, *says):
        """Every command that reads data refuses the file, naming it first."""
        says = [f"pellucid: {name}: ", *says]
        for command in (
            ("fit", name, "--prior", "gaussian", "-o", "o.safetensors"),
            ("fit", "x.npy", name, "--components", 2, "-o", "o.safetensors"),
            ("denoise", name, "-m", "m.safetensors", "-o", "o.npy", "--snr-db", 0),
            ("denoise", "x.npy", name, "-m", "m.safetensors", "-o", "out", "--snr-db", 0),
            ("denoise", "x.npy", "-m", "m.safetensors", "-o", "o.npy", "--noise-std", name),
            ("evaluate", name, "-m", "m.safetensors", "--snr-db", 0, "--json", "o.json",
             "--report", "o.html"),
        ):
            self.fail_with(1, *command, says=says)
        self.fail_with(1, "info", name, says=says)

    def refuse_bytes(self, content, *says):
        self.refuse(self.write("bad.npy", content), *says)

    def test_missing_file(self):
        self.refuse("missing.npy", "No such file", "check the name")

    def test_truncated_npy(self):
        whole = (self.folder / "x.npy").read_bytes()
        for length in (len(whole) - 1, 130, 128, 100, 11, 9, 7):
            self.refuse_bytes(whole[:length], "truncated")
        self.refuse_bytes(b"", "empty file")

    def test_wrong_magic(self):
        whole = (self.folder / "x.npy").read_bytes()
        self.refuse_bytes(b"NUMPY" + whole, "format is not known", ".npy")
        self.refuse_bytes(b"\x93NUMPY\x09\x00" + whole[8:], "version 9.0")
        self.refuse_bytes(b"hello, world", "format is not known")
        self.refuse_bytes(b"PK\x03\x04" + whole, "zip archive")

    def test_objects_and_strings(self):
        np.save(self.folder / "bad.npy", np.array([{"a": 1}, None]), allow_pickle=True)
        self.refuse("bad.npy", "descr", "Python objects", "astype")
        for array, word in ((np.array(["a", "bc"]), "strings"), (np.array([b"a"]), "strings"),
                            (np.zeros(3, bool), "booleans"), (np.zeros(3, "g"), "width"),
                            (np.zeros(3, [("a", "f4")]), "structured"),
                            (np.zeros(3, "M8[s]"), "times")):
            self.save("bad.npy", array)
            self.refuse("bad.npy", "descr", word)

    def test_a_header_that_claims_more_than_there_is(self):
        self.refuse_bytes(npy("<f8", "(31, 4)", bytes(30 * 32)), "(31, 4)", "992", "960")
        for shape in ("(1152921504606846976,)", "(1073741824, 1073741824)", "(4294967296, 4)",
                      "(9223372036854775807, 9223372036854775807)", "(18446744073709551617,)"):
            self.refuse_bytes(npy("<f8", shape, bytes(64)))

    def test_huge_claims_are_refused_before_anything_is_allocated(self):
        def limit_memory():
            resource.setrlimit(resource.RLIMIT_AS, (2 * GIGABYTE, 2 * GIGABYTE))

        self.write("huge.npy", npy("<f8", "(1152921504606846976,)", bytes(64)))
        self.write("huge.idx", bytes([0, 0, 8, 3]) + b"\xff" * 12 + bytes(64))
        for name in ("huge.npy", "huge.idx"):
            done = self.run_program("info", name, preexec_fn=limit_memory)
            self.check_failure(done.returncode, done.stdout, done.stderr, 1, f"{name}: ")
            self.assertNotIn("memory", done.stderr)

    def test_damaged_headers(self):
        good = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 4), }"
        for text in ("", "{", good[:30], good + "x", good.replace("False", "Maybe"),
                     good.replace("(2, 4)", "(-2, 4)"), good.replace("(2, 4)", "2"),
                     good.replace("'shape'", "'form'"), good.replace("<f8", "<q9"), "\x00" * 40):
            content = b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()
            self.refuse_bytes(content + bytes(64))

    def test_not_finite_entries_are_named_by_position(self):
        for value, text in ((np.nan, "nan"), (np.inf, "inf"), (-np.inf, "-inf")):
            x = self.x.copy()
            x[17, 2] = value
            self.save("bad.npy", x)
            self.refuse_as_samples("bad.npy", "(17, 2)", text, "remove or replace")
        z = normal(np.random.default_rng(2), 30, 2, 2, is_complex=True)
        z[3, 1, 0] = complex(1, np.nan)
        self.save("bad.npy", z)
        self.fail_with(1, "fit", "bad.npy", "--prior", "pca", "-o", "o.safetensors",
                       says=("bad.npy: ", "(3, 1, 0)", "nan"))
        self.save("bad.npy", np.r_[np.ones(20), np.nan, np.ones(9)])
        self.fail_with(1, "denoise", "x.npy", "-m", "m.safetensors", "-o", "o.npy",
                       "--noise-std", "bad.npy", says=("bad.npy: ", "(20,)", "nan"))

    def refuse_as_samples(self, name, *says):
        for command in (
            ("fit", name, "--prior", "gaussian", "-o", "o.safetensors"),
            ("fit", name, "--prior", "pca", "-o", "o.safetensors"),
            ("fit", "x.npy", name, "--components", 2, "-o", "o.safetensors"),
            ("denoise", name, "-m", "m.safetensors", "-o", "o.npy", "--snr-db", 0),
            ("denoise", "x.npy", name, "-m", "m.safetensors", "-o", "out", "--snr-db", 0),
            ("evaluate", name, "-m", "m.safetensors", "--snr-db", 0, "--json", "o.json"),
            ("corrupt", name, "--snr-db", 0, "-o", "o.npy"),
            ("info", name),
        ):
            self.fail_with(1, *command, says=[f"pellucid: {name}: ", *says])

    def test_shapes_that_differ(self):
        for shape, text in (((30, 5), "(5,)"), ((30, 2, 3), "(2, 3)"), ((30,), "()")):
            self.save("bad.npy", np.ones(shape))
            says = ("bad.npy: ", text, "(4,)", "m.safetensors")
            for command in (("denoise", "bad.npy", "-o", "o.npy"),
                            ("evaluate", "bad.npy", "--json", "o.json")):
                self.fail_with(1, *command, "-m", "m.safetensors", "--snr-db", 0, says=says)
            self.fail_with(1, "fit", "x.npy", "bad.npy", "--prior", "pca", "-o", "o.safetensors",
                           says=("bad.npy: ", text, "x.npy", "(4,)"))
        self.save("bad.npy", np.ones(4))
        self.fail_with(1, "denoise", "bad.npy", "-m", "m.safetensors", "-o", "o.npy", "--snr-db", 0,
                       says=("bad.npy: ", "shape (1, 4)"))

    def test_real_and_complex(self):
        self.save("z.npy", self.x + 1j)
        self.succeed("fit", "z.npy", "--prior", "pca", "-o", "z.safetensors")
        for data, model, has, needs in (("z.npy", "m", "complex data", "real"),
                                        ("x.npy", "z", "real data", "complex")):
            says = (f"{data}: ", has, f"{model}.safetensors", f"give {needs} data")
            for command in (("denoise", data, "-o", "o.npy"),
                            ("evaluate", data, "--json", "o.json")):
                self.fail_with(1, *command, "-m", f"{model}.safetensors", "--snr-db", 0, says=says)
        self.fail_with(1, "evaluate", "x.npy", "-m", "m.safetensors", "--truth", "z.safetensors",
                       "--snr-db", 0, says=("x.npy: ", "z.safetensors"))
        self.fail_with(1, "fit", "x.npy", "z.npy", "--prior", "pca", "-o", "o.safetensors",
                       says=("z.npy: complex data", "x.npy", "real"))

    def test_empty_arrays(self):
        for shape in ((0, 4), (5, 0), (0,)):
            self.save("bad.npy", np.ones(shape))
            self.refuse_empty("is empty")
        self.save("bad.npy", np.float64(3))
        self.refuse_empty("single number")

    def refuse_empty(self, *says):
        for command in (("fit", "bad.npy", "-o", "o.safetensors"),
                        ("denoise", "bad.npy", "-m", "m.safetensors", "-o", "o.npy", "--snr-db", 0),
                        ("evaluate", "bad.npy", "-m", "m.safetensors", "--snr-db", 0)):
            self.fail_with(1, *command, says=["bad.npy: ", *says])

    def test_samples_that_are_too_few_or_all_the_same(self):
        self.save("few.npy", self.x[:3])
        self.fail_with(1, "fit", "few.npy", "--components", 8, "-o", "o.safetensors",
                       says=("few.npy: ", "3 samples for 8 components"))
        self.fail_with(1, "fit", "few.npy", "--prior", "pca", "--rank", 3, "-o", "o.safetensors",
                       says=("few.npy: ", "rank 3", "2"))
        for name in (self.save("same.npy", np.ones((9, 4))), self.save("one.npy", self.x[:1])):
            for options in (("--prior", "gaussian"), ("--prior", "pca"), ("--components", 1)):
                self.fail_with(1, "fit", name, "-o", "o.safetensors", *options, says=f"{name}: ")
        self.fail_with(1, "evaluate", "same.npy", "-m", "m.safetensors", "--snr-db", 0,
                       says="same.npy: ")
        self.fail_with(1, "corrupt", "same.npy", "-o", "o.npy", "--snr-db", 0, says="same.npy: ")
        self.save("huge.npy", self.x * 1e160)
        for options in (("--prior", "gaussian"), ("--prior", "pca"), ("--components", 2)):
            self.fail_with(1, "fit", "huge.npy", "-o", "o.safetensors", *options, says="huge.npy: ")

    def test_noise_files(self):
        for array, says in ((np.ones(5), ("5 standard deviations", "30 samples of x.npy")),
                            (-np.ones(30), ("(0,)", "-1")), (np.ones((30, 2)), ("(30, 2)",)),
                            (np.ones(30) * 1j, ("complex128", "real"))):
            self.save("sigma.npy", array)
            self.fail_with(1, "denoise", "x.npy", "-m", "m.safetensors", "-o", "o.npy",
                           "--noise-std", "sigma.npy", says=("sigma.npy: ", *says))

    def test_idx_and_pictures(self):
        images = np.random.default_rng(3).integers(0, 255, (6, 5, 4))
        whole = idx(images)
        bad_type = b"\x00\x00\x07" + whole[3:]
        for content in (whole[:-1], whole[:9], whole + b"x", bad_type,
                        gzip.compress(whole)[:-20], gzip.compress(whole[:-1]), b"\x1f\x8bnonsense"):
            self.refuse_bytes(content)
        picture = png(images[0])
        for content in (picture[:-20], picture[:20], picture[:8],
                        picture.replace(b"IDAT", b"IDXT")):
            self.refuse_bytes(content)

    def test_folders_of_pictures(self):
        (self.folder / "empty").mkdir()
        self.refuse("empty", "folder without .png")
        folder = self.folder / "mixed"
        folder.mkdir()
        images = np.random.default_rng(4).integers(0, 255, (2, 5, 4))
        self.write("mixed/a.png", png(images[0]))
        self.write("mixed/b.png", png(images[1][:, :3]))
        self.fail_with(1, "fit", "mixed", "-o", "o.safetensors", says="mixed/b.png: ")
        self.write("mixed/b.png", b"no picture")
        self.fail_with(1, "fit", "mixed", "-o", "o.safetensors", says="mixed/b.png: ")


if __name__ == "__main__":
    unittest.main()
