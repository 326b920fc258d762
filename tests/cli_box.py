"""What a test of the weft command stands on: a folder of its own, the command, and what its errors look like."""
import os
import re
import shlex
import shutil
import struct
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TIMEOUT = 120
POSITION = r"^[^\n]*:\d+:\d+: error: \S"
ANY_ERROR = r"^[^\n]*error: \S"


class Failed(Exception):
    pass


class Box:
    """A folder of one test, and the command."""

    def __init__(self, build, name, quick):
        self.weft, self.quick = os.path.join(os.path.abspath(build), "weft"), quick
        self.dir = os.path.join(os.path.abspath(build), "cli", name)
        shutil.rmtree(self.dir, ignore_errors=True)
        os.makedirs(self.dir)
        self.command = ""

    def write(self, name, data):
        path = os.path.join(self.dir, name)
        with open(path, "wb") as f:
            f.write(data if isinstance(data, bytes) else data.encode())
        return path

    def npy(self, name, values, descr="<f4", letter="f", shape=None, order="False"):
        shape = f"({len(values)},)" if shape is None else shape
        return self.write(name, npy(descr, shape, struct.pack(f"<{len(values)}{letter}", *values), order))

    def run(self, *words, status=(0, 1), env=None):
        """(status, stdout, stderr) of weft; fails on any other status."""
        words = [str(w) for w in words]
        self.command = shlex.join([os.path.relpath(self.weft, ROOT)] + words)
        try:
            p = subprocess.run([self.weft] + words, capture_output=True, stdin=subprocess.DEVNULL, cwd=ROOT,
                               env=dict(os.environ, WEFT_CACHE="off") | (env or {}), timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            raise Failed("runs too long") from None
        out, err = (b.decode("utf-8", "backslashreplace") for b in (p.stdout, p.stderr))
        if p.returncode not in (status if isinstance(status, tuple) else (status,)):
            raise Failed(f"exit status {p.returncode}, expected {status}\n{out[-500:]}{err[-3000:]}")
        return p.returncode, out, err

    def ok(self, *words, **more):
        return self.run(*words, status=0, **more)[1]

    def refused(self, *words, pattern=ANY_ERROR, **more):
        """Exit status 1 and an error message; gives the message."""
        _, out, err = self.run(*words, status=1, **more)
        if not re.search(pattern, err, re.M):
            raise Failed(f"no message like {pattern}\n{err[-1000:]}")
        if len(err) > 20000:
            raise Failed(f"a message of {len(err)} bytes")
        return err

    def either(self, *words, pattern=POSITION):
        """Accepted, or refused with a position."""
        status, _, err = self.run(*words)
        if status == 1 and not re.search(pattern, err, re.M):
            raise Failed(f"refused without a position\n{err[-1000:]}")


def npy(descr, shape, data, order="False"):
    head = f"{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}"
    head += " " * (-(len(head) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + data


def check(condition, text):
    if not condition:
        raise Failed(text)
