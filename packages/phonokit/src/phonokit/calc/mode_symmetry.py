"""Irreducible representations of phonons at a wave vector."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_dynmat import mode_symmetry as symmetry_of
from phono_dynmat import rigid_translations
from phono_grid import DEGENERACY, using
from phono_grid.errors import ensure_type, finite

from phonokit.calc.record import Record
from phonokit.model.crystal import Crystal
from phonokit.results.harmonic import cell_quantities
from phonokit.results.mode_symmetry import ModeSymmetryResult


def mode_symmetry(
    crystal: Crystal,
    q: ArrayLike = (0.0, 0.0, 0.0),
    *,
    degeneracy: float = DEGENERACY,
    nac: bool = True,
) -> ModeSymmetryResult:
    r"""Irreducible representations of phonons, and what light sees of them at Γ.

    .. math::

        m_i = \frac{1}{n_g} \sum_g \chi_i(g)^* \, \chi_\text{set}(g)

    See `phono_dynmat.mode_symmetry`; names at Γ are Mulliken's. A mode is infrared active
    if its representation is one of vectors, Raman active if it is one of symmetric tensors.

    Parameters
    ----------
    crystal : Crystal
    q : (3,) array_like
        Fractional.
    degeneracy : float
        THz; consecutive bands closer than this are one degenerate set.
    nac : bool
        Whether the dipoles of Born charges are summed; at Γ they make no field.

    Returns
    -------
    ModeSymmetryResult

    Raises
    ------
    DomainError
        If spgrep is not installed, or the force constants break the symmetry by more than
        ``degeneracy``.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> result = phonokit.mode_symmetry(silicon)
    >>> result.labels.tolist(), result.raman.tolist()
    (['T1u', 'T2g'], [0, 1])
    """
    ensure_type("crystal", crystal, Crystal)
    point = finite(q, "q", (3,))
    settings = {"q": point.tolist(), "degeneracy": degeneracy}
    record = Record(product="symmetry", crystal=crystal, nac=nac, settings=settings)
    symmetry = crystal.symmetry
    with using(crystal.backend):
        dynamics = crystal.dynamics(nac=nac)
        found = symmetry_of(dynamics, symmetry, point, degeneracy=degeneracy)
    rest = rigid_translations(point[None], found.frequencies[None])[0]
    has = found.multiplicities > 0
    return ModeSymmetryResult(
        qpoint=point,
        frequencies=found.frequencies,
        sets=found.sets,
        labels=np.array(found.labels),
        infrared=_flags(has & found.infrared),
        raman=_flags(has & found.raman),
        acoustic=(np.bincount(found.sets, weights=rest) > 0).astype(np.int64),
        names=np.array(found.names),
        characters_real=found.characters.real.copy(),
        characters_imaginary=found.characters.imag.copy(),
        multiplicities=found.multiplicities,
        rotations=symmetry.rotations[found.operations],
        translations=symmetry.translations[found.operations],
        space_group=np.array([symmetry.symbol]),
        **cell_quantities(crystal.primitive),
        provenance=record.provenance(),
    )


def _flags(of_each: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Whether any representation of each set is so, 0 or 1."""
    return np.asarray(of_each.any(axis=1), dtype=np.int64)
