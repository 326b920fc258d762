"""weft's table of backends: functions of Python's, plug-ins of C's, entry points; names are new in every test,
since a name stays."""
import importlib.metadata
import itertools
import os
import subprocess
import sys

import pytest
import torch

import weft
from weft import _registry

BUILD = os.path.abspath(os.environ.get("WEFT_BUILD") or os.path.join(
    os.path.dirname(__file__), "..", "..", os.environ.get("BUILD", "build")))
PLUGINS = os.path.join(BUILD, "plugins")
counter = itertools.count()


def fresh(front="b"):
    return f"{front}{next(counter)}"


def eager(gm, example_inputs):
    return gm.forward


def named():
    """A function with a name of its own."""
    def fn(gm, example_inputs):
        fn.compiled += 1
        return gm.forward
    fn.compiled, fn.__name__ = 0, fresh("fn")
    return fn


def run_python(code, **env):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300,
                          env={**os.environ, **env})
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


# ---- registering ----

def test_function_registers_under_its_own_name():
    fn = named()
    assert weft.register_backend(fn) is fn
    assert weft.lookup_backend(fn.__name__) is fn


def test_name_is_the_only_name():
    fn, name = named(), fresh()
    assert weft.register_backend(fn, name=name) is fn
    assert weft.lookup_backend(name) is fn
    with pytest.raises(ValueError, match="no backend"):
        weft.lookup_backend(fn.__name__)


def test_empty_name_is_no_name():
    fn = named()
    weft.register_backend(fn, name="")
    assert weft.lookup_backend(fn.__name__) is fn
    call = type("Call", (), {"__call__": lambda self, gm, x: gm.forward})()
    with pytest.raises(ValueError, match="has no name"):
        weft.register_backend(call)
    name = fresh()
    weft.register_backend(call, name=name)
    assert weft.lookup_backend(name) is call


def test_registrar_keeps_name_and_tags():
    name = fresh()

    @weft.register_backend(name=name, tags=["debug"])
    def fn(gm, example_inputs):
        return gm.forward

    assert weft.lookup_backend(name) is fn
    assert name not in weft.list_backends() and name in weft.list_backends(())


def test_decorator_without_arguments():
    @weft.register_backend
    def a_backend_of_this_test(gm, example_inputs):
        return gm.forward

    assert weft.lookup_backend("a_backend_of_this_test") is a_backend_of_this_test


def test_what_is_not_callable():
    for what in (3, "text", object()):
        name = fresh()
        with pytest.raises(TypeError, match="must be callable, got"):
            weft.register_backend(what, name=name)
        assert name not in weft.list_backends(())


def test_duplicates_are_refused():
    fn, name = named(), fresh()
    weft.register_backend(fn, name=name)
    with pytest.raises(ValueError, match=f"duplicate name: {name}"):
        weft.register_backend(eager, name=name, tags=("debug",))
    assert weft.lookup_backend(name) is fn and name in weft.list_backends()
    with pytest.raises(ValueError, match="duplicate name: interp"):
        weft.register_backend(eager, name="interp")


def test_tags_are_of_the_name():
    fn, one, two = named(), fresh(), fresh()
    weft.register_backend(fn, name=one)
    weft.register_backend(fn, name=two, tags=("debug", "slow"))
    assert one in weft.list_backends() and two not in weft.list_backends()
    assert two in weft.list_backends(("experimental",)) and two not in weft.list_backends(["slow"])
    assert two not in weft.list_backends("slow")              # torch takes the letters of a bare string
    for tags in (("a,b",), ("",), (3,)):
        with pytest.raises(ValueError, match="no tag"):
            weft.register_backend(fn, name=fresh(), tags=tags)


def test_an_object_that_carries_no_attributes():
    """torch registers it half-way, and listing fails from then on."""
    name, fn = fresh(), "".join            # a builtin method
    with pytest.raises(AttributeError):
        fn.tags = ()
    weft.register_backend(fn, name=name)
    assert name in weft.list_backends() and weft.lookup_backend(name) is fn


def test_debug_and_experimental_helpers():
    for helper, tag in ((weft.register_debug_backend, "debug"), (weft.register_experimental_backend, "experimental")):
        fn, name = named(), fresh()
        assert helper(fn) is fn
        helper(name=name)(fn)
        for n in (fn.__name__, name):
            assert n not in weft.list_backends((tag,)) and n in weft.list_backends(("x",))


