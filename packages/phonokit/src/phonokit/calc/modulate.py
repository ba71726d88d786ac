"""Supercells displaced along modes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_dynmat import mode_patterns, phonon_modes
from phono_grid import Supercell, using
from phono_grid.errors import (
    DomainError,
    as_numbers,
    ensure_indices,
    ensure_integer,
    ensure_shape,
    ensure_type,
    finite,
)

from phonokit.model.crystal import Crystal
from phonokit.model.modulation import Modulation
from phonokit.settings.displace import Matrix, whole_numbers

LARGEST = 64
"""Multiples of an axis that are found by themselves."""


def modulate(
    crystal: Crystal,
    q: ArrayLike,
    bands: int | Sequence[int],
    *,
    amplitude: ArrayLike = 0.1,
    phase: ArrayLike = 0.0,
    supercell: Matrix | None = None,
    frames: int = 1,
    nac: bool = True,
) -> Modulation:
    r"""Displace the atoms of a supercell along one mode, or along several at once.

    .. math::

        u_s = \sum_\lambda A_\lambda \operatorname{Re}\left[ w_{\lambda s}\,
            e^{i (\varphi_\lambda - 2\pi n / N)} \right]

    with the patterns :math:`w` of `phono_dynmat.mode_patterns`, whose largest displacement
    is 1 Å, at frame ``n`` of ``N``: one period. Degenerate modes may come in any mixture.

    Parameters
    ----------
    crystal : Crystal
    q : (3,) or (n_modes, 3) array_like
        Fractional wave vectors.
    bands : int or (n_modes,) sequence of int
        From 0, in the order of frequencies; one for each wave vector.
    amplitude : float or (n_modes,) array_like
        Å: how far the atom goes that moves most.
    phase : float or (n_modes,) array_like
        In degrees.
    supercell : three int, or (3, 3) sequence of int, optional
        Multiples of the primitive axes, or a matrix whose columns are the supercell's axes
        in them; the smallest multiples in which the waves are periodic if not given.
    frames : int
        How many moments of one period, for an animation.
    nac : bool
        Whether the dipoles of Born charges are summed.

    Returns
    -------
    Modulation
        `phonokit.write_modulation` writes its frames to a file.

    Raises
    ------
    DomainError
        If there is no such band, or a wave is not periodic in the supercell.
    ShapeError
        If numbers of wave vectors, bands, amplitudes or phases differ.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> phonokit.modulate(silicon, q=[0.5, 0, 0.5], bands=0, amplitude=0.2)
    Modulation(Si, 8 atoms, 1 mode, 1 frame)
    """
    ensure_type("crystal", crystal, Crystal)
    qpoints = finite(np.atleast_2d(as_numbers(q, "q")), "q", ("n_modes", 3))
    n = len(qpoints)
    if not n:
        raise DomainError("q: expected one wave vector or more, got none")
    chosen = np.atleast_1d(as_numbers(bands, "bands", np.int64))
    ensure_shape("bands", chosen, (n,))
    ensure_indices("bands", chosen, 3 * crystal.primitive.n_atoms)
    amplitudes = _each(amplitude, "amplitude", n)
    phases = np.radians(_each(phase, "phase", n))
    frames = ensure_integer("frames", frames, 1)
    matrix = (
        _smallest(qpoints) if supercell is None else whole_numbers("supercell", supercell)
    )
    with using(crystal.backend):
        cells = Supercell.of(crystal.primitive, matrix, "P")
        modes = phonon_modes(crystal.dynamics(nac=nac), qpoints)
        patterns = mode_patterns(modes, cells)[np.arange(n), chosen]
    turns = 2 * np.pi * np.arange(frames) / frames
    factors = amplitudes * np.exp(1j * (phases - turns[:, None]))
    return Modulation(
        supercell=cells,
        displacements=np.einsum("fm,msx->fsx", factors, patterns).real,
        qpoints=qpoints,
        bands=chosen,
        frequencies=modes.frequencies[np.arange(n), chosen],
    )


def _each(values: ArrayLike, name: str, n: int) -> NDArray[np.float64]:
    """One number for each mode, of one for all."""
    array = as_numbers(values, name)
    return finite(np.broadcast_to(array, (n,)) if array.ndim == 0 else array, name, (n,))


def _smallest(qpoints: NDArray[np.float64]) -> tuple[int, int, int]:
    """The smallest multiples of the axes in which all waves are periodic."""
    multiples = []
    for column in qpoints.T:
        parts = [Fraction(float(x)).limit_denominator(LARGEST) for x in column]
        if any(abs(float(p) - x) > 1e-6 for p, x in zip(parts, column, strict=True)):
            raise DomainError(
                f"q: {column[0]:g} is no fraction with a denominator up to {LARGEST}, so "
                "that its wave is periodic in no small supercell; take another wave vector"
            )
        multiples.append(math.lcm(*(p.denominator for p in parts)))
    a, b, c = multiples
    return a, b, c
