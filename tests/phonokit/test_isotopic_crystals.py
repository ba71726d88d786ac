"""Crystals whose atoms of one element have different masses."""

import numpy as np
import phonokit
import pytest
from phono_dynmat import phonon_modes
from phono_grid import Cell
from phono_grid.errors import DomainError
from phonokit import Displace, Transport
from tiny_crystal import EXAMPLE

pytest.importorskip("ase")

LIGHT, HEAVY = 62.9296, 64.9278
SETTINGS = {
    "second order": {"second_order": True},
    "pairs": {"pair_cutoff": 2.0},
    "random": {"random": 12, "seed": 1, "distance": 0.01},
}


def copper(*masses) -> Cell:
    """Face-centred copper but for its masses: two atoms along an axis of the cube."""
    a = 3.6
    lattice = np.array([[a / 2, a / 2, 0], [-a / 2, a / 2, 0], [0, 0, a]])
    return Cell(lattice, [[0, 0, 0], [0.5, 0.5, 0.5]], ["Cu", "Cu"], masses)


def crystal(*masses, **settings) -> phonokit.Crystal:
    from ase.calculators.emt import EMT

    chosen = settings or SETTINGS["second order"]
    wanted = Displace(supercell=(2, 2, 2), primitive=np.eye(3).tolist(), **chosen)
    return phonokit.from_calculator(copper(*masses), EMT(), wanted)


@pytest.mark.parametrize("kind", SETTINGS)
def test_force_constants_do_not_know_masses(kind):
    if kind == "random":
        pytest.importorskip("symfc")
    mixed = crystal(LIGHT, HEAVY, **SETTINGS[kind])
    plain = crystal(HEAVY, HEAVY, **SETTINGS[kind])
    np.testing.assert_array_equal(mixed.fc2.values, plain.fc2.values)
    if mixed.order == 3:
        np.testing.assert_array_equal(mixed.fc3.values, plain.fc3.values)


def test_the_product_of_frequencies_goes_as_that_of_masses():
    mixed, plain = crystal(LIGHT, HEAVY), crystal(HEAVY, HEAVY)
    q = [[0.1, 0.2, 0.3], [0.5, 0, 0], [0.3, -0.1, 0.45]]
    products = [
        (phonon_modes(c.dynamics(), q).frequencies ** 2).prod(axis=1)
        for c in (mixed, plain)
    ]
    expected = products[1] * (HEAVY / LIGHT) ** 3
    np.testing.assert_allclose(products[0], expected, rtol=1e-10)


def test_masses_split_the_modes_that_translations_made_equal():
    assert crystal(HEAVY, HEAVY).symmetry.n_operations == 96 // 3
    mixed = phonokit.displace(copper(LIGHT, HEAVY), Displace(second_order=True))
    plain = phonokit.displace(copper(HEAVY, HEAVY), Displace(second_order=True))
    assert mixed.supercell.primitive.n_atoms == 2
    assert plain.supercell.primitive.n_atoms == 1
    assert len(mixed) == len(plain) == 1  # forces know no masses


def test_isotopes_of_given_variance_scatter_as_natural_ones_do():
    silicon = phonokit.load("examples/silicon")
    from phono_grid import mass_variances

    (g, _) = mass_variances(["Si", "Si"])
    kappas = [
        phonokit.kappa(silicon, (3, 3, 3), [300], transport=transport).kappa[0, 0]
        for transport in (
            Transport(isotopes=True),
            Transport(mass_variances=(g, g)),
            Transport(mass_variances=(4 * g, 4 * g)),
            Transport(mass_variances={"Si": 4 * g}),
            Transport(mass_variances={}),
            Transport(mass_variances=(0, 0)),
            Transport(),
        )
    ]
    assert kappas[0] == pytest.approx(kappas[1], rel=1e-12)
    four, by_name, none_named, pure, plain = kappas[2:]
    assert four == by_name
    assert none_named == kappas[0]
    assert four < kappas[1] < pure == plain


@pytest.mark.parametrize(
    ("variances", "message"),
    [
        ((1e-4,), r"expected 2, one for each atom of the primitive cell \(1 Si, 2 Si\)"),
        ({"Ge": 1e-4}, "there is no Ge in the crystal, only Si"),
        ({"Si": -1e-4}, "mass_variances must not be negative"),
        ((1e-4, 2e-4), "atoms 1 and 2 are equal by symmetry, but have 0.0001 and 0.0002"),
    ],
)
def test_variances_that_do_not_fit_the_crystal_are_refused(variances, message):
    silicon = phonokit.load("examples/silicon")
    with pytest.raises(DomainError, match=message):
        phonokit.kappa(silicon, (3, 3, 3), transport=Transport(mass_variances=variances))


@pytest.mark.parametrize(("symbol", "mass"), [("H", 2.014), ("Si", 29.97)])
def test_pure_isotopes_are_not_taken_for_natural_elements(symbol, mass):
    from phono_3ph import natural_mass_spread

    with pytest.raises(DomainError, match="are not the natural ones; give mass_variances"):
        natural_mass_spread(Cell(np.eye(3) * 3, [[0, 0, 0]], [symbol], [mass]))


def test_variances_may_be_named_by_element_and_by_site():
    from phono_3ph import natural_mass_spread
    from phonokit.calc.isotopes import mass_spread

    positions = [[0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0, 0]]
    cell = Cell(np.eye(3) * 4, positions, ["Ga1", "Ga2", "N"], [69.723, 68.93, 14.007])
    named = Transport(mass_variances={"Ga2": 0, "Ga": 2e-4})
    ga, _, _ = cell.masses
    natural = natural_mass_spread(Cell(cell.lattice, positions[2:], ["N"], [14.007]))
    # A pure isotope that is named is no obstacle, and who is not named is natural.
    expected = [2e-4 * ga**2, 0, natural[0]]
    np.testing.assert_allclose(mass_spread(cell, named), expected, rtol=1e-14)
    assert Transport.from_record(named.record) == named


def test_the_command_takes_variances_by_name(tmp_path, monkeypatch, capsys):
    from phonokit.cli.app import main

    monkeypatch.chdir(tmp_path)
    argv = ["kappa", str(EXAMPLE), "--mesh", "3", "3", "3", "--mass-variances"]
    made = []
    for i, words in enumerate((["1e-3", "1e-3"], ["Si=1e-3"], ["Si=x"], ["1e-3,1e-3"])):
        name = f"{i}.hdf5"
        code = main([*argv, *words, "--output", name])
        if words[0] == "Si=x":
            assert code == 2
            assert "--mass-variances: expected a number for" in capsys.readouterr().err
            continue
        assert code == 0
        made.append(phonokit.read_result(name).kappa)
        config = ["--config", f"{i}.toml", "--output", name]
        assert main(["kappa", str(EXAMPLE), *config]) == 0
        assert "is there already, of the same settings" in capsys.readouterr().out
    np.testing.assert_array_equal(made[0], made[1])
    np.testing.assert_array_equal(made[0], made[2])
