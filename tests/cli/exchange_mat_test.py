# SPDX-License-Identifier: BSD-3-Clause
"""MATLAB files of SciPy (version 5) and h5py (7.3) are read, and ours by them."""

import unittest

import numpy as np

from support import ProgramTest

try:
    import h5py
    import scipy.io
except ImportError:
    h5py = scipy = None

CLASSES = {"float64": "double", "float32": "single"}
FLOATS = ("float32", "float64", "complex64", "complex128")
INTEGERS = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")
HEADER = b"MATLAB 7.3 MAT-file, Platform: GLNXA64, Created on: a day HDF5 schema 1.00 ."


def some_array(dtype, shape=(4, 3, 2)):
    rng = np.random.default_rng(3)
    values = rng.integers(0, 100, shape)
    if dtype.startswith("complex"):
        return (values / 7 + 1j * rng.standard_normal(shape)).astype(dtype)
    return (values / 7 if dtype.startswith("float") else values).astype(dtype)


def save_73(path, arrays, **options):
    """As MATLAB does: axes reversed, complex numbers as pairs, a header before the HDF5 file."""
    with h5py.File(path, "w", userblock_size=512, libver="earliest") as file:
        for name, array in arrays.items():
            part = array.real.dtype
            stored = np.ascontiguousarray(array.T)
            if np.iscomplexobj(array):
                stored = stored.view([("real", part), ("imag", part)]).reshape(array.T.shape)
            dataset = file.create_dataset(name, data=stored, **options)
            dataset.attrs["MATLAB_class"] = np.bytes_(CLASSES.get(part.name, part.name))
    with open(path, "r+b") as file:
        file.write(HEADER.ljust(116) + bytes(8) + b"\x00\x02IM")


def load_73(path, name):
    with h5py.File(path) as file:
        stored = file[name][()]
        matlab_class = file[name].attrs["MATLAB_class"].decode()
    if stored.dtype.names:
        part = stored.dtype["real"]
        stored = stored["real"] + 1j * stored["imag"].astype(part)
    return stored.T, matlab_class


@unittest.skipUnless(h5py, "SciPy or h5py is not installed")
class ExchangeTest(ProgramTest):
    def convert(self, source, target):
        self.succeed("corrupt", source, "--noise-std", 0, "-o", target)
        return target

    def same(self, actual, expected):
        """The same numbers; of integers the program makes floating-point ones."""
        if expected.dtype.kind in "fc":
            self.assertEqual(actual.dtype, expected.dtype)
        np.testing.assert_array_equal(actual, expected)


class Version5Test(ExchangeTest):
    def save(self, name, arrays, **options):
        scipy.io.savemat(self.folder / name, arrays, **options)
        return name

    def test_scipys_files_are_read(self):
        for dtype in FLOATS + INTEGERS:
            for compressed in (False, True):
                with self.subTest(dtype, compressed=compressed):
                    array = some_array(dtype)
                    name = self.save("a.mat", {"data": array}, do_compression=compressed)
                    self.same(self.load(self.convert(name, "a.npy")), array)

    def test_scipy_reads_ours(self):
        for dtype in FLOATS:
            for compressed in (False, True):
                with self.subTest(dtype, compressed=compressed):
                    array = some_array(dtype)
                    name = self.save("a.mat", {"data": array}, do_compression=compressed)
                    ours = self.convert(name, "ours.mat")
                    self.same(scipy.io.loadmat(self.folder / ours)["data"], array)
                    self.assertEqual(scipy.io.whosmat(self.folder / ours)[0][:2], ("data", (4, 3, 2)))

    def test_vectors_are_rows_or_columns(self):
        name = self.save("a.mat", {"row": np.arange(3.0), "column": np.arange(3.0)[:, None]})
        self.assertEqual(self.load(self.convert(f"{name}:row", "row.npy")).shape, (1, 3))
        self.assertEqual(self.load(self.convert(f"{name}:column", "column.npy")).shape, (3, 1))

    def test_logical_arrays_are_numbers(self):
        name = self.save("a.mat", {"flags": np.eye(3, dtype=bool)})
        np.testing.assert_array_equal(self.load(self.convert(name, "a.npy")), np.eye(3))

    def test_several_arrays_need_a_name(self):
        arrays = {"h": some_array("complex128", (5, 4)), "y": some_array("float32", (3, 2))}
        name = self.save("a.mat", arrays | {"note": "text", "list": np.array([1, "a"], object)})
        says = [name, "h (5, 4) complex128", "y (3, 2) float32", ":h"]
        self.fail_with(1, "corrupt", name, "--noise-std", 0, "-o", "out.npy", says=says)
        for key, array in arrays.items():
            self.same(self.load(self.convert(f"{name}:{key}", "out.npy")), array)
        refused = {"note": "text", "list": "a cell array", "none": "no variable 'none'"}
        for key, what in refused.items():
            arguments = ("corrupt", f"{name}:{key}", "--noise-std", 0, "-o", "none.npy")
            self.fail_with(1, *arguments, says=[name, what])

    def test_a_name_can_be_given_to_the_output(self):
        np.save(self.folder / "a.npy", some_array("complex64"))
        self.convert("a.npy", "out.mat:channels")
        self.same(scipy.io.loadmat(self.folder / "out.mat")["channels"], some_array("complex64"))

    def test_a_file_cut_short_is_refused(self):
        for compressed in (False, True):
            name = self.save("a.mat", {"x": some_array("float64")}, do_compression=compressed)
            cut = self.write("cut.mat", (self.folder / name).read_bytes()[:-20])
            arguments = ("corrupt", cut, "--noise-std", 0, "-o", "out.npy")
            self.fail_with(1, *arguments, says=[cut, "truncated"])


