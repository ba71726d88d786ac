"""Phonon bands along lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_dynmat import (
    Segment,
    band_path,
    connect_bands,
    phonon_frequencies,
    phonon_modes,
    standard_points,
)
from phono_grid import Cell, using
from phono_grid.errors import DomainError, ensure_flag, ensure_integer

from phonokit._documented import documented
from phonokit.calc.record import INPUTS, Record, checked_run
from phonokit.calc.segments import complete_segments
from phonokit.calc.stability import warn_of_imaginary_modes
from phonokit.model.crystal import Crystal
from phonokit.results.harmonic import BandsResult, cell_quantities
from phonokit.run.run import Run
from phonokit.settings.band_path import label_of, named_points, path_lines

Path = str | Sequence[str] | Sequence[Sequence[str]]


@documented(INPUTS)
def bands(
    crystal: Crystal,
    *,
    path: Path | None = None,
    points: Mapping[str, ArrayLike] | None = None,
    points_per_segment: int = 51,
    connect: bool = False,
    eigenvectors: bool = False,
    nac: bool = True,
    run: Run | None = None,
) -> BandsResult:
    r"""Phonon bands along lines through the Brillouin zone.

    .. math:: D(q)\, e = \operatorname{sign}(f)\, (2\pi f)^2\, e

    At Γ, and at any other reciprocal lattice point, each segment has the limit along its
    own direction, so that polar crystals have their longitudinal branches from each side.

    Parameters
    ----------
    path : str, or sequence of labels, or sequence of such sequences, optional
        Labels along each unbroken line, ``"G X | K G L"``, ``"G X, K G L"`` or
        ``[["G", "X"], ["K", "G", "L"]]``; G is Γ, unless the standard points have a G of
        their own. The standard path of the crystal if not given (needs seekpath).
    points : dict, optional
        Fractional wave vectors by label, ``{"X": (0.5, 0, 0.5)}``; Γ is always there. The
        standard points of the crystal if not given (needs seekpath).
    points_per_segment : int
        Wave vectors between two labels, both included.
    connect : bool
        Follow each band through crossings by the overlap of eigenvectors, instead of the
        order of frequencies.
    eigenvectors : bool
        Keep eigenvectors too, for `BandsResult.character`.

    Returns
    -------
    BandsResult
        Frequencies in THz.

    Raises
    ------
    DomainError
        If a label is not among the points, or a line has fewer than two of them.
    PhonoError
        If standard points are needed and seekpath is not installed.

    Warns
    -----
    ImaginaryModesWarning
        If there are imaginary modes; their frequencies are negative numbers.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> points = {"X": (0.5, 0, 0.5), "L": (0.5, 0.5, 0.5)}
    >>> result = phonokit.bands(silicon, path="L G X", points=points)
    >>> result.frequencies.shape  # segments, wave vectors, bands; THz
    (2, 51, 6)
    """
    run = checked_run(crystal, nac, run)
    ensure_flag("connect", connect)
    ensure_flag("eigenvectors", eigenvectors)
    segments = band_segments(crystal.primitive, path, points, points_per_segment)
    labels, q = [list(s.labels) for s in segments], np.array([s.qpoints for s in segments])
    record = Record(
        product="bands",
        crystal=crystal,
        nac=nac,
        settings={
            "path": labels,
            "points_per_segment": q.shape[1],
            "connect": connect,
            "eigenvectors": eigenvectors,
        },
    )
    with using(crystal.backend):
        dynamics = crystal.dynamics(nac=nac)
        n_b = 3 * dynamics.cell.n_atoms

        def compute(
            some: NDArray[np.float64], direction: NDArray[np.float64] | None
        ) -> dict[str, NDArray[Any]]:
            if not (connect or eigenvectors):
                return {
                    "frequencies": phonon_frequencies(dynamics, some, direction=direction)
                }
            modes = phonon_modes(dynamics, some, direction=direction)
            f, e = modes.frequencies, modes.polarizations
            if connect:
                rows, order = np.arange(len(f))[:, None], connect_bands(e)
                f, e = f[rows, order], e[rows, order]
            return {"frequencies": f, "eigenvectors": e}

        fields: list[Any] = [("frequencies", "<f8", (n_b,))]
        if eigenvectors:
            fields.append(("eigenvectors", "<c16", (n_b, n_b // 3, 3)))
        values = complete_segments(
            segments,
            crystal.primitive,
            compute,
            np.dtype(fields),
            lambda: record.key(qpoints=q),
            run,
        )
    f = values["frequencies"].reshape(*q.shape[:2], n_b)
    e = values["eigenvectors"].reshape(*f.shape, n_b // 3, 3) if eigenvectors else None
    if run.ranks.rank == 0:
        warn_of_imaginary_modes(
            q.reshape(-1, 3), f.reshape(-1, n_b), "they are given as negative numbers"
        )
    return BandsResult(
        labels=np.array(labels),
        qpoints=q,
        distances=path_distances(segments, crystal.primitive),
        frequencies=f,
        eigenvectors=e,
        **cell_quantities(crystal.primitive),
        provenance=record.provenance(),
    )


def band_segments(
    cell: Cell,
    path: Path | None = None,
    points: Mapping[str, ArrayLike] | None = None,
    points_per_segment: int = 51,
) -> tuple[Segment, ...]:
    """The segments of a path, that of the standard points if there is none; see `bands`."""
    n = ensure_integer("points_per_segment", points_per_segment, 2)
    if path is None:
        if points is not None:
            raise DomainError('points: give a path= of these points too, such as "G X"')
        standard, lines = standard_points(cell)
        return band_path(dict(standard), lines, n)
    lines = path_lines(path)
    named = standard_points(cell)[0] if points is None else named_points(points)
    labels = [[label_of(word, named) for word in line] for line in lines]
    return band_path(dict(named), labels, n)


def standard_point(cell: Cell, label: str) -> NDArray[np.float64]:
    """The fractional wave vector that a label stands for in a crystal, (3,).

    Raises
    ------
    DomainError
        If the crystal has no such point.
    PhonoError
        If seekpath is not installed.
    """
    points = standard_points(cell)[0]
    name = label_of(label, points)
    if name not in points:
        raise DomainError(
            f"q: the standard points of this crystal are {', '.join(points)}, not {label}; "
            "name one of them, or write three numbers such as 0.5,0,0"
        )
    return np.asarray(points[name], dtype=float)


def path_distances(segments: Sequence[Segment], cell: Cell) -> NDArray[np.float64]:
    """Along the whole path, 1/Å without 2π, (n_s, n)."""
    distances, start = [], 0.0
    for segment in segments:
        along = start + segment.distances(cell)
        distances.append(along)
        start = along[-1]
    return np.array(distances)
