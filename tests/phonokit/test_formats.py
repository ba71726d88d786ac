"""Constants go from one program's format to another's and back, and phonons stay."""

import itertools
import json
import lzma
import os
import shutil
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import phonokit
import pytest
from constants_of_programs import write_d3q, write_vasp_hessian
from format_crystals import CRYSTALS, CUBIC, TARGETS, WITHOUT_CHARGES, frequencies
from model_crystals import zincblende
from phono_3ph import AdaptiveGaussian, Scattering, Series3
from phono_dynmat import phonon_frequencies
from phono_fc import (
    ForceConstants,
    LatticeForceConstants,
    expand,
)
from phono_grid.errors import DomainError, FileError
from phonokit.cli.app import main
from phonokit.io.formats.alamode import SHIFTS

DATA = Path(os.environ.get("PHONO_TEST_DATA", "missing")) / "formats"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="PHONO_TEST_DATA is not set")
PAIRS = [
    (name, *pair)
    for name in CRYSTALS
    for pair in itertools.permutations(TARGETS, 2)
    if name == "plain" or not WITHOUT_CHARGES & {*pair}
]


@pytest.mark.parametrize(("name", "one", "other"), PAIRS)
def test_frequencies_survive_the_way_through_two_formats(name, one, other, tmp_path):
    crystal = there = CRYSTALS[name]
    for target in (one, other):
        path = tmp_path / target / TARGETS[target]
        phonokit.write_constants(there, path, format=target)
        there = phonokit.load(path)
        if there.polar is not None:
            # ShengBTE's own interpolation of dipoles is another one.
            there = replace(there, polar=replace(there.polar, method="gonze"))
    found = frequencies(there, like=crystal)
    np.testing.assert_allclose(found, frequencies(crystal), rtol=0, atol=1e-6)


@needs_data
@pytest.mark.needs_rust
@pytest.mark.parametrize("target", ["tdep", "espresso"])
def test_aluminium_nitride_keeps_its_frequencies_whatever_the_sum_of_dipoles(
    target, tmp_path
):
    """Its damped dipoles reach beyond the supercell: 6e-6 THz if that is not heeded."""
    crystal = phonokit.load(DATA.parent / "aln-lda")
    crystal = phonokit.Crystal.from_constants(crystal.fc2, None, crystal.polar)
    phonokit.write_constants(crystal, tmp_path / TARGETS[target], format=target)
    there = phonokit.load(tmp_path / TARGETS[target])
    np.testing.assert_allclose(frequencies(there), frequencies(crystal), rtol=0, atol=3e-7)


@pytest.mark.parametrize(
    "targets",
    [
        *(["shengbte"], ["tdep"], ["alamode"], ["phonopy"], ["kaldo"]),
        *(["tdep", "phonopy"], ["tdep", "kaldo"], ["alamode", "phonopy"]),
    ],
    ids="-".join,
)
def test_the_conductivity_survives(targets, tmp_path):
    crystal = there = CUBIC
    for target in targets:
        phonokit.write_constants(there, tmp_path / TARGETS[target], format=target)
        there = phonokit.load(tmp_path / TARGETS[target])
    kappas = [phonokit.kappa(c, (3, 3, 3), [300.0]).kappa for c in (crystal, there)]
    np.testing.assert_allclose(*kappas, rtol=1e-8, atol=1e-10)


def test_third_order_of_d3q_gives_the_conductivity(tmp_path):
    write_d3q(CUBIC, tmp_path)
    there = phonokit.load(tmp_path)
    assert [file.path.name for file in there.origin.files] == ["x.fc", "mat3R"]
    kappas = [phonokit.kappa(c, (3, 3, 3), [300.0]).kappa for c in (CUBIC, there)]
    np.testing.assert_allclose(*kappas, rtol=1e-8, atol=1e-10)
    alone = phonokit.load(tmp_path / "mat3R")
    assert alone.origin.source == "Quantum ESPRESSO (d3q)"
    np.testing.assert_array_equal(alone.fc3.values, there.fc3.values)
    (tmp_path / "mat3R").write_text((tmp_path / "mat3R").read_text()[:-400])
    with pytest.raises(FileError, match=r"mat3R: .*is the file whole"):
        phonokit.load(tmp_path)


@pytest.mark.parametrize("in_thz", [False, True])
def test_a_hessian_of_vasp_gives_the_frequencies(in_thz, tmp_path):
    crystal = CRYSTALS["polar"]
    crystal = replace(crystal, polar=None)
    write_vasp_hessian(crystal, tmp_path / "vasprun.xml", in_thz=in_thz)
    there = phonokit.load(tmp_path)
    assert there.origin.source == "VASP (perturbation theory)"
    found = frequencies(there, like=crystal)
    np.testing.assert_allclose(found, frequencies(crystal), rtol=0, atol=1e-9)
    whole = (tmp_path / "vasprun.xml").read_text()
    (tmp_path / "vasprun.xml").write_text(whole[:-3000])
    with pytest.raises(FileError, match=r"hessian: expected 192 rows .* whole"):
        phonokit.load(tmp_path)


