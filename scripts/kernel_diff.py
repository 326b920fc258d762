#!/usr/bin/env python3
"""What a change does to compiled code: programs compiled by two builds, their artifacts compared byte by byte.

    scripts/kernel_diff.py BASE [--build DIR] [--isa LEVEL] [--every N] [--jobs N] [FILE or FOLDER ...]

BASE is a build folder of before, in another checkout say; without files, the programs of tests/op.  An artifact holds
the code of all kernels, the steps, the size table and the memory plan (src/abi/abi.h), so a change that moves or
renames source makes none differ.  Of a program that differs it names the kernels whose LLVM IR does; both are kept
in the build folder's kernel-diff/.  The last line is `N same, N differ`.
"""
import argparse
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests"))
import run_text  # noqa: E402

TIMEOUT = 600
ARTIFACT = "program.weft"


def programs(path):
    """Those of a file, which lines `// -----` part: names and texts."""
    with open(path, encoding="utf-8", errors="surrogateescape") as f:
        for number, text in enumerate(re.split(r"(?m)^// -----$", f.read()), 1):
            yield f"{os.path.relpath(path, ROOT)}#{number}", text


def compiled(build, isa, text, folder):
    """The folder's files by name, after the program is compiled there: the artifact, or what the compiler said
    instead, and the dump of each kernel."""
    os.makedirs(folder)
    with open(os.path.join(folder, "program.mlir"), "w", encoding="utf-8", errors="surrogateescape") as f:
        f.write(text)
    command = [os.path.join(build, "weft"), "compile", "program.mlir", "-o", ARTIFACT, "--option", "dump=."]
    p = subprocess.run(command + (["--option", f"isa={isa}"] if isa else []), cwd=folder, stdin=subprocess.DEVNULL,
                       capture_output=True, timeout=TIMEOUT, env=dict(os.environ, WEFT_CACHE="off"))
    files = {} if p.returncode == 0 else {ARTIFACT: p.stderr}
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), "rb") as f:
            files.setdefault(name, f.read())
    return files


def difference(text, builds, isa, folder):
    """How one program's artifacts differ, None if they do not; what is the same is not kept."""
    shutil.rmtree(folder, ignore_errors=True)
    base, now = (compiled(build, isa, text, os.path.join(folder, side))
                 for side, build in zip(("base", "now"), builds))
    if base[ARTIFACT] == now[ARTIFACT]:
        shutil.rmtree(folder)
        return None
    kernels = [name for name in sorted(base.keys() | now.keys())
               if name.endswith(".ll") and base.get(name) != now.get(name)]
    return f"{', '.join(kernels) or 'no kernel, but steps or sizes'} ({os.path.relpath(folder, ROOT)})"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("base", metavar="BASE", help="the build folder to compare with")
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    parser.add_argument("--isa", help="an ISA level; without it, this processor's")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="every Nth program")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("files", nargs="*", default=[os.path.join(ROOT, "tests", "op")])
    args = parser.parse_intermixed_args()
    builds = [os.path.abspath(args.base), os.path.abspath(args.build)]
    folder = os.path.join(builds[1], "kernel-diff")
    found = [p for path in run_text.find_files(args.files) for p in programs(path)][::args.every]
    differ = 0
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        differences = pool.map(lambda i: difference(found[i][1], builds, args.isa, os.path.join(folder, str(i))),
                               range(len(found)))
        for (name, _), what in zip(found, differences):
            differ += what is not None
            if what:
                print(f"{name}: {what}", flush=True)
    print(f"{len(found) - differ} same, {differ} differ")
    return differ > 0


if __name__ == "__main__":
    sys.exit(main())
