"""Data sets in folders of their own, and what makes two crystals the same."""

import lzma
import re
import shutil
from pathlib import Path

import numpy as np
from phono_fc import SparseForceConstants3
from phonokit import Crystal

DISPLACEMENTS = ("displacement", "phonon_displacements")
CHARGES = ("nac", "born_effective_charge", "dielectric_constant")


def copied(source: Path, folder: Path) -> Path:
    """A data set in a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in source.iterdir():
        if path.is_file():
            shutil.copy(path, folder / path.name)
    return folder


def cells_of(path: Path, folder: Path, *, charges: bool = False) -> Path:
    """A file that holds the cells of a data set, and its charges if wanted."""
    opener = lzma.open if path.suffix == ".xz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        blocks = re.split(r"^(?=[a-z])", file.read(), flags=re.MULTILINE)
    dropped = DISPLACEMENTS if charges else DISPLACEMENTS + CHARGES
    kept = [block for block in blocks if not block.startswith(dropped)]
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "phono3py.yaml"
    target.write_text("".join(kept), encoding="utf-8")
    return target


def yaml_of(folder: Path) -> Path:
    """The data set of a folder."""
    (path,) = folder.glob("*.yaml*")
    return path


def same_crystal(one: Crystal, other: Crystal) -> None:
    """The same numbers, bit by bit."""
    np.testing.assert_array_equal(one.fc2.values, other.fc2.values)
    assert one.fc2.supercell == other.fc2.supercell
    assert type(one.fc3) is type(other.fc3)
    if isinstance(one.fc3, SparseForceConstants3):
        np.testing.assert_array_equal(one.fc3.blocks, other.fc3.blocks)
        np.testing.assert_array_equal(one.fc3.atoms, other.fc3.atoms)
    else:
        np.testing.assert_array_equal(one.fc3.values, other.fc3.values)
    assert one.fc3.supercell == other.fc3.supercell
    assert one.polar == other.polar
