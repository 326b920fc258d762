"""RESULTS.md: a section a command, each written by its command and by nothing else.

    results.put("train", "bench/peers.py ...", threads=2, text="| ... |")

A section keeps its date, command and machine of its own: sections of other days and machines stay as they were.
"""
from __future__ import annotations

import fcntl
import functools
import json
import os
import pathlib
import platform
import re
import shlex
import subprocess
import sys
import time
from importlib.metadata import PackageNotFoundError, version

HERE = pathlib.Path(__file__).resolve().parent
FILE = HERE / "RESULTS.md"

# The sections in their order, and what a reader must know of each.
SECTIONS = {
    "workloads": ("Workloads, eager and Weft", "Interleaved in one process a row; medians; eager/weft above 1: Weft is faster."),
    "peers": ("Inference beside inductor", "A fresh process each, steady state interleaved; a star: something else was busy too."),
    "training": ("Forward and backward beside inductor", "A fresh process each, steady state interleaved; a star: something else was busy too."),
    "compile": ("Compiling", "From the first call to the first result, cold and from another process; a process each, medians."),
    "precompile": ("Compiling, with programs captured before",
                   "The same with `torch._dynamo.config.caching_precompile`: what torch.compile itself loads is in the first call."),
    "jax": ("StableHLO modules as JAX prints them, XLA and Weft",
            "Interleaved in one process a row, arguments on the device already; medians; XLA/Weft above 1: Weft is faster."),
    "products": ("Matrix products", "GFLOP/s, the best of several rounds."),
    "kernels": ("Memory-bound kernels", "Beside eager and a copy of the same traffic written by hand, interleaved in one process."),
    "sizes": ("Sizes that may change", "One compile for every length beside one a length, interleaved; dynamic/static above 1: what it costs."),
    "calls": ("Cost of a call", "Nothing to compute: what is left is guards, arguments and the runtime."),
    "text": ("Reading text", "Megabytes a second."),
}


def processor() -> str:
    model = flags = ""
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
        if line.startswith("flags"):
            have = set(line.split(":", 1)[1].split())
            flags = " ".join(f for f in ("avx2", "fma", "avx512f", "avx512_bf16", "amx_tile") if f in have)
    return f"{model} ({os.cpu_count()} processors; {flags})"


@functools.cache
def machine(threads: int) -> dict | None:
    """What the machine can do at most, by build/machine; None where it is not built."""
    program = HERE.parent / "build" / "machine"
    if not program.exists():
        return None
    return json.loads(subprocess.run([program, str(threads)], check=True, capture_output=True, text=True).stdout)


def least_seconds(threads: int, dtype: str, operations: float, moved: float) -> float | None:
    """The larger of operations over peak and bytes over the bandwidth of a working set of that size."""
    can = machine(threads)
    if can is None:
        return None
    bandwidth = {int(size): rate for size, rate in can["read_gb_s"].items()}
    size = next((s for s in sorted(bandwidth) if s * threads >= moved), max(bandwidth))
    peak = can["bf16_gflops" if dtype == "bf16" else "f32_gflops"]
    return max(operations / peak, moved / bandwidth[size]) / 1e9


def command_line() -> str:
    return shlex.join([f"bench/{pathlib.Path(sys.argv[0]).name}", *sys.argv[1:]])


def versions() -> str:
    found = []
    for package in ("torch", "jaxlib"):
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            pass
    return ", ".join([*found, f"Python {platform.python_version()}"])


def sections(text: str) -> dict[str, str]:
    """The sections there are, by their headings."""
    parts = re.split(r"^## (.*)\n", text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def commit() -> str:
    """The one that is checked out, "-dirty" where more than the results themselves was changed since."""
    def git(*args: str) -> str:
        return subprocess.run(["git", *args], cwd=HERE, capture_output=True, text=True).stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", ":/", ":!RESULTS.md")
    return (git("describe", "--always") or "no commit known") + ("-dirty" if changed else "")


def put(section: str, text: str, threads: int, command: str | None = None, file: pathlib.Path = FILE) -> None:
    """Writes one section; two commands that end at once both stay."""
    heading, about = SECTIONS[section]
    with open(file, "a+") as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        f.seek(0)
        there = sections(f.read())
        there[heading] = (f"\n`{command or command_line()}`, {time.strftime('%Y-%m-%d')}, {commit()}, "
                          f"{threads} thread{'s' * (threads > 1)}, {processor()}, {versions()}. {about}\n\n{text.strip()}\n\n")
        order = [h for h, _ in SECTIONS.values()]
        f.truncate(0)
        f.write("# Results\n\n" + "".join(f"## {h}\n{there[h]}" for h in order if h in there).rstrip() + "\n")
