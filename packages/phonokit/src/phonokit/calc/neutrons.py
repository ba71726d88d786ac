"""Neutrons scattered coherently by single phonons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_dynmat import (
    Segment,
    bose_einstein,
    coherent_intensities,
    one_phonon_spectra,
    phonon_modes,
)
from phono_grid import using
from phono_grid.errors import DomainError, as_numbers, ensure_type, finite

from phonokit._documented import documented
from phonokit.calc.bands import Path, band_segments, path_distances
from phonokit.calc.displacements import displacements
from phonokit.calc.neutron_energies import (
    checked_resolution,
    energy_points,
    seen_with,
)
from phonokit.calc.record import INPUTS, Record, checked_run
from phonokit.calc.segments import complete_segments
from phonokit.calc.slabs import Slabs
from phonokit.calc.stability import warn_of_imaginary_modes
from phonokit.model.crystal import Crystal
from phonokit.model.neutron_data import NeutronData
from phonokit.results.bin_means import bin_means
from phonokit.results.harmonic import cell_quantities
from phonokit.results.neutrons import NeutronsResult
from phonokit.results.scattering import SpectralResult
from phonokit.run.run import Run
from phonokit.settings.mesh import HARMONIC_MESH
from phonokit.settings.neutrons import FREQUENCY_POINTS
from phonokit.settings.temperatures import TEMPERATURES, checked_temperatures

Array = NDArray[np.float64]
SAME_FREQUENCY = 1e-4
"""THz; a spectral function of the same crystal has its frequencies to this."""


@documented(INPUTS)
def neutrons(
    crystal: Crystal,
    momenta: ArrayLike | None = None,
    mesh: ArrayLike = HARMONIC_MESH,
    temperatures: float | Sequence[float] | NDArray[np.float64] = TEMPERATURES,
    *,
    path: Path | None = None,
    points: Mapping[str, ArrayLike] | None = None,
    points_per_segment: int = 51,
    spectral: SpectralResult | None = None,
    scattering_lengths: Mapping[str, float] | None = None,
    frequency_points: int | ArrayLike = FREQUENCY_POINTS,
    resolution: float | Sequence[float] | None = None,
    shift: bool = False,
    nac: bool = True,
    run: Run | None = None,
) -> NeutronsResult:
    r"""Coherent scattering of neutrons by single phonons [1]_.

    .. math::

        S(Q, f) = \sum_j \frac{\hbar}{2 \omega_j} \Big| \sum_k \frac{b_k}{\sqrt{m_k}}\,
            e^{-W_k}\, e^{i Q \tau_k}\, Q \cdot e_{jk} \Big|^2
            \left[ (n_j + 1)\, \delta(f - f_j) + n_j\, \delta(f + f_j) \right]

    per primitive cell, with Debye-Waller factors of the phonons of a mesh. With a spectral
    function of the same momentum transfers, each mode has its own line shape
    :math:`A_j(|f|)` in place of :math:`\delta`: widths and shifts by three-phonon
    scattering, at every Q.

    Parameters
    ----------
    momenta : (3,) or (n_q, 3) array_like, optional
        Momentum transfers Q, fractional, in any Brillouin zone: intensities depend on it.
    path : str, or sequence of labels, or sequence of such sequences, optional
        In place of ``momenta``: lines between named points, as `phonokit.bands` takes
        them; through other zones than the first with ``points``.
    points : dict, optional
        Fractional momentum transfers by label, ``{"A": (2, 0, 0)}``, for the path.
    points_per_segment : int
        Momentum transfers between two labels, both included.
    spectral : SpectralResult, optional
        In place of ``momenta``, path, temperatures and frequency points: those of
        `phonokit.spectral`, computed at momentum transfers.
    scattering_lengths : mapping, optional
        Coherent scattering lengths by symbol, fm, ``{"Si": 4.15}``; those of the elements
        and isotopes if not given (needs periodictable).
    frequency_points : int or (n_f,) array_like
        THz in equal steps, negative where neutrons gain energy; or how many.
    resolution : float or sequence of float, optional
        Full width at half maximum in THz, or the coefficients of its polynomial in the
        energy that neutrons lose. Without one a line is shared by the two frequency points
        it lies between.
    shift : bool
        Shift the mesh of the Debye-Waller factors by half a step along axes with even
        numbers, as Monkhorst and Pack do; it then does not hold Γ, whose acoustic modes
        are left out.

    Returns
    -------
    NeutronsResult
        mbarn per steradian, THz and primitive cell.

    Raises
    ------
    DomainError
        If momenta are not given in one way, frequency points are not in equal steps, a
        width is not positive, or an element has no scattering length.
    PhonoError
        If scattering lengths are not given and periodictable is not installed.

    Warns
    -----
    ImaginaryModesWarning
        If there are imaginary modes; they do not scatter.

    References
    ----------
    .. [1] G. L. Squires, Introduction to the Theory of Thermal Neutron Scattering,
       Cambridge University Press (1978), chapter 3.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> b = {"Si": 4.1491}
    >>> result = phonokit.neutrons(silicon, [3, 0.2, 0], (6, 6, 6), scattering_lengths=b)
    >>> result.spectra.shape  # momentum transfers, temperatures, frequencies
    (1, 1, 401)
    """
    run = checked_run(crystal, nac, run)
    cell = crystal.primitive
    data = NeutronData.of(cell, scattering_lengths)
    widths = checked_resolution(resolution)
    q, segments = _momenta(crystal, momenta, path, points, points_per_segment, spectral)
    t = checked_temperatures(temperatures if spectral is None else spectral.temperatures)
    moved = displacements(crystal, mesh, t, shift=shift, nac=nac, run=Run(ranks=run.ranks))
    u = moved.displacements
    settings = {
        **{n: x for n, x in moved.provenance.settings.items() if n in ("mesh", "shift")},
        "scattering_lengths": data.scattering_lengths.tolist(),
    }
    record = Record(product="neutrons", crystal=crystal, nac=nac, settings=settings)
    with using(crystal.backend):
        dynamics = crystal.dynamics(nac=nac)

        def compute(some: Array, direction: Any = None) -> dict[str, Array]:
            modes = phonon_modes(dynamics, some, direction=direction)
            b = data.scattering_lengths
            found = coherent_intensities(modes, cell, b, u)
            return {"frequencies": modes.frequencies, "intensities": found}

        n_b = 3 * cell.n_atoms
        each = np.dtype(
            [("frequencies", "<f8", (n_b,)), ("intensities", "<f8", (len(t), n_b))]
        )

        def key() -> dict[str, str]:
            return record.key(qpoints=q, temperatures=t)

        if segments:
            values = complete_segments(segments, cell, compute, each, key, run)
        else:
            values = Slabs(
                qpoints=q, n_bands=n_b, compute=compute, each=each, key=key
            ).complete(run)
    f, intensities = values["frequencies"], values["intensities"]
    if run.ranks.rank == 0:
        warn_of_imaginary_modes(q, f, "they do not scatter")
    if spectral is None:
        energies = energy_points(frequency_points, float(np.abs(f).max()))
        spectra = one_phonon_spectra(f, intensities, t, energies)
    else:
        energies, spectra = _with_line_shapes(spectral, f, intensities)
    labels = np.array([s.labels for s in segments]) if segments else None
    distances = path_distances(segments, cell).ravel() if segments else None
    if spectral is not None:
        labels, distances = spectral.labels, spectral.distances
    return NeutronsResult(
        momenta=q,
        frequencies=f,
        temperatures=t,
        intensities=intensities,
        frequency_points=energies,
        spectra=seen_with(spectra, energies, widths),
        scattering_lengths=data.scattering_lengths,
        displacements=u,
        labels=labels,
        distances=distances,
        **cell_quantities(cell),
        provenance=record.provenance(
            resolution=None if widths is None else widths.tolist(),
            line_shapes=spectral is not None,
        ),
    )


def _momenta(
    crystal: Crystal,
    momenta: ArrayLike | None,
    path: Path | None,
    points: Mapping[str, ArrayLike] | None,
    points_per_segment: int,
    spectral: SpectralResult | None,
) -> tuple[Array, tuple[Segment, ...]]:
    """Momentum transfers, and the segments of a path if it is one."""
    ways = {"momenta": momenta, "path": path, "spectral": spectral}
    given = [name for name, value in ways.items() if value is not None]
    if len(given) != 1:
        raise DomainError(
            "momenta=, path= and spectral=: give one of the three, got "
            f"{' and '.join(given) or 'none'}"
        )
    if path is None and points is not None:
        raise DomainError('points: give a path= of these points too, such as "A B"')
    if spectral is not None:
        ensure_type("spectral", spectral, SpectralResult)
        return spectral.qpoints, ()
    if path is not None:
        cell = crystal.primitive
        segments = band_segments(cell, path or None, points, points_per_segment)
        return np.concatenate([s.qpoints for s in segments]), segments
    q = finite(np.atleast_2d(as_numbers(momenta, "momenta")), "momenta", ("n_q", 3))
    if not len(q):
        raise DomainError("momenta: expected one momentum transfer or more, got none")
    return q, ()


def _with_line_shapes(
    spectral: SpectralResult, frequencies: Array, intensities: Array
) -> tuple[Array, Array]:
    """Frequency points of energy gain and loss, and spectra of broad lines on them.

    Means over the steps, so that lines narrower than a step keep their weight.
    """
    if spectral.frequencies.shape != frequencies.shape or not np.allclose(
        spectral.frequencies, frequencies, atol=SAME_FREQUENCY
    ):
        raise DomainError(
            "spectral: is not of this crystal, its harmonic frequencies are others"
        )
    w, t = spectral.frequency_points, spectral.temperatures
    bands = np.broadcast_to(frequencies[:, None], spectral.linewidths.shape[:-1])
    lines = bin_means(bands, w, spectral.linewidths, spectral.shifts)
    loss = np.einsum("qtj,qtjf->qtf", intensities, lines)[..., 1:]
    n = bose_einstein(w[None, 1:], t)[0].T
    created, annihilated = loss * (n + 1), loss * n
    # At w = 0, where n has no limit, n A has one.
    middle = (created[..., :1] + annihilated[..., :1]) / 2
    spectra = np.concatenate([annihilated[..., ::-1], middle, created], axis=-1)
    return np.concatenate([-w[:0:-1], w]), spectra
