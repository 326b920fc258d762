"""StableHLO modules as JAX prints them (jax_modules/): XLA's CPU compiler and Weft on the same text.

Both compile from text in a process of their own a row, which is cold for both; then their steps are timed in turn,
with arguments that lie on the device already and outputs that are the runtime's own.  Values are compared before
anything is timed.  Donation is taken out of the text: a step repeats over the same arguments.

    .venv/bin/python bench/jax_programs.py [--threads N] [--rounds N] [--write] [NAME ...]
"""
from __future__ import annotations

import argparse
import json
import os
import pathlib
import re
import statistics
import sys
import time

import children
import results
import turns

HERE = pathlib.Path(__file__).resolve().parent
MODULES = HERE / "jax_modules"


def argument(rng, element: str, shape: tuple[int, ...]):
    import ml_dtypes
    import numpy as np
    if element in ("f32", "bf16"):
        kind = np.float32 if element == "f32" else ml_dtypes.bfloat16
        return (rng.standard_normal(shape, dtype=np.float32) * 0.05).astype(kind)
    return rng.integers(0, 8, shape, dtype={"i32": np.int32, "i64": np.int64, "i1": np.bool_}[element])


class XLA:
    def __init__(self, text: str):
        from jax._src import xla_bridge
        from jax._src.interpreters import mlir
        from jax._src.lib import xla_client
        from jaxlib.mlir import ir
        backend = xla_bridge.get_backend("cpu")
        with mlir.make_ir_context():
            module = ir.Module.parse(text)
            main = next(op for op in module.body.operations if op.attributes["sym_name"].value == "main")
            types = [ir.RankedTensorType(t) for t in main.type.inputs]
            self.types = [(str(t.element_type), tuple(t.shape)) for t in types]
            devices = xla_client.DeviceList(tuple(backend.local_devices()[:1]))
            t0 = time.perf_counter()
            self.executable = backend.compile_and_load(module, devices, xla_client.CompileOptions())
            self.compile_s = time.perf_counter() - t0

    def bind(self, arrays):
        import jax
        with jax.enable_x64(True):
            self.arguments = [jax.device_put(a) for a in arrays]

    def step(self):
        out = self.executable.execute_sharded(self.arguments).disassemble_into_single_device_arrays()
        for o in out:
            o[0].block_until_ready()
        return out

    def values(self):
        import numpy as np
        return [np.asarray(o[0]) for o in self.step()]


class Weft:
    def __init__(self, text: str, threads: int):
        sys.path.insert(0, str(HERE.parent / "tests" / "python"))
        import capi
        self.weft = capi.Weft()
        t0 = time.perf_counter()
        self.call = self.weft.compile(text, threads=threads)
        self.compile_s = time.perf_counter() - t0

    def bind(self, arrays):
        self.arrays, self.step = arrays, self.call.bound(*arrays)

    def values(self):
        return self.call(*self.arrays)


def measure(name: str, threads: int, rounds: int) -> dict:
    import numpy as np
    text = re.sub(r" *\{(tf\.aliasing_output = \d+ : i32|jax\.buffer_donor = true)\}", "", (MODULES / f"{name}.mlir").read_text())
    peers = {"xla": XLA(text), "weft": Weft(text, threads)}
    rng = np.random.default_rng(0)
    arrays = [argument(rng, *t) for t in peers["xla"].types]
    for peer in peers.values():
        peer.bind(arrays)
    want, got = (peers[k].values() for k in ("xla", "weft"))
    row = {"module": name, "difference": max(
        float(np.max(np.abs(w.astype(np.float64) - v.astype(np.float64)), initial=0) / max(1e-12, np.max(np.abs(w.astype(np.float64)), initial=0)))
        for w, v in zip(want, got))}
    times = turns.in_turn({k: peer.step for k, peer in peers.items()}, rounds, 0.05, most=2000)
    row.update({k: statistics.median(v) for k, v in times.items()}, spread=max(times["weft"]) / min(times["weft"]),
               ratio=statistics.median(x / w for x, w in zip(times["xla"], times["weft"])),
               xla_compile=peers["xla"].compile_s, weft_compile=peers["weft"].compile_s)
    return row


def table(rows: list[dict]) -> str:
    lines = ["| module | XLA ms | Weft ms | XLA/Weft | most/least of Weft | XLA compiles s | Weft compiles s | Weft/XLA | largest difference |",
             "|---|" + "---:|" * 8]
    for r in rows:
        if "error" in r:
            lines.append(f"| {r['module']} | failed: {r['error'][-120:]} |" + " |" * 7)
            continue
        lines.append(f"| {r['module']} | {1e3 * r['xla']:.3f} | {1e3 * r['weft']:.3f} | {r['ratio']:.2f} | {r['spread']:.2f} | "
                     f"{r['xla_compile']:.3f} | {r['weft_compile']:.3f} | {r['weft_compile'] / r['xla_compile']:.2f} | {r['difference']:.1e} |")
    return "\n".join(lines)


def main() -> None:
    names = sorted(f.stem for f in MODULES.glob("*.mlir"))
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("names", nargs="*", default=names)
    p.add_argument("--threads", type=int, default=os.cpu_count())
    p.add_argument("--rounds", type=int, default=11)
    p.add_argument("--write", action="store_true", help="put the table into RESULTS.md")
    p.add_argument("--child", help=argparse.SUPPRESS)
    args = p.parse_args()
    if args.child:
        print(json.dumps(measure(args.child, args.threads, args.rounds)))
        return
    rows = children.rows(args.names, "module", ["--threads", args.threads, "--rounds", args.rounds], {"JAX_PLATFORMS": "cpu"})
    print(table(rows))
    if args.write:
        results.put("jax", table(rows), args.threads)


if __name__ == "__main__":
    main()
