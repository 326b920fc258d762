"""The cache of artifacts under torch.compile: a second process generates no code and gives the same bits."""
import json
import os
import subprocess
import sys

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
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=300,
                          env={**os.environ, "WEFT_CACHE": "on", "WEFT_CACHE_DIR": str(tmp_path / "kept"), **env})
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
