"""torch's own databases through backend="weft": operators, modules, optimizers, higher-order operators;
every entry, every dtype.

    run.py [--database op,module,optim,hop] [--samples N] [--pick N] [--only REGEX] [--dtypes f32,bf16] [--jobs N]
           [--seed N] [--json FILE [--resume]] [--minutes N] [--doc FILE]
    run.py --read FILE [--read FILE ...] [--doc FILE]     the verdicts of earlier runs

The database is loaded once; each entry then runs in a child of its own with a time limit for a
sample, so that a crash or a hang costs one pair.  The parent compiles nothing with Weft.

A sweep takes hours, and may be cut short: verdicts are added to FILE as they come, each with the
library's content hash, its commit and what was asked; --resume runs only what FILE has no verdict
of for this library and these samples.  The library is copied aside first: what is built meanwhile is
not what is measured.  What the table takes of several verdicts is said in table.py.
"""
from __future__ import annotations

import argparse
import gc
import hashlib
import importlib.util
import json
import logging
import os
import re
import resource
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time

os.environ["WEFT_CACHE"] = "off"
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import torch  # noqa: E402

import other  # noqa: E402
import table  # noqa: E402

DTYPES = {"f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16, "f64": torch.float64,
          "i64": torch.int64, "i32": torch.int32, "u8": torch.uint8, "bool": torch.bool,
          "c64": torch.complex64}


def operators():
    from torch.testing._internal.common_methods_invocations import op_db
    return op_db


DATABASES = {"op": operators, "module": other.modules, "optim": other.optimizers, "hop": other.hops}


def library(aside: str) -> dict:
    """The installed weft, copied to aside and put first on the path: its content hash and its commit."""
    source = os.path.dirname(importlib.util.find_spec("weft").origin)
    shutil.copytree(source, os.path.join(aside, "weft"), ignore=shutil.ignore_patterns("__pycache__"))
    sys.path.insert(0, aside)
    h = hashlib.sha256(torch.__version__.encode())
    for name in sorted(os.listdir(os.path.join(aside, "weft"))):
        path = os.path.join(aside, "weft", name)
        if os.path.isfile(path):
            with open(path, "rb") as f:
                h.update(name.encode() + hashlib.file_digest(f, "sha256").digest())

    def git(*words):
        return subprocess.run(["git", *words], capture_output=True, text=True, cwd=os.path.dirname(__file__)).stdout.strip()
    changed = git("status", "--porcelain", "-uno", "--", ":/src", ":/python", ":/include")
    return {"library": h.hexdigest()[:16], "commit": git("rev-parse", "--short", "HEAD") + ("+" if changed else "")}


def entries(databases, only: str, dtypes) -> list[tuple]:
    """(entry, its name, its dtypes); the order of the databases."""
    out = []
    for op in (op for d in databases for op in DATABASES[d]()):
        name = op.name + (":" + op.variant_test_name if op.variant_test_name else "")
        if "empty" in op.name or not re.search(only, name):
            continue                     # what an empty tensor holds is nobody's business
        have = op.supported_dtypes("cpu")
        out.append((op, name, [d for d in dtypes if DTYPES[d] in have]))
    return [e for e in out if e[2]]


def warm() -> None:
    """What every child would do again: torch's lazy imports, the decomposition tables."""
    import torch._decomp
    import torch._dynamo
    import torch._dynamo.guards
    import pair  # noqa: F401 -- here, so that children have it as it is now
    import torch._inductor.decomposition  # noqa: F401
    from weft import _backend
    torch.set_num_threads(1)
    # For its log alone Dynamo flushes the caches after every compile and times the guards: half of a sample's time.
    torch._dynamo.guards.profile_guard_manager = lambda *args: 0.0
    _backend.decompositions()
    x = torch.ones(2, requires_grad=True)
    torch.compile(lambda a: (a * 2).sum(), backend="aot_eager")(x).backward()
    torch._dynamo.reset()
    logging.disable(logging.CRITICAL)
    gc.collect()
    gc.freeze()                          # each child collects its own garbage only: a third of its time was this


class Child:
    """One entry's pairs in a process; results come as JSON lines."""

    def __init__(self, op, name, dtypes, args):
        self.op, self.name, self.left = op, name, list(dtypes)
        read, write = os.pipe()
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(read)
            self.work(write, args)
        os.close(write)
        self.fd, self.buffer = read, b""
        self.deadline = time.monotonic() + args.limit

    def work(self, write, args):
        import pair
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.chdir(tempfile.gettempdir())    # where torch writes what it could not partition
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        for d in self.left:
            start = time.monotonic()
            try:
                v = pair.check(self.op, DTYPES[d], args.samples, args.seed, args.pick,
                               beat=lambda: os.write(write, b"\n"))
            except BaseException as e:   # the harness's own fault is a failure too
                v = {"status": "error", "samples": 1, "graphs": 1, "fallbacks": {},
                     "why": f"harness: {type(e).__name__}: {e}"[:300]}
            v.update(name=self.name, dtype=d, seconds=round(time.monotonic() - start, 2))
            os.write(write, json.dumps(v).encode() + b"\n")
        os._exit(0)

    def lines(self, data: bytes, args):
        self.buffer += data
        *done, self.buffer = self.buffer.split(b"\n")
        for line in done:                # an empty one says that another sample is done
            self.deadline = time.monotonic() + args.limit
            if line:
                self.left.pop(0)
                yield json.loads(line)

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)

    def end(self) -> str:
        os.close(self.fd)
        _, status = os.waitpid(self.pid, 0)
        if os.WIFSIGNALED(status):
            return signal.Signals(os.WTERMSIG(status)).name
        return f"exit status {os.WEXITSTATUS(status)}"


