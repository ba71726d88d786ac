"""Names in legends for the results that are drawn in one frame."""

import math
import re
from collections.abc import Sequence

ELEMENT = re.compile(r"([A-Z][a-z]?)(\d*)")


def reduced_formula(formula: str) -> str:
    """A formula with the smallest whole numbers: AlN of Al2N2."""
    counts = [(name, int(number or 1)) for name, number in ELEMENT.findall(formula)]
    if "".join(f"{e}{n}" for e, n in ELEMENT.findall(formula)) != formula or not counts:
        return formula
    common = math.gcd(*(n for _, n in counts))
    return "".join(f"{e}{n // common if n > common else ''}" for e, n in counts)


def legend_names(formulas: Sequence[str], names: Sequence[str] | None = None) -> list[str]:
    """A name for each: formulas where they differ, its own, a number where all agree."""
    short = [reduced_formula(formula) for formula in formulas]
    if names is None:
        whole = short
    elif len(set(short)) == 1:
        whole = list(names)
    else:
        whole = [", ".join(filter(None, pair)) for pair in zip(short, names, strict=True)]
    return [
        name if whole.count(name) == 1 else f"{name} ({i})"
        for i, name in enumerate(whole, 1)
    ]
