"""The public C API through ctypes, for tests that need neither the command nor the torch binding."""
import ctypes
import json
import os

import ml_dtypes
import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
STABLEHLO, ATEN = 1, 2
# enum weft_dtype, in its order; None: no numpy type holds it.
NAMES = ("invalid i1 i2 i4 i8 i16 i32 i64 ui2 ui4 ui8 ui16 ui32 ui64 f4E2M1FN f6E2M3FN f6E3M2FN f8E3M4 f8E4M3 "
         "f8E4M3FN f8E4M3FNUZ f8E4M3B11FNUZ f8E5M2 f8E5M2FNUZ f8E8M0FNU bf16 f16 tf32 f32 f64 complex<f32> "
         "complex<f64>").split()
NUMPY = {"i1": np.bool_, "i8": np.int8, "i16": np.int16, "i32": np.int32, "i64": np.int64, "ui8": np.uint8,
         "ui16": np.uint16, "ui32": np.uint32, "ui64": np.uint64, "bf16": ml_dtypes.bfloat16, "f16": np.float16,
         "f32": np.float32, "f64": np.float64, "complex<f32>": np.complex64, "complex<f64>": np.complex128}
CODE = {np.dtype(t): NAMES.index(n) for n, t in NUMPY.items()}


class Type(ctypes.Structure):
    _fields_ = [("dtype", ctypes.c_int), ("rank", ctypes.c_uint32), ("dims", ctypes.POINTER(ctypes.c_int64))]

    def shape(self):
        return tuple(self.dims[i] for i in range(self.rank))


def load(build=None):
    build = build or os.environ.get("WEFT_BUILD") or os.path.join(ROOT, os.environ.get("BUILD", "build"))
    lib = ctypes.CDLL(os.path.join(build, "libweft.so"))
    pointer = ctypes.c_void_p
    for name, result, args in (
            ("weft_error_text", ctypes.c_char_p, [pointer]), ("weft_error_code", ctypes.c_int, [pointer]),
            ("weft_error_free", None, [pointer]), ("weft_client_open", pointer, [ctypes.c_char_p, pointer]),
            ("weft_client_release", None, [pointer]),
            ("weft_program_parse", pointer, [ctypes.c_int, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t, pointer]),
            ("weft_program_release", None, [pointer]), ("weft_text_free", None, [pointer]),
            ("weft_program_print", pointer, [pointer, pointer]),
            ("weft_program_gradient", pointer, [pointer, ctypes.c_uint32, pointer, pointer]),
            ("weft_program_training", pointer,
             [pointer, ctypes.c_uint32, pointer, ctypes.c_uint64, pointer]),
            ("weft_training_fini", None, [pointer]), ("weft_options_create", pointer, [pointer]),
            ("weft_options_set", pointer, [pointer, ctypes.c_char_p, ctypes.c_char_p]),
            ("weft_options_free", None, [pointer]), ("weft_compile", pointer, [pointer] * 4),
            ("weft_executable_release", None, [pointer]), ("weft_executable_settle", pointer, [pointer]),
            ("weft_report", pointer, [ctypes.c_char_p, pointer]), ("weft_executable_outputs", ctypes.c_uint32, [pointer]),
            ("weft_buffer_wrap", pointer, [pointer, Type, pointer, pointer, pointer, pointer]),
            ("weft_buffer_release", None, [pointer]), ("weft_buffer_type", Type, [pointer]),
            ("weft_buffer_data", pointer, [pointer, pointer, pointer]),
            ("weft_run", pointer, [pointer, ctypes.c_uint32, pointer, ctypes.c_uint32, pointer])):
        function = getattr(lib, name)
        function.restype, function.argtypes = result, args
    return lib


class Training(ctypes.Structure):
    _fields_ = [("forward", ctypes.c_void_p), ("backward", ctypes.c_void_p), ("nkept", ctypes.c_uint32),
                ("kept", ctypes.POINTER(ctypes.c_int32)), ("bytes", ctypes.c_uint64)]


class WeftError(Exception):
    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


