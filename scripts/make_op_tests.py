#!/usr/bin/env python3
"""Writes tests/op/*.mlir: programs, inputs, and the results that XLA:CPU (of jaxlib) gives.

    .venv/bin/python scripts/make_op_tests.py [OP ...]

The files are kept in the repository; run this after adding a row to the tables below.  XLA flushes
denormals, so none are used here: tests written by hand hold those.
"""
import os
import re
import sys

import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "python"))
import xla  # noqa: E402
NUMPY = {"f16": np.float16, "f32": np.float32, "f64": np.float64, "i1": np.bool_, "i8": np.int8, "i16": np.int16,
         "i32": np.int32, "i64": np.int64, "ui8": np.uint8, "ui16": np.uint16, "ui32": np.uint32,
         "ui64": np.uint64}
FLOATS, SIGNED, UNSIGNED = ["f16", "bf16", "f32", "f64"], ["i8", "i16", "i32", "i64"], ["ui8", "ui16", "ui32", "ui64"]
INTS = SIGNED + UNSIGNED
# What a function of the processor may be off by, relative.
TOLERANCE = {"f16": 2e-3, "bf16": 1e-2, "f32": 2e-6, "f64": 1e-14}

inf, nan = float("inf"), float("nan")
FLOAT_A = [0.0, -0.0, 1.5, -2.25, 3.75, inf, -inf, nan, 1000.0, -0.125, 7.0]
FLOAT_B = [1.0, 0.0, -0.5, 4.0, 0.3125, 2.0, inf, 1.0, -3.0, nan, 7.0]


