#!/usr/bin/env python3
"""Writes doc/options.md from src/api/option.def, mode.def and environment.def.

    scripts/make_options.py [--check]     --check: only says whether the page is what would be written
"""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE = "doc/options.md"
HEAD = """# Options

Made by `scripts/make_options.py` from `src/api/option.def`, `mode.def` and `environment.def`; `weft options` prints the same.

Each is `weft_options_set(o, NAME, VALUE)` in C, `--option NAME=VALUE` of the command, `options={NAME: VALUE}` of `torch.compile`, and
a variable of the environment, which counts where the option is not set. `-` and `_` are one in names. An unknown name is an error
that says the nearest one. A bad value of an option is an error; a bad value of a variable is said once, taken out of the
environment, and the default is used (of `WEFT_CACHE`: the cache is not used).

| option | variable | values | default | key | what it says |
|---|---|---|---|---|---|
"""
MODES = """
*key*: compiled code depends on it, so it enters the cache's key.

torch.compile's own: `backend`, a name, or a function (doc/backends.md); `fallback`, what becomes of operators and graphs that Weft
cannot compile: they run in torch, counted (`allow`), named in a warning too, once each (`warn`, the default), or are an error that
names them (`error`); `random`: numbers of Weft's own (`weft`, the default: by `torch.manual_seed`, the same for every number of
threads), or torch's, bit for bit (`eager`); `freezing`, true or false: parameters are constants (doc/freezing.md).

## Modes

`torch.compile(m, backend="weft", mode=...)`, or the option `mode`, sets several options, of which those given beside it in Python,
and after it in C, are set anew:

| mode | sets | what it means here |
|---|---|---|
"""
ENVIRONMENT = """
## Variables beside them

| variable | what it says |
|---|---|
"""


def read(name):
    with open(os.path.join(ROOT, "src/api", name), encoding="utf-8") as f:
        return re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S)


def rows(name):
    """(KIND, fields) of every row; fields are texts without their quotes."""
    for m in re.finditer(r"(?m)^([A-Z]+)\((.*)\)$", read(name)):
        fields = re.findall(r'\s*("(?:[^"\\]|\\.)*"|[^,]+?)\s*(?:,|$)', m[2])
        yield m[1], [f[1:-1] if f.startswith('"') else f for f in fields]


def cell(text):
    return text.replace("|", "\\|")


def page():
    out = [HEAD]
    for kind, f in rows("option.def"):
        of, doc = f[-2:]
        name, variable, default = f[:3]
        values = {"INT": f"{f[3]} to {f[4]}", "BOOL": "1, true, 0, false", "STR": "any text", "TEXT": f[3]}[kind]
        if kind == "STR" and f[3] != "NULL":
            values = ", ".join(f"`{v}`" for v in f[3].split("|"))
        out.append(f"| `{name}` | {f'`{variable}`' if variable else ''} | {values} | {f'`{default}`' if default else ''} "
                   f"| {'yes' if of == 'CODE' else ''} | {cell(doc)} |\n")
    out.append(MODES)
    for _, (name, settings, doc) in rows("mode.def"):
        sets = ", ".join(f"`{s}`" for s in settings.split(";") if s)
        out.append(f"| `{name}` | {sets} | {cell(doc)} |\n")
    out.append(ENVIRONMENT)
    out += [f"| `{name}` | {cell(doc)} |\n" for _, (name, doc) in rows("environment.def")]
    return "".join(out)


def main():
    text, path = page(), os.path.join(ROOT, PAGE)
    if "--check" in sys.argv:
        with open(path, encoding="utf-8") as f:
            return f.read() != text
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
