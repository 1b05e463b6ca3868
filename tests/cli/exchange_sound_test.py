# SPDX-License-Identifier: BSD-3-Clause
"""Sound files of sox and SciPy are read as they read them, and ours by them."""

import shutil
import subprocess
import struct
import unittest

import numpy as np

from support import ProgramTest

try:
    from scipy.io import wavfile
except ImportError:
    wavfile = None

RATE = 8000
# sox's words for a sample format, and its number of bits (0 for floating point).
WAV_FORMATS = {
    "u8": (["-e", "unsigned-integer", "-b", "8"], 8),
    "s16": (["-e", "signed-integer", "-b", "16"], 16),
    "s24": (["-e", "signed-integer", "-b", "24"], 24),
    "s32": (["-e", "signed-integer", "-b", "32"], 32),
    "f32": (["-e", "floating-point", "-b", "32"], 0),
    "f64": (["-e", "floating-point", "-b", "64"], 0),
}


def some_sound(channels, length=500):
    """Amplitudes that 8 bits hold exactly, so that every format holds them."""
    rng = np.random.default_rng(channels)
    return rng.integers(-128, 128, (channels, length)) / 128


class ExchangeTest(ProgramTest):
    def convert(self, source, target):
        self.succeed("corrupt", source, "--noise-std", 0, "-o", target)
        return target

    def read(self, name):
        """Amplitudes (channels, length) as the program reads them."""
        return self.load(self.convert(name, f"{name}.npy"))


