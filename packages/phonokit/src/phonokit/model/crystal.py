"""A crystal: cells, force constants, charges, and where they come from."""

import functools
import logging
from dataclasses import dataclass, field, replace
from typing import Any

from phono_3ph import Series3
from phono_4ph import ForceConstants4
from phono_dynmat import BornCharges, Dynamics, HarmonicSeries
from phono_fc import ForceConstants
from phono_grid import Backend, Cell, Supercell, Symmetry, using
from phono_grid.backend import active, running
from phono_grid.calculators import calculator_units
from phono_grid.errors import DomainError, ensure_type
from phono_grid.fingerprints import fingerprint
from phono_grid.nouns import ValueNoun

from phonokit._html import html_table
from phonokit._timed import timed
from phonokit.model.constants import (
    Constants2,
    Constants3,
    FromForces,
    Given,
    drifts_of,
    ensure_fourth_order,
    ensure_third_order,
)
from phonokit.model.dipole_series import dipole_series
from phonokit.model.dipoles import Dipoles
from phonokit.model.force_data import ForceData
from phonokit.model.formula import formula_of
from phonokit.model.masses import Masses, masses_of
from phonokit.model.provenance import Origin
from phonokit.settings.fit import Fit
from phonokit.settings.symmetry_search import SymmetrySearch

