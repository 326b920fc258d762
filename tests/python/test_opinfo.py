"""The sweep over torch's databases: what a cut-short one leaves to be resumed, and what the table takes of several."""
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent / "opinfo"
sys.path.insert(0, str(HERE))

import torch  # noqa: E402

import fresh  # noqa: E402
import pair  # noqa: E402
import table  # noqa: E402


def verdict(name, dtype="f32", status="ok", library="new", samples=None, pick=None, seed=0, **more):
    return {"name": name, "dtype": dtype, "status": status, "samples": 3, "graphs": 1, "fallbacks": {}, "library": library,
            "commit": "of " + library, "asked": {"samples": samples, "pick": pick, "seed": seed}, **more}


def test_the_table_takes_the_last_librarys_verdicts_and_what_is_wrong_in_any_of_them():
    verdicts = [verdict("a", status="wrong", library="old"), verdict("a"), verdict("b", samples=2, status="wrong", why="x"),
                verdict("b"), verdict("c", samples=2), verdict("c", fallbacks={"aten.c.default": 1}),
                verdict("d", library="old"), verdict("a", pick=2, seed=1, status="wrong", why="y")]
    got = {v["name"]: (v["status"], v["library"], table.kind(v)) for v in table.first_readings(verdicts)}
    assert got == {"a": ("ok", "new", "native"), "b": ("wrong", "new", "native"), "c": ("ok", "new", "partly"),
                   "d": ("ok", "old", "native")}
    text = table.document(verdicts, ["f32", "bf16"])
    assert "commit of new; 1 pairs at of old (d)" in text
    assert "All samples, 9: 3 pairs (3 of f32): right 3 of 3" in text and "The first 2 samples: 1 pairs (1 of f32): right 0" in text
    assert "(--pick 2 --seed 1): right 0 of 1" in text and "verdict differs for a." in text
    assert "| entry | f32 |" in text


def test_the_table_keeps_what_it_said_of_pairs_not_read_since():
    old = [verdict("a", status="wrong", why="off by 1|2"), verdict("b", fallbacks={"aten.b.default": 1}),
           verdict("b", "bf16", fallbacks={"graph: torch.complex32": 1}), verdict("c"), verdict("c", "bf16", graphs=0)]
    had = table.before(table.document(old, ["f32", "bf16"]))
    again = table.document(had, ["f32", "bf16"])
    assert [line for line in again.splitlines() if line.startswith("| ")] == \
        [line for line in table.document(old, ["f32", "bf16"]).splitlines() if line.startswith("| ")]
    assert "As the table before had it, not read since: 5 pairs (3 of f32, 2 of bf16)." in again
    text = table.document(had + [verdict("a", samples=4, wider=2)], ["f32", "bf16"])
    assert "| a | native | - |  |" in text and "not read since: 4 pairs" in text
    assert "The first 4 samples: 1 pairs (1 of f32): right 1 of 1" in text and "(a f32)" in text


def test_the_tolerances_are_those_that_torchs_database_has_for_all_tests_of_an_operator():
    from torch.testing._internal.common_methods_invocations import op_db
    ops = {op.name: op for op in op_db}
    assert pair.tolerance(ops["special.bessel_j0"], torch.float64) == (1e-7, 1e-5)
    assert pair.tolerance(ops["special.scaled_modified_bessel_k0"], torch.float32) == (1e-3, 1e-3)
    assert pair.tolerance(ops["special.bessel_j0"], torch.bfloat16) is None           # for one test and another device
    assert pair.tolerance(ops["nn.functional.conv_transpose3d"], torch.float32) is None


def test_where_eager_is_lost_the_tolerance_is_of_more_bits():
    wide = torch.tensor([1.0, 2.0], dtype=torch.float64)
    for lost in ("nan", "inf"):
        eager = torch.tensor([1.0, float(lost)])
        assert not pair.unlike(torch.tensor([1.0, 2.0]), eager, eager, wide)
        assert pair.unlike(torch.tensor([1.0, 2.1]), eager, eager, wide)
    big, lost = torch.tensor([1e39], dtype=torch.float64), torch.tensor([float("nan")])
    assert not pair.unlike(torch.tensor([float("inf")]), lost, lost, big)
    assert pair.unlike(torch.tensor([-float("inf")]), lost, lost, big)


def test_more_bits_of_a_function_of_integers():
    class Sample:
        input, args, kwargs = torch.arange(4), (), {}
    (got,), _, _ = pair.exactly(None, lambda x, args, kwargs: x.sqrt(), Sample, torch.int64)
    assert got.dtype == torch.float64 and torch.get_default_dtype() == torch.float32
    assert torch.equal(got, torch.arange(4).double().sqrt())


SWEEPS = """
import os, shutil, sys
journal = {journal!r}
sys.path.insert(0, {here!r})
import run
run.operators()

def sweep(dtypes):
    child = os.fork()
    if child == 0:
        os._exit(run.main(["--only", "^(neg|bernoulli)$", "--database", "op", "--samples", "1", "--json", journal, "--resume",
                           "--jobs", "1", "--dtypes", dtypes]))
    assert os.waitpid(child, 0)[1] == 0

sweep("f32")
shutil.copy(journal, journal + ".first")
with open(journal, "a") as f:
    f.write('{{"name": "neg", "dt')                    # as one that was killed in the middle of a line
sweep("f32,f64")
"""


def test_a_sweep_goes_on_where_it_was_cut_short(tmp_path):
    journal = tmp_path / "verdicts"
    done = fresh.run(SWEEPS.format(journal=str(journal), here=str(HERE)))
    assert done.returncode == 0, done.stderr
    first, again = ([json.loads(line) for line in (tmp_path / name).read_text().splitlines()] for name in ("verdicts.first", "verdicts"))
    assert sorted((v["name"], v["dtype"], v["status"]) for v in first) == [("bernoulli", "f32", "ok"), ("neg", "f32", "ok")]
    assert all(v["graphs"] == v["samples"] == 1 for v in first)           # what draws numbers is compiled, too
    assert again[:len(first)] == first
    assert sorted((v["name"], v["dtype"]) for v in again[len(first):]) == [("bernoulli", "f64"), ("neg", "f64")]
