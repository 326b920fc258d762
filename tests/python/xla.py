"""StableHLO text run by XLA's CPU backend of jaxlib: the second opinion."""
import jax
import numpy as np
from jax._src import xla_bridge
from jax._src.interpreters import mlir
from jax._src.lib import xla_client
from jaxlib.mlir import ir


def parse(text):
    """The types of @main's arguments, as (element type, shape)."""
    with mlir.make_ir_context():
        module = ir.Module.parse(text)
        main = next(op for op in module.body.operations if op.attributes["sym_name"].value == "main")
        types = [ir.RankedTensorType(t) for t in main.type.inputs]
        return [(str(t.element_type), tuple(t.shape)) for t in types]


def run(text, arrays):
    backend = xla_bridge.get_backend("cpu")
    with mlir.make_ir_context():
        module = ir.Module.parse(text)
        devices = xla_client.DeviceList(tuple(backend.local_devices()[:1]))
        executable = backend.compile_and_load(module, devices, xla_client.CompileOptions())
    with jax.enable_x64(True):
        results = executable.execute_sharded([jax.device_put(a) for a in arrays])
    return [np.asarray(r[0]) for r in results.disassemble_into_single_device_arrays()]
