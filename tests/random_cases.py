"""On how many random cases a law is shown."""

from phono_grid import Backend
from phono_grid.backend import active


def cases(number: int) -> int:
    """All of ``number``, or a hundredth with the definitions, which are slow.

    What has no kernel is the same in both languages, and one run of all cases shows it.
    """
    return number if active() is Backend.RUST else max(number // 100, 1)
