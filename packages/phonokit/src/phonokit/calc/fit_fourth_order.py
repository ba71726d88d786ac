"""Fourth-order constants from forces."""

from phono_4ph import ForceConstants4, least_squares4
from phono_grid.errors import DomainError, ensure_positive, ensure_type

from phonokit._timed import timed
from phonokit.model.force_data import ForceData


def fit_fourth_order(
    data: ForceData, cutoff: float, *, cutoff3: float | None = None
) -> ForceConstants4:
    """Solve for fourth-order constants by least squares, orders 2 to 4 together.

    Parameters
    ----------
    data : ForceData
        Random displacements and their forces, see `phonokit.read`.
    cutoff : float
        Å; constants of four atoms any two of which are farther apart are zero.
    cutoff3 : float, optional
        Å, of third order meanwhile; twice ``cutoff``, or what the supercell holds.

    Returns
    -------
    ForceConstants4
        eV/Å⁴, for `Crystal.with_fc4`; `phono_4ph.write_force_constants4` writes them.

    Raises
    ------
    DomainError
        If the data have no random displacements, or too few for this cutoff.

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
    ensure_type("data", data, ForceData)
    ensure_positive("cutoff", cutoff)
    if data.snapshots is None:
        raise DomainError(
            "data: fourth order needs random displacements of all atoms; make them by "
            "phonokit.displace(random=...)"
        )
    with timed("fourth-order constants"):
        return least_squares4(
            data.snapshots, data.supercell, cutoff=cutoff, cutoff3=cutoff3
        )
