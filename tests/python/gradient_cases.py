"""Programs for test_gradients.py: for each row of src/pass/grad.def at least one that has the op in it.

A case is a function JAX can differentiate, its arguments, and the rows it is for.  Where JAX prints the op by another
one, `text` is the program, and the function says the same."""
import dataclasses
import typing

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

RNG = np.random.default_rng(7)


def normal(*shape, scale=1.0):
    return RNG.standard_normal(shape) * scale


def positive(*shape, low=0.3, high=2.0):
    return RNG.uniform(low, high, shape)


def inside(*shape, bound=0.8):
    return RNG.uniform(-bound, bound, shape)


def complexes(*shape, scale=1.0):
    return normal(*shape, scale=scale) + 1j * normal(*shape, scale=scale)


def right_half(*shape):
    """Away from the cuts of logarithm and root."""
    return positive(*shape) + 1j * inside(*shape)


@dataclasses.dataclass
class Case:
    name: str
    rows: str
    fn: typing.Callable
    args: tuple
    text: str = ""
    differences: bool = True      # are finite differences of f64 the derivative there? (test_gradients.py: NO_DIFFERENCES)
    native: bool = True           # is there native code for the op?


def unary(op, fn, of=normal, native=True):
    return Case(op, op, fn, (of(3, 5),), native=native)


def unary_text(op):
    return f"""func.func @main(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {{
                 %0 = "{op}"(%x) : (tensor<3x5xf64>) -> tensor<3x5xf64>
                 return %0 : tensor<3x5xf64> }}"""


