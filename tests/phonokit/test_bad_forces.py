"""What can be wrong with forces, in every file that holds them, is said with the place."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import phonokit
import pytest
from phono_fc import PairDisplacements, pair_displacements, single_displacements
from phono_grid import Cell, Supercell, Symmetry
from phono_grid.errors import FileError
from phonokit import DisplacedSupercells, write_displacements
from phonokit.cli.app import main
from phonokit.io.force_store import force_store
from phonokit.io.write_forces import save_forces, write_force_sets

CUTOFF = 3.7  # Å; first neighbours and the atom itself


def crystal(size=(2, 1, 1), distance=0.03, order=3) -> DisplacedSupercells:
    """Cesium chloride, pairs to the first neighbours."""
    cell = Cell(4.2 * np.eye(3), [[0, 0, 0], [0.5, 0.5, 0.5]], ["Cs", "Cl"], [133, 35])
    supercell = Supercell.of(cell, list(size))
    symmetry = Symmetry.of(supercell.cell)
    singles = single_displacements(supercell, symmetry, distance=distance, diagonal=False)
    if order == 2:
        return DisplacedSupercells(cell, supercell, singles)
    pairs = pair_displacements(supercell, symmetry, singles, cutoff=CUTOFF)
    return DisplacedSupercells(cell, supercell, singles, pairs, CUTOFF)


def forces_of(supercells: DisplacedSupercells) -> np.ndarray:
    """Numbers that each stand once in a file; none for pairs beyond the cutoff."""
    shape = (len(supercells), supercells.supercell.cell.n_atoms, 3)
    forces = np.random.default_rng(3).normal(size=shape).round(8)
    return forces * supercells.included[:, None, None]


def beside(folder: Path, supercells: DisplacedSupercells) -> Path:
    """Displacements, and their forces in text."""
    name = {2: "phonopy_disp.yaml", 3: "phono3py_disp.yaml"}[supercells.order]
    path = write_displacements(supercells, folder / name)
    units = phonokit.read_supercells(path)[1]
    save_forces(folder, supercells, forces_of(supercells), units)
    (folder / "FORCE_SETS").unlink(missing_ok=True)
    return folder / f"FORCES_FC{supercells.order}"


def sets(folder: Path, supercells: DisplacedSupercells) -> Path:
    """phonopy's FORCE_SETS."""
    write_displacements(supercells, folder / "phonopy_disp.yaml")
    return write_force_sets(folder / "FORCE_SETS", supercells, forces_of(supercells))


def inside(folder: Path, supercells: DisplacedSupercells) -> Path:
    """A parameter file."""
    path = folder / "phono3py_params.yaml"
    return write_displacements(supercells, path, forces=forces_of(supercells))


def stored(folder: Path, supercells: DisplacedSupercells) -> Path:
    """The file of a run."""
    write_displacements(supercells, folder / "phono3py_disp.yaml")
    path = folder / "forces.hdf5"
    with force_store(path, supercells, "test") as store:
        for number in np.flatnonzero(supercells.included):
            store.put(int(number), forces_of(supercells)[number])
    return path


def text(change: Callable[[list[str]], list[str]]) -> Callable[[Path], None]:
    """A change of the lines of a file."""

    def apply(path: Path) -> None:
        path.write_text("\n".join(change(path.read_text().split("\n")[:-1])) + "\n")

    return apply


def line_of(path: Path, number: int) -> int:
    """The line, from 1, of the forces on the first atom of supercell ``number``, from 0."""
    x = f"{forces_of(crystal())[number, 0, 0]:.8f}"
    lines = path.read_text().split("\n")
    return next(i for i, line in enumerate(lines, 1) if x in line)


def nan_at(number: int) -> Callable[[Path], None]:
    """No number where the forces of a supercell begin."""

    def apply(path: Path) -> None:
        x = f"{forces_of(crystal())[number, 0, 0]:.8f}"
        path.write_text(re.sub(rf"{x}\d*", "nan", path.read_text(), count=1))

    return apply


