"""Portable artifacts: what jaxlib writes is read as what its text says, and jaxlib reads what is written here.

Programs are StableHLO's own (tests/conformance), JAX's modules and those below; a program that jaxlib's text
parser refuses, or cannot write at a version, is left out.
"""
import ctypes
import glob
import os
import re
import subprocess
import sys

import pytest
from capi import STABLEHLO, load

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WEFT = os.path.join(os.environ.get("BUILD", os.path.join(ROOT, "build")), "weft")
ROUNDTRIP = sorted(glob.glob(os.path.join(ROOT, "tests", "conformance", "roundtrip", "*.mlir")))
JAX_MODULES = sorted(glob.glob(os.path.join(ROOT, "bench", "jax_modules", "*.mlir")))
OLD = ["0.9.0", "0.10.0", "0.12.0", "0.14.0", "0.15.0", "0.20.0", "1.0.0", "1.4.0", "1.8.0", "1.13.7", "1.17.0"]
NEW = ["1.18.0", "1.19.0", "1.20.0"]

SMALL_FLOATS = ["f8E5M2", "f8E4M3", "f8E4M3FN", "f8E5M2FNUZ", "f8E4M3FNUZ", "f8E4M3B11FNUZ", "f8E3M4", "f4E2M1FN",
                "f6E2M3FN", "f6E3M2FN", "f8E8M0FNU"]