def int_values(t, which):
    bits = int(t.lstrip("ui"))
    if t == "i1":
        return [[0, 0, 1, 1, 0, 1, 0, 1, 1, 0, 1], [0, 1, 0, 1, 1, 1, 0, 0, 1, 0, 0]][which]
    low, high = (0, 2 ** bits - 1) if t[0] == "u" else (-2 ** (bits - 1), 2 ** (bits - 1) - 1)
    small = [low, high, 0, 1, 5, 7, 100, high // 3, 2, 64, 3]
    other = [3, 1, 7, high, 3, 2, 9, 5, 1, 7, 2]
    return [small, other][which]


def values(t, which=0):
    return [FLOAT_A, FLOAT_B][which] if t in FLOATS else int_values(t, which)


# ---- elementwise ops: element types, and for inexact ones the inputs -------------------------------

EXACT1 = {"abs": FLOATS + SIGNED, "ceil": FLOATS, "floor": FLOATS, "negate": FLOATS + SIGNED, "sign": FLOATS + SIGNED,
          "round_nearest_afz": FLOATS, "round_nearest_even": FLOATS, "not": INTS + ["i1"], "popcnt": INTS,
          "count_leading_zeros": INTS}
NEAR = [0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01, 10.0, -20.0, inf, -inf, nan]
POSITIVE = [0.0, 0.25, 0.5, 1.0, 2.0, 3.5, 9.0, 100.0, 10000.0, inf, -1.0, nan]
SMALL = [0.0, 0.5, -0.75, 1.0, -1.5, 3.0, -4.25, 0.01, 10.0, -20.0]
INEXACT1 = {"cosine": SMALL, "sine": SMALL, "tan": SMALL, "tanh": NEAR, "exponential": NEAR,
            "exponential_minus_one": NEAR, "log": POSITIVE, "log_plus_one": POSITIVE[:-2] + [-0.5, -1.0, -2.0],
            "logistic": NEAR, "rsqrt": POSITIVE, "sqrt": POSITIVE, "cbrt": NEAR}
EXACT2 = {"add": FLOATS + INTS + ["i1"], "subtract": FLOATS + INTS, "multiply": FLOATS + INTS + ["i1"],
          "maximum": FLOATS + INTS + ["i1"], "minimum": FLOATS + INTS + ["i1"], "divide": FLOATS + UNSIGNED,
          "and": INTS + ["i1"], "or": INTS + ["i1"], "xor": INTS + ["i1"], "remainder": UNSIGNED}
SHIFTS = ["shift_left", "shift_right_arithmetic", "shift_right_logical"]
INEXACT2 = {"atan2": ([1.0, -2.0, 0.5, -0.25, 3.0], [2.0, -1.0, -4.0, 8.0, 0.0]),
            "power": ([2.0, 0.5, 10.0, 3.0, 1.5, 0.0], [3.0, -1.0, 0.0, 0.5, 2.25, 2.0]),
            "remainder": ([7.5, -7.5, 7.5, -0.5, 100.0], [2.0, 2.0, -2.0, 3.0, 0.3125])}
DIRECTIONS = ["EQ", "NE", "LT", "LE", "GT", "GE"]


class Case:
    def __init__(self, text, ins, tolerance=None):
        self.text, self.ins, self.tolerance = text, ins, tolerance


def wide(t):
    """The type an input of type t is stored as: a .npy file has no bf16."""
    return "f32" if t == "bf16" else t


def function(ins, out, lines):
    """@main over ins, [(name, shape, type)]; names in lines have the type asked for."""
    head = ", ".join(f"%{n}{'_' if t == 'bf16' else ''}: tensor<{s}{wide(t)}>" for n, s, t in ins)
    body = [f"  %{n} = stablehlo.convert %{n}_ : (tensor<{s}f32>) -> tensor<{s}bf16>" for n, s, t in ins
            if t == "bf16"]
    outs = out if isinstance(out, list) else [out]
    results = ", ".join(f"%r{i}" for i in range(len(outs))) if isinstance(out, list) else "%r"
    types = ", ".join(outs)
    arrow = f"({types})" if len(outs) > 1 else types
    body += ["  " + line for line in lines] + [f"  return {results} : {types}"]
    return f"func.func @main({head}) -> {arrow} {{\n" + "\n".join(body) + "\n}"


def elementwise(op, t, columns, out=None, line=None, tolerance=None):
    n = len(columns[0])
    names = "abc"[:len(columns)]
    ty, res = f"tensor<{n}x{t}>", f"tensor<{n}x{out or t}>"
    line = line or f"%r = stablehlo.{op} {', '.join('%' + c for c in names)} : {ty}"
    text = function([(c, f"{n}x", t) for c in names], res, [line.replace("TYPE", ty)])
    return Case(text, [np.array(c, NUMPY[wide(t)]) for c in columns], tolerance)


def elementwise_cases():
    cases = {}

    def add(op, case):
        cases.setdefault(op, []).append(case)
    for op, types in EXACT1.items():
        for t in types:
            add(op, elementwise(op, t, [values(t)]))
    for op, column in INEXACT1.items():
        for t in FLOATS:
            column_t = [max(-9.0, x) if t == "f16" and op.startswith("exp") and abs(x) < 99 else x for x in column]
            add(op, elementwise(op, t, [column_t], tolerance=TOLERANCE[t]))
    for op, types in EXACT2.items():
        for t in types:
            a, b = values(t), values(t, 1)
            if op in ("divide", "remainder") and t not in FLOATS:
                b = [x or 1 for x in b]
            add(op, elementwise(op, t, [a, b]))
    for t in SIGNED:
        a, b = [7, -7, 7, -7, 100, 0, -128], [2, 2, -2, -2, 7, 5, 3]
        add("divide", elementwise("divide", t, [a, b]))
        add("remainder", elementwise("remainder", t, [a, b]))
    for op in SHIFTS:
        for t in INTS:
            add(op, elementwise(op, t, [values(t), [0, 1, 2, 3, 1, int(t.lstrip("ui")) - 1, 4, 5, 6, 7, 2]]))
    for op, columns in INEXACT2.items():
        for t in FLOATS:
            add(op, elementwise(op, t, columns, tolerance=TOLERANCE[t]))
    for t in ["i32", "ui8"]:
        add("power", elementwise("power", t, [[2, 3, 5, 0, 1, 7], [5, 4, 0, 3, 9, 2]]))
    for t in FLOATS + INTS + ["i1"]:
        kind = "FLOAT" if t in FLOATS else "SIGNED" if t in SIGNED else "UNSIGNED"
        for d in DIRECTIONS if t in ("f32", "i32", "ui32") else ["EQ", "LT", "GE"]:
            add("compare", elementwise("compare", t, [values(t), values(t, 1)], out="i1",
                line=f"%r = stablehlo.compare {d}, %a, %b, {kind} : (TYPE, TYPE) -> tensor<11xi1>"))
    for t in FLOATS:
        add("is_finite", elementwise("is_finite", t, [values(t)], out="i1",
            line="%r = stablehlo.is_finite %a : (TYPE) -> tensor<11xi1>"))
    for t in FLOATS + ["i32", "ui8"]:
        low, x, high = [-1, 0, 2, 5][:4], [7, -3, 3, 2], [4, 1, 9, 6]
        if t[0] == "u":
            low, x = [1, 0, 2, 5], [7, 3, 1, 2]
        add("clamp", elementwise("clamp", t, [low, x, high]))
        add("select", Case(f"func.func @main(%p: tensor<4xi1>, %a: tensor<4x{wide(t)}>, %b: tensor<4x{wide(t)}>) -> tensor<4x{wide(t)}> {{\n"
            f"  %r = stablehlo.select %p, %a, %b : tensor<4xi1>, tensor<4x{wide(t)}>\n  return %r : tensor<4x{wide(t)}>\n}}",
            [np.array([True, False, False, True]), np.array(x).astype(NUMPY[wide(t)]),
             np.array(high).astype(NUMPY[wide(t)])]))
    for a in ["f16", "bf16", "f32", "f64", "i8", "i32", "i64", "ui8", "ui32", "i1"]:
        column = [0, 1, 0, 1, 1] if a == "i1" else [0, 1, 100, 77, 3] if a[0] == "u" else [0, -1, 100, 77, -3] \
            if a[0] == "i" else [0.0, -1.0, 100.5, 77.25, -3.75]
        for b in ["f16", "bf16", "f32", "f64", "i8", "i32", "i64", "ui8", "i1"]:
            if a in FLOATS and b[0] == "u":
                column = [abs(x) for x in column]
            if a[0] == "i" and b[0] == "u":
                column = [abs(x) for x in column]
            if a != b:
                add("convert", elementwise("convert", a, [column], out=b,
                    line=f"%r = stablehlo.convert %a : (TYPE) -> tensor<5x{b}>"))
    return cases


# ---- the others: a line, its inputs as (shape, type), its result ------------------------------------

def ramp(shape, t, seed):
    n = int(np.prod(shape)) if shape else 1
    rng = np.random.default_rng(seed)
    if t == "i1":
        return rng.integers(0, 2, n).astype(bool).reshape(shape)
    if t in FLOATS:
        return (rng.integers(-32, 33, n) / 8).astype(NUMPY[wide(t)]).reshape(shape)
    low = 0 if t[0] == "u" else -9
    return rng.integers(low, 10, n).astype(NUMPY[t]).reshape(shape)


def dims(shape):
    return "".join(f"{d}x" for d in shape)


REGION = """({{
  ^bb0(%x: tensor<{t}>, %y: tensor<{t}>):
    %s = stablehlo.{op} %x, %y : tensor<{t}>
    stablehlo.return %s : tensor<{t}>
  }})"""
# op: [(element types, input shapes, result, lines)]; T is the element type, {{REDUCE op}} a region.
SHAPED = {
    "broadcast_in_dim": [(["f32", "i8", "i1", "bf16"], [(3,)], "tensor<2x3xT>",
                          ["%r = stablehlo.broadcast_in_dim %a, dims = [1] : (tensor<3xT>) -> tensor<2x3xT>"]),
                         (["f32", "f64"], [(2, 1)], "tensor<3x2x4xT>",
                          ["%r = stablehlo.broadcast_in_dim %a, dims = [1, 2] : (tensor<2x1xT>) -> tensor<3x2x4xT>"]),
                         (["f32"], [()], "tensor<0x4xT>",
                          ["%r = stablehlo.broadcast_in_dim %a, dims = [] : (tensor<T>) -> tensor<0x4xT>"])],
    "reshape": [(["f32", "i64", "i1"], [(2, 6)], "tensor<3x4xT>",
                 ["%r = stablehlo.reshape %a : (tensor<2x6xT>) -> tensor<3x4xT>"])],
    "transpose": [(["f32", "i8", "bf16"], [(2, 3, 4)], "tensor<4x2x3xT>",
                   ["%r = stablehlo.transpose %a, dims = [2, 0, 1] : (tensor<2x3x4xT>) -> tensor<4x2x3xT>"]),
                  (["f32"], [(33, 18)], "tensor<18x33xT>",
                   ["%r = stablehlo.transpose %a, dims = [1, 0] : (tensor<33x18xT>) -> tensor<18x33xT>"])],
    "slice": [(["f32", "i16"], [(5, 7)], "tensor<2x3xT>",
               ["%r = stablehlo.slice %a [1:4:2, 0:6:2] : (tensor<5x7xT>) -> tensor<2x3xT>"])],
    "concatenate": [(["f32", "ui8"], [(2, 3), (2, 1), (2, 2)], "tensor<2x6xT>",
                     ["%r = stablehlo.concatenate %a, %b, %c, dim = 1 : "
                      "(tensor<2x3xT>, tensor<2x1xT>, tensor<2x2xT>) -> tensor<2x6xT>"])],
    "pad": [(["f32", "i32"], [(2, 3), ()], "tensor<4x8xT>",
             ["%r = stablehlo.pad %a, %b, low = [1, -1], high = [0, 4], interior = [1, 1] : "
              "(tensor<2x3xT>, tensor<T>) -> tensor<4x8xT>"])],
    "reverse": [(["f32", "i64"], [(3, 4)], "tensor<3x4xT>",
                 ["%r = stablehlo.reverse %a, dims = [1] : tensor<3x4xT>"])],
    "iota": [(["f32", "i32", "ui8", "bf16", "f64"], [], "tensor<3x4xT>",
              ["%r = stablehlo.iota dim = 1 : tensor<3x4xT>"])],
    "reduce": [(["f32", "f64", "i32", "ui8"], [(5, 7)], "tensor<5xT>",
                ["%z = stablehlo.constant dense<0> : tensor<T>",
                 "%r = stablehlo.reduce(%a init: %z) applies stablehlo.add across dimensions = [1] : "
                 "(tensor<5x7xT>, tensor<T>) -> tensor<5xT>"]),
               (["f32", "i32"], [(5, 7, 3)], "tensor<7xT>",
                ["%z = stablehlo.constant dense<-100> : tensor<T>",
                 "%r = stablehlo.reduce(%a init: %z) applies stablehlo.maximum across dimensions = [0, 2] : "
                 "(tensor<5x7x3xT>, tensor<T>) -> tensor<7xT>"]),
               (["f32"], [(4, 300)], "tensor<T>",
                ["%z = stablehlo.constant dense<0> : tensor<T>",
                 "%r = stablehlo.reduce(%a init: %z) applies stablehlo.add across dimensions = [0, 1] : "
                 "(tensor<4x300xT>, tensor<T>) -> tensor<T>"]),
               (["f32"], [(4, 0)], "tensor<4xT>",
                ["%z = stablehlo.constant dense<3> : tensor<T>",
                 "%r = stablehlo.reduce(%a init: %z) applies stablehlo.add across dimensions = [1] : "
                 "(tensor<4x0xT>, tensor<T>) -> tensor<4xT>"])],
    "dot_general": [(["f32", "f64", "i32", "i8"], [(5, 7), (7, 3)], "tensor<5x3xT>",
                     ["%r = stablehlo.dot_general %a, %b, contracting_dims = [1] x [0] : "
                      "(tensor<5x7xT>, tensor<7x3xT>) -> tensor<5x3xT>"]),
                    (["f32"], [(2, 4, 6), (2, 5, 6)], "tensor<2x4x5xT>",
                     ["%r = stablehlo.dot_general %a, %b, batching_dims = [0] x [0], contracting_dims = [2] x [2] : "
                      "(tensor<2x4x6xT>, tensor<2x5x6xT>) -> tensor<2x4x5xT>"]),
                    (["f32"], [(3, 2, 4), (4, 5, 3)], "tensor<3x2x5xT>",
                     ["%r = stablehlo.dot_general %a, %b, batching_dims = [0] x [2], contracting_dims = [2] x [0] : "
                      "(tensor<3x2x4xT>, tensor<4x5x3xT>) -> tensor<3x2x5xT>"]),
                    (["f32"], [(6, 4, 3), (3, 4)], "tensor<6xT>",
                     ["%r = stablehlo.dot_general %a, %b, contracting_dims = [1, 2] x [1, 0] : "
                      "(tensor<6x4x3xT>, tensor<3x4xT>) -> tensor<6xT>"]),
                    (["f32"], [(37, 50), (50, 41)], "tensor<37x41xT>",
                     ["%r = stablehlo.dot_general %a, %b, contracting_dims = [1] x [0] : "
                      "(tensor<37x50xT>, tensor<50x41xT>) -> tensor<37x41xT>"])],
    "convolution": [(["f32"], [(1, 5, 6, 2), (3, 3, 2, 4)], "tensor<1x5x6x4xT>",
                     ["%r = stablehlo.convolution(%a, %b) dim_numbers = [b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f], "
                      "window = {pad = [[1, 1], [1, 1]]} {batch_group_count = 1 : i64, feature_group_count = 1 : i64} : "
                      "(tensor<1x5x6x2xT>, tensor<3x3x2x4xT>) -> tensor<1x5x6x4xT>"]),
                    (["f32"], [(2, 3, 8, 8), (4, 3, 3, 3)], "tensor<2x4x4x4xT>",
                     ["%r = stablehlo.convolution(%a, %b) dim_numbers = [b, f, 0, 1]x[o, i, 0, 1]->[b, f, 0, 1], "
                      "window = {stride = [2, 2], pad = [[1, 1], [1, 1]]} "
                      "{batch_group_count = 1 : i64, feature_group_count = 1 : i64} : "
                      "(tensor<2x3x8x8xT>, tensor<4x3x3x3xT>) -> tensor<2x4x4x4xT>"]),
                    (["f32"], [(1, 4, 7, 7), (4, 1, 3, 3)], "tensor<1x4x3x3xT>",
                     ["%r = stablehlo.convolution(%a, %b) dim_numbers = [b, f, 0, 1]x[o, i, 0, 1]->[b, f, 0, 1], "
                      "window = {rhs_dilate = [2, 2]} {batch_group_count = 1 : i64, feature_group_count = 4 : i64} : "
                      "(tensor<1x4x7x7xT>, tensor<4x1x3x3xT>) -> tensor<1x4x3x3xT>"])],
    "reduce_window": [(["f32"], [(1, 2, 6, 6)], "tensor<1x2x3x3xT>",
                       ["%z = stablehlo.constant dense<0xFF800000> : tensor<T>",
                        '%r = "stablehlo.reduce_window"(%a, %z) <{padding = dense<[[0, 0], [0, 0], [1, 0], [1, 0]]> : '
                        "tensor<4x2xi64>, window_dimensions = array<i64: 1, 1, 3, 3>, "
                        "window_strides = array<i64: 1, 1, 2, 2>}> {{REDUCE maximum}} : "
                        "(tensor<1x2x6x6xT>, tensor<T>) -> tensor<1x2x3x3xT>"])],
    "gather": [(["f32", "i64"], [(6, 4)], "tensor<2x3x4xT>",
                ["%i = stablehlo.constant dense<[[0, 5, 3], [1, 1, 9]]> : tensor<2x3xi64>",
                 '%r = "stablehlo.gather"(%a, %i) <{dimension_numbers = #stablehlo.gather<offset_dims = [2], '
                 "collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 2>, indices_are_sorted = false, "
                 "slice_sizes = array<i64: 1, 4>}> : (tensor<6x4xT>, tensor<2x3xi64>) -> tensor<2x3x4xT>"])],
    "scatter": [(["f32", "i32"], [(6, 2), (3, 2)], "tensor<6x2xT>",
                 ["%i = stablehlo.constant dense<[[1], [4], [1]]> : tensor<3x1xi64>",
                  '%r = "stablehlo.scatter"(%a, %i, %b) <{indices_are_sorted = false, scatter_dimension_numbers = '
                  "#stablehlo.scatter<update_window_dims = [1], inserted_window_dims = [0], "
                  "scatter_dims_to_operand_dims = [0], index_vector_dim = 1>, unique_indices = false}> {{REDUCE add}} : "
                  "(tensor<6x2xT>, tensor<3x1xi64>, tensor<3x2xT>) -> tensor<6x2xT>"])],
    "dynamic_slice": [(["f32", "i8"], [(5, 6)], "tensor<2x3xT>",
                       ["%i = stablehlo.constant dense<2> : tensor<i64>", "%j = stablehlo.constant dense<99> : tensor<i64>",
                        "%r = stablehlo.dynamic_slice %a, %i, %j, sizes = [2, 3] : "
                        "(tensor<5x6xT>, tensor<i64>, tensor<i64>) -> tensor<2x3xT>"])],
    "dynamic_update_slice": [(["f32", "i8"], [(4, 5), (2, 2)], "tensor<4x5xT>",
                              ["%i = stablehlo.constant dense<-3> : tensor<i64>",
                               "%j = stablehlo.constant dense<2> : tensor<i64>",
                               "%r = stablehlo.dynamic_update_slice %a, %b, %i, %j : "
                               "(tensor<4x5xT>, tensor<2x2xT>, tensor<i64>, tensor<i64>) -> tensor<4x5xT>"])],
    "sort": [(["f32", "i32"], [(3, 9)], "tensor<3x9xT>",
              ['%r = "stablehlo.sort"(%a) <{dimension = 1 : i64, is_stable = true}> ({',
               "^bb0(%x: tensor<T>, %y: tensor<T>):", "  %s = stablehlo.compare LT, %x, %y : (tensor<T>, tensor<T>) -> tensor<i1>",
               "  stablehlo.return %s : tensor<i1>", "}) : (tensor<3x9xT>) -> tensor<3x9xT>"])],
    "while": [(["i32", "f32"], [()], "tensor<T>",
               ["%ten = stablehlo.constant dense<10> : tensor<T>", "%three = stablehlo.constant dense<3> : tensor<T>",
                "%r = stablehlo.while(%i = %a) : tensor<T>", "cond {",
                "  %c = stablehlo.compare LT, %i, %ten : (tensor<T>, tensor<T>) -> tensor<i1>",
                "  stablehlo.return %c : tensor<i1>", "} do {", "  %n = stablehlo.add %i, %three : tensor<T>",
                "  stablehlo.return %n : tensor<T>", "}"])],
    "case": [(["f32"], [(3,)], "tensor<3xT>",
              ["%i = stablehlo.constant dense<7> : tensor<i32>",
               '%r = "stablehlo.case"(%i) ({', "  %s = stablehlo.add %a, %a : tensor<3xT>",
               "  stablehlo.return %s : tensor<3xT>", "}, {", "  %s = stablehlo.negate %a : tensor<3xT>",
               "  stablehlo.return %s : tensor<3xT>", "}) : (tensor<i32>) -> tensor<3xT>"])],
    "if": [(["f32"], [(3,)], "tensor<3xT>",
            ["%z = stablehlo.constant dense<0> : tensor<T>",
             "%m = stablehlo.reduce(%a init: %z) applies stablehlo.add across dimensions = [0] : "
             "(tensor<3xT>, tensor<T>) -> tensor<T>",
             "%p = stablehlo.compare GT, %m, %z : (tensor<T>, tensor<T>) -> tensor<i1>",
             '%r = "stablehlo.if"(%p) ({', "  %s = stablehlo.add %a, %a : tensor<3xT>",
             "  stablehlo.return %s : tensor<3xT>", "}, {", "  stablehlo.return %a : tensor<3xT>",
             "}) : (tensor<i1>) -> tensor<3xT>"])],
    "bitcast_convert": [(["f32"], [(4,)], "tensor<4xi32>",
                         ["%r = stablehlo.bitcast_convert %a : (tensor<4xT>) -> tensor<4xi32>"]),
                        (["ui8"], [(3, 4)], "tensor<3xi32>",
                         ["%r = stablehlo.bitcast_convert %a : (tensor<3x4xT>) -> tensor<3xi32>"])],
    "reduce_precision": [(["f32"], [(9,)], "tensor<9xT>",
                          ["%r = stablehlo.reduce_precision %a, format = e5m2 : tensor<9xT>"])],
    "constant": [(["f32", "i32", "i1", "f64"], [], "tensor<2x2xT>",
                  ["%r = stablehlo.constant dense<[[1, 0], [0, 1]]> : tensor<2x2xT>"])],
    "select_and_scatter": [(["f32"], [(1, 4, 4, 1), (1, 2, 2, 1)], "tensor<1x4x4x1xT>",
                            ["%z = stablehlo.constant dense<0> : tensor<T>",
                             '%r = "stablehlo.select_and_scatter"(%a, %b, %z) <{window_dimensions = array<i64: 1, 2, 2, 1>, '
                             "window_strides = array<i64: 1, 2, 2, 1>}> ({", "^bb0(%x: tensor<T>, %y: tensor<T>):",
                             "  %s = stablehlo.compare GE, %x, %y : (tensor<T>, tensor<T>) -> tensor<i1>",
                             "  stablehlo.return %s : tensor<i1>", "}, {", "^bb0(%x: tensor<T>, %y: tensor<T>):",
                             "  %s = stablehlo.add %x, %y : tensor<T>", "  stablehlo.return %s : tensor<T>",
                             "}) : (tensor<1x4x4x1xT>, tensor<1x2x2x1xT>, tensor<T>) -> tensor<1x4x4x1xT>"])],
    "fft": [(["f32"], [(8,)], "tensor<5xT>",
             ["%c = stablehlo.fft %a, type = RFFT, length = [8] : (tensor<8xT>) -> tensor<5xcomplex<T>>",
              "%x = stablehlo.real %c : (tensor<5xcomplex<T>>) -> tensor<5xT>",
              "%y = stablehlo.imag %c : (tensor<5xcomplex<T>>) -> tensor<5xT>",
              "%r = stablehlo.add %x, %y : tensor<5xT>"])],
    "complex": [(["f32", "f64"], [(4,), (4,)], "tensor<4xT>",
                 ["%c = stablehlo.complex %a, %b : tensor<4xcomplex<T>>",
                  "%d = stablehlo.multiply %c, %c : tensor<4xcomplex<T>>",
                  "%r = stablehlo.abs %d : (tensor<4xcomplex<T>>) -> tensor<4xT>"])],
    "map": [(["f32"], [(4,), (4,)], "tensor<4xT>",
             ['%r = "stablehlo.map"(%a, %b) <{dimensions = array<i64: 0>}> {{REDUCE multiply}} : '
              "(tensor<4xT>, tensor<4xT>) -> tensor<4xT>"])],
    "triangular_solve": [(["f32"], [(3, 2)], "tensor<3x2xT>",
                          ["%l = stablehlo.constant dense<[[2, 0, 0], [1, 4, 0], [-1, 3, 0.5]]> : tensor<3x3xT>",
                           '%r = "stablehlo.triangular_solve"(%l, %a) <{left_side = true, lower = true, '
                           "transpose_a = #stablehlo<transpose NO_TRANSPOSE>, unit_diagonal = false}> : "
                           "(tensor<3x3xT>, tensor<3x2xT>) -> tensor<3x2xT>"])],
    "cholesky": [(["f32"], [], "tensor<2x2xT>",
                  ["%a = stablehlo.constant dense<[[4, 2], [2, 5]]> : tensor<2x2xT>",
                   "%l = stablehlo.cholesky %a, lower = true : tensor<2x2xT>",
                   "%t = stablehlo.transpose %l, dims = [1, 0] : (tensor<2x2xT>) -> tensor<2x2xT>",
                   "%r = stablehlo.dot_general %l, %t, contracting_dims = [1] x [0] : "
                   "(tensor<2x2xT>, tensor<2x2xT>) -> tensor<2x2xT>"])],
    "batch_norm_inference": [(["f32"], [(2, 3, 4), (3,), (3,), (3,)], "tensor<2x3x4xT>",
                              ["%v = stablehlo.constant dense<[0.5, 1.0, 2.0]> : tensor<3xT>",
                               '%r = "stablehlo.batch_norm_inference"(%a, %b, %c, %d, %v) '
                               "<{epsilon = 1.0e-5 : f32, feature_index = 1 : i64}> : (tensor<2x3x4xT>, tensor<3xT>, "
                               "tensor<3xT>, tensor<3xT>, tensor<3xT>) -> tensor<2x3x4xT>"])],
}
SLACK = {"dot_general", "convolution", "reduce", "fft", "complex", "triangular_solve", "cholesky",
         "batch_norm_inference"}


def fix_region(line, t):
    for op in ("maximum", "add", "multiply"):
        line = line.replace("{{REDUCE " + op + "}}", REGION.format(t=t, op=op))
    return line


def shaped_cases():
    cases = {}
    for op, rows in SHAPED.items():
        for types, shapes, result, lines in rows:
            for t in types:
                body = [fix_region(line, t).replace("xT>", f"x{t}>").replace("<T>", f"<{t}>") for line in lines]
                if op in ("reduce", "while", "constant", "triangular_solve", "cholesky", "select_and_scatter", "if") and t in FLOATS:
                    body = [float_literals(line) for line in body]
                if op == "constant" and t == "i1":
                    body = [line.replace("1,", "true,").replace("1]", "true]").replace("0]", "false]").replace("0,", "false,") for line in body]
                ins = [("abcde"[i], dims(s), t) for i, s in enumerate(shapes)]
                text = function(ins, result.replace("xT>", f"x{t}>").replace("<T>", f"<{t}>"), body)
                arrays = [ramp(s, t, 7 * i + len(op)) for i, s in enumerate(shapes)]
                slack = 10 * TOLERANCE[t] if op in SLACK and t in FLOATS else None
                cases.setdefault(op, []).append(Case(text, arrays, slack))
    return cases


def float_literals(line):
    if "stablehlo.constant dense<" not in line:
        return line
    head, rest = line.split("dense<", 1)
    body, tail = rest.split("> :", 1)
    return head + "dense<" + re.sub(r"(?<![\w.])(-?\d+)(?![\w.])", r"\1.0", body) + "> :" + tail


# ---- the files ----------------------------------------------------------------------------------

def element(x):
    if isinstance(x, (bool, np.bool_)):
        return "true" if x else "false"
    if np.issubdtype(type(x), np.integer):
        return str(int(x))
    x = x if x.dtype.itemsize == 4 else np.float64(x)       # f16 and bf16 in full
    if not np.isfinite(x):
        return str(float(x))
    far = abs(x) >= 1e6 or 0 < abs(x) < 1e-4
    return (np.format_float_scientific if far else np.format_float_positional)(x, trim="0")


def literal(array):
    names = {np.dtype(v): k for k, v in NUMPY.items()}
    t = names.get(array.dtype, str(array.dtype).replace("bfloat16", "bf16"))

    def nest(a):
        return element(a[()]) if a.ndim == 0 else "[" + ", ".join(nest(x) for x in a) + "]"
    body = nest(array) if array.size else ""
    return f"dense<{body}> : tensor<{dims(array.shape)}{t}>"


def main():
    cases = elementwise_cases()
    cases.update(shaped_cases())
    folder = os.path.join(ROOT, "tests", "op")
    os.makedirs(folder, exist_ok=True)
    for op in sys.argv[1:] or cases:
        parts = []
        for case in cases[op]:
            try:
                outs = xla.run(case.text, case.ins)
            except Exception as e:
                sys.exit(f"{op}: {e}\n{case.text}")
            lines = [f"// in: {literal(a)}" for a in case.ins] + [f"// out: {literal(a)}" for a in outs]
            if case.tolerance:
                lines.append(f"// tolerance: {case.tolerance:g}")
            parts.append("\n".join(lines) + "\n" + case.text + "\n")
        with open(os.path.join(folder, op + ".mlir"), "w", encoding="utf-8") as f:
            f.write("// test: op\n" + "// -----\n".join(parts))
    print(f"{len(cases)} ops, {sum(map(len, cases.values()))} cases")


if __name__ == "__main__":
    main()
