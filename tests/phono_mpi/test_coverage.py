"""Every function of the module runs on real ranks."""

import ledger
from phono_mpi import MpiDistributor, mpi_utils

ELSEWHERE = {
    # constants, classes and settings
    *("MAX_MPI_BYTES", "MPI", "MpiDistributor", "RedistributionPlan", "set_grid_provider"),
    # arithmetic without communication
    *("chunk_step", "row_chunks", "balanced_tasks", "_items_per_row", "get_pencil_indices"),
    *("redistribution_plan", "weighted_sizes", "apply_auto_orbital_transform"),
    # what they send is what another function receives
    *("send_rows", "send_bytes", "_isend_rows", "_send_in_chunks"),
    # they return no array; the programs call them
    "dynamic_tasks",
    *("agree", "collective", "install_abort_hook", "count_nodes", "free_shared_window"),
}
METHODS_ELSEWHERE = {
    *("create_distributor", "barrier", "send_to_rank"),
    *("open_file", "close_file", "delete_file"),
}


def test_every_function_that_gives_an_array_is_compared_on_real_ranks():
    compared = set().union(*ledger.COVERS.values())
    functions = set(mpi_utils.__all__) - ELSEWHERE
    methods = {
        f"MpiDistributor.{name}"
        for name in dir(MpiDistributor)
        if callable(getattr(MpiDistributor, name)) and not name.startswith("_")
        if name not in METHODS_ELSEWHERE
    }
    assert functions | methods == {c for c in compared if not c.startswith("MpiRanks")}
