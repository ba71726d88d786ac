"""From a structure to its displaced supercells."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
from phono_4ph import triple_displacements
from phono_dynmat import (
    commensurate_points,
    phonon_frequencies,
    thermal_random_displacements,
)
from phono_fc import (
    SingleDisplacements,
    pair_displacements,
    random_displacements,
    single_displacements,
)
from phono_grid import Cell, Supercell, using
from phono_grid.errors import DomainError, ensure_type

from phonokit.calc.stability import warn_of_imaginary_modes
from phonokit.io.load import load
from phonokit.io.structures import cell_of
from phonokit.model.crystal import Crystal
from phonokit.model.displaced_supercells import (
    AnySupercells,
    DisplacedSupercells,
    RandomSupercells,
)
from phonokit.model.fourth_order import FourthOrderSupercells
from phonokit.settings.displace import DISTANCE, Displace, Matrix
from phonokit.settings.symmetry_search import SymmetrySearch

PLUS_MINUS: dict[str, Any] = {"auto": "auto", "yes": True, "no": False}


def displace(
    structure: str | Path | Cell | Any,
    settings: Displace | None = None,
    *,
    format: str | None = None,
) -> AnySupercells:
    r"""Make the displaced supercells of a structure.

    Second order needs displacements :math:`u_{s\alpha}` of single atoms, third order of
    pairs, those that no symmetry operation makes of others; or random displacements of all
    atoms at once.

    Parameters
    ----------
    structure : str, Path, Cell, ase.Atoms or Crystal
        The unit cell; a path is of any file that ASE reads, or a yaml file of phonopy.
        Masses, labels (Fe1, Fe2) and magnetic moments of a file are kept. With a
        temperature, a crystal or what `phonokit.load` reads; the supercell is that of its
        second-order constants if none is given, in multiples of the primitive axes.
    settings : Displace, optional
        Supercell, distance, kind of displacements.
    format : str, optional
        Of the file, by ASE's name; told by what is in it if not given.

    Returns
    -------
    DisplacedSupercells or RandomSupercells
        Its ``positions(number)`` are Cartesian, (n_s, 3), Å. A separate supercell of second
        order is its ``phonon``. See `phonokit.compute_forces` and
        `phonokit.write_displacements`.

    Raises
    ------
    FileError
        If the file cannot be read, or says what cannot be kept: sites that are occupied in
        part, ghost atoms.
    DomainError
        If the structure is not a crystal, or the matrices do not fit it.

    References
    ----------
    D. West, S. K. Estreicher, Phys. Rev. Lett. 96, 115504 (2006), at a temperature.
    K. Parlinski, Z. Q. Li, Y. Kawazoe, Phys. Rev. Lett. 78, 4063 (1997).
    A. Togo, L. Chaput, I. Tanaka, Phys. Rev. B 91, 094306 (2015).

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.read("examples/silicon").unit_cell
    >>> phonokit.displace(silicon, phonokit.Displace(supercell=(2, 2, 2)))
    DisplacedSupercells(Si, 64 atoms, 1 + 110 displacements)
    >>> warm = phonokit.Displace(random=5, temperature=300, seed=1)
    >>> phonokit.displace("examples/silicon", warm)
    RandomSupercells(Si, 64 atoms, 5 random displacements)
    """
    settings = Displace() if settings is None else settings
    ensure_type("settings", settings, Displace)
    if settings.temperature is not None:
        return _thermal(_crystal(structure), settings, settings.temperature)
    if isinstance(structure, Crystal):
        structure = structure.primitive
    unit_cell = _with_moments(cell_of(structure, format), settings.magnetic_moments)
    supercell = _supercell(settings, unit_cell, settings.supercell)
    phonon = _second_order(settings, unit_cell, supercell)
    if settings.random is not None:
        return _random(settings, unit_cell, supercell, phonon)
    return _by_symmetry(settings, unit_cell, supercell, phonon)


def displace_fourth_order(
    structure: str | Path | Cell | Any,
    settings: Displace | None = None,
    *,
    cutoff: float,
    format: str | None = None,
) -> FourthOrderSupercells:
    r"""Make the supercells with up to three displaced atoms that fourth order needs.

    The constants of atoms within the cutoff are third differences of forces, in as few
    supercells as the space group, the exchange of atoms and the sum rule leave; see
    `phono_4ph.triple_displacements`. Second and third order have displacements of their
    own, see `displace`.

    Parameters
    ----------
    structure : str, Path, Cell or ase.Atoms
        As in `displace`.
    settings : Displace, optional
        The supercell, the primitive cell, the distance and the magnetic moments; what is of
        second and third order alone has no meaning here.
    cutoff : float
        Å; constants of four atoms any two of which are as far apart are zero.
    format : str, optional
        Of the file, by ASE's name; told by what is in it if not given.

    Returns
    -------
    FourthOrderSupercells
        See `phonokit.compute_forces` and `phonokit.fit_fourth_order`.

    Raises
    ------
    FileError
        If the file cannot be read.
    DomainError
        If the cutoff does not fit into the supercell or holds no four atoms, or the
        settings are of random displacements or second order alone.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.read("examples/silicon").unit_cell
    >>> settings = phonokit.Displace(supercell=(2, 2, 2))
    >>> len(phonokit.displace_fourth_order(silicon, settings, cutoff=3.0))
    10
    """
    settings = Displace() if settings is None else settings
    ensure_type("settings", settings, Displace)
    _refuse_what_has_no_triples(settings)
    if isinstance(structure, Crystal):
        structure = structure.primitive
    unit_cell = _with_moments(cell_of(structure, format), settings.magnetic_moments)
    supercell = _supercell(settings, unit_cell, settings.supercell)
    distance = DISTANCE[4] if settings.distance is None else settings.distance
    triples = triple_displacements(supercell, cutoff=cutoff, distance=distance)
    return FourthOrderSupercells(unit_cell=unit_cell, triples=triples)


def _refuse_what_has_no_triples(settings: Displace) -> None:
    """Refuse settings that exclude displacements of three atoms."""
    if settings.random is not None:
        raise DomainError(
            "random: random displacements of all atoms determine fourth order by "
            "themselves, without those of three atoms; leave one of them out"
        )
    if settings.search != SymmetrySearch():
        name = "tolerance" if settings.symmetry else "symmetry"
        raise DomainError(
            f"{name}: displacements of three atoms are found by the symmetry within "
            "1e-5 Å; leave it out"
        )
    if settings.second_order:
        raise DomainError(
            "second_order: leaves no third order, which fourth order comes after; leave it "
            "out"
        )


def _supercell(settings: Displace, unit_cell: Cell, matrix: Matrix) -> Supercell:
    """A supercell and its primitive cell."""
    return Supercell.of(unit_cell, matrix, settings.primitive, symprec=settings.tolerance)


def _crystal(structure: Any) -> Crystal:
    """The crystal whose phonons displace the atoms."""
    if isinstance(structure, str | Path):
        return load(structure)
    ensure_type("structure", structure, Crystal)
    assert isinstance(structure, Crystal)
    return structure


def _thermal(crystal: Crystal, settings: Displace, temperature: float) -> RandomSupercells:
    """All atoms at once, as the phonons of a crystal displace them."""
    assert settings.random is not None  # or temperature would have been refused
    cell = crystal.primitive
    if settings.supercell == (1, 1, 1):
        own = crystal.phonon_supercell.cell.lattice @ np.linalg.inv(cell.lattice)
        matrix = np.rint(own.T).astype(int).tolist()
    else:
        matrix = settings.supercell
    with using(crystal.backend):
        supercell = Supercell.of(cell, matrix, "P")
        dynamics = crystal.dynamics()
        q = commensurate_points(supercell)
        warn_of_imaginary_modes(
            q, phonon_frequencies(dynamics, q), "these modes displace no atom"
        )
        u = thermal_random_displacements(
            dynamics,
            supercell,
            temperature,
            settings.random,
            seed=settings.seed,
            classical=settings.classical,
        )
    return RandomSupercells(cell, supercell, u, settings.order)


def _with_moments(cell: Cell, moments: tuple[float, ...] | None) -> Cell:
    """The cell with magnetic moments in place of its own."""
    if moments is None:
        return cell
    n = cell.n_atoms
    if len(moments) not in (n, 3 * n):
        raise DomainError(
            f"magnetic_moments: expected {n} numbers, one for each atom of the unit cell, "
            f"or {3 * n}, got {len(moments)}"
        )
    array = np.reshape(moments, (n,) if len(moments) == n else (n, 3))
    return dataclasses.replace(cell, magnetic_moments=array if array.any() else None)


def _second_order(
    settings: Displace, unit_cell: Cell, supercell: Supercell
) -> DisplacedSupercells | None:
    """The separate supercell of second order, if there is to be one."""
    matrix: Matrix | None = settings.phonon_supercell
    if matrix is None:
        return None
    own = _supercell(settings, unit_cell, matrix)
    own = own.on_primitive(supercell.primitive)
    distance = DISTANCE[3] if settings.distance is None else settings.distance
    return DisplacedSupercells(unit_cell, own, _singles(settings, own, distance, False))


def _random(
    settings: Displace,
    unit_cell: Cell,
    supercell: Supercell,
    phonon: DisplacedSupercells | None,
) -> RandomSupercells:
    """All atoms at once."""
    assert settings.random is not None  # or nobody would ask
    u = random_displacements(
        settings.random,
        supercell.cell.n_atoms,
        distance=settings.length,
        seed=settings.seed,
        gaussian=settings.gaussian,
        plus_minus=settings.plus_minus == "yes",
    )
    return RandomSupercells(unit_cell, supercell, u, settings.order, phonon)


def _singles(
    settings: Displace, supercell: Supercell, distance: float, diagonal: bool
) -> SingleDisplacements:
    """Single displacements."""
    return single_displacements(
        supercell,
        settings.search.of_supercell(supercell),
        distance=distance,
        diagonal=diagonal,
        plus_minus=PLUS_MINUS[settings.plus_minus],
    )


def _by_symmetry(
    settings: Displace,
    unit_cell: Cell,
    supercell: Supercell,
    phonon: DisplacedSupercells | None,
) -> DisplacedSupercells:
    """Single displacements, and pairs for third order."""
    diagonal = settings.second_order and not settings.axes_only
    singles = _singles(settings, supercell, settings.length, diagonal)
    if settings.second_order:
        return DisplacedSupercells(unit_cell, supercell, singles)
    pairs = pair_displacements(
        supercell,
        settings.search.of_supercell(supercell),
        singles,
        distance=settings.length,
        diagonal=not settings.axes_only,
        cutoff=settings.pair_cutoff,
    )
    return DisplacedSupercells(
        unit_cell, supercell, singles, pairs, settings.pair_cutoff, phonon
    )
