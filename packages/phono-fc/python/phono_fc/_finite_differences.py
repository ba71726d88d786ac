"""Force constants by finite differences of forces, with the help of symmetry."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from phono_grid import Supercell, Symmetry
from phono_grid.errors import DomainError, ensure_positive, ensure_type

from phono_fc._displace import keeping
from phono_fc._displacement_forces import PairDisplacementForces, SingleDisplacementForces
from phono_fc._distances import pair_distances, row_of, within
from phono_fc._force_constants import ForceConstants
from phono_fc._rows_by_symmetry import rows_by_symmetry
from phono_fc._same_supercell import ensure_same_supercell
from phono_fc._symmetrize import filled_by_exchange

MIN_MOMENT_RATIO = 1e-6
"""Smallest over largest eigenvalue of the moments of displacements: three directions within
a thousandth of one plane do not determine what is across."""


def force_constants2(
    supercell: Supercell, symmetry: Symmetry, singles: SingleDisplacementForces
) -> ForceConstants:
    r"""Second-order force constants from forces in displaced supercells.

    Least-squares solution, for every first atom :math:`t` of the primitive cell, of

    .. math::

        \sum_\alpha (R^T u)_\alpha \Phi_{\alpha\beta}(t, j) = -(R^T F(g j))_\beta

    over all displacements :math:`u` of the data and all space-group operations :math:`g`,
    of rotation :math:`R`, that take :math:`t` to the displaced atom [1]_. The result obeys
    the space group; the sum rule and index exchange are `symmetrize`'s.

    Parameters
    ----------
    supercell : Supercell
    symmetry : Symmetry
        The space group of ``supercell.cell``, pure translations included.
    singles : SingleDisplacementForces
        Å, eV/Å. Any atom of an orbit may be displaced. Opposite displacements cancel the
        error of first order in the displacement.

    Returns
    -------
    ForceConstants
        eV/Å².

    Raises
    ------
    DomainError
        If the data are of another supercell, or do not determine the constants.

    References
    ----------
    .. [1] K. Parlinski, Z. Q. Li and Y. Kawazoe, Phys. Rev. Lett. 78, 4063 (1997).
    """
    ensure_type("symmetry", symmetry, Symmetry)
    ensure_type("singles", singles, SingleDisplacementForces)
    ensure_same_supercell(supercell, symmetry, singles=singles)
    equations = Equations(
        "singles", singles.atoms, singles.displacements, list(-singles.forces)
    )
    home = supercell.primitive_to_supercell
    rows = equations.solve(Operations.of(symmetry), home)
    return ForceConstants(rows, supercell)


def force_constants3(
    supercell: Supercell,
    symmetry: Symmetry,
    singles: SingleDisplacementForces,
    pairs: PairDisplacementForces,
    *,
    cutoff: float | None = None,
) -> ForceConstants:
    r"""Third-order force constants from forces in supercells with two displaced atoms.

    With atom :math:`i` displaced by :math:`u`, the pairs are the data of second-order
    constants :math:`\Phi^u`, whose symmetry is the operations that leave atom and
    direction as they are. Their change is what the third order is solved from, as
    `force_constants2` solves the second from forces [1]_:

    .. math::

        \sum_\alpha u_\alpha \Phi_{\alpha\beta\gamma}(i, j, k)
            = \Phi^u_{\beta\gamma}(j, k) - \Phi_{\beta\gamma}(j, k)

    Parameters
    ----------
    supercell : Supercell
    symmetry : Symmetry
        The space group of ``supercell.cell``, pure translations included.
    singles : SingleDisplacementForces
        The first displacements.
    pairs : PairDisplacementForces
        The second displacements, for every first one. Any atom of an orbit may be
        displaced; every orbit must be there, the displaced atom itself included.
    cutoff : float, optional
        Å; the data have only pairs closer than this (a distance within 1e-5 Å of it counts
        as on it). Constants that involve a far pair come, by index exchange, from a near
        one among the three atoms; with none they are zero. They are then averaged over all
        exchanges that are known.

    Returns
    -------
    ForceConstants
        eV/Å³.

    Raises
    ------
    DomainError
        If the data are of another supercell, or do not determine the constants.

    References
    ----------
    .. [1] L. Chaput, A. Togo, I. Tanaka and G. Hug, Phys. Rev. B 84, 094302 (2011).
    """
    if cutoff is not None:
        ensure_positive("cutoff", cutoff)
    known = within(pair_distances(supercell), cutoff)
    equations = third_order_equations(supercell, symmetry, singles, pairs, known)
    home = supercell.primitive_to_supercell
    rows = equations.solve(Operations.of(symmetry), home)
    constants = ForceConstants(rows, supercell)
    if known.all():
        return constants
    return ForceConstants(filled_by_exchange(constants, known), supercell)


def third_order_equations(
    supercell: Supercell,
    symmetry: Symmetry,
    singles: SingleDisplacementForces,
    pairs: PairDisplacementForces,
    known: NDArray[np.bool_],
) -> "Equations":
    """The equations that `force_constants3` solves, for the pairs that are known."""
    ensure_type("symmetry", symmetry, Symmetry)
    ensure_type("singles", singles, SingleDisplacementForces)
    ensure_type("pairs", pairs, PairDisplacementForces)
    ensure_same_supercell(supercell, symmetry, singles=singles, pairs=pairs)
    if pairs.first.size and not 0 <= pairs.first.min() <= pairs.first.max() < len(
        singles.atoms
    ):
        raise DomainError(
            f"pairs.first must be in 0 to {len(singles.atoms) - 1}, the displacements of "
            f"singles; got {pairs.first.min()} to {pairs.first.max()}"
        )
    constants = force_constants2(supercell, symmetry, singles)
    fc2 = constants.to_full()
    changes = Changes(supercell, symmetry, singles, pairs, known, fc2)
    return Equations("singles", singles.atoms, singles.displacements, changes)


@dataclass(frozen=True, slots=True)
class Operations:
    """Some operations of the space group: Cartesian rotations and atom permutations."""

    rotations: NDArray[np.float64]
    permutations: NDArray[np.int64]

    @classmethod
    def of(cls, symmetry: Symmetry, which: NDArray[np.int64] | None = None) -> "Operations":
        """The operations of a symmetry, all or some by number."""
        some = slice(None) if which is None else which
        return cls(symmetry.rotations_cartesian[some], symmetry.permutations[some])


@dataclass(frozen=True, slots=True)
class Equations:
    """``Σ_α u_α Φ_α… = response`` for displacements ``u`` of atoms.

    ``name`` says in errors which data they are.
    """

    name: str
    atoms: NDArray[np.int64]
    displacements: NDArray[np.float64]
    responses: "Sequence[NDArray[np.float64]] | Changes"

    def solve(
        self, operations: Operations, targets: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Least-squares ``Φ(t, …)`` of targets ``t``, over all images of the equations."""
        atoms, duals = self._duals(operations, targets)
        fields = self._fields(duals, atoms)
        return rows_by_symmetry(
            fields, atoms, targets, operations.rotations, operations.permutations
        )

    def rows(
        self, operations: Operations, targets: NDArray[np.int64]
    ) -> Iterator[tuple[int, NDArray[np.float64]]]:
        """Every target with its row of `solve`, orbit by orbit.

        Only the fields of one orbit and one row are in memory at a time.
        """
        atoms, duals = self._duals(operations, targets)
        images = operations.permutations[:, targets]
        reached = np.array([np.isin(atoms, image) for image in images.T])
        orbits, orbit_of = np.unique(reached, axis=0, return_inverse=True)
        for number, orbit in enumerate(orbits):
            fields = self._fields(duals, atoms[orbit])
            for target in targets[orbit_of.ravel() == number]:
                (row,) = rows_by_symmetry(
                    fields,
                    atoms[orbit],
                    np.array([target]),
                    operations.rotations,
                    operations.permutations,
                )
                yield int(target), row

    def _duals(
        self, operations: Operations, targets: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.floating]]:
        """The atoms that are displaced, and ``M⁻¹u`` of every displacement."""
        atoms, field_of = np.unique(self.atoms, return_inverse=True)
        reached = np.isin(operations.permutations[:, targets], atoms).any(axis=0)
        if not reached.all():
            raise DomainError(
                f"{self.name}: atom {targets[~reached][0]} is not displaced, nor is one "
                "equivalent to it, so its force constants are unknown; compute the missing "
                "forces, or name the cutoff beyond which pairs were left out"
            )
        # The moments M = Σ (Rᵀu)(Rᵀu)ᵀ of all images are the same about all atoms of an
        # orbit but for a rotation: with M⁻¹u in place of u, summing images solves.
        moments = self._moments(operations, atoms, field_of)
        return atoms, np.linalg.solve(moments[field_of], self.displacements[..., None])

    def _fields(
        self, duals: NDArray[np.floating], atoms: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """``Σ_u (M⁻¹u)_α response_β…(j, …)`` about some of the displaced atoms."""
        fields = None
        for n in np.flatnonzero(np.isin(self.atoms, atoms)).tolist():
            response = self.responses[n]
            n_axes = response.ndim // 2
            if fields is None:
                shape = response.shape
                fields = np.zeros((len(atoms), *shape[:n_axes], 3, *shape[n_axes:]))
            field = fields[np.searchsorted(atoms, self.atoms[n])]
            dual = duals[n].reshape(3, *[1] * n_axes)
            field += dual * np.expand_dims(response, n_axes)
        assert fields is not None  # every atom of the data is displaced
        return fields

    def _moments(
        self, operations: Operations, atoms: NDArray[np.int64], field_of: NDArray[np.intp]
    ) -> NDArray[np.float64]:
        """``Σ (Rᵀu)(Rᵀu)ᵀ`` about each of ``atoms``, which must have full rank."""
        u = self.displacements
        own = np.zeros((len(atoms) + 1, 3, 3))
        np.add.at(own, field_of, u[:, :, None] * u[:, None, :])
        field_at = np.full(operations.permutations.shape[1], -1)
        field_at[atoms] = np.arange(len(atoms))
        # Operations that lead to no displaced atom read the zero at the end.
        images = own[field_at[operations.permutations[:, atoms]]]
        rotations = operations.rotations[:, None]
        moments: NDArray[np.float64] = (
            rotations.transpose(0, 1, 3, 2) @ images @ rotations
        ).sum(axis=0)
        for atom, sizes in zip(atoms, np.linalg.eigvalsh(moments), strict=True):
            if not sizes[0] > MIN_MOMENT_RATIO * sizes[2]:
                raise DomainError(
                    f"{self.name}: the displacements of atom {atom}, with all that "
                    "symmetry makes of them, do not span three directions; displace it "
                    "along another one"
                )
        return moments


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes of the second-order constants by each single displacement.

    Computed when asked for: all of them at once would be as large as the third order.

    Parameters
    ----------
    supercell : Supercell
    symmetry : Symmetry
    singles : SingleDisplacementForces
    pairs : PairDisplacementForces
    known : (n_a, n_s) array of bool
        Which pairs the data have.
    fc2 : (n_s, n_s, 3, 3) array
        The constants without displacement.
    """

    supercell: Supercell
    symmetry: Symmetry
    singles: SingleDisplacementForces
    pairs: PairDisplacementForces
    known: NDArray[np.bool_]
    fc2: NDArray[np.float64]

    def __getitem__(self, n: int) -> NDArray[np.float64]:
        """The change by displacement ``n``, (n_s, n_s, 3, 3); zero for unknown pairs."""
        atom = int(self.singles.atoms[n])
        near = np.flatnonzero(row_of(self.known, self.supercell, atom))
        change = np.zeros_like(self.fc2)
        constants = displaced_constants(self.symmetry, self.singles, self.pairs, n, near)
        change[near] = constants - self.fc2[near]
        return change


def displaced_constants(
    symmetry: Symmetry,
    singles: SingleDisplacementForces,
    pairs: PairDisplacementForces,
    n: int,
    targets: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Second-order constants with displacement ``n``, rows of ``targets``."""
    atom, u = int(singles.atoms[n]), singles.displacements[n]
    group = keeping(symmetry, atom, u)
    chosen = np.flatnonzero((pairs.first == n) & np.isin(pairs.atoms, targets))
    if not chosen.size:
        raise DomainError(
            f"pairs: none has the first displacement {n} of singles (atom {atom}); "
            "third-order constants need pairs for every single displacement"
        )
    equations = Equations(
        f"pairs with displacement {n} (atom {atom})",
        pairs.atoms[chosen],
        pairs.displacements[chosen],
        list(singles.forces[n] - pairs.forces[chosen]),
    )
    return equations.solve(Operations.of(symmetry, group), targets)
