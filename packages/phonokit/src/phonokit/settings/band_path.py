"""Lines through the Brillouin zone, as people write them."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid.errors import DomainError, finite

Lines = list[list[str]]
"""Labels along each unbroken line."""

GAMMA = ("Γ", "G", "GAMMA", "Gamma")
"""Common spellings of Γ."""
LABELS = re.compile(r"GAMMA|SIGMA|[A-ZΓΣΛΔ](?:_?[0-9]+|')?")
RUN_TOGETHER = re.compile(rf"(?:{LABELS.pattern}){{2,}}")
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def path_lines(path: str | Sequence[str] | Sequence[Sequence[str]]) -> Lines:
    """Labels along each unbroken line of a path.

    Parameters
    ----------
    path : str, or sequence of labels, or sequence of such sequences
        ``"G X | K G L"``, ``"G X, K G L"``, ``"GX|KGL"`` or
        ``[["G", "X"], ["K", "G", "L"]]``.

    Raises
    ------
    DomainError
        If it is something else, or a line has fewer than two labels.
    """
    if isinstance(path, str):
        lines = [_labels(line) for line in re.split(r"[|,]", path)]
    else:
        lines = _lines(path)
    for line in lines:
        if len(line) < 2:
            raise DomainError(
                f"path: a line needs two labels or more, got {' '.join(line)!r}"
            )
    return lines


def _labels(line: str) -> list[str]:
    """Labels of a line, with blanks or hyphens between them or run together."""
    words = line.replace("-", " ").replace("→", " ").split()
    if len(words) != 1 or words[0] in GAMMA:
        return words
    return LABELS.findall(words[0]) if RUN_TOGETHER.fullmatch(words[0]) else words


def named_points(
    points: Mapping[str, ArrayLike],
) -> dict[str, NDArray[np.float64]]:
    """Points of a path by label, Γ among them.

    Parameters
    ----------
    points : dict
        Fractional wave vectors by label.

    Raises
    ------
    DomainError, ShapeError
        If these are not three numbers by label.
    """
    if not isinstance(points, Mapping) or not all(isinstance(k, str) for k in points):
        raise DomainError(
            'points: expected wave vectors by label, such as {"X": (0.5, 0, 0.5)}, got '
            f"{points!r}"
        )
    return {"Γ": np.zeros(3)} | {
        label_of(k): finite(q, f"points: {k}", (3,)) for k, q in points.items()
    }


def label_of(word: str, points: Mapping[str, object] | None = None) -> str:
    """A label as it is printed: Γ for ``G`` and ``GAMMA``, ``S₀`` for ``S_0``.

    Parameters
    ----------
    word : str
    points : mapping, optional
        Points whose own labels come first: body-centred tetragonal crystals have a G
        beside Γ.
    """
    if points is not None and word in points:
        return word
    if word in GAMMA:
        return "Γ"
    head, _, index = word.replace("SIGMA", "Σ").partition("_")
    return head + index.translate(SUBSCRIPTS)


def _lines(path: object) -> Lines:
    """Lines that are given as sequences."""
    if isinstance(path, Sequence) and path:
        if all(isinstance(word, str) and len(word.split()) == 1 for word in path):
            return [list(path)]
        lines = [line for line in path if isinstance(line, Sequence)]
        words = [word for line in lines for word in line]
        apart = not any(isinstance(line, str) for line in lines)
        if apart and len(lines) == len(path) and all(isinstance(w, str) for w in words):
            return [list(line) for line in lines]
    raise DomainError(
        'path: expected labels such as "G X | K G L" or [["G", "X"], ["K", "G", "L"]], '
        f"got {path!r}"
    )
