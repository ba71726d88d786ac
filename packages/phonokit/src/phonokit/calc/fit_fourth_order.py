"""Fourth-order constants from forces."""

from phono_4ph import ForceConstants4, finite_differences4, least_squares4
from phono_grid.errors import DomainError, ensure_positive, ensure_type

from phonokit._timed import timed
from phonokit.model.force_data import ForceData
from phonokit.model.fourth_order import FourthOrderData


def fit_fourth_order(
    data: ForceData | FourthOrderData,
    cutoff: float | None = None,
    *,
    cutoff3: float | None = None,
) -> ForceConstants4:
    """Solve for fourth-order constants.

    By differences of forces with three displaced atoms, see
    `phono_4ph.finite_differences4`; or from random displacements by least squares, orders 2
    to 4 together, see `phono_4ph.least_squares4`.

    Parameters
    ----------
    data : FourthOrderData or ForceData
        Three displaced atoms and their forces, see `phonokit.read_fourth_order`; or random
        displacements and their forces, see `phonokit.read`.
    cutoff : float, optional
        Å; constants of four atoms any two of which are as far apart are zero. Needed for
        random displacements; displacements of three atoms have their own.
    cutoff3 : float, optional
        Å, of third order meanwhile; twice ``cutoff``, or what the supercell holds. Of
        random displacements alone.

    Returns
    -------
    ForceConstants4
        eV/Å⁴, for `Crystal.with_fc4`; `phono_4ph.write_force_constants4` writes them.

    Raises
    ------
    DomainError
        If the data have no random displacements, or too few for this cutoff; or the cutoff
        is not that of the displacements of three atoms.

    Examples
    --------
    Bonds of nearest neighbours, of the energy ``(w**2 + 25 w**4) / 2`` in each component:

    >>> import numpy as np
    >>> import phonokit
    >>> from phono_fc import RandomDisplacementForces
    >>> from phono_grid import Cell, Supercell
    >>> cell = Cell.of(3 * np.eye(3), [[0, 0, 0]], ["Cu"])
    >>> supercell = Supercell.of(cell, (3, 3, 3))
    >>> u = np.random.default_rng(1).normal(size=(4, 27, 3)) * 0.05
    >>> grid = u.reshape(4, 3, 3, 3, 3)
    >>> ways = [(axis, step) for axis in (1, 2, 3) for step in (1, -1)]
    >>> w = np.array([np.roll(grid, step, axis) - grid for axis, step in ways])
    >>> forces = (w + 50 * w**3).sum(axis=0).reshape(4, 27, 3)
    >>> snapshots = RandomDisplacementForces(u, forces)
    >>> crystal = dict(unit_cell=cell, supercell=supercell)
    >>> data = phonokit.ForceData(**crystal, snapshots=snapshots)
    >>> fc4 = phonokit.fit_fourth_order(data, cutoff=3.1)
    >>> print(fc4, round(fc4.values.max()))  # eV/Å⁴: six bonds of 300
    ForceConstants4(43 blocks, 1 atom) 1800
    """
    ensure_type("data", data, ForceData, FourthOrderData)
    if isinstance(data, FourthOrderData):
        return _by_differences(data, cutoff, cutoff3)
    if cutoff is None:
        raise DomainError("cutoff: random displacements need one; give it in Å")
    ensure_positive("cutoff", cutoff)
    if data.snapshots is None:
        raise DomainError(
            "data: fourth order needs displacements of three atoms or of all at random; "
            "make them by phonokit.displace_fourth_order or phonokit.displace(random=...)"
        )
    with timed("fourth-order constants"):
        return least_squares4(
            data.snapshots, data.supercell, cutoff=cutoff, cutoff3=cutoff3
        )


def _by_differences(
    data: FourthOrderData, cutoff: float | None, cutoff3: float | None
) -> ForceConstants4:
    """Constants within the cutoff that the displacements were made for."""
    triples = data.supercells.triples
    if cutoff is not None:
        ensure_positive("cutoff", cutoff)
        if cutoff != triples.cutoff:
            raise DomainError(
                f"cutoff: {cutoff:g} Å, but the displacements of three atoms were made for "
                f"{triples.cutoff:g} Å; leave it out, or make others"
            )
    if cutoff3 is not None:
        raise DomainError(
            "cutoff3: third order drops out of differences with three displaced atoms; "
            "leave it out"
        )
    with timed("fourth-order constants"):
        return finite_differences4(triples, data.forces)
