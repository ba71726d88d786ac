"""Force constants as other programs read and hold them: the same phonons on both sides."""

import warnings

import numpy as np
import phonokit
import pytest
from format_crystals import CRYSTALS, CUBIC, Q, frequencies
from model_crystals import springs
from phono_dynmat import phonon_frequencies
from phono_fc import ForceConstants, expand, symmetrize
from phono_grid import Cell, Supercell

# What the peers deprecate and advise is not ours.
pytestmark = pytest.mark.filterwarnings("ignore")
DIGITS = 1e-6
"""A part of the largest frequency: constants of nature differ by a few 1e-7."""


def ensure_close(found, expected):
    """Frequencies within a few constants of nature."""
    largest = np.abs(expected).max()
    np.testing.assert_allclose(found, expected, rtol=0, atol=DIGITS * largest)


def of_euphonic(constants):
    """Frequencies of Euphonic at `Q`, THz."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        modes = constants.calculate_qpoint_frequencies(Q, splitting=False)
    return modes.frequencies.to("THz", "spectroscopy").magnitude


@pytest.mark.parametrize("name", CRYSTALS)
def test_euphonic_finds_our_phonons_in_its_document(name, tmp_path):
    euphonic = pytest.importorskip("euphonic")
    crystal = CRYSTALS[name]
    path = tmp_path / "x.json"
    phonokit.write_constants(crystal, path, format="euphonic")
    theirs = euphonic.ForceConstants.from_json_file(path)
    ensure_close(of_euphonic(theirs), frequencies(crystal))


@pytest.mark.parametrize("name", CRYSTALS)
def test_a_document_and_an_object_of_euphonic_have_its_phonons(name, tmp_path):
    euphonic = pytest.importorskip("euphonic")
    phonokit.write_constants(CRYSTALS[name], tmp_path / "x.json", format="euphonic")
    theirs = euphonic.ForceConstants.from_json_file(tmp_path / "x.json")
    # In other units, as CASTEP's are.
    theirs.force_constants_unit = "hartree / bohr ** 2"
    theirs.crystal.cell_vectors_unit = "bohr"
    theirs.to_json_file(tmp_path / "y.json")
    expected = of_euphonic(theirs)
    for there in (phonokit.load(tmp_path / "y.json"), phonokit.from_object(theirs)):
        ensure_close(frequencies(there), expected)


def archive(tmp_path):
    """Third order in a supercell of the cubic cell, for kALDo, and its crystal."""
    path = tmp_path / "gpumd_fc.npz"
    phonokit.write_constants(CUBIC, path, format="kaldo")
    return phonokit.load(path)


def test_kaldo_finds_our_phonons_in_its_archive(tmp_path):
    kaldo = pytest.importorskip("kaldo.forceconstants")
    observable = pytest.importorskip("kaldo.observables.harmonic_with_q")
    crystal = archive(tmp_path)
    theirs = kaldo.ForceConstants.from_folder(str(tmp_path), format="gpumd")
    found = []
    for q in Q[:10]:
        phonon = observable.HarmonicWithQ(
            q_point=q, second=theirs.second, storage="memory", is_unfolding=True
        )
        found.append(np.sort(np.ravel(phonon.frequency)))
    ours = phonon_frequencies(crystal.dynamics(), Q[:10])
    ensure_close(np.array(found), ours)
    values = np.asarray(theirs.third.value.todense()).ravel()
    assert np.abs(values).max() == pytest.approx(np.abs(CUBIC.fc3.values).max(), rel=1e-12)


def test_kaldo_s_own_archive_of_silicon_is_read():
    """The file of its tests: made by GPUMD with a neuroevolution potential."""
    from importlib.util import find_spec
    from pathlib import Path

    spec = find_spec("kaldo")
    if spec is None or spec.origin is None:
        pytest.skip("kALDo is not installed")
    path = Path(spec.origin).parent / "tests/si-crystal/gpumd/gpumd_fc.npz"
    if not path.is_file():
        pytest.skip("this kALDo has no archive of its own")
    crystal = phonokit.load(path)
    f = phonon_frequencies(crystal.dynamics(), [[0, 0, 0], [0.5, 0, 0.5]])
    np.testing.assert_allclose(f[0, :3], 0, atol=1e-4)
    np.testing.assert_allclose(f[0, 3:], f[0, 3], rtol=1e-4)
    assert 14 < f[0, 3] < 17
    assert crystal.order == 3


def test_constants_of_hiphive_are_those_of_its_arrays():
    hiphive = pytest.importorskip("hiphive")
    fc2, fc3 = CUBIC.fc2, CUBIC.fc3
    theirs = hiphive.ForceConstants.from_arrays(
        fc2.supercell.cell.to_ase(), expand(fc2), expand(fc3)
    )
    there = phonokit.from_object(theirs)
    assert (there.origin.source, there.order) == ("hiPhive", 3)
    ensure_close(frequencies(there, like=CUBIC), frequencies(CUBIC))
    kappas = [phonokit.kappa(c, (3, 3, 3), [300.0]).kappa for c in (CUBIC, there)]
    np.testing.assert_allclose(*kappas, rtol=1e-8, atol=1e-10)


def test_constants_of_pheasy_are_those_of_its_arrays():
    module = pytest.importorskip("pheasy.structure.force_constants")
    theirs = module.ForceConstants(CUBIC.fc2.supercell.cell.to_ase())
    theirs.full_force_constants[2] = expand(CUBIC.fc2)
    theirs.full_force_constants[3] = expand(CUBIC.fc3)
    there = phonokit.from_object(theirs)
    assert (there.origin.source, there.order) == ("pheasy", 3)
    ensure_close(frequencies(there, like=CUBIC), frequencies(CUBIC))


@pytest.mark.parametrize("compact", [True, False])
def test_a_solver_of_symfc_gives_the_constants_that_it_fitted(compact):
    symfc = pytest.importorskip("symfc")
    utils = pytest.importorskip("symfc.utils.utils")
    h = 0.5
    fcc = np.array([[0, 0, 0], [0, h, h], [h, 0, h], [h, h, 0]])
    unit = Cell.of(5.6 * np.eye(3), np.r_[fcc, fcc + h], ["Na"] * 4 + ["Cl"] * 4)
    supercell = Supercell.of(unit, [2, 2, 2], "F")
    fc2 = symmetrize(ForceConstants(springs(supercell), supercell))
    cell = supercell.cell
    u = 0.01 * np.random.default_rng(1).normal(size=(20, cell.n_atoms, 3))
    u -= u.mean(axis=1, keepdims=True)
    forces = -np.einsum("ijab,njb->nia", expand(fc2), u)
    atoms = utils.SymfcAtoms(
        cell=cell.lattice, scaled_positions=cell.positions, numbers=cell.atomic_numbers
    )
    solver = symfc.Symfc(atoms, displacements=u, forces=forces)
    solver.run(max_order=2, is_compact_fc=compact)
    there = phonokit.from_object(solver)
    expected = phonokit.Crystal.from_constants(fc2)
    ensure_close(frequencies(there, like=expected), frequencies(expected))
