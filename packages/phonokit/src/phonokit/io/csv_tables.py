"""Results as tables of numbers, one row for each index, for spreadsheets and pandas."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_grid.hdf5 import Dataset

from phonokit.io.write_text import writing_text
from phonokit.results.cell import cell_datasets
from phonokit.results.result import Result

WORDS = {
    "axis": ("x", "y", "z"),
    "axis_2": ("x", "y", "z"),
    "component": ("xx", "yy", "zz", "yz", "xz", "xy"),
    "end": ("begin", "end"),
    "lattice_vector": ("1", "2", "3"),
}
"""Axes that become columns, by the name of the axis."""
Axes = tuple[str, ...]


def write_csv(result: Result, folder: Path) -> list[Path]:
    """Write each table of a result, with names and units in the first row.

    Quantities with the same indices (temperature, wave vector, band, ...) are in one
    table, with what belongs to some of these indices, such as the frequency of a mode,
    repeated in each row. Tensors have a column for each component. What has no answer is
    an empty cell.
    """
    columns, written = _columns_of(result), []
    tables = _tables(columns)
    for axes, names in tables.items():
        written.append(folder / _name(result, axes, len(tables)))
        with writing_text(written[-1]) as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerows(_rows(axes, {name: columns[name] for name in names}))
    return written


def _name(result: Result, axes: Axes, tables: int) -> str:
    """The name of the file of a table."""
    parts = [result.kind, *(axes if tables > 1 else ())]
    return f"{'_'.join(parts)}.csv"


def _columns_of(result: Result) -> dict[str, Dataset]:
    """Datasets that have indices, by name, without those of the cell."""
    cell = result.provenance.cell
    others = {} if cell is None else cell_datasets(cell)
    return {
        name: dataset
        for name, dataset in result.datasets().items()
        if name not in others
        and _indices(dataset.axes)
        and "operation" not in dataset.axes  # of the mesh, no quantity
    }


def _indices(axes: Axes) -> Axes:
    """The axes that become rows."""
    return tuple(axis for axis in axes if axis not in WORDS)


def _tables(columns: Mapping[str, Dataset]) -> dict[Axes, list[str]]:
    """Names of the columns of each table, by its indices."""
    found = dict.fromkeys(_indices(dataset.axes) for dataset in columns.values())
    tables = {axes: _fitting(axes, columns) for axes in found}
    return {
        axes: names
        for axes, names in tables.items()
        if not any(set(names) < set(others) for others in tables.values())
    }


def _fitting(axes: Axes, columns: Mapping[str, Dataset]) -> list[str]:
    """Quantities of a table: its own, and those of fewer indices that describe them."""
    names = []
    for name, dataset in columns.items():
        own = _indices(dataset.axes)
        describes = name in axes or "temperature" not in own
        if own == axes or (set(own) < set(axes) and describes):
            names.append(name)
    return names


def _rows(axes: Axes, columns: Mapping[str, Dataset]) -> Iterator[list[str]]:
    """The names of all columns, then the numbers."""
    sizes: dict[str, int] = {}
    for dataset in columns.values():
        sizes |= dict(zip(dataset.axes, np.shape(dataset.value), strict=True))
    shape = tuple(sizes[axis] for axis in axes)
    head, cells = [], []
    for i, axis in enumerate(axes):
        if axis not in columns:
            numbers = np.arange(1, sizes[axis] + 1)
            head.append(axis)
            cells.append(_spread(numbers, (i,), shape))
    for name, dataset in columns.items():
        for title, values in _parts(name, dataset):
            places = tuple(axes.index(axis) for axis in _indices(dataset.axes))
            head.append(title)
            cells.append(_spread(values, places, shape))
    yield head
    for row in zip(*cells, strict=True):
        yield [_text(x) for x in row]


def _spread(values: NDArray[Any], places: Axes | Any, shape: Any) -> list[Any]:
    """Values of some indices for every row of a table."""
    order = np.argsort(places)
    full = np.transpose(values, order)
    wanted = [1] * len(shape)
    for place, size in zip(sorted(places), full.shape, strict=True):
        wanted[place] = size
    flat: list[Any] = np.broadcast_to(full.reshape(wanted), shape).ravel().tolist()
    return flat


def _parts(name: str, dataset: Dataset) -> Iterator[tuple[str, NDArray[Any]]]:
    """Columns of a quantity: one, or one for each component, real and imaginary part."""
    values = np.asarray(dataset.value)
    if values.dtype.kind == "S":
        values = np.char.decode(values, "utf-8", "replace")
    spread = [i for i, axis in enumerate(dataset.axes) if axis in WORDS]
    unit = "" if dataset.unit in (None, "1") else f" ({dataset.unit})"
    for index in np.ndindex(*(values.shape[i] for i in spread)):
        words = [WORDS[dataset.axes[i]][k] for i, k in zip(spread, index, strict=True)]
        title = "_".join(filter(None, [name.replace("/", "_"), "".join(words)]))
        part = values
        for i, k in reversed(list(zip(spread, index, strict=True))):
            part = part.take(k, axis=i)
        if np.iscomplexobj(part):
            yield f"{title}_re{unit}", part.real
            yield f"{title}_im{unit}", part.imag
        else:
            yield f"{title}{unit}", part


def _text(value: Any) -> str:
    """A cell; empty where there is no number."""
    if isinstance(value, float):
        return "" if np.isnan(value) else repr(value)
    return str(value)
