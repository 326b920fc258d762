#!/usr/bin/env python3
"""Checks of the source text, as CONTRIBUTING.md states the rules.

    scripts/check_static.py [--build DIR] [CHECK ...]     every check, or those named

Each file a check looks at counts as one test.  The last line is `N passed, N failed`.
"""
import argparse
import concurrent.futures
import fnmatch
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FILE_WARN, FILE_MAX, HEADER_WARN, FUNCTION_MAX, NESTED_MAX = 800, 1200, 300, 60, 3
COLUMNS = 100

# function: where it may be called, and why not elsewhere.
NOWHERE = ()
BANNED = {
    **dict.fromkeys("strcpy strcat stpcpy sprintf vsprintf gets".split(), (NOWHERE, "has no bound")),
    **dict.fromkeys("atoi atol atoll atof".split(), (NOWHERE, "sees no error; use strtol and look at end")),
    "alloca": (NOWHERE, "has no bound"),
    **dict.fromkeys("strtok rand srand asctime ctime gmtime localtime strerror setlocale tmpnam".split(),
                    (NOWHERE, "has state that threads share")),
    **dict.fromkeys("system popen mktemp".split(), (NOWHERE, "trusts its input")),
    **dict.fromkeys("malloc calloc realloc free strdup strndup posix_memalign aligned_alloc reallocarray".split(),
                    (("src/base/", "src/bind/python/"), "memory comes from base/mem.h")),
    **dict.fromkeys("setjmp longjmp _setjmp sigsetjmp siglongjmp".split(),
                    (("src/base/job.c",), "a job is the only jump")),
    **dict.fromkeys("exit _exit abort".split(), (("src/cli/", "src/base/error.c"), "a library never exits")),
    **dict.fromkeys("printf puts putchar perror".split(), (("src/cli/",), "a library never prints")),
}
# What a system header is allowed to be, besides those of libc: each is a row of doc/dependencies.md.
LIBC = set("""alloca arpa/inet assert complex cpuid ctype dirent dlfcn elf errno fcntl fenv float immintrin
inttypes limits link locale malloc math netdb netinet/in netinet/tcp poll pthread pwd sched semaphore setjmp
signal spawn stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string strings sys/auxv
sys/eventfd sys/file sys/mman sys/prctl sys/random sys/resource sys/sendfile sys/socket sys/stat sys/syscall
sys/sysinfo sys/time sys/times sys/types sys/uio sys/un sys/utsname sys/wait tgmath threads time unistd
linux/futex""".split())


# Files of others that comments name.
OTHERS_FILES = {"xxhash.h", "shim.h", "linalg.py", "fft.py"}


def git_files():
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True,
                         text=True)
    if out.returncode:
        found = []
        for folder, subs, names in os.walk(ROOT):
            subs[:] = [s for s in subs if not s.startswith((".", "build"))]
            found += [os.path.relpath(os.path.join(folder, n), ROOT) for n in names]
        return sorted(found)
    return sorted(f for f in out.stdout.split("\n") if f and os.path.isfile(os.path.join(ROOT, f)))


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8", errors="replace") as f:
        return f.read()


def without_comments(text):
    """C text with comments, strings and character constants blanked, lines kept."""
    def blank(m):
        return re.sub(r"[^\n]", " ", m[0]) if m[0][0] == "/" else '""' + " " * (len(m[0]) - 2)
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


def lines_with(pattern, text):
    for m in re.finditer(pattern, text):
        yield text.count("\n", 0, m.start()) + 1, m


