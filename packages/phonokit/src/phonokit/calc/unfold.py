"""Bands of a supercell on the Brillouin zone of the crystal it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_dynmat import IdealSites, Segment, phonon_modes, unfolding_weights
from phono_grid import DEGENERACY, Cell, Supercell, using
from phono_grid.errors import DomainError, as_numbers, ensure_positive, ensure_type, finite

from phonokit._documented import documented
from phonokit.calc.bands import Path, band_segments, path_distances
from phonokit.calc.record import INPUTS, Record, checked_run
from phonokit.calc.segments import complete_segments
from phonokit.calc.slabs import Slabs
from phonokit.calc.stability import warn_of_imaginary_modes
from phonokit.model.crystal import Crystal
from phonokit.results.harmonic import cell_quantities
from phonokit.results.unfold import UnfoldResult
from phonokit.run.run import Run

Values = dict[str, NDArray[np.float64]]


@documented(INPUTS)
def unfold(
    crystal: Crystal,
    ideal: Cell | None = None,
    *,
    q: ArrayLike | None = None,
    path: Path | None = None,
    points: Mapping[str, ArrayLike] | None = None,
    points_per_segment: int = 51,
    degeneracy: float = DEGENERACY,
    nac: bool = True,
    run: Run | None = None,
) -> UnfoldResult:
    r"""Bands of a crystal with defects or disorder, on the zone of the ideal crystal.

    .. math::

        W_{qj} = \frac{1}{N} \sum_{k\alpha} \Big| \sum_{s \in k} e_{s\alpha}\,
            e^{2\pi i\, q \cdot (x_s - r_s)} \Big|^2

    The primitive cell of the crystal is a supercell of the ideal one; the weight of a mode
    is the share of its motion that has the wave vector ``q`` of the ideal crystal, 0 or 1
    without any defect. See `phono_dynmat.unfolding_weights`.

    Parameters
    ----------
    crystal : Crystal
        Its primitive cell is the supercell; keep all of it with ``primitive="P"``.
    ideal : Cell, optional
        The primitive cell of the ideal crystal, in one orientation with the supercell; any
        origin. That of the crystal as it is if not given, which tells something where its
        atoms are copies of each other and are taken apart.
    q : (3,) or (n_q, 3) array_like, optional
        Fractional wave vectors, in the reciprocal axes of ``ideal``.
    path : str, or sequence of labels, or sequence of such sequences, optional
        In place of ``q``: lines between named points, as `phonokit.bands` takes them, of
        the ideal crystal; the standard path if neither is given (needs seekpath).
    points : dict, optional
        Fractional wave vectors by label, ``{"X": (0.5, 0, 0.5)}``, for the path.
    points_per_segment : int
        Wave vectors between two labels, both included.
    degeneracy : float
        THz; consecutive bands closer than this are one degenerate set.

    Returns
    -------
    UnfoldResult
        Frequencies in THz, weights from 0 to 1.

    Raises
    ------
    DomainError
        If the supercell is no multiple of the ideal cell, or two atoms have one site.

    Warns
    -----
    ImaginaryModesWarning
        If there are imaginary modes; their frequencies are negative numbers.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> result = phonokit.unfold(silicon, q=[0.5, 0, 0.5])
    >>> result.weights.round(6).tolist()  # a perfect crystal, of one cell
    [[1.0, 1.0, 1.0, 1.0, 1.0, 1.0]]
    """
    run = checked_run(crystal, nac, run)
    ensure_positive("degeneracy", degeneracy)
    cell = crystal.primitive
    if ideal is None:
        ideal = Supercell.of(cell, np.eye(3), "auto").primitive
    ensure_type("ideal", ideal, Cell)
    sites = IdealSites.of(cell, ideal)
    if q is not None and (path is not None or points is not None):
        raise DomainError("q= and path=: give one of the two")
    segments: tuple[Segment, ...] = ()
    if q is None:
        segments = band_segments(ideal, path, points, points_per_segment)
        qpoints = np.concatenate([s.qpoints for s in segments])
    else:
        qpoints = finite(np.atleast_2d(as_numbers(q, "q")), "q", ("n_q", 3))
        if not len(qpoints):
            raise DomainError("q: expected one wave vector or more, got none")
    record = Record(
        product="unfold", crystal=crystal, nac=nac, settings={"degeneracy": degeneracy}
    )
    with using(crystal.backend):
        dynamics = crystal.dynamics(nac=nac)

        def compute(some: NDArray[np.float64], direction: Any = None) -> Values:
            modes = phonon_modes(dynamics, some, direction=direction)
            weights = unfolding_weights(modes, sites, degeneracy=degeneracy)
            return {"frequencies": modes.frequencies, "weights": weights}

        n_b = 3 * cell.n_atoms
        each = np.dtype([("frequencies", "<f8", (n_b,)), ("weights", "<f8", (n_b,))])
        folded = sites.in_supercell(qpoints)

        def key() -> dict[str, str]:
            return record.key(qpoints=folded, sites=sites.sites, places=sites.positions)

        if segments:
            lines = [Segment(s.labels, sites.in_supercell(s.qpoints)) for s in segments]
            values = complete_segments(lines, cell, compute, each, key, run)
        else:
            values = Slabs(
                qpoints=folded, n_bands=n_b, compute=compute, each=each, key=key
            ).complete(run)
    if run.ranks.rank == 0:
        consequence = "they are given as negative numbers"
        warn_of_imaginary_modes(folded, values["frequencies"], consequence)
    return UnfoldResult(
        qpoints=qpoints,
        frequencies=values["frequencies"],
        weights=values["weights"],
        ideal_lattice=sites.primitive.lattice,
        matrix=sites.matrix,
        sites=sites.sites,
        labels=np.array([s.labels for s in segments]) if segments else None,
        distances=path_distances(segments, ideal).ravel() if segments else None,
        **cell_quantities(cell),
        provenance=record.provenance(),
    )