CASES = [
    unary("abs", jnp.abs), unary("cbrt", jnp.cbrt, of=positive), unary("cosine", jnp.cos),
    unary("exponential", jnp.exp), unary("exponential_minus_one", jnp.expm1), unary("log", jnp.log, of=positive),
    unary("log_plus_one", jnp.log1p, of=positive), unary("negate", jnp.negative),
    unary("rsqrt", lax.rsqrt, of=positive), unary("sine", jnp.sin), unary("sqrt", jnp.sqrt, of=positive),
    unary("tan", jnp.tan, of=inside), unary("tanh", jnp.tanh),
    unary("chlo_acos", lax.acos, of=inside), unary("chlo_asin", lax.asin, of=inside),
    unary("chlo_acosh", lax.acosh, of=lambda *s: positive(*s) + 1), unary("chlo_asinh", lax.asinh),
    unary("chlo_atan", lax.atan), unary("chlo_atanh", lax.atanh, of=inside),
    unary("chlo_cosh", lax.cosh), unary("chlo_sinh", lax.sinh), unary("chlo_digamma", lax.digamma, of=positive),
    unary("chlo_erf", lax.erf), unary("chlo_erf_inv", lax.erf_inv, of=inside), unary("chlo_erfc", lax.erfc),
    unary("chlo_lgamma", lax.lgamma, of=positive), unary("chlo_square", lax.square),
    unary("chlo_bessel_i1e", lax.bessel_i1e),
    Case("bessel_i1e_ends", "chlo_bessel_i1e", lax.bessel_i1e, (np.array([0., -0., 1e-20, -1e-9, 7.9, 8.1, -30., 1e4]),),
         differences=False),
    Case("chlo_tan", "chlo_tan", jnp.tan, (inside(3, 5),), unary_text("chlo.tan")),
    Case("logistic", "logistic", jax.nn.sigmoid, (normal(3, 5),), unary_text("stablehlo.logistic")),
    Case("convert", "convert", lambda x: (x.astype(np.float32) * 2).astype(np.float64), (normal(3, 5),),
         differences=False),
    Case("reduce_precision", "reduce_precision", lambda x: lax.reduce_precision(x, 11, 52) * x, (normal(3, 5),)),
    # Beside the op whose derivative is zero stands one with another.
    Case("ceil", "ceil", lambda x: jnp.ceil(x) * x, (normal(3, 5),)),
    Case("floor", "floor", lambda x: jnp.floor(x) * x, (normal(3, 5),)),
    Case("round", "round_nearest_even", lambda x: jnp.round(x) * x, (normal(3, 5),)),
    Case("round_afz", "round_nearest_afz", lambda x: lax.round(x, lax.RoundingMethod.AWAY_FROM_ZERO) * x,
         (normal(3, 5),)),
    Case("sign", "sign", lambda x: jnp.sign(x) * x, (normal(3, 5),)),
    Case("next_after", "chlo_next_after", lambda x: lax.stop_gradient(x) * x, (normal(3, 5),),
         """func.func @main(%x: tensor<3x5xf64>) -> tensor<3x5xf64> {
              %0 = "chlo.next_after"(%x, %x) : (tensor<3x5xf64>, tensor<3x5xf64>) -> tensor<3x5xf64>
              %1 = stablehlo.multiply %0, %x : tensor<3x5xf64>
              return %1 : tensor<3x5xf64> }""", differences=False),

    Case("add", "add", lambda x, y: x + y, (normal(3, 5), normal(3, 5))),
    Case("subtract", "subtract", lambda x, y: x - y, (normal(3, 5), normal(3, 5))),
    Case("multiply", "multiply", lambda x, y: x * y, (normal(3, 5), normal(3, 5))),
    Case("divide", "divide", lambda x, y: x / y, (normal(3, 5), positive(3, 5))),
    Case("maximum", "maximum", jnp.maximum, (normal(3, 5), normal(3, 5))),
    Case("minimum", "minimum", jnp.minimum, (normal(3, 5), normal(3, 5))),
    Case("power", "power", lax.pow, (positive(3, 5), normal(3, 5))),
    Case("power_zero", "power", lax.pow, (positive(4), np.zeros(4)), differences=False),
    Case("remainder", "remainder", lax.rem, (normal(3, 5, scale=5), positive(3, 5, low=0.7))),
    Case("atan2", "atan2", lax.atan2, (normal(3, 5), normal(3, 5))),
    Case("polygamma", "chlo_polygamma", lambda x: lax.polygamma(jnp.full_like(x, 2.0), x), (positive(3, 5),), native=False),
    Case("select", "select", lambda p, x, y: jnp.where(p, x, y), (normal(3, 5) > 0, normal(3, 5), normal(3, 5))),
    Case("clamp", "clamp", lambda a, x, b: lax.clamp(a, x, b),
         (-positive(3, 5), normal(3, 5), positive(3, 5))),
    Case("clamp_scalar", "clamp", lambda a, x, b: jnp.minimum(jnp.maximum(x, a), b),
         (np.float64(-.5), normal(3, 5), np.float64(.5)),
         """func.func @main(%a: tensor<f64>, %x: tensor<3x5xf64>, %b: tensor<f64>) -> tensor<3x5xf64> {
              %0 = stablehlo.clamp %a, %x, %b : (tensor<f64>, tensor<3x5xf64>, tensor<f64>) -> tensor<3x5xf64>
              return %0 : tensor<3x5xf64> }"""),

    Case("broadcast_in_dim", "broadcast_in_dim", lambda x: lax.broadcast_in_dim(x, (4, 3, 2, 5), (1, 3)) * 2,
         (normal(3, 1),)),
    Case("broadcast_turned", "broadcast_in_dim", lambda x: jnp.broadcast_to(x.T[:, None], (4, 2, 3)), (normal(3, 4),),
         """func.func @main(%x: tensor<3x4xf64>) -> tensor<4x2x3xf64> {
              %0 = stablehlo.broadcast_in_dim %x, dims = [2, 0] : (tensor<3x4xf64>) -> tensor<4x2x3xf64>
              return %0 : tensor<4x2x3xf64> }"""),
    Case("broadcast", "broadcast", lambda x: jnp.broadcast_to(x, (2, 4, 3, 5)), (normal(3, 5),),
         """func.func @main(%x: tensor<3x5xf64>) -> tensor<2x4x3x5xf64> {
              %0 = "stablehlo.broadcast"(%x) {broadcast_sizes = array<i64: 2, 4>} :
                  (tensor<3x5xf64>) -> tensor<2x4x3x5xf64>
              return %0 : tensor<2x4x3x5xf64> }"""),
    Case("dynamic_broadcast_in_dim", "dynamic_broadcast_in_dim", lambda x, y: jnp.broadcast_to(x, y.shape) * y,
         (normal(5), normal(3, 5)),
         """func.func @main(%x: tensor<5xf64>, %y: tensor<?x5xf64>) -> tensor<?x5xf64> {
              %n = stablehlo.get_dimension_size %y, dim = 0 : (tensor<?x5xf64>) -> tensor<i32>
              %r = stablehlo.reshape %n : (tensor<i32>) -> tensor<1xi32>
              %c = stablehlo.constant dense<5> : tensor<1xi32>
              %s = stablehlo.concatenate %r, %c, dim = 0 : (tensor<1xi32>, tensor<1xi32>) -> tensor<2xi32>
              %0 = stablehlo.dynamic_broadcast_in_dim %x, %s, dims = [1] :
                  (tensor<5xf64>, tensor<2xi32>) -> tensor<?x5xf64>
              %1 = stablehlo.multiply %0, %y : tensor<?x5xf64>
              return %1 : tensor<?x5xf64> }"""),
    Case("reshape", "reshape", lambda x: jnp.sin(x.reshape(5, 3)), (normal(3, 5),)),
    Case("dynamic_reshape", "dynamic_reshape", lambda x: jnp.sin(x.reshape(-1)), (normal(3, 5),),
         """func.func @main(%x: tensor<?x5xf64>) -> tensor<?xf64> {
              %n = stablehlo.get_dimension_size %x, dim = 0 : (tensor<?x5xf64>) -> tensor<i32>
              %c = stablehlo.constant dense<5> : tensor<i32>
              %m = stablehlo.multiply %n, %c : tensor<i32>
              %s = stablehlo.reshape %m : (tensor<i32>) -> tensor<1xi32>
              %0 = stablehlo.dynamic_reshape %x, %s : (tensor<?x5xf64>, tensor<1xi32>) -> tensor<?xf64>
              %1 = stablehlo.sine %0 : tensor<?xf64>
              return %1 : tensor<?xf64> }"""),
    Case("transpose", "transpose", lambda x: jnp.sin(x.transpose(2, 0, 1)), (normal(3, 5, 2),)),
    Case("reverse", "reverse", lambda x: lax.rev(x, (1,)), (normal(3, 5),)),
    Case("slice", "slice", lambda x: x[1:, 1:6:2], (normal(3, 8),)),
    Case("slice_empty", "slice", lambda x: x[1:1].sum() + x.sum(), (normal(3, 8),)),
    Case("dynamic_slice", "dynamic_slice", lambda x, i: lax.dynamic_slice(x, (i, 7), (2, 3)),
         (normal(3, 8), np.int64(1))),
    Case("dynamic_update_slice", "dynamic_update_slice", lambda x, u, i: lax.dynamic_update_slice(x, u, (i, 7)),
         (normal(3, 8), normal(2, 3), np.int64(1))),
    Case("pad", "pad", lambda x, v: lax.pad(x, v, ((1, 2, 1), (-1, 3, 0), (2, -2, 1))),
         (normal(3, 5, 4), np.float64(.5))),
    Case("concatenate", "concatenate", lambda x, y: jnp.concatenate([x, y, x], 1), (normal(3, 5), normal(3, 2))),
    Case("gather", "gather", lambda x, i: x[i], (normal(7, 5), np.array([[1, 3], [3, 6]]))),
    Case("gather_clamped", "gather", lambda x, i: lax.gather(
        x, i, lax.GatherDimensionNumbers((1,), (0,), (0, 1)), (1, 3), mode="clip"),
         (normal(7, 5), np.array([[1, 1], [9, 4], [-3, 0]]))),
    Case("scatter_add", "scatter", lambda x, u, i: x.at[i].add(u), (normal(7, 5), normal(4, 5), np.array([1, 3, 1, 9]))),
    Case("scatter_set", "scatter", lambda x, u, i: x.at[i, 1].set(u), (normal(7, 5), normal(3), np.array([1, 3, 6]))),
    Case("scatter_scalar", "scatter", lambda x, u: x.at[2].add(u), (normal(7), np.float64(2.0))),
    Case("barrier", "optimization_barrier", lambda x, y: [a * 2 for a in lax.optimization_barrier((x, jnp.sin(y)))],
         (normal(3), normal(4))),

    Case("reduce_sum", "reduce", lambda x: x.sum((0, 2)), (normal(3, 5, 2),)),
    Case("reduce_max", "reduce", lambda x: x.max(1), (normal(3, 5, 2),)),
    Case("reduce_max_ties", "reduce", lambda x: jnp.round(x).max(1), (np.array([[1.0, 2, 2], [3, 3, 3]]),), differences=False),
    Case("reduce_min", "reduce", lambda x: x.min(), (normal(3, 5, 2),)),
    Case("reduce_prod", "reduce", lambda x: x.prod(1), (normal(3, 5),)),
    Case("reduce_prod_zeros", "reduce", lambda x: x.prod(1),
         (np.array([[1.5, 2, 3], [0, 2, 3], [0, 0, 3]]),)),
    Case("logsumexp", "reduce", lambda x: jax.nn.logsumexp(x, 1), (normal(3, 5),)),
    Case("window_sum", "reduce_window", lambda x: lax.reduce_window(
        x, 0., lax.add, (1, 3, 2), (1, 2, 1), ((0, 0), (1, 2), (0, 1)), (1, 2, 1), (1, 1, 2)), (normal(2, 7, 6),)),
    Case("window_max", "reduce_window", lambda x: lax.reduce_window(
        x, -np.inf, lax.max, (1, 3, 2), (1, 2, 2), ((0, 0), (1, 1), (0, 0))), (normal(2, 7, 6),)),
    Case("window_min", "reduce_window", lambda x: -lax.reduce_window(
        -x, -np.inf, lax.max, (1, 2, 2), (1, 2, 2), "VALID"), (normal(2, 6, 6),),
         """func.func @main(%x: tensor<2x6x6xf64>) -> tensor<2x3x3xf64> {
              %i = stablehlo.constant dense<0x7FF0000000000000> : tensor<f64>
              %0 = "stablehlo.reduce_window"(%x, %i) ({
              ^bb0(%a: tensor<f64>, %b: tensor<f64>):
                %m = stablehlo.minimum %a, %b : tensor<f64>
                stablehlo.return %m : tensor<f64>
              }) {window_dimensions = array<i64: 1, 2, 2>, window_strides = array<i64: 1, 2, 2>} :
                  (tensor<2x6x6xf64>, tensor<f64>) -> tensor<2x3x3xf64>
              return %0 : tensor<2x3x3xf64> }"""),
    Case("sort", "sort", lambda x: jnp.sort(x, 0), (normal(6, 4),)),
    Case("sort_pairs", "sort", lambda k, v: lax.sort((k, v), dimension=1, num_keys=1), (normal(3, 6), normal(3, 6))),
    Case("dot", "dot", lambda x, y: x @ y, (normal(3, 4), normal(4, 5)),
         """func.func @main(%x: tensor<3x4xf64>, %y: tensor<4x5xf64>) -> tensor<3x5xf64> {
              %0 = stablehlo.dot %x, %y : (tensor<3x4xf64>, tensor<4x5xf64>) -> tensor<3x5xf64>
              return %0 : tensor<3x5xf64> }""", native=False),
    Case("dot_vectors", "dot", lambda x, y: x @ y, (normal(4), normal(4)),
         """func.func @main(%x: tensor<4xf64>, %y: tensor<4xf64>) -> tensor<f64> {
              %0 = stablehlo.dot %x, %y : (tensor<4xf64>, tensor<4xf64>) -> tensor<f64>
              return %0 : tensor<f64> }""", native=False),
    Case("dot_general", "dot_general", lambda x, y: lax.dot_general(x, y, (((3, 1), (0, 2)), ((2,), (3,)))),
         (normal(2, 3, 4, 5), normal(5, 6, 3, 4))),
    Case("dot_matrix_vector", "dot_general", lambda x, y: x @ y, (normal(3, 4), normal(4))),
]


