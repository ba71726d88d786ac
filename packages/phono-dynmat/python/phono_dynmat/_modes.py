"""Harmonic phonons at a list of wave vectors."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from phono_grid import ValueNoun
from phono_grid.errors import ShapeError, as_numbers, ensure_finite, finite, frozen


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Modes(ValueNoun):
    r"""Phonons at ``n_q`` wave vectors, ``n_b = 3 n_a`` bands each.

    .. math::

        D(q)\, e = \operatorname{sign}(f)\, (f / \mathtt{units.FREQUENCY})^2\, e, \qquad
        u_{k\alpha}(l) \propto e_{k\alpha}\, e^{2\pi i q \cdot (l + \tau_k)} / \sqrt{m_k}

    Parameters
    ----------
    qpoints : (n_q, 3) array_like
        Fractional reciprocal coordinates.
    frequencies : (n_q, n_b) array_like
        Linear frequency ``f[q, j]`` in THz, ascending; negative if the mode is imaginary.
    polarizations : (n_q, n_b, n_a, 3) array_like of complex
        ``e[q, j, k, α]``: unit vector of mode ``(q, j)`` over atoms and axes, in the gauge
        whose phases carry the positions ``τ`` of the atoms.
    """

    qpoints: NDArray[np.float64]
    frequencies: NDArray[np.float64]
    polarizations: NDArray[np.complex128]

    def __post_init__(self) -> None:
        """Hold the arrays the way the kernels read them."""
        f = finite(self.frequencies, "frequencies", ("n_q", "n_b"))
        n_q, n_b = f.shape
        q = finite(self.qpoints, "qpoints", (n_q, 3))
        shape = (n_q, n_b, n_b // 3, 3)
        e = as_numbers(self.polarizations, "polarizations", np.complex128, shape)
        ensure_finite("polarizations", e)
        object.__setattr__(self, "qpoints", frozen(q, "qpoints"))
        object.__setattr__(self, "frequencies", frozen(f, "frequencies"))
        object.__setattr__(self, "polarizations", e)

    def __repr__(self) -> str:
        """Sizes: ``Modes(8 wave vectors, 6 bands)``."""
        n_q, n_b = self.frequencies.shape
        return f"Modes({n_q} wave vectors, {n_b} bands)"


def ensure_of_modes(
    name: str, values: NDArray[np.float64], frequencies: NDArray[np.float64]
) -> None:
    """Require the wave vectors and bands of ``frequencies`` as the first two axes."""
    if values.shape[:2] != frequencies.shape:
        raise ShapeError(
            f"{name}: expected the points and bands of frequencies, "
            f"{list(frequencies.shape)}, first, got shape {list(values.shape)}"
        )
