"""Sizes that contradict what a StableHLO program says of them are an error at the call, on both backends: of arguments, of
what a bound allows, of shapes that an operand holds."""
import itertools

import capi
import numpy as np
import pytest

BOUNDED = "tensor<?xf32, #stablehlo.bounds<8>>"
SHAPED = "(tensor<?xf32>, tensor<2xi64>) -> tensor<?x?xf32>"
PROGRAMS = {
    "bounded": f"func.func @main(%a: {BOUNDED}, %b: tensor<?xf32>) -> tensor<?xf32> {{\n"
               f"%0 = stablehlo.add %a, %b : ({BOUNDED}, tensor<?xf32>) -> tensor<?xf32>\n"
               "return %0 : tensor<?xf32>\n}",
    "broadcast": "func.func @main(%a: tensor<?xf32>, %s: tensor<2xi64>) -> tensor<?x?xf32> {\n"
                 f"%0 = stablehlo.dynamic_broadcast_in_dim %a, %s, dims = [1] : {SHAPED}\n"
                 "return %0 : tensor<?x?xf32>\n}",
    "reshape": "func.func @main(%a: tensor<?xf32>, %s: tensor<2xi64>) -> tensor<?x?xf32> {\n"
               f"%0 = stablehlo.dynamic_reshape %a, %s : {SHAPED}\n"
               "return %0 : tensor<?x?xf32>\n}",
    "rest": "func.func @main(%a: tensor<?x?xf32>, %s: tensor<2xi64>) -> tensor<?x?xf32> {\n"
            '%0 = "chlo.dynamic_reshape"(%a, %s) : (tensor<?x?xf32>, tensor<2xi64>) -> tensor<?x?xf32>\n'
            "return %0 : tensor<?x?xf32>\n}",
    "constant rest": "func.func @main(%a: tensor<?x?xf32>) -> tensor<?x?xf32> {\n%s = stablehlo.constant dense<[2, -1]> : "
                     'tensor<2xi64>\n%0 = "chlo.dynamic_reshape"(%a, %s) : (tensor<?x?xf32>, tensor<2xi64>) -> tensor<?x?xf32>\n'
                     "return %0 : tensor<?x?xf32>\n}",
    "slice": "func.func @main(%a: tensor<?xf32>, %l: tensor<1xi64>, %h: tensor<1xi64>, %s: tensor<1xi64>) -> tensor<?xf32> {\n"
             "%0 = stablehlo.real_dynamic_slice %a, %l, %h, %s : (tensor<?xf32>, tensor<1xi64>, tensor<1xi64>, "
             "tensor<1xi64>) -> tensor<?xf32>\nreturn %0 : tensor<?xf32>\n}",
    "pad": "func.func @main(%a: tensor<?xf32>, %z: tensor<f32>, %l: tensor<1xi64>, %h: tensor<1xi64>, %i: tensor<1xi64>) -> "
           "tensor<?xf32> {\n%0 = stablehlo.dynamic_pad %a, %z, %l, %h, %i : (tensor<?xf32>, tensor<f32>, tensor<1xi64>, "
           "tensor<1xi64>, tensor<1xi64>) -> tensor<?xf32>\nreturn %0 : tensor<?xf32>\n}",
    "gather": "func.func @main(%a: tensor<?x?xf32>, %i: tensor<?xi64>, %s: tensor<2xi64>) -> tensor<?x?x?xf32> {\n"
              '%0 = "stablehlo.dynamic_gather"(%a, %i, %s) {dimension_numbers = #stablehlo.gather<offset_dims = [1, 2], '
              "start_index_map = [0], index_vector_dim = 1>} : (tensor<?x?xf32>, tensor<?xi64>, tensor<2xi64>) -> "
              "tensor<?x?x?xf32>\nreturn %0 : tensor<?x?x?xf32>\n}",
    "set": "func.func @main(%a: tensor<4x3xf32>, %n: tensor<i32>) -> (tensor<4x?xf32>, tensor<4xf32>) {\n"
           '%0 = "stablehlo.set_dimension_size"(%a, %n) {dimension = 1 : i64} : (tensor<4x3xf32>, tensor<i32>) -> '
           "tensor<4x?xf32, #stablehlo.bounds<?, 3>>\n%z = stablehlo.constant dense<0.0> : tensor<f32>\n"
           "%1 = stablehlo.reduce(%0 init: %z) applies stablehlo.add across dimensions = [1] : "
           "(tensor<4x?xf32, #stablehlo.bounds<?, 3>>, tensor<f32>) -> tensor<4xf32>\n"
           "%2 = stablehlo.convert %0 : (tensor<4x?xf32, #stablehlo.bounds<?, 3>>) -> tensor<4x?xf32>\n"
           "return %2, %1 : tensor<4x?xf32>, tensor<4xf32>\n}",
    "convolution": "func.func @main(%x: tensor<1x?x?x1xf32>, %k: tensor<?x2x1x1xf32>, %p: tensor<2x2xi64>) -> tensor<1x?x?x1xf32> "
                   '{\n%0 = "stablehlo.dynamic_conv"(%x, %k, %p) {window_strides = array<i64: 2, 1>, lhs_dilation = array<i64: 1, 2>, '
                   "dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]>, feature_group_count = 1 : i64, "
                   "batch_group_count = 1 : i64} : (tensor<1x?x?x1xf32>, tensor<?x2x1x1xf32>, tensor<2x2xi64>) -> "
                   "tensor<1x?x?x1xf32>\nreturn %0 : tensor<1x?x?x1xf32>\n}",
    "kept": "func.func @main(%a: tensor<?xf32>, %n: tensor<i32>) -> tensor<4x1xf32> {\n"
            "%0:2 = stablehlo.while(%i = %n, %v = %a) : tensor<i32>, tensor<?xf32>\ncond {\n"
            "%c = stablehlo.constant dense<3> : tensor<i32>\n%l = stablehlo.compare LT, %i, %c : (tensor<i32>, tensor<i32>) -> "
            "tensor<i1>\nstablehlo.return %l : tensor<i1>\n} do {\n%c = stablehlo.constant dense<1> : tensor<i32>\n"
            "%m = stablehlo.add %i, %c : tensor<i32>\nstablehlo.return %m, %v : tensor<i32>, tensor<?xf32>\n}\n"
            "%s = stablehlo.constant dense<[4, 1]> : tensor<2xi64>\n%1 = stablehlo.dynamic_reshape %0#1, %s : (tensor<?xf32>, "
            "tensor<2xi64>) -> tensor<4x1xf32>\nreturn %1 : tensor<4x1xf32>\n}",
    "iota": "func.func @main(%s: tensor<2xi64>) -> tensor<?x?xi32> {\n%0 = stablehlo.dynamic_iota %s, dim = 1 : "
            "(tensor<2xi64>) -> tensor<?x?xi32>\nreturn %0 : tensor<?x?xi32>\n}",
    "told": "func.func @main(%s: tensor<2xi64>) -> tensor<3x4xi32> {\n%0 = stablehlo.dynamic_iota %s, dim = 1 : "
            "(tensor<2xi64>) -> tensor<3x4xi32>\nreturn %0 : tensor<3x4xi32>\n}",
    "branch": "func.func @main(%s: tensor<1xi64>, %t: tensor<1xi64>, %p: tensor<i1>) -> tensor<?xi32> {\n"
              "%a = stablehlo.dynamic_iota %s, dim = 0 : (tensor<1xi64>) -> tensor<?xi32>\n"
              '%r = "stablehlo.if"(%p) ({\n%0 = stablehlo.dynamic_iota %t, dim = 0 : (tensor<1xi64>) -> tensor<?xi32>\n'
              "%1 = stablehlo.add %0, %a : tensor<?xi32>\nstablehlo.return %1 : tensor<?xi32>\n}, {\n"
              "stablehlo.return %a : tensor<?xi32>\n}) : (tensor<i1>) -> tensor<?xi32>\nreturn %r : tensor<?xi32>\n}",
    "told branch": "func.func @main(%p: tensor<i1>, %s: tensor<1xi64>) -> tensor<3xi32> {\n"
                   '%r = "stablehlo.if"(%p) ({\n%0 = stablehlo.dynamic_iota %s, dim = 0 : (tensor<1xi64>) -> tensor<3xi32>\n'
                   "stablehlo.return %0 : tensor<3xi32>\n}, {\n%0 = stablehlo.iota dim = 0 : tensor<3xi32>\n"
                   "stablehlo.return %0 : tensor<3xi32>\n}) : (tensor<i1>) -> tensor<3xi32>\nreturn %r : tensor<3xi32>\n}",
    "dropped": "func.func @main(%a: tensor<?xf32>, %i: tensor<2xi32>, %s: tensor<1xi64>) -> tensor<2xf32> {\n"
               '%0 = "stablehlo.dynamic_gather"(%a, %i, %s) {dimension_numbers = #stablehlo.gather<collapsed_slice_dims = [0], '
               "start_index_map = [0], index_vector_dim = 1>} : (tensor<?xf32>, tensor<2xi32>, tensor<1xi64>) -> tensor<2xf32>\n"
               "return %0 : tensor<2xf32>\n}",
    "scatter": "func.func @main(%a: tensor<4xi32>, %i: tensor<i32>, %u: tensor<?xi32>) -> tensor<4xi32> {\n"
               '%0 = "stablehlo.scatter"(%a, %i, %u) ({\n^bb0(%x: tensor<i32>, %y: tensor<i32>):\nstablehlo.return %y : tensor<i32>\n'
               "}) {scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [0], scatter_dims_to_operand_dims = [0], "
               "index_vector_dim = 0>} : (tensor<4xi32>, tensor<i32>, tensor<?xi32>) -> tensor<4xi32>\nreturn %0 : tensor<4xi32>\n}",
    "carried": "func.func @main(%s: tensor<1xi64>, %z: tensor<i32>) -> tensor<?xi32> {\n"
               "%a = stablehlo.dynamic_iota %s, dim = 0 : (tensor<1xi64>) -> tensor<?xi32>\n"
               "%r:2 = stablehlo.while(%i = %z, %x = %a) : tensor<i32>, tensor<?xi32> cond {\n"
               "%l = stablehlo.compare LT, %i, %i : (tensor<i32>, tensor<i32>) -> tensor<i1>\nstablehlo.return %l : tensor<i1>\n"
               "} do {\n%y = stablehlo.add %x, %x : tensor<?xi32>\nstablehlo.return %i, %y : tensor<i32>, tensor<?xi32>\n}\n"
               "%0 = chlo.broadcast_power %r#1, %z : (tensor<?xi32>, tensor<i32>) -> tensor<?xi32>\nreturn %0 : tensor<?xi32>\n}",
    "window": "func.func @main(%a: tensor<?xf32>, %i: tensor<i32>) -> tensor<3xf32> {\n"
              '%0 = "stablehlo.dynamic_slice"(%a, %i) {slice_sizes = array<i64: 3>} : (tensor<?xf32>, tensor<i32>) -> tensor<3xf32>\n'
              "return %0 : tensor<3xf32>\n}",
    "update": "func.func @main(%a: tensor<?xf32>, %b: tensor<?xf32>, %i: tensor<i32>) -> tensor<?xf32> {\n"
              '%0 = "stablehlo.dynamic_update_slice"(%a, %b, %i) : (tensor<?xf32>, tensor<?xf32>, tensor<i32>) -> tensor<?xf32>\n'
              "return %0 : tensor<?xf32>\n}",
    "top": 'func.func @main(%a: tensor<?xf32>) -> tensor<3xf32> {\n%0:2 = "chlo.top_k"(%a) {k = 3 : i64} : (tensor<?xf32>) -> '
           "(tensor<3xf32>, tensor<3xi32>)\nreturn %0#0 : tensor<3xf32>\n}",
    "features": "func.func @main(%x: tensor<1x4x?xf32>, %k: tensor<2x1x?xf32>) -> tensor<1x3x?xf32> {\n"
                "%0 = stablehlo.convolution(%x, %k) dim_numbers = [b, 0, f]x[0, i, o]->[b, 0, f], window = {} {batch_group_count = "
                "1 : i64, feature_group_count = 2 : i64} : (tensor<1x4x?xf32>, tensor<2x1x?xf32>) -> tensor<1x3x?xf32>\n"
                "return %0 : tensor<1x3x?xf32>\n}",
    "sums": "func.func @main(%a: tensor<?xf32>, %b: tensor<?xf32>, %z: tensor<f32>) -> (tensor<f32>, tensor<f32>) {\n"
            '%0:2 = "stablehlo.reduce"(%a, %b, %z, %z) ({\n^bb0(%p: tensor<f32>, %q: tensor<f32>, %r: tensor<f32>, %s: tensor<f32>):\n'
            "%1 = stablehlo.add %p, %r : tensor<f32>\n%2 = stablehlo.add %q, %s : tensor<f32>\n"
            "stablehlo.return %1, %2 : tensor<f32>, tensor<f32>\n}) {dimensions = array<i64: 0>} : "
            "(tensor<?xf32>, tensor<?xf32>, tensor<f32>, tensor<f32>) -> (tensor<f32>, tensor<f32>)\n"
            "return %0#0, %0#1 : tensor<f32>, tensor<f32>\n}",
    "sorts": "func.func @main(%a: tensor<?xf32>, %b: tensor<?xf32>) -> tensor<?xf32> {\n"
             '%0:2 = "stablehlo.sort"(%a, %b) ({\n^bb0(%p: tensor<f32>, %q: tensor<f32>, %r: tensor<f32>, %s: tensor<f32>):\n'
             "%1 = stablehlo.compare LT, %p, %q : (tensor<f32>, tensor<f32>) -> tensor<i1>\nstablehlo.return %1 : tensor<i1>\n"
             "}) {dimension = 0 : i64} : (tensor<?xf32>, tensor<?xf32>) -> (tensor<?xf32>, tensor<?xf32>)\n"
             "return %0#1 : tensor<?xf32>\n}",
    "places": "func.func @main(%a: tensor<4xi32>, %i: tensor<?x1xi32>, %u: tensor<?xi32>) -> tensor<4xi32> {\n"
              '%0 = "stablehlo.scatter"(%a, %i, %u) ({\n^bb0(%x: tensor<i32>, %y: tensor<i32>):\nstablehlo.return %y : tensor<i32>\n'
              "}) {scatter_dimension_numbers = #stablehlo.scatter<inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], "
              "index_vector_dim = 1>} : (tensor<4xi32>, tensor<?x1xi32>, tensor<?xi32>) -> tensor<4xi32>\nreturn %0 : tensor<4xi32>\n}",
    "norm": "func.func @main(%a: tensor<2x?xf32>, %b: tensor<?xf32>) -> tensor<2x?xf32> {\n"
            '%0 = "stablehlo.batch_norm_inference"(%a, %b, %b, %b, %b) {epsilon = 0.0 : f32, feature_index = 1 : i64} : '
            "(tensor<2x?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>) -> tensor<2x?xf32>\n"
            "return %0 : tensor<2x?xf32>\n}",
    "batches": "func.func @main(%a: tensor<?x?xf32>, %i: tensor<?x2x?xi32>) -> tensor<?x2x1xf32> {\n"
               '%0 = "stablehlo.gather"(%a, %i) {dimension_numbers = #stablehlo.gather<offset_dims = [2], operand_batching_dims = [0], '
               "start_indices_batching_dims = [0], start_index_map = [1], index_vector_dim = 2>, slice_sizes = array<i64: 1, 1>} : "
               "(tensor<?x?xf32>, tensor<?x2x?xi32>) -> tensor<?x2x1xf32>\nreturn %0 : tensor<?x2x1xf32>\n}",
    "select": "func.func @main(%a: tensor<?x?xf32>, %i: tensor<?x2xi32>) -> tensor<?x2xf32> {\n"
              '%0 = "stablehlo.torch_index_select"(%a, %i) {dim = 1 : i64, batch_dims = 1 : i64} : (tensor<?x?xf32>, tensor<?x2xi32>) '
              "-> tensor<?x2xf32>\nreturn %0 : tensor<?x2xf32>\n}",
    "transform": "func.func @main(%a: tensor<?x?xf32>) -> tensor<?x5xcomplex<f32>> {\n%0 = stablehlo.fft %a, type = RFFT, length = [8] : "
                 "(tensor<?x?xf32>) -> tensor<?x5xcomplex<f32>>\nreturn %0 : tensor<?x5xcomplex<f32>>\n}",
    "half": "func.func @main(%a: tensor<?xf32>) -> tensor<8xf32> {\n%z = stablehlo.complex %a, %a : (tensor<?xf32>, tensor<?xf32>) -> "
            "tensor<?xcomplex<f32>>\n%0 = stablehlo.fft %z, type = IRFFT, length = [8] : (tensor<?xcomplex<f32>>) -> tensor<8xf32>\n"
            "return %0 : tensor<8xf32>\n}",
    "told bound": f"func.func @main(%s: tensor<1xi64>) -> {BOUNDED} {{\n%0 = stablehlo.dynamic_iota %s, dim = 0 : (tensor<1xi64>) -> "
                  f"{BOUNDED}\nreturn %0 : {BOUNDED}\n}}",
    "told row": "func.func @main(%a: tensor<?x?xf32>) -> tensor<3x?xf32, #stablehlo.bounds<?, 8>> {\n%0 = stablehlo.add %a, %a : "
                "(tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<3x?xf32, #stablehlo.bounds<?, 8>>\n"
                "return %0 : tensor<3x?xf32, #stablehlo.bounds<?, 8>>\n}",
    "scales": "func.func @main(%a: tensor<?x?xf32>) -> tensor<?x?xf32> {\n%0 = stablehlo.uniform_quantize %a : (tensor<?x?xf32>) -> "
              "tensor<?x?x!quant.uniform<i8:f32:1, {0.5, 0.25}>>\n%1 = stablehlo.uniform_dequantize %0 : "
              "(tensor<?x?x!quant.uniform<i8:f32:1, {0.5, 0.25}>>) -> tensor<?x?xf32>\nreturn %1 : tensor<?x?xf32>\n}",
    "told windows": "func.func private @add(%p: tensor<f32>, %q: tensor<f32>) -> tensor<f32> {\n%0 = stablehlo.add %p, %q : tensor<f32>\n"
                    "return %0 : tensor<f32>\n}\nfunc.func @main(%a: tensor<?xf32>, %z: tensor<f32>, %w: tensor<1xi64>, %s: tensor<1xi64>, "
                    "%b: tensor<1xi64>, %d: tensor<1xi64>) -> tensor<?xf32> {\n%p = stablehlo.constant dense<0> : tensor<1x2xi64>\n"
                    "%0 = stablehlo.custom_call @stablehlo.dynamic_reduce_window(%a, %z, %w, %s, %b, %d, %p) {called_computations = "
                    "[@add]} : (tensor<?xf32>, tensor<f32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, "
                    "tensor<1x2xi64>) -> tensor<?xf32>\nreturn %0 : tensor<?xf32>\n}",
    "wide": "func.func @main(%a: tensor<?xf32>, %b: tensor<?xf32>) -> tensor<?xf32> {\n"
            "%0 = chlo.broadcast_multiply %a, %b : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>\n"
            "return %0 : tensor<?xf32>\n}",
    "solve": "func.func @main(%a: tensor<?x?xf32>, %b: tensor<?x1xf32>) -> tensor<?x1xf32> {\n"
             '%0 = "stablehlo.triangular_solve"(%a, %b) {left_side = true, lower = true, unit_diagonal = false, transpose_a = '
             "#stablehlo<transpose NO_TRANSPOSE>} : (tensor<?x?xf32>, tensor<?x1xf32>) -> tensor<?x1xf32>\n"
             "return %0 : tensor<?x1xf32>\n}",
}


