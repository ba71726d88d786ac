"""Readers give back what the files hold, and say where a file is wrong."""

import bz2
import gzip
import lzma
import sys
from pathlib import Path

import numpy as np
import phonokit
import pytest
from phonokit import FileError, read
from tiny_crystal import EXAMPLE, FORCES, Tiny, forces_text, rows

OPENERS = {".xz": lzma.open, ".lzma": lzma.open, ".gz": gzip.open, ".bz2": bz2.open}


def write(path: Path, text: str) -> Path:
    """Write a file, compressed if its name says so."""
    opener = OPENERS.get(path.suffix, open)
    with opener(path, "wt", encoding="utf-8") as file:
        file.write(text)
    return path


def assert_holds_the_tiny_crystal(data: phonokit.ForceData) -> None:
    assert data.supercell.cell.symbols == ("Po", "Po")
    np.testing.assert_array_equal(data.supercell.cell.lattice, np.diag([6.0, 3.0, 3.0]))
    np.testing.assert_array_equal(data.supercell.cell.masses, [209.0, 209.0])
    np.testing.assert_array_equal(data.singles.atoms, [0])
    np.testing.assert_array_equal(data.singles.displacements, [[0.03, 0, 0]])
    np.testing.assert_array_equal(data.singles.forces, FORCES[:1])
    np.testing.assert_array_equal(data.pairs.first, [0, 0, 0])
    np.testing.assert_array_equal(data.pairs.atoms, [0, 0, 1])
    np.testing.assert_array_equal(
        data.pairs.displacements, [[0.03, 0, 0], [0, 0.03, 0], [0, 0, -0.03]]
    )
    np.testing.assert_array_equal(data.pairs.forces, FORCES[1:])
    assert data.pair_cutoff is None
    assert data.born is None


@pytest.mark.parametrize("seconds", ["paired_with", "second_atoms"])
@pytest.mark.parametrize("suffix", ["", *OPENERS])
def test_forces_inside_are_read_whatever_the_compression(tmp_path, suffix, seconds):
    text = Tiny(seconds=seconds).text
    path = write(tmp_path / f"phono3py_params_x.yaml{suffix}", text)
    assert_holds_the_tiny_crystal(read(path))
    assert_holds_the_tiny_crystal(read(tmp_path))


def assert_holds_the_tiny_crystal_without_its_far_pair(data: phonokit.ForceData) -> None:
    np.testing.assert_array_equal(data.pairs.atoms, [0, 0])
    np.testing.assert_array_equal(data.pairs.forces, FORCES[1:3])
    np.testing.assert_array_equal(data.singles.forces, FORCES[:1])
    assert data.pair_cutoff == pytest.approx(1.5)


def test_excluded_pairs_have_a_place_in_the_file_of_forces(tmp_path):
    tiny = Tiny(forces_inside=False)
    pairs = tiny.blocks["pairs"]
    tiny.blocks["pairs"] = pairs.replace("pair_distance: 3.0", "included: false")
    write(tmp_path / "phono3py_disp.yaml", tiny.text)
    write(tmp_path / "FORCES_FC3", forces_text(FORCES * [[[1]], [[1]], [[1]], [[0]]]))
    assert_holds_the_tiny_crystal_without_its_far_pair(read(tmp_path))


def test_excluded_pairs_need_no_forces_inside(tmp_path):
    tiny = Tiny()
    block = tiny.blocks["pairs"].rpartition("  - atom: 2\n")[0]
    tiny.blocks["pairs"] = block + (
        "  - atom: 2\n    included: false\n    displacements:\n"
        "    - [ 0.0, 0.0, -0.03 ]\n    displacement_ids: [ 4 ]\n"
    )
    path = write(tmp_path / "phono3py_params_x.yaml", tiny.text)
    assert_holds_the_tiny_crystal_without_its_far_pair(read(path))


