"""Results in the files of phonopy and of programs that show modes and structures."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid import Cell, units
from phono_grid.errors import DomainError, ensure_flag, ensure_type
from phono_grid.files import path_of, together

from phonokit._version import __version__
from phonokit.io.animations import JSON_BEGIN, phononwebsite_lines, v_sim_lines
from phonokit.io.cif_displacements import cif_lines
from phonokit.io.csv_tables import write_csv
from phonokit.io.write_displacements import cell_lines
from phonokit.io.write_text import writing_text
from phonokit.results.harmonic import (
    BandsResult,
    DisplacementsResult,
    DosResult,
    ModesResult,
    ThermalResult,
)
from phonokit.results.kappa import KappaResult
from phonokit.results.result import Result

Array = NDArray[np.float64]
Lines = Iterator[str]
Files = dict[str, Callable[[], Iterable[str]]]
HEAD = f"# phonokit {__version__}"
"""The first words of every exported file."""


def export(
    result: Result, folder: str | Path = ".", *, csv: bool = False
) -> tuple[Path, ...]:
    """Write a result in the files that phonopy would write, or as tables of numbers.

    Programs that read those of phonopy read them: sumo, pymatgen, ThermoParser,
    phononwebsite, and the plotting commands of phonopy.

    Parameters
    ----------
    result : BandsResult, ModesResult, ThermalResult, DisplacementsResult or others
        Bands, or modes along a path, become ``band.yaml``; modes of a plain mesh
        ``mesh.yaml``, other modes ``qpoints.yaml``; thermal properties
        ``thermal_properties.yaml``; a density of states ``total_dos.dat`` and, if it is
        that of atoms, ``projected_dos.dat``; a conductivity ``phono3py.yaml`` with its
        cell, which ``phono3py-kaccum`` reads beside the file of the conductivity.
        Eigenvectors along a path become ``phononwebsite.json`` too, and elsewhere but on
        a mesh ``modes.ascii`` of v_sim; displacements of atoms a CIF for each
        temperature. Any Result with ``csv``.
    folder : str or Path
        Where they are written. Files of that name are replaced.
    csv : bool
        Comma-separated tables in place of phonopy's files: a row for each temperature,
        wave vector, band and so on, quantities with their units in the first row.

    Returns
    -------
    tuple of Path
        The files.

    Raises
    ------
    DomainError
        If phonopy has no such file.
    FileError
        If a file cannot be written.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> result = phonokit.modes(silicon, path="G X", points={"X": (0.5, 0, 0.5)})
    >>> [path.name for path in phonokit.export(result)]
    ['band.yaml', 'phononwebsite.json']
    """
    target, written = path_of(folder), []
    ensure_type("result", result, Result)
    ensure_flag("csv", csv)
    with together():
        if csv:
            return tuple(write_csv(result, target))
        for name, lines in _exports(result).items():
            written.append(target / name)
            with writing_text(written[-1]) as file:
                if not name.endswith(".json"):
                    file.write(f"{HEAD}, {result.provenance.formula}\n")
                file.writelines(f"{line}\n" for line in lines())
    return tuple(written)


def export_names(result: Result) -> dict[str, bytes]:
    """The files that `export` would write, and how they begin."""
    head = HEAD.partition(" 0")[0]
    return {
        name: (JSON_BEGIN if name.endswith(".json") else head).encode()
        for name in _exports(result)
    }


def _exports(result: Result) -> Files:
    """The lines of each file, by name."""
    if isinstance(result, BandsResult):
        return {"band.yaml": lambda: _bands(result)}
    if isinstance(result, ModesResult):
        return _modes(result)
    if isinstance(result, ThermalResult):
        return {"thermal_properties.yaml": lambda: _thermal(result)} | _cifs(result)
    if isinstance(result, DisplacementsResult):
        return _cifs(result)
    if isinstance(result, DosResult):
        files: Files = {
            "total_dos.dat": lambda: _columns(result.frequency_points, [result.total])
        }
        if result.atoms is not None:
            parts = list(result.atoms.values())
            files["projected_dos.dat"] = lambda: _columns(result.frequency_points, parts)
        return files
    if isinstance(result, KappaResult) and result.provenance.cell is not None:
        return {"phono3py.yaml": partial(_crystal, result.provenance.cell)}
    kind = getattr(result, "kind", "") or type(result).__name__
    raise DomainError(
        f"result: phonopy has no file for {kind}; expected bands, modes, thermal, "
        "displacements, dos or kappa"
    )


def _modes(result: ModesResult) -> Files:
    """The file of modes: along a path, on a mesh, or at wave vectors."""
    if result.labels is not None:
        files: Files = {"band.yaml": lambda: _path_modes(result)}
        if result.eigenvectors is not None:
            files["phononwebsite.json"] = lambda: phononwebsite_lines(result)
        return files
    matrix = result.grid_matrix
    if matrix is not None and not (matrix - np.diag(np.diag(matrix))).any():
        return {"mesh.yaml": lambda: _mesh_modes(result, np.diag(matrix))}
    files = {"qpoints.yaml": lambda: _some_modes(result)}
    if result.eigenvectors is not None and result.weights is None:
        files["modes.ascii"] = lambda: v_sim_lines(result)
    return files


def _cifs(result: ThermalResult | DisplacementsResult) -> Files:
    """A CIF of displacements for each temperature."""
    cell, tensors = result.provenance.cell, result.displacements_cif
    if tensors is None or cell is None:
        return {}
    names = [str(name) for name in result.atom_names]

    def lines(number: int) -> Callable[[], Iterable[str]]:
        t = float(result.temperatures[number])
        return lambda: cif_lines(cell, names, tensors[number], t)

    return {
        f"displacements-{t:g}K.cif": lines(number)
        for number, t in enumerate(result.temperatures.tolist())
    }


def _bands(result: BandsResult) -> Lines:
    """``band.yaml`` of frequencies."""
    yield from _path_head(result.labels, result.qpoints.shape[1], result.cell)
    for i, n in np.ndindex(result.distances.shape):
        yield _position(result.qpoints[i, n])
        yield f"  distance: {result.distances[i, n]:12.7f}"
        yield from _end(result.labels[i], n, result.qpoints.shape[1])
        yield from _at_one(result.frequencies[i, n], None, None)


def _path_modes(result: ModesResult) -> Lines:
    """``band.yaml`` with eigenvectors and velocities."""
    assert result.labels is not None  # or it would not be a path
    assert result.distances is not None
    size = len(result.qpoints) // len(result.labels)
    yield from _path_head(result.labels, size, result.cell)
    for n, q in enumerate(result.qpoints):
        yield _position(q)
        yield f"  distance: {result.distances[n]:12.7f}"
        yield from _end(result.labels[n // size], n % size, size)
        yield from _of_modes(result, n)


def _mesh_modes(result: ModesResult, mesh: NDArray[np.int64]) -> Lines:
    """``mesh.yaml``."""
    assert result.weights is not None  # or it would not be a mesh
    yield f"mesh: [ {', '.join(f'{n:5d}' for n in mesh)} ]"
    yield f"nqpoint: {len(result.qpoints)}"
    yield from _cell(result.cell)
    yield "phonon:"
    lengths = np.linalg.norm(result.qpoints @ result.cell.reciprocal_lattice, axis=1)
    for n, q in enumerate(result.qpoints):
        yield _position(q)
        yield f"  distance_from_gamma: {lengths[n]:12.9f}"
        yield f"  weight: {result.weights[n]}"
        yield from _of_modes(result, n)


def _some_modes(result: ModesResult) -> Lines:
    """``qpoints.yaml``."""
    yield f"nqpoint: {len(result.qpoints)}"
    yield from _cell(result.cell)
    yield "phonon:"
    for n, q in enumerate(result.qpoints):
        yield _position(q)
        if result.weights is not None:
            yield f"  weight: {result.weights[n]}"
        yield from _of_modes(result, n)


def _of_modes(result: ModesResult, n: int) -> Lines:
    """Everything at one wave vector."""
    v, e = result.velocities, result.eigenvectors
    yield from _at_one(
        result.frequencies[n], None if v is None else v[n], None if e is None else e[n]
    )


def _path_head(labels: NDArray[np.str_], n: int, cell: Cell) -> Lines:
    """Segments of a path, and the cell."""
    yield f"nqpoint: {len(labels) * n}"
    yield f"npath: {len(labels)}"
    yield "segment_nqpoint:"
    yield from (f"- {n}" for _ in labels)
    yield "labels:"
    yield from (
        f"- [ '{_label(start)}', '{_label(end)}' ]" for start, end in labels.tolist()
    )
    yield from _cell(cell)
    yield "phonon:"


def _end(labels: NDArray[np.str_], n: int, size: int) -> Lines:
    """The label of the ends of a segment, by which pymatgen tells segments apart."""
    if n in (0, size - 1):
        yield f"  label: '{_label(str(labels[int(n > 0)]))}'"


def _label(name: str) -> str:
    """A label in TeX, as phonopy and pymatgen have it, between quotes of yaml."""
    subscripts = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
    name = name.replace("'", "''")
    head = name.rstrip("₀₁₂₃₄₅₆₇₈₉")
    index = name[len(head) :].translate(subscripts)
    text = {"Γ": r"$\Gamma$", "Σ": r"$\Sigma$"}.get(head, head)
    if not index:
        return text
    return rf"$\mathrm{{{head}}}_{{{index}}}$" if text == head else f"{text[:-1]}_{index}$"


def _crystal(cell: Cell) -> Lines:
    """``phono3py.yaml`` of a primitive cell alone."""
    yield 'phono3py:\n  version: "4.8.2"\n'
    yield 'physical_unit:\n  atomic_mass: "AMU"\n  length: "angstrom"\n'
    identity = "\n".join(f"- [ {_numbers(row, '.0f')} ]" for row in np.eye(3))
    yield f"primitive_matrix:\n{identity}\nsupercell_matrix:\n{identity}\n"
    for name in ("primitive_cell", "unit_cell", "supercell"):
        yield "".join(cell_lines(name, cell))


def _cell(cell: Cell) -> Lines:
    """The reciprocal lattice, the lattice and the atoms."""
    yield "reciprocal_lattice:"
    for row, axis in zip(cell.reciprocal_lattice, "abc", strict=True):
        yield f"- [ {_numbers(row, '15.10f')} ] # {axis}*"
    yield f"natom: {cell.n_atoms}"
    yield "lattice:"
    for row, axis in zip(cell.lattice, "abc", strict=True):
        yield f"- [ {_numbers(row, '20.15f')} ] # {axis}"
    yield "points:"
    moments = cell.magnetic_moments
    for k, (symbol, x, m) in enumerate(
        zip(cell.symbols, cell.positions, cell.masses, strict=True)
    ):
        yield f"- symbol: {symbol} # {k + 1}"
        yield f"  coordinates: [ {_numbers(x, '18.15f')} ]"
        yield f"  mass: {m:.6f}"
        if moments is not None:
            moment = moments[k]
            text = f"[ {_numbers(moment, '.8f')} ]" if moment.ndim else f"{moment:.8f}"
            yield f"  magnetic_moment: {text}"


def _position(q: Array) -> str:
    """The beginning of a wave vector."""
    return f"- q-position: [ {_numbers(q, '14.10f')} ]"


def _at_one(
    frequencies: Array, velocities: Array | None, vectors: NDArray[np.complex128] | None
) -> Lines:
    """The bands of a wave vector."""
    yield "  band:"
    for j, f in enumerate(frequencies):
        yield f"  - # {j + 1}"
        yield f"    frequency: {f:15.10f}"
        if velocities is not None:
            yield f"    group_velocity: [ {_numbers(velocities[j], '13.7f')} ]"
        if vectors is not None:
            yield "    eigenvector:"
            for k, e in enumerate(vectors[j]):
                yield f"    - # atom {k + 1}"
                yield from (f"      - [ {x.real:17.14f}, {x.imag:17.14f} ]" for x in e)
    yield ""


def _thermal(result: ThermalResult) -> Lines:
    """``thermal_properties.yaml``, per mole of primitive cells."""
    yield "# Thermal properties / unit cell (natom)"
    yield "unit:"
    yield "  temperature:   K"
    yield "  free_energy:   kJ/mol"
    yield "  entropy:       J/K/mol"
    yield "  heat_capacity: J/K/mol"
    yield f"natom: {result.n_bands // 3}"
    cutoff = result.provenance.settings.get("cutoff_frequency", 0)
    yield f"cutoff_frequency: {cutoff:.5f}"
    yield f"num_modes: {result.n_modes}"
    yield f"num_integrated_modes: {result.n_modes - result.n_left_out}"
    kilo = units.MOLE / 1e3
    yield f"zero_point_energy: {result.zero_point_energy * kilo:15.7f}"
    yield "thermal_properties:"
    rows = zip(
        result.temperatures,
        result.free_energy * kilo,
        result.entropy * units.MOLE,
        result.heat_capacity * units.MOLE,
        result.energy * kilo,
        strict=True,
    )
    for t, free, entropy, capacity, energy in rows:
        yield f"- temperature:   {t:15.7f}"
        yield f"  free_energy:   {free:15.7f}"
        yield f"  entropy:       {entropy:15.7f}"
        yield f"  heat_capacity: {capacity:15.7f}"
        yield f"  energy:        {energy:15.7f}"
        yield ""


def _columns(x: Array, columns: Iterable[Array]) -> Lines:
    """Frequencies and densities, a line each."""
    for row in np.column_stack([x, *columns]):
        yield "".join(f"{number:20.10f}" for number in row)


def _numbers(values: Iterable[float], form: str) -> str:
    """Numbers of a row."""
    return ", ".join(f"{x:{form}}" for x in values)
