#!/usr/bin/env python3
"""Tests of the weft command with inputs too large, too many or too broken to be files.

    tests/run_cli.py [--build DIR] [--quick] [TEST ...]

Each test_* function gets a Box: a folder of its own and a way to run weft.  What a user can write
must give exit status 1 and `file:line:column: error: ...` (or `file: error: ...`, where there is no
position); a signal, a sanitizer's report, a status over 2 or a hang is a failure.
Every failure prints the command; the last line is `N passed, N failed`.
"""
import argparse
import json
import os
import random
import re
import subprocess
import sys

import cli_explain
from cli_box import POSITION, ROOT, Box, Failed, check, npy

ADD = """module @m {
  func.func public @main(%a: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<4xf32> {
    %0 = stablehlo.add %a, %b : tensor<4xf32>
    %1 = stablehlo.constant dense<[1.0, -2.5, 0x7FC00000, 3.0e+2]> : tensor<4xf32>
    %2 = "stablehlo.maximum"(%0, %1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    return %2 : tensor<4xf32>
  }
}
"""
REGIONS = """func.func @main(%n: tensor<i32>, %x: tensor<8x3xf32>) -> (tensor<i32>, tensor<8xf32>) {
  %zero = stablehlo.constant dense<0.0> : tensor<f32>
  %r = stablehlo.reduce(%x init: %zero) applies stablehlo.add across dimensions = [1]
    : (tensor<8x3xf32>, tensor<f32>) -> tensor<8xf32>
  %w = "stablehlo.while"(%n) ({
  ^bb0(%i: tensor<i32>):
    %ten = stablehlo.constant dense<10> : tensor<i32>
    %c = stablehlo.compare LT, %i, %ten, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %c : tensor<i1>
  }, {
  ^bb0(%i: tensor<i32>):
    %one = stablehlo.constant dense<1> : tensor<i32>
    %j = stablehlo.add %i, %one : tensor<i32>
    stablehlo.return %j : tensor<i32>
  }) : (tensor<i32>) -> tensor<i32>
  return %w, %r : tensor<i32>, tensor<8xf32>
}
"""


# ---- the command line ------------------------------------------------------------------------------

def test_help(box):
    check("usage" in box.ok("--help").lower(), "no usage")
    with open(os.path.join(ROOT, "src", "cli", "command.def"), encoding="utf-8") as f:
        commands = re.findall(r"(?m)^COMMAND\((\w+),", f.read())
    for command in commands:
        text = box.ok(command, "--help")
        check(command in text and "usage" in text.lower(), f"--help of {command} says nothing of it")


def test_usage_errors(box):
    path = box.write("m.mlir", ADD)
    for words in ([], ["frobnicate"], ["--frobnicate"], ["run"], ["run", "--frobnicate", path],
                  ["compile"], ["opt"], ["run", path, "--seed"], ["run", path, "--threads=-1"]):
        _, out, err = box.run(*words, status=2)
        check(err and not out, "a usage error is said on stderr alone")


def test_backends(box):
    """The table of backends, and plug-ins of a directory."""
    path = box.write("m.mlir", ADD)
    plugins = os.path.join(os.path.dirname(box.weft), "plugins")
    env = {"WEFT_PLUGIN_PATH": plugins}
    check(box.ok("backends") == "interp\nweft\n", "the backends of the library")
    every = box.ok("backends", "--all").split()
    check(every == sorted(every) and {"null", "pass_through", "plant", "weft"} <= set(every), "all backends")
    check("null" in box.ok("backends", "--exclude", "slow").split(), "only the tags named are excluded")
    check("echo" in box.ok("backends", env=env).split(), "a plug-in is listed")
    a, b = box.npy("a.npy", [1, 2, 3, 4]), box.npy("b.npy", [5, 6, 7, 8])
    check("1, 2, 3, 4" in box.ok("run", path, a, b, "--backend=echo", env=env), "a plug-in runs")
    check("no backend 'ecko'; the nearest is 'echo'" in box.refused("run", path, a, b, "--backend=ecko", env=env),
          "the nearest is named")
    check("cannot be read" in box.refused("run", path, a, b, "--backend=echo", env={"WEFT_PLUGIN_PATH": "/none"}),
          "a directory that is not there is named")
    check("weft_backend_plugin" in box.refused("run", path, a, b, "--backend=nosymbol", env=env),
          "a plug-in without its function")
    box.run("backends", "--frobnicate", status=2)
    right = box.ok("run", path, a, b)
    check(box.ok("run", path, a, b, "--backend=pass-through") == right, "pass_through changes nothing")
    check(box.ok("run", path, a, b, "--backend=plant", "--option", "plant=wrong") != right, "an error is planted")
    check("plant: error" in box.refused("run", path, a, b, "--backend=plant", "--option=plant=error"), "and another")