# What the folders have little of: each feature once.
PROGRAMS = {
    # Of a custom_call how shardings pass through it: factors i to z, then z_1 ...
    "sharding-rules": """
func.func @main(%a: tensor<2x3x4xf32>, %b: tensor<4x3xf32>, %c: tensor<1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x2xf32>) -> (tensor<2x12xf32>, tensor<1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x2xf32>) {
  %0 = stablehlo.custom_call @f(%a, %b) {sdy.sharding_rule = #sdy.op_sharding_rule<([i, j, k], [k, l])->([i, jk]) {i=2, j=3, k=4, l=3} reduction={l} need_replication={k}, custom>} : (tensor<2x3x4xf32>, tensor<4x3xf32>) -> tensor<2x12xf32>
  %1 = stablehlo.custom_call @g(%0) {sdy.sharding_rule = #sdy.op_sharding_rule<([i, j])->([i, k]) {i=2, j=12, k=12} permutation={i} blocked_propagation={j}>} : (tensor<2x12xf32>) -> tensor<2x12xf32>
  %2 = stablehlo.custom_call @h(%c) {sdy.sharding_rule = #sdy.op_sharding_rule<([i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, z_1, z_2])->([i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, z_1, z_2]) {i=1, j=1, k=1, l=1, m=1, n=1, o=1, p=1, q=1, r=1, s=1, t=1, u=1, v=1, w=1, x=1, y=1, z=1, z_1=1, z_2=2}>} : (tensor<1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x2xf32>) -> tensor<1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x2xf32>
  return %1, %2 : tensor<2x12xf32>, tensor<1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x2xf32>
}""",
    "captures": """
func.func public @main(%n: tensor<i32>, %x: tensor<4xf32> {tf.aliasing_output = 0 : i32}) -> (tensor<4xf32> {jax.result_info = "r"}) {
  %z = stablehlo.constant dense<0.0> : tensor<f32>
  %0:2 = stablehlo.while(%i = %n, %a = %x) : tensor<i32>, tensor<4xf32>
  cond {
    %c = stablehlo.constant dense<10> : tensor<i32>
    %b = stablehlo.compare LT, %i, %c : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %b : tensor<i1>
  } do {
    %s = stablehlo.reduce(%a init: %z) applies stablehlo.add across dimensions = [0] : (tensor<4xf32>, tensor<f32>) -> tensor<f32>
    %t = stablehlo.broadcast_in_dim %s, dims = [] : (tensor<f32>) -> tensor<4xf32>
    %u = stablehlo.add %t, %x : tensor<4xf32>
    stablehlo.return %i, %u : tensor<i32>, tensor<4xf32>
  }
  return %0#1 : tensor<4xf32>
}""",
    "constants": """
func.func @main() -> (tensor<3xi1>, tensor<9xi1>, tensor<i1>, tensor<20xi1>, tensor<3xi4>, tensor<2xui64>, tensor<2xcomplex<f32>>, tensor<0xf32>, tensor<64x64xf32>, tensor<2xbf16>) {
  %0 = stablehlo.constant dense<[true, false, true]> : tensor<3xi1>
  %1 = stablehlo.constant dense<true> : tensor<9xi1>
  %2 = stablehlo.constant dense<false> : tensor<i1>
  %3 = stablehlo.constant dense<false> : tensor<20xi1>
  %4 = stablehlo.constant dense<[-2, 7, -8]> : tensor<3xi4>
  %5 = stablehlo.constant dense<[18446744073709551615, 1]> : tensor<2xui64>
  %6 = stablehlo.constant dense<[(1.0, 2.0), (-0.0, 3.5)]> : tensor<2xcomplex<f32>>
  %7 = stablehlo.constant dense<> : tensor<0xf32>
  %8 = stablehlo.constant dense<1.5> : tensor<64x64xf32>
  %9 = stablehlo.constant dense<[1.0, 0x7F80]> : tensor<2xbf16>
  return %0, %1, %2, %3, %4, %5, %6, %7, %8, %9 : tensor<3xi1>, tensor<9xi1>, tensor<i1>, tensor<20xi1>, tensor<3xi4>, tensor<2xui64>, tensor<2xcomplex<f32>>, tensor<0xf32>, tensor<64x64xf32>, tensor<2xbf16>
}""",
    "custom_calls": "\n".join(
        ["func.func @main(%a: tensor<8x8xf32>) -> tensor<8x8xf32> {",
         *(f"""  %{i} = stablehlo.custom_call @f(%a) {{api_version = {i} : i32, has_side_effect = true, backend_config = {config},
      x.y = "s", operand_layouts = [dense<[0, 1]> : tensor<2xindex>], result_layouts = [dense<[1, 0]> : tensor<2xindex>],
      output_operand_aliases = [#stablehlo.output_operand_alias<output_tuple_indices = [], operand_index = 0, operand_tuple_indices = []>]}}
      : (tensor<8x8xf32>) -> tensor<8x8xf32>"""
           for i, config in ((1, '"a\\00b"'), (2, '"t"'), (3, '""'), (4, '{k = [1 : i32, 2.0 : f64], s = "x"}'))),
         "  return %4 : tensor<8x8xf32>", "}"]),
    "composite": """
module @m attributes {mhlo.num_partitions = 1 : i32, jax.uses_shape_polymorphism = false} {
  func.func @main(%a: tensor<8xf32>) -> tensor<8xf32> attributes {x.t = tensor<2xf32>, x.f = (tensor<f32>) -> tensor<f32>} {
    %0 = stablehlo.composite "a.b" %a {composite_attributes = {z = 1 : i32, a = [1.0 : f32, "s"], t = f32, b = true, d = dense<[1, 2]> : tensor<2xi8>, e = #stablehlo<precision HIGH>}, decomposition = @g, version = 2 : i32} : (tensor<8xf32>) -> tensor<8xf32>
    return %0 : tensor<8xf32>
  }
  func.func private @g(%a: tensor<8xf32> {x.y = 1 : i8}) -> tensor<8xf32> {
    return %a : tensor<8xf32>
  }
  func.func private @declared(tensor<f32>) -> tensor<f32>
}""",
    "tokens": """
func.func @main(%t: !stablehlo.token, %x: tuple<tensor<f32>, tuple<tensor<2xi8>>>) -> tuple<tensor<f32>, !stablehlo.token> {
  %0 = stablehlo.create_token : !stablehlo.token
  %1 = stablehlo.after_all %t, %0 : !stablehlo.token
  %2 = stablehlo.get_tuple_element %x[0] : (tuple<tensor<f32>, tuple<tensor<2xi8>>>) -> tensor<f32>
  %3 = stablehlo.tuple %2, %1 : tuple<tensor<f32>, !stablehlo.token>
  return %3 : tuple<tensor<f32>, !stablehlo.token>
}""",
    "bounds": """
func.func @main(%x: tensor<?x4xf32, #stablehlo.bounds<5, ?>>, %y: tensor<?x?xf32>) -> tensor<?x4xf32, #stablehlo.bounds<5, ?>> {
  %0 = stablehlo.negate %x : tensor<?x4xf32, #stablehlo.bounds<5, ?>>
  return %0 : tensor<?x4xf32, #stablehlo.bounds<5, ?>>
}""",
    "chlo-bounds": """
func.func @main(%x: tensor<?x4xf32, #stablehlo.bounds<300, ?>>) -> tensor<?x4xf32, #stablehlo.bounds<300, ?>> {
  %0 = chlo.erf %x : tensor<?x4xf32, #stablehlo.bounds<300, ?>> -> tensor<?x4xf32, #stablehlo.bounds<300, ?>>
  %1 = chlo.broadcast_add %0, %0 : (tensor<?x4xf32, #stablehlo.bounds<300, ?>>, tensor<?x4xf32, #stablehlo.bounds<300, ?>>) -> tensor<?x4xf32, #stablehlo.bounds<300, ?>>
  return %1 : tensor<?x4xf32, #stablehlo.bounds<300, ?>>
}""",
    "chlo-arc": """
func.func @main(%x: tensor<4xcomplex<f64>>) -> tensor<4xcomplex<f64>> {
  %0 = chlo._asin_acos_kernel %x : tensor<4xcomplex<f64>> -> tensor<4xcomplex<f64>>
  return %0 : tensor<4xcomplex<f64>>
}""",
    "shardings": """
module @m {
  sdy.mesh @mesh = <["x"=2, "y"=4]>
  sdy.mesh @other = <["x"=2], device_ids=[1, 0]>
  func.func public @main(%a: tensor<8x8xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"x"}, {"y":(1)2, ?}]>}, %b: tensor<8x8xf32> {sdy.sharding = #sdy.sharding<@mesh, [{?}p1, {"x"}p3], replicated={"y":(2)2}>}) -> (tensor<8x8xf32> {sdy.sharding = #sdy.sharding<@mesh, [{}, {}], unreduced={"x"}>}) {
    %0 = sdy.sharding_constraint %a <@mesh, [{}, {"x"}]> : tensor<8x8xf32>
    %1 = stablehlo.add %0, %b {sdy.sharding = #sdy.sharding_per_value<[<@mesh, [{"x"}, {}]>]>} : tensor<8x8xf32>
    %2 = sdy.reshard %1 <@mesh, [{"x"}, {?}]> : tensor<8x8xf32>
    %3 = sdy.propagation_barrier %2 allowed_direction=BACKWARD : tensor<8x8xf32>
    return %3 : tensor<8x8xf32>
  }
}""",
    "collectives": """
module {
  sdy.mesh @mesh = <["x"=2, "y"=4]>
  func.func public @main(%a: tensor<8x8xf32>) -> tensor<8x8xf32> {
    %0 = sdy.reshard %a <@mesh, [{"x", "y"}, {}]> : tensor<8x8xf32>
    %1 = sdy.all_gather [{"y"}, {}] %0 out_sharding=<@mesh, [{"x"}, {}]> : tensor<8x8xf32>
    %2 = sdy.all_slice [{}, {"y":(1)2}] %1 out_sharding=<@mesh, [{"x"}, {"y":(1)2}]> : tensor<8x8xf32>
    %3 = sdy.all_to_all [{"x"}: 0->1] %2 out_sharding=<@mesh, [{}, {"y":(1)2, "x"}]> : tensor<8x8xf32>
    %4 = sdy.collective_permute %3 out_sharding=<@mesh, [{}, {"x", "y":(2)2}]> : tensor<8x8xf32>
    %5 = stablehlo.negate %4 : tensor<8x8xf32>
    %6 = sdy.reshard %5 <@mesh, [{"x"}, {}]> : tensor<8x8xf32>
    %7 = sdy.all_reduce {"y"} %6 out_sharding=<@mesh, [{"x"}, {}]> : tensor<8x8xf32>
    %8 = sdy.reduce_scatter [{}, {"y"}] %7 out_sharding=<@mesh, [{"x"}, {"y"}]> : tensor<8x8xf32>
    %9 = sdy.sharded_to_unreduced [{"x"}, {}] %8 out_sharding=<@mesh, [{}, {"y"}], unreduced={"x"}> : tensor<8x8xf32>
    %10 = stablehlo.negate %9 : tensor<8x8xf32>
    %11 = sdy.data_flow_edge %10 sharding=<@mesh, [{"x"}, {}]> : tensor<8x8xf32>
    %12 = stablehlo.negate %a : tensor<8x8xf32>
    %13 = sdy.data_flow_edge %12 : tensor<8x8xf32>
    %14 = stablehlo.add %11, %13 : tensor<8x8xf32>
    sdy.sharding_group %14 group_id=3 : tensor<8x8xf32>
    return %14 : tensor<8x8xf32>
  }
}""",
    # Of regions in regions that return casts: values are numbered behind those.
    "regions-within": """
module {
  sdy.mesh @mesh = <["x"=1]>
  func.func public @main(%a: tensor<4x8xf32>, %z: tensor<f32>, %n: tensor<i32>) -> (tensor<4xf32>, tensor<f32>) {
    %0:2 = sdy.manual_computation(%a, %z, %n) in_shardings=[<@mesh, [{"x"}, {}]>, <@mesh, []>, <@mesh, []>] out_shardings=[<@mesh, [{"x"}]>, <@mesh, []>] manual_axes={"x"} (%b: tensor<4x8xf32>, %y: tensor<f32>, %m: tensor<i32>) {
      %1 = stablehlo.reduce(%b init: %y) applies stablehlo.add across dimensions = [1] : (tensor<4x8xf32>, tensor<f32>) -> tensor<4xf32>
      %2:2 = stablehlo.while(%i = %m, %s = %1) : tensor<i32>, tensor<4xf32>
      cond {
        %c = stablehlo.constant dense<3> : tensor<i32>
        %l = stablehlo.compare LT, %i, %c : (tensor<i32>, tensor<i32>) -> tensor<i1>
        stablehlo.return %l : tensor<i1>
      } do {
        %c = stablehlo.constant dense<1> : tensor<i32>
        %j = stablehlo.add %i, %c : tensor<i32>
        %t = stablehlo.sine %s : tensor<4xf32>
        stablehlo.return %j, %t : tensor<i32>, tensor<4xf32>
      }
      %3 = stablehlo.reduce(%2#1 init: %y) applies stablehlo.maximum across dimensions = [0] : (tensor<4xf32>, tensor<f32>) -> tensor<f32>
      sdy.return %2#1, %3 : tensor<4xf32>, tensor<f32>
    } : (tensor<4x8xf32>, tensor<f32>, tensor<i32>) -> (tensor<4xf32>, tensor<f32>)
    return %0#0, %0#1 : tensor<4xf32>, tensor<f32>
  }
}""",
    "manual": """
module {
  sdy.mesh @mesh = <["x"=2, "y"=4]>
  func.func public @main(%a: tensor<8x8xf32>, %b: tensor<8x8xf32>) -> (tensor<8x8xf32>, tensor<8x8xf32>) {
    %0:2 = sdy.manual_computation(%a, %b) in_shardings=[<@mesh, [{"x"}, {?}]>, <@mesh, [{}, {}]>] out_shardings=[<@mesh, [{"x"}, {?}]>, <@mesh, [{}, {}]>] manual_axes={"x"} (%p: tensor<4x8xf32>, %q: tensor<8x8xf32>) {
      %1 = sdy.manual_computation(%p) in_shardings=[<@mesh, [{}, {"y"}]>] out_shardings=[<@mesh, [{}, {"y"}]>] manual_axes={"y"} (%r: tensor<4x2xf32>) {
        %2 = stablehlo.add %r, %r : tensor<4x2xf32>
        sdy.return %2 : tensor<4x2xf32>
      } : (tensor<4x8xf32>) -> tensor<4x8xf32>
      %3 = stablehlo.negate %q : tensor<8x8xf32>
      sdy.return %1, %q : tensor<4x8xf32>, tensor<8x8xf32>
    } : (tensor<8x8xf32>, tensor<8x8xf32>) -> (tensor<8x8xf32>, tensor<8x8xf32>)
    %4 = sdy.named_computation<"twice">(%0#0) in_shardings=[<@mesh, [{"x"}, {}]>] out_shardings=[<@mesh, [{"x"}, {}]>] (%p: tensor<8x8xf32>) {
      %5 = stablehlo.add %p, %p : tensor<8x8xf32>
      sdy.return %5 : tensor<8x8xf32>
    } : (tensor<8x8xf32>) -> tensor<8x8xf32>
    %6 = sdy.named_computation<"same">(%0#1) (%p: tensor<8x8xf32>) {
      sdy.return %p : tensor<8x8xf32>
    } : (tensor<8x8xf32>) -> tensor<8x8xf32>
    %7 = sdy.constant dense<2.0> : tensor<8x8xf32>
    %8 = stablehlo.add %6, %7 : tensor<8x8xf32>
    return %4, %8 : tensor<8x8xf32>, tensor<8x8xf32>
  }
}""",
    "quantised": """
func.func @main(%x: tensor<2x!quant.uniform<i8<-127:127>:f32, 0.5:3>>, %y: tensor<4x2x!quant.uniform<u8:f32:1, {0.5,0.25:7}>>) -> (tensor<2xf32>, tensor<4x2xf32>) {
  %0 = stablehlo.uniform_dequantize %x : (tensor<2x!quant.uniform<i8<-127:127>:f32, 0.5:3>>) -> tensor<2xf32>
  %1 = stablehlo.uniform_dequantize %y : (tensor<4x2x!quant.uniform<u8:f32:1, {0.5,0.25:7}>>) -> tensor<4x2xf32>
  return %0, %1 : tensor<2xf32>, tensor<4x2xf32>
}""",
    "chlo-quantised": """
func.func @main(%x: tensor<2x!quant.uniform<i8<-127:127>:f32, 0.5:3>>, %y: tensor<4x2x!quant.uniform<u8:f32:1, {0.5,0.25:7}>>) -> (tensor<2x!quant.uniform<i8<-127:127>:f32, 0.5:3>>, tensor<4x2x!quant.uniform<u8:f32:1, {0.5,0.25:7}>>) {
  %0 = chlo.broadcast_add %x, %x : (tensor<2x!quant.uniform<i8<-127:127>:f32, 0.5:3>>, tensor<2x!quant.uniform<i8<-127:127>:f32, 0.5:3>>) -> tensor<2x!quant.uniform<i8<-127:127>:f32, 0.5:3>>
  %1 = chlo.broadcast_add %y, %y : (tensor<4x2x!quant.uniform<u8:f32:1, {0.5,0.25:7}>>, tensor<4x2x!quant.uniform<u8:f32:1, {0.5,0.25:7}>>) -> tensor<4x2x!quant.uniform<u8:f32:1, {0.5,0.25:7}>>
  return %0, %1 : tensor<2x!quant.uniform<i8<-127:127>:f32, 0.5:3>>, tensor<4x2x!quant.uniform<u8:f32:1, {0.5,0.25:7}>>
}""",
    "chlo-small-floats": "func.func @main(" + ", ".join(
        f"%a{i}: tensor<2x{t}>" for i, t in enumerate(SMALL_FLOATS)) + ") -> (" + ", ".join(
        f"tensor<2x{t}>" for t in SMALL_FLOATS) + ") {\n" + "\n".join(
        f"  %{i} = chlo.broadcast_add %a{i}, %a{i} : (tensor<2x{t}>, tensor<2x{t}>) -> tensor<2x{t}>"
        for i, t in enumerate(SMALL_FLOATS)) + "\n  return " + ", ".join(
        f"%{i}" for i in range(len(SMALL_FLOATS))) + " : " + ", ".join(
        f"tensor<2x{t}>" for t in SMALL_FLOATS) + "\n}",
    # jaxlib does not write a scan; it reads the ones written here.
    "scan": """
func.func @main(%x: tensor<2x3xf32>, %y: tensor<3xf32>) -> (tensor<2x3xf32>, tensor<3xf32>) {
  %0:2 = chlo.scan(%x) inits (%y) dimension = 0 attributes {is_reverse = true} {
  ^bb0(%a: tensor<3xf32>, %b: tensor<3xf32>):
    %1 = stablehlo.add %a, %b : tensor<3xf32>
    %2 = stablehlo.multiply %1, %b : tensor<3xf32>
    stablehlo.return %1, %2 : tensor<3xf32>, tensor<3xf32>
  } : (tensor<2x3xf32>, tensor<3xf32>) -> (tensor<2x3xf32>, tensor<3xf32>)
  return %0#0, %0#1 : tensor<2x3xf32>, tensor<3xf32>
}""",
    # Structures of StableHLO itself, whatever order or form they are written in.
    "structures": """
module attributes {
  stablehlo.a = #stablehlo.dot<rhs_batching_dimensions = [1], lhs_batching_dimensions = [0, 9], rhs_contracting_dimensions = [3], lhs_contracting_dimensions = [],>,
  stablehlo.b = #stablehlo.gather<offset_dims = [1], index_vector_dim = 6, collapsed_slice_dims = [2], operand_batching_dims = [3], start_indices_batching_dims = [4], start_index_map = [5]>,
  stablehlo.c = #stablehlo.scatter<scatter_dims_to_operand_dims = [5], update_window_dims = [1], inserted_window_dims = [2], input_batching_dims = [3], scatter_indices_batching_dims = [4], index_vector_dim = 0>,
  stablehlo.d = #stablehlo.conv<[b, 1, 0, f]x[0, 1, i, o]->[b, 0, 1, f]>,
  stablehlo.e = #stablehlo.conv<raw input_batch_dimension = 0, input_feature_dimension = 3, input_spatial_dimensions = [1, 2], kernel_input_feature_dimension = 2, kernel_output_feature_dimension = 3, kernel_spatial_dimensions = [0, 1], output_batch_dimension = 0, output_feature_dimension = 3, output_spatial_dimensions = [2, 1]>,
  stablehlo.k = #stablehlo.conv<raw input_feature_dimension = 3, input_spatial_dimensions = [1, 2], kernel_output_feature_dimension = 3, kernel_spatial_dimensions = [1, 2], output_feature_dimension = 3, output_spatial_dimensions = [2, 1]>,
  stablehlo.f = #stablehlo.channel_handle<type = 0, handle = 3>,
  stablehlo.g = [#stablehlo<comparison_direction GT>, #stablehlo<comparison_type TOTALORDER>, #stablehlo<fft_type IRFFT>, #stablehlo<precision HIGH>, #stablehlo<rng_algorithm PHILOX>, #stablehlo<rng_distribution NORMAL>, #stablehlo<transpose ADJOINT>, tensor<*xf8E4M3>, f80, !stablehlo.token, !stablehlo.future<tensor<2xf32>>],
  stablehlo.h = #stablehlo.output_operand_alias<output_tuple_indices = [1], operand_index = 2, operand_tuple_indices = [3]>,
  stablehlo.i = #stablehlo.dot_algorithm<lhs_precision_type = tf32, rhs_precision_type = tf32, accumulation_type = f32, lhs_component_count = 1, rhs_component_count = 1, num_primitive_operations = 1, allow_imprecise_accumulation = false>
} {
  func.func @main() {
    return
  }
}""",
    "accuracy": """
func.func @main(%x: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %0 = stablehlo.exponential %x {result_accuracy = #stablehlo.result_accuracy<atol = 1.000000e-05, rtol = 0x7FF0000000000000, ulps = 10, mode = #stablehlo.result_accuracy_mode<TOLERANCE>>} : tensor<8x8xf32>
  %1 = stablehlo.tan %0 {result_accuracy = #stablehlo.result_accuracy<mode = #stablehlo.result_accuracy_mode<HIGHEST>>} : tensor<8x8xf32>
  %2 = stablehlo.dot_general %0, %1, contracting_dims = [1] x [0], precision = [DEFAULT, DEFAULT], algorithm = <lhs_precision_type = tf32, rhs_precision_type = tf32, accumulation_type = f32, lhs_component_count = 1, rhs_component_count = 1, num_primitive_operations = 1, allow_imprecise_accumulation = false> : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  return %2 : tensor<8x8xf32>
}""",
}


