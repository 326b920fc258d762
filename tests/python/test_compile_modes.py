"""MiniLM compiled in every mode, cached or not, here or on a server: the same bits."""
import os
import subprocess
import time

import capi
import numpy as np
import pytest

from test_gradients_training import captured
from zoo import build


@pytest.fixture(scope="module")
def model():
    text, args = captured(*build("minilm-b1"))
    arrays = [a.numpy() for a in args]
    weft = capi.Weft("weft")
    return weft, text, arrays, weft.compile(text, format=capi.ATEN, cache="off")(*arrays)


@pytest.fixture
def redis(tmp_path):
    """A server on a socket of its own, and a secret."""
    path = tmp_path / "redis"
    server = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", path, "--save", "", "--appendonly", "no"],
                              stdout=subprocess.DEVNULL, cwd=tmp_path)
    while not path.exists():
        assert server.poll() is None
        time.sleep(0.01)
    secret = tmp_path / "secret"
    secret.write_text("a secret of this test")
    secret.chmod(0o600)
    yield {"WEFT_CACHE_REMOTE": f"unix:{path}", "WEFT_CACHE_KEY_FILE": str(secret)}
    server.kill()
    server.wait()


def same(got, want):
    return len(got) == len(want) and all(np.array_equal(g, w) for g, w in zip(got, want))


@pytest.mark.parametrize("mode", ["serialise", "subprocess", "async+normal", "progressive+normal", "progressive+async+subprocess"])
def test_modes(mode, model):
    weft, text, arrays, want = model
    call = weft.compile(text, format=capi.ATEN, cache="off", compile_mode=mode)
    assert same(call(*arrays), want)
    call.settle()
    assert same(call(*arrays), want)


def test_cached(model, redis, tmp_path, monkeypatch):
    weft, text, arrays, want = model
    for name, value in redis.items():
        monkeypatch.setenv(name, value)

    def counted(folder, mode):
        monkeypatch.setenv("WEFT_CACHE_DIR", str(tmp_path / folder))
        before = weft.report()
        assert same(weft.compile(text, format=capi.ATEN, cache="on", compile_mode=mode)(*arrays), want)
        after = weft.report()
        return {name: after["cache"][name] - before["cache"][name] for name in ("hits", "misses", "remote_hits")} | {
            "kernels": after["kernels_compiled"] > before["kernels_compiled"]}

    miss = {"hits": 0, "misses": 1, "remote_hits": 0, "kernels": True}
    hit = {"hits": 1, "misses": 0, "remote_hits": 0, "kernels": False}
    assert counted("one", "subprocess") == miss
    assert counted("one", "normal") == hit
    assert counted("one", "async+serialise") == hit
    # Another machine's directory: what the server has, unless it answered too late.
    other = counted("two", "normal")
    late = weft.report()["cache"]["remote_failed"]
    assert other == (miss if late else {**hit, "remote_hits": 1})
    assert counted("two", "normal") == hit
    assert os.path.isdir(tmp_path / "two")