class Weft:
    """One client; compiled programs are functions of numpy arrays."""

    def __init__(self, backend="weft"):
        self.lib, self.client = load(), ctypes.c_void_p()
        self.check(self.lib.weft_client_open(backend.encode(), ctypes.byref(self.client)))

    def check(self, error):
        if error:
            text = self.lib.weft_error_text(error).decode("utf-8", "replace")
            code = self.lib.weft_error_code(error)
            self.lib.weft_error_free(error)
            raise WeftError(code, text)

    def compile(self, text, name="<text>", format=STABLEHLO, **options):
        lib, program, bag, exe = self.lib, ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_void_p()
        data = text if isinstance(text, bytes) else text.encode()
        self.check(lib.weft_program_parse(format, name.encode(), data, len(data), ctypes.byref(program)))
        try:
            self.check(lib.weft_options_create(ctypes.byref(bag)))
            for key, value in options.items():
                self.check(lib.weft_options_set(bag, key.encode(), str(value).encode()))
            self.check(lib.weft_compile(self.client, program, bag, ctypes.byref(exe)))
        finally:
            lib.weft_options_free(bag)
            lib.weft_program_release(program)

        def call(*arrays):
            return self.run(exe, arrays)
        call.bound = lambda *arrays: self.bound(exe, arrays)
        call.settle = lambda: self.check(lib.weft_executable_settle(exe))
        return call

    def report(self):
        text = ctypes.c_void_p()
        self.check(self.lib.weft_report(b"json", ctypes.byref(text)))
        try:
            return json.loads(ctypes.string_at(text))
        finally:
            self.lib.weft_text_free(text)

    def program(self, text, name="<text>", format=STABLEHLO):
        program, data = ctypes.c_void_p(), text.encode()
        self.check(self.lib.weft_program_parse(format, name.encode(), data, len(data), ctypes.byref(program)))
        return program

    def print(self, program):
        text = ctypes.c_void_p()
        self.check(self.lib.weft_program_print(program, ctypes.byref(text)))
        try:
            return ctypes.string_at(text).decode()
        finally:
            self.lib.weft_text_free(text)

    def gradient(self, text, wrt=(), **kinds):
        """The text of the gradient program."""
        program, out = self.program(text, **kinds), ctypes.c_void_p()
        try:
            self.check(self.lib.weft_program_gradient(program, len(wrt), (ctypes.c_uint32 * len(wrt))(*wrt),
                                                      ctypes.byref(out)))
            return self.print(out)
        finally:
            self.lib.weft_program_release(out)
            self.lib.weft_program_release(program)

    def training(self, text, wrt=(), budget=2**64 - 1, **kinds):
        """The texts of forward and backward, where backward's first arguments come from, and the bytes kept."""
        program, out = self.program(text, **kinds), Training()
        try:
            self.check(self.lib.weft_program_training(program, len(wrt), (ctypes.c_uint32 * len(wrt))(*wrt),
                                                      budget, ctypes.byref(out)))
            return self.print(out.forward), self.print(out.backward), out.kept[:out.nkept], out.bytes
        finally:
            self.lib.weft_training_fini(ctypes.byref(out))
            self.lib.weft_program_release(program)

    def wrapped(self, arrays):
        """Buffers over arrays, and what must live as long."""
        keep, handles = [], (ctypes.c_void_p * max(1, len(arrays)))()
        for i, a in enumerate(arrays):
            a = np.asarray(a, order="C")
            dims = (ctypes.c_int64 * max(1, a.ndim))(*a.shape)
            keep += [a, dims]
            self.check(self.lib.weft_buffer_wrap(self.client, Type(CODE[a.dtype], a.ndim, dims), a.ctypes.data, None,
                                                 None, ctypes.byref(handles, i * ctypes.sizeof(ctypes.c_void_p))))
        return handles, keep

    def run(self, exe, arrays):
        n = self.lib.weft_executable_outputs(exe)
        outs = (ctypes.c_void_p * max(1, n))()
        ins, keep = self.wrapped(arrays)
        try:
            self.check(self.lib.weft_run(exe, len(arrays), ins, n, outs))
            return [self.array(outs[i]) for i in range(n)]
        finally:
            for handle in list(ins) + list(outs):
                self.lib.weft_buffer_release(handle)

    def bound(self, exe, arrays):
        """A function without arguments that runs the program over these arrays and lets its results go."""
        n = self.lib.weft_executable_outputs(exe)
        outs = (ctypes.c_void_p * max(1, n))()
        ins, keep = self.wrapped(arrays)

        def step(keep=keep):
            self.check(self.lib.weft_run(exe, len(arrays), ins, n, outs))
            for handle in outs:
                self.lib.weft_buffer_release(handle)
        return step

    def array(self, buffer):
        t, data, size = self.lib.weft_buffer_type(buffer), ctypes.c_void_p(), ctypes.c_size_t()
        self.check(self.lib.weft_buffer_data(buffer, ctypes.byref(data), ctypes.byref(size)))
        dtype, shape = np.dtype(NUMPY[NAMES[t.dtype]]), t.shape()
        assert size.value == dtype.itemsize * int(np.prod(shape, dtype=np.int64)), "bytes of a result"
        return np.frombuffer(ctypes.string_at(data, size.value), dtype).reshape(shape)