@pytest.fixture(scope="module")
def jaxlib():
    """Functions parse(text), write(module, version), read(bytes); None where jaxlib refuses.

    To read an artifact is what makes jaxlib know quantised types, as text too."""
    from jax._src.interpreters import mlir
    from jaxlib.mlir import ir
    from jaxlib.mlir.dialects import chlo, stablehlo
    context = mlir.make_ir_context()
    chlo.register_dialect(context)

    class Jaxlib:
        @staticmethod
        def attempt(function, *args):
            try:
                with context:
                    return function(*args)
            except Exception:
                return None

        def parse(self, text):
            return self.attempt(ir.Module.parse, text)

        def write(self, module, version):
            return self.attempt(stablehlo.serialize_portable_artifact, module, version, True)

        def read(self, data):
            return self.attempt(stablehlo.deserialize_portable_artifact, context, data)
    j = Jaxlib()
    j.read(j.write(j.parse("func.func @f() { return }"), "1.17.0"))
    return j


def opt(file, *options):
    return subprocess.run([WEFT, "opt", str(file), *options], capture_output=True, text=True, errors="replace", timeout=60)


def renamed(text):
    """Names of arguments in the order in which they come: bytecode has none."""
    functions = []
    for function in text.split("func.func"):
        names = {}
        functions.append(re.sub(r"%[A-Za-z_][\w$.-]*", lambda m: names.setdefault(m.group(), f"%arg{len(names)}"),
                                function))
    return "func.func".join(functions)


