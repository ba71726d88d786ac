"""Force constants from molecular dynamics."""

import warnings

import numpy as np
from numpy.typing import NDArray
from phono_fc import ForceConstants, RandomDisplacementForces, resampled_least_squares
from phono_grid import Backend, Supercell, using
from phono_grid.backend import active
from phono_grid.errors import PhonoWarning, ensure_positive, ensure_type

from phonokit.model.constants import Given
from phonokit.model.crystal import Crystal
from phonokit.model.provenance import Origin
from phonokit.model.trajectory import TrajectoryData
from phonokit.results.trajectory import TrajectoryFitResult, standard_error
from phonokit.settings.trajectory import TrajectoryFit

OTHER_TEMPERATURE = 0.3
"""Relative; frames whose own temperature is as far from the one that is said are warned
of."""


class TemperatureWarning(PhonoWarning):
    """Frames that are not of the temperature that they are said to be of."""


def fit_trajectory(
    data: TrajectoryData,
    settings: TrajectoryFit | None = None,
    *,
    temperature: float | None = None,
    lang: Backend | str | None = None,
) -> TrajectoryFitResult:
    r"""Fit force constants to frames of molecular dynamics, and tell their errors.

    .. math::

        F - F_\text{rest} = -\Phi^{(2)} u - \tfrac{1}{2} \Phi^{(3)} u u

    by least squares over constants that obey the space group, index exchange and the sum
    rule. Second order alone gives the effective constants of a temperature [1]_. Errors are
    those of `phono_fc.resampled_least_squares`. Needs the package symfc.

    Parameters
    ----------
    data : TrajectoryData
        See `phonokit.read_trajectory`.
    settings : TrajectoryFit, optional
        Orders, cutoff, blocks.
    temperature : float, optional
        K, for the record; frames of another one are warned of.
    lang : "Rust" or "Python", optional
        The implementation of the kernels; the one that is active if not given.

    Raises
    ------
    DomainError
        If there are too few frames.

    Warns
    -----
    TemperatureWarning
        If the motion is not that of the temperature.

    References
    ----------
    .. [1] O. Hellman, I. A. Abrikosov and S. I. Simak, Phys. Rev. B 84, 180301 (2011).

    Examples
    --------
    Springs of 1 eV/Å² between the neighbours of a simple cubic crystal:

    >>> import numpy as np
    >>> import phonokit
    >>> from phono_grid import Cell, Supercell
    >>> cell = Cell.of(3 * np.eye(3), [[0, 0, 0]], ["Cu"])
    >>> rest = Supercell.of(cell, (3, 3, 3)).cell
    >>> u = np.random.default_rng(1).normal(size=(20, 27, 3)) * 0.05
    >>> grid = u.reshape(20, 3, 3, 3, 3)
    >>> ways = [(axis, step) for axis in (1, 2, 3) for step in (1, -1)]
    >>> forces = sum(np.roll(grid, step, axis) - grid for axis, step in ways)
    >>> data = phonokit.TrajectoryData(
    ...     rest=rest, displacements=u, forces=forces.reshape(u.shape)
    ... )
    >>> result = phonokit.fit_trajectory(data)
    >>> print(round(result.crystal.fc2.values[0, 0, 0, 0], 5))
    6.0
    """
    ensure_type("data", data, TrajectoryData)
    settings = TrajectoryFit() if settings is None else settings
    ensure_type("settings", settings, TrajectoryFit)
    if temperature is not None:
        ensure_positive("temperature", temperature)
    backend = active() if lang is None else Backend.of(lang)
    u, f, sampled = data.displacements, data.changes, data.temperature
    if temperature and abs(sampled / temperature - 1) > OTHER_TEMPERATURE:
        warnings.warn(
            f"temperature: {temperature:g} K, but the frames move as classical atoms do at "
            f"{sampled:.0f} K; they are of another temperature, not in equilibrium, or "
            "displaced as quantum mechanics has it",
            TemperatureWarning,
            stacklevel=2,
        )
    orders = tuple(range(2, settings.order + 1))
    with using(backend):
        whole, without = resampled_least_squares(
            Supercell.of(data.rest, np.eye(3, dtype=np.int64)),
            RandomDisplacementForces(u, f),
            orders=orders,
            cutoffs=None if settings.fc3_cutoff is None else {3: settings.fc3_cutoff},
            blocks=settings.blocks,
        )
    errors = {
        order: standard_error(
            tuple(part[order] for part in without), lambda constants: constants.values
        )
        for order in orders
    }
    method = f"least squares of {len(data)} frames"
    origin = Origin(source="molecular dynamics", method=method, files=data.files)
    given = Given(fc2=whole[2], third=whole.get(3))
    return TrajectoryFitResult(
        crystal=Crystal(constants=given, origin=origin, backend=backend),
        errors=errors,
        without=tuple(part[2] for part in without),
        n_frames=len(data),
        temperature=temperature,
        sampled_temperature=sampled,
        misfit=_misfit(whole, u, f),
    )


def _misfit(
    constants: dict[int, ForceConstants], u: NDArray[np.float64], f: NDArray[np.float64]
) -> float:
    """The rest of the forces on the primitive atoms, relative."""
    second = constants[2]
    own = f[:, second.supercell.primitive_to_supercell]
    left = own + np.einsum("kjab,njb->nka", second.values, u, optimize=True)
    if 3 in constants:
        third = constants[3].values
        for number, move in enumerate(u):
            inner = np.einsum("kjlabc,lc->kjab", third, move, optimize=True)
            left[number] += np.einsum("kjab,jb->ka", inner, move) / 2
    return float(np.sqrt((left**2).sum() / max((own**2).sum(), 1e-300)))
