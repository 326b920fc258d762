#!/usr/bin/env python3
"""Runs the tests that are text files: tests/op, tests/pass, tests/verify, tests/error.

A file is one or more cases, parted by lines `// -----`; each case is a program and comments that
say what should happen.  `// test: COMMAND` stands on the first line of the file (a later case may
have its own).  tests/README.md describes the commands and the comments.

    tests/run_text.py [--build DIR] [--bless] [--jobs N] [FILE or FOLDER ...]

Every failure prints the command that reproduces it; the last line is `N passed, N failed`.
"""
import argparse
import concurrent.futures
import difflib
import math
import os
import re
import shlex
import shutil
import struct
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDERS = ["op", "pass", "verify", "error"]
SUFFIXES = (".mlir", ".aten", ".test")
TIMEOUT = 120

# Short commands; any other is a weft command line in which %s stands for the file.
# op: every run of it must print the values after `out:`.
OP_RUNS = {"interp": "run --backend=interp", "1": "run --backend=weft --threads=1",
           "3": "run --backend=weft --threads=3"}
PASS = "opt --fired --passes={}"
# Files here are named after the rewrite rule, or the form recognised, that must fire in one of their cases.
RULES = ("simplify", "recognise")
VERIFY = "opt"

# numpy's name and struct's letter for what a .npy file holds.
NPY = {"f16": ("<f2", "e"), "f32": ("<f4", "f"), "f64": ("<f8", "d"), "i1": ("|b1", "?"),
       "i8": ("|i1", "b"), "i16": ("<i2", "h"), "i32": ("<i4", "i"), "i64": ("<i8", "q"),
       "ui8": ("|u1", "B"), "ui16": ("<u2", "H"), "ui32": ("<u4", "I"), "ui64": ("<u8", "Q")}
# How native code says that it lacks something, and the list of op cases for which it may.
NOT_LOWERED = re.compile(r"not lowered|has no native code|unimplemented", re.I)
NOT_LOWERED_LIST = os.path.join(ROOT, "tests", "op", "not_lowered.txt")
NUMBER = re.compile(r"0x[0-9a-fA-F]+|[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|inf|nan)(?![\w.])|true|false")
LITERAL = re.compile(r'dense<"?(.*?)"?>\s*:\s*tensor<((?:\d+x)*)(complex<)?([a-zA-Z]+[0-9]\w*)>*$', re.S)


class Failure(Exception):
    """What went wrong, and with which command."""

    def __init__(self, text, command=None):
        super().__init__(text)
        self.command = command


class Case:
    """One program of a test file: its text at its own lines, and its directives."""

    def __init__(self, path, number, first_line, lines, command):
        self.path, self.number, self.first_line, self.lines = path, number, first_line, lines
        self.command, self.ins, self.outs, self.errors = command, [], [], []
        self.exit, self.tolerance, self.env, self.expect, self.expect_line = None, 0.0, {}, None, None
        for i, line in enumerate(lines):
            self.read(i, line)

    def read(self, i, line):
        if self.expect is not None:
            if line.startswith("//"):
                self.expect.append(line[3:])
            elif line.strip():
                raise Failure(f"{self.path}:{self.first_line + i}: a line after `// expect:` that is no comment")
            return
        m = re.match(r"//\s*(test|in|out|exit|tolerance|env|expect):\s*(.*?)\s*$", line)
        key, value = m.groups() if m else (None, None)
        if key == "test":
            self.command = value
        elif key == "in":
            self.ins.append(value)
        elif key == "out":
            self.outs.append(value)
        elif key == "exit":
            self.exit = int(value)
        elif key == "tolerance":
            self.tolerance = float(value)
        elif key == "env":
            name, _, text = value.partition("=")
            self.env[name] = text
        elif key == "expect":
            self.expect, self.expect_line = [], i
        else:
            self.read_error(i, line)

    def read_error(self, i, line):
        """`// error: text` on the bad line, with `error 7:` its column too; or
        `// error at 3:7: text` anywhere, for lines that cannot hold a comment."""
        m = re.search(r"//\s*error at (\d+):(\d+):\s*(.*?)\s*$", line)
        if m:
            self.errors.append((int(m[1]), int(m[2]), m[3]))
            return
        m = re.search(r"//\s*error(?: (\d+))?:\s*(.*?)\s*$", line)
        if m:
            self.errors.append((self.first_line + i, int(m[1]) if m[1] else None, m[2]))

    @property
    def name(self):
        path = os.path.relpath(self.path, ROOT)
        return path if self.number is None else f"{path}#{self.number}"

    def program(self):
        """The text handed to weft: earlier cases are blank lines, so that positions are right."""
        lines = self.lines if self.expect_line is None else self.lines[:self.expect_line]
        return "\n" * (self.first_line - 1) + "\n".join(lines) + "\n"


