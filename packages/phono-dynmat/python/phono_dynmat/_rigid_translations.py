"""The modes that move a crystal as a whole."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid.errors import finite


def rigid_translations(qpoints: ArrayLike, frequencies: ArrayLike) -> NDArray[np.bool_]:
    r"""Whether a mode is one of the three acoustic ones at a reciprocal lattice point.

    They move the crystal as a whole and have no energy. Their frequencies are 0 but for
    rounding, on either side of it, or for a drift of the force constants. So they are not
    phonons: at 1e-7 THz each would have an entropy of :math:`k_B (1 - \ln x) = 19\, k_B` at
    300 K and an endless displacement.

    Parameters
    ----------
    qpoints : (n_q, 3) array_like
        Fractional.
    frequencies : (n_q, n_b) array_like
        THz

    Returns
    -------
    (n_q, n_b) array of bool
        At Γ, and other integer wave vectors, the three modes closest to zero frequency.
    """
    f = finite(frequencies, "frequencies", ("n_q", "n_b"))
    q = finite(qpoints, "qpoints", (len(f), 3))
    rest = np.zeros(f.shape, dtype=bool)
    gamma = np.flatnonzero(~(q - np.rint(q)).any(axis=1))
    acoustic = np.argsort(np.abs(f[gamma]), axis=1, kind="stable")[:, :3]
    rest[gamma[:, None], acoustic] = True
    return rest
