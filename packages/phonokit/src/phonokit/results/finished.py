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
            return f"{name.replace('_', '-')} is {old} there and {new} here"
    return ""


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
    return difference(old, here) or other * (data[0] != data[1])