def cases_of(path):
    with open(path, encoding="utf-8", errors="surrogateescape") as f:
        lines = f.read().split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    m = re.match(r"//\s*test:\s*(.*?)\s*$", lines[0] if lines else "")
    if not m:
        raise Failure(f"{path}:1: the first line is not `// test: COMMAND`")
    starts = [0] + [i + 1 for i, line in enumerate(lines) if line.strip() == "// -----"]
    ends = [s - 1 for s in starts[1:]] + [len(lines)]
    many = len(starts) > 1
    return [Case(path, k + 1 if many else None, s + 1, lines[s:e], m[1])
            for k, (s, e) in enumerate(zip(starts, ends))]


def rounded(x, t):
    """x as the nearest value of float type t, so that texts of any length compare."""
    if x != x or math.isinf(x):
        return x
    try:
        if t == "bf16":
            bits, = struct.unpack("<I", struct.pack("<f", x))
            return struct.unpack("<f", struct.pack("<I", bits + 0x7FFF + (bits >> 16 & 1) & 0xFFFF0000))[0]
        return struct.unpack("<" + NPY[t][1], struct.pack("<" + NPY[t][1], x))[0] if t in NPY else x
    except OverflowError:
        return math.copysign(math.inf, x)


def from_bits(word, t):
    """0x7FC00000 is a float's bits, or an integer."""
    bits = int(word, 16)
    if t == "bf16":
        return struct.unpack("<f", struct.pack("<I", bits << 16))[0]
    if t in ("f16", "f32", "f64"):
        return struct.unpack("<" + NPY[t][1], bits.to_bytes(int(t[1:]) // 8, "little"))[0]
    return bits


def literal_values(literal):
    """(type, dims, values) of `dense<[1.0, 2.0]> : tensor<2xf32>`; one value stands for all."""
    m = LITERAL.match(literal.strip())
    if not m:
        raise Failure(f"not understood: {literal[:200]}")
    body, shape, of_complex, t = m.groups()
    dims = [int(d) for d in shape.split("x") if d]
    count = math.prod(dims) * (2 if of_complex else 1)
    if re.fullmatch(r"0x[0-9a-fA-F]*", body) and len(body) > 18 and t in NPY:
        values = list(struct.unpack(f"<{count}{NPY[t][1]}", bytes.fromhex(body[2:])))
    else:
        values = []
        for word in NUMBER.findall(body):
            if word in ("true", "false"):
                values.append(int(word == "true"))
            elif word.startswith("0x"):
                values.append(from_bits(word, t))
            else:
                values.append(rounded(float(word), t) if t[0] in "fb" else int(float(word)) if "." in word else int(word))
    if values and len(values) == (2 if of_complex else 1):
        values = values * math.prod(dims)
    if len(values) != count:
        raise Failure(f"{len(values)} values for {count} elements: {literal[:200]}")
    return f"complex<{t}>" if of_complex else t, dims, values


def npy_bytes(literal):
    """The .npy file of a literal."""
    t, dims, values = literal_values(literal)
    if t not in NPY:
        raise Failure(f"a .npy file holds no {t}: {literal}")
    descr, letter = NPY[t]
    kind = float if letter in "efd" else bool if letter == "?" else int
    shape = "(" + "".join(f"{d}, " for d in dims).strip() + ")"
    head = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}"
    head += " " * (-(len(head) + 11) % 64) + "\n"
    return (b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() +
            struct.pack(f"<{len(values)}{letter}", *map(kind, values)))


def npy_values(path):
    """(type, dims, values) of a .npy file that weft wrote."""
    with open(path, "rb") as f:
        data = f.read()
    if data[:8] != b"\x93NUMPY\x01\x00":
        raise ValueError(f"{path} is no .npy file of version 1")
    head = data[10:10 + int.from_bytes(data[8:10], "little")].decode()
    m = re.match(r"\{'descr': '([^']+)', 'fortran_order': False, 'shape': \(([\d, ]*)\),? ?\} *\n$", head)
    if not m:
        raise ValueError(f"{path}: header {head!r}")
    dims = [int(d) for d in m[2].replace(" ", "").split(",") if d]
    body = data[10 + len(head):]
    if m[1] == "<V2":
        raw = struct.unpack(f"<{math.prod(dims)}H", body)
        return "bf16", dims, [from_bits(hex(v), "bf16") for v in raw]
    for t, (descr, letter) in NPY.items():
        if descr == m[1]:
            return t, dims, list(struct.unpack(f"<{math.prod(dims)}{letter}", body))
    of = {"<c8": "f", "<c16": "d"}[m[1]]
    return {"f": "complex<f32>", "d": "complex<f64>"}[of], dims, list(struct.unpack(f"<{2 * math.prod(dims)}{of}", body))


def close(got, want, tolerance):
    if len(got) != len(want):
        return False
    for a, b in zip(got, want):
        if a == b or (a != a and b != b):
            continue
        if math.isinf(a) or math.isinf(b) or not abs(a - b) <= tolerance * max(1.0, abs(b)):
            return False
    return True


class Runner:
    def __init__(self, build, bless, runs):
        self.build, self.bless = os.path.abspath(build), bless
        self.op_runs = [OP_RUNS[r] for r in runs]
        self.weft = os.path.join(self.build, "weft")
        self.blessed = {}          # path -> [(case, new lines)]
        self.refused = set()       # op cases that native code says it lacks
        self.not_lowered = set()   # those known to be so
        self.fired = {}            # path -> rules that its cases made fire
        if os.path.exists(NOT_LOWERED_LIST):
            with open(NOT_LOWERED_LIST, encoding="utf-8") as f:
                self.not_lowered = {line.strip() for line in f if not line.startswith("//")}

    def call(self, case, words, scratch):
        """Runs weft with words, %s being the case's file; gives (status, stdout, stderr)."""
        base = os.path.basename(case.path)
        # A file with one case is run where it lies; the file name is the same either way.
        path = os.path.relpath(case.path, ROOT)
        if case.number is not None or case.expect_line is not None:
            path = os.path.join(scratch, base)
            with open(os.path.join(ROOT, path), "w", encoding="utf-8", errors="surrogateescape") as f:
                f.write(case.program())
        if "%s" not in words:
            words = words + ["%s"]
        command = [self.weft] + [w.replace("%s", path).replace("%t", scratch) for w in words]
        env = dict(os.environ, WEFT_CACHE="off") | case.env
        shown = " ".join([f"{k}={shlex.quote(v)}" for k, v in case.env.items()] +
                         [os.path.relpath(self.weft, ROOT)] + [shlex.quote(w) for w in command[1:]])
        try:
            p = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, timeout=TIMEOUT,
                               stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            raise Failure(f"ran longer than {TIMEOUT} s", shown)
        out, err = (b.decode("utf-8", "backslashreplace").replace(path, base).replace(scratch, "%t")
                    for b in (p.stdout, p.stderr))
        if p.returncode < 0 or p.returncode > 2:
            raise Failure(f"exit status {p.returncode}\n{err[-4000:]}", shown)
        return p.returncode, out, err, shown

    def run_op(self, case, scratch):
        files = []
        for i, literal in enumerate(case.ins):
            files.append(os.path.join(scratch, f"in{i}.npy"))
            with open(os.path.join(ROOT, files[-1]), "wb") as f:
                f.write(npy_bytes(literal))
        if not case.outs:
            raise Failure("no `// out:` line")
        results = os.path.join(scratch, "out")
        for words in self.op_runs:
            for i in range(len(case.outs)):
                if os.path.exists(os.path.join(ROOT, f"{results}{i}.npy")):
                    os.unlink(os.path.join(ROOT, f"{results}{i}.npy"))
            words = shlex.split(words) + ["--save-outputs", results, "%s"] + files
            status, _, err, shown = self.call(case, words, scratch)
            if status and words[1] == "--backend=weft" and NOT_LOWERED.search(err):
                self.refused.add(case.name)
                if case.name in self.not_lowered or self.bless:
                    continue
            if status:
                raise Failure(f"exit status {status}\n{err}", shown)
            for i, want in enumerate(case.outs):
                self.check_output(os.path.join(ROOT, f"{results}{i}.npy"), want, case.tolerance, shown)
        if case.name in self.not_lowered and case.name not in self.refused and not self.bless:
            raise Failure("native code has it now: take it out of tests/op/not_lowered.txt, or `make bless`")

    @staticmethod
    def check_output(path, want, tolerance, shown):
        try:
            gt, gd, gv = npy_values(path)
        except (OSError, ValueError, struct.error) as e:
            raise Failure(f"no result: {e}", shown) from None
        wt, wd, wv = literal_values(want)
        if gt != wt or gd != wd or not close(gv, wv, tolerance):
            raise Failure(f"expected {want}\n     got {gt} {gd} {gv[:200]}", shown)

    def run_command(self, case, scratch, command):
        word, _, rest = command.partition(" ")
        if word == "pass":
            words = shlex.split(PASS.format(rest))
        elif word == "verify":
            words = shlex.split(VERIFY)
        else:
            words = shlex.split(command)
        status, out, err, shown = self.call(case, words, scratch)
        self.fired.setdefault(case.path, set()).update(re.findall(r"(?m)^fired: (\w+) ", err))
        want = case.exit if case.exit is not None else 1 if case.errors or word == "verify" else 0
        if status != want:
            raise Failure(f"exit status {status}, expected {want}\n{err}", shown)
        self.check_errors(case, err, shown)
        if word == "verify" and not case.errors:
            raise Failure(f"no `// error:` line; weft says\n{err}", shown)
        if case.expect is None and not (self.bless and word == "pass"):
            return
        text = out if status == 0 else err
        got = text.rstrip("\n").split("\n") if text.strip() else []
        if got == [line.rstrip("\n") for line in case.expect or []]:
            return
        if self.bless:
            self.blessed.setdefault(case.path, []).append((case, got))
            return
        diff = "\n".join(difflib.unified_diff(case.expect or [], got, "expected", "got", lineterm=""))
        raise Failure(diff or "the texts differ in blanks", shown)

    def check_errors(self, case, err, shown):
        base, seen = os.path.basename(case.path), []
        for m in re.finditer(r"^(.*?):(\d+):(\d+): error: (.*)$", err, re.M):
            if m[1] == base:
                seen.append((int(m[2]), int(m[3]), m[4]))
        for line, column, text in case.errors:
            if not any(s[0] == line and column in (None, s[1]) and text in s[2] for s in seen):
                at = f"{line}:{column}" if column else f"{line}"
                raise Failure(f"expected {base}:{at}: error: {text}\ngot\n{err}", shown)

    def run(self, case):
        # Kept, so that a failing command can be run again.
        scratch = os.path.join(self.build, "text", re.sub(r"[^\w.#-]", "_", case.name))
        shutil.rmtree(scratch, ignore_errors=True)
        os.makedirs(scratch)
        scratch = os.path.relpath(scratch, ROOT)
        if case.command == "op":
            self.run_op(case, scratch)
        elif case.command == "check":
            for backend in ("interp", "weft"):
                self.run_command(case, scratch, f"check --backend {backend}")
        else:
            self.run_command(case, scratch, case.command)

    def write_blessed(self, cases):
        if self.bless:
            names = (self.not_lowered - {c.name for c in cases}) | self.refused
            with open(NOT_LOWERED_LIST, "w", encoding="utf-8") as f:
                f.write("// Cases of tests/op that native code refuses by name (UNIMPLEMENTED); the interpreter runs "
                        "them.\n// Made by `make bless`; may only get shorter.\n")
                f.writelines(f"{name}\n" for name in sorted(names))
        for path, changes in self.blessed.items():
            with open(path, encoding="utf-8", errors="surrogateescape") as f:
                lines = f.read().split("\n")
            for case, got in sorted(changes, key=lambda c: -c[0].first_line):
                start = case.first_line - 1
                at = start + (case.expect_line if case.expect_line is not None else len(case.lines))
                block = ["// expect:"] + [("// " + line).rstrip() for line in got]
                lines[at:start + len(case.lines)] = block
            if lines[-1] != "":
                lines.append("")
            with open(path, "w", encoding="utf-8", errors="surrogateescape") as f:
                f.write("\n".join(lines))
            print(f"blessed {os.path.relpath(path, ROOT)}")


    def silent_rules(self):
        """Files of rules that did not fire in any of their cases."""
        for path, fired in sorted(self.fired.items()):
            folder, name = os.path.split(path)
            rule = os.path.splitext(name)[0]
            if os.path.basename(folder) in RULES and rule not in fired:
                yield os.path.relpath(path, ROOT), rule


def find_files(args):
    if not args:
        args = [os.path.join(ROOT, "tests", f) for f in FOLDERS]
    for arg in args:
        if os.path.isfile(arg):
            yield os.path.abspath(arg)
        for folder, subfolders, names in os.walk(arg):
            subfolders.sort()
            for name in sorted(names):
                if name.endswith(SUFFIXES):
                    yield os.path.abspath(os.path.join(folder, name))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    parser.add_argument("--bless", action="store_true", help="rewrite the expected texts")
    parser.add_argument("--runs", default=",".join(OP_RUNS), help="of an op case; without one: %(default)s")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("files", nargs="*")
    args = parser.parse_args()
    runs = args.runs.split(",")
    if not set(runs) <= set(OP_RUNS):
        parser.error(f"--runs {args.runs}: expected some of {', '.join(OP_RUNS)}")

    runner, cases, failed = Runner(args.build, args.bless, runs), [], 0
    for path in find_files(args.files):
        try:
            cases += cases_of(path)
        except Failure as e:
            failed += 1
            print(f"FAIL {os.path.relpath(path, ROOT)}: {e}")
    passed = 0
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for case, done in [(c, pool.submit(runner.run, c)) for c in cases]:
            try:
                done.result()
                passed += 1
            except Failure as e:
                failed += 1
                print(f"FAIL {case.name}: tests/run_text.py {case.name.partition('#')[0]}")
                if e.command:
                    print(f"  {e.command}")
                print("  " + str(e).replace("\n", "\n  "), flush=True)
    for path, rule in runner.silent_rules():
        failed += 1
        print(f"FAIL {path}: tests/run_text.py {path}\n  the rule {rule} fires in no case of it")
    runner.write_blessed(cases)
    if runner.refused:
        print(f"{len(runner.refused)} cases of ops have no native code yet (tests/op/not_lowered.txt)")
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
