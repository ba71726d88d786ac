"""Every MPI utility of this package, by the names that DGAmore uses.

`MAX_MPI_BYTES` and `MPI` may be replaced here, and all functions follow; defaults of
arguments called ``limit`` keep the value of the import.
"""

from phono_mpi._agreement import agree, collective, install_abort_hook
from phono_mpi._blocks import exchange_blocks, transpose_columns
from phono_mpi._broadcast import bcast_rows, bcast_rows_into
from phono_mpi._chunks import MAX_MPI_BYTES, chunk_step, row_chunks
from phono_mpi._communicator import MPI
from phono_mpi._distributor import MpiDistributor
from phono_mpi._dynamic import allgather_tasks, balanced_tasks, dynamic_tasks
from phono_mpi._fourier import execute_distributed_fft
from phono_mpi._irreducible import (
    exchange_and_map_irrbz_fullbz,
    map_irrbz_fullbz,
    set_grid_provider,
)
from phono_mpi._orbitals import apply_auto_orbital_transform
from phono_mpi._pencils import get_pencil_indices
from phono_mpi._redistribution import (
    RedistributionPlan,
    _redistribute_p2p,
    redistribute,
    redistribution_plan,
)
from phono_mpi._rows import (
    _irecv_rows_into,
    _isend_rows,
    _items_per_row,
    _recv_in_chunks,
    _send_in_chunks,
    recv_bytes,
    recv_rows_alloc,
    recv_rows_into,
    send_bytes,
    send_rows,
)
from phono_mpi._shared import (
    allocate_node_shared_array,
    build_node_shared_array,
    count_nodes,
    free_shared_window,
)
from phono_mpi._split import _get_node_aware_v_dist, weighted_sizes
from phono_mpi._store import TaskStore
from phono_mpi._vslice import gather_full_ibz_for_vslice

__all__ = [
    "MAX_MPI_BYTES",
    "MPI",
    "MpiDistributor",
    "RedistributionPlan",
    "TaskStore",
    "_get_node_aware_v_dist",
    "_irecv_rows_into",
    "_isend_rows",
    "_items_per_row",
    "_recv_in_chunks",
    "_redistribute_p2p",
    "_send_in_chunks",
    "agree",
    "allgather_tasks",
    "allocate_node_shared_array",
    "apply_auto_orbital_transform",
    "balanced_tasks",
    "bcast_rows",
    "bcast_rows_into",
    "build_node_shared_array",
    "chunk_step",
    "collective",
    "count_nodes",
    "dynamic_tasks",
    "exchange_and_map_irrbz_fullbz",
    "exchange_blocks",
    "execute_distributed_fft",
    "free_shared_window",
    "gather_full_ibz_for_vslice",
    "get_pencil_indices",
    "install_abort_hook",
    "map_irrbz_fullbz",
    "recv_bytes",
    "recv_rows_alloc",
    "recv_rows_into",
    "redistribute",
    "redistribution_plan",
    "row_chunks",
    "send_bytes",
    "send_rows",
    "set_grid_provider",
    "transpose_columns",
    "weighted_sizes",
]
