import gc
import os

import pytest

os.environ["WEFT_CACHE"] = "off"          # tests of the cache name a directory of their own


@pytest.fixture(autouse=True, scope="session")
def untimed_guards():
    """torch empties the processor's caches at every compile, to time its guards for its log: no test asks."""
    import torch._dynamo.guards
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch._dynamo.guards, "profile_guard_manager", lambda *_: 0.0)
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
