# SPDX-License-Identifier: BSD-3-Clause
"""Times Pellucid and other ways to the conditional mean in turn, on one case after the other."""

import os
import statistics
import subprocess
import tempfile
import time

import numpy as np

from support import baselines
from support.mixture import Mixture, activity, normal, snr_where_active

SHORTEST_TURN = 0.05  # seconds: shorter calls are repeated within a turn, their median taken
# OpenBLAS's threads go on spinning for a while after a product; nobody is timed meanwhile.
PAUSE = 0.1
LOOP_ENTRIES = {"reference": 256, "loop": 1280}  # the loops see few samples; costs are per sample
# Largest relative error of a sample that is checked before timing; inverses lose digits in single.
BOUNDS = {"single": 1e-4, "double": 1e-9}
LOOSE = {"one": 100, "one_formed": 100}


class Case:
    """A mixture, a number of samples and the noise levels and types to compare at."""

    def __init__(self, key, make, samples, snrs, dtypes, checked=100):
        self.key, self.make, self.samples = key, make, samples
        self.snrs, self.dtypes, self.checked = snrs, dtypes, checked


def paper():
    return Mixture.golden("mixture_paper")


REAL, COMPLEX = ("float32", "float64"), ("complex64", "complex128")
CASES = (
    Case("K128_N64_n10000", paper, 10000, (20, "ten", -20), REAL),
    Case("K128_N64_n1000", paper, 1000, (20, "ten", -20), ("float64",)),
    Case("K64_N784_n1000", lambda: Mixture.random(64, 784), 1000, (20, -20), REAL, checked=3),
    Case("complex_K32_N64_n10000", lambda: Mixture.random(32, 64, True), 10000, (20, -20), COMPLEX),
)


