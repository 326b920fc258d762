import os

import pytest

os.environ["WEFT_CACHE"] = "off"          # tests of the cache name a directory of their own


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
