"""Modes in the files of programs that show them move: phononwebsite and v_sim."""

import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from phono_grid import Cell

from phonokit._version import __version__
from phonokit.results.harmonic import ModesResult

Array = NDArray[np.float64]
PER_CM = 33.3564095198152
"""1/cm in a THz."""
REPETITIONS = (3, 3, 3)
"""Cells that are shown at first."""
JSON_BEGIN = '{"phonokit": "'
"""The beginning of a file of phononwebsite."""


def phononwebsite_lines(result: ModesResult) -> Iterator[str]:
    """The JSON of phononwebsite, of modes with eigenvectors along a path."""
    assert result.labels is not None  # or it would not be a path
    assert result.distances is not None
    assert result.eigenvectors is not None
    cell, n_q = result.cell, len(result.qpoints)
    size = n_q // len(result.labels)
    starts = range(0, n_q, size)
    ends = [
        [start + shift, str(label)]
        for start, labels in zip(starts, result.labels.tolist(), strict=True)
        for shift, label in zip((0, size - 1), labels, strict=True)
    ]
    e = result.eigenvectors / np.sqrt(cell.masses)[:, None]
    largest = np.linalg.norm(e, axis=-1).max(axis=-1)
    u = e / largest[..., None, None]
    about = {
        "phonokit": __version__,
        "name": cell.formula,
        "formula": cell.formula,
        "natoms": cell.n_atoms,
        "atom_types": list(cell.symbols),
        "atom_numbers": _atomic_numbers(cell),
        "lattice": cell.lattice.tolist(),
        "atom_pos_red": cell.positions.tolist(),
        "atom_pos_car": (cell.positions @ cell.lattice).tolist(),
        "repetitions": list(REPETITIONS),
        "qpoints": result.qpoints.tolist(),
        "distances": result.distances.tolist(),
        "highsym_qpts": ends,
        "line_breaks": [[start, start + size] for start in starts],
        "eigenvalues": (result.frequencies * PER_CM).tolist(),
        "vectors": np.stack([u.real, u.imag], axis=-1).tolist(),
    }
    yield json.dumps(about, ensure_ascii=False)


def _atomic_numbers(cell: Cell) -> list[int]:
    """Atomic numbers, whatever labels the atoms have."""
    elements = tuple(symbol.rstrip("0123456789") for symbol in cell.symbols)
    numbers = replace(cell, symbols=elements).to_spglib()[2]
    return [int(number) for number in numbers]


def v_sim_lines(result: ModesResult) -> Iterator[str]:
    """The ASCII file of v_sim, of modes with eigenvectors at any wave vectors.

    The cell is turned so that its first axis is along x and its second in the plane xy.
    """
    assert result.eigenvectors is not None
    cell = result.cell
    lattice, turn = _turned(cell)
    yield f"{lattice[0, 0]:.10f} {lattice[1, 0]:.10f} {lattice[1, 1]:.10f}"
    yield f"{lattice[2, 0]:.10f} {lattice[2, 1]:.10f} {lattice[2, 2]:.10f}"
    for symbol, x in zip(cell.symbols, cell.positions @ lattice, strict=True):
        yield f"{x[0]:.10f} {x[1]:.10f} {x[2]:.10f} {symbol}"
    u = result.eigenvectors / np.sqrt(cell.masses)[:, None] @ turn
    for q, frequencies, modes in zip(result.qpoints, result.frequencies, u, strict=True):
        wave = ";".join(f"{x:.8f}" for x in q)
        for f, mode in zip(frequencies, modes, strict=True):
            yield f"#metaData: qpt=[{wave};{f:.8f} \\"
            for v in mode:
                parts = "; ".join(f"{x:.8f}" for x in (*v.real, *v.imag))
                yield f"#; {parts} \\"
            yield "# ]"


def _turned(cell: Cell) -> tuple[Array, Array]:
    """A lattice in the lower triangle, and the rotation that takes vectors (rows) there."""
    q, r = np.linalg.qr(cell.lattice.T)
    signs = np.where(np.diag(r) < 0, -1.0, 1.0)
    return (r * signs[:, None]).T, q * signs