@pytest.mark.parametrize("seconds", ["paired_with", "second_atoms"])
@pytest.mark.parametrize("suffix", ["", *OPENERS])
def test_forces_beside_are_read_whatever_the_compression(tmp_path, suffix, seconds):
    text = Tiny(forces_inside=False, seconds=seconds).text
    path = write(tmp_path / f"phono3py_disp.yaml{suffix}", text)
    forces = write(tmp_path / f"FORCES_FC3{suffix}", forces_text())
    for each in (path, forces, tmp_path):
        data = read(each)
        assert_holds_the_tiny_crystal(data)
        assert [f.path for f in data.files] == [path, forces]


def test_every_yaml_parser_reads_the_same(tmp_path, monkeypatch):
    pytest.importorskip("yaml", reason="PyYAML, the fallback, is not installed")
    # Nobelium is No, which YAML 1.1 takes for false.
    text = Tiny().text.replace("symbol: Po", "symbol: No")
    path = write(tmp_path / "phono3py_params.yaml", text)
    first = read(path)
    monkeypatch.setitem(sys.modules, "yaml12", None)
    second = read(path)
    assert first.supercell.cell.symbols == second.supercell.cell.symbols == ("No", "No")
    np.testing.assert_array_equal(first.pairs.forces, second.pairs.forces)
    np.testing.assert_array_equal(first.pairs.displacements, second.pairs.displacements)


def test_tables_in_another_style_are_read_by_the_parser(tmp_path):
    x, y, z = FORCES[0, 1]
    row = f"  - [ {x}, {y}, {z} ]\n"
    text = Tiny().text
    assert row in text
    for other in (
        row.replace(" ]", " ] # a comment"),
        f"  - - {x}\n    - {y}\n    - {z}\n",
        row + "  # a comment\n",
    ):
        path = write(tmp_path / "phono3py_params.yaml", text.replace(row, other))
        assert_holds_the_tiny_crystal(read(path))


def test_a_folder_prefers_forces_inside(tmp_path):
    write(tmp_path / "phono3py_disp.yaml", Tiny(forces_inside=False).text)
    inside = write(tmp_path / "phono3py_params.yaml.xz", Tiny().text)
    assert [f.path for f in read(tmp_path).files] == [inside]


def test_two_candidates_in_a_folder_are_listed(tmp_path):
    write(tmp_path / "phono3py_params_a.yaml", Tiny().text)
    write(tmp_path / "phono3py_params_b.yaml.xz", Tiny().text)
    with pytest.raises(FileError, match=r"params_a\.yaml, phono3py_params_b\.yaml\.xz"):
        read(tmp_path)


def test_lengths_and_forces_are_converted_from_the_units_of_the_calculator(tmp_path):
    tiny = Tiny()
    tiny.blocks["phono3py"] += "  calculator: qe\n"
    tiny.blocks["unit"] = tiny.blocks["unit"].replace("angstrom", "au")
    data = read(write(tmp_path / "phono3py_params.yaml", tiny.text))
    bohr, rydberg_per_bohr = 0.529177207424, 25.711045231
    assert data.calculator == "qe"
    np.testing.assert_allclose(data.unit_cell.lattice, 3 * bohr * np.eye(3), rtol=1e-11)
    np.testing.assert_allclose(data.pairs.forces, FORCES[1:] * rydberg_per_bohr, rtol=1e-10)
    np.testing.assert_allclose(data.singles.displacements[0, 0], 0.03 * bohr, rtol=1e-11)


def edited(block: str, old: str, new: str, *, forces_inside: bool = True) -> Tiny:
    """The tiny crystal with one thing wrong."""
    tiny = Tiny(forces_inside=forces_inside)
    assert old in tiny.blocks[block]
    tiny.blocks[block] = tiny.blocks[block].replace(old, new, 1)
    return tiny


