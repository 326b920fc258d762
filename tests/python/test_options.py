"""Options and modes of torch.compile, variables of the environment, and what the first compile loads."""
import json
import os
import platform
import shutil
import time

import pytest
import torch

import fresh
import weft
from common import needs_libgomp
from weft import _native


def run_python(code, status=0, **env):
    done = fresh.run(code, **env)
    assert done.returncode == status, done.stderr
    return done.stdout.strip() + "\n" + done.stderr


def compiled(**kw):
    torch._dynamo.reset()
    return torch.compile(lambda x: (x * 2).softmax(-1), backend="weft", **kw)(torch.arange(12.0).view(3, 4))


# What torch.compile says itself is refused: test_bad_input.py.
@pytest.mark.parametrize("name", sorted(_native.tables()["options"].keys() - {"role", "constants"}))
def test_every_option_is_torchs_too(name, tmp_path):
    if name == "pool":
        needs_libgomp()
    row = _native.tables()["options"][name]
    value = {"int": max(1, row.get("least", 0)), "bool": True}.get(row["type"], row["default"])
    value = {"dump": str(tmp_path), "cache": "off", "numerics": "strict", "pool": "host"}.get(name, value)
    want = compiled()
    torch.testing.assert_close(compiled(options={name: value}), want, rtol=1e-6, atol=1e-7)
    torch.testing.assert_close(compiled(options={name.replace("_", "-"): value}), want, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name, value, text", [
    ("thread", 1, "Unexpected optimization option thread, known options are .*the nearest is threads"),
    ("verify", "yes", "Unexpected type of attr verify, got str should be bool"),
    ("threads", "2", "Unexpected type of attr threads, got str should be int"),
    ("threads", True, "Unexpected type of attr threads, got bool should be int"),
    ("numerics", 3, "Unexpected type of attr numerics, got int should be str"),
    ("fallback", 1, "Unexpected type of attr fallback, got int should be str"),
    ("random", "dice", 'option random: "dice" is none of weft, eager'),
    ("numerics", "loose", "option numerics: expected default|strict, found 'loose'"),
    ("passes_off", ["fold", "fodl"], "option passes_off: unknown pass 'fodl'; the nearest is 'fold'"),
    ("progressive", ["best"], "option progressive: 'best' is no setting of opt_level or max_autotune"),
    ("progressive", [{"opt_level": 3}], "option progressive: option opt_level: expected a number from 0 to 2"),
    ("progressive", [{"opt_level": "2"}], "Unexpected type of attr opt_level, got str should be int"),
    ("progressive", [2], "Unexpected type of attr progressive, got int should be a dict of options"),
    (3, 4, "Unexpected type of attr options, got int should be names of options, str"),
    ("threads", -1, "option threads: expected a number from 0 to 1024, found '-1'"),
])
def test_bad_options_are_named(name, value, text):
    with pytest.raises(Exception, match=text):
        compiled(options={name: value})


def test_a_dump_makes_its_directory_or_says_why_not(tmp_path):
    compiled(options={"dump": str(tmp_path / "made")})
    assert {f.suffix for f in (tmp_path / "made").iterdir()} == {".ll", ".o"}
    (tmp_path / "file").touch()
    with pytest.raises(Exception, match=r"file/\w+\.ll: error: cannot (be written|.*): Not a directory"):
        compiled(options={"dump": str(tmp_path / "file")})


@pytest.mark.parametrize("mode", ["serialise", "Subprocess", "ASYNC+normal", "progressive+async+subprocess"])
def test_compile_modes(mode):
    want = compiled()
    assert torch.equal(compiled(options={"compile_mode": mode}), want)


@pytest.mark.parametrize("sets", ["opt_level=2|max_autotune=1", ["opt_level=2", "max_autotune=1"],
                                  [{"opt_level": 2}, {"opt_level": 1, "max_autotune": True}]])
def test_versions_of_progressive_are_a_list(sets):
    want = compiled()
    before = json.loads(weft.report("json"))["compiled_how"].get("normal", 0)
    assert torch.equal(compiled(options={"compile_mode": "progressive+normal", "progressive": sets, "cache": "off"}), want)
    for _ in range(1000):
        if json.loads(weft.report("json"))["compiled_how"].get("normal", 0) == before + 3:
            return
        time.sleep(0.05)
    raise AssertionError(weft.report())


