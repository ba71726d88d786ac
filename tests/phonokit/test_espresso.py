"""Constants of Quantum ESPRESSO and d3q in their variants."""

import warnings

import numpy as np
import phonokit
import pytest
from constants_of_programs import write_d3q, write_q2r_xml, write_sparse_d3q
from format_crystals import CRYSTALS, CUBIC, frequencies
from phono_dynmat import (
    BornCharges,
    HarmonicSeries,
    add_dipoles,
    commensurate_points,
    dynamical_matrices,
)
from phono_grid.errors import FileError
from phonokit.io.formats import espresso
from phonokit.io.formats.espresso_record import damping


def written(crystal, path):
    (file,) = phonokit.write_constants(crystal, path, format="espresso")
    return file


@pytest.mark.parametrize("old", [True, False])
@pytest.mark.parametrize("name", CRYSTALS)
def test_xml_of_q2r_gives_what_its_text_gives(name, old, tmp_path):
    text = written(CRYSTALS[name], tmp_path / "x.fc")
    (tmp_path / "x").mkdir()
    write_q2r_xml(text, tmp_path / "x" / "ifc.xml", old=old)
    # Dynamical matrices of ph.x may lie beside it.
    (tmp_path / "x" / "dyn1.xml").write_text("<Root>\n<GEOMETRY_INFO>\n")
    there, again = phonokit.load(text), phonokit.load(tmp_path / "x")
    assert again.origin.source == "Quantum ESPRESSO (q2r.x)"
    assert (again.polar is None) == (there.polar is None)
    np.testing.assert_allclose(again.fc2.values, there.fc2.values, rtol=0, atol=1e-9)
    np.testing.assert_allclose(again.primitive.masses, there.primitive.masses, rtol=1e-9)
    if there.polar is not None:
        charges = again.polar.charges.charges
        np.testing.assert_allclose(charges, there.polar.charges.charges, atol=1e-9)
    whole = (tmp_path / "x" / "ifc.xml").read_text()
    for part, error in (
        (whole[: len(whole) // 2], "not valid XML; is the file whole"),
        (whole.replace("MESH_NQ1", "MESH"), "holds no MESH_NQ1_NQ2_NQ3"),
        (
            whole.replace("s_s1_m1_m2_m3.1.1.1.1.1>", "s_s1_m1_m2_m3.1.1.9.1.1>"),
            "not there",
        ),
        (whole.replace("<GEOM", "<!DOCTYPE a><GEOM", 1), "not valid XML"),
    ):
        (tmp_path / "x" / "ifc.xml").write_text(part)
        with pytest.raises(FileError, match=error):
            phonokit.load(tmp_path / "x" / "ifc.xml")
    with pytest.raises(FileError, match="line 3: not valid XML"):
        phonokit.load(tmp_path / "x" / "dyn1.xml")


@pytest.mark.parametrize("form", ["flag", "line", "xml"])
def test_phonons_do_not_depend_on_the_width_of_ewald_s_sum(form, tmp_path, monkeypatch):
    """Versions from 7 choose it, and write it beside the flag of the charges."""
    crystal = CRYSTALS["polar"]
    monkeypatch.setattr(espresso, "damping", lambda alat, z: damping(alat, z, 2.5))
    file = written(crystal, tmp_path / "x.fc")
    if form == "xml":
        write_q2r_xml(file, tmp_path / "x.xml", old=False, alpha=2.5)
        file = tmp_path / "x.xml"
    else:
        text = file.read_text()
        if form == "flag":
            text = text.replace("\n T\n", "\n T   2.50000000000000\n")
        else:
            grid = next(
                line
                for line in text.splitlines()
                if len(line.split()) == 3 and (all(w.isdigit() for w in line.split()))
            )
            text = text.replace(f"\n{grid}\n", f"\n 2.5\n{grid}\n", 1)
        file.write_text(text)
    there = phonokit.load(file)
    assert there.polar.width == pytest.approx(
        damping(np.linalg.norm(crystal.primitive.lattice[0]), crystal.polar.charges, 2.5)[0]
    )
    found = frequencies(there, like=crystal)
    np.testing.assert_allclose(found, frequencies(crystal), rtol=0, atol=1e-6)
    file.write_text(file.read_text().replace("2.5", "x.5", 1))
    with pytest.raises(FileError, match="parameter of Ewald's sum"):
        phonokit.load(file)


def test_the_dipoles_that_come_back_are_those_that_were_taken_out(tmp_path):
    """Charges with a sum: on the grid the matrices are those of the calculation."""
    file = written(CRYSTALS["polar"], tmp_path / "x.fc")
    read = espresso.read_q2r(file)
    shifted = espresso.GridConstants(
        **{name: getattr(read, name) for name in read.__slots__}
        | {"charges": read.charges + 0.4 * np.eye(3)}
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole, dipoles = shifted.whole()
        raw = BornCharges(shifted.charges, read.dielectric)
    np.testing.assert_allclose(dipoles.charges.charges.sum(axis=0), 0, atol=1e-9)
    short, _ = espresso.GridConstants(
        **{name: getattr(read, name) for name in read.__slots__} | {"charges": None}
    ).whole()
    q = commensurate_points(whole.supercell)[1:]
    width, cutoff = damping(read.alat, raw)
    expected = dynamical_matrices(
        add_dipoles(HarmonicSeries.of(short), raw, cutoff=cutoff, width=width), q
    )
    found = dynamical_matrices(HarmonicSeries.of(whole), q)
    np.testing.assert_allclose(found, expected, atol=1e-9 * abs(expected).max())


def test_sparse_mat3r_and_one_without_imaginary_parts_are_the_full_one(tmp_path):
    write_sparse_d3q(CUBIC, tmp_path)
    there = phonokit.load(tmp_path)
    assert [file.path.name for file in there.origin.files] == ["x.fc", "mat3R.sparse"]
    alone = phonokit.load(tmp_path / "mat3R.sparse")
    np.testing.assert_allclose(alone.primitive.masses, CUBIC.primitive.masses, rtol=1e-8)
    text = (tmp_path / "mat3R.sparse").read_text()
    (tmp_path / "mat3R.sparse").write_text(text[:-400])
    with pytest.raises(FileError, match=r"expected \d+ constants, got .*is the file whole"):
        phonokit.load(tmp_path)
    (tmp_path / "mat3R.sparse").unlink()
    write_d3q(CUBIC, tmp_path)
    lines = (tmp_path / "mat3R").read_text().splitlines()
    kept = [" ".join(words[:7]) if len(words := x.split()) == 8 else x for x in lines]
    (tmp_path / "FORCE_CONSTANTS_3RD_D3Q").write_text("\n".join(kept) + "\n")
    (tmp_path / "mat3R").unlink()
    again = phonokit.load(tmp_path)
    np.testing.assert_allclose(again.fc3.values, there.fc3.values, atol=1e-9)


@pytest.mark.filterwarnings("ignore::phonokit.io.formats.asymmetry.AsymmetryWarning")
def test_a_mat3r_may_have_blocks_without_vectors(tmp_path):
    write_d3q(CUBIC, tmp_path)
    whole = phonokit.load(tmp_path).fc3
    lines = (tmp_path / "mat3R").read_text().splitlines()
    heads = [i for i, line in enumerate(lines) if len(line.split()) == 6 and i > 8]
    emptied = [*lines[: heads[0] + 1], "0", *lines[heads[1] : heads[-1] + 1], "0"]
    (tmp_path / "mat3R").write_text("\n".join(emptied) + "\n")
    there = phonokit.read_constants(tmp_path, symmetrize=False).fc3
    assert whole.values[:, 0, 0, 0].any()
    assert not there.values[(there.atoms == 0).all(axis=1), 0, 0, 0].any()


@pytest.mark.parametrize("third", ["mat3R", "FORCE_CONSTANTS_3RD"])
def test_a_folder_of_shengbte_has_the_masses_of_control_and_d3q_s_constants(
    third, tmp_path
):
    phonokit.write_constants(CUBIC, tmp_path, format="shengbte")
    (tmp_path / "FORCE_CONSTANTS_2ND").unlink()
    if third == "mat3R":
        (tmp_path / "FORCE_CONSTANTS_3RD").unlink()
    write_d3q(CUBIC, tmp_path)
    (tmp_path / "x.fc").rename(tmp_path / "espresso.ifc2")
    if third != "mat3R":
        (tmp_path / "mat3R").unlink()
    control = (tmp_path / "CONTROL").read_text()
    masses = next(x for x in control.splitlines() if "masses" in x)
    text = control.replace(masses, "  masses=30 40,").replace(
        "&flags\n", "&flags\n  espresso=.TRUE.\n"
    )
    (tmp_path / "CONTROL").write_text(text)
    there = phonokit.load(tmp_path)
    assert there.origin.source == "ShengBTE, espresso.ifc2"
    np.testing.assert_allclose(there.primitive.masses, [30, 40])
    np.testing.assert_allclose(there.fc3.cell.masses, [30, 40])
    found = np.sort(frequencies(there.with_masses(CUBIC.primitive.masses), like=CUBIC))
    np.testing.assert_allclose(found, frequencies(CUBIC), rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "mass", "element"),
    [("   ", "63546.4", "Ga"), ("Ga1", "69.723", "Ga"), ("Ga_p", "63546.4", "Ga")],
)
def test_kinds_of_atoms_are_told_by_name_or_mass(name, mass, element, tmp_path):
    file = written(CRYSTALS["plain"], tmp_path / "x.fc")
    lines = file.read_text().splitlines()
    row = next(i for i, line in enumerate(lines) if "'" in line)
    own = lines[row].split("'")
    assert own[1].strip() == "Ga"
    lines[row] = f"{own[0]}'{name}'  {mass}"
    file.write_text("\n".join(lines) + "\n")
    there = phonokit.load(file)
    assert there.primitive.symbols[0] == element
    np.testing.assert_allclose(there.primitive.masses[0], 69.723, rtol=1e-3)
    file.write_text(file.read_text().replace(f"'{name}'  {mass}", "'Xx' 1e5"))
    with pytest.raises(FileError, match="'Xx' is no element"):
        phonokit.load(file)
