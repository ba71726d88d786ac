"""Names in legends for the results that are drawn in one frame."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np


def legend_names(
    formulas: Sequence[str],
    names: Sequence[str] | None = None,
    about: Sequence[Mapping[str, str]] | None = None,
) -> list[str]:
    """A name for each: formula, own name, what else differs; a number where nothing does.

    Parameters
    ----------
    formulas : sequence of str
    names : sequence of str, optional
    about : sequence of mapping, optional
        More about each, in words, by names that all have; told of those that would have
        the same name, where it differs.
    """
    if names is None:
        whole = list(formulas)
    elif len(set(formulas)) == 1:
        whole = list(names)
    else:
        pairs = zip(formulas, names, strict=True)
        whole = [", ".join(filter(None, pair)) for pair in pairs]
    whole = _told_apart(whole, about or [{}] * len(whole))
    return [
        name if whole.count(name) == 1 else f"{name} ({i})"
        for i, name in enumerate(whole, 1)
    ]


def _told_apart(names: Sequence[str], about: Sequence[Mapping[str, str]]) -> list[str]:
    """Names, with what differs between those that are the same."""
    longer = []
    for name, mine in zip(names, about, strict=True):
        others = [one for other, one in zip(names, about, strict=True) if other == name]
        words = [
            text for key, text in mine.items() if {one.get(key) for one in others} != {text}
        ]
        longer.append(", ".join([name, *words]))
    return longer


def choices_in_words(settings: Mapping[str, Any], files: Sequence[Path]) -> dict[str, str]:
    """Data and choices of a result, each in a word or two, by its name."""
    words = {
        key: _in_words(key.replace("_", " "), value)
        for key, value in settings.items()
        if key != "transport"
    }
    data = [path.parent.name or path.name for path in files[:1]]
    return {**words, "folder": "".join(data), "file": "".join(p.name for p in files[:1])}


def _in_words(name: str, value: Any) -> str:
    """A choice as a legend has it."""
    if value is None or value is False:
        return f"no {name}"
    if value is True:
        return name
    if name == "mesh" and len(value) == 3 and not any(map(np.isscalar, value)):
        rows = np.asarray(value)
        if not (rows - np.diag(np.diag(rows))).any():
            return " × ".join(map(str, np.diag(rows)))
    if name == "boundary mfp":
        return f"boundaries {1000 * value:g} nm"
    if name == "sigma":
        return f"σ = {value:g} THz"
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return f"{name} {text}"
