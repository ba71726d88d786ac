"""Third-order force constants of large supercells, without ever holding all of them."""

from phono_grid import Supercell, Symmetry
from phono_grid.errors import ensure_not_negative, ensure_positive

from phono_fc._displacement_forces import PairDisplacementForces, SingleDisplacementForces
from phono_fc._distances import pair_distances, within
from phono_fc._finite_differences import Operations, third_order_equations
from phono_fc._sparse import NearAtoms, Row, SparseForceConstants3, gathered, kept_of_row


def sparse_force_constants3(
    supercell: Supercell,
    symmetry: Symmetry,
    singles: SingleDisplacementForces,
    pairs: PairDisplacementForces,
    *,
    cutoff: float | None = None,
    threshold: float = 0.0,
) -> SparseForceConstants3:
    """Third-order force constants by finite differences, what is near and large enough.

    The values are those of `force_constants3`. Rows are solved one after the other and
    what is not kept is dropped at once: memory is that of the second-order constants of one
    displacement, of a row for every displaced atom of one orbit, and of the result.

    Parameters
    ----------
    supercell : Supercell
    symmetry : Symmetry
        The space group of ``supercell.cell``, pure translations included.
    singles : SingleDisplacementForces
        The first displacements.
    pairs : PairDisplacementForces
        The second displacements, for every first one. Pairs beyond the cutoff are not
        needed.
    cutoff : float, optional
        Å; blocks of which two atoms are as far apart or farther are dropped.
    threshold : float
        eV/Å³; blocks whose Frobenius norm, or that of an exchanged one, is not above are
        dropped.

    Raises
    ------
    DomainError
        If the data are of another supercell, or do not determine the constants.
    """
    if cutoff is not None:
        ensure_positive("cutoff", cutoff)
    ensure_not_negative("threshold", threshold, "eV/Å³")
    known = within(pair_distances(supercell), cutoff)
    near = NearAtoms(supercell, cutoff)
    equations = third_order_equations(supercell, symmetry, singles, pairs, known)
    home = supercell.primitive_to_supercell
    rows: dict[int, Row] = {
        target: kept_of_row(row, near[target], threshold)
        for target, row in equations.rows(Operations.of(symmetry), home)
    }
    return gathered([rows[int(target)] for target in home], supercell)
