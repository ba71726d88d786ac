"""Mean-square displacements of atoms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_dynmat import (
    Modes,
    cif_displacements,
    mean_square_displacements,
    phonon_modes,
)
from phono_grid import using
from phono_grid.errors import ensure_not_negative

from phonokit._documented import documented
from phonokit.calc.dos import atom_names
from phonokit.calc.harmonic_grid import harmonic_grid, mesh_record
from phonokit.calc.record import INPUTS, Record, checked_run
from phonokit.calc.slabs import Slabs, zone_points
from phonokit.calc.stability import warn_of_imaginary_modes
from phonokit.model.crystal import Crystal
from phonokit.results.harmonic import DisplacementsResult
from phonokit.run.run import Run
from phonokit.settings.mesh import HARMONIC_MESH
from phonokit.settings.temperatures import TEMPERATURES, checked_temperatures


@documented(INPUTS)
def displacements(
    crystal: Crystal,
    mesh: ArrayLike = HARMONIC_MESH,
    temperatures: float | Sequence[float] | NDArray[np.float64] = TEMPERATURES,
    *,
    cutoff_frequency: float = 0.0,
    shift: bool = False,
    nac: bool = True,
    run: Run | None = None,
) -> DisplacementsResult:
    r"""Mean-square displacements of the atoms, as matrices.

    .. math::

        U_{k\alpha\beta} = \frac{1}{n_q} \sum_{qj}
            \frac{\hbar\, (n_{qj} + \frac12)}{m_k\, \omega_{qj}}
            \operatorname{Re} e_{k\alpha} e^*_{k\beta}, \qquad \omega = 2\pi f

    Parameters
    ----------
    temperatures : float or sequence of float
        K; at 0 K there is the motion of the zero point.
    cutoff_frequency : float
        THz; modes at or below do not take part, nor do the three acoustic ones at Γ, which
        move the crystal as a whole.
    shift : bool
        Shift the mesh by half a step along axes with even numbers, as Monkhorst and Pack
        do; it then does not hold Γ, whose acoustic modes are left out.

    Returns
    -------
    DisplacementsResult
        Å²

    Raises
    ------
    DomainError
        If the mesh is not positive, or a temperature or the cutoff is negative.

    Warns
    -----
    ImaginaryModesWarning
        If there are imaginary modes; they do not take part.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> result = phonokit.displacements(silicon, (8, 8, 8), [0, 300])
    >>> result.displacements.shape  # temperatures, atoms, 3, 3; Å²
    (2, 2, 3, 3)
    """
    run = checked_run(crystal, nac, run)
    ensure_not_negative("cutoff_frequency", cutoff_frequency, "THz")
    t = checked_temperatures(temperatures)
    cell = crystal.primitive
    grid = harmonic_grid(crystal, mesh, shift=shift)
    mesh_and_cutoff = {**mesh_record(grid), "cutoff_frequency": cutoff_frequency}
    record = Record(
        product="displacements", crystal=crystal, nac=nac, settings=mesh_and_cutoff
    )
    with using(crystal.backend):
        dynamics = crystal.dynamics(nac=nac)
        q = zone_points(grid)

        def compute(some: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
            modes = phonon_modes(dynamics, some)
            share = len(some) / grid.n_q
            part = share * mode_displacements(modes, crystal, t, cutoff_frequency)
            return {"frequencies": modes.frequencies, "displacements": part}

        slabs = Slabs(
            qpoints=q,
            n_bands=3 * cell.n_atoms,
            compute=compute,
            each=np.dtype([("frequencies", "<f8", (3 * cell.n_atoms,))]),
            sums=np.dtype([("displacements", "<f8", (len(t), cell.n_atoms, 3, 3))]),
            key=lambda: record.key(temperatures=t),
        )
        values = slabs.complete(run)
    if run.ranks.rank == 0:
        warn_of_imaginary_modes(q, values["frequencies"], "they do not take part")
    u = by_symmetry(crystal, values["displacements"])
    return DisplacementsResult(
        temperatures=t,
        atom_names=np.array(atom_names(cell)),
        displacements=u,
        displacements_cif=cif_displacements(u, cell),
        provenance=record.provenance(),
    )


def mode_displacements(
    modes: Modes, crystal: Crystal, temperatures: NDArray[np.float64], cutoff: float
) -> NDArray[np.float64]:
    """Mean-square displacements by some modes of a mesh, Å², (n_T, n_a, 3, 3)."""
    between = (cutoff, np.inf)
    masses = crystal.primitive.masses
    return mean_square_displacements(modes, masses, temperatures, between=between)


def by_symmetry(crystal: Crystal, tensors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Tensors of atoms, (n_T, n_a, 3, 3), with the symmetry of the crystal.

    That of sums over a whole mesh is that of the mesh, which a shift can break.
    """
    symmetry = crystal.symmetry
    whole = np.zeros_like(tensors)
    for r, atoms in zip(symmetry.rotations_cartesian, symmetry.permutations, strict=True):
        whole[:, atoms] += r @ tensors @ r.T
    return whole / len(symmetry.permutations)
