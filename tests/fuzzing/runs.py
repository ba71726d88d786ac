"""An unfinished run of a conductivity, and the end of it."""

from pathlib import Path
from typing import Any

import phonokit
from phonokit import Run, RunStore

MESH = (2, 2, 2)


def start_run(crystal: phonokit.Crystal, folder: Path) -> None:
    """A run that was stopped in its middle."""
    left = iter([None])

    def stop(*_: Any) -> None:
        if next(left, "none") == "none":
            raise KeyboardInterrupt

    try:
        with RunStore(folder / "k.run") as opened:
            run = Run(opened, progress=stop)
            phonokit.kappa(crystal, MESH, [300], run=run)
    except KeyboardInterrupt:
        pass


def go_on(crystal: phonokit.Crystal, folder: Path) -> Any:
    """The conductivity, from what the run has."""
    with RunStore(folder / "k.run") as opened:
        return phonokit.kappa(crystal, MESH, [300], run=Run(opened)).kappa
