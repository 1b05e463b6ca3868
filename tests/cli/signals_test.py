# SPDX-License-Identifier: BSD-3-Clause
"""Signals cut into vectors, against docs/signals.md evaluated by NumPy; what an SNR refers to."""

import io
import json
import unittest

import numpy as np
import scipy.io.wavfile

from support import ProgramTest, coloured, read_safetensors, relative_error, safetensors, wiener

# Sums of a few hundred products in double precision.
ROUNDING = 1e-12


def covariance_of(rng, n, complex_data=False):
    factor = coloured(rng, n, n) + (1j * coloured(rng, n, n) if complex_data else 0)
    return factor @ factor.conj().T / n + 0.1 * np.eye(n)


def pair(array):
    """Complex numbers as a model file has them: a last axis of real and imaginary part."""
    return np.stack([array.real, array.imag], axis=-1) if np.iscomplexobj(array) else array


def reflected(signal, size):
    return np.pad(signal, 2 * size, mode="reflect")


def starts(length, size, hop):
    before = (size - 1) // hop
    return [(j - before) * hop for j in range(before + (length - 1) // hop + 1)]


class SignalTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.rng = np.random.default_rng(8)

    def write_model(self, mean, covariance, shape, framing, **metadata):
        complex_data = "true" if np.iscomplexobj(covariance) else "false"
        metadata = {"kind": "gaussian", "complex": complex_data, "shape": json.dumps(list(shape)),
                    "framing": json.dumps(framing)} | metadata
        tensors = {"mean": pair(mean), "covariance": pair(covariance)}
        self.write("m.safetensors", safetensors(metadata, tensors))

    def denoise(self, noisy, *noise):
        self.save("y.npy", noisy)
        self.succeed("denoise", "y.npy", "-m", "m.safetensors", *noise, "-o", "x.npy")
        return self.load("x.npy")


class ClosedFormTest(SignalTest):
    def test_frames(self):
        size, hop, noise_std = 12, 5, 0.7
        mean, covariance = self.rng.standard_normal(size), covariance_of(self.rng, size)
        self.write_model(mean, covariance, [size],
                         {"kind": "frames", "size": [size], "stride": hop})
        noisy = self.rng.standard_normal((3, 101)).cumsum(axis=1)
        weights = np.sin(np.pi * (np.arange(size) + 0.5) / size) ** 2
        expected = []
        for signal in noisy:
            extended, total, sums = reflected(signal, size), 0, 0
            for start in starts(len(signal), size, hop):
                place = slice(2 * size + start, 3 * size + start)
                estimate, weight = np.zeros_like(extended), np.zeros_like(extended)
                frame = extended[None, place]
                estimate[place] = weights * wiener(frame, mean, covariance, noise_std**2)[0]
                weight[place] = weights
                total, sums = total + estimate, sums + weight
            inside = slice(2 * size, 2 * size + len(signal))
            expected.append(total[inside] / sums[inside])
        actual = self.denoise(noisy, "--noise-std", noise_std)
        self.assertLess(relative_error(actual, np.array(expected)), ROUNDING)

    def check_stft(self, size, hop):
        noise_std, bins = 0.4, size // 2 - 1
        mean = self.rng.standard_normal(bins) + 1j * self.rng.standard_normal(bins)
        covariance = covariance_of(self.rng, bins, complex_data=True)
        edges = {"edge_mean": [0.5, -0.2], "edge_variance": [3.0, 0.7]}
        self.write_model(mean, covariance, [bins],
                         {"kind": "stft", "size": [size], "stride": hop} | edges)
        window = np.sin(np.pi * np.arange(size) / size)
        variance = noise_std**2 * size / 2
        signal = self.rng.standard_normal(150).cumsum()
        extended = reflected(signal, size)
        total, sums = np.zeros_like(extended), np.zeros_like(extended)
        for start in starts(len(signal), size, hop):
            place = slice(2 * size + start, 3 * size + start)
            spectrum = np.fft.rfft(window * extended[place])
            spectrum[1:-1] = wiener(spectrum[None, 1:-1], mean, covariance, variance)[0]
            for bin_, m, v in zip((0, -1), edges["edge_mean"], edges["edge_variance"]):
                spectrum[bin_] = m + v / (v + variance) * (spectrum[bin_].real - m)
            total[place] += window * np.fft.irfft(spectrum, size)
            sums[place] += window**2
        inside = slice(2 * size, 2 * size + len(signal))
        actual = self.denoise(signal[None], "--noise-std", noise_std)[0]
        self.assertLess(relative_error(actual, total[inside] / sums[inside]), ROUNDING)
        # Without `power` an SNR refers to the signal that has such spectra, not to its bins.
        power = (2 * np.trace(covariance).real + sum(edges["edge_variance"])) / (size * size / 2)
        self.assertIn(f"power        {power:.6g} ", self.succeed("info", "m.safetensors"))
        same = self.denoise(signal[None], "--snr-db", 10 * np.log10(power / noise_std**2))[0]
        self.assertLess(relative_error(same, actual), 1e-9)  # the decibel has 16 digits too

    def test_short_time_spectra(self):
        self.check_stft(16, 8)
        self.check_stft(20, 7)

    def test_patches_in_colour_with_the_last_ones_moved(self):
        noise_std, (height, width), stride = 0.9, (5, 4), 3
        shape = (height, width, 3)
        mean, covariance = self.rng.standard_normal(60), covariance_of(self.rng, 60)
        self.write_model(mean, covariance, shape,
                         {"kind": "patches", "size": [height, width], "stride": stride})
        noisy = self.rng.standard_normal((2, 13, 11, 3)).cumsum(axis=1)
        total, sums = np.zeros_like(noisy), np.zeros_like(noisy)
        for i in sorted({*range(0, 13 - height + 1, stride), 13 - height}):
            for j in sorted({*range(0, 11 - width + 1, stride), 11 - width}):
                place = np.s_[:, i : i + height, j : j + width]
                rows = noisy[place].reshape(2, -1)
                total[place] += wiener(rows, mean, covariance, noise_std**2).reshape(2, *shape)
                sums[place] += 1
        actual = self.denoise(noisy, "--noise-std", noise_std)
        self.assertLess(relative_error(actual, total / sums), ROUNDING)


class PowerTest(SignalTest):
    def test_of_one_sound_in_any_file(self):
        sound = 0.1 * np.sin(np.arange(4000) / 9) * np.linspace(0, 1, 4000)
        stereo = np.stack([sound, 0.9 * sound]).astype(np.float32)
        holder = io.BytesIO()
        scipy.io.wavfile.write(holder, 8000, stereo.T)
        self.write("s.wav", holder.getvalue())
        self.save("s.npy", stereo)
        for name in ("s.wav", "s.npy"):
            self.succeed("fit", name, "--frame", 16, "--prior", "gaussian", "-o", "m.safetensors")
            metadata, _ = read_safetensors((self.folder / "m.safetensors").read_bytes())
            power = stereo.astype(float).var()
            self.assertAlmostEqual(float(metadata["power"]) / power, 1, places=6, msg=name)
            self.succeed("evaluate", name, "-m", "m.safetensors", "--snr-db", 10,
                         "--json", "r.json")
            row = json.loads((self.folder / "r.json").read_text())["results"][0]
            self.assertAlmostEqual(row["noise_std"] ** 2 * 10 / power, 1, places=6, msg=name)


class DrawsTest(SignalTest):
    def test_every_file_has_random_numbers_of_its_own(self):
        x = coloured(self.rng, 50, 6)
        for name in ("a.npy", "b.npy"):
            self.save(name, x)
        self.succeed("fit", "a.npy", "--prior", "gaussian", "-o", "m.safetensors")
        self.succeed("denoise", "a.npy", "b.npy", "-m", "m.safetensors", "--snr-db", 0,
                     "--method", "sample", "--steps", 3, "-o", "out")
        self.assertGreater(relative_error(self.load("out/a.npy"), self.load("out/b.npy")), 0.1)


class CalibrationTest(SignalTest):
    def test_the_steps_told_are_those_made(self):
        """A calibrated model on sounds 10 times as loud as it knows: its own SNR decides."""
        framing = {"kind": "frames", "size": [8], "stride": 4}
        table = [{"snr_db": snr_db, "steps": steps}
                 for snr_db, steps in ((-10, 2), (0, 3), (10, 4), (20, 5), (30, 6))]
        self.write_model(np.zeros(8), covariance_of(self.rng, 8), [8], framing,
                         calibration=json.dumps(table))
        self.save("x.npy", 10 * self.rng.standard_normal((2, 400)))
        self.succeed("evaluate", "x.npy", "-m", "m.safetensors", "--snr-db", "0:10:20",
                     "--json", "r.json")
        rows = json.loads((self.folder / "r.json").read_text())["results"]
        rows = [row for row in rows if row["method"] == "auto"]
        self.assertEqual([row["steps"] for row in rows], [row["evaluations"] for row in rows])
        self.assertGreater(len({row["steps"] for row in rows}), 1)


class TransformTest(SignalTest):
    def test_a_large_mean_costs_no_digits(self):
        """Single precision data near 1e6 are rounded to 1/16: a transform must not add to that."""
        x = 1e6 + 10 * coloured(self.rng, 2000, 16)
        noisy = x + self.rng.standard_normal(x.shape)
        errors = {}
        for transform in ("none", "dct"):
            self.save("x.npy", x)
            self.succeed("fit", "x.npy", "--prior", "gaussian", "--transform", transform,
                         "-o", "m.safetensors")
            exact = self.denoise(noisy, "--noise-std", 1)
            single = self.denoise(noisy.astype(np.float32), "--noise-std", 1)
            errors[transform] = np.sqrt(np.mean((single - exact) ** 2))
        self.assertLess(errors["dct"], 1.3 * errors["none"])


if __name__ == "__main__":
    unittest.main()
