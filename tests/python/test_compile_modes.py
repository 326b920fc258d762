"""One program in every mode, cached or not, here or on a server: the same bits; two layers of MiniLM and a network of convolutions."""
import itertools
import socket
import subprocess
import time

import capi
import numpy as np
import pytest
import torch
from torch import nn

from test_gradients_training import captured, minilm

MODES = ["".join(m) for m in itertools.product(("", "progressive+"), ("", "async+"), ("normal", "serialise", "subprocess"))]


def convnet():
    torch.manual_seed(7)
    model = nn.Sequential(
        nn.Conv2d(3, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.Conv2d(32, 64, 5, stride=2), nn.GELU(),
        nn.Conv2d(64, 64, 3, groups=64), nn.BatchNorm2d(64), nn.SiLU(), nn.Conv2d(64, 96, 1), nn.MaxPool2d(2),
        nn.Conv2d(96, 64, 3, groups=4), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10), nn.Softmax(-1))
    return model.eval(), (torch.randn(2, 3, 32, 32),)


@pytest.fixture(scope="module", params=[minilm, convnet], ids=["minilm", "convnet"])
def model(request):
    text, args = captured(*request.param())
    arrays = [a.numpy() for a in args]
    weft = capi.Weft("weft")
    return weft, text, arrays, weft.compile(text, format=capi.ATEN, cache="off")(*arrays)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The folder of a Redis on a socket."""
    folder = tmp_path_factory.mktemp("redis")
    redis = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", "redis", "--save", "", "--appendonly", "no"],
                             stdout=subprocess.DEVNULL, cwd=folder)
    while not (folder / "redis").exists():
        assert redis.poll() is None
        time.sleep(0.01)
    yield folder
    redis.kill()
    redis.wait()


@pytest.fixture
def remote(server, tmp_path, monkeypatch):
    """Nothing in the store, and a secret; an address of its own, so that no test waits for the pause after another's outage."""
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(str(server / "redis"))
        s.sendall(b"FLUSHALL\r\n")
        assert s.recv(5) == b"+OK\r\n"
    (tmp_path / "link").symlink_to(server)
    secret = tmp_path / "secret"
    secret.write_text("a secret of this test")
    secret.chmod(0o600)
    monkeypatch.setenv("WEFT_CACHE_REMOTE", f"unix:{tmp_path}/link/redis")
    monkeypatch.setenv("WEFT_CACHE_KEY_FILE", str(secret))


def same(got, want):
    return len(got) == len(want) and all(np.array_equal(g, w) for g, w in zip(got, want))


def run(model, want=None, **options):
    """Its first version and its last give the same bits."""
    weft, text, arrays, usual = model
    call = weft.compile(text, format=capi.ATEN, **options)
    first = call(*arrays)
    assert same(first, usual if want is None else want)
    call.settle()
    assert same(call(*arrays), first)
    return first


@pytest.mark.parametrize("mode", MODES)
def test_every_mode(mode, model, remote, tmp_path, monkeypatch):
    weft = model[0]

    def counted(folder):
        monkeypatch.setenv("WEFT_CACHE_DIR", str(tmp_path / folder))
        before = weft.report()
        run(model, cache="on", compile_mode=mode)
        after = weft.report()
        return {name: after["cache"][name] - before["cache"][name] for name in ("hits", "remote_hits", "remote_failed")} | {
            "kernels": after["kernels_compiled"] > before["kernels_compiled"]}

    first = counted("one")
    assert first["kernels"] and not first["remote_hits"]
    again = counted("one")
    assert again["hits"]
    assert "progressive" in mode or not again["kernels"]
    # Another machine's directory: what the server has, unless it answered too late.
    other = counted("two")
    if not first["remote_failed"] + other["remote_failed"]:
        assert other["remote_hits"] and ("progressive" in mode or not other["kernels"])
    run(model, cache="read", compile_mode="normal")


@pytest.mark.parametrize("level", ["sse2", "avx2", "avx512", "avx512bf16", "amx", "neon"])
def test_every_level(level, model):
    """Of one level the bits are the same; another may round elsewhere."""
    try:
        want = run_at(model, level, None, "normal")
    except capi.WeftError as e:
        assert "option isa: level" in str(e) and "it cannot run here" in str(e)
        return
    run_at(model, level, want, "async+subprocess")


def run_at(model, level, want, mode):
    weft, text, arrays, _ = model
    return run(model, want if want is not None else weft.compile(text, format=capi.ATEN, cache="off", isa=level)(*arrays),
               cache="off", isa=level, compile_mode=mode)
