"""A crystal from files: forces, or force constants."""

from dataclasses import replace
from pathlib import Path

from phono_fc import ForceConstants
from phono_grid import Backend, Supercell, using
from phono_grid.backend import active
from phono_grid.errors import DomainError, FileError

from phonokit._atomic import path_of
from phonokit.io.born import read_born, read_born_charges
from phonokit.io.calculators import Units, units_of
from phonokit.io.cells import read_phonon_supercell, read_supercell
from phonokit.io.constants_files import (
    Label,
    read_force_constants,
    read_label,
    read_third_order_constants,
)
from phonokit.io.files import FORCES, NoForcesError, find_yaml, in_file, sha256
from phonokit.io.read import read
from phonokit.io.tree import Tree
from phonokit.model.constants import Given
from phonokit.model.crystal import Crystal
from phonokit.model.dipoles import Dipoles
from phonokit.model.force_data import ForceData
from phonokit.model.provenance import InputFile, Origin
from phonokit.settings.fit import Fit

FC2, FC3 = "fc2.hdf5", "fc3.hdf5"
AGAIN = "run phono fc again, or remove fc2.hdf5 and fc3.hdf5 to take the forces"


def load(
    path: str | Path,
    *,
    fc2: str | Path | None = None,
    fc3: str | Path | None = None,
    born: str | Path | None = None,
    fit: Fit | None = None,
    lang: Backend | str | None = None,
) -> Crystal:
    """Read a crystal with its forces or its force constants.

    What a folder holds is taken in this order, and `Crystal.origin` says which it was:

    1. ``fc2.hdf5`` and ``fc3.hdf5`` that `phonokit.fit` or ``phono fc`` has written, unless
       ``fit`` or a file of forces is named; if the forces are no longer those that the
       constants come from, that is an error;
    2. forces, see `phonokit.read`;
    3. ``fc2.hdf5`` and ``fc3.hdf5`` of another program, such as phono3py.

    Parameters
    ----------
    path : str or Path
        A yaml file of phono3py or phonopy, or a folder that holds one.
    fc2, fc3 : str or Path, optional
        Files of force constants, taken in place of all others; the cells are those of
        ``path``. See `phonokit.read_force_constants`.
    born : str or Path, optional
        A file like ``BORN``, in place of the charges beside ``path``.
    fit : Fit, optional
        How force constants are solved for from the forces.
    lang : "Rust" or "Python", optional
        The implementation of the kernels; the one that is active if not given.

    Raises
    ------
    FileError
        If a file is missing or does not hold what it should, or files do not belong
        together.
    DomainError
        If ``lang`` is something else, or ``fc3`` is given without ``fc2``.

    Examples
    --------
    >>> import phonokit
    >>> phonokit.load("examples/silicon")
    Crystal(Si2, 64 atoms, 1 + 110 displacements, from forces)
    """
    backend = active() if lang is None else Backend.of(lang)
    _refuse_contradictions(fc2, fc3, fit)
    source = path_of(path)
    with using(backend):
        if fc2 is not None:
            third = None if fc3 is None else path_of(fc3, "fc3")
            crystal = _from_files(find_yaml(source), path_of(fc2, "fc2"), third)
        else:
            crystal = _from_folder(source, fit)
        if born is not None:
            crystal = _with_charges(crystal, find_yaml(source), path_of(born, "born"))
    return replace(crystal, backend=backend)


def _refuse_contradictions(
    fc2: str | Path | None, fc3: str | Path | None, fit: Fit | None
) -> None:
    """Refuse arguments that exclude each other."""
    if fc3 is not None and fc2 is None:
        raise DomainError("fc3: needs second-order constants beside it; give fc2 too")
    if fc2 is not None and fit is not None:
        raise DomainError(
            "fit: says how constants are solved for from forces, but fc2 gives them; leave "
            "one of the two out"
        )


