"""Distributing work and arrays over MPI ranks. MPI itself is optional, and loaded late."""

from phono_mpi._chunks import MAX_MPI_BYTES, chunk_step, row_chunks
from phono_mpi._collectives import bcast_rows, bcast_rows_into
from phono_mpi._communicator import Communicator, SerialComm, world
from phono_mpi._distributor import MpiDistributor
from phono_mpi._pencils import Layout, get_pencil_indices
from phono_mpi._ranks import Alone, MpiRanks, Ranks
from phono_mpi.errors import CollectiveError

__all__ = [
    "MAX_MPI_BYTES",
    "Alone",
    "CollectiveError",
    "Communicator",
    "Layout",
    "MpiDistributor",
    "MpiRanks",
    "Ranks",
    "SerialComm",
    "bcast_rows",
    "bcast_rows_into",
    "chunk_step",
    "get_pencil_indices",
    "row_chunks",
    "world",
]
