"""Chemical elements: symbols and atomic numbers."""

import re
from typing import Any

import numpy as np

from phono_grid.errors import DomainError, ensure_integer

_SYMBOLS = """
H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se
Br Kr Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb
Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm
Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og
"""
ELEMENTS = tuple(_SYMBOLS.split())
"""Symbols by atomic number, from 1."""
LABEL = 1000
"""Atoms of an element that symmetry distinguishes, ``Fe2``, have the number
``26 + 2 * LABEL`` where a number is wanted."""

_NUMBERS = {symbol: number for number, symbol in enumerate(ELEMENTS, 1)} | {"D": 1, "T": 1}


def symbol_of(atom: Any, argument: str = "symbols") -> str:
    """The symbol of an atom given by its symbol or its atomic number.

    Raises
    ------
    DomainError
        If it is no element: a ghost or dummy atom, or a name of something else.
    """
    if isinstance(atom, str):
        number_of(atom, argument)
        return str(atom)
    label, number = divmod(ensure_integer(argument, atom), LABEL)
    if not (0 < number <= len(ELEMENTS) and label >= 0):
        raise DomainError(
            f"{argument}: {atom} is not an atomic number, expected 1 to {len(ELEMENTS)}; "
            "ghost and dummy atoms do not vibrate, remove them"
        )
    return f"{ELEMENTS[number - 1]}{label or ''}"


def number_of(symbol: str, argument: str = "symbols") -> int:
    """The atomic number of a symbol, which may carry a label, as in ``Fe2``."""
    element, _ = split_symbol(symbol)
    if element not in _NUMBERS:
        raise DomainError(
            f"{argument}: {symbol!r} is not a chemical element; ghost and dummy atoms do "
            "not vibrate, remove them"
        )
    return _NUMBERS[element]


def labelled_number(symbol: str) -> int:
    """The atomic number, with `LABEL` times the label of the symbol added."""
    return number_of(symbol) + LABEL * split_symbol(symbol)[1]


def split_symbol(symbol: str) -> tuple[str, int]:
    """Element and label of a symbol: ``Fe2`` is the second kind of ``Fe``."""
    match = re.fullmatch(r"([A-Z][a-z]?)(\d*)", symbol)
    return (match[1], int(match[2] or 0)) if match else (symbol, 0)


def are_numbers(symbols: Any) -> bool:
    """Whether atoms are given by atomic numbers, in an array or a list."""
    if isinstance(symbols, str) or not np.iterable(symbols):
        return False
    values = list(symbols)
    return bool(values) and all(isinstance(value, int | np.integer) for value in values)
