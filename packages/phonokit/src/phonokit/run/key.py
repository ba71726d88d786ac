"""Key of a calculation: everything that its numbers depend on."""

import numpy as np
import spglib
from phono_grid import backend

from phonokit._version import __version__


def programs() -> dict[str, str]:
    """Programs that compute: versions, and the implementation of the kernels."""
    return {
        "phonokit": __version__,
        "numpy": np.__version__,
        "spglib": spglib.__version__,
        "kernels": backend.running().value,
    }
