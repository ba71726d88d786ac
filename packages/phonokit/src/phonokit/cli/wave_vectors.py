"""Shared code of commands on single wave vectors: options as settings, and tables."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_grid import Cell
from phono_grid.errors import DomainError
from rich.table import Table

from phonokit.calc.bands import standard_point
from phonokit.cli.temperatures import LABEL
from phonokit.cli.terminal import table_of
from phonokit.model.crystal import Crystal
from phonokit.settings.frequency_unit import FrequencyUnit
from phonokit.settings.temperatures import checked_temperatures
from phonokit.settings.wave_vectors import wave_vector

Array = NDArray[np.float64]
COLUMNS = 3
"""Numbers beside a band in a table, so that it fits a page; also a width and its parts."""


def wave_vectors_from(texts: Sequence[str], cell: Cell | None = None) -> Array:
    """Wave vectors as they were typed, (n, 3); labels too where the cell is known."""
    return np.array(
        [
            standard_point(cell, text)
            if cell and LABEL.fullmatch(text)
            else wave_vector(text)
            for text in texts
        ]
    )


def at_wave_vectors(compute: Callable[..., Any], texts: Sequence[str]) -> Any:
    """A calculation at wave vectors as they were typed, numbers or labels.

    Parameters
    ----------
    compute : callable
        A calculation of the library, which takes a crystal and ``q``.
    texts : sequence of str
    """
    # What are no numbers at all is refused before anything is read.
    numbers = [text for text in texts if not LABEL.fullmatch(text)]
    if len(wave_vectors_from(numbers)) == len(texts):
        return partial(compute, q=wave_vectors_from(texts))

    def computed(crystal: Crystal, **inputs: Any) -> Any:
        return compute(crystal, q=wave_vectors_from(texts, crystal.primitive), **inputs)

    return computed


def labelled_points(texts: Sequence[str], path: str | None) -> dict[str, Array] | None:
    """Points of a path as they were typed, ``X=1/2,0,1/2``; None if there are none."""
    if texts and not path:
        raise DomainError('point: give a path= of these points too, such as "G X"')
    points = {}
    for text in texts:
        label, equals, q = text.partition("=")
        if not label or not equals:
            raise DomainError(
                f"point: expected LABEL=x,y,z such as X=1/2,0,1/2, got {text!r}"
            )
        points[label] = wave_vector(q, f"point: {label}")
    return points or None


def sorted_temperatures(temperatures: Sequence[float]) -> Array:
    """Temperatures in ascending order, K."""
    return np.sort(checked_temperatures(temperatures))


def frequencies_line(frequencies: Array, unit: FrequencyUnit) -> str:
    """Frequencies of all bands in a line."""
    # Rounded before 0 is added, which has no effect on -0.0001.
    rounded = np.round(frequencies * unit.per_thz, unit.digits) + 0
    return " ".join(f"{x:8.{unit.digits}f}" for x in rounded)


def band_tables(
    title: str, frequencies: Array, columns: Mapping[str, Array], unit: FrequencyUnit
) -> list[Table]:
    """A row for each band, as many tables as the width of a page asks for."""
    names = list(columns)
    return [
        _table(title, frequencies, {name: columns[name] for name in some}, unit)
        for some in (names[i : i + COLUMNS] for i in range(0, len(names), COLUMNS))
    ]


def _number(value: float) -> str:
    """A number for a table, or that there is none."""
    return "none" if np.isnan(value) else f"{value:.6f}"


def _table(
    title: str, frequencies: Array, columns: Mapping[str, Array], unit: FrequencyUnit
) -> Table:
    """A row for each band, all numbers in ``unit``."""
    table = table_of("band", "f", *columns, title=f"{title}, {unit.value}")
    for j, f in enumerate(frequencies * unit.per_thz):
        values = (_number(values[j] * unit.per_thz) for values in columns.values())
        table.add_row(str(j + 1), f"{f:z.4f}", *values)
    return table
