"""torch's minifier (torch._dynamo.repro) with the backend's name: a planted wrong operator is what is left of a program."""
import glob
import runpy

import pytest
import torch

import weft
from weft import _backend


class Model(torch.nn.Module):
    def forward(self, x):
        x = x.cos() * 2
        x = torch.tanh(x + 1)
        return x.sigmoid() + x.exp()


@pytest.fixture
def planted(monkeypatch, tmp_path):
    """Every compilation by "weft" turns a bit of what programs with a tanh give; what torch dumps lies in tmp_path."""
    whole = _backend.Settings.__init__

    def settings(self, options, mode):
        whole(self, options, mode)
        self.backend, self.c = "plant", {**self.c, "plant": "wrong@tanh"}
    monkeypatch.setattr(_backend.Settings, "__init__", settings)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["minifier_launcher.py"])
    with torch._dynamo.config.patch(debug_dir_root=str(tmp_path), repro_after="dynamo", repro_level=4):
        yield tmp_path
    torch._dynamo.reset()


def test_minifier_leaves_the_wrong_operator(planted):
    torch._dynamo.reset()
    with pytest.raises(torch._dynamo.exc.BackendCompilerFailed, match="AccuracyError"):
        torch.compile(Model(), backend="weft")(torch.rand(8))
    launcher, = glob.glob(f"{planted}/**/minifier_launcher.py", recursive=True)
    assert "backend='weft'" in open(launcher).read()
    runpy.run_path(launcher, run_name="__main__")
    left = (planted / "repro.py").read_text()
    body = left[left.index("def forward"):left.index("__main__")]
    assert "tanh" in body and not any(op in body for op in ("cos", "sigmoid", "exp("))


def test_a_level_that_looks_at_inductor_alone_is_said():
    torch._dynamo.reset()
    weft.reset()
    with torch._dynamo.config.patch(repro_after="aot"), pytest.warns(UserWarning, match="\"dynamo\" looks at every backend"):
        torch.compile(torch.sin, backend="weft")(torch.ones(3))