WRONG = {
    "a mass is not a number": (
        edited("unit_cell", "209.0", "heavy"),
        r"unit_cell\.points\[1\]\.mass: expected numbers",
    ),
    "an atom is missing": (
        edited("supercell", "6.0, 0.0", "6.5, 0.0"),
        "supercell.lattice: is not the unit_cell times supercell_matrix",
    ),
    "the supercell is in another order": (
        edited("supercell", "0.5, 0.0, 0.0", "0.4, 0.0, 0.0"),
        "supercell: atom 2 is not where",
    ),
    "the supercell matrix is another": (
        edited("supercell_matrix", "2, 0, 0", "3, 0, 0"),
        "supercell: has 2 atoms, but unit_cell and supercell_matrix make 3",
    ),
    "an id is wrong": (
        edited("pairs", "displacement_id: 3", "displacement_id: 7"),
        r"displacement_pairs\[1\]\.paired_with\[2\]\.displacement_id: expected 3, got 7",
    ),
    "ids are wrong": (
        edited("pairs", "[ 2, 3 ]", "[ 3, 2 ]", forces_inside=False),
        r"paired_with\[1\]\.displacement_ids: expected consecutive numbers from 2",
    ),
    "an atom is not there": (
        edited("pairs", "- atom: 2", "- atom: 3"),
        r"paired_with\[3\]\.atom: expected 1 to 2, got 3",
    ),
    "a near pair is left out and a far one is not": (
        edited("pairs", "  - atom: 1\n", "  - atom: 1\n    included: false\n"),
        r"displacement_pairs: number 2 is excluded although its atoms are 0\.0000 Å apart, "
        r"number 4 is included at 3\.0000 Å; data of different cutoffs cannot be mixed",
    ),
    "the calculator is unknown": (
        edited("phono3py", "version", "calculator: abacas\n  version"),
        "phono3py.calculator: expected one of vasp, .*, got 'abacas'",
    ),
    "units contradict the calculator": (
        edited("unit", "angstrom", "au"),
        "physical_unit.length is 'au', but a file without a calculator uses 'angstrom'",
    ),
    "second order has its own supercell": (
        edited(
            "supercell_matrix",
            "supercell_matrix:",
            "phonon_supercell_matrix:\n- [ 4, 0, 0 ]\n- [ 0, 4, 0 ]\n- [ 0, 0, 4 ]\n"
            "supercell_matrix:",
        ),
        "has no forces inside and no FORCES_FC2 and no forces_fc2.hdf5",
    ),
    "a displacement has no length": (
        edited("pairs", "0.0, 0.0, -0.03", "0.0, 0.0, 0.0"),
        r"paired_with\[3\]\.displacement: has length zero; correct it, or remove it",
    ),
    "a displacement of a group has no length": (
        edited("pairs", "0.0, 0.0, -0.03", "0.0, 0.0, 0.0", forces_inside=False),
        r"paired_with\[2\]\.displacements: has length zero",
    ),
    "a supercell has no forces": (
        edited("pairs", "    forces:\n" + rows(FORCES[2], "    "), ""),
        r"only 3 of 4 displaced supercells have forces, number 3 has none; add the missing",
    ),
    "a lattice is left-handed": (
        edited("unit_cell", "3.0, 0.0, 0.0", "-3.0, 0.0, 0.0"),
        "unit_cell: lattice must be right-handed",
    ),
    "a force is missing": (
        edited("pairs", "- [ {}, {}, {} ]\n".format(*FORCES[3, 1]), ""),
        r"paired_with\[3\]\.forces: expected numbers \(2 × 3\), got \(1 × 3\)",
    ),
    "a force is a word": (
        edited("pairs", str(FORCES[2, 1, 0]), "oops"),
        r"line \d+: expected three numbers, got '- \[ oops, ",
    ),
    "displacements are random": (
        edited("pairs", "displacement_pairs:", "dataset:"),
        r"dataset: expected a mapping",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_file_is_named_with_the_place(tmp_path, what):
    tiny, message = WRONG[what]
    path = write(tmp_path / "phono3py_params.yaml", tiny.text)
    write(tmp_path / "FORCES_FC3", forces_text())
    with pytest.raises(FileError, match=message) as caught:
        read(path)
    assert str(caught.value).startswith(str(path))


def test_a_word_among_the_numbers_is_found_by_its_line(tmp_path):
    tiny = Tiny()
    lines = tiny.text.splitlines()
    number = next(i for i, line in enumerate(lines) if str(FORCES[2, 1, 0]) in line)
    lines[number] = "    - [ oops, 0, 0 ]"
    path = write(tmp_path / "phono3py_params.yaml", "\n".join(lines) + "\n")
    with pytest.raises(FileError, match=f"line {number + 1}: expected three numbers"):
        read(path)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (
            lambda t: t[: t.rindex("\n", 0, -1) + 1],
            r"expected 8 lines of forces .*, got 7, number 4 is not complete;",
        ),
        (lambda t: t + "1 2 3\n", "expected 8 lines of forces .*, got 9;"),
        (
            lambda t: t.replace("# a comment", "zero", 1),
            r"line 4 \(supercell 1\): expected three numbers",
        ),
        (
            lambda t: t.replace("# File: 2", "1 2"),
            r"line 6 \(supercell 2\): expected three numbers, got '1 2'",
        ),
        (
            lambda t: t.replace("# File: 2", "nan 1 2"),
            r"line 6 \(supercell 2\): expected three numbers",
        ),
        (lambda _: "1 2 3 4 5 6\n" * 7, "expected 2 lines for every supercell, got 7"),
        (
            lambda _: "1 2 3 4 5 6\n1 2\n",
            r"line 2 \(supercell 1\): expected six numbers, got '1 2'",
        ),
        (lambda _: "# nothing\n", "holds no forces"),
    ],
)
def test_wrong_lines_of_forces_are_named(tmp_path, edit, message):
    path = write(tmp_path / "phono3py_disp.yaml", Tiny(forces_inside=False).text)
    forces = write(tmp_path / "FORCES_FC3", edit(forces_text()))
    with pytest.raises(FileError, match=message) as caught:
        read(path)
    assert str(caught.value).startswith(str(forces))


