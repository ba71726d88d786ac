"""Lines through the Brillouin zone, and the bands along them."""

import itertools
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import Cell, ValueNoun
from phono_grid.errors import (
    MOST_POINTS,
    DomainError,
    PhonoError,
    as_numbers,
    ensure_finite,
    ensure_flag,
    ensure_integer,
    ensure_type,
    finite,
    frozen,
)

from phono_dynmat._dynamical_matrix import phonon_frequencies, phonon_modes
from phono_dynmat._fourier import ZERO, Dynamics, ensure_dynamics


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Segment(ValueNoun):
    """A straight line between two wave vectors.

    Parameters
    ----------
    labels : two strings
    qpoints : (n, 3) array_like
        Fractional, both ends included.
    """

    labels: tuple[str, str]
    qpoints: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_type("labels", self.labels, Sequence)
        if len(self.labels) != 2 or not all(isinstance(x, str) for x in self.labels):
            raise DomainError(f"labels: expected two strings, got {self.labels!r}")
        q = frozen(self.qpoints, "qpoints")
        ensure_finite("qpoints", q)
        if q.ndim != 2 or q.shape[1] != 3 or len(q) < 2:
            raise DomainError(
                f"qpoints: expected two or more wave vectors, got shape {list(q.shape)}"
            )
        object.__setattr__(self, "qpoints", q)

    def distances(self, cell: Cell) -> NDArray[np.float64]:
        """Distances from the first end, 1/Å without 2π."""
        k = (self.qpoints - self.qpoints[0]) @ cell.reciprocal_lattice
        return np.asarray(np.linalg.norm(k, axis=1))

    def direction(self, cell: Cell) -> NDArray[np.float64] | None:
        """The direction in which the line approaches Γ or another reciprocal lattice point.

        Fractional; None if none of its wave vectors is a reciprocal lattice point.
        """
        away = (self.qpoints - np.rint(self.qpoints)) @ cell.reciprocal_lattice
        if (np.linalg.norm(away, axis=1) >= ZERO).all():
            return None
        return np.asarray(self.qpoints[0] - self.qpoints[-1])


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BandStructure(ValueNoun):
    """Bands along segments.

    Parameters
    ----------
    segments : tuple of Segment
    distances : tuple of (n,) arrays
        Along the whole path, 1/Å without 2π; there is no jump between segments.
    frequencies : tuple of (n, n_b) arrays
        THz, one array for each segment.
    """

    segments: tuple[Segment, ...]
    distances: tuple[NDArray[np.float64], ...]
    frequencies: tuple[NDArray[np.float64], ...]

    def __post_init__(self) -> None:
        """Establish the invariants."""
        segments = _checked_segments(self.segments)
        n = [len(segment.qpoints) for segment in segments]
        distances = _arrays(self.distances, "distances", [(m,) for m in n])
        frequencies = _arrays(self.frequencies, "frequencies", [(m, "n_b") for m in n])
        object.__setattr__(self, "segments", segments)
        object.__setattr__(self, "distances", distances)
        object.__setattr__(self, "frequencies", frequencies)

    def __repr__(self) -> str:
        """Path and number of bands: ``BandStructure(Γ-X, X-K, 6 bands)``."""
        path = ", ".join("-".join(segment.labels) for segment in self.segments)
        return f"BandStructure({path}, {self.frequencies[0].shape[1]} bands)"


