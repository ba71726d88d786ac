"""Formats that we only read, objects of other programs, and supercells for constants."""

from dataclasses import replace
from types import SimpleNamespace
from typing import ClassVar

import h5py
import numpy as np
import phonokit
import pytest
from constants_of_programs import write_alamode_h5, write_vaspout
from format_crystals import CRYSTALS, CUBIC, cubic_cell, frequencies
from model_crystals import random_cubic, springs
from phono_fc import ForceConstants, LatticeForceConstants, expand, symmetrize
from phono_grid import Cell, Supercell
from phono_grid.errors import DomainError, FileError
from phonokit.io.formats import alamode_tables


@pytest.mark.filterwarnings("ignore::phonokit.UnscatteredWarning")
def test_constants_on_lattice_vectors_go_into_the_smallest_supercell(tmp_path):
    """Third order within its range in a cubic supercell, which no primitive axes make."""
    crystal = cubic_cell()
    phonokit.write_constants(crystal, tmp_path / "t", format="tdep")
    there = phonokit.load(tmp_path / "t")
    phonokit.write_constants(there, tmp_path / "p", format="phonopy")
    again = phonokit.load(tmp_path / "p")
    assert again.supercell.cell.n_atoms <= crystal.supercell.cell.n_atoms
    kappas = [phonokit.kappa(c, (3, 3, 3), [300.0]).kappa for c in (crystal, again)]
    np.testing.assert_allclose(*kappas, rtol=1e-8, atol=1e-10)
    phonokit.write_constants(crystal, tmp_path / "gpumd_fc.npz", format="kaldo")
    again = phonokit.load(tmp_path / "gpumd_fc.npz")
    np.testing.assert_allclose(
        frequencies(again, like=crystal), frequencies(crystal), rtol=0, atol=1e-9
    )
    kappas = [phonokit.kappa(c, (3, 3, 3), [300.0]).kappa for c in (crystal, again)]
    np.testing.assert_allclose(*kappas, rtol=1e-8, atol=1e-10)


@pytest.mark.filterwarnings("ignore::phonokit.UnscatteredWarning")
def test_alamode_holds_what_phonopy_s_files_hold(tmp_path):
    """Images count from where the first atom stands, be it outside the supercell."""
    crystal = cubic_cell()
    phonokit.write_constants(crystal, tmp_path / "p", format="phonopy")
    there = phonokit.load(tmp_path / "p")
    moved = there.supercell.cell.positions + np.array([1, -1, 2])
    cell = replace(there.supercell.cell, positions=moved)
    supercell = Supercell.of(cell, np.eye(3, dtype=int), "auto")
    rows = supercell.primitive_to_supercell
    fc2, fc3 = (ForceConstants(expand(c)[rows], supercell) for c in (there.fc2, there.fc3))
    for number, each in enumerate((there, phonokit.Crystal.from_constants(fc2, fc3))):
        path = tmp_path / f"{number}.xml"
        phonokit.write_constants(each, path, format="alamode")
        again = phonokit.load(path)
        found = frequencies(again, like=crystal)
        np.testing.assert_allclose(found, frequencies(crystal), rtol=0, atol=1e-9)
        kappas = [phonokit.kappa(c, (3, 3, 3), [300.0]).kappa for c in (crystal, again)]
        # Few triplets scatter: rounding of frequencies tells.
        np.testing.assert_allclose(*kappas, rtol=1e-6, atol=1e-6)


@pytest.mark.filterwarnings("ignore::phonokit.UnscatteredWarning")
def test_alamode_is_given_a_larger_supercell_where_averages_reach_farther(tmp_path):
    """Averages over origins of a hexagonal supercell end beyond its nearest images."""
    lattice = [[3, 0, 0], [-1.5, 3 * np.sqrt(0.75), 0], [0, 0, 4.5]]
    cells = Supercell.of(Cell.of(lattice, [[0, 0, 0]], ["Mg"]), [3, 3, 2], np.eye(3))
    fc2 = symmetrize(ForceConstants(springs(cells), cells))
    fc3 = ForceConstants(random_cubic(cells, np.random.default_rng(5)), cells)
    crystal = phonokit.Crystal.from_constants(fc2, fc3)
    phonokit.write_constants(crystal, tmp_path / "x.xml", format="alamode")
    there = phonokit.load(tmp_path / "x.xml")
    assert there.phonon_supercell.cell.n_atoms == 8 * cells.cell.n_atoms
    found = frequencies(there, like=crystal)
    np.testing.assert_allclose(found, frequencies(crystal), rtol=0, atol=1e-9)
    kappas = [phonokit.kappa(c, (3, 3, 2), [300.0]).kappa for c in (crystal, there)]
    np.testing.assert_allclose(*kappas, rtol=1e-7, atol=1e-9)


