"""What an MPI launcher tells the processes that it starts; needs nothing to import."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

RANK = ("PMI_RANK", "OMPI_COMM_WORLD_RANK", "SLURM_PROCID")
SIZE = ("PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "SLURM_STEP_NUM_TASKS")
LOCAL_SIZE = ("MPI_LOCALNRANKS", "OMPI_COMM_WORLD_LOCAL_SIZE", "SLURM_NTASKS_PER_NODE")
"""Of MPICH and its kin, of Open MPI, of Slurm."""


@dataclass(frozen=True, slots=True)
class Launch:
    """How this process was started.

    Parameters
    ----------
    rank, size : int
        0 and 1 without a launcher.
    local_size : int
        Processes on this node.
    """

    rank: int
    size: int
    local_size: int

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> "Launch":
        """Read the environment; ``PHONO_MPI=0`` says that this is not an MPI program."""
        size = _first(environment, SIZE, 1)
        if size == 1 or environment.get("PHONO_MPI") == "0":
            return cls(0, 1, 1)
        return cls(
            _first(environment, RANK, 0), size, _first(environment, LOCAL_SIZE, size)
        )

    def share_cores(self) -> None:
        """Leave the cores of a node to its ranks alike, unless someone has decided.

        Before the first kernel: threads are made once.
        """
        affinity = getattr(os, "sched_getaffinity", None)
        cores = os.cpu_count() or 1
        # Some launchers bind each rank to cores of its own.
        bound = affinity is not None and len(affinity(0)) < cores
        if self.local_size > 1 and not bound:
            share = max(1, cores // self.local_size)
            os.environ.setdefault("RAYON_NUM_THREADS", str(share))


def _first(environment: Mapping[str, str], names: tuple[str, ...], default: int) -> int:
    """The first of these variables that is a number."""
    values = (environment.get(name, "") for name in names)
    return next((int(value) for value in values if value.isdigit()), default)
