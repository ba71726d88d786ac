"""On how many random cases a law is shown."""

import os

from phono_grid import Backend
from phono_grid.backend import active


def cases(number: int) -> int:
    """All of ``number``, or a hundredth with the definitions, which are slow.

    What has no kernel is the same in both languages, and one run of all cases shows it.
    ``PHONO_FEW_CASES`` asks for a hundredth too: where all have been tried already.
    """
    few = active() is Backend.PYTHON or "PHONO_FEW_CASES" in os.environ
    return max(number // 100, 1) if few else number
