"""exciting's ``input.xml``: vectors in units of a scale in bohr, atoms by species."""

import re
from pathlib import Path

import numpy as np
from phono_grid.errors import FileError
from phono_grid.units import BOHR

from phonokit.io.files import open_text
from phonokit.io.fractional import fractional
from phonokit.io.lines import number_of
from phonokit.io.species import Structure

VECTOR = re.compile(r"<basevect\b[^>]*>([^<]*)</basevect>")
SPECIES = re.compile(r"<species\b([^>]*)>(.*?)</species>", re.DOTALL)
ATOM = re.compile(r"<atom\b([^>]*)>")
ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


def read_exciting_input(path: Path) -> Structure:
    """Read the structure of an ``input.xml``.

    Species are named by their files. Fields in muffin tins (``bfcmt``), with which a
    calculation of a magnetic crystal begins, are taken for its moments, as those of Elk.

    Raises
    ------
    FileError
        If it has no three vectors or no atoms.
    """
    with open_text(path) as file:
        text = re.sub(r"<!--.*?-->", "", file.read(), flags=re.DOTALL)
    crystal = re.search(r"<crystal\b([^>]*)>", text)
    head = re.search(r"<structure\b([^>]*)>", text)
    vectors = [_three(path, match[1]) for match in VECTOR.finditer(text)]
    if crystal is None or head is None or len(vectors) != 3:
        raise FileError(f"{path}: expected a crystal with three basevect")
    given = _attributes(crystal[1])
    scale = _three(path, f"{given.get('scale', '1')} 1 1")[0]
    stretch = np.array(_three(path, given.get("stretch", "1 1 1")))
    lattice = scale * BOHR * np.array(vectors) * stretch[:, None]
    labels, x, fields = [], [], []
    for match in SPECIES.finditer(text):
        name = _attributes(match[1]).get("speciesfile", "")
        for atom in ATOM.finditer(match[2]):
            labels.append(name.rpartition("/")[2].partition(".")[0])
            said = _attributes(atom[1])
            x.append(_three(path, said.get("coord", "")))
            fields.append(_three(path, said.get("bfcmt", "0 0 0")))
    if not x:
        raise FileError(f"{path}: has no atoms of a species")
    places = np.array(x)
    if _attributes(head[1]).get("cartesian", "").lower() == "true":
        places = fractional(places * BOHR, lattice)
    moments = np.array(fields)
    if not moments[:, :2].any():
        moments = moments[:, 2]
    return Structure(lattice, places, labels, moments=moments)


def _attributes(text: str) -> dict[str, str]:
    """The attributes of an element."""
    return {m[1]: m[2] if m[2] is not None else m[3] for m in ATTRIBUTE.finditer(text)}


def _three(path: Path, text: str) -> list[float]:
    """Three finite numbers."""
    try:
        numbers = [number_of(word) for word in text.split()]
    except ValueError:
        numbers = []
    if len(numbers) != 3 or not np.isfinite(numbers).all():
        raise FileError(f"{path}: expected three numbers, got {text.strip()[:40]!r}")
    return numbers
