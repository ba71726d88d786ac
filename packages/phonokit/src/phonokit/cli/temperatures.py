"""Lists of numbers on the command line."""

import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter, Token

SEVERAL = (
    *("--temperature", "--q", "--mass", "--mass-variances", "--magnetic-moments"),
    *("--volumes", "--meshes", "--sigma", "--fc3-cutoffs", "--scattering-length"),
)
"""Options that numbers may follow, with or without commas."""
FEW = 10
"""As many temperatures are worth writing as a range."""
MANY = 100_000
"""Temperatures that nobody means to ask for."""
NUMBERS = re.compile(
    r"[-+]?[0-9.](?:[-+0-9.eE,:]*|[-+0-9.eE/]*(?:,[-+0-9.eE/]+){2}|\d*(?:[x×]\d+){2})"
)
"""Numbers, lists and ranges of them, and wave vectors, which may be fractions."""
COUNTED = re.compile(r"(\d{1,4})\*([-+]?[0-9.][-+0-9.eE]*)")
"""A number so many times, as MAGMOM of VASP has it: 2*1.5."""
NAMED = ("--mass", "--mass-variances", "--scattering-length")
"""Options whose numbers may have the name of an element or a site before them."""
NAMED_NUMBER = re.compile(r"[A-Z][a-z]?\d*=[-+]?[0-9.][-+0-9.eE]*(?:,[^,\s]+)*")
LABEL = re.compile(r"[A-ZΓΔΛΣ](_?[0-9]|[₀-₉])?")
"""A standard point of a crystal, as seekpath calls it; --q takes them too."""
HOW = "numbers as in 300, 100,200,300 or 100:1000:50 (first, last, step)"


def temperatures_of(_type: Any, tokens: Sequence[Token]) -> tuple[float, ...]:
    """Temperatures given as numbers, lists of them and ranges, K."""
    return tuple(
        t for token in tokens for part in token.value.split(",") for t in _range(part)
    )


def shortened(values: Sequence[Any]) -> str | Sequence[Any]:
    """Many numbers in equal steps as a range, others as they are."""
    if len(values) < FEW or not all(isinstance(x, float) for x in values):
        return values
    step = Decimal(repr(values[1])) - Decimal(repr(values[0]))
    if not step or not 0 < (values[-1] - values[0]) / float(step) < MANY:
        return values
    text = f"{values[0]:g}:{values[-1]:g}:{step.normalize():f}"
    return text if _range(text) == list(values) else values


def spread(tokens: Sequence[str]) -> list[str]:
    """Give every one of several numbers after an option the option for itself.

    An option that took all that follows would take the path of the data too.
    """
    out: list[str] = []
    option = ""
    for token in tokens:
        counted = COUNTED.fullmatch(token) if option == "--magnetic-moments" else None
        if option and (counted or follows(option, token)):
            if out[-1] == option:
                out.pop()
            # With "=", or a minus sign would begin another option.
            times, value = (int(counted[1]), counted[2]) if counted else (1, token)
            out += [f"{option}={value}"] * times
        else:
            option = token if token in SEVERAL else ""
            out.append(token)
    return out


def follows(option: str, word: str) -> bool:
    """Whether a word is one of the values after an option that takes several."""
    if option in NAMED and NAMED_NUMBER.fullmatch(word):
        return True
    if option == "--q" and LABEL.fullmatch(word):
        # A folder may be called X.
        return not Path(word).exists()
    return option in SEVERAL and NUMBERS.fullmatch(word) is not None


def _range(text: str) -> list[float]:
    """A number, or those from the first to the last, which is among them if it fits."""
    try:
        first, *rest = map(Decimal, text.split(":"))
        if not rest:
            return [float(first)]
        last, step = rest
        count = (last - first) // step
        if not 0 <= count < MANY:
            raise ValueError
    except (ValueError, ArithmeticError):
        raise ValueError(f"expected {HOW}, got {text!r}") from None
    return [float(first + i * step) for i in range(int(count) + 1)]


Temperatures = Annotated[
    tuple[float, ...],
    Parameter(
        converter=temperatures_of,
        help="Temperatures in K; one or more, or first:last:step, as 100:1000:50.",
    ),
]
