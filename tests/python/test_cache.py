"""The cache of artifacts under torch.compile: a second process generates no code and gives the same bits."""
import json

import fresh

PROGRAM = """
import hashlib, json, torch, weft
torch.manual_seed(3)
m = torch.nn.Sequential(torch.nn.Linear(16, 32), torch.nn.GELU(), torch.nn.LayerNorm(32)).eval()
x = torch.randn(4, 16)
with torch.no_grad():
    y = torch.compile(m, backend="weft")(x)
    assert torch.allclose(y, m(x), atol=1e-5)
report = json.loads(weft.report(format="json"))
report["bits"] = hashlib.sha256(y.numpy().tobytes()).hexdigest()
print(json.dumps(report))
"""


def run(tmp_path, **env):
    done = fresh.run(PROGRAM, **{"WEFT_CACHE": "on", "WEFT_CACHE_DIR": str(tmp_path / "kept"), **env})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_second_process_compiles_nothing(tmp_path):
    first, second, without = run(tmp_path), run(tmp_path), run(tmp_path, WEFT_CACHE="off")
    assert first["cache"]["misses"] == first["cache"]["stored"] == first["graphs"] >= 1
    assert first["kernels_compiled"] >= 1 and first["compiler_loaded"]
    assert second["cache"]["hits"] == second["graphs"] == first["graphs"] and second["cache"]["misses"] == 0
    assert second["kernels_compiled"] == 0 and not second["compiler_loaded"]
    assert [x["cache"] for x in second["executables"]] == ["hit"] * second["graphs"]
    assert without["cache"]["disabled"] == without["graphs"]
    assert first["bits"] == second["bits"] == without["bits"]


AUTOGRAD = """
import hashlib, json, sys, torch, weft
from torch._dynamo.utils import counters

@torch.library.custom_op("weft_tests::cached", mutates_args=())
def cached(x: torch.Tensor) -> torch.Tensor:
    return x.abs()

cached.register_fake(torch.empty_like)

def forward(x, w):
    return torch.nn.functional.gelu(x @ w).sum(1)

def case(name, fn, args, grad=False, **options):
    torch._dynamo.reset()
    counters.clear()
    args = [a.clone().requires_grad_(grad) for a in args]
    with torch.set_grad_enabled(grad):
        y = torch.compile(fn, backend="weft", options={"fallback": "allow", **options})(*args)
    if grad:
        y.sum().backward()
        y = torch.cat([y.flatten(), *(a.grad.flatten() for a in args)])
    counted = {k.removeprefix("autograd_cache_"): n for k, n in counters["aot_autograd"].items() if "cache" in k}
    out[name] = (counted, hashlib.sha256(y.detach().numpy().tobytes()).hexdigest())

out = {}
torch.manual_seed(5)
x, w = torch.randn(6, 16), torch.randn(16, 8)
case("plain", forward, (x, w))
case("strict", forward, (x, w), numerics="strict")
case("interp", forward, (x, w), backend="interp")
for n in (3, 4, 5):
    torch._dynamo.mark_dynamic(y := torch.randn(n, 16), 0)
    case(f"dynamic {n}", forward, (y, w))
case("trained", forward, (x, w), grad=True)
with torch._functorch.config.patch(bundled_autograd_cache=True):
    case("trained and kept", forward, (x, w), grad=True)
case("callback", lambda x: torch.ops.weft_tests.cached(x) + 1, (x,))
case("eager", lambda x: torch.view_as_real(x.to(torch.complex32)).float(), (x,))
case("effect", lambda x: torch.linalg.inv(x @ x.T + 9 * torch.eye(6)), (x,))
case("random", lambda x: torch.manual_seed(1) and torch.nn.functional.dropout(x), (x,))
out["report"] = json.loads(weft.report(format="json"))
out["report"]["generators"] = [n for n in ("codegen.wrapper", "debug", "ir", "lowering", "scheduler", "select_algorithm")
                               if "torch._inductor." + n in sys.modules]
from weft._output import light_generator
with light_generator():                              # becomes the generator where it is asked for more
    from torch._inductor.codegen.wrapper import user_defined_triton_kernel_transitive_closure_source_code
    assert "torch._inductor.ir" not in sys.modules
    from torch._inductor.codegen.wrapper import PythonWrapperCodegen
assert sys.modules["torch._inductor.codegen.wrapper"].PythonWrapperCodegen is PythonWrapperCodegen
print(json.dumps(out))
"""