def test_options(box):
    """The table of options, by words, variables and modes."""
    path = box.write("m.mlir", ADD)
    options = {o["name"]: o for o in json.loads(box.ok("options", "--format=json"))["options"]}
    check(options["opt_level"]["default"] == 1 and options["verify"]["type"] == "bool", "types and defaults")
    text = box.ok("options")
    check(all(n in text for n in options) and "mode=max-autotune" in text, "every option in the text")
    for word in ("opt-level=2", "max_autotune=true", "mode=lite", "mode=max-autotune", "verify=0", "numerics=strict"):
        box.ok("run", path, "--random-inputs", "--option", word)
    for word, part in (("opt_levl=1", "the nearest is 'opt_level'"), ("opt_level=3", "from 0 to 2"),
                       ("verify=2", "expected 1, true"), ("mode=fast", "should be one of: default, lite,"),
                       ("numerics=loose", "default|strict"), ("opt_level=", "expected a number")):
        err = box.run("run", path, "--random-inputs", "--option", word, status=2)[2]
        check(part in err, f"{word}: {err}")
    err = box.run("run", path, "--random-inputs", "--option=pool=host", status=1)[2]
    check("option pool=host: this process has not loaded libgomp" in err, err)
    for name, value in (("WEFT_OPT_LEVEL", "9"), ("WEFT_VERIFY", "perhaps"), ("WEFT_NUMERICS", "x")):
        err = box.run("run", path, "--random-inputs", env={name: value}, status=0)[2]
        check(err.count(f"{name} is not used: option ") == 1, f"a bad {name} is said once: {err}")
    check(not box.run("run", path, "--random-inputs", env={"WEFT_OPT_LEVEL": "2"}, status=0)[2], "a good one is not")
    report = json.loads(box.ok("report", path, "--random-inputs", "--format=json", env={"WEFT_VERIFY": "?"}))
    check(len(report["notices"]) == 1 and "WEFT_VERIFY" in report["notices"][0], "the report has the notice")


def test_slice_by_tensors_beyond_its_operand(box):
    """Start, limit and strides are values of the call: both backends say what is wrong with them."""
    m = box.write("slice.mlir", """func.func @main(%a: tensor<4xf32>, %s: tensor<1xi32>, %l: tensor<1xi32>, %t: tensor<1xi32>) -> tensor<?xf32> {
  %0 = stablehlo.real_dynamic_slice %a, %s, %l, %t : (tensor<4xf32>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}
""")
    a = box.npy("a.npy", [1, 2, 3, 4])
    n = {v: box.npy(f"n{v}.npy", [v], "<i4", "i") for v in (-1, 0, 1, 3, 4, 5)}
    box.ok("run", m, a, n[1], n[4], n[1])
    box.ok("run", m, a, n[4], n[4], n[3])
    for start, limit, stride in ((0, 5, 1), (-1, 3, 1), (3, 1, 1), (0, 3, 0), (3, 0, -1)):
        for backend in ("weft", "interp"):
            box.refused("run", f"--backend={backend}", m, a, n[start], n[limit], n[stride],
                        pattern="error: stablehlo.real_dynamic_slice: ")


def test_locations(box):
    """What a program says of its ops goes through bytecode and into messages."""
    path = box.write("m.mlir", """func.func @main(%a: tensor<4xf32>) -> tensor<4xf32> {
  %0 = stablehlo.sine %a : tensor<4xf32> loc(callsite("f"("m.py":7:9 to 8:1) at fused["g", unknown]))
  %1 = stablehlo.custom_call @nobody(%0) : (tensor<4xf32>) -> tensor<4xf32> loc("layer/3"("m.py":7:9))
  return %1 : tensor<4xf32>
}
""")
    artifact = os.path.join(box.dir, "m.mlirbc")
    box.ok("opt", path, "--emit", "bytecode", "-o", artifact)
    text = box.ok("opt", "--locations", artifact)
    check('tensor<4xf32> loc(callsite("f"("m.py":7:9) at fused["g", unknown]))' in text, text)
    check('loc("layer/3"("m.py":7:9))' in text, text)
    check("loc(" not in box.ok("opt", artifact), "no locations unless asked for")
    box.ok("opt", "--locations", "--round-trip", path)
    err = box.refused("run", path, "--random-inputs")
    check('m.mlir:3:8: error' in err and 'loc("layer/3"("m.py":7:9))' in err, err)


def test_state(box):
    """An argument that is a result of the run before, from the second run on."""
    path = box.write("count.mlir", """func.func @main(%step: tensor<2xf32>, %n: tensor<2xf32>)
    -> (tensor<2xf32>, tensor<2xf32>) {
  %0 = stablehlo.add %n, %step : tensor<2xf32>
  %1 = stablehlo.multiply %0, %0 : tensor<2xf32>
  return %1, %0 : tensor<2xf32>, tensor<2xf32>
}
""")
    step, start = box.npy("step", [1, 2]), box.npy("start", [10, 20])
    once = box.ok("run", path, step, start)
    check(re.findall(r"\d+", once.replace(".0", ""))[-2:] == ["11", "22"], once)
    check(box.ok("run", path, step, start, "--times", "3") == once, "no state, no change")
    after = box.ok("run", path, step, start, "--state", "1=1", "--times=3")
    check("169" in after and "676" in after and "13" in after and "26" in after, after)
    for words, text in ((["--state", "1"], "expected ARG=RESULT at '1'"), (["--state", "1=1,"], None),
                        (["--state", "2=1"], "expected ARG=RESULT at '2=1'"), (["--state", "x=1"], "expected ARG=RESULT"),
                        (["--state", "1=5"], "becomes result 5 of a program with 2"),
                        (["--state", "0=1,1=1"], "are both result 1"), (["--times", "0"], "--times: at least 1")):
        if text:
            check(text in box.refused("run", path, step, start, *words), text)
        else:
            box.ok("run", path, step, start, *words)