def other(write: Callable, **options: object) -> Callable[[Path], None]:
    """The file of another crystal in place of this one's."""

    def apply(path: Path) -> None:
        folder = path.parent / "other"
        folder.mkdir()
        write(folder, crystal(**options)).replace(path)

    return apply


def bare(spoil: Callable[[Path], None]) -> Callable[[Path], None]:
    """The same, then without comments."""

    def apply(path: Path) -> None:
        spoil(path)
        path.write_text(re.sub("#.*\n", "", path.read_text()))

    return apply


def without_a_near_pair(path: Path) -> None:
    """The data of two cutoffs in one file."""
    supercells = crystal()
    p = supercells.pairs
    included = p.included.copy()
    included[np.flatnonzero(included & (p.distances < 1))[0]] = False
    mixed = PairDisplacements(p.first, p.atoms, p.displacements, p.distances, included)
    write_displacements(
        DisplacedSupercells(
            supercells.unit_cell, supercells.supercell, supercells.singles, mixed, CUTOFF
        ),
        next(path.parent.glob("phono3py_*.yaml")),
        forces=forces_of(supercells) if path.suffix == ".yaml" else None,
    )


def still(path: Path) -> None:
    """The first displacement of the yaml file has no length."""
    path = next(path.parent.glob("*.yaml"))
    start = re.compile(r"(displacement:\s+\[) [^]]*\]")
    path.write_text(start.sub(r"\1 0.0, 0.0, 0.0 ]", path.read_text(), count=1))


def swapped(path: Path) -> None:
    """The first two atoms of the supercell of the yaml file are in another order."""
    path = next(path.parent.glob("*.yaml"))
    head, key, tail = path.read_text().partition("\nsupercell:")
    one, other = re.findall(r"coordinates: (\[.*?\])", tail)[:2]
    for old, new in ((one, "[X]"), (other, one), ("[X]", other)):
        tail = tail.replace(old, new, 1)
    path.write_text(head + key + tail)


@dataclass(frozen=True)
class Case:
    """A good folder, what is done to it, and what is said of which file."""

    write: Callable[[Path, DisplacedSupercells], Path]
    spoil: Callable[[Path], None]
    message: str
    file: str = ""
    order: int = 3


N = len(crystal())
ROWS = 4 * N
LINE = r"line {line} \(supercell 2\)"
DO = r"; .*(do|are|compute|correct|mark|remove|run|name|take|add)"
CASES = {
    # Fewer forces than displacements.
    "the last set is not there": Case(
        beside,
        text(lambda lines: lines[:-7]),
        rf"expected {ROWS} lines of forces \({N} .* got {ROWS - 4}, number {N} is not comp",
    ),
    "the last line is not there": Case(
        beside,
        text(lambda lines: lines[:-1]),
        f"got {ROWS - 1}, number {N} is not complete",
    ),
    "a set too many": Case(
        beside, text(lambda lines: [*lines, *["0 0 0"] * 4]), f"got {ROWS + 4}{DO}"
    ),
    "the last set of FORCE_SETS is not there": Case(
        sets,
        text(lambda lines: lines[:-7]),
        r"expected \d+ lines for \d displacements"
        r" of 4 atoms, got \d+; are all",
        order=2,
    ),
    "a set of a parameter file is not there": Case(
        inside,
        lambda path: path.write_text(
            re.sub(r"  forces:\n(  - \[.*\]\n){4}", "", path.read_text(), count=1)
        ),
        rf"only \d+ of \d+ displaced supercells have forces, number 1 has none{DO}",
    ),
    "a run is not finished": Case(
        stored,
        lambda path: unfinished(path, 1),
        r"1 of \d+ supercells have no forces yet, the first is number 2; run phono forces",
    ),
    # No numbers.
    "no number in FORCES_FC3": Case(
        beside,
        nan_at(1),
        rf"{LINE}: expected three numbers, got 'nan .*'{DO}",
    ),
    "no number in FORCES_FC2": Case(
        beside,
        nan_at(1),
        rf"{LINE}: expected three numbers, got 'nan .*'{DO}",
        order=2,
    ),
    "no number in FORCE_SETS": Case(
        sets,
        nan_at(1),
        rf"{LINE}: expected 3 numbers, got 'nan .*'{DO}",
        order=2,
    ),
    "no number in a parameter file": Case(
        inside,
        nan_at(1),
        rf"line {{line}}: expected three numbers, got '- \[ +nan, .*'{DO}",
    ),
}


