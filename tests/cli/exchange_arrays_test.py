# SPDX-License-Identifier: BSD-3-Clause
"""Arrays written by NumPy and ImageMagick are read, and theirs read what the program writes."""

import gzip
import io
import itertools
import shutil
import struct
import subprocess
import unittest
import zipfile

import numpy as np

from support import PELLUCID, ProgramTest

INTEGERS = ("i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8")
FLOATS = ("f4", "f8", "c8", "c16")
CONVERT = shutil.which("convert")


def some_numbers(code, shape=(6, 4, 5)):
    """Numbers that single precision holds, so that what comes back can be compared to the bit."""
    rng = np.random.default_rng(1)
    kind = np.dtype(code)
    if kind.kind in "iu":
        limits = np.iinfo(kind)
        low, high = max(limits.min, -(2**20)), min(limits.max, 2**20)
        return rng.integers(low, high, shape, endpoint=True).astype(kind)
    numbers = rng.standard_normal(shape) * 10.0 ** rng.integers(-20, 20, shape)
    if kind.kind == "c":
        numbers = numbers + 1j * rng.standard_normal(shape)
    return numbers.astype(kind)


def result_type(code):
    return np.dtype("f4") if np.dtype(code).kind in "iu" else np.dtype(code)


class ExchangeTest(ProgramTest):
    def copy(self, source, target):
        """The program's way of copying: no noise is added."""
        return self.succeed("corrupt", source, "--noise-std", 0, "-o", target)

    def check_same(self, got, expected):
        self.assertEqual((got.shape, got.dtype), (expected.shape, expected.dtype))
        self.assertEqual(got.tobytes(), expected.tobytes())


