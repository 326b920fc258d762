"""Overloads of lower_scatter.c, lower_bag.c, lower_pool.c and lower_resample.c against eager."""
import pytest
import torch
import torch.nn.functional as F

from common import BACKENDS, Cases, check

case = Cases()

torch.manual_seed(0)
r = torch.randn
x, z = r(3, 5), r(2, 3, 4)
ids = torch.tensor([[0, 2, 2, 0, 1], [1, 1, 0, 2, 2]])

# ---- scatters that reduce ----
for how in "sum prod mean amax amin".split():
    for own in (True, False):
        case(f"scatter-reduce-{how}-{own}", lambda a, i, s, h=how, k=own:
             a.scatter_reduce(0, i, s, h, include_self=k), x, ids, r(2, 5))
case("scatter-reduce-int", lambda a, i, s: a.scatter_reduce(0, i, s, "mean"), torch.arange(15).view(3, 5) - 7,
     ids, ids * 9 - 5)
case("scatter-reduce-scalar", lambda a, i, s: a.scatter_reduce(0, i, s, "amax"), x.sum(), torch.tensor(0),
     torch.tensor(9.0))
case("scatter-reduce-bf16", lambda a, i, s: a.scatter_reduce(0, i, s, "sum"), x.bfloat16(), ids,
     r(2, 5).bfloat16())
for how in "prod mean amax amin".split():
    case(f"index-reduce-{how}", lambda a, i, s, h=how: a.index_reduce(1, i, s, h, include_self=False), z,
         torch.tensor([0, 2, 0]), r(2, 3, 4))

# ---- places ----
case("put", lambda a, i, s: a.put(i, s), x, torch.tensor([[3, -1], [0, 7]]), r(2, 2))
case("put-add", lambda a, i, s: a.put(i, s, accumulate=True), x, torch.tensor([3, 3, 0]), r(3))
case("take", torch.take, x, torch.tensor([[0, -1], [7, 2]]))
case("masked-scatter", lambda a, m, s: a.masked_scatter(m, s), x, x > 0, r(4, 5))
case("masked-scatter-row", lambda a, m, s: a.masked_scatter(m, s), x, x[0] > 0, r(4, 5))
case("masked-scatter-long", lambda a, s: a.masked_scatter(a > 0, s), r(2000), r(2000))
for k in (-2, 0, 1):
    case(f"diagonal-{k}", lambda a, k=k: a.diagonal(k, 1, 2) * 2, z)
case("diagonal-turned", lambda a: a.diagonal(1, 2, 0) * 2, z)
case("diagonal-scatter", lambda a, s: a.diagonal_scatter(s, -1, 1, 2), z, r(2, 2))
case("diag-embed", torch.diag_embed, x)
case("trace", torch.trace, x)
case("as-strided", lambda a: torch.as_strided(a, (2, 2), (5, 2), 1) * 2, z)
case("as-strided-turned", lambda a: torch.as_strided(a.t(), (2, 2), (1, 4), 1) * 2, x)
case("as-strided-scatter", lambda a, s: a.as_strided_scatter(s, (2, 2), (5, 2), 1), z, r(2, 2))


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", case.all)
def test_overload(name, backend):
    fn, args, kw = case.all[name]
    check(fn, *args, backend=backend, **kw)
