"""What structure files say of atoms is kept, or the file is refused."""

import bz2
import contextlib
import gzip
import lzma
import shutil
from pathlib import Path

import numpy as np
import phonokit
import pytest
import structures_of_programs as structures
from phono_grid import Cell, standard_masses
from phono_grid.errors import DomainError, FileError
from phonokit import Displace, displace
from phonokit.cli.app import main
from phonokit.io.program_inputs import WRITERS
from phonokit.io.recognize import format_of
from phonokit.io.structures import read_structure
from phonokit.io.write_structures import (
    NOT_FOR_CRYSTALS,
    MomentsWarning,
    write_structures,
)

pytest.importorskip("ase.io")
(HYDROGEN,) = standard_masses(["H"])


def read(folder: Path, text: str, name: str = "structure") -> Cell:
    """The cell of a file whose name tells nothing."""
    path = folder / name
    path.write_text(text)
    return read_structure(path)


REFUSED = {
    "moments of a cif": (
        structures.cif(
            "H1 H 0 0 0 1",
            "H2 H 0.5 0.5 0.5 1",
            "loop_\n_atom_site_moment.label\n_atom_site_moment.crystalaxis_x\nH1 1.0\n",
        ),
        "holds magnetic moments",
    ),
    "words for elements": (structures.poscar("", comment="I made"), "names no elements"),
    "one word too many": (
        structures.poscar("", "1 1", "I made this"),
        "names no elements; write a line with their symbols",
    ),
    "species without a line": (
        structures.espresso(labels="H He"),
        "ATOMIC_POSITIONS has He, which ATOMIC_SPECIES does not name",
    ),
    "mass of nothing": (
        structures.espresso(species="H 0.0 H.upf"),
        "the mass of H must be positive",
    ),
    "other lattice": (
        structures.espresso().replace("ibrav=0", "ibrav=2"),
        "ibrav = 2 needs a positive",
    ),
    "molecule of Elk": ("molecule\n .true.\n" + structures.elk("H", "H"), "is a molecule"),
    "molecule of CP2K": (
        structures.cp2k("", "H H").replace("&END CELL", "PERIODIC NONE\n&END CELL"),
        "is a molecule",
    ),
    "molecule of Turbomole": ("$coord\n0 0 0 h\n$end\n", "expected $periodic 3"),
    "atoms elsewhere": (
        structures.turbomole("h", "h").replace("$coord angs", "$coord file=coord"),
        "$coord file=coord: there is no such file",
    ),
    "no such angles": (
        structures.res("H 1 0 0 0 1", "H 1 0 0 0.5 1").replace("90 90 90", "30 30 120"),
        "no cell has these lengths and angles",
    ),
    "moments without atoms": (
        structures.abinit("spinat 0 0 1"),
        "spinat: expected three numbers for each of 2 atoms, got 3",
    ),
    "spin that is none": (
        structures.castep("H 0 0 0 SPIN=up", "H 1 1 1"),
        "expected SPIN=",
    ),
    "no such lattice": (
        structures.espresso("A = 3.0").replace("ibrav=0", "ibrav=77"),
        "ibrav: 77 with these celldm is not a lattice of pw.x",
    ),
    "molecule": (structures.gen("H H").replace("2 S", "2 C"), "expected the number of"),
    "no lattice": ("2\ncomment\nH 0 0 0\nH 1.5 1.5 1.5\n", "is not periodic"),
    "text": ("nobody knows\nwhat this is\n", "tells which program wrote it; name its form"),
    "nothing": ("", "cannot be read"),
    "an output": (" CP2K| version string: 2024.1\n", "is an output, not a structure"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_kept_is_refused(tmp_path, what):
    text, message = REFUSED[what]
    with pytest.raises(FileError) as error:
        read(tmp_path, text)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_the_comment_of_vasp_4_may_be_the_elements_and_nothing_else(tmp_path):
    cell = read(tmp_path, structures.poscar("", comment="Na Cl"))
    assert cell.symbols == ("Na", "Cl")


@pytest.mark.parametrize(
    ("scale", "length"), [("1.5", 4.5), ("-64.0", 4.0), ("1 1 1", 3.0), ("1.0 ! Å", 3.0)]
)
def test_the_scale_of_a_poscar_is_a_factor_or_a_volume(tmp_path, scale, length):
    text = structures.poscar("H", "2").replace("1.0\n", f"{scale}\n", 1)
    cartesian = text.replace("Direct", "Selective dynamics\nCartesian")
    cartesian = cartesian.replace("0.5 0.5 0.5", "1.5 1.5 1.5 T T F")
    for each in (text, cartesian):
        cell = read(tmp_path, each)
        np.testing.assert_allclose(np.diag(cell.lattice), length)
        np.testing.assert_allclose(cell.positions[1], 0.5)


NAMES = (
    *("unitcell", "poscar", "scf.in", "001.xml", "file@3", "a@b.cif", "x.out", "OUTCAR"),
    *("geometry.in", "data", "POSCAR.1", "crystal.json", "structure.xyz"),
)


@pytest.mark.parametrize("form", structures.PLAIN)
def test_the_format_is_told_by_the_content_whatever_the_name(tmp_path, form):
    expected = read(tmp_path, structures.PLAIN[form])
    for name in NAMES:
        assert read(tmp_path, structures.PLAIN[form], name) == expected
        assert format_of(tmp_path / name) == form
    data = structures.PLAIN[form].replace("\n", "\r\n").encode()
    for suffix, pack in (("xz", lzma), ("lzma", lzma), ("gz", gzip), ("bz2", bz2)):
        path = tmp_path / f"packed.{suffix}"
        path.write_bytes(pack.compress(data))
        assert read_structure(path) == expected


def test_a_format_that_is_named_is_taken(tmp_path):
    path = tmp_path / "structure"
    path.write_text(structures.PLAIN["vasp"])
    assert displace(path, format="vasp").unit_cell == read_structure(path)
    with pytest.raises(FileError, match="cannot be read as cif"):
        displace(path, format="cif")
    with pytest.raises(FileError, match=r"format: expected one of .*, got 'poscar'"):
        displace(path, format="poscar")


def test_the_unit_cell_of_our_own_files_is_a_structure(tmp_path):
    made = displace(read(tmp_path, structures.MASSES["espresso-in"]))
    path = phonokit.write_displacements(made, tmp_path / "phono3py_disp.yaml")
    assert displace(path).unit_cell == made.unit_cell
    with pytest.raises(FileError, match="is a folder; name the structure file"):
        displace(tmp_path)


def skewed() -> phonokit.DisplacedSupercells:
    """Two isotopes in a cell without right angles."""
    lattice = [[0.3, 2.9, 2.8], [2.7, -0.2, 2.9], [2.8, 2.9, 0.1]]
    x = [[0, 0, 0], [0.26, 0.24, 0.23]]
    cell = Cell(lattice, x, ["Ga", "As"], [70.9247, 74.9216])
    return displace(cell, Displace(supercell=(2, 1, 1), second_order=True))


def written_by_ase() -> list[str]:
    """Formats that ASE writes."""
    from ase.io.formats import ioformats

    return sorted({name for name, f in ioformats.items() if f.can_write} - {*WRITERS})


@pytest.mark.parametrize("form", [*written_by_ase(), *WRITERS])
def test_structures_are_what_they_should_be_or_the_format_is_refused(tmp_path, form):
    """The gap between the two are formats that nobody reads."""
    supercells, folder = skewed(), tmp_path / "new"
    folder.mkdir()
    try:
        n, last = write_structures(supercells, folder, "s", form)
    except DomainError:
        assert list(folder.iterdir()) == []
        with pytest.raises(DomainError, match="structures: "):
            write_structures(supercells, folder, "s", form)
        return
    assert form not in NOT_FOR_CRYSTALS
    assert len(list(folder.iterdir())) == n == 13
    assert last == folder / f"s-00012.{form}"


@pytest.mark.parametrize("form", [*WRITERS, "extxyz", "aims", "vasp"])
def test_structures_of_programs_come_back(tmp_path, form):
    supercells = skewed()
    write_structures(supercells, tmp_path, "s", form)
    cell = read_structure(tmp_path / f"s-00003.{form}")
    expected = supercells.supercell.cell
    np.testing.assert_allclose(cell.lattice, expected.lattice, atol=1e-8)
    x = cell.positions @ cell.lattice
    away = (x - supercells.positions(2)) @ np.linalg.inv(cell.lattice)
    np.testing.assert_allclose((away - np.rint(away)) @ cell.lattice, 0, atol=1e-7)
    if form not in ("vasp", "aims", "fleur-inpgen"):  # which have no place for masses
        np.testing.assert_allclose(cell.masses, expected.masses, atol=1e-6)


@pytest.mark.parametrize(("form", "holds"), [("extxyz", True), ("castep-cell", False)])
def test_moments_that_a_format_does_not_hold_are_told(tmp_path, form, holds):
    made = displace(
        read(tmp_path, structures.MOMENTS["aims"]),
        Displace(supercell=(2, 1, 1), second_order=True),
    )
    with contextlib.nullcontext() if holds else pytest.warns(MomentsWarning, match=form):
        write_structures(made, tmp_path, "s", form)


@pytest.mark.parametrize("form", WRITERS)
def test_labels_and_moments_are_in_inputs_of_programs(tmp_path, form):
    made = displace(
        read(tmp_path, structures.MOMENTS["aims"]),
        Displace(supercell=(2, 1, 1), second_order=True),
    )
    write_structures(made, tmp_path, "s", form)
    cell = read_structure(tmp_path / f"s-00000.{form}")
    np.testing.assert_array_equal(
        cell.magnetic_moments, made.supercell.cell.magnetic_moments
    )
    assert len(set(cell.symbols)) == 2


def test_displace_tells_of_atoms_that_are_not_as_one_would_think(tmp_path, capsys):
    path = tmp_path / "structure"
    for text, words, told in (
        (structures.MASSES["gen"], (), ["H 2.0141 Da (standard 1.00794)"]),
        (structures.MOMENTS["aims"], (), ["moments    H 0.5, H -0.5", "BNS "]),
        (
            structures.LABELS["gen"],
            (),
            ["crystal    H, Pm-3m, 2", "labels     H1, H2"],
        ),
        (structures.PLAIN["aims"], (), ["primitive cell of 1 of the 2 atoms", "Im-3m"]),
        (
            "lattice_vector 7 0 0\nlattice_vector 0 4 0\nlattice_vector 0 0 5\n"
            "atom_frac 0 0 0 Ti\natom_frac 0.5 0.5 0.2 O\n",
            (),
            ["axes       0.0000 4.0000", "--primitive P keeps those"],
        ),
        (structures.aims("Cr", "Cr"), (), ["moments    none; --magnetic-moments"]),
        (
            structures.aims("Cr", "Cr"),
            ("--magnetic-moments", "0.6", "-0.6"),
            ["crystal    Cr, BNS", "moments    Cr 0.6, Cr -0.6"],
        ),
        (structures.aims("Cr", "Cr"), ("--magnetic-moments", "1"), ["expected 2 numbers"]),
    ):
        path.write_text(text)
        command = ["displace", path, "--second-order", "--output", tmp_path / "out"]
        command.append("--overwrite")
        main([str(word) for word in (*command, *words)])
        printed = "".join(capsys.readouterr())
        assert all(line in printed for line in told), printed


def test_an_antiferromagnet_is_written_and_read_with_its_moments(tmp_path):
    path = tmp_path / "geometry.in"
    path.write_text(structures.aims("Cr", "Cr"))
    settings = Displace(second_order=True, magnetic_moments=(0, 0, 0.6, 0, 0, -0.6))
    made = displace(path, settings)
    assert made.supercell.primitive.n_atoms == 2
    phonokit.write_displacements(made, tmp_path / "phonopy_disp.yaml")
    again, _ = phonokit.read_supercells(tmp_path)
    assert again.unit_cell == made.unit_cell
    shutil.rmtree(tmp_path)


@pytest.mark.parametrize(
    ("moments", "line"),
    [((0.6, -0.6), "8*0.6 8*-0.6"), ((0, 0, 0.6, 0, 0, -0.6), "0 0 0.6 " * 8)],
)
def test_poscars_have_the_moments_beside_them(tmp_path, moments, line):
    path = tmp_path / "geometry.in"
    path.write_text(structures.aims("Cr", "Cr"))
    settings = Displace(supercell=(2, 2, 2), second_order=True, magnetic_moments=moments)
    write_structures(displace(path, settings), tmp_path, "s", "vasp")
    text = (tmp_path / "s-MAGMOM").read_text()
    assert text.startswith(f"MAGMOM = {line.strip()}")
    assert len(text.split()) - 2 in (2, 48)
    plain = displace(path, Displace(supercell=(2, 2, 2), second_order=True))
    write_structures(plain, tmp_path, "plain", "vasp")
    assert not (tmp_path / "plain-MAGMOM").exists()


def test_an_antiferromagnet_goes_all_the_way(tmp_path):
    """Forces that see no moments give the bands of the plain crystal, folded."""
    from ase.calculators.emt import EMT

    lattice = np.eye(3) * 2.9
    cell = Cell.of(lattice, [[0, 0, 0], [0.5, 0.5, 0.5]], ["Al", "Al"])
    bands = {}
    for name, moments in (("plain", None), ("magnetic", (1.0, -1.0))):
        settings = Displace(
            supercell=(3, 3, 3), second_order=True, magnetic_moments=moments
        )
        crystal = phonokit.from_calculator(cell, EMT(), settings)
        kept = crystal.primitive.magnetic_moments
        assert (None if kept is None else kept.tolist()) == (
            None if moments is None else [1, -1]
        )
        modes = {
            q: phonokit.modes(crystal, q=np.array(q) @ crystal.primitive.lattice.T / 2.9)
            for q in [(0.1, 0.2, 0.05), (1.1, 0.2, 0.05)]
        }
        bands[name] = [m.frequencies[0] for m in modes.values()]
        (tmp_path / name).mkdir()
        file, *_ = phonokit.export(modes[0.1, 0.2, 0.05], tmp_path / name)
        assert ("magnetic_moment: -1" in file.read_text()) == (name == "magnetic")
    folded = np.sort(np.concatenate(bands["plain"]))
    np.testing.assert_allclose(bands["magnetic"][0], folded, atol=1e-6)


def refusal(path: Path, form: str | None) -> str:
    """The message with which a file is refused, empty if it is not."""
    try:
        assert read_structure(path, form).n_atoms >= 1
    except FileError as error:
        return str(error)
    return ""


WORDS = ("", "x", "nan", "-1", "0", "1e300", "1/0", "&", "999999999", "é", "1 2 3 4 5 6 7")


@pytest.mark.parametrize("form", structures.PLAIN)
def test_a_damaged_file_is_a_crystal_or_one_refusal(tmp_path, form):
    rng, path = np.random.default_rng(7), tmp_path / "structure"
    texts = [structures.PLAIN[form]]
    for more in (structures.MASSES, structures.LABELS, structures.MOMENTS):
        texts += [text for name, text in more.items() if name.split()[0] == form]
    for _ in range(20):
        lines = [line.split(" ") for line in str(rng.choice(texts)).split("\n")]
        for _ in range(rng.integers(1, 4)):
            line = lines[rng.integers(len(lines))]
            line[rng.integers(len(line))] = str(rng.choice(WORDS))
        if rng.random() < 0.3:
            del lines[rng.integers(len(lines))]
        path.write_text("\n".join(" ".join(line) for line in lines))
        for chosen in (None, form):
            message = refusal(path, chosen)
            assert message.startswith(str(path)) or not message
            assert "\n" not in message


@pytest.mark.parametrize("supercell", [(2, 2, 2), (3, 1, 1)])
def test_forces_in_the_frame_of_written_lammps_structures_are_ours(tmp_path, supercell):
    from ase.calculators.emt import EMT
    from ase.io import read as read_by_ase
    from ase.io import write as write_by_ase

    lattice = [[0.3, 2.9, 2.8], [2.7, -0.2, 2.9], [2.8, 2.9, 0.1]]
    cell = Cell.of(lattice, [[0, 0, 0], [0.5, 0.52, 0.49]], ["Cu", "Au"])
    made = displace(cell, Displace(supercell=supercell, second_order=True))
    write_structures(made, tmp_path, "s", "lammps-data")
    files = []
    for number in range(len(made)):
        path = tmp_path / f"s-{number + 1:05d}.lammps-data"
        atoms = read_by_ase(path, format="lammps-data")
        atoms.calc = EMT()
        atoms.get_forces()
        files.append(tmp_path / f"{number}.extxyz")
        write_by_ase(files[-1], atoms, format="extxyz")
    ours = phonokit.compute_forces(made, EMT(), tmp_path / "forces.hdf5")
    np.testing.assert_allclose(phonokit.collect_forces(made, files), ours, atol=1e-7)