def ones(*shape):
    return np.ones(shape, np.float32)


def sizes(*numbers):
    return np.array(numbers, np.int64)


FIT = [("bounded", (ones(8), ones(8)), (8,)), ("bounded", (ones(0), ones(0)), (0,)),
       ("broadcast", (ones(3), sizes(2, 3)), (2, 3)), ("broadcast", (ones(1), sizes(2, 4)), (2, 4)),
       ("broadcast", (ones(0), sizes(2, 0)), (2, 0)), ("broadcast", (ones(1), sizes(2, 0)), (2, 0)),
       ("carried", (sizes(3), np.int32(0)), (3,)), ("carried", (sizes(0), np.int32(0)), (0,)),
       ("wide", (ones(3), ones(1)), (3,)), ("wide", (ones(1), ones(3)), (3,)), ("wide", (ones(2), ones(2)), (2,)),
       ("wide", (ones(0), ones(1)), (0,)), ("wide", (ones(1), ones(0)), (0,)),
       ("kept", (ones(4), np.int32(0)), (4, 1)),
       ("reshape", (ones(6), sizes(3, 2)), (3, 2)), ("reshape", (ones(0), sizes(0, 5)), (0, 5)),
       ("rest", (ones(4, 6), sizes(-1, 4)), (6, 4)), ("rest", (ones(4, 6), sizes(24, -1)), (24, 1)),
       ("rest", (ones(4, 6), sizes(3, 8)), (3, 8)), ("constant rest", (ones(4, 6),), (2, 12)),
       ("constant rest", (ones(0, 6),), (2, 0)),
       ("slice", (ones(6), sizes(1), sizes(6), sizes(2)), (3,)), ("slice", (ones(6), sizes(6), sizes(6), sizes(1)), (0,)),
       ("gather", (ones(4, 5), sizes(0, 9, -3), sizes(2, 5)), (3, 2, 5)), ("gather", (ones(4, 5), sizes(), sizes(4, 0)), (0, 4, 0)),
       ("set", (ones(4, 3), np.int32(2)), (4, 2)), ("set", (ones(4, 3), np.int32(0)), (4, 0)),
       ("set", (ones(4, 3), np.int32(3)), (4, 3)), ("window", (ones(3), np.int32(7)), (3,)),
       ("update", (ones(3), ones(3), np.int32(-1)), (3,)), ("update", (ones(3), ones(0), np.int32(3)), (3,)),
       ("top", (ones(3),), (3,)), ("told row", (ones(3, 8) / 2,), (3, 8)), ("scales", (ones(5, 2),), (5, 2)),
       ("told windows", (ones(4), np.float32(0), sizes(1), sizes(2), sizes(1), sizes(3)), (2,)), ("features", (ones(1, 4, 2) / 2, ones(2, 1, 4)), (1, 3, 4))]
