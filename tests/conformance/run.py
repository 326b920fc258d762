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
BATCH = 40
INTERP, NATIVE, OPT = ["check", "--backend=interp"], ["check", "--backend=weft", "--stats"], ["opt"]
CHECKED = [f"stablehlo/{folder}" for folder in ("static", "math", "interpret", "quantized", "dynamic", "dynamic_run")]
# set: folders, how a file is judged, weft's words.
SETS = {
    "interp": (CHECKED, "check", INTERP),
    "native": (CHECKED, "check", NATIVE),
    "invalid": (["invalid"], "invalid", OPT),
    "roundtrip": (["roundtrip"], "roundtrip", OPT),
}


class Weft:
    def __init__(self, build):
        self.build = os.path.abspath(build)
        self.path = os.path.join(self.build, "weft")

    def call(self, words, *files):
        """(None or what went wrong beyond an error message, status, stdout, stderr)"""
        try:
            p = subprocess.run([self.path] + words + list(files), capture_output=True, timeout=TIMEOUT,
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


def judge_check(weft, words, files):
    """What is wrong with each file, None where it holds; one process for many files, as long as it lives."""
    reasons = {}
    while len(reasons) < len(files):
        rest = [f for f in files if f not in reasons]
        crash, _, out, err = weft.call(words, *rest)
        for line in out.split("\n"):
            found = re.match(r"(PASS|FAIL) (\S+\.mlir)(?:: (.*))?$", line)
            if found:
                reasons[found[2]] = None if found[1] == "PASS" else message(found[3] or "")
        stats = re.search(r"folded=(\d+) interpreted=(\d+)$", err, re.M)
        if stats and stats.groups() != ("0", "0"):
            reasons[rest[0]] = f"native code it is not: {stats[0]}"
        left = [f for f in rest if f not in reasons]
        if left:
            reasons[left[0]] = crash or "no PASS or FAIL line"
    return [reasons[f] for f in files]


def announced(file):
    """The lines on which comments of the file announce an error."""
    lines = []
    with open(file, encoding="utf-8") as f:
        for i, line in enumerate(f, 1):
            for at in re.findall(r"expected-error(?:-re)?\s*(?:@([+-]\d+|above|below))?", line):
                lines.append(i + (int({"above": "-1", "below": "1"}.get(at, at)) if at else 0))
    return lines


def judge_invalid(weft, words, file):
    crash, status, _, err = weft.call(words, file)
    if crash:
        return crash
    if status == 0:
        return "accepted"
    found = re.search(r":(\d+):\d+: error: ", err)
    if not found:
        return f"no position: {message(err)}"
    line, lines = int(found[1]), announced(file)
    return None if not lines or line in lines else f"line {line}, not {lines}: {message(err)}"


def judge_roundtrip(weft, words, file):
    crash, status, first, err = weft.call(words, file)
    if crash or status:
        return crash or message(err)
    again = weft.scratch(file, ".printed.mlir", first)
    crash, status, second, err = weft.call(words, again)
    if crash or status:
        return "reading the print: " + (crash or message(err))
    return None if first == second else "the second print differs"


def each(judge):
    return lambda weft, words, files: [judge(weft, words, file) for file in files]


JUDGES = {"check": judge_check, "invalid": each(judge_invalid), "roundtrip": each(judge_roundtrip)}


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
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth file")
    parser.add_argument("--update", action="store_true", help="rewrite known_failures.tsv for these sets")
    parser.add_argument("sets", nargs="*", default=[], metavar="SET", help=" ".join(SETS))
    args = parser.parse_args()
    weft, known, passed, failed = Weft(args.build), read_known(), 0, 0
    for name in args.sets or SETS:
        _, kind, words = SETS[name]
        files = list(files_of(name, args.only))[::args.every]
        good = expected = 0
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            batches = [files[i:i + BATCH] for i in range(0, len(files), BATCH)]
            reasons = pool.map(lambda batch: JUDGES[kind](weft, words, batch), batches)
            for file, reason in zip(files, (reason for batch in reasons for reason in batch)):
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
