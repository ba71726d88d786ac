"""Every function of the package runs on real ranks."""

import ledger
import phono_mpi
from phono_mpi import mpi_utils

ELSEWHERE = {
    # constants, protocols, errors, settings and classes without a message of their own
    *("MAX_MPI_BYTES", "MPI", "Communicator", "Launch", "Layout", "MpiLibrary", "Ranks"),
    *("BufferLayoutError", "CollectiveError", "RankFailedError", "Alone", "SerialComm"),
    *("RedistributionPlan", "MpiDistributor", "MpiRanks", "set_grid_provider"),
    *("world", "lock_file"),
    # arithmetic without communication
    *("chunk_step", "row_chunks", "balanced_tasks", "_items_per_row", "get_pencil_indices"),
    *("redistribution_plan", "weighted_sizes", "apply_auto_orbital_transform"),
    "chained_tasks",
    # the function that receives is compared
    *("send_rows", "send_bytes", "_isend_rows", "_send_in_chunks"),
    # they return no array; the programs call them
    "dynamic_tasks",
    *("agree", "collective", "install_abort_hook", "count_nodes", "free_shared_window"),
}
PRIVATE = {
    *("_get_node_aware_v_dist", "_irecv_rows_into", "_isend_rows", "_items_per_row"),
    *("_recv_in_chunks", "_redistribute_p2p", "_send_in_chunks"),
}
"""Names of the specification that host codes use though they are private."""
METHODS_ELSEWHERE = {
    *("create_distributor", "barrier", "send_to_rank", "set_sizes"),
    *("open_file", "close_file", "delete_file"),
}


def test_every_function_that_gives_an_array_is_compared_on_real_ranks():
    compared = set().union(*ledger.COVERS.values())
    functions = {*phono_mpi.__all__, *mpi_utils.__all__, *PRIVATE} - ELSEWHERE
    methods = {
        f"MpiDistributor.{name}"
        for name in dir(mpi_utils.MpiDistributor)
        if callable(getattr(mpi_utils.MpiDistributor, name)) and not name.startswith("_")
        if name not in METHODS_ELSEWHERE
    }
    assert functions | methods == {c for c in compared if not c.startswith("MpiRanks")}
