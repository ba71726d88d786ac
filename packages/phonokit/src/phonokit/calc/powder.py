"""Neutrons scattered by single phonons of a powder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_dynmat import (
    coherent_intensities,
    incoherent_spectra,
    mean_square_displacements,
    one_phonon_spectra,
    phonon_frequencies,
    phonon_modes,
    sphere_directions,
)
from phono_grid import using
from phono_grid.errors import DomainError, as_numbers, ensure_integer, finite

from phonokit._documented import documented
from phonokit.calc.displacements import by_symmetry
from phonokit.calc.harmonic_grid import harmonic_grid, mesh_record
from phonokit.calc.neutron_energies import (
    checked_resolution,
    energy_points,
    seen_with,
)
from phonokit.calc.record import INPUTS, Record, checked_run
from phonokit.calc.slabs import TOGETHER, zone_points
from phonokit.calc.stability import warn_of_imaginary_modes
from phonokit.model.crystal import Crystal
from phonokit.model.neutron_data import NeutronData
from phonokit.results.harmonic import cell_quantities
from phonokit.results.neutrons import PowderResult
from phonokit.run.run import Run, Task, complete
from phonokit.settings.mesh import HARMONIC_MESH
from phonokit.settings.neutrons import DIRECTIONS, FREQUENCY_POINTS, MOMENTA
from phonokit.settings.temperatures import TEMPERATURES, checked_temperatures

Array = NDArray[np.float64]
MILLIBARN = 1e3
"""mbarn in a barn."""


@documented(INPUTS)
def powder(
    crystal: Crystal,
    momenta: ArrayLike = MOMENTA,
    mesh: ArrayLike = HARMONIC_MESH,
    temperatures: float | Sequence[float] | NDArray[np.float64] = TEMPERATURES,
    *,
    directions: int = DIRECTIONS,
    scattering_lengths: Mapping[str, float] | None = None,
    frequency_points: int | ArrayLike = FREQUENCY_POINTS,
    resolution: float | Sequence[float] | None = None,
    shift: bool = False,
    nac: bool = True,
    run: Run | None = None,
) -> PowderResult:
    r"""Scattering of neutrons by single phonons of a powder, coherent and incoherent.

    The coherent part is the mean of that of `phonokit.neutrons` over directions of Q; the
    incoherent one is

    .. math::

        S_\text{inc}(Q, f) = \sum_k \frac{\sigma_k}{4\pi}\, \frac{Q^2}{3 m_k}\,
            e^{-Q^2 \langle u_k^2 \rangle} \frac{1}{n_q} \sum_{qj}
            \frac{\hbar\, |e_{qjk}|^2}{2 \omega_{qj}}
            \left[ (n + 1)\, \delta(f - f_{qj}) + n\, \delta(f + f_{qj}) \right]

    with ⟨u²⟩ along an axis, the mean over directions.

    Parameters
    ----------
    momenta : (n_q,) array_like
        Lengths of Q, 1/Å with 2π.
    directions : int
        Directions of Q of each length, evenly on a sphere.
    scattering_lengths : mapping, optional
        Coherent scattering lengths by symbol, fm, ``{"Si": 4.15}``; of these elements there
        is no incoherent part. Those of the elements and isotopes if not given (needs
        periodictable).
    frequency_points : int or (n_f,) array_like
        THz in equal steps, negative where neutrons gain energy; or how many.
    resolution : float or sequence of float, optional
        Full width at half maximum in THz, or the coefficients of its polynomial in the
        energy that neutrons lose.
    shift : bool
        Shift the mesh by half a step along axes with even numbers, as Monkhorst and Pack
        do; it then does not hold Γ, whose acoustic modes are left out.

    Returns
    -------
    PowderResult
        mbarn per steradian, THz and primitive cell.

    Raises
    ------
    DomainError
        If a momentum is negative, frequency points are not in equal steps, a width is not
        positive, or an element has no scattering length.
    PhonoError
        If scattering lengths are not given and periodictable is not installed.

    Warns
    -----
    ImaginaryModesWarning
        If there are imaginary modes; they do not scatter.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> b = {"Si": 4.1491}
    >>> result = phonokit.powder(silicon, [2, 4], (6, 6, 6), scattering_lengths=b)
    >>> result.coherent.shape  # momentum transfers, temperatures, frequencies
    (2, 1, 401)
    """
    run = checked_run(crystal, nac, run)
    cell = crystal.primitive
    data = NeutronData.of(cell, scattering_lengths)
    lengths = finite(np.atleast_1d(as_numbers(momenta, "momenta")), "momenta", ("n_q",))
    if not len(lengths) or (lengths < 0).any():
        raise DomainError("momenta: expected one length or more in 1/Å, none negative")
    directions = ensure_integer("directions", directions, 1, 10**6)
    widths = checked_resolution(resolution)
    t = checked_temperatures(temperatures)
    grid = harmonic_grid(crystal, mesh, shift=shift)
    settings = {
        **mesh_record(grid),
        "directions": directions,
        "scattering_lengths": data.scattering_lengths.tolist(),
        "incoherent": data.incoherent.tolist(),
    }
    record = Record(product="powder", crystal=crystal, nac=nac, settings=settings)
    with using(crystal.backend):
        dynamics = crystal.dynamics(nac=nac)
        inside = zone_points(grid)
        f = phonon_frequencies(dynamics, inside)
        energies = energy_points(frequency_points, float(np.abs(f).max()))
        modes = [
            phonon_modes(dynamics, inside[i : i + TOGETHER])
            for i in range(0, len(inside), TOGETHER)
        ]
        shares = [len(m.qpoints) / len(inside) for m in modes]
        u = np.zeros((len(t), cell.n_atoms, 3, 3))
        alone = np.zeros((len(t), cell.n_atoms, len(energies)))
        for m, share in zip(modes, shares, strict=True):
            u += share * mean_square_displacements(m, cell.masses, t)
            alone += share * incoherent_spectra(m, t, energies)
        u = by_symmetry(crystal, u)
        toward = sphere_directions(directions) @ cell.lattice.T / (2 * np.pi)
        shape = (len(t), len(energies))

        def work(numbers: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[Any]]]:
            for i in numbers.tolist():
                phonons = phonon_modes(dynamics, lengths[i] * toward)
                b = data.scattering_lengths
                intensities = coherent_intensities(phonons, cell, b, u)
                each = one_phonon_spectra(phonons.frequencies, intensities, t, energies)
                yield i, np.array((each.mean(axis=0),), [("coherent", "<f8", shape)])

        task = Task(
            key=lambda: record.key(momenta=lengths, temperatures=t, energies=energies),
            record=np.dtype([("coherent", "<f8", shape)]),
            costs=np.ones(len(lengths)),
            work=work,
            blocks=[slice(i, i + 1) for i in range(len(lengths))],
        )
        coherent = complete(task, run).everywhere("coherent")
    if run.ranks.rank == 0:
        warn_of_imaginary_modes(inside, f, "they do not scatter")
    mean = np.trace(u, axis1=2, axis2=3) / 3
    squares = lengths[:, None, None] ** 2
    factors = MILLIBARN * data.incoherent / (4 * np.pi * cell.masses)
    factors = factors * squares * np.exp(-squares * mean)
    incoherent = np.einsum("qtk,tkf->qtf", factors, alone)
    return PowderResult(
        momenta=lengths,
        temperatures=t,
        frequency_points=energies,
        coherent=seen_with(coherent, energies, widths),
        incoherent=seen_with(incoherent, energies, widths),
        scattering_lengths=data.scattering_lengths,
        incoherent_cross_sections=data.incoherent,
        displacements=u,
        **cell_quantities(cell),
        provenance=record.provenance(
            resolution=None if widths is None else widths.tolist()
        ),
    )