def convolution(name, lhs, rhs, **how):
    return Case(name, "convolution", lambda x, w: lax.conv_general_dilated(x, w, **how), (normal(*lhs), normal(*rhs)))


CASES += [
    convolution("conv_same", (2, 3, 6, 5), (4, 3, 3, 2), window_strides=(1, 1), padding="SAME"),
    convolution("conv_strided", (2, 6, 5, 3), (3, 2, 3, 4), window_strides=(2, 1), padding=((1, 2), (0, 1)),
                rhs_dilation=(1, 2), dimension_numbers=("NHWC", "HWIO", "NHWC")),
    convolution("conv_transposed", (2, 3, 4, 4), (3, 3, 3, 3), window_strides=(1, 1), padding=((2, 1), (1, 2)),
                lhs_dilation=(2, 2)),
    convolution("conv_grouped", (2, 6, 5), (4, 3, 2), window_strides=(2,), padding=((0, 1),),
                feature_group_count=2),
    convolution("conv_depthwise", (2, 4, 5), (8, 1, 3), window_strides=(1,), padding="SAME", feature_group_count=4),
    convolution("conv_batch_groups", (4, 3, 5), (6, 3, 2), window_strides=(1,), padding=((1, 0),),
                batch_group_count=2),
    convolution("conv_cropped", (1, 2, 7), (3, 2, 3), window_strides=(1,), padding=((-1, -2),)),
]


