# SPDX-License-Identifier: BSD-3-Clause
"""Every form of input gives the same result; folders of pictures go in and come out."""

import gzip
import struct
import unittest

import numpy as np

from support import ProgramTest, idx, png, read_png, relative_error


class InputFormTest(ProgramTest):
    """The same 40 pictures as .npy, IDX, gzipped IDX and a folder of PNG."""

    def setUp(self):
        super().setUp()
        rng = np.random.default_rng(1)
        ramp = np.linspace(0, 1, 7)
        # Neighbouring pixels resemble each other, so that there is something to learn.
        noise = rng.integers(0, 60, (40, 5, 7))
        self.images = (np.outer(np.linspace(0, 1, 5), ramp) * 120 + noise).astype(np.uint8)
        self.images += rng.integers(0, 70, (40, 1, 1)).astype(np.uint8)
        self.save("images.npy", self.images)
        self.write("images-idx3-ubyte", idx(self.images))
        self.write("images-idx3-ubyte.gz", gzip.compress(idx(self.images)))
        self.write_pngs("images", self.images)
        self.forms = ("images.npy", "images-idx3-ubyte", "images-idx3-ubyte.gz", "images")

    def write_pngs(self, folder, images):
        (self.folder / folder).mkdir()
        for i, image in enumerate(images):
            self.write(f"{folder}/{i:03}.png", png(image))

    def test_fits_are_the_same_to_the_bit(self):
        for options in (("--prior", "gaussian"), ("--prior", "pca"), ("--components", 2)):
            models = []
            for form in self.forms:
                self.succeed("fit", form, "-o", "m.safetensors", *options)
                model = (self.folder / "m.safetensors").read_bytes()
                (length,) = struct.unpack("<Q", model[:8])
                models.append(model[8 + length :])  # the header says how deep pictures were
            self.assertEqual(len(set(models)), 1, options)

    def test_estimates_are_the_same_to_the_bit(self):
        self.succeed("fit", "images.npy", "--prior", "gaussian", "-o", "m.safetensors")
        outs = []
        for form in self.forms:
            self.succeed("denoise", form, "-m", "m.safetensors", "-o", "out.npy", "--snr-db", 10)
            outs.append((self.folder / "out.npy").read_bytes())
        self.assertEqual(len(set(outs)), 1)
        out = self.load("out.npy")
        self.assertEqual((out.shape, out.dtype), ((40, 5, 7), np.float32))

    def test_evaluations_are_the_same(self):
        self.succeed("fit", "images.npy", "--prior", "pca", "-o", "m.safetensors")
        tables = {self.succeed("evaluate", form, "-m", "m.safetensors", "--snr-db", "0:10:10")
                  for form in self.forms}
        self.assertEqual(len(tables), 1)

    def test_different_forms_join_to_one_set(self):
        self.save("head.npy", self.images[:15])
        self.write("tail.gz", gzip.compress(idx(self.images[15:])))
        self.succeed("fit", "images.npy", "--components", 2, "-o", "one.safetensors")
        self.succeed("fit", "head.npy", "tail.gz", "--components", 2, "-o", "two.safetensors")
        one, two = [(self.folder / f"{n}.safetensors").read_bytes() for n in ("one", "two")]
        self.assertEqual(one, two)

    def test_several_inputs_of_any_form_are_named_after_themselves(self):
        self.succeed("fit", "images.npy", "--prior", "gaussian", "-o", "m.safetensors")
        self.save("a.v1.npy", self.images)
        self.save("a.v2.npy", self.images)
        self.succeed("denoise", "images/", "a.v1.npy", "a.v2.npy", "images-idx3-ubyte.gz",
                     "-m", "m.safetensors", "-o", "out", "--snr-db", 10)
        self.assertEqual(
            sorted(p.name for p in (self.folder / "out").iterdir()),
            ["a.v1.npy", "a.v2.npy", "images", "images-idx3-ubyte.idx.gz"],
        )

    def test_two_inputs_of_one_name_are_refused(self):
        self.succeed("fit", "images.npy", "--prior", "gaussian", "-o", "m.safetensors")
        (self.folder / "other").mkdir()
        self.save("other/images.npy", self.images)
        self.fail_with(1, "denoise", "images.npy", "other/images.npy", "-m", "m.safetensors",
                       "-o", "out", "--snr-db", 10, says=("other/images.npy", "out/images.npy"))

    def test_info_tells_form_shape_and_statistics(self):
        for form in self.forms:
            text = self.succeed("info", form)
            self.assertIn("array of uint8, shape (40, 5, 7)", text)
            self.assertIn("40 of shape (5, 7)", text)
            self.assertIn(f"{self.images.mean():.6g}", text)
        self.succeed("fit", "images", "--prior", "pca", "--rank", 3, "-o", "m.safetensors")
        text = self.succeed("info", "m.safetensors")
        for word in ("rank 3", "(5, 7)", "35 entries", "linear,300"):
            self.assertIn(word, text)

    def test_info_of_complex_data_and_models(self):
        x = np.random.default_rng(2).standard_normal((30, 4)) * (3 - 4j)
        self.save("x.npy", x)
        self.assertIn("complex128, shape (30, 4)", self.succeed("info", "x.npy"))
        self.succeed("fit", "x.npy", "--components", 2, "-o", "m.safetensors")
        text = self.succeed("info", "m.safetensors")
        self.assertIn("mixture, 2 complex components", text)


