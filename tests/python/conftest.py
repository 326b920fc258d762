import gc
import logging
import os

import pytest

os.environ["WEFT_CACHE"] = "off"          # tests of the cache name a directory of their own
# Torch makes so many objects that a collection after each 700 takes a quarter of its import and a twentieth of a compile.
gc.set_threshold(50_000, 20, 20)


@pytest.fixture(autouse=True, scope="session")
def nothing_logged():
    """What torch does for its logs at every compile, though no test asks: it empties the processor's caches to time its
    guards, gathers some hundred measures, prints graphs, and since pytest listens to the log that TORCH_TRACE writes, it
    writes all of that.  And it collects garbage, which is done here."""
    import torch._dynamo.guards
    import torch._dynamo.utils
    from torch._functorch._aot_autograd import graph_compile
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch._dynamo.config, "run_gc_after_compile", False)
        patch.setattr(graph_compile, "_log_joint_graph", lambda *_: None)
        patch.setattr(graph_compile, "_log_fw_bw_graphs", lambda *_: (None, None))
        patch.setattr(torch._dynamo.guards, "profile_guard_manager", lambda *_: 0.0)
        patch.setattr(torch._dynamo.utils.get_metrics_context(), "_on_exit", lambda *_: None)
        patch.setattr(torch._logging._internal, "trace_log", logging.Logger("of no handler"))
        yield


@pytest.fixture(autouse=True, scope="session")
def no_random_state_made_anew():
    """AOTAutograd makes the state of a generator that its graphs carry six times a compile, of fake tensors; none of our
    graphs carries one, and it takes a tenth of the time."""
    import torch
    from torch._decomp.decompositions_for_rng import PhiloxState
    nothing = torch.tensor(())

    def reset(self):
        self.seed = self.base_offset = nothing
        self.relative_offset = 0
        self.offset_advanced_at_least_once = False

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PhiloxState, "reset", reset)
        yield


@pytest.fixture(autouse=True, scope="module")
def nothing_collected_twice():
    """What lives when a file's tests begin, modules above all, lives on: collections need not walk it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def fresh_dynamo():
    """Each test starts with no compiled frames, and the default number of threads."""
    import torch
    torch.manual_seed(0)
    torch._dynamo.reset()
    threads = torch.get_num_threads()
    yield
    torch._dynamo.reset()
    torch.set_num_threads(threads)
