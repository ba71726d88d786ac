"""yaml files as versions of phonopy from 2019 on wrote them."""

import re

import numpy as np
import phonokit
import pytest
from phono_grid import Cell, standard_masses
from phono_grid.errors import FileError
from phonokit import Displace, displace


@pytest.fixture
def random():
    """Supercells with all atoms displaced."""
    cell = Cell.of(3.7 * np.eye(3), [[0, 0, 0], [0.5, 0.5, 0.5]], ["Cs", "Cl"])
    settings = Displace(supercell=(2, 1, 1), random=3, seed=1, second_order=True)
    return displace(cell, settings)


def nested(u, forces=None) -> str:
    """Random displacements atom by atom, as from 2019 to 2024."""
    lines = []
    for number, moves in enumerate(u):
        lines.append(f"- # {number + 1}")
        for atom, move in enumerate(moves):
            lines += [f"  - displacement: # {atom + 1}", f"      {list(map(float, move))}"]
            if forces is not None:
                lines += ["    force:", f"      {list(map(float, forces[number, atom]))}"]
    return "\n".join(lines) + "\n"


def with_text(folder, supercells, edit):
    """The file of displacements, changed."""
    path = phonokit.write_displacements(supercells, folder / "phonopy_disp.yaml")
    path.write_text(edit(path.read_text()))
    return path


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("third", [False, True])
def test_random_displacements_atom_by_atom_are_read(tmp_path, rng, random, inside, third):
    forces = rng.normal(size=random.displacements.shape).round(9)

    def edit(text):
        head = text.partition("dataset:")[0]
        if third:
            head = head.replace("phonopy:", "phono3py:")
        displacements = nested(random.displacements, forces if inside else None)
        return f"{head}displacements:\n{displacements}"

    path = with_text(tmp_path, random, edit)
    again, _ = phonokit.read_supercells(path)
    assert again.order == (3 if third else 2)
    np.testing.assert_array_equal(again.displacements, random.displacements)
    if inside:
        snapshots = phonokit.read(path).snapshots
        np.testing.assert_array_equal(snapshots.forces, forces)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (
            lambda u: nested(u[:, :3]),
            r"displacements\[1\]: expected 4 displaced atoms, got 3",
        ),
        (lambda u: nested(u).replace("displacement:", "u:", 1), "displacement: is missing"),
        (
            lambda u: nested(u, u) + nested(u[:1]),
            "only 3 of 4 supercells have forces",
        ),
        (lambda u: nested(u) + "- 3\n", r"expected 4 displaced atoms, got 1"),
    ],
)
def test_wrong_random_displacements_are_named(tmp_path, random, edit, message):
    def whole(text):
        head = text.partition("dataset:")[0]
        return f"{head}displacements:\n{edit(random.displacements)}"

    with pytest.raises(FileError, match=message):
        phonokit.read_supercells(with_text(tmp_path, random, whole))


def test_cells_without_masses_have_standard_ones(tmp_path, random):
    path = with_text(tmp_path, random, lambda text: re.sub("    mass: .*\n", "", text))
    again, _ = phonokit.read_supercells(path)
    np.testing.assert_array_equal(again.unit_cell.masses, standard_masses(["Cs", "Cl"]))


def test_masses_that_differ_between_cells_are_refused(tmp_path, random):
    def edit(text):
        head, supercell = text.split("supercell:\n", 1)
        return f"{head}supercell:\n{supercell.replace('mass: 35.453', 'mass: 36.966', 1)}"

    with pytest.raises(
        FileError, match=r"supercell: atom 3, Cl, weighs 36.966 Da, in unit"
    ):
        phonokit.read_supercells(with_text(tmp_path, random, edit))


def test_dummy_atoms_are_refused(tmp_path, random):
    path = with_text(tmp_path, random, lambda text: text.replace("symbol: Cs", "symbol: X"))
    with pytest.raises(FileError, match=r"points\[1\]\.symbol: 'X' is not a chemical elem"):
        phonokit.read_supercells(path)


def test_comments_in_letters_of_old_systems_are_read(tmp_path, random):
    path = phonokit.write_displacements(random, tmp_path / "phonopy_disp.yaml")
    expected, _ = phonokit.read_supercells(path)
    path.write_bytes("# für Å\n".encode("latin-1") + path.read_bytes())
    assert phonokit.read_supercells(path)[0] == expected


MOMENTS = {
    "zero": (["0.0", "0.0"], None),
    "one": (["1.5", None], [1.5, 0]),
    "vectors": (["[0, 0, 1.0]", "[0, 0, 0]"], [[0, 0, 1], [0, 0, 0]]),
    "vector and zero": (["[0, 0, 1.0]", "0.0"], [[0, 0, 1], [0, 0, 0]]),
    "vector and nothing": ([None, "[0, 2.0, 0]"], [[0, 0, 0], [0, 2, 0]]),
}


@pytest.mark.parametrize("what", MOMENTS)
def test_moments_are_read_in_every_form(tmp_path, random, what):
    words, expected = MOMENTS[what]

    def edit(text):
        for mass, word in zip(("132.905452", "35.453000"), words, strict=True):
            line = "" if word is None else f"    magnetic_moment: {word}\n"
            text = text.replace(f"    mass: {mass}\n", f"    mass: {mass}\n{line}")
        return text

    again, _ = phonokit.read_supercells(with_text(tmp_path, random, edit))
    moments = again.unit_cell.magnetic_moments
    assert (None if moments is None else moments.tolist()) == expected