def test_images_of_alamode_have_its_numbers():
    """In its own file of silicon (64 atoms) the atom at (0, 0, 1/2) has images 1 and 14."""
    shifts = {number: SHIFTS[number - 1].tolist() for number in (1, 12, 14, 27)}
    assert shifts == {1: [0, 0, 0], 12: [0, -1, 0], 14: [0, 0, -1], 27: [1, 1, 1]}


def test_constants_on_lattice_vectors_stay_there(tmp_path):
    phonokit.write_constants(CUBIC, tmp_path, format="tdep")
    there = phonokit.load(tmp_path)
    for constants in (there.fc2, there.fc3):
        assert isinstance(constants, LatticeForceConstants)
    with pytest.raises(DomainError, match="on lattice vectors and have none"):
        _ = there.supercell
    assert there.origin.source == "TDEP"
    assert "order 2: drift" in there.origin.method


def test_files_of_tdep_may_have_comments_and_charges_that_are_not_used(tmp_path):
    phonokit.write_constants(CRYSTALS["plain"], tmp_path, format="tdep")
    expected = phonokit.load(tmp_path)
    cell = tmp_path / "infile.ucposcar"
    lines = cell.read_text().splitlines()
    lines[1:7] = [f"{line}  # a comment" for line in lines[1:7]]
    cell.write_text("\n".join(lines) + "\n")
    assert phonokit.load(tmp_path).fc2 == expected.fc2
    (tmp_path / "infile.lotosplitting").write_text("1 0 0\n0 1 0\n0 0 1\n" * 3)
    with pytest.warns(UserWarning, match="infile.lotosplitting is not used"):
        assert phonokit.load(tmp_path).polar is None


def test_third_order_alone_is_read_and_has_no_phonons(tmp_path):
    phonokit.write_shengbte(None, zincblende().fc3, tmp_path)
    there = phonokit.load(tmp_path)
    assert there.order == 3
    with pytest.raises(DomainError, match=f"{tmp_path}.*: third-order constants alone"):
        there.dynamics()


@pytest.mark.parametrize(
    "target", ["tdep", "espresso", "alamode", "shengbte", "euphonic", "kaldo"]
)
def test_a_drift_is_reported_and_mended_unless_told_not_to(target, tmp_path):
    fc2 = CRYSTALS["plain"].fc2
    values = fc2.values.copy()
    values[np.arange(2), fc2.supercell.primitive_to_supercell] += 1e-3 * np.eye(3)
    broken = phonokit.Crystal.from_constants(ForceConstants(values, fc2.supercell))
    path = tmp_path / TARGETS[target]
    phonokit.write_constants(broken, path, format=target)
    mended = phonokit.read_constants(path)
    kept = phonokit.read_constants(path, symmetrize=False)
    assert "drift 1.0e-03 eV/Å^2, symmetrised" in mended.origin.method
    assert "symmetrised" not in kept.origin.method
    gamma = [phonon_frequencies(c.dynamics(), [[0, 0, 0]])[0, :3] for c in (mended, kept)]
    assert np.abs(gamma[0]).max() < 1e-5
    assert gamma[1].min() > 0.05


def test_phono_convert_says_what_it_found_and_what_it_loses(tmp_path, capsys):
    phonokit.write_constants(CUBIC, tmp_path / "one", format="shengbte")
    target = str(tmp_path / "si.fc")
    assert main(["convert", str(tmp_path / "one"), target, "--to", "espresso"]) == 0
    said = capsys.readouterr().out
    assert "found      ShengBTE" in said
    assert "on lattice vectors, up to" in said
    assert "not written: third-order constants" in said
    assert Path(target).is_file()
    same = ["convert", str(tmp_path / "one"), "--to", "espresso"]
    assert main([*same, "--output", str(tmp_path / "again.fc")]) == 0
    assert (tmp_path / "again.fc").read_bytes() == Path(target).read_bytes()
    assert main([*same, target, "--output", target]) == 2
    assert "leave one of the two out" in capsys.readouterr().err
    assert main(same) == 2
    assert "name the file or folder to write" in capsys.readouterr().err


