# SPDX-License-Identifier: BSD-3-Clause
"""Checkpoints and parameters that are damaged, malicious or of something else: each is named."""

import io
import json
import pickle
import struct
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


class ImportTest(ProgramTest):
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
        self.refuse(b"", "zip archives")
        for length in 100, 5000, len(whole) // 2, len(whole) - 10:
            self.refuse(whole[:length], "its directory is missing: the file ends too early")
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
        self.refuse(bytes(lying), "data/22", "2147483648 bytes")
        # All entries.
        lying, at = bytearray(whole), whole.find(b"PK\x01\x02")
        while at >= 0:
            for field in at + 20, at + 24:
                size = int.from_bytes(whole[field : field + 4], "little") + 2**31
                lying[field : field + 4] = size.to_bytes(4, "little")
            at = whole.find(b"PK\x01\x02", at + 1)
        self.refuse(bytes(lying), "a member lies beyond its end", "copy or make the file again")

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
            ({}, ("0 of the 12 tensors of a cnn", "looks like a unet", "missing: cnn_post",
                  "and 9 more"), GOLDEN / "unet2d.pt"),
        )
        for changes, says, checkpoint in cases:
            said = self.fail_with(1, "import", checkpoint, "--params", self.params(**changes), "-o",
                                  "o.safetensors", says=says)
            self.assertLess(len(said), 800)
        # Those of a network without the number of steps take it from its betas.
        self.succeed("import", CNN, "--params", self.params(diff_model_dict__num_timesteps=None),
                     "-o", "m.safetensors")
        self.write("text.json", b"[1, 2")
        self.fail_with(1, "import", CNN, "--params", "text.json", "-o", "o.safetensors",
                       says=("text.json: ",))

    def test_a_flipped_bit_of_a_weight(self):
        whole = bytearray(CNN.read_bytes())
        with zipfile.ZipFile(CNN) as checkpoint:
            (entry,) = [e for e in checkpoint.infolist() if e.filename.endswith("data/22")]
        names = struct.unpack_from("<HH", whole, entry.header_offset + 26)
        whole[entry.header_offset + 30 + sum(names) + 101] ^= 1
        self.refuse(bytes(whole), "data/22' is damaged", "check sum", "copy the file again")

    def test_what_torch_save_does_not_write(self):
        content = members(CNN)
        self.refuse(archive(content, zipfile.ZIP_DEFLATED), "is compressed", "torch.save")
        self.refuse(b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", "save it again with PyTorch 1.6")
        self.refuse(b"garbage" * 1000, "save it again with PyTorch 1.6")
        # One-byte instructions that each make a value, or a mark.
        name = next(n for n in content if n.endswith("data.pkl"))
        for op in b"N", b"(", b"\x88":
            self.refuse(archive(content | {name: b"\x80\x02" + op * 1_100_000 + b"."}),
                        "more than 1000000 values")
        self.refuse(archive(content | {name: b"\x80\x02c" + b"a" * 600 + b"\nb\n."}),
                    "name of its pickle is too long")

    def test_tensors_of_something_else(self):
        self.succeed("import", CNN, "--params", PARAMS, "-o", "m.safetensors")
        self.succeed("export", "m.safetensors", "-o", "plain.safetensors")
        _, plain = read_safetensors((self.folder / "plain.safetensors").read_bytes())
        held = {f"model.{name}": tensor for name, tensor in plain.items()}
        bias = next(name for name in held if name.endswith("bias"))
        one = np.ones(3, np.float32)
        for tensors, says in (
            (held | {"foo.bar": one, "ema.w": one}, ("not known: ema.w, foo.bar",)),
            (held | {bias: held[bias].astype(np.float64)}, (bias, "float64", "F32")),
            (held | {bias: held[bias].astype(np.float16)}, (bias, "F16")),
            (held | {"a\nb": one}, (r"a\x0ab",)),
        ):
            self.write("bad.safetensors", safetensors({}, tensors))
            self.fail_with(1, "import", "bad.safetensors", "--params", PARAMS, "-o",
                           "o.safetensors", says=("bad.safetensors: ", *says))
        # Buffers of the authors' diffusion model, and counters, may stand beside the network.
        extra = {"snrs": one, "model.steps": np.ones(1, np.int64)}
        self.write("good.safetensors", safetensors({}, held | extra))
        self.succeed("import", "good.safetensors", "--params", PARAMS, "-o", "o.safetensors")

    def test_variances_below_zero_are_named(self):
        self.succeed("import", GOLDEN / "unet1d.pt", "--params", GOLDEN / "unet1d.sim_params.json",
                     "-o", "m.safetensors")
        self.succeed("export", "m.safetensors", "-o", "plain.safetensors")
        _, tensors = read_safetensors((self.folder / "plain.safetensors").read_bytes())
        bad = [name for name in tensors if name.endswith("running_var")][:7]
        for name in bad:
            tensors[name] = -tensors[name]
        self.write("bad.safetensors", safetensors({}, tensors))
        self.fail_with(1, "import", "bad.safetensors", "--params", GOLDEN / "unet1d.sim_params.json",
                       "-o", "o.safetensors", says=("negative variances: ", *bad))

    def test_numbers_that_would_wrap_or_be_cut(self):
        for value, shown in ((4294967396, "4294967396"), (100.7, "100.7"), (1e12, "1000000000000")):
            self.fail_with(1, "import", CNN, "--params",
                           self.params(diff_model_dict__num_timesteps=value), "-o", "o.safetensors",
                           says=("params.json: diff_model_dict.num_timesteps is " + shown,))
        self.fail_with(1, "import", CNN, "--params",
                       self.params(unet_dict__ch_layers_pre=[2, 32.5, 64]), "-o", "o.safetensors",
                       says=("unet_dict.ch_layers_pre is 32.5",))
        self.fail_with(1, "import", CNN, "--params",
                       self.params(unet_dict__ch_layers_pre=[2, 32, 9999]), "-o", "o.safetensors",
                       says=("ch_layers_pre: 9999 channels",))

    def test_what_is_no_model_yet_says_import(self):
        self.succeed("import", CNN, "--params", PARAMS, "-o", "m.safetensors")
        self.succeed("export", "m.safetensors", "-o", "plain.safetensors")
        noisy = GOLDEN / "cnn_3gpp.channel.snr+0.y.npy"
        for name in CNN, "plain.safetensors":
            self.fail_with(1, "info", name, says="pellucid import")
            self.fail_with(1, "denoise", noisy, "-m", name, "-o", "o.npy", "--snr-db", 0,
                           says="pellucid import")

    def test_models_are_written_to_safetensors(self):
        for output in "-", "m.pt", ".safetensors", "m":
            for command in (("import", CNN, "--params", PARAMS), ("export", "m.safetensors"),
                            ("calibrate", "x.npy", "-m", "m.safetensors"), ("fit", "x.npy")):
                self.fail_with(2, *command, "-o", output, says="name a .safetensors file")


if __name__ == "__main__":
    unittest.main()