def same(first, second, what):
    assert first.returncode == 0, f"{what}: {first.stderr}"
    assert second.returncode == 0, f"{what}: {second.stderr}"
    assert renamed(first.stdout) == renamed(second.stdout), what


def corpus(tmp_path):
    """(file, versions): every version for ours and JAX's, one for each of StableHLO's in turn."""
    for name, text in PROGRAMS.items():
        file = tmp_path / (name + ".mlir")
        file.write_text(text)
        yield file, OLD
    for i, file in enumerate(JAX_MODULES):
        yield file, [OLD[i % len(OLD)], OLD[-1]]
    for i, file in enumerate(ROUNDTRIP[::4]):
        yield file, [OLD[i % len(OLD)]]


def programs(jaxlib, tmp_path):
    """What of the corpus both sides take, of PROGRAMS all: file, versions, jaxlib's module, what `weft opt` prints."""
    for file, versions in corpus(tmp_path):
        with open(file, encoding="utf-8") as f:
            module = jaxlib.parse(f.read())
        text = opt(file)
        taken = module is not None and not text.returncode
        assert taken or os.path.dirname(str(file)) != str(tmp_path), f"{file}: {text.stderr}"
        if taken:
            yield file, versions, module, text


def test_reads_what_jaxlib_writes(jaxlib, tmp_path, capfd):
    read = 0
    artifact = tmp_path / "a.mlirbc"
    for file, versions, module, text in programs(jaxlib, tmp_path):
        for version in versions:
            data = jaxlib.write(module, version)
            if data is None:
                continue        # newer than that version
            artifact.write_bytes(data)
            same(text, opt(artifact), f"{file} at {version}")
            read += 1
    capfd.readouterr()          # MLIR writes its diagnostics to stderr
    assert read > 150, f"only {read} artifacts were read"


