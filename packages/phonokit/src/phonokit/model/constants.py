"""Force constants of a crystal's data, whatever kind of data they are."""

from phono_fc import (
    ForceConstants,
    PairDisplacementForces,
    RandomDisplacementForces,
    SingleDisplacementForces,
    SparseForceConstants3,
    cut,
    force_constants2,
    force_constants3,
    least_squares,
    sparse_force_constants3,
    symmetrize,
    symmetrize_sparse,
)
from phono_grid import Symmetry
from phono_grid.errors import (
    DomainError,
    ensure_flag,
    ensure_integer,
    ensure_positive,
    ensure_type,
)

from phonokit.model.force_data import ForceData, SecondOrderData


def force_constants_of(
    data: ForceData,
    *,
    order: int | None = None,
    symmetrized: bool = True,
    cutoff: float | None = None,
) -> dict[int, ForceConstants]:
    """Force constants of second order, and of third where the data have it.

    Displaced atoms and pairs are solved by finite differences and symmetrised, random
    displacements by least squares, whose result obeys all laws. A separate supercell of
    second order alone gives the second order.

    Parameters
    ----------
    data : ForceData
    order : int, optional
        The highest order wanted; that of the data if not given.
    symmetrized : bool
        Impose index exchange and the sum rule on finite differences.
    cutoff : float, optional
        Å; third-order constants of atoms this far apart are zero. A least-squares fit is
        made without them, and obeys all laws; from finite differences they are cut, which
        breaks the sum rule.

    Returns
    -------
    dict
        `ForceConstants` by order.

    Raises
    ------
    DomainError
        If the data have no third order and it is wanted, or do not determine the constants.
    """
    ensure_type("data", data, ForceData)
    ensure_flag("symmetrized", symmetrized)
    if cutoff is not None:
        ensure_positive("cutoff", cutoff)
    order = data.order if order is None else ensure_integer("order", order)
    ensure_order(data, order)
    constants = {}
    if data.snapshots is not None and (order == 3 or data.phonon is None):
        constants = _fitted(data, data.snapshots, cutoff)
    if data.phonon is not None or 2 not in constants:
        constants[2] = _second(data.second_order, symmetrized)
    if order == 3 and 3 not in constants:
        third = _third(data, symmetrized)
        constants[3] = third if cutoff is None else cut(third, cutoff)
    return {n: constants[n] for n in range(2, order + 1)}


def ensure_order(data: ForceData, order: int) -> None:
    """Require data that were made for an order."""
    if order > data.order:
        raise DomainError(
            "the data are of second order alone; third order needs displaced pairs of "
            "atoms or random displacements, which phono displace makes without "
            "--second-order"
        )


def sparse_constants_of(
    data: ForceData, cutoff: float, *, symmetrized: bool = True
) -> tuple[ForceConstants, SparseForceConstants3]:
    """Second order, and third order of atoms within a cutoff.

    From displaced pairs no others are ever in memory; a least-squares fit has no others
    among its unknowns, but symfc returns them as zeros.

    Parameters
    ----------
    data : ForceData
    cutoff : float
        Å
    symmetrized : bool
        Impose index exchange and the sum rule, those of third order on the blocks there
        are.

    Raises
    ------
    DomainError
        If the data have no third order, or do not determine the constants.
    """
    if data.snapshots is not None:
        second, third = force_constants_of(data, order=3, cutoff=cutoff).values()
        return second, SparseForceConstants3.of(third, cutoff=cutoff)
    ensure_order(data, 3)
    if data.pair_cutoff is not None and cutoff > data.pair_cutoff:
        raise DomainError(
            f"cutoff: {cutoff:g} Å, but the data have no pairs from "
            f"{data.pair_cutoff:.3f} Å on; take a smaller one, or compute more pairs"
        )
    singles, pairs = pair_data(data)
    symmetry = Symmetry.of(data.supercell.cell)
    blocks = sparse_force_constants3(
        data.supercell, symmetry, singles, pairs, cutoff=cutoff
    )
    second = _second(data.second_order, symmetrized)
    return second, symmetrize_sparse(blocks) if symmetrized else blocks


def pair_data(data: ForceData) -> tuple[SingleDisplacementForces, PairDisplacementForces]:
    """Displaced atoms and pairs of data that have them."""
    if data.singles is None or data.pairs is None:
        raise DomainError("the data have no displaced pairs of atoms")
    return data.singles, data.pairs


def _fitted(
    data: ForceData, snapshots: RandomDisplacementForces, cutoff: float | None
) -> dict[int, ForceConstants]:
    """One fit gives all orders: cubic terms are in the forces, wanted or not."""
    orders = tuple(range(2, data.order + 1))
    cutoffs = {3: cutoff} if cutoff is not None and data.order == 3 else None
    return least_squares(data.supercell, snapshots, orders=orders, cutoffs=cutoffs)


def _second(data: SecondOrderData, symmetrized: bool) -> ForceConstants:
    """From the data of second order."""
    if not isinstance(data.forces, SingleDisplacementForces):
        return least_squares(data.supercell, data.forces, orders=(2,))[2]
    symmetry = Symmetry.of(data.supercell.cell)
    constants = force_constants2(data.supercell, symmetry, data.forces)
    return symmetrize(constants) if symmetrized else constants


def _third(data: ForceData, symmetrized: bool) -> ForceConstants:
    """From displaced pairs."""
    singles, pairs = pair_data(data)
    symmetry = Symmetry.of(data.supercell.cell)
    constants = force_constants3(
        data.supercell, symmetry, singles, pairs, cutoff=data.pair_cutoff
    )
    return symmetrize(constants) if symmetrized else constants
