"""Force constants from forces."""

from phono_grid.errors import ensure_type

from phonokit.model.constants import FromForces
from phonokit.model.force_data import ForceData
from phonokit.results.force_constants import FitResult
from phonokit.settings.fit import Fit


def fit(data: ForceData, settings: Fit | None = None) -> FitResult:
    """Solve for the force constants of a crystal.

    Displaced atoms and pairs are solved by finite differences and symmetrised, random
    displacements by least squares, whose result obeys all laws. A separate supercell of
    second order alone gives the second order.

    Parameters
    ----------
    data : ForceData
        See `phonokit.read`.
    settings : Fit, optional
        Cutoff, symmetrisation, least squares.

    Returns
    -------
    FitResult
        ``fc2``, eV/Å², and ``fc3``, eV/Å³, where the forces were computed for it. Its
        `write` leaves files that `phonokit.load` takes in place of the forces.

    Raises
    ------
    DomainError
        If the data do not determine the constants, or a cutoff is given without third
        order.

    Examples
    --------
    >>> import phonokit
    >>> result = phonokit.fit(phonokit.read("examples/silicon"))
    >>> result.fc2.values.shape, result.fc3.values.shape
    ((2, 64, 3, 3), (2, 64, 64, 3, 3, 3))
    """
    ensure_type("data", data, ForceData)
    settings = Fit() if settings is None else settings
    ensure_type("settings", settings, Fit)
    constants = FromForces(data=data, fit=settings)
    wants_third = data.order == 3 or settings.fc3_cutoff is not None
    fc2, fc3 = constants.fc2, constants.third_order() if wants_third else None
    return FitResult(
        fc2=fc2,
        fc3=fc3,
        fit=settings,
        method=constants.method,
        calculator=data.calculator,
        cells=data.cells_fingerprint,
        forces=data.forces_fingerprint,
    )