def _from_folder(source: Path, fit: Fit | None) -> Crystal:
    """Constants of phono fc, else forces, else other constants."""
    yaml = find_yaml(source)
    second, third = yaml.parent / FC2, yaml.parent / FC3
    there = [path for path in (second, third) if path.is_file()]
    named = source.name.startswith(FORCES)
    labels = {path: read_label(path) for path in there} if not (fit or named) else {}
    ours = any(label is not None for label in labels.values())
    try:
        data = read(source)
    except NoForcesError:
        if not there or fit is not None or named:
            raise
        data = None
    if data is not None and not ours:
        return Crystal.from_forces(data, fit=fit)
    if second not in there:
        raise FileError(f"{third}: there is no {FC2} beside it; {AGAIN}")
    if ours:
        _ensure_labels_agree(labels, data)
    crystal = _from_files(yaml, second, third if third in there else None)
    source_name = "constants of phono fc" if ours else "constants"
    label = labels.get(second)
    origin = crystal.origin
    if label is not None:
        origin = replace(origin, method=label.method, calculator=label.calculator)
    return replace(crystal, origin=replace(origin, source=source_name))


def _ensure_labels_agree(labels: dict[Path, Label | None], data: ForceData | None) -> None:
    """Refuse constants of different fits, of other cells, or older than the forces."""
    first, *others = labels.items()
    for path, label in others:
        if label != first[1]:
            raise FileError(
                f"{path}: was not made together with {first[0].name}: "
                f"{_difference(first[1], label)}; {AGAIN}"
            )
    path, label = first
    if data is None or label is None:
        # Without forces there is nothing to hold the constants against.
        return
    if label.cells != data.cells_fingerprint:
        raise FileError(
            f"{path}: is of other cells than {data.files[0].path.name}; {AGAIN}"
        )
    if label.forces != data.fingerprint:
        raise FileError(
            f"{path}: comes from other forces than "
            f"{', '.join(file.path.name for file in data.files)} hold now; {AGAIN}"
        )


def _difference(one: Label | None, other: Label | None) -> str:
    """What tells two labels apart, in words."""
    if one is None or other is None:
        return "one of the two is not of phono fc"
    if (one.cells, one.forces) != (other.cells, other.forces):
        return "they come from different forces"
    return f"{one.method} there, {other.method} here"


def _from_files(yaml: Path, fc2: Path, fc3: Path | None) -> Crystal:
    """Force constants in files, the cells in a yaml file."""
    tree = Tree.read(yaml)
    units = units_of(tree)
    unit_cell, supercell = read_supercell(tree, units)
    phonon = read_phonon_supercell(tree, unit_cell, supercell, units)
    second = _second_order(fc2, supercell, phonon)
    third = None if fc3 is None else read_third_order_constants(fc3, supercell)
    with in_file(fc3 or fc2):
        given = Given(fc2=second, third=third)
    polar, born_file = read_born_charges(tree, supercell.primitive, units)
    files = (yaml, fc2, fc3, born_file)
    read_files = tuple(InputFile(f, sha256(f)) for f in files if f is not None)
    origin = Origin(source="constants", calculator=units.calculator, files=read_files)
    return Crystal(constants=given, polar=polar, origin=origin)


def _second_order(
    path: Path, supercell: Supercell, phonon: Supercell | None
) -> ForceConstants:
    """Second-order constants, in their own supercell if the file is of that one."""
    if phonon is None or phonon.cell.n_atoms == supercell.cell.n_atoms:
        return read_force_constants(path, supercell if phonon is None else phonon)
    try:
        return read_force_constants(path, phonon)
    except FileError as error:
        try:
            return read_force_constants(path, supercell)
        except FileError:
            raise error from None


def _with_charges(crystal: Crystal, yaml: Path, born: Path) -> Crystal:
    """The crystal with the charges of another file."""
    units: Units = units_of(Tree.read(yaml))
    polar: Dipoles = read_born(born, crystal.primitive, units)
    files = (*crystal.origin.files, InputFile(born, sha256(born)))
    return replace(crystal, polar=polar, origin=replace(crystal.origin, files=files))
