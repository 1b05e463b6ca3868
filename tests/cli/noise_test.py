#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Noise levels from the data: `pellucid noise` and `denoise --noise auto`."""

import gzip
import json
import unittest
from pathlib import Path

import numpy as np
from scipy.io import wavfile

from support import ProgramTest

FASHION = Path("/usr/share/datasets/fashion-mnist")
SOUNDS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")


class NoiseTest(ProgramTest):
    def noise_of(self, *arguments):
        self.succeed("noise", *arguments, "--json", "noise.json", "--quiet")
        return json.loads((self.folder / "noise.json").read_text())

    def test_matrix_of_low_rank(self):
        rng = np.random.default_rng(1)
        x = rng.standard_normal((1000, 10)) @ rng.standard_normal((10, 500)) / np.sqrt(10)
        for snr_db in (-10, 5, 20):
            truth = 10 ** (-snr_db / 20)
            self.save("y.npy", x + truth * rng.standard_normal(x.shape))
            for estimator in ("auto", "edge", "median"):
                found = self.noise_of("y.npy", "--estimator", estimator)
                self.assertLess(abs(found["noise_std"] / truth - 1), 0.02, (snr_db, estimator))
            self.assertEqual(self.noise_of("y.npy")["estimator"], "edge")

    def test_fashion_mnist_pooled_over_100_images(self):
        self.succeed("fit", FASHION / "train-images-idx3-ubyte.gz", "--first", 6000,
                     "--components", 4, "--passes", 4, "-o", "model.safetensors", "--quiet")
        raw = gzip.open(FASHION / "t10k-images-idx3-ubyte.gz").read()
        x = np.frombuffer(raw, np.uint8, offset=16).reshape(-1, 28, 28)[:100].astype(float)
        power = np.mean((x - x.mean(axis=0)) ** 2)
        rng = np.random.default_rng(2)
        for snr_db in (0, 10):
            truth = np.sqrt(power * 10 ** (-snr_db / 10))
            self.save("y.npy", x + truth * rng.standard_normal(x.shape))
            for words in ((), ("-m", "model.safetensors")):
                found = self.noise_of("y.npy", *words)
                print(f"100 images, {snr_db} dB: {found['noise_std'] / truth:.3f} of the truth by "
                      f"{found['estimator']}, {found['certainty']}")
                self.assertLess(abs(found["noise_std"] / truth - 1), 0.1, (snr_db, words))

    def test_speech(self):
        train = self.folder / "train"
        train.mkdir()
        for file in sorted(SOUNDS.glob("*.wav")):
            if file.name == "demo-congrats.wav":
                continue
            (train / file.name).symlink_to(file)
        self.succeed("fit", "train", "--transform", "stft", "--components", 8, "--passes", 5,
                     "--vectors", 15000, "-o", "speech.safetensors", "--quiet")
        rate, x = wavfile.read(SOUNDS / "demo-congrats.wav")
        x = x / 32768
        rng = np.random.default_rng(3)
        for snr_db in (0, 10):
            truth = x.std() * 10 ** (-snr_db / 20)
            noisy = x + truth * rng.standard_normal(x.shape)
            wavfile.write(self.folder / "y.wav", rate, noisy.astype(np.float32))
            for words in ((), ("-m", "speech.safetensors")):
                found = self.noise_of("y.wav", *words)
                print(f"speech, {snr_db} dB: {found['noise_std'] / truth:.3f} of the truth by "
                      f"{found['estimator']}, {found['certainty']}")
                self.assertLess(abs(found["noise_std"] / truth - 1), 0.1, (snr_db, words))

    def test_scale_complex_one_sample_constant_and_zeros(self):
        rng = np.random.default_rng(4)
        y = rng.standard_normal((50, 200)) + np.sin(np.arange(200) / 30)
        self.save("y.npy", y)
        self.save("y7.npy", 7 * y)
        one, seven = self.noise_of("y.npy"), self.noise_of("y7.npy")
        self.assertAlmostEqual(seven["noise_std"], 7 * one["noise_std"], delta=1e-9)
        self.assertLess(abs(one["noise_std"] - 1), 0.05)
        self.assertLess(one["interval"][0], one["noise_std"])
        z = (rng.standard_normal((50, 200)) + 1j * rng.standard_normal((50, 200))) * 3 / np.sqrt(2)
        self.save("z.npy", z)
        self.assertLess(abs(self.noise_of("z.npy")["noise_std"] / 3 - 1), 0.05)
        self.save("one.npy", y[:1])
        self.assertLess(abs(self.noise_of("one.npy")["noise_std"] - 1), 0.4)
        for value in (0.0, 3.0):
            self.save("flat.npy", np.full((20, 64), value))
            flat = self.noise_of("flat.npy")
            self.assertEqual(flat["noise_std"], 0)
            self.assertIn("constant", flat["note"])

    def gaussian_files(self):
        """A prior whose small variances are far below the noise, and data drawn from it."""
        rng = np.random.default_rng(5)
        root = np.diag(0.6 ** np.arange(12)) @ np.linalg.qr(rng.standard_normal((12, 12)))[0]
        self.save("train.npy", rng.standard_normal((4000, 12)) @ root)
        clean = rng.standard_normal((200, 12)) @ root
        level = np.where(np.arange(200) < 100, 0.2, 0.4)
        self.save("y.npy", clean + level[:, None] * rng.standard_normal(clean.shape))
        self.succeed("fit", "train.npy", "--prior", "gaussian", "-o", "m.safetensors", "--quiet")
        return clean

    def test_likelihood_pooled_and_per_sample(self):
        self.gaussian_files()
        each = self.noise_of("y.npy", "-m", "m.safetensors", "--per-sample")["per_sample"]
        levels = np.array([found["noise_std"] for found in each])
        self.assertEqual(len(levels), 200)
        self.assertAlmostEqual(np.median(levels[:100]), 0.2, delta=0.03)
        self.assertAlmostEqual(np.median(levels[100:]), 0.4, delta=0.06)
        pooled = self.noise_of("y.npy", "-m", "m.safetensors")
        self.assertEqual(pooled["estimator"], "likelihood")
        self.assertGreater(pooled["noise_std"], 0.2)
        self.assertLess(pooled["noise_std"], 0.4)
        text = self.succeed("noise", "y.npy", "-m", "m.safetensors")
        self.assertRegex(text, r"^y.npy: noise 0\.\d+ \(0\.\d+ to 0\.\d+\) by likelihood, \w+")

    def test_denoise_with_noise_auto_is_denoise_with_what_noise_finds(self):
        self.gaussian_files()
        found = self.noise_of("y.npy", "-m", "m.safetensors")
        done = self.run_program("denoise", "y.npy", "-m", "m.safetensors", "--noise", "auto",
                                "-o", "a.npy")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stderr, r"^y.npy: noise 0\.\d+ \(.*\) by likelihood, \w+")
        self.succeed("denoise", "y.npy", "-m", "m.safetensors", "--noise-std", found["noise_std"],
                     "-o", "b.npy", "--quiet")
        np.testing.assert_allclose(self.load("a.npy"), self.load("b.npy"), rtol=1e-9, atol=1e-9)

    def test_wrong_usage(self):
        self.gaussian_files()
        model = ("-m", "m.safetensors")
        for other in (("--snr-db", 3), ("--noise-std", 1), ("--noise-covariance", "y.npy"),
                      ("--operator", "y.npy")):
            self.fail_with(2, "denoise", "y.npy", *model, "-o", "o.npy", "--noise", "auto", *other,
                           says=(other[0], "auto"))
        self.fail_with(2, "denoise", "y.npy", *model, "-o", "o.npy", "--noise", "3",
                       says=("--noise", "--noise-std"))
        self.fail_with(2, "noise", "y.npy", "--estimator", "likelihood", says="--model")
        self.fail_with(2, "noise", "y.npy", "--estimator", "best", says=("best", "wavelet"))
        self.save("bad.npy", np.array([[1.0, np.nan, 2.0, 3.0]]))
        self.fail_with(1, "noise", "bad.npy", says=("bad.npy", "not finite"))
        self.save("numbers.npy", np.arange(9.0))
        self.fail_with(1, "noise", "numbers.npy", "--estimator", "wavelet", says="numbers.npy")


if __name__ == "__main__":
    unittest.main()