def fewest_first(waiting, limit) -> list[tuple]:
    """By the number of samples: a sweep that is cut short has read as many pairs as it could."""
    import pair
    size = {name: sum(1 for _ in pair.samples(op, DTYPES[dtypes[0]], limit)) for op, name, dtypes in waiting}
    return sorted(waiting, key=lambda w: size[w[1]])


def asked(args) -> dict:
    return {"samples": args.samples, "pick": args.pick, "seed": args.seed}


def left_of(waiting, args) -> list[tuple]:
    """The entries without the pairs that the journal has of this library and these samples."""
    have = set()
    if args.resume and args.json and os.path.exists(args.json):
        have = {(v["name"], v["dtype"]) for v in read([args.json])
                if v["library"] == args.library["library"] and v["asked"] == asked(args)}
    waiting = [(op, name, [d for d in dtypes if (name, d) not in have]) for op, name, dtypes in waiting]
    return [w for w in waiting if w[2]]


def sweep(args) -> list[dict]:
    waiting = fewest_first(left_of(entries(args.database, args.only, args.dtypes), args), args.samples)[::-1]
    stop = time.monotonic() + 60 * args.minutes if args.minutes is not None else float("inf")
    total = sum(len(d) for _, _, d in waiting)
    results, running = [], {}
    journal = open(args.json, "a") if args.json else None

    def note(v):
        v.update(args.library, asked=asked(args))
        results.append(v)
        if journal:                      # as they come: a sweep that is cut short has its verdicts
            journal.write(json.dumps(v) + "\n")
            journal.flush()
    selector = selectors.DefaultSelector()
    shown = time.monotonic()

    def start(op, name, dtypes):
        c = Child(op, name, dtypes, args)
        running[c.fd] = c
        selector.register(c.fd, selectors.EVENT_READ)

    def finish(c, why=None):
        selector.unregister(c.fd)
        del running[c.fd]
        hung = why is not None
        if hung:
            c.kill()
        end = c.end()
        if c.left:                       # the pair it was at is lost; the rest goes on in another
            note({"name": c.name, "dtype": c.left[0], "samples": 1, "graphs": 1, "fallbacks": {},
                            "status": "hang" if hung else "crash", "why": why or end})
            if c.left[1:]:
                start(c.op, c.name, c.left[1:])

    while waiting or running:
        if time.monotonic() > stop:
            for c in running.values():
                c.kill()
                c.end()
            break
        while waiting and len(running) < args.jobs:
            start(*waiting.pop())
        for key, _ in selector.select(1):
            c = running[key.fd]
            data = os.read(key.fd, 1 << 16)
            if data:
                for v in c.lines(data, args):
                    note(v)
            else:
                finish(c)
        now = time.monotonic()
        for c in [c for c in running.values() if now > c.deadline]:
            finish(c, f"more than {args.limit:g} s")
        if now - shown > 30 and not args.quiet:
            shown = now
            print(f"{len(results)} of {total} pairs, {table.score(results)}", flush=True)
    return results


def read(files) -> list[dict]:
    """Every verdict of the files, in order."""
    out = []
    for name in files:
        with open(name) as f:
            out += map(json.loads, f)
    return out


def mend(journal: str) -> None:
    """Without its last line where a sweep was killed in the middle of it."""
    with open(journal, "r+b") as f:
        f.truncate(f.read().rfind(b"\n") + 1)


def main(argv=None) -> int:
    p = argparse.ArgumentParser()
    p.add_argument("--samples", type=int, default=None, help="of each pair, the first N; default all")
    p.add_argument("--pick", type=int, default=None, help="of these, N that the seed chooses; default all")
    p.add_argument("--database", default=",".join(DATABASES), type=lambda s: s.split(","))
    p.add_argument("--only", default="", help="entries whose name this regular expression finds")
    p.add_argument("--dtypes", default=",".join(DTYPES), type=lambda s: s.split(","))
    p.add_argument("--jobs", type=int, default=os.cpu_count())
    p.add_argument("--limit", type=float, default=300, help="seconds for one sample")
    p.add_argument("--minutes", type=float, help="the sweep ends after; default when all is done")
    p.add_argument("--seed", type=int, default=0, help="of the samples")
    p.add_argument("--json", help="where the verdicts are added, one a line")
    p.add_argument("--resume", action="store_true", help="not what --json has of this library and these samples")
    p.add_argument("--doc", help="the table to write")
    p.add_argument("--read", action="append", help="verdicts of an earlier run, instead of running")
    p.add_argument("--quiet", action="store_true")
    args = p.parse_args(argv)
    args.dtypes = [d for d in args.dtypes if d in DTYPES]
    if args.json and os.path.exists(args.json):
        mend(args.json)
    if args.read:
        results = read(args.read)
    else:
        with tempfile.TemporaryDirectory(prefix="weft-opinfo-") as aside:
            args.library = library(aside)
            warm()
            results = sweep(args)
    if args.doc:
        had = []
        if os.path.exists(args.doc):
            with open(args.doc) as f:
                had = table.before(f.read())
        with open(args.doc, "w") as f:
            f.write(table.document(had + (read([args.json]) if args.json and not args.read else results), list(DTYPES)))
    results = table.first_readings(results) or results       # of a second reading alone, that
    results.sort(key=lambda v: (v["name"], list(DTYPES).index(v["dtype"])))
    for v in results:
        if v["status"] not in ("ok", "none") and not args.quiet:
            print(f"{v['status']:6} {v['name']} {v['dtype']}: {v.get('why', '')}")
    print(table.score(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