def test_compile_mode_of_the_environment():
    """C2, C3, C4: unset it is normal; a bad value is logged once with the valid ones and taken out, for children too."""
    code = ("import torch, weft, json, os; f = torch.compile(lambda x: (x * 2).softmax(-1), backend='weft'); "
            "f(torch.ones(3, 4)); r = json.loads(weft.report('json')); "
            "print(r['workers_started'], r['compiler_loaded'], 'WEFT_COMPILE_MODE' in os.environ); "
            "print(r['compiled_how'], r['executables'][0].get('versions')); "
            "print('child', repr(os.popen('echo $WEFT_COMPILE_MODE').read().strip()))")
    os.environ.pop("WEFT_COMPILE_MODE", None)
    out = run_python(code)
    assert out.splitlines()[:2] == ["0 True False", "{'normal': 1, 'serialise': 0, 'subprocess': 0} None"]
    assert run_python(code, WEFT_COMPILE_MODE="subprocess").startswith("1 False True")
    out = run_python(code, WEFT_COMPILE_MODE="async+progressive+normal")
    assert out.startswith("0 True False") and out.count("WEFT_COMPILE_MODE is not used") == 1
    assert "[progressive+][async+]normal|serialise|subprocess" in out and "'async+progressive+normal'" in out
    assert "{'normal': 1, 'serialise': 0, 'subprocess': 0} None" in out and "child ''" in out


def test_modes():
    want = compiled()
    for mode in ("default", "lite", "reduce-overhead", "max-autotune", "max-autotune-no-cudagraphs"):
        torch.testing.assert_close(compiled(mode=mode), want)
    assert torch.equal(compiled(mode="max-autotune"), want)            # the same bits
    with pytest.raises(Exception, match="Unrecognized mode=fast, should be one of: default, lite, reduce-overhead, "
                                        "max-autotune-no-cudagraphs, max-autotune"):
        compiled(mode="fast")
    with pytest.raises(RuntimeError, match="Either mode or options"):
        compiled(mode="lite", options={"threads": 1})


def test_a_mode_is_an_option():
    """Settings beside it win, wherever they stand."""
    def timed(**options):
        torch._dynamo.reset()
        before = json.loads(weft.report("json"))["candidates_timed"]
        x = torch.ones(256, 256)
        torch.compile(lambda x: x @ x, backend="weft", options={"cache": "off", "threads": 1, **options})(x)
        return json.loads(weft.report("json"))["candidates_timed"] - before

    assert timed() == 0 and timed(mode="default") == 0 and timed(mode="max-autotune") > 0
    assert timed(max_autotune=False, mode="max-autotune") == 0
    with pytest.raises(Exception, match="Unrecognized mode=fast, should be one of: default, lite"):
        compiled(options={"mode": "fast"})
    with pytest.raises(Exception, match="Unexpected type of attr mode, got int should be str"):
        compiled(options={"mode": 3})


def test_options_are_not_changed():
    """C25: nor does a compile see those of the one before."""
    def backend_of(**kw):
        torch._dynamo.reset()
        f = torch.compile(lambda x: x * 2, backend="weft", **kw)
        f(torch.ones(3))
        return json.loads(weft.report("json"))["executables"][0]["backend"]

    options = {"threads": 2, "backend": "interp", "opt-level": 0}
    assert [backend_of(), backend_of(options=options), backend_of()] == ["weft", "interp", "weft"]
    assert options == {"threads": 2, "backend": "interp", "opt-level": 0}


def test_unknown_keyword():
    with pytest.raises(Exception, match="Unexpected keyword fancy"):
        weft.backend(torch.fx.symbolic_trace(lambda x: x + 1), [torch.ones(2)], fancy=1)


def test_environment_is_logged_once():
    out = run_python("""
import logging, os, torch, weft
logging.basicConfig(level=logging.INFO)
for _ in range(3):
    torch._dynamo.reset()
    torch.compile(lambda x: x + 1, backend="weft")(torch.ones(3))
print("left", os.popen("echo $WEFT_NUMERICS").read().strip() == "")
""", WEFT_NUMERICS="loose")
    assert out.count("WEFT_NUMERICS is not used: option numerics: expected default|strict, found 'loose'") == 1
    assert "ERROR:weft:" in out and "left True" in out


def test_defaults_are_listed_in_the_page():
    page = open(os.path.join(os.path.dirname(__file__), "..", "..", "doc", "options.md")).read()
    for name, row in _native.tables()["options"].items():
        variable = f"`{row['variable']}`" if row["variable"] else ""
        assert f"| `{name}` | {variable} |" in page


# ---- what the first compile loads ----

def test_importing_loads_neither_compiler_nor_llvm():
    out = run_python("import torch, weft; import torch._dynamo; torch._dynamo.list_backends(); "
                     "print('libweft' in open('/proc/self/maps').read())")
    assert out.startswith("False")


def test_another_backend_loads_nothing():
    out = run_python("import torch, weft; torch.compile(lambda x: x + 1, backend='eager')(torch.ones(3)); "
                     "print('libweft' in open('/proc/self/maps').read())")
    assert out.startswith("False")