class Checks:
    def __init__(self, build):
        self.build = os.path.abspath(build)
        self.files = git_files()
        self.c = [f for f in self.files if f.endswith(".c") and f.startswith("src/")]
        self.h = [f for f in self.files if f.endswith(".h") and f.startswith("src/")]
        self.public = [f for f in self.files if f.startswith("include/weft/") and f.endswith(".h")]
        made = os.path.join(self.build, "include", "weft")
        if os.path.isdir(made):
            self.public += [os.path.relpath(os.path.join(made, f), ROOT) for f in sorted(os.listdir(made))]
        self.layers = {}
        for line in read("src/LAYERS").split("\n"):
            m = re.match(r"([a-z]+):\s*(.*)", line)
            if m:
                self.layers[m[1]] = set(m[2].split()) | {m[1]}

    # Each check yields (file, list of complaints); a warning starts with "warning".

    def check_layers(self):
        """A file includes only what src/LAYERS allows its module."""
        for path in self.c + self.h:
            module, bad = path.split("/")[1], []
            allowed = self.layers.get(module)
            if allowed is None:
                yield path, [f"{path}:1: module {module} is not in src/LAYERS"]
                continue
            for line, m in lines_with(r'(?m)^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)', read(path)):
                if m[1] and "/" not in m[1]:
                    bad.append(f"{path}:{line}: include \"{m[1]}\" by its folder: \"{module}/{m[1]}\"")
                elif m[1] and m[1].split("/")[0] not in allowed:
                    bad.append(f"{path}:{line}: {module} may not include {m[1]} (src/LAYERS)")
                elif m[2] and m[2].startswith("llvm") and module != "gen":
                    bad.append(f"{path}:{line}: only gen includes LLVM")
            yield path, bad

    def check_dependencies(self):
        """A header that is not libc's or ours is named in doc/dependencies.md."""
        document = read("doc/dependencies.md")
        for path in self.c + self.h + self.public:
            bad = []
            for line, m in lines_with(r"(?m)^\s*#\s*include\s+<([^>]+)>", read(path)):
                name = m[1]
                if name.startswith("weft/") or name[:-2] in LIBC or f"`{name}`" in document or \
                        f"`{name.split('/')[0]}/`" in document:
                    continue
                bad.append(f"{path}:{line}: <{name}> is not in doc/dependencies.md")
            yield path, bad

    def check_headers(self):
        """Every header compiles alone, the public ones in C++ too."""
        flags = ["-D_GNU_SOURCE", "-Iinclude", f"-I{os.path.join(self.build, 'include')}", "-Isrc",
                 "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-Wno-unused-function"]
        includes = subprocess.run(["llvm-config-19", "--includedir"], capture_output=True, text=True)
        python = subprocess.run([sys.executable, "-c", "import sysconfig; print(sysconfig.get_path('include'))"],
                                capture_output=True, text=True).stdout.strip()

        def compile_one(job):
            path, compiler, extra = job
            text = f'#include "{os.path.join(ROOT, path)}"\n'
            p = subprocess.run(compiler + flags + extra + ["-"], cwd=ROOT, input=text, capture_output=True,
                               text=True)
            return path, [] if p.returncode == 0 else [f"{path} does not compile alone ({compiler[0]}):",
                                                       p.stderr.strip()]
        jobs = []
        for path in self.h + self.public:
            extra = []
            if path.startswith("src/gen/"):
                extra = ["-isystem", includes.stdout.strip()]
            if path.startswith("src/bind/python/"):
                extra = ["-isystem", python]
            jobs.append((path, ["gcc", "-x", "c", "-std=c17"], extra))
        jobs += [(path, ["g++", "-x", "c++", "-std=c++11", "-pedantic"], []) for path in self.public]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            yield from pool.map(compile_one, jobs)

    def check_guards(self):
        """A header's guard is its path."""
        for path in self.h + self.public:
            if path.startswith("build"):
                continue
            stem = re.sub(r"^(src|include)/", "", path)
            want = re.sub(r"[^A-Z0-9]", "_", stem.upper())
            alternatives = {want, re.sub(r"^(BIND|FRONT)_", "", want), re.sub(r"^(BIND|FRONT)_[A-Z]+_", r"\1_", want)}
            m = re.search(r"(?m)^#ifndef (\w+)\n#define (\w+)", read(path))
            ok = m and m[1] == m[2] and m[1] in alternatives
            yield path, [] if ok else [f"{path}: the guard is not {want}"]

    def check_banned(self):
        """Functions that may not be called, here or at all."""
        pattern = r"(?<![\w.>])(" + "|".join(sorted(BANNED, key=len, reverse=True)) + r")\s*\("
        for path in self.c + self.h:
            bad, text = [], without_comments(read(path))
            for line, m in lines_with(pattern, text):
                where, why = BANNED[m[1]]
                if not path.startswith(where or ("?",)):
                    bad.append(f"{path}:{line}: {m[1]}() {why}")
            for line, m in lines_with(r"\btypedef\s+(struct|enum|union)\b[^;(]*[;{]", text):
                bad.append(f"{path}:{line}: no typedef of {m[1]}s")
            yield path, bad

    def check_sizes(self):
        """Lines of files and functions, columns of lines."""
        for path in [f for f in self.files if f.endswith((".c", ".h", ".py", ".sh"))]:
            if path.startswith(("tests/conformance/", "bench/shared/")):
                continue
            text = read(path)
            lines, bad = text.split("\n"), []
            n = len(lines) - 1
            if n > FILE_MAX:
                bad.append(f"{path}: {n} lines, more than {FILE_MAX}")
            elif n > FILE_WARN:
                bad.append(f"warning: {path}: {n} lines, more than {FILE_WARN}")
            elif path.endswith(".h") and n > HEADER_WARN:
                bad.append(f"warning: {path}: {n} lines, more than {HEADER_WARN}")
            if path.endswith((".c", ".h")):
                bad += self.long_lines(path, lines) + self.long_functions(path, text)
            yield path, bad

    @staticmethod
    def long_lines(path, lines):
        widths = [(i + 1, len(line.expandtabs(8))) for i, line in enumerate(lines)]
        return [f"{path}:{i}: {n} columns, more than {COLUMNS}" for i, n in widths if n > COLUMNS]

    @staticmethod
    def long_functions(path, text):
        """Too many lines, or nested too deep; one flat switch or table may be longer.  Tests are not looked at."""
        bad = []
        if path.startswith("tests/"):
            return bad
        for m in re.finditer(r"(?ms)^(\w[^;{}=#]*?\b(\w+)\([^;{}]*\))\s*\n\{\n(.*?)^\}", text):
            n, line = m[3].count("\n"), text.count("\n", 0, m.start()) + 1
            depth = max((len(tabs) for tabs in re.findall(r"(?m)^(\t+)(?:if|for|while|do|switch)\b", m[3])), default=0)
            if depth > NESTED_MAX:
                bad.append(f"warning: {path}:{line}: {m[2]} is nested {depth} deep, more than {NESTED_MAX}")
            if n > FUNCTION_MAX and "switch (" not in m[3]:
                bad.append(f"warning: {path}:{line}: {m[2]} has {n} lines, more than {FUNCTION_MAX}")
        return bad

    def check_openings(self):
        """Every C file opens with a comment that says what it does."""
        for path in [f for f in self.files if f.endswith((".c", ".h")) and f.startswith(("src/", "include/"))]:
            yield path, [] if read(path).startswith("/*") else [f"{path}:1: no opening comment"]

    def check_paths(self):
        """No path of the machine it was written on."""
        pattern = r"(?<![\w.}>)\"'])/(?:root|work|home/\w+|Users)/[\w.]"
        for path in self.files:
            if path.startswith(("tests/conformance/", "bench/jax_modules/")) or \
                    path.endswith((".npy", ".png", ".mlir")):
                continue
            yield path, [f"{path}:{line}: a path of one machine: {m[0]}"
                         for line, m in lines_with(pattern, read(path))]

    def check_tracked(self):
        """Nothing that .gitignore names (.venv, build/) is tracked."""
        p = subprocess.run(["git", "ls-files", "-ci", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
        bad = [f"{path} is tracked and ignored: git rm --cached {path}" for path in p.stdout.split("\n") if path]
        yield ".gitignore", bad

    def check_rows(self):
        """Every pass, rewrite rule and form that is recognised has its test."""
        for table, row, test in (("pass.def", "PASS", "tests/pass/{}/"),
                                 ("rule.def", "RULE", "tests/pass/simplify/{}.mlir"),
                                 ("recognise.def", "FORM", "tests/pass/recognise/{}.mlir")):
            table = "src/pass/" + table
            for line, m in lines_with(rf"(?m)^{row}\((\w+)", read(table)):
                want = test.format(m[1])
                there = any(f.startswith(want) for f in self.files)
                yield f"{table}:{line}", [] if there else [f"{table}:{line}: no test {want}"]

    def check_constraints(self):
        """Every numbered constraint of the specification has a case that breaks it or a reason, and no other is named."""
        table = "src/ir/constraint.def"
        rows = [(op, int(n), unbroken) for op, n, unbroken in
                re.findall(r'(?m)^CONSTRAINTS\((\w+),\s*(\d+),\s*[^,]+,\s*"(.*)"\)', read(table))]
        rows += [("quantised type", int(n), unbroken) for n, unbroken in
                 re.findall(r'(?m)^QUANTISED\((\d+), "(.*)"\)', read(table))]
        broken, named = {}, {}
        for path in [f for f in self.files if re.fullmatch(r"tests/(verify|error)/.*\.mlir", f)]:
            for line, m in lines_with(r"// error[^:\n]*: (\w+_|quantised type )c(\d+)\b", read(path)):
                broken.setdefault(m[1].rstrip("_ "), {})[int(m[2])] = f"{path}:{line}"
        for path in [f for f in self.c + self.h if f.startswith("src/ir/")]:
            for line, m in lines_with(r"\b([a-z_]+)_c(\d+)\b", read(path)):
                named.setdefault(m[1], {})[int(m[2])] = f"{path}:{line}"
        ops = set(re.findall(r"(?m)^OP\((\w+),\s*S,", read("src/ir/op.def")))
        bad = [f"{table}: {op} has no row" for op in sorted(ops - {op for op, *_ in rows})]
        for op, n, unbroken in rows:
            excused = {int(i) for i in re.findall(r"c(\d+) (?:grid|never|reader)\b", unbroken)}
            bad += [f"{table}: no case breaks {op} c{i}" for i in range(1, n + 1)
                    if i not in excused and i not in broken.get(op, {})]
            bad += [f"{broken[op][i]} breaks {op} c{i}: {table} says that none does" for i in excused
                    if i in broken.get(op, {})]
            bad += [f"{where}: {op} has no constraint c{i}" for known in (broken, named)
                    for i, where in known.get(op, {}).items() if not 0 < i <= n]
        yield table, bad

    def check_documents(self):
        """Every file, folder, kind of function, target of make and command that a document names is there; every table
        is in a recipe or on the map."""
        tables = {f for f in self.files if f.startswith("src/") and f.endswith(".def")}
        sources = "\n".join(read(f) for f in self.c + self.h)
        named = ""
        for path in [f for f in self.files if re.fullmatch(r"(doc/|tests/|bench/)?[\w-]+\.md", f)]:
            text = read(path)
            bad = self.unknown_commands(path, text)
            named += text if "/" not in path else ""
            for line, m in lines_with(r"`([\w.*/<>-]+)`", text):
                word = re.sub(r"<\w+>|NAME", "*", m[1])
                if re.match(r"(src|tests|doc|scripts|include|examples|python|bench)/", word):
                    names = self.files + [f + "/" for f in {os.path.dirname(f) for f in self.files}]
                    if not any(fnmatch.fnmatch(f, word) or f.startswith(word.rstrip("/") + "/") for f in names):
                        bad.append(f"{path}:{line}: there is no {m[1]}")
                elif path == "CONTRIBUTING.md" and re.fullmatch(r"\w+_\*", word) and \
                        not re.search(rf"\b{word[:-1]}\w+\(", sources):
                    bad.append(f"{path}:{line}: there is no function {m[1]}")
            yield path, bad
        for table in sorted(tables):
            there = os.path.basename(table) in named
            yield table, [] if there else [f"{table}: in none of ARCHITECTURE.md, CONTRIBUTING.md and README.md"]

    @staticmethod
    def unknown_commands(path, text):
        """What a document tells to type that is there no more: targets of make, commands of weft and their options."""
        made = {word for m in re.finditer(r"(?m)^#: (.+?)  ", read("Makefile")) for word in m[1].split(", ")}
        commands = set(re.findall(r"(?m)^COMMAND\((\w+)", read("src/cli/command.def")))
        options = set(re.findall(r'"(--?[a-z-]+)"', read("src/cli/flag.def"))) | {"--help"}
        bad = [f"{path}:{line}: there is no `make {m[1]}`" for line, m in lines_with(r"`make ([a-z][\w/-]*)", text)
               if m[1] not in made]
        for line, m in lines_with(r"`(?:build/)?weft ([a-z]+)\b([^`]*)`", text):
            words = [m[1]] if m[1] not in commands else []
            words += [w for w in re.findall(r"(?<![\w-])--?[a-z][a-z-]*", m[2]) if w not in options]
            bad += [f"{path}:{line}: `weft {m[1]}` has no {w}" for w in words]
        return bad

    def check_comments(self):
        """Every file that a comment of C names is there, and every function it names with parentheses."""
        names = {os.path.basename(f) for f in self.files} | OTHERS_FILES
        names |= {os.path.basename(f) for f in self.public}
        c = [f for f in self.files if f.endswith((".c", ".h", ".def", ".inc"))]
        texts = {f: read(f) for f in c if not f.startswith("tests/conformance/")}
        python = map(read, (f for f in self.files if f.endswith(".py")))
        words = set(re.findall(r"\w+", "\n".join((*map(without_comments, texts.values()), *python))))
        for path, text in texts.items():
            bad = []
            for start, comment in ((m.start(), m[0]) for m in re.finditer(r"/\*.*?\*/", text, re.S)):
                stale = [m for m in re.finditer(r"[\w/*-]+\.(?:c|h|def|inc|py|sh)\b", comment)
                         if "*" not in m[0] and os.path.basename(m[0]) not in names]
                stale += [m for m in re.finditer(r"\b(\w+)\(\)", comment) if m[1] not in words]
                bad += [f"{path}:{text.count(chr(10), 0, start + m.start()) + 1}: there is no {m[0]}" for m in stale]
            yield path, bad

    def check_parity(self):
        """Every behaviour of torch's has one row in doc/parity.md, with a test that is there or a reason it may have."""
        wanted = [f"{k}{i}" for k, n in (("R", 34), ("C", 79), ("I", 8)) for i in range(1, n + 1)]
        reasons = {"CUDA": set("C22 C23 C29 C33 C36 C58".split()),
                   "later": set("C7 C13 C14 C34 C44 C46 C47 C48 C54 C58 C59 C67 C78 C79".split())}
        page = "doc/parity.md"
        rows = re.findall(r"(?m)^\| ([RCI]\d+) \| (?:`([^`]+)`|\*(\w+)\*) \|", read(page))
        ids = [r[0] for r in rows]
        bad = [f"{page}: {i} has {ids.count(i)} rows" for i in wanted if ids.count(i) != 1]
        bad += [f"{page}: there is no {i}" for i in ids if i not in wanted]
        for i, test, reason in rows:
            if reason and i not in reasons.get(reason, ()):
                bad.append(f"{page}: {i} may not be {reason}")
        sys.path.insert(0, os.path.join(ROOT, "tests"))
        import run_parity
        named, unknown = run_parity.rows()
        bad += unknown + [f"{page}: {i} names no test" for i, test, _ in rows if test and not named[i]]
        yield page, bad

    def check_options(self):
        """The page of options is what its tables say, and every variable that is read is in one of them."""
        p = subprocess.run([sys.executable, "scripts/make_options.py", "--check"], cwd=ROOT, capture_output=True)
        yield "doc/options.md", ["doc/options.md: run scripts/make_options.py"] if p.returncode else []
        page = read("doc/options.md")
        for path in self.c + [f for f in self.files if f.startswith("python/")]:
            names = re.findall(r'(?:getenv|number_of|variable|environ\.get)\("(WEFT_\w+)"', read(path))
            yield path, [f"{path}: the variable {n} is not in doc/options.md" for n in names if f"`{n}`" not in page]

    def check_version(self):
        """The Python package's version is weft.h's, which all others read."""
        version = ".".join(re.findall(r"#define WEFT_VERSION_\w+ (\d+)", read("include/weft/weft.h")))
        path = "python/weft/__init__.py"
        yield path, [] if f'__version__ = "{version}"' in read(path) else [f"{path}: __version__ is not {version}"]

    def check_scripts(self):
        """Shell scripts parse."""
        for path in [f for f in self.files if f.endswith(".sh") or f == ".ci/run"]:
            p = subprocess.run(["bash", "-n", path], cwd=ROOT, capture_output=True, text=True)
            yield path, [p.stderr.strip()] if p.returncode else []


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    parser.add_argument("checks", nargs="*")
    args = parser.parse_args()
    checks, passed, failed, warnings = Checks(args.build), 0, 0, 0
    names = args.checks or sorted(n[6:] for n in dir(Checks) if n.startswith("check_"))
    for name in names:
        for path, complaints in getattr(checks, "check_" + name)():
            errors = [c for c in complaints if not c.startswith("warning")]
            warnings += len(complaints) - len(errors)
            passed, failed = passed + (not errors), failed + bool(errors)
            if errors:
                print(f"FAIL {name} {path}: scripts/check_static.py {name}")
            for c in complaints:
                print(f"  {c}")
    if warnings:
        print(f"{warnings} warnings")
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