@unittest.skipUnless(shutil.which("sox"), "sox is not installed")
class SoxTest(ExchangeTest):
    def sox(self, *arguments, raw=None):
        done = subprocess.run(
            ["sox", "-D", *map(str, arguments)],
            cwd=self.folder,
            input=raw,
            capture_output=True,
            check=True,
        )
        return done.stdout

    def make(self, name, sound, *options):
        """A file made by sox from amplitudes."""
        raw = np.ascontiguousarray(sound.T, "<f8").tobytes()
        plain = ["-t", "raw", "-e", "floating-point", "-b", 64, "-r", RATE, "-c", len(sound), "-"]
        self.sox(*plain, *options, name, raw=raw)
        return name

    def amplitudes(self, name, channels):
        """What sox reads."""
        raw = self.sox(name, "-t", "raw", "-e", "floating-point", "-b", 64, "-")
        return np.frombuffer(raw, "<f8").reshape(-1, channels).T

    def test_wav_of_sox_is_read_exactly(self):
        for label, (options, _) in WAV_FORMATS.items():
            for channels in (1, 2, 3):
                with self.subTest(label, channels=channels):
                    # sox, whose samples are 32-bit integers, clips at its own full scale.
                    sound = np.minimum(some_sound(channels), 127 / 128)
                    name = self.make(f"{label}-{channels}.wav", sound, *options)
                    np.testing.assert_array_equal(self.read(name), sound)

    def test_flac_of_sox_is_read_exactly(self):
        for bits in (8, 16, 24):
            with self.subTest(bits=bits):
                sound = np.minimum(some_sound(2), 127 / 128)
                name = self.make(f"{bits}.flac", sound, "-b", bits)
                np.testing.assert_array_equal(self.read(name), sound)

    def test_sox_reads_ours_in_the_same_format(self):
        for label, (options, bits) in WAV_FORMATS.items():
            with self.subTest(label):
                sound = np.minimum(some_sound(2), 127 / 128)
                name = self.make(f"{label}.wav", sound, *options)
                ours = self.convert(name, f"ours-{label}.wav")
                np.testing.assert_array_equal(self.amplitudes(ours, 2), sound)
                for question in ("-r", "-c", "-b", "-e", "-s"):
                    answers = {
                        subprocess.run(
                            ["soxi", question, name],
                            cwd=self.folder,
                            capture_output=True,
                            text=True,
                            check=True,
                        ).stdout
                        for name in (name, ours)
                    }
                    self.assertEqual(len(answers), 1, answers)

    def test_sox_reads_our_flac(self):
        sound = np.minimum(some_sound(2), 127 / 128)
        for bits in (8, 16, 24):
            with self.subTest(bits=bits):
                name = self.make(f"{bits}.flac", sound, "-b", bits)
                ours = self.convert(name, f"ours-{bits}.flac")
                np.testing.assert_array_equal(self.amplitudes(ours, 2), sound)
                np.testing.assert_array_equal(
                    self.amplitudes(self.convert(ours, f"back-{bits}.wav"), 2), sound
                )

    def test_a_wav_written_to_a_pipe_is_read_to_its_end(self):
        sound = np.minimum(some_sound(1), 127 / 128)
        self.make("file.wav", sound, "-b", 16)
        self.write("pipe.wav", self.sox("file.wav", "-t", "wav", "-"))
        np.testing.assert_array_equal(self.read("pipe.wav"), sound)

    def test_a_file_cut_short_is_refused(self):
        for ending in ("wav", "flac"):
            with self.subTest(ending):
                name = self.make(f"good.{ending}", some_sound(1), "-b", 16)
                good = (self.folder / name).read_bytes()
                cut = self.write(f"cut.{ending}", good[: len(good) * 2 // 3])
                self.fail_with(
                    1, "corrupt", cut, "--noise-std", 0, "-o", "out.npy", says=[cut, "truncated"]
                )

    def test_a_long_file_cut_short_is_refused(self):
        """RF64, whose length of the sound stands in a chunk of its own."""
        sound = np.arange(-500, 500, dtype="<i2").tobytes()
        form = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)

        def rf64(claimed):
            sizes = struct.pack("<QQQI", 72 + claimed, claimed, claimed // 2, 0)
            return (b"RF64\xff\xff\xff\xffWAVE" + b"ds64" + struct.pack("<I", 28) + sizes
                    + b"fmt " + struct.pack("<I", 16) + form + b"data\xff\xff\xff\xff" + sound)

        self.write("whole.wav", rf64(len(sound)))
        self.assertIn("(1, 1000)", self.succeed("info", "whole.wav"))
        self.write("cut.wav", rf64(2 * len(sound)))
        self.fail_with(1, "info", "cut.wav", says=("cut.wav: ", "truncated"))

    def test_sound_coded_with_loss_is_refused(self):
        name = self.make("lossy.wav", some_sound(1), "-e", "ms-adpcm")
        says = [name, "with loss", "sox"]
        self.fail_with(1, "corrupt", name, "--noise-std", 0, "-o", "out.npy", says=says)

    def test_clipping_is_said(self):
        name = self.make("loud.wav", np.full((1, 1000), 127 / 128), "-b", 16)
        said = self.run_program("corrupt", name, "--noise-std", 0.5, "-o", "noisy.wav")
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertIn("rounded to 16 bits", said.stdout + said.stderr)
        self.assertIn("of 1000 entries clipped to full scale", said.stdout + said.stderr)


@unittest.skipUnless(wavfile, "SciPy is not installed")
class ScipyTest(ExchangeTest):
    def test_wav_of_scipy_is_read_exactly(self):
        sound = some_sound(2)
        stored = {
            "u8": (sound * 128 + 128).astype(np.uint8),
            "s16": (sound * 2**15).astype(np.int16),
            "s32": (sound * 2**31).astype(np.int64).astype(np.int32),
            "f32": sound.astype(np.float32),
            "f64": sound,
        }
        for label, samples in stored.items():
            with self.subTest(label):
                name = f"{label}.wav"
                wavfile.write(self.folder / name, RATE, np.ascontiguousarray(samples.T))
                np.testing.assert_array_equal(self.read(name), sound)
                ours = self.convert(name, f"ours-{name}")
                rate, again = wavfile.read(self.folder / ours)
                self.assertEqual(rate, RATE)
                self.assertEqual(again.dtype, samples.dtype)
                np.testing.assert_array_equal(again, samples.T)

    def test_sound_needs_a_rate(self):
        self.save("a.npy", some_sound(1))
        says = ["out.wav", "no sampling rate"]
        self.fail_with(1, "corrupt", "a.npy", "--noise-std", 0, "-o", "out.wav", says=says)


if __name__ == "__main__":
    unittest.main()