def autograd(tmp_path, **env):
    done = fresh.run(AUTOGRAD, **{"WEFT_CACHE": "on", "WEFT_CACHE_DIR": str(tmp_path / "kept"),
                                  "TORCHINDUCTOR_CACHE_DIR": str(tmp_path / "torch"), **env})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_autograd_cache_keeps_graphs(tmp_path):
    """Every graph is kept under a key of its own, and a second process traces and generates nothing."""
    first, second = autograd(tmp_path), autograd(tmp_path)
    kept = [k for k in first if k not in ("report", "trained", "eager", "effect")]
    assert {k: first[k][0] for k in kept} == dict.fromkeys(kept, {"miss": 1, "saved": 1})
    assert {k: second[k][0] for k in kept} == dict.fromkeys(kept, {"hit": 1})
    assert first["trained"][0] == {"miss": 1}        # its backward comes later, when torch has forgotten
    for k in ("eager", "effect"):
        assert first[k][0] == second[k][0] == {"miss": 1, "bypass": 1}
    assert {k: v[1] for k, v in first.items() if k != "report"} == {k: v[1] for k, v in second.items() if k != "report"}
    assert second["report"]["kernels_compiled"] == 0 and not second["report"]["compiler_loaded"]
    assert first["report"]["generators"] == second["report"]["generators"] == []     # of inductor's: a second to load


PRECOMPILED = """
import hashlib, json, sys, torch, weft
from weft import _output
from torch._dynamo.utils import counters
torch._dynamo.config.caching_precompile = True
_output.identity = lambda: identity
sys.path.insert(0, folder)
import precompiled
torch.manual_seed(6)
module = precompiled.Model()
with torch.no_grad():
    y = torch.compile(module, backend="weft")(torch.randn(4, 16))
torch.compiler.save_cache_artifacts()
report = json.loads(weft.report(format="json"))
print(json.dumps([dict(counters["dynamo_cache"]), dict(counters["frames"]), report["kernels_compiled"],
                  hashlib.sha256(y.numpy().tobytes()).hexdigest()]))
"""

MODEL = """
import torch

class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = torch.nn.Linear(16, 16), torch.nn.Linear(16, 16)

    def forward(self, x):
        return self.b(torch.nn.functional.gelu(self.a(x))).softmax(-1)
"""


def test_precompiled_programs_need_no_capture(tmp_path):
    """With Dynamo's own cache a second process neither captures nor compiles; what another version left is not run."""
    (tmp_path / "precompiled.py").write_text(MODEL)

    def run(identity):
        done = fresh.run(f"identity, folder = {identity!r}, {str(tmp_path)!r}" + PRECOMPILED, WEFT_CACHE="on",
                         WEFT_CACHE_DIR=str(tmp_path / "kept"), TORCHINDUCTOR_CACHE_DIR=str(tmp_path / "torch"))
        assert done.returncode == 0, done.stderr
        return *json.loads(done.stdout.splitlines()[-1]), done.stderr

    first, second, other = run("one"), run("one"), run("two")
    assert first[0] == {"dynamo_cache_miss": 1} and first[1] == {"total": 1, "ok": 1} and first[2] > 0
    assert second[:3] == ({"dynamo_cache_hit": 1}, {}, 0)
    assert other[0] == {"dynamo_cache_error": 1} and other[1] == {"total": 1, "ok": 1}
    assert "the entry was made by one, this is two" in other[-1]
    assert first[3] == second[3] == other[3]


def test_autograd_cache_tells_builds_of_torch_apart(monkeypatch):
    """A release is known by its commit; of a checkout's build the sources are read."""
    import torch
    from weft import _output
    monkeypatch.setattr(torch, "__version__", "2.13.0+cpu")
    monkeypatch.setattr(torch.version, "git_version", "1")
    one = _output.light()["torch_key"]()
    monkeypatch.setattr(torch.version, "git_version", "2")
    assert _output.light()["torch_key"]() != one
    monkeypatch.setattr(torch, "__version__", "2.13.0a0+git1234567")
    assert "torch_key" not in _output.light()


def test_autograd_cache_keeps_no_code(tmp_path):
    """Weft's entries are gone, or it is told to keep nothing: the same bits, compiled anew."""
    first, without = autograd(tmp_path), autograd(tmp_path, WEFT_CACHE_DIR=str(tmp_path / "empty"))
    off = autograd(tmp_path, WEFT_CACHE="off")
    assert without["plain"][0] == {"hit": 1} and without["report"]["kernels_compiled"] > 0
    assert off["plain"][0] == {} and off["report"]["kernels_compiled"] > 0
    assert first["plain"][1] == without["plain"][1] == off["plain"][1]


def test_autograd_cache_asks_who_compiles(tmp_path, monkeypatch):
    """What torch's key leaves out is in its tag: another version of this package finds nothing of the last one's."""
    import torch
    from torch._dynamo.utils import counters
    from weft import _output
    monkeypatch.setenv("WEFT_CACHE", "on")
    monkeypatch.setenv("WEFT_CACHE_DIR", str(tmp_path / "kept"))
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path / "torch"))
    x = torch.randn(3)
    for identity, state in (("a", "miss"), ("a", "hit"), ("b", "miss")):
        torch._dynamo.reset()
        counters.clear()
        monkeypatch.setattr(_output, "identity", lambda identity=identity: identity)
        assert torch.equal(torch.compile(lambda x: x + 1, backend="weft")(x), x + 1)
        assert counters["aot_autograd"]["autograd_cache_" + state] == 1, (identity, state)
