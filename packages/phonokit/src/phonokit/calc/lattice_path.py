"""Lattice of a crystal along the path of its volumes."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
DEGREE = 4
"""Degree of the polynomials in volume."""
SAME = 0.2
"""Components of a cell of unit volume that differ by more are of other axes."""
STEP = 1e-4
"""Relative, of volume, to differentiate the lattice."""


def lattice_path(
    lattices: Array, volume: Array, thermal_expansion: Array
) -> tuple[Array, Array] | None:
    r"""Lattices and linear thermal expansion where the volume follows a path of cells.

    .. math::

        h(V) = V^{1/3}\, \hat h(V), \qquad
        \alpha_{\mu\nu} = V \alpha\, \Big( h^{-1} \frac{dh}{dV} \Big)_{(\mu\nu)}

    with polynomials in volume for the components of :math:`\hat h`, the lattice of unit
    volume, so that the trace is the expansion of the volume.

    Parameters
    ----------
    lattices : (n_V, 3, 3) array
        Rows are axes, Å.
    volume : (n_T,) array
        Å³; NaN where there is none.
    thermal_expansion : (n_T,) array
        Of the volume, 1/K.

    Returns
    -------
    lattice : (n_T, 3, 3) array
        Å
    expansion : (n_T, 3, 3) array
        1/K, Cartesian. Nothing if the axes of the cells do not belong together.
    """
    v = np.abs(np.linalg.det(lattices))
    shapes = lattices / np.cbrt(v)[:, None, None]
    if np.abs(shapes - shapes.mean(axis=0)).max() > SAME:
        return None
    center, width = v.mean(), np.ptp(v)
    degree = min(DEGREE, len(v) - 1)
    powers = np.vander((v - center) / width, degree + 1)
    c = np.linalg.lstsq(powers, shapes.reshape(len(v), 9), rcond=None)[0]

    def at(x: Array) -> Array:
        shape = (np.vander((x - center) / width, degree + 1) @ c).reshape(-1, 3, 3)
        return np.asarray(shape * np.cbrt(x / np.abs(np.linalg.det(shape)))[:, None, None])

    lattice, step = np.full((len(volume), 3, 3), np.nan), STEP * volume
    expansion, known = lattice.copy(), ~np.isnan(volume)
    x, dx = volume[known], step[known]
    lattice[known] = at(x)
    slope = (at(x + dx) - at(x - dx)) / (2 * dx)[:, None, None]
    strain = np.linalg.inv(lattice[known]) @ slope
    strain = (strain + strain.swapaxes(1, 2)) / 2
    expansion[known] = strain * (x * thermal_expansion[known])[:, None, None]
    return lattice, expansion