def test_control_says_the_mesh_and_the_widths_that_are_not_given(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    phonokit.write_constants(CUBIC, "s", format="shengbte")
    control = Path("s/CONTROL")
    text = control.read_text().replace("11 11 11", "3 3 3")
    control.write_text(text.replace("scalebroad=1", "scalebroad=0.5"))
    command = ["kappa", "s", "--temperature", "300", "--output", "k.hdf5"]
    assert main(command) == 0
    said = capsys.readouterr().out
    assert "3 × 3 × 3" in said
    assert "ngrid is the mesh; scalebroad 0.5 is not used" in said
    assert main([*command, "--smearing", "adaptive", "--overwrite"]) == 0
    assert "scalebroad 0.5 scales the widths" in capsys.readouterr().out
    scattering = Scattering(smearing=AdaptiveGaussian(0.5))
    expected = phonokit.kappa(
        phonokit.load("s"),
        (3, 3, 3),
        [300.0],
        transport=phonokit.Transport(scattering=scattering),
    )
    found = phonokit.read_result("k.hdf5").kappa
    np.testing.assert_allclose(found, expected.kappa, rtol=1e-12)
    # Another scalebroad is another calculation, and other options come first.
    control.write_text(text)
    given = ["--smearing", "adaptive", "--mesh", "2", "2", "2", "--smearing-scale", "1"]
    assert main([*command, *given, "--overwrite"]) == 0
    said = capsys.readouterr().out
    assert "ngrid is not used, another mesh is given; scalebroad is not used" in said


def test_constants_inside_a_yaml_file_of_phonopy_are_read(tmp_path):
    crystal = CRYSTALS["polar"]
    yaml, hdf5 = phonokit.write_constants(crystal, tmp_path, format="phonopy")
    constants = phonokit.load(tmp_path).fc2
    hdf5.unlink()
    lines = ["force_constants:", '  format: "compact"', "  shape: [ 2, 64 ]", "  elements:"]
    for (i, j), block in zip(
        np.ndindex(2, 64), constants.values.reshape(-1, 3, 3), strict=True
    ):
        lines.append(f"  - # ({i + 1}, {j + 1})")
        lines += [f"    - [ {x:.15f}, {y:.15f}, {z:.15f} ]" for x, y, z in block]
    yaml.write_text(yaml.read_text() + "\n" + "\n".join(lines) + "\n")
    there = phonokit.load(tmp_path)
    np.testing.assert_allclose(there.fc2.values, constants.values, rtol=0, atol=1e-14)
    np.testing.assert_allclose(frequencies(there), frequencies(crystal), rtol=0, atol=1e-6)
    yaml.write_text(yaml.read_text().replace("[ 2, 64 ]", "[ 2, 63 ]"))
    with pytest.raises(FileError, match="expected 2 x 63 blocks, got 128"):
        phonokit.load(tmp_path)


@pytest.mark.parametrize("order", [2, 3])
def test_rows_of_other_copies_of_the_primitive_atoms_are_taken_home(order, tmp_path):
    constants = {2: CUBIC.fc2, 3: CUBIC.fc3}[order]
    cells, full = constants.supercell, expand(constants)
    others = np.array(
        [np.flatnonzero(cells.supercell_to_primitive == k)[3] for k in (1, 0)]
    )
    path = tmp_path / f"fc{order}.hdf5"
    with h5py.File(path, "w") as file:
        file["fc3" if order == 3 else "force_constants"] = full[others]
        file["p2s_map"] = others
    again = phonokit.read_force_constants(path, cells)
    np.testing.assert_allclose(again.values, constants.values, rtol=0, atol=1e-13)


def test_what_has_no_format_is_refused(tmp_path):
    file = tmp_path / "x"
    file.write_text("hello\n")
    with pytest.raises(FileError, match="none of the formats of force constants"):
        phonokit.read_constants(file)
    with pytest.raises(FileError, match="no such file or folder"):
        phonokit.read_constants(tmp_path / "missing")
    with pytest.raises(DomainError, match="format: expected one of shengbte"):
        phonokit.read_constants(file, format="x")
    with pytest.raises(DomainError, match="format: expected one of shengbte"):
        phonokit.write_constants(CRYSTALS["plain"], tmp_path, format="x")


@pytest.mark.filterwarnings("ignore:force constants of order")
@pytest.mark.filterwarnings("ignore::phono_dynmat.ChargeWarning")
@pytest.mark.parametrize("target", sorted({*TARGETS} - {"phonopy", *WITHOUT_CHARGES}))
def test_a_mutated_file_is_refused_or_read(target, tmp_path):
    """Each mutation ends in one error of a file, or in a crystal of the same atoms."""
    crystal = CRYSTALS["polar"]
    path = tmp_path / TARGETS[target]
    written = phonokit.write_constants(crystal, path, format=target)
    rng = np.random.default_rng(0)
    for file in written:
        whole = file.read_bytes()
        for _ in range(12):
            data = bytearray(whole[: 3000 if rng.random() < 0.2 else len(whole)])
            for place in rng.integers(min(len(data), 2000), size=rng.integers(1, 4)):
                data[place] = int(rng.integers(256)) if rng.random() < 0.3 else 49
            file.write_bytes(bytes(data))
            try:
                there = phonokit.load(path)
            except phonokit.PhonoError:
                continue
            assert there.primitive.n_atoms == 2
        file.write_bytes(whole)


@pytest.mark.filterwarnings("ignore:force constants of order")
@needs_data
def test_silicon_of_quantum_espresso_has_the_known_frequencies():
    """kALDo's tests give them to 0.01 THz."""
    crystal = phonokit.load(DATA / "qe-si")
    assert crystal.origin.source == "Quantum ESPRESSO (q2r.x)"
    assert crystal.order == 3
    f = phonon_frequencies(crystal.dynamics(), [[0.3, 0, 0.3]])[0]
    expected = [4.1138, 4.1138, 8.4429, 14.0095, 14.0095, 14.3733]
    np.testing.assert_allclose(f, expected, rtol=0, atol=0.01)


@needs_data
def test_silicon_of_tdep_obeys_sum_rules_and_symmetry():
    crystal = phonokit.load(DATA / "tdep-si")
    f = phonon_frequencies(crystal.dynamics(), [[0, 0, 0]])[0]
    np.testing.assert_allclose(f[:3], 0, atol=1e-5)
    np.testing.assert_allclose(f[3:], f[3], rtol=1e-9)
    kappa = phonokit.kappa(crystal, (5, 5, 5), [300.0]).kappa[0]
    np.testing.assert_allclose(kappa[:3], kappa[0], rtol=1e-6)
    assert 20 < kappa[0] < 200


REFERENCE = DATA.parent / "others.json"
OTHERS = json.loads(REFERENCE.read_text())["fourphonon"] if DATA.is_dir() else {}
ADAPTIVE = phonokit.Transport(scattering=Scattering(smearing=AdaptiveGaussian()))


@needs_data
@pytest.mark.needs_rust
@pytest.mark.parametrize(
    ("name", "folder", "cutoff", "mesh"),
    [
        ("si-pbesol 11x11x11, fc3 cutoff 4.6 A", "si-pbesol", 4.6, (11, 11, 11)),
        ("aln-lda 5x5x3, fc3 cutoff 3.3 A, no charges", "aln-lda", 3.3, (5, 5, 3)),
    ],
)
def test_adaptive_gaussians_give_fourphonon_s_conductivity(name, folder, cutoff, mesh):
    """From the same constants, which that program was given with one origin."""
    path = DATA.parent / folder
    fc2 = phonokit.load(path).fc2
    fc3 = phonokit.load(path, fit=phonokit.Fit(fc3_cutoff=cutoff, sparse=True)).fc3
    crystal = phonokit.Crystal.from_constants(fc2, fc3)
    crystal.__dict__["series3"] = Series3.of(fc3, average_origin=False)
    kappa = phonokit.kappa(crystal, mesh, [300.0], transport=ADAPTIVE).kappa[0]
    others = OTHERS[name]
    expected = others.get("kappa_rta_xx_zz", [others.get("kappa_rta")] * 2)
    np.testing.assert_allclose(kappa[[0, 2]], expected, rtol=1e-4)


@needs_data
@pytest.mark.needs_rust
def test_neon_of_fourphonon_has_its_rates_mode_by_mode(tmp_path):
    """On a mesh without points of the zone boundary, whose degenerate modes are arbitrary.

    Frequencies there are those of a mass that is 5.6e-4 larger.
    """
    neon = DATA.parent / "four-phonon" / "neon"
    for file in neon.glob("infile.*"):
        shutil.copy(file, tmp_path)
    third = lzma.decompress((neon / "FORCE_CONSTANTS_3RD.xz").read_bytes())
    (tmp_path / "FORCE_CONSTANTS_3RD").write_bytes(third)
    shutil.copy(neon / "mesh3" / "CONTROL", tmp_path)
    crystal = phonokit.load(tmp_path)
    assert crystal.origin.source == "ShengBTE, infile.forceconstant"
    given = crystal.constants
    cell = replace(crystal.primitive, masses=crystal.primitive.masses * 1.00056226)
    fc2, fc3 = (replace(c, cell=cell) for c in (given.fc2, given.third))
    crystal = phonokit.Crystal.from_constants(fc2, fc3)
    table = np.loadtxt(neon / "mesh3" / "BTE.qpoints")[1:, -3:]
    there = np.loadtxt(neon / "mesh3" / "BTE.w_3ph")[:, 1].reshape(3, -1).T[1:]
    result = phonokit.linewidths(
        crystal, table, (3, 3, 3), temperatures=[14.0], scattering=ADAPTIVE.scattering
    )
    rates = 4 * np.pi * np.asarray(result.linewidths).reshape(-1, 3)
    there[0, :2] = there[0, :2].mean()  # degenerate
    np.testing.assert_allclose(rates, there, rtol=1e-3)