def test_missing_forces_are_missed(tmp_path):
    path = write(tmp_path / "phono3py_disp.yaml", Tiny(forces_inside=False).text)
    with pytest.raises(FileError, match="no forces inside and no FORCES_FC3"):
        read(path)


def test_compression_is_told_by_the_file_and_not_by_its_name(tmp_path):
    path = tmp_path / "phono3py_params.yaml.xz"
    path.write_text(Tiny().text)
    expected = read(path)
    other = tmp_path / "phono3py_params.yaml"
    for pack in (lzma.compress, gzip.compress, bz2.compress):
        other.write_bytes(pack(Tiny().text.encode()))
        assert read(other).forces_fingerprint == expected.forces_fingerprint
    other.write_bytes(lzma.compress(Tiny().text.encode())[:-20])
    with pytest.raises(FileError, match="cannot be read"):
        read(other)
    other.write_bytes(bytes(range(256)))
    with pytest.raises(FileError, match="not a text file; it may be compressed with"):
        read(other)


def test_the_example_holds_111_displaced_supercells_of_64_atoms():
    data = read(EXAMPLE)
    assert data.singles.forces.shape == (1, 64, 3)
    assert data.pairs.forces.shape == (110, 64, 3)
    distances = np.linalg.norm(data.pairs.displacements, axis=1)
    np.testing.assert_allclose(distances, 0.03, rtol=1e-12)


@pytest.mark.parametrize(
    ("folder", "counts"),
    [
        ("si-pbesol", (1, 110, 64)),
        ("nacl-pbe", (2, 144, 64)),
        ("aln-lda", (6, 1248, 72)),
    ],
)
def test_real_data_are_read(data, folder, counts):
    found = read(data / folder)
    shape = found.pairs.forces.shape
    assert (len(found.singles.atoms), *shape[:2]) == counts
    assert (found.born is not None) == (folder != "si-pbesol")
