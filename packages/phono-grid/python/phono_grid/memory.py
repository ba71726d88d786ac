"""The memory of this machine, and the check that an array fits into it."""

import ctypes
import os

from phono_grid.errors import DomainError

GIB = 2**30


def machine_memory() -> float:
    """Bytes of memory of this machine; infinite where the system does not tell."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, OSError, ValueError):
        return float("inf")


def ensure_memory(name: str, n_bytes: float, advice: str) -> None:
    """Refuse an array larger than the memory of this machine, before allocating it."""
    have = machine_memory()
    if n_bytes > have:
        raise DomainError(
            f"{name} would need {n_bytes / GIB:.3g} GiB, this machine has "
            f"{have / GIB:.3g}; {advice}"
        )


def release_freed_memory() -> None:
    """Give memory that was freed back to the system, where the C library can.

    Small arrays leave a heap that the library keeps for more of them: the solution of force
    constants some megabytes, beside which the scattering rates then stand.
    """
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return  # another library than glibc, another system
    trim(0)
