# SPDX-License-Identifier: BSD-3-Clause
"""Networks of the papers' authors: imported, used, exported."""

import json
import os
import unittest

import numpy as np

from support import GOLDEN, ProgramTest, read_safetensors, safetensors

PARAMS = GOLDEN / "cnn_3gpp.sim_params.json"


class NetworkTest(ProgramTest):
    def read(self, name):
        return (self.folder / name).read_bytes()

    def imported(self, name):
        self.succeed("import", GOLDEN / f"{name}.pt", "--params", GOLDEN / f"{name}.sim_params.json",
                     "-o", f"{name}.safetensors")
        return f"{name}.safetensors"

    def test_mean_forwarding_is_that_of_the_authors(self):
        # The issue asks for 1e-4; both sides compute in single precision.
        for name in "cnn_3gpp", "cnn_quadriga":
            model = self.imported(name)
            for snr in "-10", "+0", "+10", "+20":
                self.succeed("denoise", GOLDEN / f"{name}.channel.snr{snr}.y.npy", "-m", model, "-o",
                             "x.npy", "--snr-db", float(snr), "--method", "mean-forwarding")
                truth = np.load(GOLDEN / f"{name}.channel.snr{snr}.mean_forwarding.npy")
                error = np.abs(self.load("x.npy") - truth).max() / np.abs(truth).max()
                self.assertLess(error, 1e-5, (name, snr))

    def test_mean_forwarding_on_older_processors(self):
        name = "cnn_3gpp"
        model = self.imported(name)
        for isa in "avx2", "baseline":
            for snr in "-10", "+10":
                done = self.run_program(
                    "denoise", GOLDEN / f"{name}.channel.snr{snr}.y.npy", "-m", model, "-o", "x.npy",
                    "--snr-db", float(snr), "--method", "mean-forwarding",
                    env=os.environ | {"PELLUCID_ISA": isa})
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                truth = np.load(GOLDEN / f"{name}.channel.snr{snr}.mean_forwarding.npy")
                error = np.abs(self.load("x.npy") - truth).max() / np.abs(truth).max()
                self.assertLess(error, 1e-5, (isa, snr))

    def test_unknown_precisions_list_all_choices(self):
        model = self.imported("cnn_3gpp")
        self.fail_with(2, "denoise", GOLDEN / "cnn_3gpp.channel.snr+0.y.npy", "-m", model, "-o",
                       "o.npy", "--snr-db", 0, "--precision", "fp8",
                       says=("--precision: 'fp8'", "auto, f32, bf16x3 or bf16"))

    def test_steps_threads_and_generation(self):
        model = self.imported("cnn_3gpp")
        noisy = GOLDEN / "cnn_3gpp.channel.snr+0.y.npy"
        estimate = ("denoise", noisy, "-m", model, "--snr-db", 0, "--method", "mean-forwarding")
        self.succeed(*estimate, "--steps", 4, "-o", "two.npy", "--threads", 2)
        self.succeed(*estimate, "--steps", 4, "-o", "one.npy", "--threads", 1)
        self.assertEqual(self.read("one.npy"), self.read("two.npy"))
        # With golden's own numbers: 64 channels had NMSE 0.0746 in one step, 0.0698 in all.
        clean = np.load(GOLDEN / "cnn_3gpp.channel.x.npy")
        for steps, most in ((1, 0.085), (8, 0.075)):
            self.succeed(*estimate, "--steps", steps, "-o", "x.npy")
            nmse = np.sum(np.abs(self.load("x.npy") - clean) ** 2) / np.sum(np.abs(clean) ** 2)
            self.assertLess(nmse, most)
        self.succeed("sample", "-m", model, "-n", 3, "-o", "new.npy", "--steps", 5)
        self.assertEqual(self.load("new.npy").shape, (3, 64, 16))
        self.succeed("evaluate", GOLDEN / "cnn_3gpp.channel.x.npy", "-m", model, "--snr-db", 0,
                     "--json", "e.json")
        methods = {row["method"] for row in json.loads(self.read("e.json"))["results"]}
        self.assertEqual(methods, {"least-squares", "auto"})

    def test_unets_are_imported_and_used(self):
        for name, shape in (("unet1d", (64,)), ("unet2d", (28, 28))):
            model = self.imported(name)
            kind = np.complex64 if name == "unet1d" else np.float32
            self.save("y.npy", np.ones((2, *shape), kind))
            self.succeed("denoise", "y.npy", "-m", model, "-o", "x.npy", "--snr-db", 10)
            self.assertEqual(self.load("x.npy").shape, (2, *shape))

    def test_export_and_import_again(self):
        model = self.imported("cnn_3gpp")
        self.succeed("export", model, "-o", "plain.safetensors")
        metadata, tensors = read_safetensors(self.read("plain.safetensors"))
        self.assertEqual(tensors["cnn_pre.conv_pre0.weight"].shape, (32, 2, 3, 3))
        self.succeed("import", "plain.safetensors", "--params", PARAMS, "-o", "again.safetensors")
        _, before = read_safetensors(self.read(model))
        _, after = read_safetensors(self.read("again.safetensors"))
        for name, tensor in before.items():
            np.testing.assert_array_equal(tensor, after[name])
        self.save("x.npy", np.random.default_rng(1).standard_normal((50, 3)))
        self.succeed("fit", "x.npy", "--prior", "gaussian", "-o", "g.safetensors")
        self.fail_with(1, "export", "g.safetensors", "-o", "o.safetensors",
                       says=("g.safetensors: ", "export is for networks"))

    def test_data_in_another_unit_are_warned_of(self):
        model = self.imported("unet2d")
        rng = np.random.default_rng(1)
        pixels = rng.integers(0, 256, (20, 28, 28)).astype(np.float32)
        for data, warns in ((pixels, True), (pixels[:1], True), (pixels / 128, False),
                            (pixels / 1e4, True)):
            self.save("y.npy", data)
            done = self.run_program("denoise", "y.npy", "-m", model, "-o", "x.npy", "--snr-db", 10)
            self.assertEqual((done.returncode, "average power" in done.stderr), (0, warns))
            self.assertEqual(done.stderr.count("\n"), 1 if warns else 0)

    def test_what_a_network_cannot_do(self):
        model = self.imported("cnn_3gpp")
        noisy = GOLDEN / "cnn_3gpp.channel.snr+0.y.npy"
        self.fail_with(2, "denoise", noisy, "-m", model, "-o", "o.npy", "--snr-db", 0, "--schedule",
                       "linear,50", says=("--schedule", "trained with"))
        self.fail_with(1, "sample", "-m", model, "-n", 2, "-o", "o.npy", "--direct",
                       says=(f"{model}: is a network", "--direct"))
        self.fail_with(1, "denoise", noisy, "-m", model, "-o", "o.npy", "--snr-db", 0, "--std",
                       "s.npy", says=(f"{model}: is a network", "--std"))
        self.save("A.npy", np.eye(1024, dtype=np.complex64))
        for option in "--operator", "--noise-covariance":
            level = ("--noise-std", 1) if option == "--operator" else ()
            self.fail_with(1, "denoise", noisy, "-m", model, "-o", "o.npy", *level, option, "A.npy",
                           says=(f"{model}: is a network", option))
        self.fail_with(1, "evaluate", GOLDEN / "cnn_3gpp.channel.x.npy", "-m", model, "--truth",
                       model, "--snr-db", 0, says=(f"{model}: is a network", "--truth"))

    def test_damaged_model_files(self):
        model = self.imported("cnn_3gpp")
        metadata, tensors = read_safetensors(self.read(model))
        noisy = GOLDEN / "cnn_3gpp.channel.snr+0.y.npy"
        weight = tensors["cnn_pre.conv_pre0.weight"]
        nan = np.full_like(weight, np.nan)
        network = json.loads(metadata["network"])
        for changes, says in (
            ({"network": None}, ("'network'",)),
            ({"network": json.dumps(network | {"kernel_size": 4})}, ("kernel_size",)),
            ({"network": json.dumps(network | {"kind": "gpt"})}, ("gpt",)),
            ({"network": json.dumps(network | {"depth": 3})}, ("lacks",)),
            ({"complex": "false"}, ("offset",)),
        ):
            kept = {k: v for k, v in (metadata | changes).items() if v is not None}
            self.write("bad.safetensors", safetensors(kept, tensors))
            self.fail_with(1, "denoise", noisy, "-m", "bad.safetensors", "-o", "o.npy", "--snr-db",
                           0, says=("bad.safetensors: ", *says))
        for changes, says in (
            ({"cnn_pre.conv_pre0.weight": nan}, ("conv_pre0.weight", "finite")),
            ({"cnn_pre.conv_pre0.weight": weight[:-1]}, ("conv_pre0.weight is (31, 2, 3, 3)",)),
            ({"cnn_pre.conv_pre0.weight": weight.astype(np.float64)}, ("store F32",)),
            ({"more": weight}, ("not known: more",)),
            ({f"more{i}": weight for i in range(9)}, [f"more{i}" for i in range(9)]),
        ):
            self.write("bad.safetensors", safetensors(metadata, tensors | changes))
            self.fail_with(1, "denoise", noisy, "-m", "bad.safetensors", "-o", "o.npy", "--snr-db",
                           0, says=("bad.safetensors: ", *says))


if __name__ == "__main__":
    unittest.main()