def test_constants_that_no_supercell_holds_are_refused(tmp_path):
    cell = CUBIC.primitive
    far = np.array([[[0, 0, 0], [40, 0, 0]]])
    third = LatticeForceConstants(np.ones((1, 3, 3, 3)), [[0, 1, 1]], far, cell)
    crystal = phonokit.Crystal.from_constants(CUBIC.fc2, third)
    with pytest.raises(DomainError, match="third-order constants holds those up to"):
        phonokit.write_constants(crystal, tmp_path / "p", format="phonopy")
    with pytest.raises(DomainError, match="no place for Born charges; write ShengBTE"):
        phonokit.write_constants(CRYSTALS["polar"], tmp_path / "x.npz", format="kaldo")


@pytest.mark.parametrize("rows", [True, False])
def test_hdf5_of_alamode_gives_frequencies_and_conductivity(rows, tmp_path):
    write_alamode_h5(CUBIC, tmp_path / "x.h5", rows=rows)
    there = phonokit.load(tmp_path)
    assert there.origin.source == "ALAMODE"
    found = frequencies(there, like=CUBIC)
    np.testing.assert_allclose(found, frequencies(CUBIC), rtol=0, atol=1e-9)
    kappas = [phonokit.kappa(c, (3, 3, 3), [300.0]).kappa for c in (CUBIC, there)]
    np.testing.assert_allclose(*kappas, rtol=1e-8, atol=1e-10)
    with h5py.File(tmp_path / "x.h5", "r+") as file:
        file["ForceConstants/Order2/shift_vectors"][3, 1] += 0.4
    with pytest.raises(FileError, match="vectors that do not end on atoms"):
        phonokit.load(tmp_path)


@pytest.mark.parametrize("name", CRYSTALS)
def test_force_constants_of_vaspout_give_the_frequencies(name, tmp_path):
    crystal = CRYSTALS[name]
    write_vaspout(crystal, tmp_path / "vaspout.h5")
    there = phonokit.load(tmp_path)
    assert there.origin.source == "VASP (perturbation theory)"
    assert (there.polar is None) == (crystal.polar is None)
    found = frequencies(there, like=crystal)
    np.testing.assert_allclose(found, frequencies(crystal), rtol=0, atol=1e-6)
    with h5py.File(tmp_path / "vaspout.h5", "r+") as file:
        del file["input/poscar/ion_types"]
    with pytest.raises(FileError, match="holds no input/poscar/ion_types"):
        phonokit.load(tmp_path)


def test_objects_of_other_programs_are_known_by_their_attributes(tmp_path):
    crystal = CRYSTALS["plain"]
    cell = crystal.supercell.cell

    atoms = SimpleNamespace(
        cell=cell.lattice, scaled_positions=cell.positions, numbers=cell.atomic_numbers
    )

    class Solver:
        supercell, basis_set = atoms, {}
        force_constants: ClassVar = {2: crystal.fc2.values}
        p2s_map = crystal.supercell.primitive_to_supercell

    there = phonokit.from_object(Solver())
    assert there.origin.source == "symfc"
    found = frequencies(there, like=crystal)
    np.testing.assert_allclose(found, frequencies(crystal), rtol=0, atol=1e-9)
    Solver.force_constants = {2: expand(crystal.fc2)}
    np.testing.assert_array_equal(
        phonokit.from_object(Solver()).fc2.values, there.fc2.values
    )
    Solver.force_constants = {}
    with pytest.raises(DomainError, match="no second-order force constants"):
        phonokit.from_object(Solver())
    with pytest.raises(DomainError, match="Euphonic, hiPhive, symfc, pheasy, got dict"):
        phonokit.from_object({})


@pytest.mark.parametrize("size", [100, 3000, 1 << 22])
def test_alamode_s_file_is_read_in_pieces_of_any_size(size, tmp_path, monkeypatch):
    """The structure behind the constants, and elements on several lines, too."""
    path = tmp_path / "x.xml"
    phonokit.write_constants(CUBIC, path, format="alamode")
    there = phonokit.load(path)
    monkeypatch.setattr(alamode_tables, "PIECE", size)
    text = path.read_text()
    begin, end = text.index("  <Structure>"), text.index("  <ForceConstants>")
    structure = text[begin:end]
    text = text[:begin] + text[end:].replace("</Data>", structure + "</Data>")
    text = text.replace('" pair2=', '"\n   pair2=').replace("></", ">\n</")
    # As alm writes them: what was fitted has elements of the same names.
    unique = '<FC2 pairs="0 3" multiplicity="2">-9.3e-04</FC2>\n' * 3
    unique = f"<HarmonicUnique>\n<NFC2>3</NFC2>\n{unique}</HarmonicUnique>\n"
    unique += unique.replace("Harmonic", "Cubic").replace("FC2", "FC3")
    text = text.replace("<ForceConstants>\n", f"<ForceConstants>\n{unique}")
    path.write_text(text)
    again = phonokit.load(path)
    np.testing.assert_array_equal(again.fc2.values, there.fc2.values)
    np.testing.assert_array_equal(again.fc3.values, there.fc3.values)
    path.write_text("</FC2>".join(text.rsplit("</FC3>", 1)))
    with pytest.raises(FileError, match=r"FC\d: expected pairs and a number"):
        phonokit.load(path)
