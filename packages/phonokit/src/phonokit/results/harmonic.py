"""Results of harmonic phonons."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_dynmat import Modes, atom_projections, participation_ratios
from phono_grid import Cell, units
from phono_grid.errors import DomainError
from phono_grid.hdf5 import Dataset

from phonokit.results.result import Array, Numbers, Parts, Result, Words, quantity
from phonokit.settings.wave_vectors import wave_vector_name

AXES = ("x", "y", "z")
UNITS = {
    "free_energy": ("eV", ""),
    "entropy": ("eV/K", ""),
    "heat_capacity": ("eV/K", "at constant V, "),
    "zero_point_energy": ("eV", ""),
    "temperature": ("K", ""),
}
"""Unit of each thermal property, and the words before ``of each`` in its description."""


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class OfCell(Result):
    """A result that holds the primitive cell; ``n_a`` atoms."""

    lattice: Array = quantity("angstrom", "(3, 3)", "lattice vectors in rows")
    positions: Array = quantity("1", "(n_a, 3)", "fractional, of the atoms", "position")
    symbols: Words = quantity("1", "(n_a,)", "of the atoms", "symbol")
    masses: Array = quantity("Da", "(n_a,)", "of the atoms", "mass")
    magnetic_moments: Array | None = quantity(
        "1", "(n_a,) or (n_a, 3)", "of the atoms", "magnetic_moment", optional=True
    )

    @property
    def cell(self) -> Cell:
        """The primitive cell."""
        symbols = tuple(self.symbols.tolist())
        return Cell(
            self.lattice, self.positions, symbols, self.masses, self.magnetic_moments
        )


def cell_quantities(cell: Cell) -> dict[str, Any]:
    """The fields of `OfCell`."""
    return {
        "lattice": cell.lattice,
        "positions": cell.positions,
        "symbols": np.array(cell.symbols),
        "masses": cell.masses,
        "magnetic_moments": cell.magnetic_moments,
    }


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class BandsResult(OfCell, kind="bands"):
    """Phonon bands along straight segments between two wave vectors each.

    Sizes: ``n_s`` segments, ``n`` wave vectors of each, ``n_b`` bands. At Γ each segment
    has the limit along its own direction.
    """

    labels: Words = quantity("1", "(n_s, 2)", "ends of segments, UTF-8", "label")
    qpoints: Array = quantity("1", "(n_s, n, 3)", "fractional", "qpoint")
    distances: Array = quantity(
        "1/angstrom", "(n_s, n)", "along the path without jumps, without 2 pi", "distance"
    )
    frequencies: Array = quantity(
        "THz", "(n_s, n, n_b)", "negative if imaginary", "frequency"
    )
    eigenvectors: NDArray[np.complex128] | None = quantity(
        "1",
        "(n_s, n, n_b, n_a, 3)",
        "segment, q, band, atom, axis",
        "eigenvector",
        optional=True,
    )

    def character(self, of: str) -> Array:
        r"""The share of an element or of an axis in each mode, (n_s, n, n_b).

        .. math:: \sum_{k\alpha} |e_{k\alpha}|^2

        over atoms ``k`` of the element or over the axis alone; means over degenerate sets,
        whose single modes are an arbitrary choice.

        Parameters
        ----------
        of : str
            A symbol, ``"Na"``, or a Cartesian axis, ``"x"``.

        Raises
        ------
        DomainError
            If the result has no eigenvectors, or the crystal no such element.
        """
        if self.eigenvectors is None:
            raise DomainError(
                "the result has no eigenvectors; compute it with eigenvectors=True"
            )
        symbols = list(dict.fromkeys(self.symbols.tolist()))
        if of not in (*symbols, *AXES):
            raise DomainError(
                f"of: expected one of {', '.join((*symbols, *AXES))}, got {of!r}"
            )
        shares = np.empty(self.frequencies.shape)
        for s, f in enumerate(self.frequencies):
            # Bands that are followed through crossings are not ascending.
            order = np.argsort(f, axis=1, kind="stable")
            n = np.arange(len(f))[:, None]
            modes = Modes(self.qpoints[s], f[n, order], self.eigenvectors[s][n, order])
            each = atom_projections(modes)
            if of in AXES:
                part = each[..., AXES.index(of)].sum(axis=2)
            else:
                part = each[:, :, self.symbols == of].sum(axis=(2, 3))
            shares[s][n, order] = part
        return shares


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class ModesResult(OfCell, kind="modes"):
    r"""Frequencies, eigenvectors and group velocities of phonons.

    Sizes: ``n_q`` wave vectors, ``n_b`` bands, ``n_a`` atoms of the primitive cell.
    Eigenvectors ``e`` are unit vectors over atoms and axes: an atom ``k`` of cell ``l``
    moves as :math:`e_k\, e^{2\pi i q \cdot (l + \tau_k)} / \sqrt{m_k}`. Weights and grid
    points are those of a mesh, labels and distances those of a path of ``n_s`` segments
    with ``n_q / n_s`` wave vectors each.
    """

    qpoints: Array = quantity("1", "(n_q, 3)", "fractional", "qpoint")
    frequencies: Array = quantity(
        "THz", "(n_q, n_b)", "ascending; negative if imaginary", "frequency"
    )
    eigenvectors: NDArray[np.complex128] | None = quantity(
        "1", "(n_q, n_b, n_a, 3)", "q, band, atom, axis", "eigenvector", optional=True
    )
    velocities: Array | None = quantity(
        "angstrom*THz", "(n_q, n_b, 3)", "Cartesian", "group_velocity", optional=True
    )
    weights: Numbers | None = quantity(
        "1", "(n_q,)", "wave vectors that each stands for", "weight", optional=True
    )
    grid_points: Numbers | None = quantity(
        "1", "(n_q,)", "index in the grid, first axis fastest", "grid_point", optional=True
    )
    grid_matrix: Numbers | None = quantity(
        "1", "(3, 3)", "the mesh, diagonal if it is a plain one", optional=True
    )
    labels: Words | None = quantity(
        "1", "(n_s, 2)", "ends of segments, UTF-8", "label", optional=True
    )
    distances: Array | None = quantity(
        "1/angstrom",
        "(n_q,)",
        "along the path without jumps, without 2 pi",
        "distance",
        optional=True,
    )

    @property
    def participation_ratios(self) -> Array:
        """Participation ratio of each mode, (n_q, n_b), from 1 / n_a to 1."""
        if self.eigenvectors is None:
            raise DomainError(
                "participation_ratios: are of eigenvectors, which this result was made "
                "without; compute it with eigenvectors=True"
            )
        return participation_ratios(self.eigenvectors)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class DosResult(Result, kind="dos"):
    """A density of states, and what each part of the crystal has of it.

    Size: ``n_f`` frequency points, ascending, from below the lowest frequency to above the
    highest. The cumulative number of states is by the same tetrahedra or Gaussians; it does
    not miss what is narrower than the step between frequencies. Elements and atoms have the
    share of each by its name (``Si``, ``Si1``, ``Si1 x``); they add up to the total unless
    they are those of one direction.
    """

    frequency_points: Array = quantity(
        "THz", "(n_f,)", "where it is given", "frequency_point"
    )
    total: Array = quantity("1/THz", "(n_f,)", "states per primitive cell")
    cumulative: Array = quantity("1", "(n_f,)", "states below each frequency")
    elements: Parts | None = quantity(
        "1/THz", "dict of (n_f,) arrays", "share of", "element", optional=True
    )
    atoms: Parts | None = quantity(
        "1/THz", "dict of (n_f,) arrays", "share of", "atom", optional=True
    )
    n_bands: int = quantity("1", "int", "bands: states of a primitive cell")
    lowest_frequency: float = quantity(
        "THz", "float", "of all modes, acoustic ones at Gamma zero; negative if imaginary"
    )
    debye_temperature: float | None = quantity(
        "K", "float", "of a f^2 fitted to the lowest quarter of the axis", optional=True
    )

    @property
    def parts(self) -> Parts:
        """The share of each part by its name, elements or atoms."""
        return self.elements or self.atoms or {}

    @property
    def states(self) -> float:
        """The integral of the density as it is given, by the trapezoidal rule.

        Fewer or more than the cumulative number of states where peaks are narrower than
        the step between frequencies.
        """
        return float(np.trapezoid(self.total, self.frequency_points))

    def datasets(self) -> dict[str, Dataset]:
        """Everything that is written, each part with its name."""
        direction = self.provenance.settings.get("direction")
        along = ""
        if direction is not None:
            along = f", along {wave_vector_name(direction)} in lattice vectors"
        return {
            name: replace(d, meaning=f"share of {name.partition('/')[2]}{along}")
            if "/" in name
            else d
            for name, d in super().datasets().items()
        }


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class DisplacementsResult(Result, kind="displacements"):
    """Thermal displacements of the atoms of the primitive cell from their places.

    Sizes: ``n_T`` temperatures, ``n_a`` atoms, called ``Si1``, ``Si2``. Matrices are
    ``⟨u_α u_β⟩``, or in the axes of CIF files ``U^{ij}`` of ``_atom_site_aniso_U``.
    """

    temperatures: Array = quantity("K", "(n_T,)", "temperatures", "temperature")
    atom_names: Words = quantity("1", "(n_a,)", "names of atoms", "atom_name")
    displacements: Array = quantity(
        "angstrom^2", "(n_T, n_a, 3, 3)", "mean-square matrices, Cartesian", "displacement"
    )
    displacements_cif: Array = quantity(
        "angstrom^2", "(n_T, n_a, 3, 3)", "U as in CIF files", "displacement_cif"
    )

    @property
    def mean(self) -> Array:
        """``⟨u²⟩`` along an axis, a third of the trace, Å², (n_T, n_a)."""
        return np.asarray(np.trace(self.displacements, axis1=2, axis2=3) / 3)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class ThermalResult(Result, kind="thermal"):
    """Free energy, entropy and heat capacity of a primitive cell at constant volume.

    Sizes: ``n_T`` temperatures, ``n_b`` bands, ``n_a`` atoms of the primitive cell. Bands
    and atoms have ``free_energy``, ``entropy``, ``heat_capacity`` (n_T, n_b) or (n_T, n_a),
    and ``zero_point_energy`` (n_b,) or (n_a,): what each has of it.
    """

    temperatures: Array = quantity("K", "(n_T,)", "temperatures", "temperature")
    free_energy: Array = quantity("eV", "(n_T,)", "per primitive cell")
    entropy: Array = quantity("eV/K", "(n_T,)", "per primitive cell")
    heat_capacity: Array = quantity("eV/K", "(n_T,)", "at constant V, per primitive cell")
    zero_point_energy: float = quantity("eV", "float", "per primitive cell")
    n_bands: int = quantity("1", "int", "bands")
    n_modes: int = quantity("1", "int", "modes of the mesh: wave vectors times bands")
    n_left_out: int = quantity("1", "int", "modes that do not take part")
    n_translations: int = quantity(
        "1", "int", "acoustic modes at q = 0 among them, which move the crystal as a whole"
    )
    bands: Parts | None = quantity(
        "eV", "dict of arrays", "of each band", "band", optional=True
    )
    atoms: Parts | None = quantity(
        "eV", "dict of arrays", "of each atom", "atom", optional=True
    )
    atom_names: Words = quantity("1", "(n_a,)", "names of atoms", "atom_name")
    displacements: Array | None = quantity(
        "angstrom^2", "(n_T, n_a, 3, 3)", "mean-square", "displacement", optional=True
    )
    displacements_cif: Array | None = quantity(
        "angstrom^2", "(n_T, n_a, 3, 3)", "U of CIF", "displacement_cif", optional=True
    )
    curve: Parts | None = quantity(
        "eV", "dict of arrays", "the same at many temperatures, to be drawn", optional=True
    )

    @property
    def energy(self) -> Array:
        """``F + T S``, eV, (n_T,)."""
        return np.asarray(self.free_energy + self.temperatures * self.entropy)

    @property
    def limit(self) -> float:
        """Heat capacity of Dulong and Petit, ``3 n_a k_B``, eV/K."""
        return self.n_bands * units.BOLTZMANN

    def datasets(self) -> dict[str, Dataset]:
        """Everything that is written, each part with its unit."""
        datasets = super().datasets()
        for name, dataset in datasets.items():
            part, _, of_part = name.partition("/")
            if of_part in UNITS:
                unit, before = UNITS[of_part]
                meaning, axes = f"{before}of each {part}", dataset.axes
                if part == "curve":
                    meaning, axes = f"{before}of the curve that is drawn", ("curve_point",)
                datasets[name] = replace(dataset, unit=unit, meaning=meaning, axes=axes)
        return datasets
