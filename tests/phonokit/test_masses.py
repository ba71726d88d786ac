"""Crystals of other isotopes from the same force constants."""

import numpy as np
import phonokit
import pytest
from phono_dynmat import phonon_frequencies
from phono_grid.errors import DomainError, ShapeError
from phonokit.cli.app import main
from tiny_crystal import EXAMPLE

Q = [[0.1, 0.2, 0.3], [0.5, 0.5, 0.0]]
HEAVY = 29.97377
"""Da, of silicon 30."""


def test_frequencies_go_as_the_roots_of_masses():
    silicon = phonokit.load(EXAMPLE)
    m = silicon.primitive.masses[0]
    for crystal in (silicon, phonokit.Crystal.from_constants(silicon.fc2, silicon.fc3)):
        heavy = crystal.with_masses({"Si": HEAVY})
        np.testing.assert_array_equal(heavy.fc2.values, silicon.fc2.values)
        assert heavy.fingerprint != crystal.fingerprint
        f, other = (phonon_frequencies(c.dynamics(), Q) for c in (crystal, heavy))
        np.testing.assert_allclose(other, f * np.sqrt(m / HEAVY), rtol=1e-12)


def test_one_atom_of_two_lowers_the_symmetry_everywhere():
    silicon = phonokit.load(EXAMPLE)
    m = silicon.primitive.masses[0]
    mixed = silicon.with_masses([m, HEAVY])
    assert mixed.symmetry.symbol == "F-43m"
    data = mixed.constants.data
    for cell in (data.unit_cell, data.supercell.cell, mixed.primitive):
        assert (cell.masses == HEAVY).sum() == cell.n_atoms / 2
    # Which of the two is which shows in the supercell as in the cell.
    copies = data.supercell.supercell_to_primitive
    assert (data.supercell.cell.masses == np.array([m, HEAVY])[copies]).all()
    f = phonon_frequencies(mixed.dynamics(), Q)
    expected = (phonon_frequencies(silicon.dynamics(), Q) ** 2).prod(axis=1)
    expected *= (m / HEAVY) ** 3
    np.testing.assert_allclose((f**2).prod(axis=1), expected, rtol=1e-10)


def test_constants_on_lattice_vectors_have_masses_too(tmp_path):
    whole = phonokit.Crystal.from_constants(phonokit.load(EXAMPLE).fc2)
    phonokit.write_constants(whole, tmp_path / "tdep", format="tdep")
    silicon = phonokit.load(tmp_path / "tdep")
    heavy = silicon.with_masses([HEAVY, HEAVY])
    ratio = np.sqrt(silicon.primitive.masses[0] / HEAVY)
    f, other = (phonon_frequencies(c.dynamics(), Q) for c in (silicon, heavy))
    np.testing.assert_allclose(other, f * ratio, rtol=1e-12)


@pytest.mark.parametrize(
    ("masses", "error", "match"),
    [
        ({"C": 12.0}, DomainError, "no C in the crystal"),
        ([28.0], DomainError, "expected 2"),
        ([28.0, -1.0], DomainError, "positive"),
        ({"Si": float("nan")}, DomainError, "finite"),
        ([[28.0, 28.0]], ShapeError, "masses"),
    ],
)
def test_masses_that_are_none_are_refused(masses, error, match):
    with pytest.raises(error, match=match):
        phonokit.load(EXAMPLE).with_masses(masses)


def test_commands_take_masses(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for i, words in enumerate((["Si=29.97377"], ["29.97377", "29.97377"])):
        words = ["modes", str(EXAMPLE), "--q", "0.1,0.2,0.3", "--mass", *words]
        assert main([*words, "--output", f"{i}.hdf5", "--quiet"]) == 0
    a, b = (phonokit.read_result(f"{i}.hdf5") for i in range(2))
    light = phonokit.modes(phonokit.load(EXAMPLE), q=[0.1, 0.2, 0.3])
    assert (a.frequencies == b.frequencies).all()
    assert (a.frequencies < light.frequencies).all()
    assert main(["dos", str(EXAMPLE), "--mass", "Si=heavy"]) == 2
    assert "--mass: expected a number" in capsys.readouterr().err
