# SPDX-License-Identifier: BSD-3-Clause
"""Outputs that cannot be written: status 1, one line, nothing half-written, old files kept."""

import os
import shutil
import stat
import subprocess
import unittest

import numpy as np

from support import PELLUCID, ProgramTest


class OutputTest(ProgramTest):
    def setUp(self):
        super().setUp()
        rng = np.random.default_rng(1)
        self.save("x.npy", rng.standard_normal((200, 40)))
        self.succeed("fit", "x.npy", "--prior", "gaussian", "-o", "m.safetensors")

    def commands(self, output):
        """All that write, to the same output; a model has its own extension."""
        model = ("-m", "m.safetensors")
        return (
            ("fit", "x.npy", "--prior", "gaussian", "-o", output.replace(".npy", ".safetensors")),
            ("denoise", "x.npy", *model, "--snr-db", 0, "-o", output),
            ("sample", *model, "-n", 300, "-o", output),
            ("sample", *model, "-n", 300, "--direct", "-o", output),
            ("corrupt", "x.npy", "--snr-db", 0, "-o", output),
            ("evaluate", "x.npy", *model, "--snr-db", 0, "--json", output),
            ("evaluate", "x.npy", *model, "--snr-db", 0, "--report", output),
        )

    def refuse(self, output, *says):
        for command in self.commands(output):
            self.fail_with(1, *command, says=[f"pellucid: {command[-1]}: ", *says])

    def test_outputs_never_replace_inputs(self):
        model = ("-m", "m.safetensors")
        for command in (
            ("fit", "x.npy", "--prior", "gaussian", "-o", "x.npy"),
            ("denoise", "x.npy", *model, "--snr-db", 0, "-o", "./x.npy"),
            ("denoise", "x.npy", *model, "--snr-db", 0, "-o", "m.safetensors"),
            ("corrupt", "x.npy", "--snr-db", 0, "-o", "x.npy"),
            ("sample", *model, "-n", 3, "-o", "m.safetensors"),
            ("evaluate", "x.npy", *model, "--snr-db", 0, "--json", "x.npy"),
            ("evaluate", "x.npy", *model, "--snr-db", 0, "--report", "m.safetensors"),
            ("evaluate", "x.npy", *model, "--snr-db", 0, "--json", "o", "--report", "o"),
            ("corrupt", "x.npy", "x.npy", "--snr-db", 0, "-o", "o.npy"),
        ):
            self.fail_with(2, *command, says="name")

    def test_other_variables_of_an_archive_are_kept(self):
        np.savez(self.folder / "two.npz", a=np.ones(3), b=np.ones(3))
        for name in ("two.npz:a", "two.npz:c", "two.npz"):
            self.fail_with(1, "corrupt", "x.npy", "--noise-std", 0, "-o", name,
                           says="other variables")
        self.succeed("corrupt", "x.npy", "--noise-std", 0, "-o", "one.npz:a")
        self.succeed("corrupt", "x.npy", "--noise-std", 0, "-o", "one.npz:a")
        self.fail_with(1, "corrupt", "x.npy", "--noise-std", 0, "-o", "one.npz:b",
                       says="other variables")

    def test_places_where_nothing_can_be_written(self):
        self.refuse("missing/out.npy", "No such file or directory", "make its folder first")
        self.refuse("m.safetensors/out.npy", "Not a directory")
        self.refuse("/proc/out.npy")
        self.refuse("n" * 300 + ".npy", "too long", "shorter name")
        (self.folder / "folder.npy").mkdir()
        (self.folder / "folder.safetensors").mkdir()
        self.refuse("folder.npy", "directory")
        self.refuse("/dev/full", "No space left")

    def test_several_outputs_need_a_folder(self):
        self.save("y.npy", self.load("x.npy"))
        command = ("denoise", "x.npy", "y.npy", "-m", "m.safetensors", "--snr-db", 0, "-o")
        self.write("other", b"x")
        self.fail_with(1, *command, "other", says="other: ")
        self.fail_with(2, *command, "out.npy", says="out.npy: ")
        self.fail_with(1, *command, "missing/folder", says="missing/folder: ")
        self.fail_with(1, *command, "/proc/folder", says="/proc/folder: ")

    def test_a_late_failure_takes_the_early_outputs_back(self):
        self.save("wrong.npy", np.ones((3, 7)))
        command = ("denoise", "x.npy", "wrong.npy", "-m", "m.safetensors", "--snr-db", 0, "-o")
        self.fail_with(1, *command, "out", says="wrong.npy: ")
        (self.folder / "kept").mkdir()
        self.fail_with(1, *command, "kept", says="wrong.npy: ")
        self.fail_with(1, "evaluate", "x.npy", "-m", "m.safetensors", "--snr-db", 0,
                       "--json", "r.json", "--report", "/dev/full", says="/dev/full: ")

    def test_what_was_there_before_survives_a_failure(self):
        self.write("old.safetensors", b"precious")
        self.save("bad.npy", np.full((9, 40), np.nan))
        for command in (("fit", "bad.npy", "--prior", "pca", "-o", "old.safetensors"),
                        ("evaluate", "bad.npy", "-m", "m.safetensors", "--snr-db", 0,
                         "--json", "old.safetensors")):
            self.fail_with(1, *command, says="bad.npy: ")
            self.assertEqual((self.folder / "old.safetensors").read_bytes(), b"precious")

    def test_an_existing_file_is_replaced_and_keeps_its_mode(self):
        self.write("out.npy", b"old")
        os.chmod(self.folder / "out.npy", 0o640)
        (self.folder / "link.npy").symlink_to("out.npy")
        self.succeed("sample", "-m", "m.safetensors", "-n", 3, "-o", "link.npy")
        self.assertTrue((self.folder / "link.npy").is_symlink())
        self.assertEqual(self.load("out.npy").shape, (3, 40))
        self.assertEqual(stat.S_IMODE((self.folder / "out.npy").stat().st_mode), 0o640)

    def test_results_can_go_to_standard_output(self):
        done = subprocess.run(
            [PELLUCID, "sample", "-m", "m.safetensors", "-n", "3", "-o", "/dev/stdout", "--quiet"],
            cwd=self.folder, stdout=subprocess.PIPE, timeout=60, check=True)
        self.write("copy.npy", done.stdout)
        self.assertEqual(self.load("copy.npy").shape, (3, 40))

    def test_full_disk(self):
        disk = self.folder / "disk"
        disk.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(disk)]
        if os.geteuid() != 0 or not shutil.which("mount"):
            self.skipTest("a small tmpfs needs root and mount")
        mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
        if mounted.returncode != 0:
            self.skipTest(f"no tmpfs can be mounted here: {mounted.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", str(disk)], check=True)
        (disk / "ballast").write_bytes(bytes(16 * 1024))
        for command in self.commands("disk/out.npy"):
            self.fail_with(1, *command, says=(f"{command[-1]}: ", "No space left", "free some space"))
        self.save("y.npy", self.load("x.npy"))
        self.fail_with(1, "denoise", "x.npy", "y.npy", "-m", "m.safetensors", "--snr-db", 0,
                       "-o", "disk", says=("disk/x.npy: ", "No space left"))
        rng = np.random.default_rng(2)
        self.save("pictures.npy", rng.integers(0, 255, (5, 70, 70)).astype(np.uint8))
        self.succeed("fit", "pictures.npy", "--prior", "pca", "-o", "p.safetensors")
        self.fail_with(1, "sample", "-m", "p.safetensors", "-n", 5, "-o", "disk/pictures",
                       says=("disk/pictures", "No space left"))

    def test_standard_output_that_fails_is_noticed(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([PELLUCID, "info", "x.npy"], cwd=self.folder, stdout=full,
                                  stderr=subprocess.PIPE, text=True, timeout=60, check=False)
        self.check_failure(done.returncode, "", done.stderr, 1, "standard output")


if __name__ == "__main__":
    unittest.main()