def rnn(x, h, w):
    def turn(h, a):
        h = jnp.tanh(h @ w + a)
        return h, (h.sum(), h)
    return lax.scan(turn, h, x)


def nested(x, w):
    def inner(i, v):
        return jnp.sin(v * w) + i
    return lax.fori_loop(2, 5, lambda i, v: lax.fori_loop(0, 3, inner, v) * v[0], x)


CASES += [
    Case("case", "case", lambda i, x, w: lax.switch(
        i, [lambda x, w: jnp.sin(x) * w, lambda x, w: x, lambda x, w: x * x / w], x, w),
         (np.int32(2), normal(4), positive(4))),
    Case("cond", "case", lambda x, y: lax.cond(x.sum() > 0, lambda: (x * y, y), lambda: (y, jnp.sin(x))),
         (positive(4), normal(4))),
    Case("if", "if", lambda x, y: lax.cond(x.sum() > 0, lambda: x * y, lambda: x + y), (positive(4), normal(4)),
         """func.func @main(%x: tensor<4xf64>, %y: tensor<4xf64>) -> tensor<4xf64> {
              %z = stablehlo.constant dense<0.0> : tensor<f64>
              %s = stablehlo.reduce(%x init: %z) applies stablehlo.add across dimensions = [0] :
                  (tensor<4xf64>, tensor<f64>) -> tensor<f64>
              %p = stablehlo.compare GT, %s, %z : (tensor<f64>, tensor<f64>) -> tensor<i1>
              %0 = "stablehlo.if"(%p) ({
                %m = stablehlo.multiply %x, %y : tensor<4xf64>
                stablehlo.return %m : tensor<4xf64>
              }, {
                %a = stablehlo.add %x, %y : tensor<4xf64>
                stablehlo.return %a : tensor<4xf64>
              }) : (tensor<i1>) -> tensor<4xf64>
              return %0 : tensor<4xf64> }"""),
    Case("scan", "while", rnn, (normal(4, 2, 3), normal(2, 3), normal(3, 3))),
    Case("scan_reversed", "while", lambda x: lax.scan(lambda c, a: (c * jnp.cos(a), c), x[0], x, reverse=True),
         (normal(5, 3),)),
    Case("loops", "while", nested, (normal(3), normal(3))),
    Case("two_scans", "while", lambda x, w: lax.scan(
        lambda c, a: (jnp.sin(c) * a, c), w, lax.scan(lambda c, a: (jnp.tanh(c + a), c), w, x)[1]),
         (normal(4, 3), normal(3))),
]