class Pellucid:
    """`conditional_mean_once` on one mixture, type, noise level and file of samples."""

    def __init__(self, program, prefix, dtype, v, samples, folder, threads, isa=None):
        self.out = f"{folder}/estimate.{dtype}.npy"
        environment = dict(os.environ)
        # What was set for NumPy's BLAS is not meant for Pellucid's.
        for name in ("OPENBLAS_CORETYPE", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
            environment.pop(name, None)
        if isa:
            environment["PELLUCID_ISA"] = isa
        self.process = subprocess.Popen(
            [str(program), prefix, dtype, repr(v), samples, self.out, str(threads)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        self.setup = float(self.answer().split()[1])

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("conditional_mean_once ended; its message is above")
        return line

    def ask(self, word):
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        return self.answer()

    def seconds(self):
        return float(self.ask("run"))

    def estimate(self):
        self.ask("run")
        self.ask("write")
        return np.load(self.out)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def turn(seconds_of_call):
    """Seconds of one call: the median of as many as make a turn worth timing."""
    first = seconds_of_call()
    repeats = min(9, int(SHORTEST_TURN / max(first, 1e-9)))
    if repeats < 2:
        return first
    return statistics.median([first, *(seconds_of_call() for _ in range(repeats))])


def timed(call, y):
    def seconds_of_call():
        begin = time.perf_counter()
        call(y)
        return time.perf_counter() - begin

    return seconds_of_call


def relative_errors(estimate, truth):
    """Per sample, |estimate - truth| / |truth|."""
    return np.linalg.norm(estimate - truth, axis=1) / np.linalg.norm(truth, axis=1)


def quartiles(values):
    if len(values) < 2:
        return [values[0]] * 3
    return statistics.quantiles(values, n=4, method="inclusive")


class Observations:
    """Samples of a mixture and noise that every type and noise level of a case shares."""

    def __init__(self, mixture, count):
        rng = np.random.default_rng(1)
        self.mixture = mixture
        self.clean = mixture.draw(count, rng)
        self.noise = normal(rng, self.clean.shape, mixture.is_complex)

    def at(self, snr_db, count=None):
        return self.clean[:count] + 10 ** (-snr_db / 20) * self.noise[:count]

    def activity(self, snr_db):
        dtype = self.clean.dtype
        two = baselines.TwoProducts(self.mixture, 10 ** (-snr_db / 10), dtype)
        return activity(two.posterior(self.at(snr_db, 500)))

    def resolve(self, snr):
        """The SNR of "ten": where about ten components are above 1e-6."""
        return snr if snr != "ten" else snr_where_active(lambda db: self.activity(db)[0], 10)


def make_methods(keys, mixture, v, dtype):
    """The baselines that this mixture has; a message for those whose package is missing."""
    made = {}
    for key, _, kind in baselines.METHODS:
        if key not in keys:
            continue
        try:
            made[key] = kind(mixture, v, dtype)
        except NotImplementedError:
            pass
        except ImportError as error:
            print(f"{key}: left out, {error}", flush=True)
    return made


def check(key, method, y, exact, posterior, bound):
    """Raises where a method's answer is not what it should be."""
    answer = method(y)
    if getattr(method, "posterior_only", False):
        error = np.abs(answer - posterior).max()
    else:
        error = relative_errors(answer, exact).max()
    bound *= LOOSE.get(key, 10)
    if not error <= bound:
        raise SystemExit(f"{key}: off by {error:.1e}, at most {bound:.1e} allowed; not timed")


def compare(case, observations, snr, dtype, options, folder):
    """One row of the tables: a dictionary ready for JSON."""
    mixture, v = observations.mixture, 10 ** (-snr / 10)
    y = observations.at(snr).astype(dtype)
    samples = f"{folder}/samples.npy"
    np.save(samples, y)
    wide = "complex128" if mixture.is_complex else "float64"
    single = dtype in ("float32", "complex64")
    bound = BOUNDS["single" if single else "double"]
    subset = y[: case.checked].astype(wide)
    posterior, means = baselines.ReferenceLoop(mixture, v, wide).posterior(subset)
    exact = np.einsum("ik,ikn->in", posterior, means)
    del means

    def pellucid(kind):
        return Pellucid(options.program, f"{folder}/{case.key}", kind, v, samples, folder,
                        options.threads, options.isa)

    ours = pellucid(dtype)
    estimate = ours.estimate()
    row = {"case": case.key, "type": dtype, "snr_db": snr, "samples": case.samples,
           "setup_s": ours.setup}
    row["active"], row["effective"] = observations.activity(snr)
    row["error_exact"] = relative_errors(estimate[: case.checked], exact).max()
    if not row["error_exact"] <= bound:
        raise SystemExit(f"{case.key} {dtype} {snr} dB: Pellucid is off by {row['error_exact']:.1e}")
    if single:
        double = pellucid(wide)
        errors = relative_errors(estimate, double.estimate())
        double.close()
        row["error_worst"], row["error_median"] = errors.max(), np.median(errors)

    methods = make_methods(options.methods, mixture, v, dtype)
    few = {key: max(1, entries // mixture.dim) for key, entries in LOOP_ENTRIES.items()}
    for key, method in methods.items():
        part = slice(min(case.checked, few.get(key, case.checked)))
        check(key, method, y[: case.checked][part], exact[part], posterior[part], bound)
    times = {key: [] for key in ("pellucid", *methods)}
    for _ in range(options.rounds):
        time.sleep(PAUSE)
        times["pellucid"].append(turn(ours.seconds) / len(y))
        for key, method in methods.items():
            part = y[: few.get(key)]
            times[key].append(turn(timed(method, part)) / len(part))
    ours.close()
    row["us_per_sample"] = {key: 1e6 * statistics.median(t) for key, t in times.items()}
    row["ratio"] = {
        key: quartiles([theirs / mine for theirs, mine in zip(times[key], times["pellucid"])])
        for key in methods
    }
    return row


def run(options):
    """All rows of the chosen cases, told as they come."""
    rows = []
    for case in CASES:
        if case.key not in options.cases:
            continue
        mixture = case.make()
        observations = Observations(mixture, case.samples)
        with tempfile.TemporaryDirectory() as folder:
            mixture.save(f"{folder}/{case.key}")
            for snr in case.snrs:
                for dtype in case.dtypes:
                    row = compare(case, observations, observations.resolve(snr), dtype, options,
                                  folder)
                    rows.append(row)
                    ratios = ", ".join(f"{key} {r[1]:.3g}" for key, r in row["ratio"].items())
                    print(f"{row['case']} {dtype} {row['snr_db']:g} dB, {row['active']:.1f} active:"
                          f" {row['us_per_sample']['pellucid']:.3g} us a sample; ratios: {ratios}",
                          flush=True)
    return rows
