"""Imaginary modes: no number that they make doubtful is given without a word."""

import warnings

import numpy as np
from numpy.typing import NDArray
from phono_dynmat import rigid_translations
from phono_grid.errors import PhonoWarning

IMAGINARY = -0.01
"""THz; a mode below is reported. Noise of the acoustic modes at Γ is far above."""


class ImaginaryModesWarning(PhonoWarning):
    """The crystal is not stable, or its forces are not good enough."""


def warn_of_imaginary_modes(
    qpoints: NDArray[np.float64],
    frequencies: NDArray[np.float64],
    consequence: str,
    weights: NDArray[np.int64] | None = None,
) -> None:
    """Warn of imaginary frequencies, with the worst of them and their share.

    Parameters
    ----------
    qpoints : (n_q, 3) array
        Fractional.
    frequencies : (n_q, n_b) array
        THz
    consequence : str
        What becomes of these modes, ``"they do not take part"``.
    weights : (n_q,) array, optional
        How many wave vectors each stands for.
    """
    f = without_translations(qpoints, frequencies)
    bad = f < IMAGINARY
    if not bad.any():
        return
    i, j = np.unravel_index(f.argmin(), f.shape)
    q = ", ".join(f"{float(x):z.4f}" for x in qpoints[i])
    share = np.average(bad.mean(axis=1), weights=weights)
    warnings.warn(
        f"imaginary frequencies at {bad.any(axis=1).sum()} of {len(f)} wave vectors, "
        f"{100 * share:.2g} % of the modes, the worst {f[i, j]:.3f} THz at q = ({q}); "
        f"{consequence}: check the structure and the forces",
        ImaginaryModesWarning,
        stacklevel=3,
    )


def without_translations(
    qpoints: NDArray[np.float64], frequencies: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Frequencies, those of the three acoustic modes at Γ exactly zero.

    Rounding leaves them a little off zero, on either side.
    """
    return np.where(rigid_translations(qpoints, frequencies), 0.0, frequencies)