# ---- complex numbers: the elementwise rows again, movement, reductions, contractions ----

def of_complex(name, row, fn, of=complexes, native=True):
    return Case(name, row, fn, (of(3, 5),), native=native)


CASES += [of_complex(f"complex_{row}", row, fn, of) for row, fn, of in (
    ("abs", jnp.abs, complexes), ("cosine", jnp.cos, complexes), ("sine", jnp.sin, complexes),
    ("exponential", jnp.exp, complexes), ("exponential_minus_one", jnp.expm1, complexes), ("log", jnp.log, right_half),
    ("log_plus_one", jnp.log1p, right_half), ("negate", jnp.negative, complexes), ("rsqrt", lax.rsqrt, right_half),
    ("sqrt", jnp.sqrt, right_half), ("tan", jnp.tan, right_half), ("tanh", jnp.tanh, right_half),
    ("real", jnp.real, complexes), ("imag", jnp.imag, complexes),
    ("chlo_square", lax.square, complexes), ("chlo_sinh", lax.sinh, complexes), ("chlo_cosh", lax.cosh, complexes),
    ("transpose", jnp.transpose, complexes), ("slice", lambda x: x[1:, ::2], complexes),
    ("reduce", lambda x: x.sum(0), complexes), ("while", lambda x: lax.scan(lambda c, a: (c * a, c), x[0], x), complexes))]