def test_jaxlib_reads_what_is_written(jaxlib, tmp_path, capfd):
    read = 0
    artifact, again = tmp_path / "a.mlirbc", tmp_path / "again.mlir"
    for file, versions, _, text in programs(jaxlib, tmp_path):
        for version in versions:
            done = opt(file, "--emit", "bytecode", "--target", version, "-o", str(artifact))
            if done.returncode:
                assert "needs version" in done.stderr, f"{file} at {version}: {done.stderr}"
                continue
            module = jaxlib.read(artifact.read_bytes())
            assert module is not None, f"jaxlib refuses {file} at {version}"
            again.write_text(str(module))
            # the module's own attributes are MLIR's, which writes them in another order
            first, second = text.stdout.replace(", >", ">"), opt(again)
            assert second.returncode == 0, second.stderr
            assert body(first) == body(second.stdout), f"{file} at {version}"
            read += 1
    capfd.readouterr()
    assert read > 150, f"only {read} artifacts were written"


def body(text):
    return renamed(text.split("\n", 1)[1])


@pytest.mark.parametrize("version", NEW)
def test_newer_versions_come_back(version, tmp_path):
    artifact = tmp_path / "a.mlirbc"
    for file, _ in list(corpus(tmp_path))[::3]:
        text = opt(file)
        if text.returncode:
            continue
        done = opt(file, "--emit", "bytecode", "--target", version, "-o", str(artifact))
        assert done.returncode == 0 or "needs version" in done.stderr, done.stderr
        if done.returncode:
            continue
        same(text, opt(artifact), f"{file} at {version}")