def test_in_place(box):
    """A map writes over an operand that dies in it, where it reads that at the result's own place and nowhere else."""
    line = "tensor<{}x1023xcomplex<f32>>"
    fft = "    %{} = stablehlo.fft %{}, type = {}, length = [1023] : (T) -> T\n"
    a, b, out = fft.format("a", "x", "FFT"), fft.format("b", "y", "FFT"), fft.format("out", "m", "IFFT")
    both = "    %m = stablehlo.multiply %a, %b : T\n"
    away = "    %r = stablehlo.reverse %a, dims = [1] : T\n    %m = stablehlo.multiply %a, %r : T\n"
    again = ("    %k = stablehlo.reshape %a : (T) -> tensor<1023x7xcomplex<f32>>\n"
             "    %w = stablehlo.reverse %k, dims = [0] : tensor<1023x7xcomplex<f32>>\n"
             "    %v = stablehlo.reshape %w : (tensor<1023x7xcomplex<f32>>) -> T\n    %m = stablehlo.multiply %a, %v : T\n")
    # the step has one buffer twice: as it is, where it could be written over, and as the reshape that the second fft reads
    twice = ("    %k = stablehlo.reshape %a : (T) -> tensor<1023x7xcomplex<f32>>\n"
             "    %n = stablehlo.fft %k, type = FFT, length = [7] : (tensor<1023x7xcomplex<f32>>) -> tensor<1023x7xcomplex<f32>>\n"
             "    %w = stablehlo.reverse %k, dims = [0] : tensor<1023x7xcomplex<f32>>\n"
             "    %v = stablehlo.reshape %w : (tensor<1023x7xcomplex<f32>>) -> T\n    %m = stablehlo.multiply %a, %v : T\n"
             "    %o = stablehlo.reshape %n : (tensor<1023x7xcomplex<f32>>) -> T\n")
    later = "    %m = stablehlo.multiply %a, %b : T\n" + fft.format("n", "b", "IFFT") + fft.format("o", "a", "IFFT")
    two = ("    %m = stablehlo.multiply %a, %b : T\n    %n = stablehlo.subtract %a, %m : T\n" + fft.format("o", "n", "IFFT"))
    # a turn's values; y, which the next turn reads again, is not written; nor what the turn begins with
    loop = ("    %c = stablehlo.constant dense<0> : tensor<i32>\n    %o:2 = stablehlo.while(%i = %c, %s = %x) : tensor<i32>, T\n"
            "    cond {\n      %n = stablehlo.constant dense<3> : tensor<i32>\n"
            "      %q = stablehlo.compare LT, %i, %n : (tensor<i32>, tensor<i32>) -> tensor<i1>\n      stablehlo.return %q : tensor<i1>\n"
            "    } do {\n      %n = stablehlo.constant dense<1> : tensor<i32>\n      %j = stablehlo.add %i, %n : tensor<i32>\n"
            + fft.format("a", "s", "FFT") + "    %m = stablehlo.multiply %a, %y : T\n" + fft.format("g", "m", "IFFT") +
            "    %h = stablehlo.add %g, %s : T\n      stablehlo.return %j, %h : tensor<i32>, T\n    }\n")
    size = (7 * 1023 * 8 + 63) // 64 * 64
    for name, rows, body, results, buffers in [
            ("over one of two", 7, a + b + both + out, ["out"], 2), ("read elsewhere", 7, a + away + out, ["out"], 2),
            ("read as another shape", 7, a + again + out, ["out"], 2),
            ("an argument", 7, "    %m = stablehlo.multiply %x, %y : T\n" + out, ["out"], 1),
            ("in a loop", 7, loop, ["o#1"], 2),
            ("twice in a step", 7, a + twice + out, ["out", "o"], 2),
            ("needed later", 7, a + b + later + out, ["out", "n", "o"], 3),
            ("two results", 7, a + b + two + out, ["out", "o"], 3), ("a size of the call", "?", a + b + both + out, ["out"], None)]:
        t = line.format(rows)
        args, types = "%x: T, %y: T", ", ".join(["T"] * len(results))
        text = (f"func.func @main({args}) -> ({types}) {{\n{body}    return {', '.join('%' + r for r in results)} : {types}\n}}\n")
        path = box.write(name.replace(" ", "_") + ".mlir", re.sub(r"\bT\b", t, text))
        inputs = [box.npy(f"{v}.npy", [((i * k) % 17) / 8 - 1 for i in range(2 * 7 * 1023)], "<c8", shape="(7, 1023)")
                  for v, k in (("x", 5), ("y", 7))]
        runs = [box.ok("run", path, *inputs, f"--backend={b}", "--option=numerics=strict") for b in ("weft", "interp")]
        check(same_numbers(*runs), f"{name}: the interpreter's values")
        report = json.loads(box.ok("report", path, *inputs, "--format=json"))
        peak = report["executables"][0]["arena_bytes"]
        check(buffers is None or peak // size == buffers, f"{name}: {peak} bytes, not {buffers} buffers")


def test_ends_while_a_better_version_is_compiled(box):
    """LLVM's destructors would run beside its compiler, which a hit of the cache leaves to be opened by another thread."""
    n = [16 + 3 * i for i in range(25)]
    args = ", ".join([f"%v0: tensor<8x{n[0]}xf32>"] + [f"%w{i}: tensor<{n[i]}x{n[i + 1]}xf32>" for i in range(24)])
    body = "".join(f"  %d{i} = stablehlo.dot_general %v{i}, %w{i}, contracting_dims = [1] x [0] : (tensor<8x{n[i]}xf32>, "
                   f"tensor<{n[i]}x{n[i + 1]}xf32>) -> tensor<8x{n[i + 1]}xf32>\n"
                   f"  %v{i + 1} = stablehlo.tanh %d{i} : tensor<8x{n[i + 1]}xf32>\n" for i in range(24))
    path = box.write("deep.mlir", f"func.func @main({args}) -> tensor<8x{n[24]}xf32> {{\n{body}"
                     f"  return %v24 : tensor<8x{n[24]}xf32>\n}}\n")
    env = {"WEFT_CACHE": "on", "WEFT_CACHE_DIR": os.path.join(box.dir, "kept")}
    first = box.ok("run", path, "--random-inputs", env=env)
    for mode in ("progressive+async+normal", "progressive+async+serialise"):
        again = box.ok("run", path, "--random-inputs", "--times=200", f"--option=compile_mode={mode}", env=env)
        check(first == again, f"other bits under {mode}")


def same_numbers(a, b):
    """Printed tensors, to f32's rounding in a transform."""
    a, b = (re.findall(r"[-+]?\d[\d.e+-]*", t) for t in (a, b))
    return len(a) == len(b) and all(abs(float(x) - float(y)) <= 1e-3 + 1e-4 * abs(float(y)) for x, y in zip(a, b))


def test_cache(box):
    """The second process loads; the command shows and tends what the first one kept."""
    path = box.write("m.mlir", ADD)
    env = {"WEFT_CACHE": "on", "WEFT_CACHE_DIR": os.path.join(box.dir, "kept")}

    def ran(**more):
        return json.loads(box.ok("report", path, "--random-inputs", "--format=json", env=env | more))

    def tend(*words, **more):
        return json.loads(box.ok("cache", *words, "--format=json", env=env | more))
    check(tend("stats")["entries"] == 0 and not os.path.exists(env["WEFT_CACHE_DIR"]), "looking makes nothing")
    first, second = ran(), ran()
    check((first["cache"]["misses"], first["cache"]["stored"]) == (1, 1), "the first process keeps")
    check(second["cache"]["hits"] == 1 and second["executables"][0]["cache"] == "hit", "the second finds")
    check(second["kernels_compiled"] == 0 and not second["compiler_loaded"], "and compiles nothing")
    check(first["compiler_loaded"] and first["kernels_compiled"] == first["kernels"] == second["kernels"], "kernels")
    check(first["executables"][0]["launches"] == second["executables"][0]["launches"] > 0, "launches")
    check(box.ok("run", path, "--random-inputs", env=env) == box.ok("run", path, "--random-inputs"), "other bits")
    check(ran(WEFT_CACHE="off")["cache"]["disabled"] == 1, "off is off")
    check(ran(WEFT_CACHE="nearly")["cache"]["bypassed"], "a value that is not known is on record")
    check(ran(WEFT_CACHE_DIR="/dev/null")["cache"]["bypassed"], "a directory that is none is on record")
    for name, value, text in [("WEFT_CACHE", "nearly", "WEFT_CACHE: expected on, read or off, found 'nearly'"),
                              ("WEFT_CACHE_DIR", path, f"{path}: the directory is not a directory"),
                              ("WEFT_CACHE_SIZE", "lots", "WEFT_CACHE_SIZE=lots: the size is not bytes, with K, M or G behind"),
                              ("WEFT_THREADS", "many", "WEFT_THREADS is not used: option threads: expected a number")]:
        _, _, said = box.run("run", path, "--random-inputs", "--quiet", status=0, env=env | {name: value})
        check(said.count("\n") == 1 and text in said, f"{name}={value} is said once: {said}")
    _, _, said = box.run("cache", "stats", status=1, env=env | {"WEFT_CACHE_SIZE": "lots"})
    check("WEFT_CACHE_SIZE=lots: error: the size is not bytes" in said, f"a size that is none is named: {said}")
    check(tend("stats")["entries"] == 1 and len(tend("list")["entries"]) == 1, "one entry")
    check("weft" in box.ok("cache", "list", env=env), "a list for people")
    entry, = os.listdir(env["WEFT_CACHE_DIR"])
    entry = os.path.join(env["WEFT_CACHE_DIR"], entry)
    check(tend("verify")["damaged"] == 0, "whole")
    with open(entry, "r+b") as f:
        f.seek(2000)
        byte = f.read(1)[0]
        f.seek(2000)
        f.write(bytes([byte ^ 4]))
    check(tend("verify")["damaged"] == 1 and not os.path.exists(entry), "a damaged entry is found and removed")
    check(ran()["cache"]["stored"] == 1, "kept again")
    check(tend("prune", "--size=1M")["removed"] == 0, "room enough")
    check(tend("prune", "--size=1")["removed"] == 1, "no room")
    check(ran()["cache"]["stored"] == 1 and tend("clear")["removed"] == 1 and tend("stats")["entries"] == 0, "cleared")
    os.chmod(env["WEFT_CACHE_DIR"], 0o777)
    box.refused("cache", "stats", env=env)
    check(list(ran()["cache"]["bypassed"]) == ["the directory can be written by others"], "the reason")
    for words in ([], ["frobnicate"], ["prune", "--size=much"], ["stats", "more"], ["stats", "--format=xml"]):
        box.run("cache", *words, status=2, env=env)


def test_missing_program(box):
    for command in ("run", "opt", "explain"):
        err = box.refused(command, os.path.join(box.dir, "nowhere.mlir"))
        check("nowhere.mlir" in err, "the file is not named")
    box.refused("opt", box.dir)


# ---- programs that are no programs -------------------------------------------------------------------

def test_truncated(box):
    for text in (ADD, REGIONS):
        step = 23 if box.quick else 5
        for n in range(0, len(text), step):
            box.either("opt", box.write("m.mlir", text[:n]))


def test_mutated(box):
    rng = random.Random(7)
    alphabet = "%#@<>(){}[]x,:=\"^-?*!&\0\n 0123456789abef\xff"
    for i in range(60 if box.quick else 400):
        text = list(rng.choice((ADD, REGIONS)))
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(len(text))
            kind = rng.randrange(3)
            if kind == 0:
                text[at] = rng.choice(alphabet)
            elif kind == 1:
                del text[at:at + rng.randint(1, 20)]
            else:
                text.insert(at, rng.choice(alphabet) * rng.randint(1, 4))
        box.either("opt", box.write(f"m{i}.mlir", "".join(text).encode("latin-1")))


def nested(box, n, open_text, middle, close_text, around="{}"):
    text = around.replace("{}", open_text * n + middle + close_text * n)
    return box.refused("opt", box.write("m.mlir", text), pattern=POSITION)


def test_nested_regions(box):
    nested(box, 100000, '%0 = "stablehlo.if"(%p) ({\n', "stablehlo.return %x : tensor<f32>\n",
           "}, { stablehlo.return %x : tensor<f32> }) : (tensor<i1>) -> tensor<f32>\n",
           "func.func @main(%p: tensor<i1>, %x: tensor<f32>) -> tensor<f32> {\n{}return %0 : tensor<f32>\n}\n")
    nested(box, 100000, "module {\n", "", "}\n")


def test_nested_others(box):
    around = "func.func @main() -> tensor<f32> {\n%0 = stablehlo.constant dense<{}> : tensor<f32>\nreturn %0 : tensor<f32>\n}\n"
    nested(box, 100000, "[", "1.0", "]", around)
    nested(box, 100000, "[", "1", "]", "module attributes {a = {}} {\n}\n")
    nested(box, 100000, "{a = ", "1", "}", "module attributes {a = {}} {\n}\n")
    nested(box, 100000, "tuple<", "tensor<f32>", ">", "func.func @main(%a: {}) {\nreturn\n}\n")
    nested(box, 100000, "(", "tensor<f32>", ")", "func.func @main(%a: {}) {\nreturn\n}\n")
    nested(box, 100000, "loc(", "unknown", ")", "func.func @main() {\nreturn {}\n}\n")


def test_long_line(box):
    """1 GB without an end of line: one word, one string, and blanks."""
    size = (1 << 26) if box.quick else (1 << 30)
    for head, unit, tail in ((b"", b"x", b""), (b'module @"', b"y", b'" {}'), (b"", b" ", b"%")):
        path = os.path.join(box.dir, "long.mlir")
        with open(path, "wb") as f:
            f.write(head)
            for _ in range(size >> 20):
                f.write(unit * (1 << 20))
            f.write(tail)
        try:
            box.either("opt", path)
        finally:
            os.unlink(path)


def test_little_text_that_says_much(box):
    """Aliases of aliases double at each step; names and attributes are looked up without walking a list."""
    attrs = "#a0 = [1, 1]\n" + "".join(f"#a{i + 1} = [#a{i}, #a{i}]\n" for i in range(60))
    types = "!t0 = tensor<f32>\n" + "".join(f"!t{i + 1} = tuple<!t{i}, !t{i}>\n" for i in range(60))
    box.refused("opt", box.write("attrs.mlir", attrs + "module attributes {x = #a60} {}\n"), pattern=POSITION)
    box.refused("opt", box.write("types.mlir", types + "func.func private @f(!t60)\n"), pattern=POSITION)
    many = ", ".join(f"a{i} = {i}" for i in range(20000))
    box.refused("opt", box.write("many.mlir", "func.func @main(%a: tensor<f32>) {\n"
                                 f"%0 = stablehlo.negate %a {{{many}}} : tensor<f32>\nreturn\n}}\n"), pattern=POSITION)
    one = "(%a: tensor<f32>) -> tensor<f32> { return %a : tensor<f32> }\n"
    functions = "".join(f"func.func private @f{i}{one}" for i in range(2000 if box.quick else 50000))
    box.ok("opt", "--verify-only", box.write("functions.mlir", functions))


def test_overflowing_shapes(box):
    for dims in ("9223372036854775807x2", "4294967296x4294967296", "99999999999999999999999",
                 "3037000500x3037000500x4", "65536x65536x65536x65536", "-1", "4611686018427387904"):
        text = f"func.func @main(%a: tensor<{dims}xf32>) -> tensor<{dims}xf32> {{\n" \
               f"  return %a : tensor<{dims}xf32>\n}}\n"
        box.refused("run", "--backend=interp", "--random-inputs", box.write("m.mlir", text))
    text = "func.func @main() -> tensor<f32> {\n%0 = stablehlo.iota dim = 0 : tensor<4294967296x4294967296xf32>\n" \
           "%1 = stablehlo.constant dense<0.0> : tensor<f32>\nreturn %1 : tensor<f32>\n}\n"
    box.refused("run", box.write("n.mlir", text), pattern=POSITION)


def test_ranks(box):
    for rank in (60, 65, 100, 5000):
        t = "tensor<" + "1x" * rank + "f32>"
        m = box.write("m.mlir", f"func.func @main(%a: {t}) -> {t} {{\n  %0 = stablehlo.add %a, %a : {t}\n"
                      f"  return %0 : {t}\n}}\n")
        for backend in ("interp", "weft"):
            box.run("run", f"--backend={backend}", "--random-inputs", m)


def test_huge_numbers(box):
    for value in ("1e999999999", "1" * 100000, "0x" + "f" * 100000, "-" * 1000 + "1"):
        box.either("opt", box.write("m.mlir", f"func.func @main() -> tensor<f32> {{\n"
                                    f"%0 = stablehlo.constant dense<{value}> : tensor<f32>\nreturn %0 : tensor<f32>\n}}\n"))
        box.either("opt", box.write("n.mlir", f"func.func @main() -> tensor<i8> {{\n"
                                    f"%0 = stablehlo.constant dense<{value}> : tensor<i8>\nreturn %0 : tensor<i8>\n}}\n"))


# ---- inputs --------------------------------------------------------------------------------------------

def test_inputs(box):
    m = box.write("m.mlir", ADD)
    good = box.npy("good.npy", [1, 2, 3, 4])
    for backend in ("interp", "weft"):
        run = ["run", f"--backend={backend}", m]
        out = box.ok(*run, good, good)
        check("4xf32" in out, f"printed {out!r}")
        box.refused(*run, good)
        box.refused(*run, good, good, good)
        box.refused(*run, good, os.path.join(box.dir, "nowhere.npy"))
        for bad in (box.npy("shape.npy", [1, 2, 3]), box.npy("rank.npy", [1, 2, 3, 4], shape="(2, 2)"),
                    box.npy("dtype.npy", [1, 2, 3, 4], "<f8", "d"), box.npy("int.npy", [1, 2, 3, 4], "<i4", "i")):
            err = box.refused(*run, good, bad)
            check("4xf32" in err or "argument" in err.lower() or "input" in err.lower(), f"unclear: {err}")


def test_corrupt_npy(box):
    m, good = box.write("m.mlir", ADD), box.npy("good.npy", [1, 2, 3, 4])
    whole = open(good, "rb").read()
    data = whole[-16:]
    bad = [b"", b"\x93NUM", whole[:9], whole[:40], whole[:-1], b"hello" * 40,
           b"\x93NUMPY\x01\x00\xff\xff" + whole[10:], b"\x93NUMPY\x09\x00" + whole[8:],
           b"\x93NUMPY\x02\x00\xff\xff\xff\xff" + whole[10:], npy("|O", "(4,)", data), npy("<f4", "(-4,)", data),
           npy("<f4", "(4294967296, 4294967296, 4)", data), npy("<f4", "(" + "1, " * 5000 + ")", data),
           npy("<f4", "(99999999999999999999999,)", data), npy("<f4", "4", data), npy("<f4", "(4,", data),
           npy("<q9", "(4,)", data), npy("", "(4,)", data)]
    for i, bytes_ in enumerate(bad):
        err = box.refused("run", "--backend=interp", m, good, box.write(f"bad{i}.npy", bytes_))
        check(f"bad{i}.npy" in err, f"the file is not named: {err}")


def test_fortran_order(box):
    """Read as numpy means it, or refused; never read as if it were row-major."""
    text = ADD.replace("4xf32", "2x3xf32").replace("[1.0, -2.5, 0x7FC00000, 3.0e+2]", "-1.0e9")
    m = box.write("m.mlir", text)
    c = box.npy("c.npy", [0, 0, 0, 0, 0, 0], shape="(2, 3)")
    f = box.npy("f.npy", [0, 3, 1, 4, 2, 5], shape="(2, 3)", order="True")
    status, out, _ = box.run("run", "--backend=interp", m, c, f)
    numbers = [float(x) for x in re.findall(r"-?\d+\.\d+(?:e[-+]?\d+)?", out, re.I)]
    check(status == 1 or numbers == [0, 1, 2, 3, 4, 5], f"printed {out}")


# ---- artifacts -------------------------------------------------------------------------------------------

def compiled(box):
    m, a = box.write("m.mlir", ADD), os.path.join(box.dir, "m.weft")
    box.ok("compile", m, "-o", a)
    return a, box.npy("good.npy", [1, 2, 3, 4])


def test_artifact_without_llvm(box):
    """compile, then run in a process that never opens the code generator."""
    a, good = compiled(box)
    _, out, err = box.run("run", a, good, good, status=0, env={"LD_DEBUG": "files"})
    check("libweft" in err, "LD_DEBUG shows nothing")
    loaded = [line for line in err.split("\n") if "codegen" in line or "LLVM" in line]
    check(not loaded, "\n".join(loaded[:3]))
    check("4xf32" in out, out)
    b = os.path.join(box.dir, "again.weft")
    box.ok("compile", os.path.join(box.dir, "m.mlir"), "-o", b)
    check(open(a, "rb").read() == open(b, "rb").read(), "compiling twice gives different artifacts")


def test_artifact_on_threads_of_the_host(box):
    """WEFT_POOL holds for what is loaded, not only for what is compiled."""
    a, good = compiled(box)
    for pool in ("own", "auto"):
        check(not box.run("run", a, good, good, status=0, env={"WEFT_POOL": pool})[2], pool)
    err = box.run("run", a, good, good, status=1, env={"WEFT_POOL": "host"})[2]
    check("option pool=host: this process has not loaded libgomp" in err, err)
    err = box.run("run", a, good, good, status=0, env={"WEFT_POOL": "libgomp"})[2]
    check(err.count("WEFT_POOL is not used: option ") == 1 and "auto|own|host" in err, err)


def test_damaged_artifact(box):
    a, good = compiled(box)
    whole, rng = open(a, "rb").read(), random.Random(3)
    for n in sorted({0, 1, 7, 8, 63, 64, len(whole) // 2, len(whole) - 1}):
        box.refused("run", box.write("cut.weft", whole[:n]), good, good)
    box.refused("run", box.write("long.weft", whole + b"\0"), good, good)
    spots = list(range(0, 128)) + [rng.randrange(len(whole)) for _ in range(50 if box.quick else 200)]
    for at in spots[::8] if box.quick else spots:
        if at >= len(whole):
            continue
        damaged = bytearray(whole)
        damaged[at] ^= 1 << rng.randrange(8)
        err = box.refused("run", box.write("damaged.weft", bytes(damaged)), good, good)
        check("damaged.weft" in err, f"the file is not named: {err}")


def test_no_half_written_file(box):
    """An output appears whole or not at all, and nothing stays beside it."""
    bad = box.write("bad.mlir", ADD.replace("add", "frobnicate"))
    out = os.path.join(box.dir, "out.weft")
    box.refused("compile", bad, "-o", out, pattern=POSITION)
    check(sorted(os.listdir(box.dir)) == ["bad.mlir"], f"left behind: {os.listdir(box.dir)}")
    box.write("out.weft", "what was there")
    box.refused("compile", bad, "-o", out)
    check(open(out).read() == "what was there", "the old file was touched")
    m = box.write("m.mlir", ADD)
    box.refused("compile", m, "-o", os.path.join(box.dir, "no", "folder.weft"))
    box.refused("compile", m, "-o", "/dev/full")
    check(sorted(os.listdir(box.dir)) == ["bad.mlir", "m.mlir", "out.weft"], f"left behind: {os.listdir(box.dir)}")


def test_unimplemented(box):
    """An op without a lowering names itself, its element type and its place."""
    text = "func.func @main(%a: tensor<4xcomplex<f32>>) -> tensor<4xcomplex<f32>> {\n" \
           "  %0 = stablehlo.fft %a, type = FFT, length = [4] : (tensor<4xcomplex<f32>>) -> tensor<4xcomplex<f32>>\n" \
           "  return %0 : tensor<4xcomplex<f32>>\n}\n"
    status, _, err = box.run("run", "--backend=weft", "--random-inputs", box.write("m.mlir", text))
    check(status == 0 or all(w in err for w in ("fft", "complex<f32>", "m.mlir:2:")), f"unclear: {err}")


# ---- reports -----------------------------------------------------------------------------------------------

def test_check(box):
    program = """func.func @main() {
  %a = stablehlo.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %b = stablehlo.add %a, %a : tensor<2xf32>
  check.expect_eq_const %b, dense<[2.0, WANTED]> : tensor<2xf32>
  return
}
"""
    good, bad = box.write("good.mlir", program.replace("WANTED", "4.0")), box.write("bad.mlir", program.replace("WANTED", "5.0"))
    _, out, err = box.run("check", "--stats", good, status=0)
    check(out == f"PASS {good}\n", out)
    check("strict: 1 of 1; default: 1 of 1\nkernels=1 library=0 folded=0 interpreted=0\n" == err, err)
    _, out, _ = box.run("check", bad, good, status=1)
    check(re.fullmatch(rf"FAIL {bad}: {bad}:4:3: error: .*element 1 is 4 and 5.*\nPASS {good}\n", out), out)
    _, _, err = box.run("check", "--backend=interp", "--stats", good, status=0)
    check(re.fullmatch(r"kernels=0 library=0 folded=0 interpreted=[1-9]\d*\n", err), err)
    _, out, _ = box.run("check", box.write("args.mlir", ADD), box.dir + "/none.mlir", status=1)
    check(re.fullmatch(r"PASS .*args.mlir\nFAIL .*none.mlir: .*\n", out), out)
    _, out, _ = box.run("check", box.write("name.mlir", 'func.func @main() {\n  "a\\0Ab"() : () -> ()\n}\n'), good, status=1)
    check(re.fullmatch(r"FAIL .*unknown operation 'a\\0Ab'\nPASS .*\n", out), f"a line a file: {out}")
    tokens = "func.func @main(%a: !stablehlo.token, ARGUMENT) -> !stablehlo.token {\n  return %a : !stablehlo.token\n}\n"
    for i, more in enumerate(("%b: !stablehlo.token", "%b: tuple<tensor<f32>, tensor<2xi8>>", "%b: tensor<?xf32>")):
        tokens_file = box.write(f"tokens{i}.mlir", tokens.replace("ARGUMENT", more))
        for backend in ("interp", "weft"):
            check(box.ok("check", "--backend", backend, tokens_file) == f"PASS {tokens_file}\n", "nothing is run")
    nested = box.write("nested.mlir", """func.func @main() {
  %p = stablehlo.constant dense<true> : tensor<i1>
  "stablehlo.if"(%p) ({
    check.expect_eq_const %p, dense<false> : tensor<i1>
    stablehlo.return
  }, {
    stablehlo.return
  }) : (tensor<i1>) -> ()
  return
}
""")
    given = box.write("given.mlir", program.replace("WANTED", "4.0").replace("@main()", "@main(%x: tensor<f32>)"))
    for backend, why in (("weft", "a check in a branch or loop is not run"), ("interp", "element 0 is 1 and 0")):
        _, out, _ = box.run("check", "--backend", backend, nested, given, status=1)
        check(re.fullmatch(rf"FAIL .*:4:5: error: .*{why}.*\nFAIL .*:4:3: error: a check is not run where main takes arguments.*\n", out), out)
    with open(bad) as pipe:
        p = subprocess.run(f"cat | {box.weft} check /dev/stdin", shell=True, stdin=pipe, capture_output=True, text=True, timeout=60)
    check(p.stderr == "strict: 0 of 1; default: 0 of 1\n", f"a pipe is read once, and checked twice: {p.stderr}")


def test_output_that_cannot_be_written(box):
    """A full disk takes the output: no command says then that all is well."""
    m = box.write("m.mlir", ADD)
    for words in (["opt", m], ["run", m, "--random-inputs"], ["check", m], ["options"]):
        p = subprocess.run(f"{box.weft} {' '.join(words)} > /dev/full", shell=True, stderr=subprocess.PIPE, text=True, timeout=60)
        check(p.returncode == 1 and "error: cannot write standard output" in p.stderr, f"{words}: {p.returncode}, {p.stderr}")


def test_report(box):
    m, good = box.write("m.mlir", ADD), box.npy("good.npy", [1, 2, 3, 4])
    report = json.loads(box.ok("report", "--format=json", m, good, good))
    for key in ("fallbacks", "library_calls", "threads", "graphs", "compiles", "cache", "kernels"):
        check(key in report, f"no {key} in the report")
    check(report["fallbacks"] == {}, f"fallbacks: {report['fallbacks']}")
    check("fallbacks" in box.ok("report", m, good, good), "no text report")
    text = box.ok("explain", m)
    check("stablehlo.add" in text or "add" in text, "explain does not name the ops")


def test_random_integers_are_indices_of_two(box):
    m = box.write("i.mlir", "func.func @main(%i: tensor<64xi32>) -> tensor<64xi32> { return %i : tensor<64xi32> }\n")
    found = set(re.findall(r"\b\d+\b", box.ok("run", m, "--random-inputs").split("[", 1)[1]))
    check(found == {"0", "1"}, f"integers {found}")


def test_slice_beyond_a_size_of_the_call(box):
    m = box.write("slice.mlir", """func.func @main(%a: tensor<?xf32>) -> tensor<3xf32> {
  %0 = stablehlo.slice %a [1:4] : (tensor<?xf32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}
""")
    box.ok("run", m, box.npy("long.npy", [1, 2, 3, 4]))
    short = box.npy("short.npy", [1, 2, 3])
    box.refused("run", m, short, pattern="error: stablehlo.slice: dimension 0 of argument 0 .'a'. must be at least 4 .*found 3")
    box.refused("run", "--backend=interp", m, short, pattern="error: stablehlo.slice: slice 1:4:1 of size 3")


def test_level(box):
    m = box.write("m.mlir", ADD)
    why = "option isa: level 'avx1024': no such level; this machine runs "
    check(why in box.run("explain", "--option", "isa=avx1024", m, status=2)[2], "a bad option is an error")
    level, = re.findall(r"kernels for (\w+) in", box.ok("explain", m, env={"WEFT_ISA": ""}))
    told = box.run("explain", m, env={"WEFT_ISA": "avx1024"})
    check(f"WEFT_ISA is not used: {why}" in told[2] and f"kernels for {level} in" in told[1], f"a bad variable is told: {told}")
    check(json.loads(box.ok("explain", "--format=json", m, env={"WEFT_ISA": level}))["isa"] == level, "another level")


def test_threads_same_bits(box):
    text = ADD.replace("4xf32", "1000xf32").replace("[1.0, -2.5, 0x7FC00000, 3.0e+2]", "-1.0e9")
    m = box.write("m.mlir", text)
    outs = set()
    for n in (1, 2, 3, 1):
        box.ok("run", m, "--random-inputs", "--seed=5", f"--threads={n}", "--save-outputs", box.dir + "/r")
        outs.add(open(box.dir + "/r0.npy", "rb").read())
    check(len(outs) == 1, "different bits with different numbers of threads")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    parser.add_argument("--quick", action="store_true", help="fewer and smaller inputs, for sanitizer builds")
    parser.add_argument("tests", nargs="*")
    args = parser.parse_args()
    tests = {n[5:]: f for names in (globals(), vars(cli_explain)) for n, f in names.items() if n.startswith("test_")}
    passed = failed = 0
    for name in args.tests or tests:
        box = Box(args.build, name, args.quick)
        try:
            tests[name](box)
            passed += 1
        except Failed as e:
            failed += 1
            print(f"FAIL {name}: tests/run_cli.py {name}\n  {box.command}\n  " + str(e).replace("\n", "\n  "), flush=True)
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
