"""Crystals whose atoms of one element have different masses."""

import numpy as np
import phonokit
import pytest
from phono_dynmat import phonon_modes
from phono_grid import Cell
from phono_grid.errors import DomainError
from phonokit import Displace, Transport

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
            Transport(mass_variances=(0, 0)),
            Transport(),
        )
    ]
    assert kappas[0] == pytest.approx(kappas[1], rel=1e-12)
    assert kappas[2] < kappas[1] < kappas[3] == kappas[4]


@pytest.mark.parametrize(
    ("variances", "message"),
    [
        ((1e-4,), r"expected 2, one for each atom of the primitive cell \(1 Si, 2 Si\)"),
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
