"""Settings of a finished file, compared with the settings of this run."""

import json
from collections.abc import Mapping

from phono_grid.hdf5 import Hdf5File

from phonokit.model.formula import reduced_formula


def difference(there: Mapping[str, str], here: Mapping[str, str]) -> str:
    """The first option that differs and both values; empty if there is none."""
    for name in {**here, **there}:
        old, new = there.get(name, "nothing"), here.get(name, "nothing")
        if old != new:
            name = name.replace("_", "-")
            return f"{name} is {_in_words(old)} there and {_in_words(new)} here"
    return ""


def _in_words(value: str) -> str:
    """A value for a person: a mesh by its three numbers if its matrix is diagonal."""
    numbers = value.split()
    others = [n for i, n in enumerate(numbers) if i not in (0, 4, 8)]
    if len(numbers) == 9 and set(others) == {"0"}:
        return " × ".join(numbers[i] for i in (0, 4, 8))
    return value


def reason_of_difference(file: Hdf5File, asked: Mapping[str, str]) -> str:
    """Why a file is not the result that is asked for; empty if it is.

    Parameters
    ----------
    file : Hdf5File
    asked : mapping
        Everything that its numbers depend on, by name, as `Result.write` has kept it.

    Raises
    ------
    FileError
        If what it was asked for cannot be read.
    """
    if file.attributes.get("program") != "phonokit":
        return "it was written by another program"
    try:
        old = {str(k): str(v) for k, v in json.loads(file.text("asked", "{}")).items()}
    except (ValueError, AttributeError, RecursionError):
        raise file.error("what it was asked for cannot be read; it is damaged") from None
    if not old:
        return "it was written from Python or by another version, of settings unknown here"
    here = dict(asked)
    data = [options.pop("data", "") for options in (old, here)]
    formula = reduced_formula(file.text("formula", ""))
    other = "it is of other data" + f" ({formula} there)" * bool(formula)
    if data[0] == data[1]:
        return difference(old, here)
    for options in (old, here):
        options.pop("mesh", None)  # by length it follows from the data
    return difference(old, here) or other
