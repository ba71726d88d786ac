"""Every public name of the package, in one list."""

from phono_mpi._agreement import agree, collective, install_abort_hook
from phono_mpi._blocks import exchange_blocks, transpose_columns
from phono_mpi._broadcast import bcast_rows, bcast_rows_into
from phono_mpi._chain import chained_tasks
from phono_mpi._chunks import MAX_MPI_BYTES, chunk_step, row_chunks
from phono_mpi._communicator import Communicator, SerialComm, world
from phono_mpi._distributor import MpiDistributor
from phono_mpi._dynamic import allgather_tasks, balanced_tasks, dynamic_tasks
from phono_mpi._fourier import fourier_transform
from phono_mpi._library import MpiLibrary
from phono_mpi._lock import lock_file
from phono_mpi._pencils import Layout, get_pencil_indices
from phono_mpi._ranks import Alone, MpiRanks, Ranks
from phono_mpi._redistribution import RedistributionPlan, redistribute, redistribution_plan
from phono_mpi._rows import (
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
from phono_mpi._split import node_aware_sizes, weighted_sizes
from phono_mpi._store import TaskStore
from phono_mpi._take import take_rows
from phono_mpi.errors import BufferLayoutError, CollectiveError, RankFailedError
from phono_mpi.launch import Launch

__all__ = [
    "MAX_MPI_BYTES",
    "Alone",
    "BufferLayoutError",
    "CollectiveError",
    "Communicator",
    "Launch",
    "Layout",
    "MpiDistributor",
    "MpiLibrary",
    "MpiRanks",
    "RankFailedError",
    "Ranks",
    "RedistributionPlan",
    "SerialComm",
    "TaskStore",
    "agree",
    "allgather_tasks",
    "allocate_node_shared_array",
    "balanced_tasks",
    "bcast_rows",
    "bcast_rows_into",
    "build_node_shared_array",
    "chained_tasks",
    "chunk_step",
    "collective",
    "count_nodes",
    "dynamic_tasks",
    "exchange_blocks",
    "fourier_transform",
    "free_shared_window",
    "get_pencil_indices",
    "install_abort_hook",
    "lock_file",
    "node_aware_sizes",
    "recv_bytes",
    "recv_rows_alloc",
    "recv_rows_into",
    "redistribute",
    "redistribution_plan",
    "row_chunks",
    "send_bytes",
    "send_rows",
    "take_rows",
    "transpose_columns",
    "weighted_sizes",
    "world",
]
