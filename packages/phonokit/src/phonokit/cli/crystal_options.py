"""Where a crystal comes from, and what is made of it: options of every calculation."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter
from phono_grid import SYMPREC
from phono_grid.errors import DomainError, ensure_positive

from phonokit.cli.named_numbers import numbers_by_name
from phonokit.io.load import load
from phonokit.model.crystal import Crystal
from phonokit.settings.fit import Fit
from phonokit.settings.symmetry_search import SymmetrySearch


@dataclass(frozen=True, slots=True, kw_only=True)
class CrystalOptions:
    """Where force constants come from, and what is made of them.

    Parameters
    ----------
    fc2
        A file of second-order constants, in place of forces: fc2.hdf5, FORCE_CONSTANTS.
    fc3
        A file of third-order constants beside --fc2.
    born
        A file of Born charges like BORN, in place of those of the data.
    fc3_cutoff
        In Å; leave out third-order constants of atoms farther apart, so that supercells of
        hundreds of atoms fit. Constants are then solved for from the forces. Random
        displacements are fitted without them (symfc holds its zeros in memory).
    no_nac
        Ignore the Born charges of the data.
    dipoles
        How the dipoles of Born charges are summed: gonze by Gonze and Lee, wang by Wang,
        sheet in two dimensions, for a layer whose third axis is across the vacuum.
    tolerance
        In Å; positions this close are equal to symmetry.
    no_symmetry
        Take nothing by symmetry but lattice translations.
    mass
        Masses in Da of the atoms of the primitive cell, or by element or label, as Si=29.97
        (the others keep theirs).
    lang
        The kernels that run, rust or python.
    """

    fc2: Path | None = None
    fc3: Path | None = None
    born: Path | None = None
    fc3_cutoff: float | None = None
    no_nac: bool = False
    dipoles: Literal["gonze", "wang", "sheet"] | None = None
    tolerance: float = SYMPREC
    no_symmetry: Annotated[bool, Parameter(name=("--no-symmetry", "--nosym"))] = False
    mass: tuple[str, ...] = ()
    lang: str | None = None

    @property
    def nac(self) -> bool:
        """Whether Born charges are used."""
        return not self.no_nac

    @property
    def search(self) -> SymmetrySearch:
        """The search for symmetry."""
        return SymmetrySearch(tolerance=self.tolerance, symmetry=not self.no_symmetry)

    def load(self, path: Path) -> Crystal:
        """Read the crystal."""
        fit = None
        if self.fc3_cutoff is not None:
            ensure_positive("fc3_cutoff", self.fc3_cutoff)
            fit = Fit(fc3_cutoff=self.fc3_cutoff, sparse=True)
        crystal = load(
            path,
            fc2=self.fc2,
            fc3=self.fc3,
            born=self.born,
            fit=fit,
            nac=self.nac,
            lang=self.lang,
        )
        if self.search != SymmetrySearch():
            crystal = crystal.with_symmetry(self.search)
        if self.mass:
            crystal = crystal.with_masses(numbers_by_name("mass", self.mass))
        return crystal if self.dipoles is None else self._with_dipoles(crystal)

    def _with_dipoles(self, crystal: Crystal) -> Crystal:
        """The same crystal, its dipoles summed as it was asked for."""
        if crystal.polar is None:
            raise DomainError(
                "dipoles: there are no Born charges whose dipoles could be summed; give "
                "them by born=, or leave it out"
            )
        assert self.dipoles is not None
        return replace(crystal, polar=replace(crystal.polar, method=self.dipoles))
