"""`mpi_utils` has the names and keywords of its specification; the core has none."""

import doctest
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import grids
import numpy as np
import phono_mpi
import pytest
from phono_mpi import CollectiveError, SerialComm, mpi_utils
from phono_mpi.mpi_utils import MpiDistributor

ALONE = SerialComm()
ARGUMENTS = {
    "chunk_step": "itemsize items_per_row limit",
    "row_chunks": "n_rows itemsize items_per_row limit",
    "send_rows": "comm arr dest base_tag limit",
    "recv_rows_into": "comm buf source base_tag limit",
    "recv_rows_alloc": "comm shape dtype source base_tag limit",
    "send_bytes": "comm data dest base_tag limit",
    "recv_bytes": "comm source base_tag limit",
    "bcast_rows": "comm arr root limit",
    "bcast_rows_into": "comm view root limit",
    "_items_per_row": "shape",
    "_isend_rows": "comm arr dest base_tag limit",
    "_irecv_rows_into": "comm buf source base_tag limit",
    "_send_in_chunks": "comm arr dest base_tag",
    "_recv_in_chunks": "comm shape dtype source base_tag",
    "_get_node_aware_v_dist": "n_nu comm",
    "_redistribute_p2p": "mat nq comm source_layout target_layout",
    "map_irrbz_fullbz": "obj mpi_dist_irrk mpi_dist_fullbz",
    "exchange_and_map_irrbz_fullbz": "obj mpi_dist_irrk mpi_dist_fullbz",
    "gather_full_ibz_for_vslice": "gamma_r mpi_dist_irrq mpi_dist_v q_grid",
    "get_pencil_indices": "rank size nq layout",
    "execute_distributed_fft": "obj comm",
    "apply_auto_orbital_transform": "mat us sigmas conjs num_orbital_dimensions",
    "build_node_shared_array": "node_comm compute_fn dtype",
    "allocate_node_shared_array": "node_comm shape dtype",
    "free_shared_window": "win node_comm",
    "count_nodes": "comm node_comm",
    "transpose_columns": "local dist cols_of base_tag",
    "exchange_blocks": "comm sends sources shape dtype base_tag",
    "MpiDistributor": "ntasks comm name output_path",
    "MpiDistributor.create_distributor": "ntasks comm name output_path",
    "MpiDistributor.allgather": "self rank_result",
    "MpiDistributor.gather": "self rank_result root",
    "MpiDistributor.scatter": "self full_data root",
    "MpiDistributor.allreduce": "self rank_result",
    "MpiDistributor.bcast": "self data root",
    "MpiDistributor.bcast_chunked": "self arr root",
    "MpiDistributor.bcast_npoint": "self obj root",
    "MpiDistributor.send_to_rank": "self obj dest base_tag",
    "MpiDistributor.recv_from_rank": "self source base_tag",
    "MpiDistributor.restricted_to": "self sub_comm member_ranks",
}
"""The specification, in the order of positional arguments; ours may have more."""


@pytest.mark.parametrize("name", ARGUMENTS)
def test_a_function_of_the_specification_has_its_keywords_in_its_order(name):
    function = mpi_utils
    for part in name.split("."):
        function = getattr(function, part)
    given = [
        p
        for p in inspect.signature(function).parameters.values()
        if p.kind != p.KEYWORD_ONLY
    ]
    expected = ARGUMENTS[name].split()
    assert [p.name for p in given][: len(expected)] == expected
    assert all(p.default is not p.empty for p in given[len(expected) :])


def test_every_array_can_be_named_as_in_the_specification(rng):
    d, rows = MpiDistributor(5, ALONE), rng.random((5, 2))
    np.testing.assert_array_equal(d.allgather(rank_result=rows), rows)
    np.testing.assert_array_equal(d.gather(rank_result=rows, root=0), rows)
    np.testing.assert_array_equal(d.scatter(full_data=rows, root=0), rows)
    total = rows.copy()
    assert d.allreduce(rank_result=total) is total
    np.testing.assert_array_equal(total, rows)
    grid = grids.Grid((3, 1, 1))
    both = {"mpi_dist_irrk": MpiDistributor(2, ALONE)}
    both["mpi_dist_fullbz"] = MpiDistributor(3, ALONE)
    for mapping in (
        mpi_utils.map_irrbz_fullbz,
        mpi_utils.exchange_and_map_irrbz_fullbz,
    ):
        obj = grids.Thing(rows[:2], (3, 1, 1))
        result = mapping(obj=obj, **both, grid=grid).mat
        np.testing.assert_array_equal(result, rows[[0, 1, 1]])


def test_a_rank_without_tasks_may_leave_its_array_out():
    empty = MpiDistributor(0, ALONE)
    assert empty.allgather().shape == empty.gather().shape == (0,)
    d = MpiDistributor(2, ALONE)
    for call in (d.allgather, d.gather, d.allreduce):
        with pytest.raises(CollectiveError, match=r"expected an array .* got None"):
            call()
    # What the specification has for one rank.
    np.testing.assert_array_equal(d.scatter(), np.zeros(2))


def test_other_sizes_change_the_slices_of_all_ranks_together():
    d = MpiDistributor(4, ALONE)
    for sizes in ([3], [4, 0], [-1]):
        with pytest.raises(ValueError, match="sizes must be 1 numbers"):
            d.set_sizes(sizes)
    d.set_sizes([4])
    assert (d.my_size, d.my_slice, d.slices) == (4, slice(0, 4), [slice(0, 4)])


def test_the_core_knows_no_word_of_the_host_code():
    words = re.compile(
        r"dgamore|irrk|irrbz|irrq|fullbz|full_bz|vslice|v_dist|npoint|orbital|gamma_r|vertex"
        r"|mpi_utils|\.mat\b",
        re.IGNORECASE,
    )
    folder = Path(phono_mpi.__file__).parent
    hits = {
        path.name: words.findall(path.read_text()) for path in sorted(folder.glob("*.py"))
    }
    assert len(hits) > 20
    assert {name: words for name, words in hits.items() if words} == {}


def test_the_examples_in_docstrings_run():
    tried = 0
    for module in pkgutil.walk_packages(phono_mpi.__path__, "phono_mpi."):
        result = doctest.testmod(importlib.import_module(module.name))
        assert result.failed == 0, module.name
        tried += result.attempted
    assert tried > 5


def test_private_names_are_not_exported():
    for module in (phono_mpi, mpi_utils):
        assert not [name for name in module.__all__ if name.startswith("_")]
        assert all(hasattr(module, name) for name in module.__all__)
