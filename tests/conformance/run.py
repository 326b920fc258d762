#!/usr/bin/env python3
"""Runs the conformance programs and compares with the list of known failures (README.md).

Every failure prints the command that reproduces it; the last line is `N passed, N failed`.
"""
import argparse
import concurrent.futures
import fnmatch
import os
import re
import shlex
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
KNOWN = os.path.join(HERE, "known_failures.tsv")
TIMEOUT = 60
NOT_LOWERED = re.compile(r"not lowered|has no native code|unimplemented", re.I)
INTERP, NATIVE, OPT = ["check", "--backend=interp"], ["check", "--backend=weft"], ["opt"]
# set: folders, how a file is judged, weft's words.
SETS = {
    "interpret": (["stablehlo/interpret"], "chunks", INTERP),
    "math": (["stablehlo/math"], "run", INTERP),
    "static": (["stablehlo/static"], "run", INTERP),
    "dynamic_run": (["stablehlo/dynamic_run"], "run", INTERP),
    "quantized": (["stablehlo/quantized"], "chunks", INTERP),
    "native": (["stablehlo/static", "stablehlo/math"], "native", NATIVE),
    "dynamic": (["stablehlo/dynamic"], "run", OPT),
    "invalid": (["invalid"], "invalid", OPT),
    "roundtrip": (["roundtrip"], "roundtrip", OPT),
}


class Weft:
    def __init__(self, build):
        self.build = os.path.abspath(build)
        self.path = os.path.join(self.build, "weft")

    def call(self, words, file):
        """(None or what went wrong beyond an error message, status, stdout, stderr)"""
        try:
            p = subprocess.run([self.path] + words + [file], capture_output=True, timeout=TIMEOUT,
                               stdin=subprocess.DEVNULL, cwd=ROOT, env=dict(os.environ, WEFT_CACHE="off"))
        except subprocess.TimeoutExpired:
            return "timeout", None, "", ""
        out, err = (b.decode("utf-8", "backslashreplace") for b in (p.stdout, p.stderr))
        crash = None if p.returncode in (0, 1) else f"crash: exit status {p.returncode}"
        return crash, p.returncode, out, err

    def scratch(self, file, suffix, text):
        path = os.path.join(self.build, "conformance", os.path.relpath(file, HERE) + suffix)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", errors="surrogateescape") as f:
            f.write(text)
        return path


def message(err):
    """The reason in an error text, without the position."""
    for line in err.split("\n"):
        if line.strip() and not line.startswith("PASS"):
            return re.sub(r"^.*error: |^FAIL [^:]*: ", "", line.strip())[:160]
    return "no message"


def judge_run(weft, words, file):
    crash, status, out, err = weft.call(words, file)
    return crash or (message(err + out) if status else None)


def judge_native(weft, words, file):
    reason = judge_run(weft, words, file)
    return None if reason and NOT_LOWERED.search(reason) else reason


def judge_chunks(weft, words, file):
    with open(file, encoding="utf-8", errors="surrogateescape") as f:
        lines = f.read().split("\n")
    chunk, start = [], 0
    for i, line in enumerate(lines + ["// -----"]):
        if "// -----" not in line:
            chunk.append(line)
            continue
        if any(c.strip() and not c.strip().startswith("//") for c in chunk):
            path = weft.scratch(file, f".{start + 1}.mlir", "\n" * start + "\n".join(chunk) + "\n")
            reason = judge_run(weft, words, path)
            if reason:
                return f"chunk at line {start + 1}: {reason}"
        chunk, start = [], i + 1
    return None


def judge_invalid(weft, words, file):
    crash, status, _, err = weft.call(words, file)
    if crash:
        return crash
    if status == 0:
        return "accepted"
    return None if re.search(r":\d+:\d+: error: ", err) else f"no position: {message(err)}"


def judge_roundtrip(weft, words, file):
    crash, status, first, err = weft.call(words, file)
    if crash or status:
        return crash or message(err)
    again = weft.scratch(file, ".printed.mlir", first)
    crash, status, second, err = weft.call(words, again)
    if crash or status:
        return "reading the print: " + (crash or message(err))
    return None if first == second else "the second print differs"


JUDGES = {"run": judge_run, "native": judge_native, "chunks": judge_chunks, "invalid": judge_invalid,
          "roundtrip": judge_roundtrip}


def read_known():
    known = {}
    if os.path.exists(KNOWN):
        with open(KNOWN, encoding="utf-8") as f:
            for line in f:
                name, _, reason = line.rstrip("\n").partition("\t")
                if name and not name.startswith("#"):
                    known[name] = reason
    return known


def files_of(name, only):
    for folder in SETS[name][0]:
        for root, subfolders, names in os.walk(os.path.join(HERE, folder)):
            subfolders.sort()
            for file in sorted(names):
                if file.endswith(".mlir") and (not only or fnmatch.fnmatch(file, only)):
                    yield os.path.join(root, file)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--only", help="only files whose name matches")
    parser.add_argument("--update", action="store_true", help="rewrite known_failures.tsv for these sets")
    parser.add_argument("sets", nargs="*", default=[], metavar="SET", help=" ".join(SETS))
    args = parser.parse_args()
    weft, known, passed, failed = Weft(args.build), read_known(), 0, 0
    for name in args.sets or SETS:
        _, kind, words = SETS[name]
        files = list(files_of(name, args.only))
        good = expected = 0
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            reasons = pool.map(lambda file: JUDGES[kind](weft, words, file), files)
            for file, reason in zip(files, reasons):
                key = f"{name}/{os.path.relpath(file, HERE)}"
                good += reason is None
                if args.update:
                    known.pop(key, None)
                    if reason:
                        known[key] = reason
                if (reason is None) != (key in known):
                    passed += reason is None
                    expected += reason is not None
                    continue
                failed += 1
                command = [os.path.relpath(weft.path, ROOT)] + words + [os.path.relpath(file, ROOT)]
                print(f"FAIL {key}: {shlex.join(command)}")
                print(f"  {reason or 'passes now: take it out of known_failures.tsv'}", flush=True)
        print(f"{name}: {good} of {len(files)} files, {expected} known failures", flush=True)
    if args.update:
        with open(KNOWN, "w", encoding="utf-8") as f:
            f.write("# set/file\twhat Weft says.  Made by run.py --update; may only get shorter.\n")
            f.writelines(f"{k}\t{known[k]}\n" for k in sorted(known))
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
