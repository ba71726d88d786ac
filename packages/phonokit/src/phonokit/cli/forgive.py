"""Values in the forms people type them, made those that the options take."""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence

THREE = ("--mesh", "--supercell", "--phonon-supercell")
"""Options of three whole numbers, written 11x11x11 by many."""
LISTS = ("--sigma", "--mass-variances", "--volumes", "--fc3-cutoffs")
"""Options of several numbers, written 0.1,0.2 by many."""
BETWEEN = re.compile(r"[x×*,;\s]+")
LENGTH = re.compile(r"([0-9.eE+-]+?) ?(nm|um|µm|μm|mm)")
MICROMETRES = {"nm": 1e-3, "um": 1.0, "µm": 1.0, "μm": 1.0, "mm": 1e3}
"""Units in which a mean free path may be given; without one it is in µm."""
CENTRE = {"G": "0,0,0", "Γ": "0,0,0", "GAMMA": "0,0,0", "Gamma": "0,0,0"}


def forgiven(
    words: Sequence[str], choices: Mapping[str, Sequence[str]], known: frozenset[str]
) -> list[str]:
    """Arguments with ``11x11x11`` as three numbers, choices as they are spelt, Γ as zeros.

    Parameters
    ----------
    words : sequence of str
        The command and its arguments, options by their full names.
    choices : mapping
        Values that an option may have, by its name.
    known : frozenset of str
        Options of the command.
    """
    out: list[str] = []
    option, place = "", 0
    for word in words:
        name, equals, value = word.partition("=")
        if name in known:
            option, place = name, 0
            if not equals:
                out.append(word)
                continue
            values = [*_values(option, value, 0, choices)]
            out += [name, *values] if len(values) > 1 else [f"{name}={values[0]}"]
        else:
            out += _values(option, word, place, choices)
        place += 1
    return out


def _values(
    option: str, word: str, place: int, choices: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    """The words that the value of an option stands for."""
    parts = [part for part in BETWEEN.split(word.strip("()[] ")) if part]
    if option in THREE and place == 0 and len(parts) == 3:
        yield from parts
    elif option in LISTS and "," in word:
        yield from filter(None, word.split(","))
    elif option == "--q" and place == 0:
        yield CENTRE.get(word, word)
    elif option == "--boundary-mfp" and (length := LENGTH.fullmatch(word)):
        yield _in_micrometres(word, *length.groups())
    elif place == 0 and option in choices:
        alike = [str(c) for c in choices[option] if str(c).lower() == word.lower()]
        yield alike[0] if len(alike) == 1 else word
    else:
        yield word


def _in_micrometres(word: str, number: str, unit: str) -> str:
    """A length without its unit; the word as it is if its number is none."""
    try:
        return f"{float(number) * MICROMETRES[unit]:.12g}"
    except ValueError:
        return word


def tell_of_ranges(words: Sequence[str]) -> None:
    """Say how a range is written, if three temperatures look like one."""
    for i, word in enumerate(words):
        if word != "--temperature":
            continue
        values = words[i + 1 : i + 4]
        try:
            first, last, step = map(float, values)
        except ValueError:
            continue
        # In ascending order they would be a list; out of it nobody writes a list.
        if first < last and 0 < step < last:
            sys.stderr.write(
                f"phono: warning: --temperature {' '.join(values)} are three temperatures; "
                f"a range is --temperature {':'.join(values)}\n"
            )
