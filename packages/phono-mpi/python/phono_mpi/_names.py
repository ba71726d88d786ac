"""Names of shared memory, which outlive processes that are killed.

MPI libraries make files in ``/dev/shm`` and remove them when they end. Memory that all
ranks of a node have mapped needs no name any more: removed early, it goes with the last
process, however that ends.
"""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

FOLDER = Path("/dev/shm")
"""The folder in which Linux has the memory that processes share."""
BEGINNINGS = ("mpich_shm_", "mpich_shar_", "sm_segment.", "osc_sm.", "vader_segment.")
"""Prefixes of such names in MPICH and Open MPI."""
OLD = 60.0
"""Seconds after which memory that nobody has mapped is left over."""


def remove_names(node_comm: Any) -> None:
    """Remove the names of memory that all ranks of a node have mapped. Collective."""
    node_comm.alltoall([None] * node_comm.size)  # now all have met all
    own = set(_mapped("self"))
    shared = set.intersection(*node_comm.allgather(own))
    if node_comm.Get_rank() == 0:
        for name in shared:
            _remove(name)
    node_comm.Barrier()


def remove_leftovers() -> None:
    """Remove what ranks of this user that were killed have left on this node."""
    found = set(_leftovers())
    if not found:
        return
    for process in Path("/proc").glob("[0-9]*"):
        found.difference_update(_mapped(process.name))
    for name in found:
        _remove(name)


def _leftovers() -> Iterator[str]:
    """Names that may be left over: of this user, and old."""
    with suppress(OSError):
        for file in os.scandir(FOLDER):
            with suppress(OSError):
                about = file.stat()
                ours = file.name.startswith(BEGINNINGS) and about.st_uid == os.getuid()
                if ours and time.time() - about.st_mtime > OLD:
                    yield file.name


def _mapped(process: str) -> Iterator[str]:
    """Names of memory of MPI that a process has mapped."""
    with suppress(OSError), Path("/proc", process, "maps").open() as lines:
        for line in lines:
            path = line.rstrip("\n").partition(f"{FOLDER}/")[2]
            if path.startswith(BEGINNINGS) and not path.endswith(" (deleted)"):
                yield path


def _remove(name: str) -> None:
    """Remove a name that may be gone already."""
    with suppress(OSError):
        (FOLDER / name).unlink()
