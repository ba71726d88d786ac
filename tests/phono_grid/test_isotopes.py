"""Natural isotopes and standard masses."""

import numpy as np
import pytest
from phono_grid import (
    ISOTOPES,
    STANDARD_MASSES,
    Cell,
    mass_variance,
    mass_variances,
    natural_isotopes,
    standard_masses,
)
from phono_grid.errors import DomainError, ShapeError


@pytest.mark.parametrize("symbol", ISOTOPES)
def test_the_mean_over_the_isotopes_is_the_standard_mass(symbol):
    # Standard masses are of 2007, isotopes of 2000: Zn, Mo and Ge were measured anew.
    masses, fractions = natural_isotopes(symbol)
    np.testing.assert_allclose(fractions.sum(), 1, rtol=1e-14)
    np.testing.assert_allclose(masses @ fractions, STANDARD_MASSES[symbol], rtol=5e-4)
    assert (np.diff(masses) > 0).all()


def test_every_element_with_a_mass_has_isotopes():
    assert ISOTOPES.keys() == STANDARD_MASSES.keys()
    assert len(STANDARD_MASSES) == 84


def test_fractions_in_percent_sum_to_a_hundred():
    for symbol, numbers in ISOTOPES.items():
        np.testing.assert_allclose(sum(numbers[1::2]), 100, atol=2e-2, err_msg=symbol)


@pytest.mark.parametrize(
    ("symbol", "variance", "tolerance"),
    [
        # phono3py 4.8.2
        ("Si", 2.007004595439e-04, 1e-10),
        ("N", 1.83766605e-05, 1e-7),
        ("Al", 0, 0),
        ("Ga", 1.9713e-4, 1e-4),
        ("Ge", 5.8673e-4, 1e-4),
        ("Cl", 5.827e-4, 1e-4),
    ],
)
def test_mass_variances_are_those_in_use(symbol, variance, tolerance):
    np.testing.assert_allclose(mass_variances([symbol]), variance, rtol=tolerance)


def test_two_isotopes_in_equal_parts_have_the_variance_of_a_coin():
    np.testing.assert_allclose(mass_variance([9, 11], [0.5, 0.5]), 0.01, rtol=1e-14)
    assert mass_variance([28.0], [1.0]) == 0


def test_symbols_may_carry_numbers():
    assert mass_variances(["Ga1", "As", "Ga2"]).tolist() == [
        *mass_variances(["Ga"]),
        0,
        *mass_variances(["Ga"]),
    ]
    np.testing.assert_array_equal(standard_masses(["Ga1", "Na"]), [69.723, 22.98976928])


def test_a_cell_of_elements_has_standard_masses():
    cell = Cell.of(np.eye(3) * 3, [[0, 0, 0], [0.5, 0.5, 0.5]], ["Cs", "Cl"])
    assert cell.masses.tolist() == [132.9054519, 35.453]


def test_what_is_no_element_or_no_mixture_is_refused():
    for function in (mass_variances, standard_masses):
        with pytest.raises(
            DomainError, match=r"symbols: no .* of 'Xx' .* known; give mass"
        ):
            function(["Xx"])
    with pytest.raises(DomainError, match="no natural isotopes of 'Tc' are known"):
        mass_variances(["Tc"])
    with pytest.raises(DomainError, match="fractions must sum to 1"):
        mass_variance([1.0, 2.0], [0.5, 0.4])
    with pytest.raises(ShapeError, match="fractions: expected one for each mass"):
        mass_variance([1.0, 2.0], [1.0])
