# SPDX-License-Identifier: BSD-3-Clause
"""What the tests of the program share: a run in a folder of its own, and files written by hand."""

import io
import json
import os
import struct
import subprocess
import sys
import tempfile
import unittest
import wave
import zlib
from pathlib import Path

import numpy as np
import scipy.io

PELLUCID = os.environ.get("PELLUCID", "pellucid")
GOLDEN = Path(os.environ.get("PELLUCID_TEST_DATA", "tests/data")) / "golden"

TENSOR_TYPES = {"float16": "F16", "float64": "F64", "float32": "F32", "int64": "I64"}


class ProgramTest(unittest.TestCase):
    """Every case runs in an empty folder, whose files can be named without a path."""

    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="pellucid-cli-")
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)

    def run_program(self, *arguments, **options):
        command = [PELLUCID, *map(str, arguments)]
        return subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, timeout=600, **options
        )

    def succeed(self, *arguments, warnings=False):
        """Runs; returns standard output. Standard error must be empty unless warnings are due."""
        done = self.run_program(*arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        if not warnings:
            self.assertEqual(done.stderr, "")
        return done.stdout

    def fail_with(self, status, *arguments, says=()):
        """Runs and fails with one line on standard error holding all of `says`, leaving no file."""
        before = self.names()
        done = self.run_program(*arguments)
        self.check_failure(done.returncode, done.stdout, done.stderr, status, says)
        self.assertEqual(self.names(), before, "the failed run left something behind")
        return done.stderr

    def check_failure(self, returncode, stdout, stderr, status, says):
        if os.environ.get("PELLUCID_SHOW_MESSAGES"):
            sys.stderr.write(stderr)
        self.assertEqual(returncode, status, stderr)
        self.assertEqual(stdout, "")
        self.assertEqual(stderr.count("\n"), 1, stderr)
        self.assertTrue(stderr.startswith("pellucid: ") and stderr.endswith("\n"), stderr)
        for text in [says] if isinstance(says, str) else says:
            self.assertIn(text, stderr)

    def names(self):
        return sorted(str(p.relative_to(self.folder)) for p in self.folder.rglob("*"))

    def save(self, name, array):
        np.save(self.folder / name, array)
        return name

    def load(self, name):
        return np.load(self.folder / name)

    def write(self, name, content):
        (self.folder / name).write_bytes(content)
        return name

    def write_mixture(self, name, weights, means, covariances, **metadata):
        """A mixture as a user writes it by hand: three tensors, `kind` and `complex`."""
        is_complex = np.iscomplexobj(covariances)
        metadata = {"kind": "mixture", "complex": str(is_complex).lower()} | metadata
        tensors = {"weights": weights, "means": means, "covariances": covariances}
        if is_complex:
            parts = lambda a: np.stack([a.real, a.imag], axis=-1)
            tensors |= {"means": parts(means), "covariances": parts(covariances)}
        return self.write(name, safetensors(metadata, tensors))

    def golden_mixture(self, name):
        """Writes the model of a golden mixture; returns its file name."""
        parts = [golden(f"{name}.{key}") for key in ("weights", "means", "covariances")]
        return self.write_mixture(f"{name}.safetensors", *parts)


def golden(key):
    return np.load(GOLDEN / f"{key}.npy")


def safetensors(metadata, tensors):
    header, data = {"__metadata__": metadata}, b""
    for name, tensor in tensors.items():
        tensor = np.ascontiguousarray(tensor)
        header[name] = {
            "dtype": TENSOR_TYPES[tensor.dtype.name],
            "shape": list(tensor.shape),
            "data_offsets": [len(data), len(data) + tensor.nbytes],
        }
        data += tensor.tobytes()
    return safetensors_file(header, data)


def safetensors_file(header, data):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def read_safetensors(content):
    """Metadata and tensors of a file's bytes."""
    (length,) = struct.unpack("<Q", content[:8])
    header, data = json.loads(content[8 : 8 + length]), content[8 + length :]
    types = {code: name for name, code in TENSOR_TYPES.items()}
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(data[begin:end], types[entry["dtype"]]).reshape(
            entry["shape"]
        )
    return metadata, tensors


def npy(descr, shape, data, magic=b"\x93NUMPY\x01\x00"):
    """A `.npy` file with any header, true or not."""
    text = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return magic + struct.pack("<H", len(text)) + text + data


def idx(array):
    head = bytes([0, 0, 0x08, array.ndim])
    return head + struct.pack(f">{array.ndim}I", *array.shape) + array.astype(np.uint8).tobytes()


def png(image):
    """An 8-bit PNG of shape (h, w) or (h, w, 3)."""
    height, width = image.shape[:2]
    rows = image.astype(np.uint8).reshape(height, -1)
    raw = b"".join(b"\x00" + row.tobytes() for row in rows)
    colour = 2 if image.ndim == 3 else 0

    def chunk(name, body):
        check = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + check

    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def wav(samples, rate=8000):
    """A mono WAV of 16-bit samples, rounded and clipped."""
    holder = io.BytesIO()
    with wave.open(holder, "wb") as sound:
        sound.setparams((1, 2, rate, 0, "NONE", "not compressed"))
        sound.writeframes(np.clip(np.rint(samples), -32768, 32767).astype("<i2").tobytes())
    return holder.getvalue()


def mat5(name, array):
    """A MATLAB file of version 5 with one variable."""
    holder = io.BytesIO()
    scipy.io.savemat(holder, {name: array})
    return holder.getvalue()


def read_png(path):
    """The grey or RGB pixels of an unfiltered or filtered 8-bit PNG."""
    data, position, body = Path(path).read_bytes(), 8, b""
    while position < len(data):
        (length,) = struct.unpack(">I", data[position : position + 4])
        name = data[position + 4 : position + 8]
        content = data[position + 8 : position + 8 + length]
        if name == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", content[:10])
            assert depth == 8 and colour in (0, 2), (depth, colour)
        elif name == b"IDAT":
            body += content
        position += 12 + length
    channels = 3 if colour == 2 else 1
    return unfilter(zlib.decompress(body), height, width, channels)


def unfilter(raw, height, width, channels):
    stride = width * channels
    rows = np.frombuffer(raw, np.uint8).reshape(height, stride + 1)
    out = np.zeros((height + 1, stride + channels), np.int64)
    for i, row in enumerate(rows):
        for j in range(stride):
            left, up = out[i + 1, j], out[i, j + channels]
            corner = out[i, j]
            guess = [0, left, up, (left + up) // 2, paeth(left, up, corner)][row[0]]
            out[i + 1, j + channels] = (int(row[j + 1]) + guess) % 256
    pixels = out[1:, channels:]
    return pixels.reshape(height, width, channels) if channels == 3 else pixels


def paeth(left, up, corner):
    distances = [abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)]
    return [left, up, corner][int(np.argmin(distances))]


def relative_error(actual, expected):
    return float(np.linalg.norm(actual - expected) / np.linalg.norm(expected))


def wiener(y, mean, covariance, noise_variance):
    """E[x | y] of rows y = x + n for Gaussian x, real or complex; noise variance one or per row."""
    values, basis = np.linalg.eigh(covariance)
    gains = values / (values + np.reshape(noise_variance, (-1, 1)))
    return mean + (gains * ((y - mean) @ basis.conj())) @ basis.T


def mixture_mean(y, weights, means, covariances, noise_variance):
    """E[x | y] of rows y for a Gaussian mixture, real or complex."""
    logs, estimates = [], []
    half = 1.0 if np.iscomplexobj(covariances) else 0.5
    for weight, mean, covariance in zip(weights, means, covariances):
        noisy = covariance + noise_variance * np.eye(len(mean))
        z = y - mean
        form = np.einsum("ni,ij,nj->n", z.conj(), np.linalg.inv(noisy), z).real
        logs.append(np.log(weight) - half * (form + np.linalg.slogdet(noisy)[1]))
        estimates.append(wiener(y, mean, covariance, noise_variance))
    logs = np.array(logs)
    posterior = np.exp(logs - logs.max(axis=0))
    return np.einsum("kn,kni->ni", posterior / posterior.sum(axis=0), np.array(estimates))


def normal(rng, *shape, is_complex=False):
    """Standard normal numbers; complex ones circularly symmetric with unit variance."""
    if not is_complex:
        return rng.standard_normal(shape)
    return (rng.standard_normal(shape) + 1j * rng.standard_normal(shape)) / np.sqrt(2)


def coloured(rng, count, dim, is_complex=False):
    """Samples with a mean and correlations, in units that are not the model's."""
    mixing = normal(rng, dim, dim, is_complex=is_complex) * np.linspace(2, 0.2, dim)
    return 3 * normal(rng, count, dim, is_complex=is_complex) @ mixing + np.arange(dim) - 1