def test_first_compile_is_a_timed_event():
    """The import is timed as weft_import; LLVM comes with what must be compiled, and is timed in the report."""
    out = run_python("""
import json, torch, weft
from torch._dynamo.utils import compilation_time_metrics
torch.compile(lambda x: x + 1, backend="weft", options={"backend": "interp"})(torch.ones(3))
print(len(compilation_time_metrics["weft_import"]), json.loads(weft.report("json"))["compiler_load_s"])
torch._dynamo.reset()
torch.compile(lambda x: x + 1, backend="weft")(torch.ones(3))
report = json.loads(weft.report("json"))
print("weft_import" in compilation_time_metrics, report["compiler_loaded"], report["compiler_load_s"] > 0)
""")
    assert out.splitlines()[:2] == ["1 0.0", "False True True"]


def test_pool_starts_before_the_compiler():
    out = run_python("""
import os, weft
from weft import _native
c = _native.load()
print(len(os.listdir("/proc/self/task")) > 1, "codegen" in open("/proc/self/maps").read())
""", WEFT_THREADS="2")
    assert "True False" in out


def package(tmp_path, without):
    """A copy of the package that lacks a library."""
    home = os.path.dirname(weft.__file__)
    shutil.copytree(home, tmp_path / "weft", ignore=shutil.ignore_patterns(without, "__pycache__"))
    return {"PYTHONPATH": str(tmp_path)}


COMPILE = "import torch, weft; torch.compile(lambda x: x + 1, backend='weft')(torch.ones(3))"


def test_missing_library_is_named(tmp_path):
    out = run_python("import weft; print(weft.__file__); " + COMPILE.replace("backend='weft'", "backend=weft.backend"),
                     status=1, **package(tmp_path, "libweft.so"))
    assert str(tmp_path) in out and "the library cannot be loaded" in out and "libweft.so" in out


def test_missing_compiler_is_named(tmp_path):
    out = run_python(COMPILE.replace("backend='weft'", "backend=weft.backend"), status=1, WEFT_CACHE="off",
                     **package(tmp_path, "libweft_codegen.so"))
    assert "the compiler cannot be loaded" in out and str(tmp_path / "weft" / "libweft_codegen.so") in out


@pytest.mark.parametrize("worker, text", [(None, "no weft-worker to compile in: tried {}"),
                                          ("no program", "{} cannot be started: Exec format error")])
def test_missing_worker_is_named(worker, text, tmp_path):
    where = package(tmp_path, "weft-worker")
    path = tmp_path / "weft" / "weft-worker"
    if worker:
        path.write_text(worker)
        path.chmod(0o755)
    out = run_python(COMPILE.replace("backend='weft'", "backend=weft.backend"), status=1, WEFT_CACHE="off",
                     WEFT_COMPILE_MODE="subprocess", **where)
    assert text.format(path) in out


def test_arguments_pass_through():
    """I2: what torch hands over reaches the compiler, and its result is what is called."""
    seen = []

    def fn(gm, example_inputs, **kw):
        seen.append((type(gm).__name__, len(example_inputs), kw))
        return weft.backend(gm, example_inputs, **kw)

    f = torch.compile(lambda x, y: x + y, backend=fn, options={"threads": 1})
    assert torch.equal(f(torch.ones(2), torch.ones(2)), torch.full((2,), 2.0))
    assert seen == [("GraphModule", 2, {"options": {"threads": 1}})]


def test_report_tells_notices():
    """In a process of its own: notices are a process's, and other tests leave theirs."""
    out = run_python("import weft, json, torch; n = lambda: json.loads(weft.report('json'))['notices']; before = n();\n"
                     "torch.compile(torch.sin, backend='weft', options={'backend': 'plant', 'plant': 'wrong@tanh'})("
                     "torch.ones(2)); print(before, n())")
    assert out.splitlines()[0] == "[] ['the backend plant plants errors: wrong@tanh']"


@pytest.mark.parametrize("numerics", ["default", "strict"])
def test_attention_takes_denormals_for_zero(numerics):
    """A weight of e^-90, which is denormal: nothing but in strict, and but where processors have no such state."""
    q, k, v = torch.ones(1, 1, 32, 16), torch.zeros(1, 1, 48, 16), torch.zeros(1, 1, 48, 16)
    k[:, :, 1:], v[:, :, 1:] = -90 / 4, 1
    attend = torch.compile(torch.nn.functional.scaled_dot_product_attention, backend="weft", options={"numerics": numerics})
    out = attend(q, k, v)
    assert not out.isnan().any() and (out < 1e-37).all()
    if platform.machine() == "x86_64":
        assert ((out > 0) if numerics == "strict" else (out == 0)).all()