class NumpyTest(ExchangeTest):
    def test_npy_of_every_type_order_and_byte_order(self):
        for code, order, ends in itertools.product(INTEGERS + FLOATS, "CF", "<>"):
            with self.subTest(code=code, order=order, ends=ends):
                numbers = some_numbers(code)
                stored = np.asarray(numbers, dtype=ends + code, order=order)
                np.save(self.folder / "in.npy", stored)
                self.copy("in.npy", "out.npy")
                got = self.load("out.npy")
                self.check_same(got, numbers.astype(result_type(code)))
                self.assertEqual(got.flags.f_contiguous, order == "F")

    def test_npz_by_name_packed_and_not(self):
        for save, order in itertools.product((np.savez, np.savez_compressed), "CF"):
            with self.subTest(save=save.__name__, order=order):
                arrays = {"left": some_numbers("f4"), "right": some_numbers("c16", (7, 3))}
                save(self.folder / "in.npz",
                     **{name: np.asarray(a, order=order) for name, a in arrays.items()})
                for name, array in arrays.items():
                    (self.folder / "out.npz").unlink(missing_ok=True)
                    self.copy(f"in.npz:{name}", "out.npz")
                    with np.load(self.folder / "out.npz") as got:
                        self.assertEqual(got.files, [name])
                        self.check_same(got[name], array)
                        self.assertEqual(got[name].flags.f_contiguous, order == "F")
                    with zipfile.ZipFile(self.folder / "out.npz") as archive:
                        self.assertIsNone(archive.testzip())
                        packed = archive.infolist()[0].compress_type == zipfile.ZIP_DEFLATED
                        self.assertEqual(packed, save is np.savez_compressed)

    def test_half_precision_becomes_single(self):
        numbers = np.random.default_rng(4).standard_normal((6, 5)).astype("f2")
        numbers[0, :3] = 0, 2.0**-24, 65504  # nothing, the least and the greatest
        for form in ("<f2", ">f2"):
            for order in "CF":
                self.save("in.npy", np.asarray(numbers.astype(form), order=order))
                self.copy("in.npy", "out.npy")
                self.check_same(self.load("out.npy"), numbers.astype("f4"))

    def test_npz_under_another_name(self):
        numbers = some_numbers("f4")
        self.save("in.npy", numbers)
        self.copy("in.npy", "out.npz:signal")
        with np.load(self.folder / "out.npz") as got:
            self.check_same(got["signal"], numbers)
        self.copy("out.npz", "back.npy")
        self.check_same(self.load("back.npy"), numbers)

    def test_npz_of_several_arrays_needs_a_name(self):
        np.savez(self.folder / "in.npz", left=np.ones((2, 2)), right=np.ones((2, 2)))
        self.fail_with(1, "corrupt", "in.npz", "--noise-std", 0, "-o", "out.npy",
                       says=("in.npz: ", "left, right", "in.npz:left"))
        self.fail_with(1, "corrupt", "in.npz:up", "--noise-std", 0, "-o", "out.npy",
                       says=("in.npz:up: ", "'up'", "left, right"))

    def test_csv_both_ways(self):
        for delimiter, header in itertools.product(",;\t ", ("", "a b c d e")):
            with self.subTest(delimiter=delimiter, header=header):
                numbers = some_numbers("f8", (9, 5))
                np.savetxt(self.folder / "in.csv", numbers, fmt="%.17g", delimiter=delimiter,
                           header=header)
                self.copy("in.csv", "out.csv")
                got = np.loadtxt(self.folder / "out.csv", delimiter=",")
                self.check_same(got, numbers)

    def test_complex_csv_both_ways(self):
        numbers = some_numbers("c16", (9, 5))
        rows = [",".join(f"{z.real:.17g}{z.imag:+.17g}j" for z in row) for row in numbers]
        self.write("in.csv", "\n".join(rows).encode())
        self.copy("in.csv", "out.csv")
        text = (self.folder / "out.csv").read_text().replace("i", "j")
        got = np.loadtxt(io.StringIO(text), delimiter=",", dtype=complex)
        self.check_same(got, numbers)
        for delimiter in ",; ":
            np.savetxt(self.folder / "own.csv", numbers, fmt="%.17g", delimiter=delimiter)
            self.copy("own.csv", "own.npy")
            self.check_same(self.load("own.npy"), numbers)

    def test_idx_of_every_type(self):
        types = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
        for (code, kind), packed in itertools.product(types.items(), (False, True)):
            with self.subTest(kind=kind, packed=packed):
                numbers = some_numbers(kind[1:])
                shape = struct.pack(f">{numbers.ndim}I", *numbers.shape)
                content = bytes([0, 0, code, 3]) + shape + numbers.astype(kind).tobytes()
                self.write("in", gzip.compress(content) if packed else content)
                name = "out.idx.gz" if packed else "out.idx"
                self.copy("in", name)
                got = (self.folder / name).read_bytes()
                got = gzip.decompress(got) if packed else got
                result = 0x0E if kind == ">f8" else 0x0D
                self.assertEqual(got[:16], bytes([0, 0, result, 3]) + shape)
                values = np.frombuffer(got[16:], types[result]).reshape(numbers.shape)
                expected = numbers.astype(result_type(kind[1:]))
                self.check_same(values.astype(expected.dtype), expected)

    def test_standard_streams(self):
        numbers = some_numbers("f8", (30, 7))
        stream = io.BytesIO()
        np.savez_compressed(stream, numbers=np.asfortranarray(numbers))
        done = subprocess.run([PELLUCID, "corrupt", "-", "--noise-std", "0", "-o", "-"],
                              input=stream.getvalue(), cwd=self.folder, capture_output=True,
                              timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        with np.load(io.BytesIO(done.stdout)) as got:
            self.check_same(got["numbers"], numbers)
            self.assertTrue(got["numbers"].flags.f_contiguous)
        self.assertEqual(self.names(), [])


@unittest.skipIf(CONVERT is None, "ImageMagick's convert is not installed")
class ImageMagickTest(ExchangeTest):
    def image_magick(self, *arguments):
        subprocess.run([CONVERT, *arguments], cwd=self.folder, check=True, timeout=60)

    def check_pictures(self, check):
        """Runs `check(bits, image)` for grey and colour pictures of 8 and 16 bits."""
        rng = np.random.default_rng(2)
        for bits, shape in itertools.product((8, 16), ((11, 13), (11, 13, 3))):
            with self.subTest(bits=bits, shape=shape):
                check(bits, rng.integers(0, 2**bits, shape).astype(f"u{bits // 8}"))

    def write_netpbm(self, name, image):
        magic = "P5" if image.ndim == 2 else "P6"
        head = f"{magic}\n{image.shape[1]} {image.shape[0]}\n{np.iinfo(image.dtype).max}\n"
        big = image.astype(image.dtype.newbyteorder(">"))
        return self.write(name, head.encode() + big.tobytes())

    def read_netpbm(self, name):
        content = (self.folder / name).read_bytes()
        magic, width, height, largest = content.split(maxsplit=4)[:4]
        channels = {b"P5": (), b"P6": (3,)}[magic]
        kind = np.dtype(">u1" if int(largest) < 256 else ">u2")
        shape = (int(height), int(width), *channels)
        raw = content[-int(np.prod(shape)) * kind.itemsize:]
        return np.frombuffer(raw, kind).reshape(shape).astype(kind.newbyteorder("="))

    def test_png_files_are_read(self):
        def check(_, image):
            for options in ((), ("-interlace", "PNG")):
                self.write_netpbm("in.pnm", image)
                self.image_magick("in.pnm", *options, "in.png")
                self.copy("in.png", "out.npy")
                self.check_same(self.load("out.npy"), image[None].astype(np.float32))

        self.check_pictures(check)

    def test_png_files_are_written(self):
        def check(bits, image):
            self.write_netpbm("in.pnm", image)
            self.image_magick("in.pnm", "in.png")
            text = self.copy("in.png", "out.png")
            self.assertIn(f"rounded to {bits} bits, 0 of {image.size} entries", text)
            self.image_magick("out.png", "-depth", str(bits), "out.pnm")
            self.check_same(self.read_netpbm("out.pnm"), image)

        self.check_pictures(check)

    def test_folders_both_ways(self):
        rng = np.random.default_rng(3)
        images = rng.integers(0, 256, (12, 6, 9, 3)).astype(np.uint8)
        (self.folder / "in").mkdir()
        for i, image in enumerate(images):
            self.write_netpbm("one.pnm", image)
            self.image_magick("one.pnm", f"in/{i}.png")
        self.copy("in", "out.npy")
        self.check_same(self.load("out.npy"), images.astype(np.float32))
        self.copy("out.npy", "out")
        names = sorted(p.name for p in (self.folder / "out").iterdir())
        self.assertEqual(names, [f"{i:05}.png" for i in range(12)])
        for name, image in zip(names, images):
            self.image_magick(f"out/{name}", "one.pnm")
            self.check_same(self.read_netpbm("one.pnm"), image)


if __name__ == "__main__":
    unittest.main()