# ---- looking up and listing ----

def test_what_is_no_string_is_given_back():
    fn = object()
    assert weft.lookup_backend(fn) is fn and weft.lookup_backend(None) is None
    out = run_python("import weft, sys; assert weft.lookup_backend(print) is print; "
                     "print('weft._C' in sys.modules)")
    assert out == "False"


def test_unknown_names_nearest():
    with pytest.raises(ValueError, match="no backend 'intrep'; the nearest is 'interp'"):
        weft.lookup_backend("intrep")


def test_listing():
    names = weft.list_backends()
    assert names == sorted(names) and {"weft", "interp"} <= set(names)
    assert not {"null", "plant", "pass_through"} & set(names)
    assert {"null", "plant", "pass_through"} <= set(weft.list_backends(None))
    assert weft.list_backends(None) == weft.list_backends(())


def test_backends_of_c_are_functions():
    fn = weft.lookup_backend("interp")
    assert callable(fn) and fn is weft.lookup_backend("interp")
    f = torch.compile(lambda x: x + 1, backend=fn)
    assert torch.equal(f(torch.ones(3)), torch.full((3,), 2.0))
    report = weft.report("json")
    assert '"interp"' in report


def test_by_option():
    fn = named()
    weft.register_backend(fn)
    for backend in (fn.__name__, fn):
        torch._dynamo.reset()
        f = torch.compile(lambda x: x * 2, backend="weft", options={"backend": backend})
        assert torch.equal(f(torch.ones(3)), torch.full((3,), 2.0))
    assert fn.compiled == 2
    torch._dynamo.reset()
    with pytest.raises(Exception, match="no backend 'cuda'"):
        torch.compile(lambda x: x + 1, backend="weft", options={"backend": "cuda"})(torch.ones(3))


def test_options_reach_the_function():
    seen = []

    def fn(gm, example_inputs, options=None, mode=None):
        seen.append((options, mode))
        return gm.forward

    f = torch.compile(lambda x: x * 2, backend="weft", options={"backend": fn, "threads": 2})
    f(torch.ones(3))
    assert seen == [({"threads": 2}, None)]


# ---- entry points ----

@pytest.fixture
def entry_points(monkeypatch):
    """entry_points(name="module:function") announces them as an installed package's; torch's groups stay."""
    installed = importlib.metadata.entry_points

    def install(**points):
        ours = importlib.metadata.EntryPoints(
            importlib.metadata.EntryPoint(n, v, _registry.GROUP) for n, v in points.items())
        monkeypatch.setattr(importlib.metadata, "entry_points",
                            lambda group: ours if group == _registry.GROUP else installed(group=group))
        _registry.discover.cache_clear()
    yield install
    _registry.discover.cache_clear()


@pytest.fixture
def module(monkeypatch, tmp_path):
    """A module of the test's own on the path; loads counts its imports."""
    name = fresh("plugged")
    monkeypatch.syspath_prepend(str(tmp_path))

    def write(text):
        (tmp_path / f"{name}.py").write_text(text)
        return name
    return write


FUNCTION = "def run(gm, example_inputs):\n    return gm.forward\n"


def test_entry_point_loads_at_lookup(entry_points, module):
    name, mod = fresh("ep"), module(FUNCTION)
    entry_points(**{name: f"{mod}:run"})
    assert name in weft.list_backends() and mod not in sys.modules
    fn = weft.lookup_backend(name)
    assert fn is sys.modules[mod].run and weft.lookup_backend(name) is fn
    with pytest.raises(ValueError, match="no backend 'run'"):
        weft.lookup_backend("run")


def test_entry_point_errors_pass_through(entry_points, module):
    missing, other, bad = fresh("ep"), fresh("ep"), fresh("ep")
    mod = module(FUNCTION + "number = 3\n")
    entry_points(**{missing: "there_is_no_such_module:run", other: f"{mod}:none", bad: f"{mod}:number"})
    for _ in range(2):
        with pytest.raises(ModuleNotFoundError, match=f"^backend '{missing}', entry point there_is.*named 'there_is_no_such_module'"):
            weft.lookup_backend(missing)
        with pytest.raises(AttributeError, match=f"^backend '{other}', entry point {mod}:none: .*no attribute 'none'"):
            weft.lookup_backend(other)
        with pytest.raises(TypeError, match=f"^backend '{bad}', entry point {mod}:number: .*must be callable, got int"):
            weft.lookup_backend(bad)
    assert {missing, other, bad} <= set(weft.list_backends())