def _checked_segments(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """Require one segment or more."""
    ensure_type("segments", segments, Sequence)
    for segment in segments:
        ensure_type("segments", segment, Segment)
    if not segments:
        raise DomainError("segments: there are none; give a path of two points or more")
    return tuple(segments)


def _arrays(
    values: Sequence[ArrayLike], name: str, shapes: Sequence[tuple[int | str, ...]]
) -> tuple[NDArray[np.float64], ...]:
    """Require one array of finite numbers for each segment."""
    if not (isinstance(values, Sequence) or np.ndim(values)) or len(values) != len(shapes):
        raise DomainError(f"{name}: expected one array for each of {len(shapes)} segments")
    arrays = (finite(x, name, shape) for x, shape in zip(values, shapes, strict=True))
    return tuple(frozen(x, name) for x in arrays)


def band_path(
    points: dict[str, ArrayLike], path: Sequence[Sequence[str]], n: int = 51
) -> tuple[Segment, ...]:
    """Segments between points that have labels.

    Parameters
    ----------
    points : dict
        Fractional wave vectors by label.
    path : sequence of sequences of str
        Labels along each unbroken line, such as ``[["Γ", "X", "K"], ["Γ", "L"]]``.
    n : int
        Wave vectors of each segment, both ends included.

    Raises
    ------
    DomainError
        If a label is not among the points, a line has fewer than two of them, or no
        length.
    ShapeError
        If a point is not three numbers.
    """
    n = ensure_integer("n", n, 2, MOST_POINTS)
    ensure_type("points", points, Mapping)
    ensure_type("path", path, Sequence)
    segments = []
    for line in path:
        ensure_type("path", line, Sequence)
        if len(line) < 2:
            raise DomainError(f"path: a line needs two labels or more, got {list(line)}")
        for label in line:
            if label not in points:
                raise DomainError(
                    f"path: there is no point {label!r}; there are {', '.join(points)}"
                )
        for a, b in itertools.pairwise(line):
            start, end = (finite(points[x], f"points: {x}", (3,)) for x in (a, b))
            if np.abs(end - start).max() < ZERO:
                raise DomainError(
                    f"path: the line from {a} to {b} has no length; leave one of them out"
                )
            segments.append(Segment((a, b), np.linspace(start, end, n)))
    return tuple(segments)


def standard_points(
    cell: Cell,
) -> tuple[dict[str, NDArray[np.float64]], list[list[str]]]:
    """The points of high symmetry of ``cell`` with their usual labels, and a path of them.

    As `seekpath` has them (the extra ``seekpath``): Y. Hinuma et al., Comput. Mater. Sci.
    128, 140 (2017).
    """
    ensure_type("cell", cell, Cell)
    try:
        import seekpath
    except ImportError:
        raise PhonoError(
            "a path that is not given needs seekpath; install phono-dynmat[seekpath], or "
            "give the path by hand"
        ) from None
    structure = (cell.lattice, cell.positions, cell.kinds)
    with warnings.catch_warnings():
        # It calls spglib in a way that spglib warns of.
        warnings.simplefilter("ignore", DeprecationWarning)
        standard = seekpath.get_path_orig_cell(structure)
    points = {_label(k): np.array(q) for k, q in standard["point_coords"].items()}
    path: list[list[str]] = []
    for a, b in standard["path"]:
        if path and path[-1][-1] == _label(a):
            path[-1].append(_label(b))
        else:
            path.append([_label(a), _label(b)])
    return points, path


def _label(name: str) -> str:
    """``GAMMA`` and ``X_1`` as they are printed."""
    digits = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
    head, _, index = name.replace("GAMMA", "Γ").replace("SIGMA", "Σ").partition("_")
    return head + index.translate(digits)


def band_structure(
    dynamics: Dynamics, segments: Sequence[Segment], *, connect: bool = False
) -> BandStructure:
    """Frequencies along ``segments``.

    At Γ, and at any other reciprocal lattice point, each segment has the limit along its
    own direction, so that polar crystals have their longitudinal branches from each side.

    Parameters
    ----------
    dynamics : HarmonicSeries, GonzeLeeCorrection or WangCorrection
    segments : sequence of Segment
        See `band_path` and `standard_points`.
    connect : bool
        Follow each band through crossings by the overlap of its polarizations, instead of
        the order of frequencies.
    """
    ensure_dynamics("dynamics", dynamics)
    segments = _checked_segments(segments)
    ensure_flag("connect", connect)
    distances, bands, start = [], [], 0.0
    for segment in segments:
        direction = segment.direction(dynamics.cell)
        along = start + segment.distances(dynamics.cell)
        start = along[-1]
        distances.append(along)
        if not connect:
            bands.append(phonon_frequencies(dynamics, segment.qpoints, direction=direction))
            continue
        modes = phonon_modes(dynamics, segment.qpoints, direction=direction)
        order = connect_bands(modes.polarizations)
        bands.append(np.take_along_axis(modes.frequencies, order, axis=1))
    return BandStructure(segments, tuple(distances), tuple(bands))


def connect_bands(polarizations: ArrayLike) -> NDArray[np.int64]:
    r"""The order of bands that follows each of them from one wave vector to the next.

    Band by band the largest overlap :math:`|\langle e_{j}(q_{n-1}) | e_{j'}(q_n) \rangle|`
    that is left decides.

    Parameters
    ----------
    polarizations : (n_q, n_b, n_a, 3) array_like of complex
        Along a line.

    Returns
    -------
    (n_q, n_b) array of int
        ``order[n, i]``: which band of wave vector ``n`` continues band ``i`` of the first.
    """
    shape = ("n_q", "n_b", "n_a", 3)
    e = as_numbers(polarizations, "polarizations", np.complex128, shape)
    ensure_finite("polarizations", e)
    n_q, n_b = e.shape[:2]
    if not n_q:
        raise DomainError("polarizations: expected one wave vector or more, got none")
    e = e.reshape(n_q, n_b, 3 * e.shape[2])
    order = np.empty((n_q, n_b), dtype=np.int64)
    order[0] = np.arange(n_b)
    for n in range(1, n_q):
        overlaps = np.abs(e[n - 1].conj() @ e[n].T)
        following = np.empty(n_b, dtype=np.int64)
        for j in range(n_b):
            # The last of equal ones, as phonopy has it.
            best = n_b - 1 - int(overlaps[j, ::-1].argmax())
            following[j] = best
            overlaps[:, best] = -1
        order[n] = following[order[n - 1]]
    return order