CASES += [
    Case("complex_abs_zero", "abs", jnp.abs, (np.array([0, 1j, -2 + 1j]),), differences=False),
    Case("complex", "complex", lax.complex, (normal(3, 5), normal(3, 5))),
    Case("conj", "chlo_conj", lambda x: jnp.conj(x) * x, (complexes(3, 5),),
         """func.func @main(%x: tensor<3x5xcomplex<f64>>) -> tensor<3x5xcomplex<f64>> {
              %0 = chlo.conj %x : tensor<3x5xcomplex<f64>> -> tensor<3x5xcomplex<f64>>
              %1 = stablehlo.multiply %0, %x : tensor<3x5xcomplex<f64>>
              return %1 : tensor<3x5xcomplex<f64>> }"""),
    Case("complex_add", "add", lambda x, y: x + y, (complexes(3, 5), complexes(3, 5))),
    Case("complex_subtract", "subtract", lambda x, y: x - y, (complexes(3, 5), complexes(3, 5))),
    Case("complex_multiply", "multiply", lambda x, y: x * y, (complexes(3, 5), complexes(3, 5))),
    Case("complex_divide", "divide", lambda x, y: x / y, (complexes(3, 5), right_half(3, 5))),
    Case("complex_power", "power", lax.pow, (right_half(3, 5), complexes(3, 5))),
    Case("complex_select", "select", lambda p, x, y: jnp.where(p, x, y), (normal(4) > 0, complexes(4), complexes(4))),
    Case("complex_convert", "convert", lambda x: x.astype(np.complex128) * (1 + 2j), (normal(3, 5),)),
    Case("complex_product", "reduce", lambda x: x.prod(1), (complexes(3, 4),)),
    Case("complex_gather", "gather", lambda x, i: x[i], (complexes(7, 5), np.array([[1, 3], [3, 6]]))),
    Case("complex_concatenate", "concatenate", lambda x, y: jnp.concatenate([x, y, x], 1), (complexes(3, 5), complexes(3, 2))),
    Case("complex_dot", "dot_general", lambda x, y: lax.dot_general(x, y, (((2,), (1,)), ((0,), (0,)))),
         (complexes(2, 3, 4), complexes(2, 4, 5))),
    Case("complex_and_real", "dot_general", lambda x, y: jnp.abs(jnp.exp(1j * x) @ y), (normal(3, 4), complexes(4, 5))),
]

# ---- transforms and linear algebra ----

