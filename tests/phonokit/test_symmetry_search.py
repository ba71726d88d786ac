"""Crystals whose symmetry is found within a tolerance, or not used at all."""

import numpy as np
import phonokit
import pytest
from phono_dynmat import phonon_frequencies
from phono_grid import Cell, Supercell, Symmetry
from phono_grid.errors import DomainError
from phonokit import Displace, Fit, SymmetrySearch
from phonokit.cli.app import main
from tiny_crystal import EXAMPLE

NONE = SymmetrySearch(symmetry=False)
DISTORTED = 2e-3
"""Å, by which an atom is off its place."""


def copper(**settings):
    """Face-centred copper, with force constants of EMT."""
    pytest.importorskip("ase")
    from ase.build import bulk
    from ase.calculators.emt import EMT

    wanted = {"supercell": (2, 2, 2), "second_order": True, "distance": 1e-3}
    fit = Fit(symmetry=settings.get("symmetry", True))
    return phonokit.from_calculator(
        bulk("Cu"), EMT(), Displace(**wanted, **settings), fit=fit
    )


def silicon() -> Cell:
    """A structure that is nearly that of diamond."""
    a = 5.43
    lattice = a / 2 * (1 - np.eye(3))
    off = np.linalg.solve(lattice.T, [DISTORTED, DISTORTED / 3, 0])
    return Cell.of(lattice, [np.zeros(3), np.full(3, 0.25) + off], ["Si", "Si"])


def test_translations_alone_are_a_group_of_permutations():
    supercell = Supercell.of(silicon(), (2, 1, 3))
    symmetry = Symmetry.of_translations(supercell)
    assert symmetry.n_operations == 6
    assert symmetry.independent_atoms.tolist() == [0, 6]
    assert (np.sort(symmetry.permutations, axis=1) == np.arange(12)).all()
    assert len(np.unique(symmetry.permutations, axis=0)) == 6
    assert Symmetry.identity(silicon()).n_operations == 1


def test_forces_of_all_displacements_give_the_constants_of_one():
    one, all_of_them = copper(), copper(symmetry=False)
    assert "no symmetry" in all_of_them.origin.method
    assert all_of_them.symmetry.symbol == "P1"
    assert one.constants.data.singles.forces.shape[0] == 1
    assert all_of_them.constants.data.singles.forces.shape[0] == 6
    np.testing.assert_allclose(all_of_them.fc2.values, one.fc2.values, atol=2e-5)


def test_one_displacement_without_symmetry_is_not_enough():
    with pytest.raises(DomainError, match="is not displaced"):
        _ = phonokit.load(EXAMPLE).with_symmetry(NONE).fc2


def test_sums_over_a_mesh_are_those_of_its_irreducible_part():
    whole = phonokit.load(EXAMPLE)
    given = phonokit.Crystal.from_constants(whole.fc2)
    plain = given.with_symmetry(NONE)
    assert plain.fingerprint != given.fingerprint
    assert given.with_symmetry(SymmetrySearch()).fingerprint == given.fingerprint
    a, b = (phonokit.thermal(c, (4, 4, 4), [300]) for c in (given, plain))
    np.testing.assert_allclose(a.entropy, b.entropy, rtol=1e-9)
    meshes = [phonokit.modes(c, mesh=(4, 4, 4)) for c in (given, plain)]
    assert [len(modes.qpoints) for modes in meshes] == [8, 36]


def test_a_tolerance_finds_the_symmetry_that_an_atom_is_nearly_at():
    tight = Displace(second_order=True, supercell=(2, 2, 2))
    loose = Displace(second_order=True, supercell=(2, 2, 2), tolerance=0.01)
    many, few = (phonokit.displace(silicon(), s) for s in (tight, loose))
    assert len(few) == 1 < len(many)
    springs = phonokit.load(EXAMPLE).fc2
    assert SymmetrySearch(tolerance=0.01).of_primitive(silicon()).symbol == "Fd-3m"
    assert SymmetrySearch().of_primitive(silicon()).symbol != "Fd-3m"
    assert phonokit.Crystal.from_constants(springs).symmetry.symbol == "Fd-3m"


@pytest.mark.parametrize("symmetry", [True, False])
def test_least_squares_know_the_same_symmetry(symmetry):
    pytest.importorskip("symfc")
    pytest.importorskip("ase")
    from ase.build import bulk
    from ase.calculators.emt import EMT

    settings = Displace(supercell=(2, 2, 2), second_order=True, random=12, seed=1)
    data = phonokit.from_calculator(bulk("Cu"), EMT(), settings).constants.data
    fitted = phonokit.fit(data, Fit(symmetry=symmetry, tolerance=1e-4))
    f = phonon_frequencies(phonokit.Crystal.from_constants(fitted.fc2).dynamics(), Q)
    expected = phonon_frequencies(copper().dynamics(), Q)
    np.testing.assert_allclose(f, expected, atol=0.05)
    # The group is obeyed exactly, or not at all.
    spread = np.ptp(f[:3], axis=0).max()
    assert (spread < 1e-8) == symmetry


Q = [[0.1, 0.2, 0.3], [0.2, 0.3, 0.1], [0.3, 0.1, 0.2], [0.5, 0.0, 0.0]]
"""The first three are one by symmetry."""


def test_commands_take_what_they_are_told(tmp_path, monkeypatch, capsys):
    pytest.importorskip("ase")
    from ase.build import bulk

    monkeypatch.chdir(tmp_path)
    bulk("Cu").write("POSCAR")
    fc = ["fc", "POSCAR", "--second-order", "--supercell", "2", "2", "2"]
    assert main([*fc, "--calculator", "emt", "--no-symmetry", "--output", "cu"]) == 0
    assert "6 displacements" in capsys.readouterr().out
    mesh = ["--mesh", "3", "3", "3"]
    assert main(["dos", "cu", *mesh, "--nosym", "--frequency-points", "11"]) == 0
    assert "27 wave vectors, 14 irreducible" in capsys.readouterr().out
    wide = ["--tolerance", "0.001", "--output", "wide.hdf5"]
    assert main(["dos", "cu", *mesh, *wide, "--frequency-points", "11"]) == 0
    assert "4 irreducible" in capsys.readouterr().out
    assert main(["dos", "cu", "--tolerance", "-1"]) == 2
    assert "--tolerance must be positive" in capsys.readouterr().err


def test_fourth_order_has_a_symmetry_of_its_own():
    for settings in (Displace(symmetry=False), Displace(tolerance=1e-3)):
        with pytest.raises(DomainError, match="three atoms"):
            phonokit.displace_fourth_order(silicon(), settings, cutoff=3.0)
