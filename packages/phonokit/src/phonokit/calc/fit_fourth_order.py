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
    ::

        fc4 = phonokit.fit_fourth_order(phonokit.read("random"), cutoff=3)
        crystal = phonokit.load("random").with_fc4(fc4)
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
