"""Laws that hold for every data set and every random crystal."""

import numpy as np
import phonokit
import pytest
from phonokit import Crystal, Fit
from random_crystals import CRYSTALS, Model

DATA = {
    "silicon": "si-pbesol/phono3py_disp.yaml",
    "rock salt": "nacl-pbe/phono3py_params_NaCl222.yaml.xz",
    "wurtzite": "aln-lda/phono3py_params_AlN332.yaml.xz",
}
STEP = 0.05  # K


@pytest.fixture(scope="module", params=DATA)
def forces(request, data):
    """Forces of a real crystal."""
    return phonokit.read(data / DATA[request.param])


@pytest.mark.parametrize("mesh", [(1, 1, 1), (2, 2, 2), (3, 3, 3)])
@pytest.mark.parametrize("nac", [True, False])
def test_thermal_properties_are_slopes_of_each_other_on_coarse_meshes(forces, mesh, nac):
    crystal = Crystal.from_forces(forces)
    t = np.array([40.0, 300.0, 900.0])
    low, at, high = (
        phonokit.thermal(crystal, mesh, t + d, nac=nac) for d in (-STEP, 0, STEP)
    )
    slope = (high.free_energy - low.free_energy) / (2 * STEP)
    np.testing.assert_allclose(-slope, at.entropy, rtol=1e-4)
    slope = (high.entropy - low.entropy) / (2 * STEP)
    np.testing.assert_allclose(t * slope, at.heat_capacity, rtol=1e-4)
    assert at.n_left_out == at.n_translations == 3
    assert (np.diff(at.entropy) > 0).all()


@pytest.mark.needs_rust
@pytest.mark.parametrize("cutoff", [3.0, 5.0])
def test_constants_that_are_cut_obey_the_sum_rule(forces, cutoff):
    cut = phonokit.fit(forces, Fit(fc3_cutoff=cutoff, sparse=True))
    scale = np.abs(cut.fc3.blocks).max()
    assert cut.drifts[3].max() < 1e-6 * scale


@pytest.mark.parametrize("name", CRYSTALS)
def test_heavier_atoms_lower_every_product_of_frequencies(name):
    """The determinant of the dynamical matrix goes as the product of all masses."""
    from dataclasses import replace

    from phono_dynmat import HarmonicSeries, phonon_modes
    from phono_fc import ForceConstants
    from phono_grid import Supercell

    model = Model.random(name)
    supercell = model.crystal.supercell
    rng = np.random.default_rng(3)
    factors = 1 + rng.random(supercell.primitive.n_atoms)

    def heavier(cell, atoms):
        return replace(cell, masses=cell.masses * factors[atoms])

    other = Supercell(
        heavier(supercell.cell, supercell.supercell_to_primitive),
        heavier(supercell.primitive, np.arange(supercell.primitive.n_atoms)),
        supercell.primitive_to_supercell,
        supercell.supercell_to_primitive,
    )
    values = model.crystal.rows(model.fc2)
    q = [[0.11, 0.23, 0.37], [0.5, 0.5, 0.1]]
    products = []
    for each in (supercell, other):
        series = HarmonicSeries.of(ForceConstants(values, each))
        squares = phonon_modes(series, q).frequencies
        products.append(np.prod(np.sign(squares) * squares**2, axis=1))
    np.testing.assert_allclose(products[1] * np.prod(factors) ** 3, products[0], rtol=1e-8)