def test_the_sweep(tmp_path):
    """A part of `make bytecode-sweep`: equal graphs, where the tests above compare prints."""
    done = subprocess.run([sys.executable, os.path.join(ROOT, "tests", "conformance", "bytecode.py"), "--build",
                           os.path.dirname(WEFT), "--every", "40", "--versions", "4", "--jobs", "1"],
                          capture_output=True, text=True, timeout=300)
    passed, failed = re.search(r"^(\d+) passed, (\d+) failed$", done.stdout, re.M).groups()
    assert done.returncode == 0 and int(failed) == 0 and int(passed) > 500, done.stdout


def test_a_number_is_one_of_its_type(jaxlib, tmp_path):
    """What is f32 in an artifact is the f32 that text means: epsilon stayed a double of the text's digits."""
    text = """func.func @main(%x: tensor<2x2xf32>, %s: tensor<2xf32>) -> tensor<2x2xf32> {
  %0 = "stablehlo.batch_norm_inference"(%x, %s, %s, %s, %s) {epsilon = 0.001 : f32, feature_index = 1 : i64} : (tensor<2x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}"""
    lib = load()
    lib.weft_program_equal.restype, lib.weft_program_equal.argtypes = ctypes.c_void_p, [ctypes.c_void_p] * 3
    programs = []
    for data in (text.encode(), jaxlib.write(jaxlib.parse(text), "1.17.0")):
        programs.append(ctypes.c_void_p())
        assert not lib.weft_program_parse(STABLEHLO, b"x", data, len(data), ctypes.byref(programs[-1]))
    same = ctypes.c_bool()
    assert not lib.weft_program_equal(*programs, ctypes.byref(same)) and same.value
    for p in programs:
        lib.weft_program_release(p)