def test_entry_point_whose_name_is_none(entry_points, module, caplog):
    name, mod = fresh("ep"), module(FUNCTION)
    entry_points(**{"no name": f"{mod}:run", name: f"{mod}:run"})
    for _ in range(2):
        assert name in weft.list_backends() and "no name" not in weft.list_backends()
    told = [r.getMessage() for r in caplog.records if "is not used" in r.getMessage()]
    assert len(told) == 1 and told[0].startswith(f"backend 'no name', entry point {mod}:run is not used: 'no name' is no name")
    assert weft.lookup_backend(name) is sys.modules[mod].run


def test_entry_point_is_tried_again(entry_points, module, monkeypatch):
    name = fresh("ep")
    mod = module("raise OSError('not today')\n")
    entry_points(**{name: f"{mod}:run"})
    with pytest.raises(OSError, match="not today"):
        weft.lookup_backend(name)
    module(FUNCTION)
    importlib.invalidate_caches()
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert weft.lookup_backend(name) is sys.modules[mod].run


def test_registered_wins_over_entry_point(entry_points, module):
    name, fn, mod = fresh("ep"), named(), module(FUNCTION)
    entry_points(**{name: f"{mod}:run", "interp": f"{mod}:run"})
    weft.list_backends()
    weft.register_backend(fn, name=name)
    assert weft.lookup_backend(name) is fn
    assert weft.lookup_backend("interp") is not None and mod not in sys.modules


def test_module_that_registers_itself(entry_points, module):
    """torch fails the first lookup with "duplicate name"."""
    name = fresh("ep")
    mod = module(f"import weft\n@weft.register_backend(name='{name}')\n" + FUNCTION)
    entry_points(**{name: f"{mod}:run"})
    assert weft.lookup_backend(name) is sys.modules[mod].run


def test_known_names_need_no_discovery(monkeypatch):
    fn = named()
    weft.register_backend(fn)
    _registry.discover.cache_clear()
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: 1 / 0)
    assert weft.lookup_backend(fn.__name__) is fn and weft.lookup_backend("interp")
    with pytest.raises(ZeroDivisionError):
        weft.lookup_backend("nothing of that name")
    monkeypatch.undo()
    _registry.discover.cache_clear()


def test_discovery_comes_once(monkeypatch):
    calls = []
    _registry.discover.cache_clear()
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: calls.append(group) or [])
    for _ in range(3):
        weft.list_backends()
    assert calls == ["weft_backends"]


def test_entry_point_may_be_a_plugin_of_c(entry_points, module):
    name = fresh("ep")
    mod = module(f"import pathlib\npath = pathlib.Path({PLUGINS!r}) / 'weft_backend_echo.so'\n")
    entry_points(**{name: f"{mod}:path"})
    f = torch.compile(lambda x: x + 1, backend=weft.lookup_backend(name))
    assert torch.equal(f(torch.ones(3)), torch.ones(3))


# ---- plug-ins of C ----

def test_plugin_of_c_is_reached():
    out = run_python("""
import torch, weft
assert "echo" in weft.list_backends()
assert "weft_backend_echo" not in open("/proc/self/maps").read()
for backend in (weft.lookup_backend("echo"), "weft"):
    options = {"backend": "echo"} if backend == "weft" else None
    f = torch.compile(lambda x: x + 1, backend=backend, options=options)
    assert torch.equal(f(torch.full((2, 3), 5.0)), torch.full((2, 3), 5.0))
    torch._dynamo.reset()
try:
    weft.lookup_backend("nosymbol")
except Exception as e:
    print(e)
""", WEFT_PLUGIN_PATH=PLUGINS)
    assert "has no function weft_backend_plugin" in out


def test_register_needs_no_torch():
    out = run_python("import weft, sys; weft.register_backend(print, name='p'); "
                     "assert 'p' in weft.list_backends(); m = open('/proc/self/maps').read(); "
                     "print('torch' in sys.modules, 'codegen' in m)")
    assert out == "False False"


def test_torch_knows_the_same_name():
    """R29, R31: by name and by function torch does the same."""
    assert "weft" in torch._dynamo.list_backends() and "weft" in torch.compiler.list_backends()
    x = torch.arange(4.0)
    got = [torch.compile(lambda a: a.sin() + 1, backend=b)(x) for b in ("weft", weft.backend)]
    assert torch.equal(*got)
