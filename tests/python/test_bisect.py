"""weft.bisect: torch's bisector finds the graph, or the pass of Weft's, that is wrong."""
import pytest
import torch

import weft
from weft import _backend


def function(x):
    x = x + 1
    torch._dynamo.graph_break()
    x = x.sin() * 2
    torch._dynamo.graph_break()
    return x.cos()


@pytest.fixture
def planted(monkeypatch):
    """plant(wrong): graphs that wrong(text, settings) holds of give one too much."""
    whole = _backend.compile_program

    def plant(wrong):
        def compile_program(program, settings):
            graph = whole(program, settings)
            if not wrong(program.text, settings):
                return graph

            def off_by_one(args):
                return [r + 1 for r in graph(args)]

            off_by_one._boxed_call = True
            return off_by_one
        monkeypatch.setattr(_backend, "compile_program", compile_program)
    return plant


def holds():
    x = torch.arange(4.0)
    return torch.allclose(torch.compile(function, backend="weft")(x), function(x), atol=1e-5)


def test_finds_the_graph(planted):
    planted(lambda text, settings: "aten.sin" in text)
    found = weft.bisect(holds)
    assert (found.backend, found.subsystem, found.bisect_number) == ("weft", "graph", 1)
    assert "sin" in found.debug_info and "cos" not in found.debug_info


def test_finds_the_pass(planted):
    planted(lambda text, settings: "aten.cos" in text and "simplify" not in settings.c.get("passes_off", ""))
    found = weft.bisect(holds)
    assert (found.backend, found.subsystem, found.bisect_number) == ("weft", "simplify", 2)
    assert "cos" in found.debug_info


def test_what_a_mode_leaves_out_stays_out(planted):
    """Passes that are switched off on the way come on top."""
    seen = set()
    planted(lambda text, settings: seen.add(settings.c.get("passes_off", "")) or True)
    x = torch.arange(4.0)
    weft.bisect(lambda: torch.allclose(torch.compile(function, backend="weft", mode="lite")(x), function(x), atol=1e-5))
    assert len(seen) > 1 and all(off.startswith("fold,simplify,recognise") for off in seen), seen


def test_nothing_is_wrong():
    assert weft.bisect(holds) is None
    assert "weft" not in torch._inductor.compiler_bisector.BACKENDS
