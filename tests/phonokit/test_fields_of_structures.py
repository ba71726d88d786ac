"""Masses, labels, moments, sites in part and ghosts: each format with each of them.

What a file says of its atoms is kept, or the file is refused.
"""

from pathlib import Path

import numpy as np
import pytest
import structures_of_programs as structures
from phono_grid import Cell, Supercell, standard_masses
from phono_grid.errors import FileError
from phonokit.io.structures import READERS, read_structure

pytest.importorskip("ase.io")
(HYDROGEN,) = standard_masses(["H"])


def read(folder: Path, text: str) -> Cell:
    """The cell of a file whose name tells nothing."""
    path = folder / "structure"
    path.write_text(text)
    return read_structure(path)


@pytest.mark.parametrize("form", structures.PLAIN)
def test_a_file_with_nothing_to_tell_is_natural_hydrogen(tmp_path, form):
    cell = read(tmp_path, structures.PLAIN[form])
    np.testing.assert_allclose(cell.lattice, 3 * np.eye(3), rtol=1e-6)
    apart = cell.positions[1] - cell.positions[0]
    np.testing.assert_allclose(apart, 0.5, rtol=1e-6)
    assert [symbol.rstrip("12") for symbol in cell.symbols] == ["H", "H"]
    np.testing.assert_allclose(cell.masses, HYDROGEN, rtol=1e-4)
    assert cell.magnetic_moments is None


@pytest.mark.parametrize("form", structures.MASSES)
def test_masses_of_a_file_are_those_of_the_cell(tmp_path, form):
    cell = read(tmp_path, structures.MASSES[form])
    np.testing.assert_allclose(cell.masses, [2.014, HYDROGEN], rtol=1e-4)
    assert Supercell.of(cell, [1, 1, 1]).primitive.n_atoms == 2


@pytest.mark.parametrize("form", structures.LABELS)
def test_labels_of_a_file_tell_atoms_apart(tmp_path, form):
    cell = read(tmp_path, structures.LABELS[form])
    assert len(set(cell.symbols)) == 2
    assert Supercell.of(cell, [1, 1, 1]).primitive.n_atoms == 2


@pytest.mark.parametrize("form", structures.MOMENTS)
def test_moments_of_a_file_are_those_of_the_cell(tmp_path, form):
    cell = read(tmp_path, structures.MOMENTS[form])
    assert cell.magnetic_moments.tolist() == [0.5, -0.5]
    assert Supercell.of(cell, [1, 1, 1]).primitive.n_atoms == 2


@pytest.mark.parametrize("form", structures.VECTORS)
def test_moments_along_axes_are_those_of_the_file(tmp_path, form):
    cell = read(tmp_path, structures.VECTORS[form])
    np.testing.assert_allclose(cell.magnetic_moments, [[0, 0.5, 0]] * 2, atol=1e-12)


@pytest.mark.parametrize("form", structures.SHARED)
def test_a_site_that_is_occupied_in_part_is_refused(tmp_path, form):
    with pytest.raises(FileError, match=r"a site is occupied in part \(.*\); choose an"):
        read(tmp_path, structures.SHARED[form])


@pytest.mark.parametrize("form", structures.GHOSTS)
def test_a_site_without_a_nucleus_is_refused(tmp_path, form):
    told = r"ghost and dummy atoms do not vibrate|(ghost atom|empty site) does not vibrate"
    with pytest.raises(FileError, match=told):
        read(tmp_path, structures.GHOSTS[form])


@pytest.mark.parametrize("form", structures.MORE)
def test_a_file_that_leaves_atoms_to_be_made_is_refused(tmp_path, form):
    with pytest.raises(FileError, match=r"write all atoms|write the one that is repeated"):
        read(tmp_path, structures.MORE[form])


FIELDS = {
    "masses": structures.MASSES,
    "labels": structures.LABELS,
    "moments": structures.MOMENTS,
    "shared sites": structures.SHARED,
    "ghosts": structures.GHOSTS,
}


@pytest.mark.parametrize("field", FIELDS)
def test_every_format_is_tried_with_every_field_that_it_has_a_place_for(field):
    tried = {name.split()[0] for name in FIELDS[field]}
    if field == "moments":
        tried.add("cif")  # which is refused with them, below
    assert tried | structures.NO_PLACE[field] == set(structures.PLAIN)
    assert tried & structures.NO_PLACE[field] == set()
    assert set(READERS) <= set(structures.PLAIN)


def test_positions_of_castep_along_axes_that_it_does_not_tell_are_refused(tmp_path):
    text = structures.castep("H 0 0 0", "H 1.5 1.5 1.5").replace("_FRAC", "_ABS")
    assert read(tmp_path, text) == read(tmp_path, structures.PLAIN["castep-cell"])
    abc = text.replace(structures.CUBE, "3 3 3\n90 90 90\n").replace("_CART", "_ABC")
    with pytest.raises(FileError, match="which does not tell the axes"):
        read(tmp_path, abc)


@pytest.mark.parametrize("kind", ["frac", "angs", ""])
def test_structures_of_turbomole_are_in_their_units(tmp_path, kind):
    from phono_grid.units import BOHR

    x = 1.5 / BOHR
    for more in ("", f"$cell\n {2 * x} {2 * x} {2 * x} 90 90 90\n"):
        text = structures.turbomole("h", "h", kind, more)
        if not kind:
            text = text.replace("1.5 1.5 1.5", f"{x} {x} {x}")
        assert read(tmp_path, text) == read(tmp_path, structures.PLAIN["turbomole"])
    head, _, rest = structures.turbomole("h", "h").partition("$periodic")
    (tmp_path / "coord").write_text(head + "$end\n")
    control = f"$coord file=coord\n$periodic{rest}"
    assert read(tmp_path, control) == read(tmp_path, structures.PLAIN["turbomole"])
