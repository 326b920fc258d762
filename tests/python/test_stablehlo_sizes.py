"""Sizes that contradict what a StableHLO program says of them are an error at the call, on both backends: of arguments, of
what a bound allows, of shapes that an operand holds."""
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
}


def ones(*shape):
    return np.ones(shape, np.float32)


def sizes(*numbers):
    return np.array(numbers, np.int64)


FIT = [("bounded", (ones(8), ones(8)), (8,)), ("bounded", (ones(0), ones(0)), (0,)),
       ("broadcast", (ones(3), sizes(2, 3)), (2, 3)), ("broadcast", (ones(1), sizes(2, 4)), (2, 4)),
       ("broadcast", (ones(0), sizes(2, 0)), (2, 0)), ("broadcast", (ones(1), sizes(2, 0)), (2, 0)),
       ("reshape", (ones(6), sizes(3, 2)), (3, 2)), ("reshape", (ones(0), sizes(0, 5)), (0, 5))]
CONTRADICT = [("bounded", (ones(9), ones(9)), "argument 0, dimension 0: expected at most 8, found 9"),
              ("bounded", (ones(3), ones(4)), "expected 3"),
              ("broadcast", (ones(3), sizes(2, 4)), "3.*4|4.*3"), ("broadcast", (ones(0), sizes(2, 4)), "0.*4|4.*0"),
              ("broadcast", (ones(3), sizes(-2, 3)), "-"), ("broadcast", (ones(3), sizes(2**62, 3)), "overflow|too many"),
              ("reshape", (ones(6), sizes(2, 4)), "6.*8|8.*6"), ("reshape", (ones(6), sizes(-2, -3)), "-2")]


@pytest.mark.parametrize("backend", ["weft", "interp"])
def test_sizes_that_fit(backend):
    for name, args, shape in FIT:
        result, = capi.Weft(backend).compile(PROGRAMS[name])(*args)
        assert result.shape == shape, name
        assert (result == (2 if name == "bounded" else 1)).all(), name


@pytest.mark.parametrize("backend", ["weft", "interp"])
@pytest.mark.parametrize("name,args,message", CONTRADICT, ids=[f"{c[0]}-{i}" for i, c in enumerate(CONTRADICT)])
def test_sizes_that_contradict(backend, name, args, message):
    run = capi.Weft(backend).compile(PROGRAMS[name])
    with pytest.raises(capi.WeftError, match=message):
        run(*args)