class Version73Test(ExchangeTest):
    def test_files_like_matlabs_are_read(self):
        for dtype in FLOATS + INTEGERS:
            for options in ({}, {"compression": "gzip", "chunks": True}):
                with self.subTest(dtype, **options):
                    array = some_array(dtype)
                    save_73(self.folder / "a.mat", {"data": array}, **options)
                    self.same(self.load(self.convert("a.mat", "a.npy")), array)

    def test_h5py_reads_ours(self):
        for dtype in FLOATS:
            for options in ({}, {"compression": "gzip", "chunks": True}):
                with self.subTest(dtype, **options):
                    array = some_array(dtype)
                    save_73(self.folder / "a.mat", {"data": array}, **options)
                    self.convert("a.mat", "ours.mat")
                    again, matlab_class = load_73(self.folder / "ours.mat", "data")
                    self.same(again, array)
                    self.assertEqual(matlab_class, CLASSES[array.real.dtype.name])
                    header = (self.folder / "ours.mat").read_bytes()[:128]
                    self.assertTrue(header.startswith(b"MATLAB 7.3 MAT-file"))
                    self.assertEqual(header[124:], b"\x00\x02IM")

    def test_several_arrays_need_a_name(self):
        arrays = {"h": some_array("complex128", (5, 4)), "y": some_array("float32", (3, 2))}
        save_73(self.folder / "a.mat", arrays)
        says = ["a.mat", "h (5, 4) complex128", "y (3, 2) float32"]
        self.fail_with(1, "corrupt", "a.mat", "--noise-std", 0, "-o", "out.npy", says=says)
        for key, array in arrays.items():
            self.same(self.load(self.convert(f"a.mat:{key}", "out.npy")), array)

    def test_structs_and_text_are_refused(self):
        save_73(self.folder / "a.mat", {"x": some_array("float64")})
        with h5py.File(self.folder / "a.mat", "r+") as file:
            file.create_group("s").attrs["MATLAB_class"] = np.bytes_("struct")
            text = file.create_dataset("t", data=np.zeros((3, 1), np.uint16))
            text.attrs["MATLAB_class"] = np.bytes_("char")
            # A link leads nowhere.
            file["away"] = h5py.ExternalLink("/etc/passwd", "/x")
        self.same(self.load(self.convert("a.mat", "a.npy")), some_array("float64"))
        for key, what in {"s": "a struct", "t": "text", "away": "no variable"}.items():
            arguments = ("corrupt", f"a.mat:{key}", "--noise-std", 0, "-o", "none.npy")
            self.fail_with(1, *arguments, says=["a.mat", what])

    def test_shapes_beyond_the_file_are_refused(self):
        # Elements that were never written take no room, and claim any.
        with h5py.File(self.folder / "a.mat", "w", userblock_size=512) as file:
            file.create_dataset("x", (1 << 20, 1 << 20), "f8", chunks=(1024, 1024))
        with open(self.folder / "a.mat", "r+b") as file:
            file.write(HEADER.ljust(116) + bytes(8) + b"\x00\x02IM")
        says = ["a.mat", "(1048576, 1048576)", "more than a file"]
        self.fail_with(1, "corrupt", "a.mat", "--noise-std", 0, "-o", "out.npy", says=says)


if __name__ == "__main__":
    unittest.main()
