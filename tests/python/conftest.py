import gc
import os

import pytest

os.environ["WEFT_CACHE"] = "off"          # tests of the cache name a directory of their own


@pytest.fixture(autouse=True, scope="session")
def less_waiting():
    """What torch does at every compile that no test asks about, in one process once.

    It empties the processor's caches to time its guards for its log, and each full collection walks
    what its modules brought along, which is never garbage.
    """
    import torch._dynamo.guards
    patch = pytest.MonkeyPatch()
    patch.setattr(torch._dynamo.guards, "profile_guard_manager", lambda *_: 0.0)
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()
    patch.undo()


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