# Type and digits of integers; those behind the bar are none of VHLO's types.
INTEGERS = """i8 255, i8 -1, i8 128, i8 -128, i8 0xFF, ui8 255, i1 1, i1 -1, i1 0, i2 3, i2 1, i4 15, ui4 15, i32 4294967295,
  i64 18446744073709551615, ui64 18446744073709551615, i64 -9223372036854775808, index 9223372036854775807, index -1 |
  i7 127, i7 1, si8 -128, i40 1099511627775"""


def test_integers_print_as_mlir_prints_them(jaxlib, tmp_path):
    """255 of i8 is -1 and 1 of i1 true, in text as in an artifact: text kept its digits."""
    stored, rest = ([one.split() for one in part.split(",")] for part in INTEGERS.split("|"))
    values = [f"{v} : {t}" for t, v in stored] + ["255", "[255 : i8, {b = 3 : i2}]", "dense<[1, 255]> : tensor<2xi8>",
                                                  "dense<1> : tensor<2xi1>", "array<i64: 18446744073709551615>"]
    for values in (values, [f"{v} : {t}" for t, v in rest] + ["array<i8: -1, 255>", "array<i16: 65535>"]):
        text = "func.func @main() attributes {%s} {\n  return\n}" % ", ".join(
            f"x.a{i:02} = {v}" for i, v in enumerate(values))
        module = jaxlib.parse(text)
        expected = re.search(r"attributes \{(.*)\} \{", str(module)).group(1)
        files = {"a.mlir": text.encode()}
        if "i7" not in text:
            files["a.mlirbc"] = jaxlib.write(module, "1.17.0")
            expected_artifact = expected.replace("array<i64: -1>", "dense<-1> : tensor<1xi64>")
        for name, data in files.items():
            (tmp_path / name).write_bytes(data)
            done = opt(tmp_path / name)
            assert done.returncode == 0, done.stderr
            found = re.search(r"attributes \{(.*)\} \{", done.stdout).group(1)
            assert found == (expected if name == "a.mlir" else expected_artifact)


