# SPDX-License-Identifier: BSD-3-Clause
"""What a person sees: help that fits and whose examples work, progress only on a terminal."""

import fcntl
import gzip
import os
import pty
import re
import select
import shlex
import struct
import subprocess
import termios
import unittest

import numpy as np

from support import GOLDEN, PELLUCID, ProgramTest, coloured, idx, mat5, png, wav

COMMANDS = ("fit", "denoise", "sample", "evaluate", "corrupt", "noise", "calibrate", "import", "export",
            "info", "shrink", "analyze", "analyze alignment", "analyze trajectory")
COLUMNS, LINES = 100, 45


class HelpTest(ProgramTest):
    def test_help_fits_a_screen(self):
        for command in ((), *(c.split() for c in COMMANDS)):
            for flag in ("--help", "-h"):
                lines = self.succeed(*command, flag).splitlines()
                self.assertLessEqual(len(lines), LINES, command)
                self.assertLessEqual(max(map(len, lines)), COLUMNS, command)
        text = self.succeed("--help")
        for command in {c.split()[0] for c in COMMANDS}:
            self.assertIn(f"\n  {command} ", text)

    def test_version(self):
        self.assertRegex(self.succeed("--version"), r"^pellucid \d+\.\d+\.\d+\n$")

    def test_examples_in_the_help_work_when_pasted(self):
        self.make_what_the_examples_name()
        examples = []
        for command in ((), *(c.split() for c in COMMANDS)):
            text = self.succeed(*command, "--help").replace("\\\n", " ")
            examples += re.findall(r"^  (pellucid .*)$", text, flags=re.MULTILINE)
        self.assertGreater(len(examples), 12)
        for example in examples:
            with self.subTest(example=example):
                self.succeed(*shlex.split(example)[1:])

    def make_what_the_examples_name(self):
        rng = np.random.default_rng(1)
        x = coloured(rng, 300, 6)
        for name in ("channels", "noisy", "test", "draws", "clean", "valid"):
            self.save(f"{name}.npy", x)
        self.save("sigma.npy", rng.uniform(0.5, 2, 300))
        self.save("A.npy", np.eye(6)[::2])
        self.save("pilots.npy", x[:, ::2])
        self.save("scan.npy", rng.standard_normal((6, 6, 5, 8)))
        for name, golden in (("model-425.pt", "cnn_3gpp.pt"), ("measured.npy", "cnn_3gpp.channel.x.npy"),
                             ("sim_params.json", "cnn_3gpp.sim_params.json")):
            self.write(name, (GOLDEN / golden).read_bytes())
        images = rng.integers(0, 256, (120, 4, 4)).astype(np.uint8)
        self.write("train-images-idx3-ubyte.gz", gzip.compress(idx(images)))
        self.write("channels.mat", mat5("H", x))
        speech = np.cumsum(rng.standard_normal(6000)) * 200
        speech -= speech.mean()
        (self.folder / "sounds").mkdir()
        for name in ("sounds/a.wav", "sounds/b.wav", "noisy.wav"):
            self.write(name, wav(speech))
        (self.folder / "photographs").mkdir()
        for i, size in enumerate(((20, 30), (25, 17))):
            self.write(f"photographs/{i}.png", png(rng.integers(0, 256, size)))
        self.succeed("fit", "sounds", "--frame", 16, "--prior", "gaussian",
                     "-o", "speech.safetensors")
        (self.folder / "images").mkdir()
        for i, image in enumerate(rng.integers(0, 256, (110, 12, 11))):
            self.write(f"images/{i:03}.png", png(image))
        for name in ("a", "b", "model", "truth"):
            self.succeed("fit", "test.npy", "--prior", "pca", "-o", f"{name}.safetensors")

    def test_examples_of_info_and_of_pictures_use_the_models_made_before(self):
        self.make_what_the_examples_name()
        self.succeed("fit", "images/", "--prior", "pca", "--rank", 100, "-o", "images.safetensors")
        self.assertIn("rank 100", self.succeed("info", "images.safetensors"))


class ProgressTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.save("x.npy", coloured(np.random.default_rng(1), 4000, 32))

    def fit(self, passes):
        return ("fit", "x.npy", "--components", 16, "--passes", passes, "--tolerance", 0,
                "-o", "m.safetensors")

    def run_on_terminal(self, *arguments, width=80):
        """Standard error is a terminal; returns what it showed and what standard output got."""
        leader, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
        process = subprocess.Popen([PELLUCID, *map(str, arguments)], cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=terminal)
        os.close(terminal)
        shown = b""
        while select.select([leader], [], [], 60)[0]:
            try:
                part = os.read(leader, 65536)
            except OSError:  # the other side is closed
                break
            shown += part
        os.close(leader)
        stdout, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, shown)
        return shown.decode(), stdout.decode()

    def visible(self, shown):
        """The lines that were on the screen one after the other."""
        return [part for part in re.split(r"\r\n|\r\x1b\[K|\r|\n", shown) if part]

    def test_a_bar_with_the_time_left_on_a_terminal(self):
        shown, stdout = self.run_on_terminal(*self.fit(passes=150))
        frames = self.visible(shown)
        self.assertGreater(len(frames), 1, frames)
        self.assertTrue(all(len(frame) < 80 for frame in frames), frames)
        self.assertTrue(any(re.search(r"[█░]{24} +\d+ %, \d+ s left", f) for f in frames), frames)
        self.assertTrue(any("pass " in f for f in frames), frames)
        # The bar is wiped at the end, so that the summary stands alone.
        self.assertTrue(shown.endswith("\r\x1b[K"), repr(shown[-80:]))
        self.assertNotIn("█", stdout)
        self.assertIn("m.safetensors: mixture prior", stdout)

    def test_long_denoising_and_evaluation_show_bars(self):
        self.succeed("fit", "x.npy", "--components", 4, "--passes", 2, "-o", "m.safetensors")
        for arguments in (
            ("denoise", "x.npy", "-m", "m.safetensors", "-o", "o.npy", "--snr-db", 0,
             "--method", "average", "--steps", 20),
            ("sample", "-m", "m.safetensors", "-n", 8000, "-o", "o.npy"),
            ("evaluate", "x.npy", "-m", "m.safetensors", "--snr-db", "-10:5:10",
             "--method", "mean-forwarding", "--steps", 40),
        ):
            shown, _ = self.run_on_terminal(*arguments)
            self.assertRegex(shown, r"[█░]{24} +\d+ %.* left", arguments)

    def test_a_narrow_terminal_cuts_the_line_and_keeps_characters_whole(self):
        for width in (20, 50):
            shown, _ = self.run_on_terminal(*self.fit(passes=80), width=width)
            frames = self.visible(shown)
            self.assertTrue(frames and all(len(frame) < width for frame in frames), (width, frames))

    def test_nothing_on_a_pipe(self):
        self.assertIn("mixture prior", self.succeed(*self.fit(passes=2)))

    def test_quiet_is_silent_everywhere(self):
        self.assertEqual(self.run_on_terminal("--quiet", *self.fit(passes=60)), ("", ""))
        model = ("-m", "m.safetensors")
        for arguments in (
            ("denoise", "x.npy", *model, "-o", "o.npy", "--snr-db", 0),
            ("sample", *model, "-n", 20, "-o", "o.npy"),
            ("evaluate", "x.npy", *model, "--snr-db", 0, "--json", "r.json"),
            ("corrupt", "x.npy", "--snr-db", 0, "-o", "o.npy"),
        ):
            self.assertEqual(self.run_on_terminal(*arguments, "-q"), ("", ""))


if __name__ == "__main__":
    unittest.main()
