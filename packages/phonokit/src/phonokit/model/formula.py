"""The formula by which people know a crystal."""

import math
import re

from phono_grid import Cell

ELEMENT = re.compile(r"([A-Z][a-z]?)(\d*)")


def formula_of(cell: Cell) -> str:
    """The formula of a crystal, whatever cell it has."""
    return reduced_formula(cell.formula)


def reduced_formula(formula: str) -> str:
    """A formula with the smallest whole numbers: AlN of Al2N2."""
    counts = [(name, int(number or 1)) for name, number in ELEMENT.findall(formula)]
    if "".join(f"{e}{n}" for e, n in ELEMENT.findall(formula)) != formula or not counts:
        return formula
    common = math.gcd(*(n for _, n in counts))
    return "".join(f"{e}{n // common if n > common else ''}" for e, n in counts)