# What native code says names argument (by number and name) and dimension or element; the interpreter names the op.
CONTRADICT = [
    ("kept", (ones(5), np.int32(0)), "dimension 0 of argument 0 \\('a'\\) must equal 4 at .*: expected 4, found 5"),
    ("bounded", (ones(9), ones(9)), "argument 0 \\('a'\\), dimension 0: expected at most 8, found 9"),
    ("bounded", (ones(3), ones(4)), "dimension 0 of argument 1 \\('b'\\) must equal dimension 0 of argument 0 \\('a'\\) at "
     "<text>:2: expected 3, found 4"),
    ("broadcast", (ones(3), sizes(2, 4)), "dimension 0 of argument 0 \\('a'\\) must be 1 or equal element 1 of argument 1 "
     "\\('s'\\) at <text>:2: expected 4, found 3"),
    ("broadcast", (ones(0), sizes(2, 4)), "expected 4, found 0"),
    ("broadcast", (ones(3), sizes(-2, 3)), "element 0 of argument 1 \\('s'\\) must be at least 0 at .*found -2"),
    ("broadcast", (ones(3), sizes(2**62, 3)), "element 0 of argument 1 \\('s'\\).*: the size overflows"),
    ("iota", (sizes(2**31, 2**31),), "element 0 of argument 0 \\('s'\\).*: the size overflows"),
    ("iota", (sizes(2, -1),), "element 1 of argument 0 \\('s'\\) must be at least 0 at .*found -1"),
    ("told", (sizes(3, 5),), "element 1 of argument 0 \\('s'\\) must equal 4 at .*expected 4, found 5"),
    ("branch", (sizes(2), sizes(6), np.bool_(True)), "element 0 of argument 1 \\('t'\\) must equal element 0 of argument 0 \\('s'\\)"),
    ("told branch", (np.bool_(True), sizes(2)), "element 0 of argument 1 \\('s'\\) must equal 3 at .*expected 3, found 2"),
    ("dropped", (ones(4), np.zeros(2, np.int32), sizes(2)), "element 0 of argument 2 \\('s'\\) must be at most 1"),
    ("dropped", (ones(4), np.zeros(2, np.int32), sizes(-1)), "element 0 of argument 2 \\('s'\\) must be at least 0"),
    ("dropped", (ones(0), np.zeros(2, np.int32), sizes(0)), "dimension 0 of argument 0 \\('a'\\) must be at least 1"),
    ("scatter", (np.zeros(4, np.int32), np.int32(0), np.ones(5, np.int32)), "dimension 0 of argument 2 \\('u'\\) must be at most 4"),
    ("reshape", (ones(6), sizes(2, 4)), "element 0 of argument 1 \\('s'\\)\\*element 1 of argument 1 \\('s'\\).*expected 6, found 8"),
    ("reshape", (ones(6), sizes(-2, -3)), "found -2"),
    ("rest", (ones(4, 6), sizes(-1, -1)), "expected 24, found 576"), ("rest", (ones(4, 6), sizes(-1, 5)), "expected 24, found 20"),
    ("rest", (ones(4, 6), sizes(-2, 4)), "element 0 of argument 1 \\('s'\\) must be at least -1 at .*found -2"),
    ("constant rest", (ones(3, 1),), "expected 3, found 2"),
    ("slice", (ones(6), sizes(1), sizes(7), sizes(1)), "element 0 of argument 2 \\('h'\\) must be at most dimension 0 of argument 0 "
     "\\('a'\\) at .*expected at most 6, found 7"),
    ("pad", (ones(2), np.float32(0), sizes(1), sizes(0), sizes(-1)), "element 0 of argument 4 \\('i'\\) must be at least 0"),
    ("pad", (ones(2), np.float32(0), sizes(-2), sizes(-1), sizes(0)), "must be at least 0 at .*: expected at least 0, found -1"),
    ("slice", (ones(6), sizes(3), sizes(2), sizes(1)), "argument 1 \\('l'\\) must be at most element 0 of argument 2"),
    ("slice", (ones(6), sizes(0), sizes(2), sizes(0)), "element 0 of argument 3 \\('s'\\) must be at least 1"),
    ("gather", (ones(4, 5), sizes(0, 1), sizes(5, 5)), "element 0 of argument 2 \\('s'\\) must be at most dimension 0 of argument 0"),
    ("gather", (ones(4, 5), sizes(0, 1), sizes(-1, 5)), "element 0 of argument 2 \\('s'\\) must be at least 0"),
    ("set", (ones(4, 3), np.int32(4)), "argument 1 \\('n'\\) must be at most 3"),
    ("set", (ones(4, 3), np.int32(-1)), "argument 1 \\('n'\\) must be at least 0"),
    ("window", (ones(2), np.int32(0)), "dimension 0 of argument 0 \\('a'\\) must be at least 3 at .*found 2"),
    ("update", (ones(2), ones(3), np.int32(0)), "dimension 0 of argument 1 \\('b'\\) must be at most dimension 0 of argument 0"),
    ("top", (ones(2),), "dimension 0 of argument 0 \\('a'\\) must be at least 3 at .*found 2"),
    ("features", (ones(1, 4, 6), ones(2, 1, 4)), "convolution: .*dimension 2 of argument 0 \\('x'\\).*expected"),
    ("features", (ones(1, 4, 3), ones(2, 1, 4)), "dimension 2 of argument 0 \\('x'\\).* must equal 0"),
    ("features", (ones(1, 4, 2), ones(2, 1, 3)), "dimension 2 of argument 1 \\('k'\\).* must equal 0"),
    ("sums", (ones(3), ones(2), np.float32(0)), "dimension 0 of argument 1 \\('b'\\) must equal dimension 0 of argument 0"),
    ("sorts", (ones(3), ones(2)), "dimension 0 of argument 1 \\('b'\\) must equal dimension 0 of argument 0"),
    ("places", (np.zeros(4, np.int32), np.zeros((2, 1), np.int32), np.ones(3, np.int32)), "argument 2 \\('u'\\) must equal"),
    ("norm", (ones(2, 3), ones(2)), "argument 1 \\('b'\\) must equal dimension 1 of argument 0"),
    ("wide", (ones(2), ones(3)), "dimension 0 of argument 0 \\('a'\\) must be 1 or equal .*expected 3, found 2"),
    ("wide", (ones(0), ones(3)), "dimension 0 of argument 1 \\('b'\\) must be 1 or equal .*expected 0, found 3"),
    ("solve", (ones(2, 3), ones(2, 1)), "dimension 1 of argument 0 \\('a'\\) must equal"),
    ("solve", (ones(2, 2), ones(3, 1)), "must equal"),
    ("batches", (ones(2, 4), np.zeros((3, 2, 1), np.int32)), "argument 1 \\('i'\\) must equal dimension 0 of argument 0 .*found 3"),
    ("batches", (ones(2, 4), np.zeros((2, 2, 0), np.int32)), "dimension 2 of argument 1 \\('i'\\) must equal 1"),
    ("select", (ones(2, 4), np.zeros((3, 2), np.int32)), "argument 1 \\('i'\\) must equal dimension 0 of argument 0"),
    ("transform", (ones(2, 24),), "dimension 1 of argument 0 \\('a'\\) must equal 8 at .*found 24"),
    ("told bound", (sizes(9),), "element 0 of argument 0 \\('s'\\) must be at most 8 at .*found 9"),
    ("told row", (ones(3, 9),), "dimension 1 of argument 0 \\('a'\\) must be at most 8"),
    ("told row", (ones(4, 8),), "dimension 0 of argument 0 \\('a'\\) must equal 3"),
    ("scales", (ones(2, 3),), "dimension 1 of argument 0 \\('a'\\) must equal 2 at .*found 3"),
    *[("told windows", (ones(4), np.float32(0), *[sizes(0 if k == i else 1) for k in range(4)]),
       f"element 0 of argument {i + 2} .* must be at least 1 at .*found 0") for i in range(4)],
    ("half", (ones(6),), "must equal 5 at .*found 6")]


