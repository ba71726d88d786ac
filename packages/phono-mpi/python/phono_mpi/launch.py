"""The variables that MPI launchers set for their processes; imports no NumPy, no MPI."""

import os
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass

RANK = ("PMI_RANK", "OMPI_COMM_WORLD_RANK", "SLURM_PROCID")
SIZE = ("PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "SLURM_STEP_NUM_TASKS")
LOCAL_SIZE = ("MPI_LOCALNRANKS", "OMPI_COMM_WORLD_LOCAL_SIZE", "SLURM_NTASKS_PER_NODE")
"""Variables of MPICH and its kin, of Open MPI and of Slurm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """The place of this process among those that a launcher has started.

    Parameters
    ----------
    rank, size : int
        The number of this process and of all; 0 and 1 without a launcher.
    local_size : int
        Processes on this node.

    Examples
    --------
    >>> Launch.from_environment({"PMI_RANK": "1", "PMI_SIZE": "4", "MPI_LOCALNRANKS": "2"})
    Launch(rank=1, size=4, local_size=2)
    """

    rank: int = 0
    size: int = 1
    local_size: int = 1

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Launch":
        """Read the environment; ``PHONO_MPI=0`` says that this is not an MPI program."""
        size = _first_number(environment, SIZE, 1)
        if size == 1 or environment.get("PHONO_MPI") == "0":
            return cls()
        return cls(
            rank=_first_number(environment, RANK, 0),
            size=size,
            local_size=_first_number(environment, LOCAL_SIZE, size),
        )

    def end_by_signal(self, message: str, number: int = signal.SIGTERM) -> None:
        """Say something and end this process by a signal, if there are others.

        A launcher ends all processes when a signal ends one. If one only leaves before all
        have met in MPI, the others wait for it forever.
        """
        if self.size == 1:
            return
        # In the order of ranks: after what the first one says the launcher ends the rest.
        time.sleep(min(0.1 * self.rank, 2))
        sys.stderr.write(message)
        sys.stderr.flush()
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)

    def share_cores(self) -> None:
        """Give all ranks of a node the same number of cores, unless it is set already.

        Sets ``RAYON_NUM_THREADS``; call it before the first kernel, which makes threads.
        """
        affinity = getattr(os, "sched_getaffinity", None)
        cores = os.cpu_count() or 1
        # Some launchers bind each rank to cores of its own.
        bound = affinity is not None and len(affinity(0)) < cores
        if self.local_size > 1 and not bound:
            share = max(1, cores // self.local_size)
            os.environ.setdefault("RAYON_NUM_THREADS", str(share))


def _first_number(
    environment: Mapping[str, str], names: tuple[str, ...], default: int
) -> int:
    """The value of the first of these variables that is a number."""
    values = (environment.get(name, "") for name in names)
    return next((int(value) for value in values if value.isdigit()), default)