CASES += [Case(name, "fft", fn, (x,)) for name, fn, x in (
    ("fft", jnp.fft.fft, complexes(3, 6)), ("fft_2d", jnp.fft.fft2, complexes(2, 3, 4)),
    ("ifft", jnp.fft.ifft, complexes(3, 5)), ("rfft", jnp.fft.rfft, normal(3, 6)), ("rfft_odd", jnp.fft.rfft, normal(3, 7)),
    ("rfft_2d", jnp.fft.rfft2, normal(2, 3, 4)), ("irfft", lambda x: jnp.fft.irfft(x, 6), complexes(3, 4)),
    ("irfft_odd", lambda x: jnp.fft.irfft(x, 7), complexes(3, 4)), ("irfft_2d", jnp.fft.irfft2, complexes(2, 3, 4)))]


def triangular(n, *batch, of=normal):
    return of(*batch, n, n, scale=.3) + 2 * np.eye(n)


def solve_case(name, a, b, left, lower, how, unit=False):
    element = "complex<f64>" if np.iscomplexobj(a) else "f64"
    t, u = (f"tensor<{'x'.join(map(str, v.shape))}x{element}>" for v in (a, b))
    text = f"""func.func @main(%a: {t}, %b: {u}) -> {u} {{
                 %0 = "stablehlo.triangular_solve"(%a, %b) <{{left_side = {str(left).lower()}, lower = {str(lower).lower()},
                   unit_diagonal = {str(unit).lower()}, transpose_a = #stablehlo<transpose {how}>}}> : ({t}, {u}) -> {u}
                 return %0 : {u} }}"""
    return Case(name, "triangular_solve", lambda a, b: lax.linalg.triangular_solve(
        a, b, left_side=left, lower=lower, transpose_a=how != "NO_TRANSPOSE", conjugate_a=how == "ADJOINT",
        unit_diagonal=unit), (a, b), text)


CASES += [solve_case(f"solve_{'left' if left else 'right'}_{'lower' if lower else 'upper'}_{how.lower()}{i}",
                     triangular(3, 2, of=of), of(*((2, 3, 4) if left else (2, 4, 3))), left, lower, how)
          for i, of in enumerate((normal, complexes)) for left in (True, False) for lower in (True, False)
          for how in ("NO_TRANSPOSE", "TRANSPOSE", "ADJOINT")]
CASES += [solve_case("solve_unit", triangular(3), normal(3, 2), True, True, "NO_TRANSPOSE", True),
          solve_case("solve_unit_upper", triangular(3), normal(2, 3), False, False, "TRANSPOSE", True)]


def positive_definite(n, *batch, of=normal):
    a = of(*batch, n, n)
    return a @ np.conj(np.swapaxes(a, -1, -2)) + n * np.eye(n)


def cholesky_case(name, x, lower):
    """Of (x + x^H) / 2, so that every step is one between symmetric matrices."""
    many = "complex<f64>" if np.iscomplexobj(x) else "f64"
    t, dims = f"tensor<{'x'.join(map(str, x.shape))}x{many}>", [*range(x.ndim - 2), x.ndim - 1, x.ndim - 2]
    turn = f"stablehlo.transpose %{{}}, dims = {dims} : ({t}) -> {t}"
    conj = f"chlo.conj %{{}} : {t} -> {t}"
    text = f"""func.func @main(%x: {t}) -> {t} {{
                 %half = stablehlo.constant dense<{"(0.5, 0.0)" if many != "f64" else "0.5"}> : {t}
                 %xt = {turn.format("x")}
                 %xh = {conj.format("xt")}
                 %sum = stablehlo.add %x, %xh : {t}
                 %a = stablehlo.multiply %sum, %half : {t}
                 %0 = "stablehlo.cholesky"(%a) <{{lower = {str(lower).lower()}}}> : ({t}) -> {t}
                 %i = stablehlo.iota dim = {x.ndim - 2} : {t.replace(many, "i32")}
                 %j = stablehlo.iota dim = {x.ndim - 1} : {t.replace(many, "i32")}
                 %p = stablehlo.compare {"GE" if lower else "LE"}, %i, %j : ({t.replace(many, "i32")}, {t.replace(many, "i32")}) -> {t.replace(many, "i1")}
                 %zero = stablehlo.subtract %half, %half : {t}
                 %1 = stablehlo.select %p, %0, %zero : {t.replace(many, "i1")}, {t}
                 return %1 : {t} }}"""

    def fn(x):
        l = lax.linalg.cholesky(x, symmetrize_input=True)
        return l if lower else jnp.conj(jnp.swapaxes(l, -1, -2))
    return Case(name, "cholesky", fn, (x,), text)