def places(size, window, stride, pad, base, dilation):
    """Of a window in a dimension, as the specification of reduce_window counts them."""
    size, window = (0 if n == 0 else (n - 1) * f + 1 for n, f in ((size, base), (window, dilation)))
    padded = size + 2 * pad
    return 0 if padded <= 0 or window > padded else (padded - window) // stride + 1


@pytest.mark.parametrize("stride, pad, base, dilation", [(1, 0, 1, 1), (2, 0, 3, 1), (3, 1, 1, 3), (1, 1, 2, 2)])
def test_convolution_of_nothing_and_by_nothing(stride, pad, base, dilation):
    """A window of no elements has places, but none where there is nothing, dilated or not."""
    text = ("func.func @main(%x: tensor<1xXx1xf32>, %k: tensor<Wx1x1xf32>) -> tensor<1x?x1xf32> {\n%0 = stablehlo.convolution"
            f"(%x, %k) dim_numbers = [b, 0, f]x[0, i, o]->[b, 0, f], window = {{stride = [{stride}], pad = [[{pad}, {pad}]], "
            f"lhs_dilate = [{base}], rhs_dilate = [{dilation}]}} {{batch_group_count = 1 : i64, feature_group_count = 1 : i64}} : "
            "(tensor<1xXx1xf32>, tensor<Wx1x1xf32>) -> tensor<1x?x1xf32>\nreturn %0 : tensor<1x?x1xf32>\n}")
    for backend in ("weft", "interp"):
        for of in "?123":
            run = capi.Weft(backend).compile(text.replace("X", "?").replace("W", of))
            for size, window in itertools.product(range(4), range(4) if of == "?" else [int(of)]):
                result = run(ones(1, size, 1), ones(window, 1, 1))[0]
                assert result.shape == (1, places(size, window, stride, pad, base, dilation), 1), (backend, of, size, window)


