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


# Double precision first: single precision is compared with it.
REAL, COMPLEX = ("float64", "float32"), ("complex128", "complex64")
SINGLE = {"float64": "float32", "complex128": "complex64"}
CASES = (
    Case("K128_N64_n10000", paper, 10000, (20, "ten", -20), REAL),
    Case("K128_N64_n1000", paper, 1000, (20, "ten", -20), ("float64",)),
    Case("K64_N784_n1000", lambda: Mixture.random(64, 784), 1000, (20, -20), REAL, checked=3),
    Case("complex_K32_N64_n10000", lambda: Mixture.random(32, 64, True), 10000, (20, -20), COMPLEX),
)


class Pellucid:
    """`conditional_mean_once` on one mixture, noise level and batch of samples."""

    def __init__(self, options, prefix, y, v, folder):
        samples, self.out = f"{folder}/samples.npy", f"{folder}/estimate.npy"
        np.save(samples, y)
        environment = dict(os.environ)
        # What was set for NumPy's BLAS is not meant for Pellucid's.
        for name in ("OPENBLAS_CORETYPE", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
            environment.pop(name, None)
        if options.isa:
            environment["PELLUCID_ISA"] = options.isa
        self.process = subprocess.Popen(
            [str(options.program), prefix, y.dtype.name, repr(v), samples, self.out,
             str(options.threads)],
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
    """Samples of a mixture and noise that every noise level of a case shares."""

    def __init__(self, case, mixture):
        rng = np.random.default_rng(1)
        self.case, self.mixture = case, mixture
        self.clean = mixture.draw(case.samples, rng)
        self.noise = normal(rng, self.clean.shape, mixture.is_complex)

    def at(self, snr_db, count=None):
        """In double precision, of numbers that single precision holds: one input for both."""
        y = self.clean[:count] + 10 ** (-snr_db / 20) * self.noise[:count]
        return y.astype(SINGLE[y.dtype.name]).astype(y.dtype)

    def activity(self, snr_db):
        two = baselines.TwoProducts(self.mixture, 10 ** (-snr_db / 10), self.clean.dtype)
        return activity(two.posterior(self.at(snr_db, 500)))

    def resolve(self, snr):
        """The SNR of "ten": where about ten components are above 1e-6."""
        return snr if snr != "ten" else snr_where_active(lambda db: self.activity(db)[0], 10)


class Level:
    """One noise level of a case: its observations and what the types are compared with."""

    def __init__(self, observations, snr):
        case, mixture = observations.case, observations.mixture
        self.case, self.mixture, self.snr, self.v = case, mixture, snr, 10 ** (-snr / 10)
        self.y = observations.at(snr)
        self.wide = self.y.dtype.name
        self.activity = observations.activity(snr)
        reference = baselines.ReferenceLoop(mixture, self.v, self.wide)
        self.posterior, means = reference.posterior(self.y[: case.checked])
        self.exact = np.einsum("ik,ikn->in", self.posterior, means)
        self.estimate = None  # Pellucid's in double precision


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


def compare(level, dtype, options, folder):
    """One row of the tables: a dictionary ready for JSON."""
    case, mixture, v = level.case, level.mixture, level.v
    y = level.y.astype(dtype)
    single = dtype != level.wide
    bound = BOUNDS["single" if single else "double"]
    ours = Pellucid(options, f"{folder}/{case.key}", y, v, folder)
    estimate = ours.estimate()
    row = {"case": case.key, "type": dtype, "snr_db": level.snr, "samples": case.samples,
           "setup_s": ours.setup}
    row["active"], row["effective"] = level.activity
    exact, posterior = level.exact, level.posterior
    row["error_exact"] = relative_errors(estimate[: case.checked], exact).max()
    if not row["error_exact"] <= bound:
        raise SystemExit(f"{case.key} {dtype} {level.snr} dB: Pellucid is off by"
                         f" {row['error_exact']:.1e}, at most {bound:.1e} allowed; not timed")
    if single:
        errors = relative_errors(estimate, level.estimate)
        row["error_worst"], row["error_median"] = errors.max(), np.median(errors)
    else:
        level.estimate = estimate

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
        observations = Observations(case, mixture)
        with tempfile.TemporaryDirectory() as folder:
            mixture.save(f"{folder}/{case.key}")
            for snr in case.snrs:
                level = Level(observations, observations.resolve(snr))
                for dtype in case.dtypes:
                    row = compare(level, dtype, options, folder)
                    rows.append(row)
                    ratios = ", ".join(f"{key} {r[1]:.3g}" for key, r in row["ratio"].items())
                    print(f"{row['case']} {dtype} {row['snr_db']:g} dB, {row['active']:.1f} active:"
                          f" {row['us_per_sample']['pellucid']:.3g} us a sample; ratios: {ratios}",
                          flush=True)
    return rows