def test_locations_are_kept(jaxlib, tmp_path):
    """A name and the place behind it, of a call site the callee; never the place in the text itself."""
    text = """func.func @main(%a: tensor<4xf32>) -> tensor<4xf32> {
  %0 = stablehlo.add %a, %a : tensor<4xf32> loc(callsite("layer"("model.py":7:3) at "run.py":1:1))
  return %0 : tensor<4xf32>
}"""
    first, second = tmp_path / "a.mlirbc", tmp_path / "b.mlirbc"
    first.write_bytes(jaxlib.write(jaxlib.parse(text), "1.17.0"))
    done = opt(first, "--emit", "bytecode", "-o", str(second))
    assert done.returncode == 0, done.stderr
    print_ = jaxlib.read(second.read_bytes()).operation.get_asm(enable_debug_info=True)
    assert '"model.py":7:3' in print_ and '"layer"' in print_, print_
    assert str(tmp_path).encode() not in second.read_bytes()


@pytest.mark.parametrize("command", ["run", "compile", "explain", "check"])
def test_every_command_takes_it(jaxlib, tmp_path, command):
    text = """func.func @main() -> tensor<2xf32> {
  %0 = stablehlo.constant dense<[1.0, 2.0]> : tensor<2xf32>
  return %0 : tensor<2xf32>
}"""
    artifact = tmp_path / "a.mlirbc"
    artifact.write_bytes(jaxlib.write(jaxlib.parse(text), "1.17.0"))
    more = ["-o", str(tmp_path / "a.weft")] if command == "compile" else []
    done = subprocess.run([WEFT, command, str(artifact), *more], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("version, says", [("1.21.0", "0.9.0 to 1.20.0"), ("0.8.0", "0.9.0 to 1.20.0"),
                                           ("new", "0.9.0 to 1.20.0"), ("1.3.0", "'stablehlo.tan': the operation needs version 1.4.0")])
def test_versions_that_cannot_be(version, says, tmp_path):
    file = tmp_path / "tan.mlir"
    file.write_text("""func.func @main(%a: tensor<4xf32>) -> tensor<4xf32> {
  %0 = stablehlo.tan %a : tensor<4xf32>
  return %0 : tensor<4xf32>
}""")
    done = opt(file, "--emit", "bytecode", "--target", version)
    assert done.returncode == 1 and says in done.stderr, done.stderr


def test_damaged_artifacts_are_refused(tmp_path):
    """Every truncation and every byte set to all ones: read, or refused with a position; never a crash."""
    refused = 0
    for seed in sorted(glob.glob(os.path.join(ROOT, "tests", "fuzz", "seeds", "bytecode", "*.mlirbc"))):
        with open(seed, "rb") as f:
            data = f.read()
        damaged = tmp_path / "damaged.mlirbc"
        cases = [data[:n] for n in range(4, len(data), 97)]
        cases += [data[:i] + b"\xff" + data[i + 1:] for i in range(4, len(data), 61)]
        for case in cases:
            damaged.write_bytes(case)
            done = opt(damaged, "--verify-only")
            assert done.returncode in (0, 1), done.stderr
            if done.returncode:
                assert re.match(rf"{re.escape(str(damaged))}:\d+(:\d+)?: error: ", done.stderr), done.stderr
                refused += 1
    assert refused > 50
