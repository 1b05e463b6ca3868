# SPDX-License-Identifier: BSD-3-Clause
"""The Python that comparisons run in, and what a table must say about the machine."""

import os
import pathlib
import platform
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
VENV = ROOT / "build" / "bench-venv"
PACKAGES = ("numpy", "scikit-learn", "cplx-gmm")
READY = VENV / "ready"


def enter_venv():
    """Starts this script again in the virtual environment, made first where it is not there.

    Where PyPI cannot be reached the script goes on with the packages of the Python it runs in.
    """
    if os.environ.get("PELLUCID_BENCH_VENV"):
        return
    if not READY.exists() and not make_venv():
        print(f"no virtual environment: comparing with what {sys.executable} has", file=sys.stderr)
        return
    os.environ["PELLUCID_BENCH_VENV"] = str(VENV)
    python = str(VENV / "bin" / "python")
    os.execv(python, [python, "-B", *sys.argv])


def make_venv():
    print(f"making {VENV} with {', '.join(PACKAGES)}", file=sys.stderr)
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)]).returncode == 0
    if not made or subprocess.run([*pip, *PACKAGES]).returncode != 0:
        return False
    READY.write_text("\n".join(PACKAGES))
    return True


def set_threads(threads, blas_core=None):
    """For NumPy's BLAS; before NumPy is imported."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(threads)
    if blas_core:
        os.environ["OPENBLAS_CORETYPE"] = blas_core


def processor():
    """The processor's name and which of the instruction sets that matter it has."""
    name, flags = platform.processor() or "unknown processor", set()
    try:
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                name = line.split(":", 1)[1].strip()
            if line.startswith("flags"):
                flags = set(line.split(":", 1)[1].split())
                break
    except OSError:
        pass
    known = {"avx2": "AVX2", "avx512f": "AVX-512", "avx512_bf16": "AVX-512 bf16", "amx_tile": "AMX"}
    has = [label for flag, label in known.items() if flag in flags]
    lacks = [label for flag, label in known.items() if flag not in flags]
    return f"{name} (has {', '.join(has) or 'none'}; lacks {', '.join(lacks) or 'none'})"


def versions():
    """Versions of the libraries compared with, and of NumPy's BLAS."""
    from importlib import metadata

    found = []
    for package in PACKAGES:
        try:
            found.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            found.append(f"{package} missing")
    try:
        from threadpoolctl import threadpool_info

        for pool in threadpool_info():
            if pool["user_api"] == "blas" and "numpy" in pool["filepath"]:
                found.append(
                    f"NumPy's {pool['internal_api']} {pool['version']} with its"
                    f" {pool.get('architecture', '?')} kernels, {pool['num_threads']} threads"
                )
    except ImportError:
        pass
    return ", ".join(found)


def commit():
    done = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"], capture_output=True, text=True
    )
    return done.stdout.strip() or "unknown"


def build_folder():
    """`make bench` names its build; otherwise the release preset's, or the first there is."""
    named = os.environ.get("PELLUCID_BUILD")
    candidates = [ROOT / named] if named else [ROOT / "build" / n for n in ("release", "dev")]
    for folder in candidates:
        if (folder / "bin").is_dir():
            return folder
    return candidates[0]
