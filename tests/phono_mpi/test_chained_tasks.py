"""Tasks in a row, whose neighbours share work, over ranks."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phono_grid.errors import DomainError, ShapeError
from phono_mpi import chained_tasks


def loads_of(costs, groups, once, ends):
    """What each rank has to do."""
    spans = [range(a, b) for a, b in itertools.pairwise(ends)]
    return [
        sum(costs[i] for i in span) + sum(once[g] for g in {groups[i] for i in span})
        for span in spans
    ]


@st.composite
def chains(draw, most):
    """Costs, groups and what groups need."""
    sizes = draw(st.lists(st.integers(1, 4), max_size=4))
    groups = [g for g, n in enumerate(sizes) for _ in range(n)][:most]
    costs = draw(st.lists(st.integers(0, 9), min_size=len(groups), max_size=len(groups)))
    once = draw(st.lists(st.integers(0, 9), min_size=len(sizes), max_size=len(sizes)))
    return costs, groups, once


@given(chains(9), st.integers(1, 4))
def test_no_cut_of_the_chain_has_a_smaller_largest_load(chain, size):
    costs, groups, once = chain
    ends = chained_tasks(*chain, size).tolist()
    assert ends[0] == 0
    assert ends[-1] == len(costs)
    assert ends == sorted(ends)
    assert len(ends) == size + 1
    cuts = itertools.combinations_with_replacement(range(len(costs) + 1), size - 1)
    best = min(max(loads_of(costs, groups, once, (0, *cut, len(costs)))) for cut in cuts)
    assert max(loads_of(costs, groups, once, ends)) <= best * (1 + 1e-6) + 1e-6


def test_many_ranks_share_a_long_chain_evenly():
    rng = np.random.default_rng(1)
    groups, once = np.repeat(np.arange(300), 100), np.full(300, 2.0)
    costs = rng.uniform(0.9, 1.1, 30_000)
    ends = chained_tasks(costs, groups, once, 1000)
    largest = max(loads_of(costs, groups, once, ends))
    assert largest < (costs.sum() + once.sum()) / 1000 + 2 * (2 + 1.1)


def test_what_is_no_chain_is_refused():
    good = ([1.0, 2.0], [0, 1], [1.0, 1.0])
    for i, wrong in (
        (0, [1.0, -1.0]),
        (1, [1, 0]),
        (1, [0, 2]),
        (1, [-1, 0]),
        (2, [np.nan]),
    ):
        with pytest.raises(DomainError):
            chained_tasks(*good[:i], wrong, *good[i + 1 :], 2)
    with pytest.raises(ShapeError, match="groups"):
        chained_tasks([1.0], [0, 0], [1.0], 2)
    with pytest.raises(DomainError, match="size"):
        chained_tasks(*good, 0)
