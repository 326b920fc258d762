#!/usr/bin/env python3
"""Every program of the folders as portable artifacts of every version, by jaxlib and by Weft (README.md).

Of each module of each file: what jaxlib writes at each of its versions is read as an equal graph; what Weft
writes at each is read by jaxlib up to its own version and says the same there; what Weft writes at any version
it reads again as an equal graph.  Differences are printed with what makes them again; the last line is
`N passed, N failed`, a pass one artifact.
"""
import argparse
import collections
import concurrent.futures
import contextlib
import ctypes
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
# All versions: a form changes with the minor number alone.
MINORS = [f"0.{i}.0" for i in range(9, 21)] + [f"1.{i}.0" for i in range(21)]
LAST_OF_JAXLIB = "1.17.0"
BATCH = 16


class WeftError(Exception):
    pass


class Weft:
    """Programs of the C API."""

    def __init__(self, build):
        pointer = ctypes.c_void_p
        self.lib = ctypes.CDLL(os.path.join(build, "libweft.so"))
        for name, result, args in (
                ("weft_error_text", ctypes.c_char_p, [pointer]), ("weft_error_free", None, [pointer]),
                ("weft_program_parse", pointer,
                 [ctypes.c_int, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t, pointer]),
                ("weft_program_release", None, [pointer]), ("weft_text_free", None, [pointer]),
                ("weft_program_bytecode", pointer, [pointer, ctypes.c_char_p, pointer, pointer]),
                ("weft_program_equal", pointer, [pointer, pointer, pointer])):
            function = getattr(self.lib, name)
            function.restype, function.argtypes = result, args

    def check(self, error):
        if error:
            text = self.lib.weft_error_text(error).decode("utf-8", "replace")
            self.lib.weft_error_free(error)
            raise WeftError(text)

    @contextlib.contextmanager
    def program(self, data):
        p = ctypes.c_void_p()
        self.check(self.lib.weft_program_parse(1, b"<program>", data, len(data), ctypes.byref(p)))
        try:
            yield p
        finally:
            self.lib.weft_program_release(p)

    def bytecode(self, program, version):
        out, size = ctypes.c_void_p(), ctypes.c_size_t()
        self.check(self.lib.weft_program_bytecode(program, version.encode(), ctypes.byref(out), ctypes.byref(size)))
        data = ctypes.string_at(out, size.value)
        self.lib.weft_text_free(out)
        return data

    def equal(self, program, data):
        same = ctypes.c_bool()
        with self.program(data) as other:
            self.check(self.lib.weft_program_equal(program, other, ctypes.byref(same)))
        return same.value


class Jaxlib:
    """Functions give None where jaxlib refuses."""

    def __init__(self):
        from jax._src.interpreters import mlir
        from jaxlib.mlir import ir
        from jaxlib.mlir.dialects import chlo, stablehlo
        self.ir, self.stablehlo, self.new_context, self.register = ir, stablehlo, mlir.make_ir_context, chlo.register_dialect
        self.fresh()

    def fresh(self):
        """A new context: what modules leave in one is never freed.  To read an artifact is what makes jaxlib know
        quantised types, as text too."""
        self.context = self.new_context()
        self.register(self.context)
        self.read(self.write(self.parse("func.func @f() { return }"), LAST_OF_JAXLIB))

    def attempt(self, function, *args):
        try:
            with self.context:
                return function(*args)
        except Exception:
            return None

    def parse(self, text):
        return self.attempt(self.ir.Module.parse, text)

    def write(self, module, version):
        return self.attempt(self.stablehlo.serialize_portable_artifact, module, version, True)

    def read(self, data):
        return self.attempt(self.stablehlo.deserialize_portable_artifact, self.context, data)


def as_text(module):
    """The generic form: MLIR's pretty one of a `while` has the operands' types for its regions' too."""
    return module.operation.get_asm(print_generic_op_form=True).encode()


