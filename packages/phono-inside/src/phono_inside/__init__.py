"""Unmodified phonopy and phono3py on the kernels of phonokit.

phonopy and phono3py compute with functions of the package phonors. `register` puts our
kernels in the place of its heaviest ones, for this process: the installed package is not
touched. phono3py calls it by itself when it is imported; for phonopy alone
``import phono_inside`` is enough, or ``python -m phono_inside phonopy-load ...``.

``PHONO_INSIDE=off`` in the environment switches all of it off, and
``PHONO_INSIDE="interaction, collision_at_grid_point"`` all but these functions.
"""

from phono_inside._registry import forget, original, register, status
from phono_inside._status import FunctionStatus, Status

__all__ = ["FunctionStatus", "Status", "forget", "original", "register", "status"]

register()
