"""A crystal from files: forces, or force constants."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from phono_fc import ForceConstants
from phono_grid import Backend, Supercell, using
from phono_grid.backend import active
from phono_grid.calculators import CalculatorUnits
from phono_grid.errors import DomainError, FileError
from phono_grid.files import path_of

from phonokit.io.born import read_born, read_born_charges
from phonokit.io.constants_files import (
    Label,
    force_constants_in_yaml,
    read_force_constants,
    read_label,
    read_third_order_constants,
)
from phonokit.io.crystal_file import CrystalFile
from phonokit.io.files import (
    DATA_SETS,
    DataSet,
    NoForcesError,
    find_first,
    in_file,
    sha256,
)
from phonokit.io.read import read_forces_of
from phonokit.model.constants import Given
from phonokit.model.crystal import Crystal
from phonokit.model.force_data import ForceData, cells_fingerprint
from phonokit.model.provenance import InputFile, Origin
from phonokit.settings.fit import Fit

if TYPE_CHECKING:
    from phonokit.io.formats.control import Control

FC2 = ("fc2.hdf5", "force_constants.hdf5", "FORCE_CONSTANTS")
FC3 = "fc3.hdf5"
YAML = (".yaml", ".yml")
AGAIN = (
    "run phono fc again, remove the files of constants to take the forces, or name the "
    "constants as fc2= and fc3= to take them nevertheless"
)


def load(
    path: str | Path,
    *,
    fc2: str | Path | None = None,
    fc3: str | Path | None = None,
    born: str | Path | None = None,
    fit: Fit | None = None,
    nac: bool = True,
    lang: Backend | str | None = None,
) -> Crystal:
    """Read a crystal with its forces or its force constants.

    What a folder holds is taken in this order, and `Crystal.origin` says which it was:

    1. ``fc2.hdf5`` and ``fc3.hdf5`` that `phonokit.fit` or ``phono fc`` has written, unless
       ``fit`` or a file of forces is named; if the cells or the forces are no longer those
       that the constants come from, or one of the two files is missing, that is an error;
    2. forces, see `phonokit.read`;
    3. constants of another program, such as phono3py: ``fc2.hdf5``, else
       ``force_constants.hdf5``, else ``FORCE_CONSTANTS``, and ``fc3.hdf5``.

    A file or folder without such a yaml file may be of ShengBTE, FourPhonon, TDEP,
    Quantum ESPRESSO, ALAMODE or VASP, see `phonokit.read_constants`.

    Parameters
    ----------
    path : str or Path
        A yaml file of phono3py or phonopy, or a folder that holds one; or force constants
        of another program.
    fc2, fc3 : str or Path, optional
        Files of force constants, taken in place of all others; the cells are those of
        ``path``. See `phonokit.read_force_constants`.
    born : str or Path, optional
        A file like ``BORN``, in place of the charges beside ``path``.
    fit : Fit, optional
        How force constants are solved for from the forces.
    nac : bool
        Whether Born charges are wanted: if not, those that cannot be read are left out with
        a warning.
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
    Crystal(Si, 64 atoms, 1 + 110 displacements, from forces)
    """
    backend = active() if lang is None else Backend.of(lang)
    _refuse_contradictions(fc2, fc3, fit)
    other = _other_format(path_of(path), fc2, fit)
    if other is not None:
        return _of_other_program(other, born, backend)
    source = DataSet.of(path_of(path))
    with using(backend):
        file = CrystalFile.read(source.yaml)
        if fc2 is not None:
            third = None if fc3 is None else path_of(fc3, "fc3")
            crystal = _from_constants(file, path_of(fc2, "fc2"), third, nac)
        else:
            crystal = _from_folder(file, source.forces, fit, nac)
        if born is not None:
            crystal = _with_charges(crystal, file, path_of(born, "born"))
    return replace(crystal, backend=backend)


def control_of(
    path: str | Path, *, fc2: str | Path | None = None, fit: Fit | None = None
) -> "Control | None":
    """``CONTROL`` of ShengBTE or FourPhonon, where `load` takes that; else None."""
    other = _other_format(path_of(path), fc2, fit)
    if other is None:
        return None
    from phonokit.io.formats.control import read_control
    from phonokit.io.formats.found import find_format

    found = find_format(other)
    if found is None or found[0].name != "shengbte":
        return None
    return read_control(found[1])


def _refuse_contradictions(
    fc2: str | Path | None, fc3: str | Path | None, fit: Fit | None
) -> None:
    """Refuse arguments that exclude each other."""
    if fc3 is not None and fc2 is None:
        raise DomainError("fc3: needs second-order constants beside it; give fc2= too")
    if fc2 is not None and fit is not None:
        raise DomainError(
            "fit: says how constants are solved for from forces, but fc2= gives them; "
            "leave one of the two out"
        )


def _other_format(path: Path, fc2: str | Path | None, fit: Fit | None) -> Path | None:
    """The path if it is of a format that needs no yaml file."""
    if fc2 is not None or fit is not None or not path.exists():
        return None
    if path.is_dir() and find_first(path, DATA_SETS) is not None:
        return None
    if path.is_file() and path.suffix in YAML:
        return None
    # The readers of a dozen formats, which a data set of phono3py does not need.
    from phonokit.io.formats.found import find_format

    return path if find_format(path) is not None else None


def _of_other_program(path: Path, born: str | Path | None, backend: Backend) -> Crystal:
    """A crystal of constants of another program."""
    from phonokit.io.formats.constants import read_constants

    crystal = read_constants(path, lang=backend)
    if born is None:
        return crystal
    file = path_of(born, "born")
    with using(backend):
        polar = read_born(file, crystal.primitive, CalculatorUnits())
    files = (*crystal.origin.files, InputFile(file, sha256(file)))
    return replace(crystal, polar=polar, origin=replace(crystal.origin, files=files))


def _from_folder(
    file: CrystalFile, forces: Path | None, fit: Fit | None, nac: bool
) -> Crystal:
    """Constants of phono fc, else forces, else other constants."""
    second, third = _constants_beside(file.path)
    wanted = fit is None and forces is None
    there = [path for path in (second, third) if path is not None] if wanted else []
    labels = {path: read_label(path) for path in there}
    ours = any(label is not None for label in labels.values())
    try:
        data = read_forces_of(file, forces, nac=nac)
    except NoForcesError as error:
        if fit is not None and second is not None:
            raise FileError(
                f"{error}; fit= is of forces, leave it out to take {second.name}"
            ) from None
        if not there and fit is None and "force_constants" in file.tree:
            return _from_constants(file, None, None, nac)
        if not there:
            raise
        data = None
    if data is not None and not ours:
        return Crystal.from_forces(data, fit=fit)
    if second is None:
        raise FileError(f"{third}: there is no {FC2[0]} beside it; {AGAIN}")
    if ours:
        _ensure_labels_agree(labels, file, data)
    crystal = _from_constants(file, second, third, nac)
    label = labels[second]
    if label is None:
        return crystal
    origin = replace(
        crystal.origin,
        source="constants of phono fc",
        method=label.method,
        calculator=label.calculator,
    )
    return replace(crystal, origin=origin)


def _constants_beside(yaml: Path) -> tuple[Path | None, Path | None]:
    """Second- and third-order constants beside a yaml file."""
    second = [path for path in map(yaml.with_name, FC2) if path.is_file()]
    third = yaml.with_name(FC3)
    return second[0] if second else None, third if third.is_file() else None


def _ensure_labels_agree(
    labels: dict[Path, Label | None], file: CrystalFile, data: ForceData | None
) -> None:
    """Refuse constants of different fits, of other cells, or older than the forces."""
    (path, label), *others = labels.items()
    for other, its in others:
        if its != label:
            raise FileError(
                f"{other}: was not made together with {path.name}: "
                f"{_difference(label, its)}; {AGAIN}"
            )
    assert label is not None  # as one of them has one, and they agree
    phonon = file.phonon if file.phonon_place is not None else None
    if label.cells != cells_fingerprint(file.supercell, phonon or file.supercell):
        raise FileError(f"{path}: is of other cells than {file.path.name}; {AGAIN}")
    if data is None:
        # Without forces there is nothing more to hold the constants against.
        return
    if label.forces != data.forces_fingerprint:
        raise FileError(
            f"{path}: comes from other forces than "
            f"{', '.join(f.path.name for f in data.files)} hold now; {AGAIN}"
        )
    if data.order == 3 and not others:
        raise FileError(
            f"{path}: there is no {FC3} beside it, although the forces are of third order; "
            f"{AGAIN}"
        )


def _difference(one: Label | None, other: Label | None) -> str:
    """The difference of two labels in words."""
    if one is None or other is None:
        return "one of the two is not of phono fc"
    if one.cells != other.cells:
        return "they are of different cells"
    if one.forces != other.forces:
        return "they come from different forces"
    return f"{one.method} there, {other.method} here"


def _from_constants(
    file: CrystalFile, fc2: Path | None, fc3: Path | None, nac: bool
) -> Crystal:
    """Force constants in files, or in the yaml file that holds the cells."""
    supercell, units = file.supercell, file.units
    if fc2 is None:
        unit = units.force_constants(2)
        second = force_constants_in_yaml(file.tree, supercell, unit)
    else:
        second = _second_order(fc2, supercell, file.phonon)
    if second.order != 2:
        raise FileError(f"{fc2}: holds third-order constants; name it by fc3=, not fc2=")
    third = None if fc3 is None else read_third_order_constants(fc3, supercell)
    with in_file(fc3 or fc2 or file.path):
        given = Given(fc2=second, third=third)
    polar, born_file = read_born_charges(file.tree, supercell.primitive, units, nac=nac)
    files = (file.path, fc2, fc3, born_file)
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


def _with_charges(crystal: Crystal, file: CrystalFile, born: Path) -> Crystal:
    """The crystal with the charges of another file."""
    polar = read_born(born, crystal.primitive, file.units)
    files = (*crystal.origin.files, InputFile(born, sha256(born)))
    return replace(crystal, polar=polar, origin=replace(crystal.origin, files=files))
