"""Force constants of any program: read, and written for another."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from phono_fc import LatticeForceConstants, SparseForceConstants3
from phono_grid import Backend, Supercell, using
from phono_grid.backend import active
from phono_grid.errors import DomainError, FileError, ensure_flag, ensure_type
from phono_grid.files import make_folder, path_of, together

from phonokit.io.files import in_file, sha256
from phonokit.io.formats.asymmetry import warn_of_asymmetry
from phonokit.io.formats.cells import grid_supercell, on_cell
from phonokit.io.formats.dipole_range import (
    in_grid,
    in_supercell,
    short_range,
    with_own_range,
)
from phonokit.io.formats.embed import embedded, embedded3, folded, multiples
from phonokit.io.formats.espresso import write_espresso
from phonokit.io.formats.euphonic import write_euphonic
from phonokit.io.formats.found import FORMATS, find_format
from phonokit.io.formats.gpumd import write_gpumd
from phonokit.io.formats.laws import lawful
from phonokit.io.formats.phonopy import write_phonopy
from phonokit.io.formats.poscar import write_poscar
from phonokit.io.formats.shengbte import write_shengbte
from phonokit.io.formats.tdep import CELL, NAMES, ewald_of, write_tdep
from phonokit.io.formats.write_alamode import holds, write_alamode
from phonokit.model.constants import Constants2, Given
from phonokit.model.crystal import Crystal
from phonokit.model.dipoles import Dipoles
from phonokit.model.provenance import InputFile, Origin


def read_constants(
    path: str | Path,
    *,
    format: str | None = None,
    symmetrize: bool = True,
    lang: Backend | str | None = None,
) -> Crystal:
    """Read force constants of another program.

    Constants on lattice vectors (ShengBTE's third order, TDEP) are kept as such.

    Parameters
    ----------
    path : str or Path
        A file or a folder of ShengBTE, FourPhonon, TDEP, Quantum ESPRESSO, ALAMODE, VASP
        (with a Hessian), Euphonic, kALDo (``gpumd_fc.npz``), CASTEP (``.castep_bin``,
        ``.check``, by Euphonic, which must be installed) or ABINIT (``anaddb.nc``); which
        it is, its content tells. Files of phonopy and phono3py are read by
        `phonokit.load`.
    format : str, optional
        ``"shengbte"``, ``"tdep"``, ``"espresso"``, ``"alamode"``, ``"vasp"``,
        ``"euphonic"``, ``"kaldo"``, ``"castep"`` or ``"abinit"``, where the content does
        not tell.
    symmetrize : bool
        Whether constants that break the sum rule or index exchange are made to obey.
    lang : "Rust" or "Python", optional
        The implementation of the kernels; the one that is active if not given.

    Returns
    -------
    Crystal
        ``origin.source`` names the format, ``origin.method`` the drift.

    Raises
    ------
    FileError
        If it has none of these formats, or does not hold what it should.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> files = phonokit.write_constants(silicon, "tdep", format="tdep")
    >>> phonokit.read_constants("tdep").origin.source
    'TDEP'
    """
    source = path_of(path)
    ensure_flag("symmetrize", symmetrize)
    backend = active() if lang is None else Backend.of(lang)
    if not source.exists():
        raise FileError(f"{source}: no such file or folder; check the path")
    names = [each.name for each in FORMATS]
    if format is not None and not (isinstance(format, str) and format in names):
        raise DomainError(f"format: expected one of {', '.join(names)}, got {format!r}")
    with using(backend):
        result = find_format(source, format)
        if result is None:
            raise FileError(
                f"{source}: has none of the formats of force constants that are read "
                f"({', '.join(names)})"
            )
        each, file = result
        with in_file(file):
            record, drifts = lawful(each.read(file), make=symmetrize)
            given = Given(fc2=record.second, third=record.third)
            for order, constants in ((2, record.second), (3, record.third)):
                if isinstance(constants, LatticeForceConstants):
                    warn_of_asymmetry(constants, order)
    files = tuple(InputFile(f, sha256(f)) for f in record.files)
    method = "; ".join(str(drift) for drift in drifts)
    origin = Origin(source=record.format, method=method, files=files)
    return Crystal(constants=given, polar=record.polar, origin=origin, backend=backend)


def write_constants(
    crystal: Crystal, path: str | Path, *, format: str = "shengbte"
) -> tuple[Path, ...]:
    """Write the force constants of a crystal for another program.

    Parameters
    ----------
    crystal : Crystal
    path : str or Path
        A folder, made if it is not there; for ``"espresso"``, ``"alamode"``,
        ``"euphonic"`` and ``"kaldo"`` a file.
    format : str
        ``"shengbte"``: ``FORCE_CONSTANTS_2ND``, ``FORCE_CONSTANTS_3RD``, ``CONTROL``.
        ``"tdep"``: ``infile.ucposcar``, ``infile.forceconstant`` and
        ``infile.forceconstant_thirdorder``. ``"espresso"``: a file for ``matdyn.x``, second
        order alone. ``"alamode"``: a file for ``anphon``, and ``BORNINFO`` beside it.
        ``"phonopy"``: ``phonopy.yaml`` or ``phono3py.yaml``, ``fc2.hdf5`` and
        ``fc3.hdf5``; constants on lattice vectors in the smallest supercell that holds
        them. ``"euphonic"``: a JSON document, second order alone. ``"kaldo"``: an archive
        ``gpumd_fc.npz``, crystals without charges.

    Returns
    -------
    tuple of Path
        The files.

    Raises
    ------
    DomainError
        If the format cannot hold the constants.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> print(*phonokit.write_constants(silicon, "si.fc", format="espresso"))
    si.fc
    """
    ensure_type("crystal", crystal, Crystal)
    target = path_of(path)
    if not (isinstance(format, str) and format in WRITERS):
        raise DomainError(f"format: expected one of {', '.join(WRITERS)}, got {format!r}")
    with using(crystal.backend), together():
        return WRITERS[format](crystal, target)


def losses(crystal: Crystal, format: str) -> list[str]:
    """Properties of a crystal that a format cannot hold, in words."""
    lost = []
    if format == "espresso" and crystal.order == 3:
        lost.append("third-order constants: matdyn.x reads second order alone")
    if format == "euphonic" and crystal.order == 3:
        lost.append("third-order constants: Euphonic has second order alone")
    if format in ("tdep", "alamode", "kaldo"):
        masses = crystal.primitive.masses
        standard = (
            type(crystal.primitive)
            .of(
                crystal.primitive.lattice,
                crystal.primitive.positions,
                crystal.primitive.symbols,
            )
            .masses
        )
        if abs(masses / standard - 1).max() > 1e-6:
            file = "infile.ucposcar" if format == "tdep" else "the file"
            lost.append(f"masses: {file} has none, those of the elements count")
    if format == "shengbte" and crystal.polar and crystal.polar.method != "wang":
        lost.append(
            "Gonze and Lee's sum of dipoles: ShengBTE interpolates by Wang's method"
        )
    return lost


def _second(crystal: Crystal) -> Constants2 | None:
    """Second-order constants if there are any."""
    given = crystal.constants
    return None if isinstance(given, Given) and given.fc2 is None else crystal.fc2


def _write_shengbte(crystal: Crystal, folder: Path) -> tuple[Path, ...]:
    """A folder of ShengBTE."""
    second = _second(crystal)
    if second is not None:
        second = in_supercell(second, crystal.polar)
    third = crystal.fc3 if crystal.order == 3 else None
    return write_shengbte(second, third, folder, polar=crystal.polar)


def _write_euphonic(crystal: Crystal, path: Path) -> tuple[Path, ...]:
    """A document of Euphonic."""
    second, polar = crystal.fc2, crystal.polar
    if polar is not None and not isinstance(second, LatticeForceConstants):
        lattice, polar, supercell = _without_dipoles(crystal, polar)
        return write_euphonic(folded(lattice, supercell), path, polar)
    if isinstance(second, LatticeForceConstants):
        second = embedded(second)
    return write_euphonic(second, path, polar)


def _write_kaldo(crystal: Crystal, path: Path) -> tuple[Path, ...]:
    """An archive of kALDo."""
    second, third = _second(crystal), crystal.fc3 if crystal.order == 3 else None
    if isinstance(second, LatticeForceConstants):
        second = embedded(second)
    if isinstance(third, SparseForceConstants3):
        third = third.dense()
    if isinstance(third, LatticeForceConstants):
        third = embedded3(third)
    assert not isinstance(third, SparseForceConstants3)  # it was made dense
    return write_gpumd(crystal.primitive, second, third, path, crystal.polar)


def _write_tdep(crystal: Crystal, folder: Path) -> tuple[Path, ...]:
    """A folder of TDEP."""
    make_folder(folder)
    second, polar = _second(crystal), crystal.polar
    written = [write_poscar(crystal.primitive, folder / CELL)]
    if second is not None:
        if polar is not None and not isinstance(second, LatticeForceConstants):
            lattice, polar, _ = _without_dipoles(crystal, polar)
        elif isinstance(second, LatticeForceConstants):
            lattice = second
        else:
            lattice = LatticeForceConstants.of(second)
        lattice = on_cell(lattice, crystal.primitive)
        written.append(write_tdep(lattice, folder / NAMES[2][0], polar))
    if crystal.order == 3:
        written.append(write_tdep(_third(crystal), folder / NAMES[3][0], None))
    return tuple(written)


def _third(crystal: Crystal) -> LatticeForceConstants:
    """Third order on lattice vectors, averaged over the origins as scattering reads it."""
    series = crystal.series3
    return LatticeForceConstants(
        series.values, series.atoms, series.cells, crystal.primitive
    )


def _without_dipoles(
    crystal: Crystal, polar: Dipoles
) -> tuple[LatticeForceConstants, Dipoles, Supercell]:
    """Constants without the dipoles, by Ewald's whole sum, and their supercell."""
    width, cutoff = ewald_of(crystal.primitive, polar.charges)
    fc2 = crystal.fc2
    assert not isinstance(fc2, LatticeForceConstants)  # the caller knows
    held = with_own_range(fc2, polar)
    lattice = short_range(held, polar.charges, width, cutoff)
    return lattice, replace(polar, width=width, cutoff=cutoff), held.supercell


def _write_espresso(crystal: Crystal, path: Path) -> tuple[Path, ...]:
    """A file of q2r.x."""
    make_folder(path.parent)
    return (write_espresso(crystal.fc2, path, crystal.polar),)


def _write_alamode(crystal: Crystal, path: Path) -> tuple[Path, ...]:
    """A file of alm."""
    second = _second(crystal)
    if isinstance(second, LatticeForceConstants):
        second = in_supercell(second, crystal.polar)
    third = _third(crystal) if crystal.order == 3 else None
    supercell = crystal.supercell if second is None else second.supercell
    if second is not None and third is not None and not holds(third, supercell):
        # Averages over origins reach farther than what one atom sees as nearest.
        n = np.array(multiples(supercell))
        for factor in (1, 2):
            larger = grid_supercell(supercell.primitive, (factor * n).tolist())
            if holds(third, larger):
                second, supercell = in_grid(second, crystal.polar, larger), larger
                break
    return write_alamode(second, third, supercell, path, crystal.polar)


def _write_phonopy(crystal: Crystal, folder: Path) -> tuple[Path, ...]:
    """A folder that phonopy and phono3py read."""
    second = _second(crystal)
    if isinstance(second, LatticeForceConstants):
        second = in_supercell(second, crystal.polar)
    third = crystal.fc3 if crystal.order == 3 else None
    if isinstance(third, LatticeForceConstants):
        third = embedded3(third)
    return write_phonopy(crystal, second, third, folder)


WRITERS = {
    "shengbte": _write_shengbte,
    "tdep": _write_tdep,
    "espresso": _write_espresso,
    "alamode": _write_alamode,
    "phonopy": _write_phonopy,
    "euphonic": _write_euphonic,
    "kaldo": _write_kaldo,
}
"""Writers by the name of the format."""