CASES += [cholesky_case("cholesky", positive_definite(4), True), cholesky_case("cholesky_upper", positive_definite(3, 2), False),
          cholesky_case("cholesky_complex", positive_definite(3, of=complexes), True),
          cholesky_case("cholesky_complex_upper", positive_definite(3, 2, of=complexes), False)]

# ---- what chooses ----


def arg_reduce(region, init="0xFFF0000000000000"):
    return f"""func.func @main(%x: tensor<3x5x2xf64>) -> tensor<3x2xf64> {{
      %i = stablehlo.iota dim = 1 : tensor<3x5x2xi32>
      %v = stablehlo.constant dense<{init}> : tensor<f64>
      %z = stablehlo.constant dense<0> : tensor<i32>
      %0:2 = stablehlo.reduce(%x init: %v), (%i init: %z) across dimensions = [1] :
        (tensor<3x5x2xf64>, tensor<3x5x2xi32>, tensor<f64>, tensor<i32>) -> (tensor<3x2xf64>, tensor<3x2xi32>)
       reducer(%a: tensor<f64>, %b: tensor<f64>) (%c: tensor<i32>, %d: tensor<i32>) {{
        {region}
       }}
      return %0#0 : tensor<3x2xf64> }}"""


PICK = """%p = stablehlo.compare GT, %a, %b : (tensor<f64>, tensor<f64>) -> tensor<i1>
          %r = stablehlo.select %p, %a, %b : tensor<i1>, tensor<f64>
          %s = stablehlo.select %p, %c, %d : tensor<i1>, tensor<i32>
          stablehlo.return %r, %s : tensor<f64>, tensor<i32>"""
PICK_FIRST = """%g = stablehlo.compare GT, %a, %b : (tensor<f64>, tensor<f64>) -> tensor<i1>
          %n = stablehlo.compare NE, %a, %a : (tensor<f64>, tensor<f64>) -> tensor<i1>
          %p = stablehlo.or %g, %n : tensor<i1>
          %e = stablehlo.compare EQ, %a, %b : (tensor<f64>, tensor<f64>) -> tensor<i1>
          %l = stablehlo.compare LT, %c, %d : (tensor<i32>, tensor<i32>) -> tensor<i1>
          %t = stablehlo.and %e, %l : tensor<i1>
          %q = stablehlo.or %p, %t : tensor<i1>
          %r = stablehlo.select %p, %a, %b : tensor<i1>, tensor<f64>
          %s = stablehlo.select %q, %c, %d : tensor<i1>, tensor<i32>
          stablehlo.return %r, %s : tensor<f64>, tensor<i32>"""


def max_and_place(x):
    return jnp.take_along_axis(x, jnp.argmax(x, 1, keepdims=True), 1)[:, 0]


def pooled_back(x, s):
    pool = lambda x: lax.reduce_window(x, -np.inf, lax.max, (1, 3, 2), (1, 2, 1), ((0, 0), (1, 1), (0, 0)))
    return jax.vjp(pool, x)[1](s)[0]


X = normal(3, 5, 2)
CASES += [
    Case("reduce_pick", "reduce", max_and_place, (X,), arg_reduce(PICK)),
    Case("reduce_pick_first", "reduce", max_and_place, (X,), arg_reduce(PICK_FIRST)),
    Case("select_and_scatter", "select_and_scatter", pooled_back, (normal(2, 7, 6), normal(2, 4, 5))),
]


@jax.custom_jvp
def zeta(x, q):
    return lax.zeta(x, q)


zeta.defjvp(lambda p, t: (lax.zeta(*p), t[1] * -p[0] * lax.zeta(p[0] + 1, p[1])))     # JAX has no derivative of it
CASES += [Case("zeta", "chlo_zeta", lambda q: zeta(jnp.full_like(q, 2.5), q), (positive(3, 5),), native=False)]