@pytest.mark.parametrize("window", ["stride = [1, 1], pad = [[1, 1], [1, 1]]", "stride = [2, 1], pad = [[0, 1], [1, -1]]",
                                    "stride = [1, 2], pad = [[2, 2], [1, 0]], rhs_dilate = [2, 1]", "pad = [[1, 2], [2, 1]], lhs_dilate = [2, 2]",
                                    "pad = [[3, 1], [0, 2]], lhs_dilate = [3, 1], rhs_dilate = [2, 1]"])
@pytest.mark.parametrize("dtype", ["f32", "f64"])
def test_convolution_of_any_height_and_width(dtype, window):
    """Winograd's, and of rows that are gathered, in groups too: images of no place and of one, and of no images."""
    wide, rng = {"f32": np.float32, "f64": np.float64}[dtype], np.random.default_rng(0)
    for groups, order in ((1, "b, 0, 1, f"), (1, "b, f, 0, 1"), (2, "f, 0, b, 1")):
        shape = ["?"] * 4
        shape[order.split(", ").index("f")] = "32"
        x, w = f"tensor<{'x'.join(shape)}x{dtype}>", f"tensor<34x{32 // groups}x3x3x{dtype}>"
        y = x.replace("32x", "34x") if "32x" in x else x
        text = (f"func.func @main(%x: {x}, %k: {w}) -> {y} {{\n%0 = stablehlo.convolution(%x, %k) dim_numbers = [{order}]x[o, i, 0, 1]->"
                f"[{order}], window = {{{window}}} {{batch_group_count = 1 : i64, feature_group_count = {groups} : i64}} : ({x}, {w}) -> {y}\n"
                f"return %0 : {y}\n}}")
        runs = [capi.Weft(backend).compile(text) for backend in ("weft", "interp")]
        kernel = rng.integers(-4, 5, (34, 32 // groups, 3, 3)).astype(wide)
        for size in ((1, 1, 1), (2, 3, 2), (1, 2, 7), (0, 5, 5), (3, 0, 4), (2, 4, 19), (1, 15, 5)):
            dims = [{"b": size[0], "0": size[1], "1": size[2], "f": 32}[d] for d in order.split(", ")]
            image = rng.integers(-4, 5, dims).astype(wide)
            got, want = (run(image, kernel)[0] for run in runs)
            assert got.shape == want.shape, (groups, order, size)
            np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-3 if dtype == "f32" else 0)


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("window", ["pad = [[1, 1], [1, 1]]", "stride = [2, 1], pad = [[0, 2], [1, 1]], rhs_dilate = [1, 2]"])
def test_convolution_by_windows_of_any_size(window, groups):
    """As the gradient by weights is: images of no place, no images, and padding behind a slice."""
    rng, step = np.random.default_rng(0), 2 if "stride" in window else 1
    cut = "stride" in window
    text = ("func.func @main(%x: tensor<?x4x?x?xf32>, %k: tensor<?x6x?x?xf32>) -> tensor<4x6x3x3xf32> {\n"
            "%0 = stablehlo.convolution(%x, %k) dim_numbers = [f, b, 0, 1]x[i, o, 0, 1]->[b, f, 0, 1], window = {WINDOW} "
            f"{{batch_group_count = {groups} : i64, feature_group_count = 1 : i64}} : (tensor<?x4x?x?xf32>, tensor<?x6x?x?xf32>) -> "
            f"tensor<{4 // groups}x6x3x3xf32>\nreturn %0 : tensor<{4 // groups}x6x3x3xf32>\n}}")
    text = text.replace("tensor<4x6x3x3xf32> {", f"tensor<{4 // groups}x6x3x3xf32> {{").replace("WINDOW", window)
    runs = [capi.Weft(backend).compile(text) for backend in ("weft", "interp")]
    for images, h, w in ((2, 5, 4), (1, 9, 17), (0, 4, 4), (3, 1, 1), (2, 2, 40)):
        # what each window has of the padded image: (3 - 1) * step + h = the image and its padding
        high = (h - 1 + 2 * step + 1 - 2 if cut else h, 2 * (w - 1) + 2 + 1 - 2 if cut else w)
        if min(high) < 0:
            continue
        x, k = rng.integers(-4, 5, (images, 4, *high)).astype(np.float32), rng.integers(-4, 5, (images, 6, h, w)).astype(np.float32)
        got, want = (run(x, k)[0] for run in runs)
        np.testing.assert_array_equal(got, want)


def test_convolution_of_padding_and_kernel_by_value():
    runs = [capi.Weft(backend).compile(PROGRAMS["convolution"]) for backend in ("weft", "interp")]
    for height, width, rows in ((5, 4, 2), (1, 1, 1), (7, 3, 3), (0, 2, 1), (40, 33, 5)):
        for padding in ([[0, 0], [0, 0]], [[2, 1], [0, 3]], [[-1, 0], [1, -1]], [[-3, -3], [0, 0]]):
            x = np.arange(height * width, dtype=np.float32).reshape(1, height, width, 1)
            kernel = np.arange(1, 2 * rows + 1, dtype=np.float32).reshape(rows, 2, 1, 1)
            got, want = (run(x, kernel, np.array(padding, np.int64))[0] for run in runs)
            assert got.shape == want.shape, (height, width, rows, padding)
            np.testing.assert_allclose(got, want, rtol=1e-6)


@pytest.mark.parametrize("backend", ["weft", "interp"])
def test_sizes_that_fit(backend):
    for name, args, shape in FIT:
        result, *sums = capi.Weft(backend).compile(PROGRAMS[name])(*args)
        assert result.shape == shape, name
        assert all((s == shape[1]).all() for s in sums), name
        assert (result == (2 if name == "bounded" else 1)).all(), name


@pytest.mark.parametrize("backend", ["weft", "interp"])
@pytest.mark.parametrize("name,args,message", CONTRADICT, ids=[f"{c[0]}-{i}" for i, c in enumerate(CONTRADICT)])
def test_sizes_that_contradict(backend, name, args, message):
    run = capi.Weft(backend).compile(PROGRAMS[name])
    with pytest.raises(capi.WeftError, match=message if backend == "weft" else "error: (stablehlo|chlo)|argument 0") as e:
        run(*args)
    assert backend != "weft" or e.value.code == 3, "INVALID_ARGUMENT"


def windows(result, operand, sizes_of, base, padding, dilations, dims, strides):
    return (f'{result} = "stablehlo.reduce_window"({operand}, %z) <{{base_dilations = array<i64: {base}>, padding = dense<{padding}> : '
            f"tensor<3x2xi64>, window_dilations = array<i64: {dilations}>, window_dimensions = array<i64: {dims}>, window_strides = "
            f"array<i64: {strides}>}}> ({{\n^bb0(%p: tensor<f32>, %q: tensor<f32>):\n%m = stablehlo.minimum %p, %q : tensor<f32>\n"
            f"stablehlo.return %m : tensor<f32>\n}}) : (tensor<{sizes_of[0]}xf32>, tensor<f32>) -> tensor<{sizes_of[1]}xf32>\n")


def test_windows_of_windows_with_holes():
    """In one kernel; a vector's first lane lies in the padding before an input with holes, and the others in it."""
    program = ("func.func @main(%a: tensor<?x5x?xf32>, %z: tensor<f32>) -> tensor<?x5x?xf32> {\n" +
               windows("%0", "%a", ("?x5x?", "?x14x?"), "1, 3, 2", [[1, 0], [2, 1], [0, 0]], "2, 2, 3", "2, 2, 2", "2, 1, 2") +
               windows("%1", "%0", ("?x14x?", "?x5x?"), "1, 1, 1", [[0, 1], [0, 1], [2, 1]], "3, 2, 1", "2, 2, 3", "2, 3, 3") +
               "return %1 : tensor<?x5x?xf32>\n}")
    native, interp = (capi.Weft(backend).compile(program) for backend in ("weft", "interp"))
    for rows, columns in ((6, 5), (9, 70), (6, 1), (6, 0)):
        a = (np.arange(rows * 5 * columns, dtype=np.float32) * 37 % 23).reshape(rows, 5, columns)
        got, want = native(a, np.float32(20))[0], interp(a, np.float32(20))[0]
        np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("backend", ["weft", "interp"])
def test_index_select_of_nothing(backend):
    """Zeros, also of what a kernel computes at the index."""
    run = capi.Weft(backend).compile(
        "func.func @main(%a: tensor<?xi32>, %i: tensor<20xi32>) -> tensor<20xi32> {\n%n = stablehlo.not %a : tensor<?xi32>\n"
        '%0 = "stablehlo.torch_index_select"(%n, %i) <{batch_dims = 0 : i64, dim = 0 : i64}> : (tensor<?xi32>, tensor<20xi32>) -> '
        "tensor<20xi32>\nreturn %0 : tensor<20xi32>\n}")
    index = np.arange(20, dtype=np.int32) - 3
    np.testing.assert_array_equal(run(np.zeros(0, np.int32), index)[0], np.zeros(20))
    np.testing.assert_array_equal(run(np.arange(5, dtype=np.int32), index)[0], ~np.clip(index, 0, 4))


@pytest.mark.parametrize("op, operands", [("training", "%a, %s, %s"), ("grad", "%a, %s, %s, %s, %b")])
def test_batch_norms_of_any_size(op, operands):
    vector, types = "tensor<?xf32>", "tensor<?x?x?xf32>"
    given = ", ".join(types if name in "%a%b" else vector for name in operands.split(", "))
    program = (f"func.func @main(%a: {types}, %b: {types}, %s: {vector}) -> ({types}, {vector}, {vector}) {{\n"
               f'%0:3 = "stablehlo.batch_norm_{op}"({operands}) {{epsilon = 1.0 : f32, feature_index = 1 : i64}} : ({given}) -> '
               f"({types}, {vector}, {vector})\nreturn %0#0, %0#1, %0#2 : {types}, {vector}, {vector}\n}}")
    native, interp = (capi.Weft(backend).compile(program) for backend in ("weft", "interp"))
    for shape in ((2, 3, 4), (1, 5, 1), (0, 2, 3), (3, 0, 2), (7, 2, 40)):
        a = (np.arange(np.prod(shape), dtype=np.float32) * 37 % 11).reshape(shape)
        args = a, a[::-1] % 5, np.arange(1, shape[1] + 1, dtype=np.float32)
        for got, want in zip(native(*args), interp(*args)):
            assert got.shape == want.shape
            np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("op", ["all_reduce", "all_gather", "reduce_scatter", "all_to_all", "collective_permute"])
def test_collectives_of_any_size(op):
    """Of one process: what it has."""
    groups = "replica_groups = dense<0> : tensor<1x1xi64>"
    body = "({\n^bb0(%p: tensor<f32>, %q: tensor<f32>):\n%m = stablehlo.add %p, %q : tensor<f32>\nstablehlo.return %m : tensor<f32>\n})"
    what = {"all_reduce": f"{body} {{{groups}}}",
            "all_gather": f"{{all_gather_dim = 0 : i64, {groups}}}",
            "reduce_scatter": f"{body} {{scatter_dimension = 1 : i64, {groups}}}",
            "all_to_all": f"{{split_dimension = 0 : i64, concat_dimension = 1 : i64, split_count = 1 : i64, {groups}}}",
            "collective_permute": "{source_target_pairs = dense<0> : tensor<1x2xi64>}"}[op]
    run = capi.Weft("weft").compile(f"func.func @main(%a: tensor<?x?xf32>) -> tensor<?x?xf32> {{\n%0 = \"stablehlo.{op}\"(%a) {what} : "
                                    "(tensor<?x?xf32>) -> tensor<?x?xf32>\nreturn %0 : tensor<?x?xf32>\n}")
    for shape in ((2, 3), (0, 4), (1, 70)):
        a = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
        np.testing.assert_array_equal(run(a)[0], a)


@pytest.mark.parametrize("backend", ["weft", "interp"])
def test_nobody_asks_about_sizes_of_what_is_unused(backend):
    """Of an op whose result is used they are an error (doc/conformance.md)."""
    program = ("func.func @main(%a: tensor<?xf32>, %b: tensor<?xf32>) -> tensor<?xf32> {{\n%0 = stablehlo.add %a, %b : tensor<?xf32>\n"
               "return {} : tensor<?xf32>\n}}")
    unused, used = (capi.Weft(backend).compile(program.format(name)) for name in ("%a", "%0"))
    assert unused(ones(3), ones(4))[0].shape == (3,)
    with pytest.raises(capi.WeftError):
        used(ones(3), ones(4))
