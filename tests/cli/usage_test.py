# SPDX-License-Identifier: BSD-3-Clause
"""Wrong usage: status 2, one line that names the option and what is due, and no output."""

import os
import subprocess
import unittest

import numpy as np

from support import PELLUCID, ProgramTest

METHODS = "auto, one-step, mean-forwarding, average, sample"


class UsageTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.save("x.npy", np.random.default_rng(1).standard_normal((30, 4)))
        self.succeed("fit", "x.npy", "--prior", "gaussian", "-o", "m.safetensors")

    def refuse(self, *cases, command, says=()):
        """Each case: the arguments after the command, then one text that the message has."""
        for *arguments, text in cases:
            with self.subTest(arguments=arguments):
                line = self.fail_with(2, *command, *arguments, says=[text, *says])
                self.assertLess(len(line), 250)

    def test_commands(self):
        self.refuse(("fits", "unknown command 'fits'"), ("--nonsense", "--nonsense"),
                    ("", "unknown command"), command=(), says=())
        self.fail_with(2, says="subcommand")
        for command in ("fit", "denoise", "sample", "evaluate", "corrupt", "noise", "info"):
            self.fail_with(2, command, says="required")
            self.fail_with(2, command, "--nonsense", "1", says=f"pellucid {command} --help")

    def test_the_status_tells_where_standard_error_takes_nothing(self):
        with open("/dev/full", "w") as full:
            for command, status in ((("info", "none.npy"), 1), (("shrink",), 2)):
                done = subprocess.run([PELLUCID, *command], cwd=self.folder, stderr=full)
                self.assertEqual(done.returncode, status)

    def test_standard_output_that_takes_nothing_is_named(self):
        self.save("many.npy", np.random.default_rng(1).standard_normal((2000, 16)))
        with open("/dev/full", "w") as full:
            done = subprocess.run([PELLUCID, "noise", "many.npy", "--per-sample"], cwd=self.folder,
                                  stdout=full, stderr=subprocess.PIPE, text=True)
        self.check_failure(done.returncode, "", done.stderr, 1,
                           ["standard output: cannot be written"])

    def test_arrays_are_no_models(self):
        for command in (("denoise", "x.npy", "-o", "o.npy", "--snr-db", 1), ("noise", "x.npy")):
            self.fail_with(1, *command, "-m", "x.npy", says="x.npy: is an array (.npy), no model")

    def test_instruction_sets(self):
        done = self.run_program("--version", env={**os.environ, "PELLUCID_ISA": "baseline"})
        self.assertEqual(done.returncode, 0, done.stderr)
        done = self.run_program("--version", env={**os.environ, "PELLUCID_ISA": "sse9"})
        self.check_failure(done.returncode, done.stdout, done.stderr, 1,
                           ["PELLUCID_ISA is 'sse9'", "this machine runs baseline"])

    def test_noise(self):
        command = ("denoise", "x.npy", "-m", "m.safetensors", "-o", "o.npy")
        self.refuse(
            ("neither of --snr-db and --noise-std given: give one of them, or --noise auto",),
            ("--snr-db", "1", "--noise-std", "1", "both of --snr-db and --noise-std"),
            ("--snr-db", "ten", "--snr-db: 'ten'"),
            ("--snr-db", "nan", "--snr-db: 'nan'"),
            ("--snr-db", "inf", "--snr-db: 'inf'"),
            ("--snr-db", "-inf", "-i"),
            ("--snr-db", "", "--snr-db: ''"),
            ("--snr-db", "10dB", "--snr-db: '10dB'"),
            ("--snr-db", "0:5:10", "--snr-db: '0:5:10'"),
            ("--snr-db", "1e6", "--snr-db: '1e6'"),
            ("--noise-std", "-1", "--noise-std: -1 is negative"),
            ("--noise-std", "-1e-9", "negative"),
            ("--noise-std", "nan", "--noise-std: 'nan'"),
            ("--noise-std", "some", "--noise-std: 'some'"),
            ("--noise-std", "", "--noise-std: ''"),
            command=command,
        )

    def test_options_of_denoise(self):
        command = ("denoise", "x.npy", "-m", "m.safetensors", "-o", "o.npy", "--snr-db", 0)
        self.refuse(
            ("--steps", "0", "--steps: '0'"), ("--steps", "-3", "--steps: '-3'"),
            ("--steps", "1.5", "--steps: '1.5'"), ("--steps", "many", "--steps: 'many'"),
            ("--steps", "1000000000", "--steps: '1000000000'"),
            ("--method", "best", METHODS), ("--rule", "best", "posterior, renoise, ddim"),
            ("--resampling", "-1", "--resampling: '-1'"),
            ("--resampling", "nan", "--resampling: 'nan'"),
            ("--draws", "0", "--draws: '0'"), ("--draws", "99999999999", "--draws: "),
            ("--seed", "-1", "--seed: '-1'"), ("--seed", "x", "--seed: 'x'"),
            ("--threads", "-1", "--threads: '-1'"), ("--threads", "two", "--threads: 'two'"),
            ("--schedule", "odd", "linear, quad, sqrt, const, recip, log, exp, cosine"),
            ("--schedule", "linear,0", "--schedule: T is 0"),
            ("--schedule", "linear,5,0,2", "--schedule: beta_1 = 0"),
            ("--schedule", "linear,5,0.1", "KIND,T,BETA_1,BETA_T"),
            command=command,
        )
        self.refuse(("-o", "", "--output: ''"), command=("sample", "-m", "m.safetensors", "-n", 1))

    def test_options_of_fit(self):
        self.refuse(
            ("--prior", "wavelet", "gaussian"), ("--components", "0", "--components: '0'"),
            ("--components", "two", "--components: 'two'"), ("--rank", "0", "--rank: '0'"),
            ("--passes", "0", "--passes: '0'"), ("--restarts", "0", "--restarts: '0'"),
            ("--tolerance", "-1", "--tolerance: '-1'"), ("--tolerance", "nan", "--tolerance: 'nan'"),
            ("--regularisation", "-1", "--regularisation: '-1'"),
            ("--regularisation", "inf", "--regularisation: 'inf'"),
            ("--first", "0", "--first: '0'"), ("--seed", "1.5", "--seed: '1.5'"),
            command=("fit", "x.npy", "-o", "o.safetensors"),
        )
        self.refuse(("--output",), command=("fit", "x.npy"))

    def test_options_of_fit_that_do_not_apply(self):
        mixture = ("--components", 4, "--covariance", "diag", "--passes", 3, "--tolerance", 0.1,
                   "--restarts", 2, "--regularisation", 1, "--ridge", 1, "--batch", 5,
                   "--blocks", "2,2", "--init", "m.safetensors")
        pairs = [*zip(mixture[::2], mixture[1::2]), ("--resume",)]
        for prior in ("gaussian", "pca"):
            self.refuse(*((*pair, f"{pair[0]} goes with --prior mixture") for pair in pairs),
                        command=("fit", "x.npy", "-o", "o.safetensors", "--prior", prior))
        rank = "--rank goes with --prior pca or --covariance low-rank"
        self.refuse(
            ("--rank", 2, rank), ("--rank", 2, "--prior", "gaussian", rank),
            ("--rank", 2, "--covariance", "diag", rank),
            ("--blocks", "2,2", "--covariance", "diag", "--blocks goes with --covariance block"),
            ("--vectors", 10, "--vectors goes with --frame, --patch"),
            command=("fit", "x.npy", "-o", "o.safetensors"),
        )

    # Where more are asked for than there are, that is an error; the default takes what there is.
    def test_ranks_above_the_datas(self):
        for command in (("fit", "x.npy", "-o", "o.safetensors", "--prior", "pca", "--rank", 5),
                        ("analyze", "alignment", "x.npy", "--components", 5),
                        ("analyze", "trajectory", "x.npy", "--components", 5),
                        ("analyze", "trajectory", "-m", "m.safetensors", "--components", 5)):
            self.fail_with(1, *command, says=[f"{command[-2]} 5", "4 components at most"])
        self.fail_with(1, "fit", "x.npy", "-o", "o.safetensors", "--covariance", "low-rank",
                       "--rank", 5, says=["--rank 5", "4 components at most"])
        for command, default in (
                (("fit", "x.npy", "-o", "o.safetensors", "--prior", "pca"), 64),
                (("fit", "x.npy", "-o", "o.safetensors", "--covariance", "low-rank"), 8),
                (("analyze", "alignment", "x.npy", "--noise-std", "1,2", "--repeats", 1), 8),
                (("analyze", "trajectory", "x.npy", "--noise-std", "1,2"), 8)):
            printed = self.succeed(*command)
            self.assertIn(f"4 in place of {default} components: all that ", printed)

    def test_options_of_evaluate(self):
        self.refuse(
            ("--snr-db", "ten", "--snr-db: 'ten'"), ("--snr-db", "nan", "--snr-db: 'nan'"),
            ("--snr-db", "0:0:5", "start:step:stop"), ("--snr-db", "5:1:0", "start:step:stop"),
            ("--snr-db", "0:1", "start:step:stop"), ("--snr-db", "0:1e-9:2", "start:step:stop"),
            ("--snr-db", "0,,1", "--snr-db: ''"), ("--snr-db", "0:nan:2", "--snr-db: 'nan'"),
            ("--snr-db", "0", "--method", "best", METHODS), ("--snr-db",),
            ("--snr-db", "0", "--first", "0", "--first: '0'"),
            command=("evaluate", "x.npy", "-m", "m.safetensors"),
        )
        self.refuse(("--model",), command=("evaluate", "x.npy", "--snr-db", 0))
        # -m takes a list of files: the line says where the samples belong.
        self.refuse(("CLEAN is required: name the test samples before -m",),
                    command=("evaluate", "-m", "m.safetensors", "x.npy", "--snr-db", 0))

    def test_options_of_corrupt(self):
        self.refuse(
            ("neither of --snr-db and --noise-std",),
            ("--snr-db", "1", "--noise-std", "1", "both of --snr-db and --noise-std"),
            ("--snr-db", "ten", "--snr-db: 'ten'"), ("--noise-std", "-1", "--noise-std: "),
            ("--noise-std", "x", "--noise-std: 'x'"), ("--snr-db", "0", "--seed", "-1", "--seed: "),
            command=("corrupt", "x.npy", "-o", "o.npy"),
        )

    def test_options_of_sample(self):
        self.refuse(
            ("-n", "0", "--count: '0'"), ("-n", "-1", "--count: '-1'"), ("-n", "1e3", "--count: "),
            ("--count",), ("-n", "1", "--steps", "0", "--steps: '0'"),
            ("-n", "1", "--resampling", "x", "--resampling: 'x'"),
            command=("sample", "-m", "m.safetensors", "-o", "o.npy"),
        )


if __name__ == "__main__":
    unittest.main()