class Sweep:
    """One module's artifacts: counts by name, and what is wrong with them."""

    def __init__(self, weft, jaxlib, versions):
        self.weft, self.jaxlib, self.versions = weft, jaxlib, versions
        self.counts, self.wrong = collections.Counter(), []

    def note(self, count, version, ok, why=""):
        self.counts[count] += ok
        if not ok:
            self.wrong.append((version, count, why))

    def lossy(self, module, version):
        """The program as it is behind jaxlib's own writer and reader: VHLO has no form for some of it."""
        data = self.jaxlib.write(module, version)
        back = data is not None and self.jaxlib.read(data)
        return as_text(back) if back else None

    def equal(self, program, module, version, data):
        """Do the bytes say the program, or what jaxlib makes of it at that version?"""
        if self.weft.equal(program, data):
            return True
        kept = module and self.lossy(module, version)
        if not kept:
            return False
        with self.weft.program(kept) as p:
            if not self.weft.equal(p, data):
                return False
        self.counts["as jaxlib's own writer loses it"] += 1
        return True

    def attempt(self, count, version, check, *args):
        try:
            ok, why = check(*args), "another graph"
        except WeftError as e:
            ok, why = False, str(e)
        self.note(count, version, ok, why)

    def read(self, program, module, version):
        data = self.jaxlib.write(module, version)
        if data is None:
            self.counts["refused by jaxlib's writer"] += 1
            return False
        self.attempt("jaxlib's, read here", version, self.equal, program, module, version, data)
        return True

    def written(self, program, module, version, writable):
        """writable: jaxlib writes it at that version, so nothing that jaxlib knows is too new for it."""
        try:
            data = self.weft.bytecode(program, version)
        except WeftError as e:
            needed = re.search(r"needs version (\d+\.\d+)", str(e))
            if needed and MINORS.index(version) < MINORS.index(needed[1] + ".0") and \
                    not (writable and MINORS.index(needed[1] + ".0") <= MINORS.index(LAST_OF_JAXLIB)):
                self.counts["too new for the version"] += 1
            else:
                self.note("ours, written", version, False, str(e))
            return
        self.attempt("ours, read here", version, self.equal, program, module, version, data)
        if module and version in MINORS[:MINORS.index(LAST_OF_JAXLIB) + 1]:
            back = self.jaxlib.read(data)
            if back is None:
                self.note("ours, read by jaxlib", version, False, "jaxlib refuses it")
            else:
                self.attempt("ours, read by jaxlib", version, self.equal, program, module, version, as_text(back))

    def module(self, text):
        try:
            with self.weft.program(text) as program:
                module = self.jaxlib.parse(text.decode("utf-8", "replace"))
                self.counts["modules"] += 1
                self.counts["modules jaxlib refuses"] += module is None
                for version in self.versions:
                    writable = bool(module) and MINORS.index(version) <= MINORS.index(LAST_OF_JAXLIB) and \
                        self.read(program, module, version)
                    self.written(program, module, version, writable)
        except WeftError:
            self.counts["modules Weft refuses"] += 1


WORKER = None


def start(build):
    global WORKER
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)        # MLIR writes its diagnostics there
    WORKER = (Weft(build), Jaxlib())


def sweep(work):
    """(counts, [(file, chunk, version, count, why)]) of some files, each with its versions."""
    counts, wrong = collections.Counter(), []
    WORKER[1].fresh()
    for file, versions in work:
        with open(file, "rb") as f:
            chunks = re.split(rb"^.*// -----.*$", f.read(), flags=re.M)
        for i, chunk in enumerate(chunks):
            s = Sweep(*WORKER, versions)
            s.module(chunk)
            counts += s.counts
            wrong += [(file, i, *w) for w in s.wrong]
    return counts, wrong


def files_of(folders):
    for folder in folders:
        for root, subfolders, names in os.walk(folder):
            subfolders.sort()
            yield from (os.path.join(root, name) for name in sorted(names) if name.endswith(".mlir"))


def plan(folders, every, few):
    """Each file with its versions: all, or `few`, other ones from file to file, the last of jaxlib's among them."""
    for i, file in enumerate(list(files_of(folders))[::every]):
        if few:
            step = len(MINORS) // few
            yield file, [v for k, v in enumerate(MINORS) if (k + i) % step == 0 or (v == LAST_OF_JAXLIB and i % 4 == 0)]
        else:
            yield file, MINORS


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth file")
    parser.add_argument("--versions", type=int, default=0, metavar="N", help="about N versions a file, in turn (all)")
    parser.add_argument("folders", nargs="*", metavar="FOLDER",
                        default=[HERE, os.path.join(ROOT, "bench", "jax_modules")])
    args = parser.parse_args()
    work = list(plan(args.folders, args.every, args.versions))
    batches = [work[i:i + BATCH] for i in range(0, len(work), BATCH)]
    counts, failed = collections.Counter(), 0
    with concurrent.futures.ProcessPoolExecutor(args.jobs, initializer=start, initargs=(args.build,)) as pool:
        for batch_counts, wrong in pool.map(sweep, batches):
            counts += batch_counts
            failed += len(wrong)
            for (file, chunk, count, why), versions in group(wrong):
                print(f"FAIL {os.path.relpath(file, ROOT)} chunk {chunk}, {count}, {versions}: {why[:300]}", flush=True)
    for name, n in sorted(counts.items()):
        print(f"{name}: {n}")
    passed = sum(n for name, n in counts.items() if name.startswith(("jaxlib's,", "ours,")))
    print(f"{passed} passed, {failed} failed")
    return failed > 0


def group(wrong):
    """Alike in all but the version: once, with the versions."""
    alike = {}
    for file, chunk, version, count, why in wrong:
        alike.setdefault((file, chunk, count, why), []).append(version)
    return [(key, v[0] if len(v) == 1 else f"{v[0]} to {v[-1]} ({len(v)})") for key, v in alike.items()]


if __name__ == "__main__":
    sys.exit(main())
