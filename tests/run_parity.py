#!/usr/bin/env python3
"""Runs the tests that doc/parity.md names, in its notes too, and says which rows they show.

    tests/run_parity.py [--build DIR] [ROW ...]     R18 C20 ...; without: all (minutes)

The last line is `N passed, N failed`: rows that have tests, passed where all of theirs did.
"""
import argparse
import glob
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as tree

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DEFINED = r"(?m)^(?:def|void) (test_\w+)\("


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        return f.read()


def defined():
    """{test: its files}"""
    out = {}
    for path in sorted(f for g in ("python/test_*.py", "unit/*.c", "run_cli.py", "cli_*.py") for f in glob.glob("tests/" + g, root_dir=ROOT)):
        for name in re.findall(DEFINED, read(path)):
            out.setdefault(name, []).append(path)
    return out


def rows():
    """{ID: [(file, test)]}, and what is wrong with the page; a name without a file is of the row's first file, or the only one."""
    where, out, bad = defined(), {}, []
    for row, cells in re.findall(r"(?m)^\| ([RCI]\d+) \| (.*) \|$", read("doc/parity.md")):
        home, out[row] = None, []
        for path, name in re.findall(r"(?:([\w/]+\.(?:py|c))::)?(test_\w+)(?![\w.])", cells):
            path = path if not path or "/" in path else "tests/python/" + path
            found = [f for f in where.get(name, []) if not path or f == path]
            if not found or (len(found) > 1 and home not in found):
                bad.append(f"doc/parity.md: {row}: there is no {path + '::' if path else ''}{name}, or more than one")
                continue
            file = home if home in found else found[0]
            home = home or file
            out[row].append((file, name))
    return out, bad


def run_python(wanted, build):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junitxml", f"{folder}/x.xml",
                        *(f"{f}::{n}" for f, n in wanted)], cwd=ROOT, env={**os.environ, "WEFT_CACHE": "off", "BUILD": build})
        cases = list(tree.parse(f"{folder}/x.xml").getroot().iter("testcase"))
    good = {t: [] for t in wanted}
    for case in cases:
        file, name = case.get("classname").replace(".", "/") + ".py", case.get("name").split("[")[0]
        good[file, name].append(case.find("failure") is None and case.find("error") is None)
    return {t: bool(g) and all(g) for t, g in good.items()}


def run_alone(wanted, command):
    """Tests of a program that takes a name; its exit status says."""
    return {(f, n): subprocess.run([*command, n if "unit" in f else n[len("test_"):]], cwd=ROOT,
                                   env={**os.environ, "WEFT_CACHE": "off"}).returncode == 0 for f, n in wanted}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default="build")
    parser.add_argument("rows", nargs="*", metavar="ROW")
    args = parser.parse_args()
    every, bad = rows()
    asked = {row: tests for row, tests in every.items() if tests and (not args.rows or row in args.rows)}
    tests = sorted({t for ts in asked.values() for t in ts})
    of = {k: [t for t in tests if re.match(k, t[0])] for k in ("tests/python", "tests/unit", "tests/(run_)?cli")}
    good = run_alone(of["tests/unit"], [f"{args.build}/unit"])
    good |= run_alone(of["tests/(run_)?cli"], [sys.executable, "tests/run_cli.py", "--build", args.build])
    good |= run_python(of["tests/python"], args.build) if of["tests/python"] else {}
    for line in bad:
        print(line)
    failed = [row for row, ts in asked.items() if not all(good[t] for t in ts)]
    for row in failed:
        print(f"FAIL {row}: {', '.join(n for f, n in asked[row] if not good[f, n])}")
    print(f"{len(asked) - len(failed)} passed, {len(failed) + len(bad)} failed")
    return bool(failed or bad)


if __name__ == "__main__":
    sys.exit(main())