class PictureOutputTest(ProgramTest):
    def fit(self, shape):
        rng = np.random.default_rng(3)
        images = rng.integers(0, 256, (30, *shape)).astype(np.uint8)
        self.save("images.npy", images)
        self.succeed("fit", "images.npy", "--prior", "gaussian", "-o", "m.safetensors")
        return images

    def pictures(self, folder):
        paths = sorted((self.folder / folder).iterdir())
        self.assertTrue(all(path.suffix == ".png" for path in paths), paths)
        return np.array([read_png(path) for path in paths])

    def test_a_folder_holds_the_rounded_and_clipped_estimates(self):
        for shape in ((6, 9), (6, 9, 3)):
            with self.subTest(shape=shape):
                images = self.fit(shape)
                noisy = images + 60 * np.random.default_rng(4).standard_normal(images.shape)
                self.save("noisy.npy", noisy)
                folder = f"out{len(shape)}"
                arguments = ("denoise", "noisy.npy", "-m", "m.safetensors", "--noise-std", 20, "-o")
                self.succeed(*arguments, "out.npy")
                text = self.succeed(*arguments, folder)
                exact = self.load("out.npy")
                expected = np.clip(np.rint(exact), 0, 255)
                self.assertTrue(np.array_equal(self.pictures(folder), expected))
                clipped = np.count_nonzero((exact < 0) | (exact > 255))
                self.assertGreater(clipped, 0)
                self.assertIn("rounded to 8 bits", text)
                self.assertIn(f" of {exact.size} entries clipped to 0..255", text)

    def test_generated_pictures_are_read_back_as_samples(self):
        self.fit((6, 9))
        for options in ((), ("--direct",)):
            self.succeed("sample", "-m", "m.safetensors", "-n", 12, "-o", "new.npy", *options)
            folder = "new" + "".join(options)
            self.succeed("sample", "-m", "m.safetensors", "-n", 12, "-o", folder, *options)
            expected = np.clip(np.rint(self.load("new.npy")), 0, 255)
            self.assertTrue(np.array_equal(self.pictures(folder), expected))
            self.assertIn("shape (12, 6, 9)", self.succeed("info", folder))

    def test_a_full_folder_is_not_written_to(self):
        self.fit((6, 9))
        (self.folder / "full").mkdir()
        self.write("full/letter.txt", b"keep me")
        self.fail_with(1, "sample", "-m", "m.safetensors", "-n", 2, "-o", "full", says="full: ")

    def test_samples_that_are_no_pictures_need_npy(self):
        x = np.random.default_rng(5).standard_normal((20, 4))
        self.save("x.npy", x)
        self.succeed("fit", "x.npy", "--prior", "gaussian", "-o", "m.safetensors")
        for name, says in (("out", ".npy"), ("out.txt", ".npy"), ("out.png", "(4,)")):
            self.fail_with(1, "sample", "-m", "m.safetensors", "-n", 2, "-o", name,
                           says=(f"{name}: ", says))

    def test_a_single_picture_is_one_sample(self):
        images = self.fit((6, 9))
        self.write("one.png", png(images[0]))
        self.succeed("denoise", "one.png", "-m", "m.safetensors", "-o", "out.npy", "--snr-db", 90)
        out = self.load("out.npy")
        self.assertEqual(out.shape, (1, 6, 9))
        self.assertLess(relative_error(out[0], images[0].astype(float)), 1e-3)


if __name__ == "__main__":
    unittest.main()