log = logging.getLogger("phonokit")


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Crystal(ValueNoun):
    """A crystal with its force constants: what every calculation starts from.

    `from_forces`, `from_constants`, `from_phonopy`, `from_phono3py`, `phonokit.load` and
    `phonokit.from_calculator` make one. Two are equal if their numbers are, wherever they
    come from. Constants are solved for when they are first needed, once, and shared by
    every calculation.

    Parameters
    ----------
    constants : FromForces or Given
        Where second-order and, if there are any, third-order constants come from.
    polar : Dipoles, optional
        Born charges, and how their dipoles are summed.
    origin : Origin
        For the record.
    backend : Backend
        The implementation of the kernels that calculations on this crystal run.
    fc4 : ForceConstants4, optional
        Fourth-order constants, eV/Å⁴.
    """

    constants: FromForces | Given
    polar: Dipoles | None = None
    origin: Origin = field(
        default_factory=lambda: Origin(source="constants"), compare=False
    )
    backend: Backend = field(default_factory=active)
    fc4: ForceConstants4 | None = None

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_type("constants", self.constants, FromForces, Given)
        ensure_type("origin", self.origin, Origin)
        ensure_type("backend", self.backend, Backend)
        if self.fc4 is not None:
            ensure_fourth_order(self.fc4, self.primitive)
        if self.polar is None:
            return
        ensure_type("polar", self.polar, Dipoles)
        n, n_a = len(self.polar.charges.charges), self.primitive.n_atoms
        if n != n_a:
            raise DomainError(
                f"polar: has charges of {n} atoms, the primitive cell has {n_a}; give one "
                "for each atom of the primitive cell"
            )

    @classmethod
    def from_forces(
        cls, data: ForceData, *, fit: Fit | None = None, lang: Backend | str | None = None
    ) -> "Crystal":
        """Make a crystal of displaced supercells and their forces.

        Parameters
        ----------
        data : ForceData
            See `phonokit.read`.
        fit : Fit, optional
            How force constants are solved for.
        lang : "Rust" or "Python", optional
            The implementation of the kernels; the one that is active if not given.
        """
        ensure_type("data", data, ForceData)
        constants = FromForces(data=data, fit=Fit() if fit is None else fit)
        origin = Origin(
            source="forces",
            method=constants.method,
            calculator=data.calculator,
            files=data.files,
        )
        backend = active() if lang is None else Backend.of(lang)
        return cls(constants=constants, polar=data.born, origin=origin, backend=backend)

    @classmethod
    def from_constants(
        cls,
        fc2: Constants2 | None,
        fc3: Constants3 | None = None,
        polar: BornCharges | Dipoles | None = None,
        *,
        lang: Backend | str | None = None,
    ) -> "Crystal":
        """Make a crystal of given force constants.

        Parameters
        ----------
        fc2 : ForceConstants or LatticeForceConstants
            Second order, eV/Å²; None for a crystal of third order alone, to be written.
            With charges, those on lattice vectors are what the dipoles leave.
        fc3 : ForceConstants, SparseForceConstants3 or LatticeForceConstants, optional
            Third order, eV/Å³, of the same primitive cell.
        polar : BornCharges or Dipoles, optional
            Dipoles of Born charges are summed by Gonze and Lee's method unless
            ``Dipoles(method="wang")`` says otherwise.
        lang : "Rust" or "Python", optional
            The implementation of the kernels; the one that is active if not given.
        """
        if isinstance(polar, BornCharges):
            polar = Dipoles(charges=polar)
        backend = active() if lang is None else Backend.of(lang)
        given = Given(fc2=fc2, third=fc3)
        return cls(constants=given, polar=polar, backend=backend)

    @classmethod
    def from_phonopy(cls, phonon: Any, *, lang: Backend | str | None = None) -> "Crystal":
        """Take the force constants and charges of a ``Phonopy`` object.

        Parameters
        ----------
        phonon : phonopy.Phonopy
            Its attributes ``force_constants``, ``supercell``, ``primitive``, ``nac_params``
            and ``calculator``, whose units they have, are read; phonopy is not imported.
        lang : "Rust" or "Python", optional
            The implementation of the kernels; the one that is active if not given.

        Raises
        ------
        DomainError
            If it has no force constants; its method ``produce_force_constants()`` makes
            them of its forces.
        """
        fc2 = ForceConstants.from_phonopy(phonon)
        return cls._from_object(phonon, "a Phonopy object", fc2, None, lang)

    @classmethod
    def from_phono3py(cls, phonon: Any, *, lang: Backend | str | None = None) -> "Crystal":
        """Take the force constants and charges of a ``Phono3py`` object.

        Parameters
        ----------
        phonon : phono3py.Phono3py
            Its attributes ``fc2``, ``fc3``, ``supercell``, ``primitive``,
            ``phonon_supercell``, ``phonon_primitive``, ``nac_params`` and ``calculator``,
            whose units they have, are read; phono3py is not imported.
        lang : "Rust" or "Python", optional
            The implementation of the kernels; the one that is active if not given.

        Raises
        ------
        DomainError
            If it lacks force constants; its methods ``produce_fc2()`` and ``produce_fc3()``
            make them of its forces.
        """
        fc2, fc3 = (ForceConstants.from_phono3py(phonon, order) for order in (2, 3))
        return cls._from_object(phonon, "a Phono3py object", fc2, fc3, lang)

    @classmethod
    def _from_object(
        cls,
        phonon: Any,
        source: str,
        fc2: ForceConstants,
        fc3: ForceConstants | None,
        lang: Backend | str | None,
    ) -> "Crystal":
        """A crystal of the constants and charges of another program's object."""
        units = calculator_units(getattr(phonon, "calculator", None))
        params = getattr(phonon, "nac_params", None)
        primitive = (fc2 if fc3 is None else fc3).supercell.primitive
        polar = Dipoles.from_nac_params(primitive, params, units) if params else None
        origin = Origin(source=source, calculator=units.calculator)
        backend = active() if lang is None else Backend.of(lang)
        given = Given(fc2=fc2, third=fc3)
        return cls(constants=given, polar=polar, origin=origin, backend=backend)

    def with_fc4(self, fc4: ForceConstants4) -> "Crystal":
        """The same crystal with fourth-order constants, for four-phonon scattering.

        Parameters
        ----------
        fc4 : ForceConstants4
            Of the same primitive cell; `phono_4ph.read_force_constants4` reads FourPhonon's
            file.
        """
        return replace(self, fc4=fc4)

    def with_symmetry(self, search: SymmetrySearch) -> "Crystal":
        """The same crystal, its symmetry found within another tolerance, or not at all.

        Parameters
        ----------
        search : SymmetrySearch
            ``SymmetrySearch(tolerance=1e-3)``, or ``SymmetrySearch(symmetry=False)`` for
            lattice translations alone; forces are solved for constants with the same.
        """
        ensure_type("search", search, SymmetrySearch)
        return replace(self, constants=self.constants.with_search(search))

    def with_masses(self, masses: Masses) -> "Crystal":
        """The same crystal of other isotopes: force constants do not know masses.

        Parameters
        ----------
        masses : mapping or (n_a,) array_like
            Da, of each atom of the primitive cell; or by label or element,
            ``{"Si": 29.97}``, the others keeping theirs.

        Examples
        --------
        >>> import phonokit
        >>> heavy = phonokit.load("examples/silicon").with_masses({"Si": 29.97377})
        >>> heavy.primitive.masses
        array([29.97377, 29.97377])
        """
        values = masses_of(self.primitive, masses)
        return replace(self, constants=self.constants.with_masses(values))

    @property
    def lang(self) -> str:
        """The implementation that really runs: ``"Rust"`` or ``"Python"``."""
        with using(self.backend):
            return running().value

    @property
    def primitive(self) -> Cell:
        """The primitive cell."""
        return self.constants.primitive

    @property
    def supercell(self) -> Supercell:
        """The supercell of third-order constants, or of second order without them."""
        return self.constants.supercell

    @property
    def phonon_supercell(self) -> Supercell:
        """The supercell of second-order constants."""
        return self.constants.phonon_supercell

    @property
    def order(self) -> int:
        """The highest order of force constants, 2 or 3."""
        return self.constants.order

    def ensure_third_order(self) -> None:
        """Require third-order constants, or forces for them, without solving for them."""
        if isinstance(self.constants, Given):
            self.constants.third_order()
        ensure_third_order(self.order)

    @functools.cached_property
    def fc2(self) -> Constants2:
        """Second-order constants, eV/Å².

        Raises
        ------
        DomainError
            If the crystal has third-order constants alone.
        """
        given, files = self.constants, self.origin.files
        if isinstance(given, Given) and given.fc2 is None and files:
            names = ", ".join(str(file.path) for file in files)
            raise DomainError(
                f"fc2: {names}: third-order constants alone; phonons need those of second "
                "order beside them"
            )
        with using(self.backend), timed("second-order constants"):
            fc2 = self.constants.second_order()
            if log.isEnabledFor(logging.INFO):
                log.info("largest drift: %.1e eV/Å^2", drifts_of(fc2).max())
            return fc2

    @functools.cached_property
    def fc3(self) -> Constants3:
        """Third-order constants, eV/Å³.

        Raises
        ------
        DomainError
            If there are none, or the forces were not computed for them.
        """
        return self._third_order()

    @functools.cached_property
    def series3(self) -> Series3:
        """Third-order constants as a Fourier series, which is what scattering reads.

        The constants themselves are not kept for it.
        """
        fc3 = self.__dict__.get("fc3")
        constants: Constants3 = self._third_order() if fc3 is None else fc3
        with using(self.backend), timed("Fourier series"):
            return Series3.of(constants)

    def _third_order(self) -> Constants3:
        """Third-order constants, which nobody keeps."""
        with using(self.backend), timed("third-order constants"):
            fc3 = self.constants.third_order()
            if log.isEnabledFor(logging.INFO):
                log.info("largest drift: %.1e eV/Å^3", drifts_of(fc3).max())
            return fc3

    def dynamics(self, *, nac: bool = True) -> Dynamics:
        """Second-order constants as a Fourier series, ready for wave vectors.

        Parameters
        ----------
        nac : bool
            Whether the dipoles of Born charges are summed, where there are any.
        """
        with using(self.backend):
            return self._dipole_series if nac and self.polar else self._plain_series

    @functools.cached_property
    def _plain_series(self) -> HarmonicSeries:
        """The series without dipoles."""
        return HarmonicSeries.of(self.fc2)

    @functools.cached_property
    def _dipole_series(self) -> Dynamics:
        """The series with dipoles."""
        assert self.polar is not None  # or nobody would ask
        return dipole_series(self.fc2, self.polar)

    @functools.cached_property
    def symmetry(self) -> Symmetry:
        """The space group of the primitive cell."""
        return self.constants.search.of_primitive(self.primitive)

    @functools.cached_property
    def fingerprint(self) -> str:
        """A hash of all that numbers depend on; where the files are does not count."""
        given = self.constants
        if isinstance(given, Given):
            parts: list[Any] = [given.fc2, given.third, self.polar]
            # Not where it is the usual one, so that keys of earlier versions hold.
            parts += [given.search] * (given.search != SymmetrySearch())
        else:
            parts = [given.data.fingerprint, given.fit, self.polar]
        return fingerprint(parts if self.fc4 is None else [*parts, self.fc4])

    def nac_name(self, nac: bool = True) -> str:
        """Name of the treatment of Born charges, for the record."""
        if self.polar is None:
            return "none: the data hold no Born charges"
        return self.polar.description if nac else "left out"

    @property
    def description(self) -> str:
        """The supercells and what is known of them, for a person."""
        return self.constants.description

    def _repr_html_(self) -> str:
        """A table for notebooks."""
        cell, origin = self.primitive, self.origin
        rows = {
            "space group": self.symmetry.symbol,
            "primitive cell": f"{cell.n_atoms} atoms, {cell.volume:.3f} Å³",
            "supercell": self.description,
            "constants": f"order {self.order}, from {origin.source}",
            "dipoles": self.nac_name(),
            "files": ", ".join(str(file.path) for file in origin.files),
        }
        return html_table(formula_of(cell), ("", ""), [*rows.items()])

    def __repr__(self) -> str:
        """Formula, supercell and origin."""
        cell = self.primitive
        return f"Crystal({formula_of(cell)}, {self.description}, from {self.origin.source})"
