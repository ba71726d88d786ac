"""Where a result comes from."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from phono_grid import Cell
from phono_grid.errors import DomainError, ensure_type

from phonokit.model.provenance import InputFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a result comes from.

    Parameters
    ----------
    formula : str
        The formula of the crystal, with the smallest whole numbers.
    source : str
        What the force constants come from: ``"forces"``, ``"constants of phono fc"``,
        ``"constants"``.
    inputs : tuple of InputFile
    lang : str
        The kernels that ran, ``"Rust"`` or ``"Python"``.
    settings : dict
        Every choice that changes numbers: numbers, words, lists of them, as JSON has them.
    started, finished : str
        ISO 8601, UTC.
    cell : Cell, optional
        The primitive cell; of several volumes the first.
    """

    formula: str
    source: str
    inputs: tuple[InputFile, ...]
    lang: str
    settings: dict[str, Any]
    started: str
    finished: str
    cell: Cell | None = None

    def __post_init__(self) -> None:
        """Hold the settings as a file gives them back."""
        ensure_type("cell", self.cell, Cell, type(None))
        try:
            settings = json.loads(json.dumps(self.settings, default=_plain))
        except (TypeError, ValueError) as error:
            raise DomainError(f"settings must be numbers and words, got {error}") from None
        object.__setattr__(self, "settings", settings)


def _plain(value: Any) -> Any:
    """Numbers of NumPy as Python's own."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"a {type(value).__name__}")
