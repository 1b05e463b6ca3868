# SPDX-License-Identifier: BSD-3-Clause
"""Networks of the papers' authors: imported, used, exported; what is wrong with them is named."""

import io
import json
import pickle
import unittest
import zipfile

import numpy as np

from support import GOLDEN, ProgramTest, read_safetensors, safetensors

CNN = GOLDEN / "cnn_3gpp.pt"
PARAMS = GOLDEN / "cnn_3gpp.sim_params.json"


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def archive(content, compression=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as target:
        for name, data in content.items():
            target.writestr(name, data)
    return out.getvalue()


class Malicious:
    """What a pickle may do to those who load it."""

    def __reduce__(self):
        import os

        return os.system, ("touch broken-in",)


class NetworkTest(ProgramTest):
    def read(self, name):
        return (self.folder / name).read_bytes()

    def imported(self, name):
        self.succeed("import", GOLDEN / f"{name}.pt", "--params", GOLDEN / f"{name}.sim_params.json",
                     "-o", f"{name}.safetensors")
        return f"{name}.safetensors"

    def params(self, **changes):
        """The parameters of the golden CNN with fields changed: GROUP__FIELD=value."""
        content = json.loads(PARAMS.read_text())
        for name, value in changes.items():
            group, field = name.split("__")
            content[group][field] = value
            if value is None:
                del content[group][field]
        (self.folder / "params.json").write_text(json.dumps(content))
        return "params.json"

    def refuse(self, content, *says):
        self.write("bad.pt", content)
        self.fail_with(1, "import", "bad.pt", "--params", PARAMS, "-o", "o.safetensors",
                       says=("bad.pt: ", *says))

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

    def test_what_a_network_cannot_do(self):
        model = self.imported("cnn_3gpp")
        noisy = GOLDEN / "cnn_3gpp.channel.snr+0.y.npy"
        self.fail_with(2, "denoise", noisy, "-m", model, "-o", "o.npy", "--snr-db", 0, "--schedule",
                       "linear,50", says=("--schedule", "trained with"))
        self.fail_with(1, "sample", "-m", model, "-n", 2, "-o", "o.npy", "--direct",
                       says=("network", "reverse process"))
        self.fail_with(1, "denoise", noisy, "-m", model, "-o", "o.npy", "--snr-db", 0, "--std",
                       "s.npy", says=("network",))
        self.fail_with(1, "evaluate", GOLDEN / "cnn_3gpp.channel.x.npy", "-m", model, "--truth",
                       model, "--snr-db", 0, says=("network",))

    def test_malicious_pickles_are_refused_and_do_nothing(self):
        content = members(CNN)
        name = next(n for n in content if n.endswith("data.pkl"))
        for protocol in 2, 4:
            data = pickle.dumps({"model": Malicious()}, protocol=protocol)
            self.refuse(archive(content | {name: data}),
                        *(("refused", "system") if protocol == 2 else ("protocol 2",)))
        # A call in the middle of an otherwise right one, and names that only look allowed.
        for call in b"cos\nsystem\n", b"ctorch\nload\n", b"cbuiltins\neval\n", b"ccollections\nabc\n":
            broken = content[name].replace(b"ccollections\nOrderedDict\n", call, 1)
            self.refuse(archive(content | {name: broken}), "refused: its pickle asks for ")
        self.assertFalse((self.folder / "broken-in").exists())

    def test_damaged_checkpoints(self):
        content, whole = members(CNN), CNN.read_bytes()
        name = next(n for n in content if n.endswith("data.pkl"))
        folder = name.removesuffix("data.pkl")
        for length in 0, 100, 5000, len(whole) // 2, len(whole) - 10:
            self.refuse(whole[:length])
        self.refuse(archive({"data/0": b""}), "data.pkl")
        self.refuse(archive(content | {name: content[name][:1000]}), "ends too early")
        self.refuse(archive(content | {name: b"\x80\x02}q\x00."}), "no tensors")
        self.refuse(archive(content | {name: b"\x80\x02]q\x00."}), "no dictionary")
        self.refuse(archive(content | {name: b"\x80\x02h\x05."}), "recalls")
        self.refuse(archive({k: v for k, v in content.items() if k != folder + "data/22"}),
                    "cnn_pre.conv_pre0.weight", "data/22", "not in the archive")
        self.refuse(archive(content | {folder + "data/22": b"\0" * 40}), "40 bytes")
        # An entry whose directory states another size than it has.
        at = whole.rindex(b"PK\x01\x02", 0, whole.rindex((folder + "data/22").encode()))
        lying = bytearray(whole)
        lying[at + 20 : at + 28] = (2**31).to_bytes(4, "little") * 2
        self.refuse(bytes(lying))

    def test_parameters_that_do_not_fit(self):
        cases = (
            ({"unet_dict__ch_layers_pre": [2, 32, 48], "unet_dict__ch_layers_post": [48, 43, 22, 2]},
             ("of another shape", "conv_pre1.weight"), CNN),
            ({"unet_dict__ch_layers_post": [64, 43, 2]},
             ("not known: cnn_post.conv_post2", "of another shape"), CNN),
            ({"unet_dict__ch_layers_post": [64, 43, 22, 22, 2]},
             ("missing: cnn_post.conv_post3",), CNN),
            ({"unet_dict__ch_layers_pre": None}, ("neither", "params.json"), CNN),
            ({"unet_dict__ch_layers_pre": "two"}, ("ch_layers_pre", "another type"), CNN),
            ({"diff_model_dict__num_timesteps": 50}, ("betas", "parameters"), CNN),
            ({"diff_model_dict__which_schedule": "none"}, ("diff_model_dict",), CNN),
            ({"diff_model_dict__objective": "pred_x_0"}, ("objective", "pred_noise"), CNN),
            ({"unet_dict__kernel_size": [3, 5]}, ("kernel_size",), CNN),
            ({"unet_dict__downsamp_fac": 2}, ("downsamp_fac",), CNN),
            ({"diff_model_dict__data_shape": [2, 64, 1 << 40]}, ("data_shape",), CNN),
            ({}, ("missing: cnn_post",), GOLDEN / "unet2d.pt"),
        )
        for changes, says, checkpoint in cases:
            self.fail_with(1, "import", checkpoint, "--params", self.params(**changes), "-o",
                           "o.safetensors", says=says)
        # Those of a network without the number of steps take it from its betas.
        self.succeed("import", CNN, "--params", self.params(diff_model_dict__num_timesteps=None),
                     "-o", "m.safetensors")
        self.write("text.json", b"[1, 2")
        self.fail_with(1, "import", CNN, "--params", "text.json", "-o", "o.safetensors",
                       says=("text.json: ",))

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
        ):
            self.write("bad.safetensors", safetensors(metadata, tensors | changes))
            self.fail_with(1, "denoise", noisy, "-m", "bad.safetensors", "-o", "o.npy", "--snr-db",
                           0, says=("bad.safetensors: ", *says))


if __name__ == "__main__":
    unittest.main()