def unfinished(path: Path, number: int) -> None:
    """One supercell of a run has no forces."""
    h5py = pytest.importorskip("h5py")
    with h5py.File(path, "r+") as file:
        file["done"][number] = 0


CASES |= {
    # Forces of another supercell, or of other displacements.
    "forces of a larger supercell without comments": Case(
        beside,
        bare(other(beside, size=(2, 2, 1))),
        rf"expected {ROWS} lines of .* got 448{DO}",
    ),
    "forces of a larger supercell": Case(
        beside,
        other(beside, size=(2, 2, 1)),
        rf"line \d+ \(supercell \d+\): the comment says that atom .*{DO}",
    ),
    "a run of a larger supercell": Case(
        stored, other(stored, size=(2, 2, 1)), "holds forces of other displaced supercells"
    ),
    "FORCE_SETS of a larger supercell": Case(
        sets,
        other(sets, size=(2, 2, 1), order=2),
        rf"is of a supercell of 8 atoms, expected 4{DO}",
        order=2,
    ),
    "forces of longer displacements": Case(
        beside,
        other(beside, distance=0.05),
        r"line 2 \(supercell 1\): the comment says that atom 1 moves by 0 0\.05 0, the "
        r"yaml file that atom 1 moves by 0 0\.03 0; take the forces of these displ",
    ),
    "sets in another order": Case(
        beside,
        text(lambda lines: lines[6:12] + lines[:6] + lines[12:]),
        r"line 2 \(supercell 1\): the comment says .*; take the forces .* in their order",
        order=2,
    ),
    "a run of longer displacements": Case(
        stored, other(stored, distance=0.05), "holds forces of other displaced supercells"
    ),
    "atoms of the supercell in another order": Case(
        beside,
        swapped,
        "supercell: atom 1 is not where unit_cell and",
        "phono3py_disp.yaml",
    ),
    # Displacements that are none, cutoffs that differ.
    "no displacement beside": Case(
        beside,
        still,
        rf"displacement_pairs\[1\]\.displacement: has length zero{DO}",
        "phono3py_disp.yaml",
    ),
    "no displacement inside": Case(
        inside, still, rf"displacement_pairs\[1\]\.displacement: has length zero{DO}"
    ),
    "no displacement in FORCE_SETS": Case(
        sets,
        text(lambda lines: [*lines[:4], "0 0 0", *lines[5:]]),
        rf"line 5: displacement 1 has length zero{DO}",
        order=2,
    ),
    "two cutoffs beside": Case(
        beside,
        without_a_near_pair,
        r"number \d+ is excluded although its atoms are 0\.0000 Å apart.*cannot be mixed, "
        "mark every pair",
        "phono3py_disp.yaml",
    ),
    "two cutoffs inside": Case(
        inside, without_a_near_pair, "data of different cutoffs cannot be mixed, mark every"
    ),
}


@pytest.mark.parametrize("what", CASES)
def test_what_is_wrong_is_said_in_one_line(tmp_path, capsys, what):
    case = CASES[what]
    path = case.write(tmp_path, crystal(order=case.order))
    phonokit.read(tmp_path)  # as long as nothing is wrong
    message = case.message
    if "{line}" in message:
        message = message.replace("{line}", str(line_of(path, 1)))
    case.spoil(path)
    with pytest.raises(FileError, match=message) as caught:
        phonokit.read(tmp_path)
    assert str(caught.value).startswith(str(tmp_path / (case.file or path.name)))
    assert main(["fc", str(tmp_path)]) == 2
    err = capsys.readouterr().err
    assert err.split() == ["phono:", "error:", *str(caught.value).split()]
    assert err.count("\n") == 1
