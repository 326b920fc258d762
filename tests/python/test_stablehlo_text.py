"""What `weft opt` prints is read by StableHLO's own parser (jaxlib's), and means the same there.

Programs that jaxlib's version refuses to begin with (quantised types, newer ops) are left out.
"""
import glob
import os
import re
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WEFT = os.path.join(os.environ.get("BUILD", os.path.join(ROOT, "build")), "weft")
CONFORMANCE = os.path.join(ROOT, "tests", "conformance")
FOLDERS = [os.path.join(CONFORMANCE, "roundtrip"), os.path.join(CONFORMANCE, "stablehlo", "dynamic"),
           os.path.join(ROOT, "bench", "jax_modules")]
# The first files in order of name of the large folders.
SAMPLES = {os.path.join(CONFORMANCE, "stablehlo", "static"): 150,
           os.path.join(CONFORMANCE, "stablehlo", "dynamic_run"): 60}


@pytest.fixture(scope="module")
def context():
    from jax._src.interpreters import mlir
    from jaxlib.mlir.dialects import chlo
    c = mlir.make_ir_context()
    chlo.register_dialect(c)
    return c


def files(folder, most):
    found = sorted(glob.glob(os.path.join(folder, "*.mlir")))
    return found[::max(1, len(found) // most)][:most] if most else found


def parse(context, text):
    """The module, or None and the first line of what was wrong."""
    from jaxlib.mlir import ir
    try:
        with context:
            return ir.Module.parse(text), None
    except Exception as e:
        return None, str(e)[:300]


@pytest.mark.parametrize("folder", FOLDERS + list(SAMPLES), ids=os.path.basename)
def test_print_is_accepted(context, folder, capfd):
    tried, refused = 0, []
    for file in files(folder, SAMPLES.get(folder)):
        with open(file, encoding="utf-8") as f:
            module, _ = parse(context, f.read())
        if module is None:
            continue
        done = subprocess.run([WEFT, "opt", file], capture_output=True, text=True, timeout=60)
        if done.returncode:
            continue        # what Weft refuses is another test's matter
        tried += 1
        again, why = parse(context, done.stdout)
        if again is None:
            refused.append(f"{WEFT} opt {file}: {why}")
    capfd.readouterr()      # MLIR writes its diagnostics to stderr
    assert tried, f"no program of {folder} was tried"
    assert not refused, "\n".join(refused)


def renamed(text):
    """Arguments named in the order in which they come, in each function."""
    functions = []
    for function in text.split("func.func"):
        names = {}
        functions.append(re.sub(r"%arg\d+", lambda m: names.setdefault(m.group(), f"%arg{len(names)}"),
                                function))
    return "func.func".join(functions)


def test_generic_form_is_read(context, tmp_path):
    """MLIR's generic form of JAX's own modules gives the same program as the pretty form."""
    for file in files(os.path.join(ROOT, "bench", "jax_modules"), None):
        with open(file, encoding="utf-8") as f:
            module, why = parse(context, f.read())
        assert module is not None, why
        generic = tmp_path / os.path.basename(file)
        generic.write_text(module.operation.get_asm(print_generic_op_form=True))
        prints = [subprocess.run([WEFT, "opt", str(f)], capture_output=True, text=True, timeout=60)
                  for f in (file, generic)]
        assert [p.returncode for p in prints] == [0, 0], prints[1].stderr
        assert renamed(prints[0].stdout) == renamed(prints[1].stdout), file


def jax_programs():
    """Functions whose text holds what JAX emits beside plain ops: meshes, callbacks, loops, constants."""
    import jax
    import jax.numpy as jnp
    import numpy as np
    from jax import lax
    from jax.sharding import Mesh, NamedSharding, PartitionSpec
    mesh = Mesh(np.array(jax.devices()[:1]), ("x",))
    large = np.arange(10000, dtype=np.float32).reshape(100, 100)
    ones = jnp.ones(3)

    def callback(x):
        jax.debug.print("x {}", x)
        return jax.pure_callback(lambda a: a, jax.ShapeDtypeStruct(x.shape, x.dtype), x)

    return {
        "scan": (lambda x: lax.scan(lambda c, a: (c + a, jnp.sin(c * a)), jnp.zeros(3), x),
                 jnp.ones((5, 3))),
        "switch": (lambda i, x: lax.switch(i, [jnp.sin, jnp.cos, lambda y: y * 3], x), 1, ones),
        "while": (lambda x: lax.while_loop(lambda c: c[0] < 10, lambda c: (c[0] + 1, c[1] * x), (0, x)),
                  ones),
        "callback": (callback, ones),
        "constant": (lambda x: x @ large, jnp.ones((2, 100))),
        "sharding": (lambda x: lax.with_sharding_constraint(x * 2, NamedSharding(mesh, PartitionSpec("x"))),
                     ones),
        "random": (lambda k: jax.random.normal(k, (4, 5)), jax.random.key(0)),
        "sort": (lambda x: (jnp.sort(x), lax.top_k(x, 2), x.at[0].set(1.0), jnp.cumsum(x)), jnp.ones(8)),
    }


@pytest.mark.parametrize("locations", [False, True], ids=["plain", "locations"])
def test_jax_output_round_trips(locations, tmp_path):
    import jax
    for name, (function, *args) in jax_programs().items():
        file = tmp_path / (name + ".mlir")
        file.write_text(jax.jit(function).lower(*args).as_text(debug_info=locations))
        done = subprocess.run([WEFT, "opt", "--round-trip", str(file)], capture_output=True, text=True,
                              timeout=60)
        assert done.returncode == 0, done.stderr
