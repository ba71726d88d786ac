"""Spectral functions of phonons at any wave vectors, or along a path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_3ph import EvaluationPoints, Scattering, spectral_function
from phono_dynmat import Segment
from phono_grid import using
from phono_grid.errors import DomainError, ensure_type

from phonokit._documented import documented
from phonokit.calc.bands import Path, band_segments, path_distances
from phonokit.calc.peaks import peak_positions
from phonokit.calc.record import INPUTS
from phonokit.calc.scattering_problem import (
    ScatteringProblem,
    computed,
    frequency_points_of,
    scatterers_of,
    wave_vectors,
)
from phonokit.model.crystal import Crystal
from phonokit.results.scattering import SpectralResult
from phonokit.run.run import Run
from phonokit.settings.mesh import SCATTERING_MESH
from phonokit.settings.temperatures import TEMPERATURES, checked_temperatures

ON_LATTICE = 1e-8
"""Fractional; wave vectors as near to a reciprocal lattice point are one."""
POINTS = 401
"""Frequency points, if no others are asked for."""
POINTS_PER_SEGMENT = 21
"""Wave vectors between two labels of a path, if no other number is asked for."""


@documented(INPUTS)
def spectral(
    crystal: Crystal,
    q: ArrayLike | None = None,
    mesh: ArrayLike = SCATTERING_MESH,
    temperatures: float | Sequence[float] | NDArray[np.float64] = TEMPERATURES,
    *,
    path: Path | None = None,
    points: Mapping[str, ArrayLike] | None = None,
    points_per_segment: int = POINTS_PER_SEGMENT,
    scattering: Scattering | None = None,
    frequency_points: int | ArrayLike = POINTS,
    nac: bool = True,
    run: Run | None = None,
) -> SpectralResult:
    r"""Spectral functions of phonons, as inelastic scattering sees them [1]_.

    .. math::

        A_\lambda(w) = \frac{4 f^2}{\pi} \frac{\Gamma(w)}
            {[w^2 - f^2 - 2 f \Delta(w)]^2 + [2 f \Gamma(w)]^2}

    with :math:`\Gamma` as in `linewidths`, and :math:`\Delta` from it by the relation of
    Kramers and Kronig; a Lorentzian of half width Γ where these do not vary.

    Parameters
    ----------
    q : (3,) or (n_q, 3) array_like, optional
        Fractional wave vectors, on or off the mesh.
    path : str or sequence, optional
        In place of ``q``, labels along each line, ``"G X | K G L"``; the standard path of
        the crystal if it is empty (needs seekpath).
    points : dict, optional
        Fractional wave vectors of the labels; the standard ones if not given (needs
        seekpath).
    points_per_segment : int
        Wave vectors between two labels, both included. At Γ a polar crystal has the limit
        along each segment.
    frequency_points : int or (n_f,) array_like
        THz, from 0 on in equal steps; or how many, up to a little above twice the highest
        frequency, where Γ comes to nothing.

    Returns
    -------
    SpectralResult
        A in 1/THz, (n_q, n_T, n_b, n_f), and where it is largest.

    Raises
    ------
    DomainError
        If not one of ``q`` and ``path`` is given, the frequency points are not as said, a
        temperature is negative, or the crystal has no third-order constants.
    FileError
        If the store of the run cannot be written, or holds another run.

    Warns
    -----
    ImaginaryModesWarning
        If there are imaginary frequencies; such modes do not take part.

    References
    ----------
    .. [1] A. A. Maradudin, A. E. Fein, Phys. Rev. 128, 2589 (1962).

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> result = phonokit.spectral(silicon, [0, 0, 0], mesh=(5, 5, 5), temperatures=[300])
    >>> result.spectral_functions.shape  # wave vectors, temperatures, bands, frequencies
    (1, 1, 6, 401)
    >>> optical = result.peaks[0, 0, 5], result.frequencies[0, 5]  # THz
    >>> bool(optical[0] < optical[1])
    True
    """
    ensure_type("crystal", crystal, Crystal)
    if (q is None) == (path is None):
        raise DomainError("q= and path=: give one of the two")
    if path is None and points is not None:
        raise DomainError('points: give a path= of these points too, such as "G X"')
    segments: Sequence[Segment] = ()
    if path is not None:
        segments = band_segments(
            crystal.primitive, path or None, points, points_per_segment
        )
        q = np.concatenate([segment.qpoints for segment in segments])
    assert q is not None
    problem = ScatteringProblem(
        product="spectral",
        crystal=crystal,
        qpoints=wave_vectors(q),
        mesh=mesh,
        temperatures=checked_temperatures(temperatures),
        scattering=Scattering() if scattering is None else scattering,
        frequency_points=frequency_points_of(frequency_points),
        nac=nac,
        run=Run() if run is None else run,
        directions=_directions(crystal, segments) if nac is True else {},
    )
    with using(crystal.backend):
        spectra, w = _spectra(problem)
    return SpectralResult(
        qpoints=problem.qpoints,
        frequencies=spectra["frequencies"],
        temperatures=problem.temperatures,
        frequency_points=w,
        spectral_functions=spectra["values"],
        linewidths=spectra["imaginary"],
        shifts=spectra["real"],
        peaks=peak_positions(w, spectra["values"], lorentzian=True),
        labels=np.array([s.labels for s in segments]) if segments else None,
        distances=path_distances(segments, crystal.primitive).ravel() if segments else None,
        provenance=problem.record.provenance(),
    )


def _directions(
    crystal: Crystal, segments: Sequence[Segment]
) -> dict[int, NDArray[np.float64]]:
    """From where a path reaches Γ, and other reciprocal lattice points, by their number.

    A polar crystal has its longitudinal modes there, a mesh has them not.
    """
    found: dict[int, NDArray[np.float64]] = {}
    if crystal.polar is None:
        return found
    start = 0
    for segment in segments:
        direction = segment.direction(crystal.primitive)
        for i, q in enumerate(segment.qpoints, start=start):
            if direction is not None and np.abs(q - np.rint(q)).max() < ON_LATTICE:
                found[i] = direction
        start += len(segment.qpoints)
    return found


def _spectra(
    problem: ScatteringProblem,
) -> tuple[dict[str, NDArray[np.float64]], NDArray[np.float64]]:
    """The fields of `phono_3ph.SpectralFunction` at all q, and frequency points."""
    scatterers = scatterers_of(problem, on_mesh=False)
    points = scatterers.frequency_points
    shapes = dict.fromkeys(("imaginary", "real", "values"), scatterers.shape)
    shapes["frequencies"] = (scatterers.n_b,)

    def work(i: int) -> dict[str, NDArray[np.float64]]:
        phonons, place, occupations = scatterers.around(i)
        spectrum = spectral_function(
            scatterers.couplings,
            phonons,
            EvaluationPoints(place, points),
            occupations,
            problem.scattering,
        )
        return {name: getattr(spectrum, name) for name in shapes}

    records = computed(problem, scatterers, shapes, work)
    return {name: records.everywhere(name) for name in shapes}, points
