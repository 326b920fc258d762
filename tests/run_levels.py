#!/usr/bin/env python3
"""Runs tests of native code at the instruction set levels (src/abi/isa.def) below this machine's best,
which all other tests use.

    tests/run_levels.py [--build DIR] [LEVEL ...]

A level that this machine cannot run must be refused by name.  Programs compiled for the others must
say so (`weft explain`) and pass tests/op and a tenth of the conformance programs.  The last line is
`N passed, N failed`.
"""
import argparse
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
PROGRAM = "bench/jax_modules/tiny-add.fp32.mlir"
EVERY = 10


def levels():
    with open(os.path.join(ROOT, "src", "abi", "isa.def"), encoding="utf-8") as f:
        return re.findall(r"(?m)^ISA\((\w+),", f.read())


def environment(level):
    env = dict(os.environ, WEFT_CACHE="off")
    env.pop("WEFT_ISA", None)
    return env | ({"WEFT_ISA": level} if level else {})


def explain(weft, level):
    """(the level code was compiled for or None, what went wrong)"""
    p = subprocess.run([weft, "explain", PROGRAM, "--format=json", *(["--option", f"isa={level}"] if level else [])],
                       cwd=ROOT, env=environment(None), capture_output=True, text=True)
    return (json.loads(p.stdout)["isa"], "") if p.returncode == 0 else (None, p.stderr.strip())


def run(level, *words):
    """(passed, failed) of a test program at that level."""
    p = subprocess.run([sys.executable, *words], cwd=ROOT, env=environment(level), stdout=subprocess.PIPE,
                       text=True)
    lines = p.stdout.rstrip().split("\n")
    count = re.fullmatch(r"(\d+) passed, (\d+) failed", lines[-1])
    for line in lines[:-1]:
        print(f"{level}: {line}")
    if not count:
        print(f"FAIL {level}: WEFT_ISA={level} {' '.join(words)} (status {p.returncode})")
    return (int(count[1]), int(count[2])) if count else (0, 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    parser.add_argument("levels", nargs="*", metavar="LEVEL")
    args = parser.parse_args()
    weft, passed, failed = os.path.join(os.path.abspath(args.build), "weft"), 0, 0
    best, why = explain(weft, None)
    if not best:
        print(f"FAIL explain: {weft} explain {PROGRAM}\n  {why}\n0 passed, 1 failed")
        return 1
    for level in levels():
        found, why = explain(weft, level)
        ok = found == level or (not found and f"level '{level}': it cannot run here" in why)
        passed, failed = passed + ok, failed + (not ok)
        if not ok:
            print(f"FAIL {level}: {weft} explain --option isa={level} {PROGRAM}: {found or why}")
        elif not found:
            print(f"{level}: not run on this machine")
        if not found or (level not in args.levels if args.levels else level == best):
            continue
        for words in (["tests/run_text.py", "--build", args.build, "--runs=3", "tests/op"],
                      ["tests/conformance/run.py", "--build", args.build, f"--every={EVERY}", "native"]):
            counts = run(level, *words)
            passed, failed = passed + counts[0], failed + counts[1]
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
