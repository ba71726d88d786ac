"""What a host code or a test may replace on `phono_mpi.mpi_utils`, read at each call."""

from typing import Any


def mpi() -> Any:
    """``mpi_utils.MPI``."""
    # Late: `mpi_utils` imports the modules that ask here.
    from phono_mpi import mpi_utils

    return mpi_utils.MPI


def orbital_transform(*args: Any, **options: Any) -> Any:
    """``mpi_utils.apply_auto_orbital_transform``."""
    from phono_mpi import mpi_utils

    return mpi_utils.apply_auto_orbital_transform(*args, **options)


def message_limit() -> int:
    """``mpi_utils.MAX_MPI_BYTES``."""
    from phono_mpi import mpi_utils

    return mpi_utils.MAX_MPI_BYTES
