"""Thermodynamics at constant pressure against phonopy."""

import numpy as np
import pytest
from phono_dynmat import EquationOfState, quasi_harmonic, thermal_properties
from phono_grid import units

pytest.importorskip("phonopy")
pytestmark = pytest.mark.filterwarnings("ignore")

VOLUMES = np.linspace(38, 44, 10)
STEP = 20.0
T = np.arange(0, 761, STEP)
COMPARED = slice(5, 35)
"""Temperatures; theirs has none at the end, and differences of small numbers at first."""


@pytest.fixture(scope="module")
def solid():
    """Energies, and modes that soften with volume in different measure."""
    f, gamma = np.linspace(1.5, 9, 12), np.linspace(-0.5, 3, 12)
    energies = EquationOfState.BIRCH_MURNAGHAN.energy([-3.2, 40.5, 0.61, 4.7], VOLUMES)
    each = [thermal_properties([f * (40.5 / v) ** gamma], T) for v in VOLUMES]
    names = ("free_energy", "entropy", "heat_capacity")
    return energies, *(np.array([getattr(p, n) for p in each]).T for n in names)


@pytest.mark.parametrize("equation", EquationOfState)
def test_quantities_at_constant_pressure_are_theirs(solid, equation):
    from phonopy.qha.core import QHA

    u, f, s, c = solid
    mole = units.MOLE
    peer = QHA(
        VOLUMES,
        u,
        T,
        c * mole,
        s * mole,
        f * mole / 1e3,
        eos=equation.value.replace("-", "_"),
        t_max=T[-2],
    )
    peer.run()
    ours = quasi_harmonic(VOLUMES, u, T, f, s, c, equation=equation)

    def compare(values, theirs, rtol):
        theirs = np.asarray(theirs)
        expected = theirs[COMPARED]
        np.testing.assert_allclose(values[: len(theirs)][COMPARED], expected, rtol=rtol)

    compare(ours.volume, peer.volume_temperature, 1e-6)
    compare(ours.gibbs_energy, peer.gibbs_temperature, 1e-6)
    compare(ours.bulk_modulus, peer.bulk_modulus_temperature, 1e-6)
    # Theirs are differences of volumes between temperatures; so are these.
    v = ours.volume
    differences = np.zeros_like(v)
    differences[1:-1] = (v[2:] - v[:-2]) / (2 * STEP) / v[1:-1]
    compare(differences, peer.thermal_expansion, 1e-6)
    # The derivative itself differs from them by the square of the step.
    warm = slice(15, 35)
    for values, theirs in (
        (ours.thermal_expansion, peer.thermal_expansion),
        (ours.grueneisen, peer.gruneisen_temperature),
        (ours.heat_capacity_p, np.array(peer.heat_capacity_P_polyfit) / mole),
    ):
        np.testing.assert_allclose(values[warm], np.array(theirs)[warm], rtol=2e-3)
    # Their heat capacity is C_V + T (dV/dT) (∂S/∂V), with these differences and with C_V
    # and S as polynomials in volume, of degree 4. By that recipe ours is theirs.
    recipe = np.zeros_like(v)
    for i in range(1, len(v) - 1):
        of_s, of_c = (np.polyfit(VOLUMES, table[i], 4) for table in (s, c))
        slope = np.polyval(np.polyder(of_s), v[i])
        recipe[i] = np.polyval(of_c, v[i]) + T[i] * v[i] * differences[i] * slope
    compare(recipe * mole, peer.heat_capacity_P_polyfit, 1e-6)


def test_the_heat_capacity_is_nearer_to_the_derivative_of_the_entropy_than_theirs(solid):
    """C_p = T dS/dT along V(T), by small differences of the modes themselves."""
    from phonopy.qha.core import QHA

    u, free, s, c = solid
    f, gamma = np.linspace(1.5, 9, 12), np.linspace(-0.5, 3, 12)
    mole = units.MOLE
    inputs = (VOLUMES, u, T, c * mole, s * mole, free * mole / 1e3)
    peer = QHA(*inputs, eos="vinet", t_max=T[-2])
    peer.run()

    def properties(temperatures, volume):
        return thermal_properties([f * (40.5 / volume) ** gamma], temperatures)

    for i in (15, 25):
        near = T[i] + np.array([-0.5, 0, 0.5])
        each = [properties(near, v) for v in VOLUMES]
        names = ("free_energy", "entropy", "heat_capacity")
        tables = [np.array([getattr(p, n) for p in each]).T for n in names]
        whole = quasi_harmonic(VOLUMES, u, near, *tables)
        entropy = [
            properties([x], v).entropy[0] for v, x in zip(whole.volume, near, strict=True)
        ]
        exact = near[1] * (entropy[2] - entropy[0]) / (near[2] - near[0])
        ours = whole.heat_capacity_p[1] / exact - 1
        theirs = peer.heat_capacity_P_polyfit[i] / mole / exact - 1
        assert abs(ours) < 1e-5
        assert abs(ours) < abs(theirs)
