"""What the programs compare with NumPy, counted by the function that was called."""

import json
from collections import Counter
from pathlib import Path

import numpy as np

COVERS = {
    "programs": {
        "MpiDistributor.allgather",
        "MpiDistributor.allreduce",
        "MpiDistributor.bcast",
        "MpiDistributor.bcast_chunked",
        "MpiDistributor.gather",
        "MpiDistributor.reduce",
        "MpiDistributor.reduce_scatter",
        "MpiDistributor.scatter",
        "MpiRanks.allgather",
        "bcast_rows",
        "bcast_rows_into",
    },
    "programs_pairs": {
        "MpiDistributor.bcast_npoint",
        "MpiDistributor.recv_from_rank",
        "MpiDistributor.restricted_to",
        "_get_node_aware_v_dist",
        "_irecv_rows_into",
        "node_aware_sizes",
        "_recv_in_chunks",
        "allocate_node_shared_array",
        "build_node_shared_array",
        "exchange_blocks",
        "recv_bytes",
        "recv_rows_alloc",
        "recv_rows_into",
        "transpose_columns",
    },
    "programs_tasks": {"TaskStore", "allgather_tasks"},
    "programs_grids": {
        "_redistribute_p2p",
        "exchange_and_map_irrbz_fullbz",
        "execute_distributed_fft",
        "fourier_transform",
        "gather_full_ibz_for_vslice",
        "map_irrbz_fullbz",
        "redistribute",
        "take_rows",
    },
}
"""What each program compares; a call that receives stands for the one that sends."""

COUNTS: Counter[str] = Counter()
"""The cases of this process."""

ON_RANKS: Counter[str] = Counter()
"""The cases of all programs that were run on real ranks."""


def same(function, actual, expected):
    """Count a case: ``function`` gave the numbers of NumPy, and their type."""
    expected = np.asarray(expected)
    assert np.asarray(actual).dtype == expected.dtype, function
    np.testing.assert_array_equal(actual, expected, err_msg=function)
    COUNTS[function] += 1


def close(function, actual, expected, accuracy):
    """The same up to ``accuracy`` times the largest number."""
    scale = np.abs(expected).max(initial=0)
    np.testing.assert_allclose(actual, expected, rtol=0, atol=accuracy * scale)
    COUNTS[function] += 1


def write(comm):
    """Leave the counts, of the rank that has most, in ``cases.json``. Collective."""
    counts_of_ranks = comm.allgather(COUNTS)
    if comm.rank == 0:
        most = Counter()
        for counts in counts_of_ranks:
            most |= counts
        Path("cases.json").write_text(json.dumps(most))
