"""phono3py itself, unmodified, without and with our kernels inside."""

import functools
import inspect
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import phono_inside
import pytest
from ctrl_c import seconds_to_end
from peers_scattering import loaded

pytest.importorskip("phono3py", reason="phono3py is in the group peers")
pytestmark = pytest.mark.usefixtures("inside_phonors")


def both(work, function="collision_at_grid_point"):
    """What ``work`` returns with ours and with theirs, after a look at what ran."""
    ours = work()
    state = phono_inside.status()[function]
    assert state.served > 0
    assert not state.passed_on
    with phono_inside.original():
        return ours, work()


def conductivity(ph3, mesh, interaction, **options):
    """κ and γ by phono3py."""
    ph3.mesh_numbers = mesh
    ph3.init_phph_interaction(**interaction)
    ph3.run_thermal_conductivity(**{"temperatures": [0.0, 300.0]} | options)
    result = ph3.thermal_conductivity
    return np.array(result.kappa), np.array(result.gamma)


@pytest.mark.parametrize(
    ("interaction", "options"),
    [
        ({}, {}),
        ({"average_degenerate_weights": True}, {"is_N_U": True}),
        ({"symmetrize_tetrahedra": True}, {"is_isotope": True}),
    ],
    ids=["plain", "averaged, N and U", "symmetrised tetrahedra, isotopes"],
)
@pytest.mark.parametrize(
    ("crystal", "mesh"), [("Si", [5, 5, 5]), ("NaCl", [4, 4, 4]), ("AlN", [4, 4, 2])]
)
def test_linewidths_and_conductivities_are_theirs(
    data, crystal, mesh, interaction, options
):
    ph3 = loaded(data, crystal)
    ours, theirs = both(lambda: conductivity(ph3, mesh, interaction, **options))
    for x, y in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(x, y, rtol=1e-9, atol=1e-10 * np.abs(y).max())


def test_gaussians_batches_and_generalised_grids_are_served(data, monkeypatch):
    ph3 = loaded(data, "NaCl")
    ph3.sigmas, ph3.sigma_cutoff = [None, 0.1], 3
    matrix = [[-4, 4, 4], [4, -4, 4], [4, 4, -4]]
    for mesh in ([4, 4, 4], matrix):
        ours, theirs = both(lambda mesh=mesh: conductivity(ph3, mesh, {}))
        # So coarse a grid leaves Gaussians widths of almost nothing, and κ to rounding.
        largest = np.abs(theirs[1]).max()
        np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-9, atol=1e-12 * largest)
        np.testing.assert_allclose(ours[0][0], theirs[0][0], rtol=1e-9, atol=1e-9)
    ph3.sigmas = [None]
    monkeypatch.setenv("PHONO3PY_RUST_GP_BATCH_SIZE", "8")
    function = "collision_at_grid_points_batched"
    ours, theirs = both(lambda: conductivity(ph3, [4, 4, 4], {}), function)
    np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-9, atol=1e-9)


def test_constants_that_were_symmetrised_in_place_count_as_they_are(data):
    ph3 = loaded(data, "Si", symmetrize_fc=False)
    before, _ = conductivity(ph3, [4, 4, 4], {})
    ph3.symmetrize_fc3()
    ours, theirs = both(lambda: conductivity(ph3, [4, 4, 4], {}))
    np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-9, atol=1e-9)
    assert np.abs(ours[0] - before).max() > 1e-6 * before.max()


@pytest.mark.parametrize("crystal", ["Si", "AlN"])
def test_the_full_equation_is_theirs(data, crystal):
    ph3 = loaded(data, crystal)

    def work():
        kappa, _ = conductivity(ph3, [3, 3, 3], {}, is_LBTE=True, temperatures=[300.0])
        # The matrix itself holds eigenvectors by now, and degenerate ones are arbitrary.
        return kappa, np.array(ph3.thermal_conductivity.gamma)

    ours, theirs = both(work, "interaction")
    assert phono_inside.status()["triplets_integration_weights"].served > 0
    for x, y in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(x, y, rtol=1e-8, atol=1e-9 * np.abs(y).max())


SHARED = "TetrahedronDOSAccumulator._accumulate_shared"
PER_BATCH = "TetrahedronDOSAccumulator._accumulate_per_batch"


@pytest.mark.parametrize(("crystal", "mesh"), [("AlN", [7, 7, 5]), ("Si", [5, 5, 5])])
def test_densities_of_states_are_theirs(data, crystal, mesh):
    from phonopy import Phonopy

    ph3 = loaded(data, crystal)
    phonon = Phonopy(ph3.unitcell, ph3.supercell_matrix, ph3.primitive_matrix)
    phonon.force_constants = ph3.fc2

    def work():
        phonon.run_mesh(mesh)
        phonon.run_total_dos()
        return np.array(phonon.total_dos.dos)

    ours, theirs = both(work, SHARED)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-10 * theirs.max())


def test_projected_densities_of_states_are_theirs(data):
    from phonopy import Phonopy

    ph3 = loaded(data, "Si")
    phonon = Phonopy(ph3.unitcell, ph3.supercell_matrix, ph3.primitive_matrix)
    phonon.force_constants = ph3.fc2
    phonon.run_mesh([4, 4, 4], with_eigenvectors=True, is_mesh_symmetry=False)

    def work():
        phonon.run_projected_dos(xyz_projection=True)
        return np.array(phonon.projected_dos.projected_dos)

    ours, theirs = both(work, SHARED)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-10 * theirs.max())


@pytest.mark.parametrize("symmetrize", [False, True])
@pytest.mark.parametrize("function", [SHARED, PER_BATCH])
def test_spectra_of_what_bands_carry_are_theirs(data, rng, function, symmetrize):
    """On a generalised grid, at irreducible points, where vertices nearly tie too."""
    from phonopy.phonon.grid import BZGrid, get_ir_grid_points
    from phonopy.phonon.spectrum import TetrahedronDOSAccumulator
    from phonopy.structure.symmetry import Symmetry

    primitive = loaded(data, "Si").primitive
    matrix = [[-2, 2, 2], [2, -2, 2], [2, 2, -2]]
    operations = Symmetry(primitive).dataset
    grid = BZGrid(matrix, lattice=primitive.cell, symmetry_dataset=operations)
    points, weights, table = get_ir_grid_points(grid)
    n, n_batch = len(points), 2
    shape = (n, 3) if function == SHARED else (n_batch, n, 3)
    values = rng.integers(0, 4, shape) + 1e-12 * rng.normal(size=shape)
    values[..., 0] += rng.uniform(size=shape[:-1])

    def work(carried, targets):
        result = TetrahedronDOSAccumulator(
            values,
            grid,
            mode_property=carried,
            ir_grid_points=points,
            ir_grid_weights=weights,
            ir_grid_map=table,
            sampling_points=targets,
            num_sampling_points=9,
            symmetrize_tetrahedra=symmetrize,
        ).result
        return result.density, result.cumulative

    for n_w, targets in ((1, None), (3, np.arange(4.0))):
        carried = rng.normal(size=(n_batch, n, 3, n_w))
        ours, theirs = both(functools.partial(work, carried, targets), function)
        for x, y in zip(ours, theirs, strict=True):
            assert x.shape == y.shape
            np.testing.assert_allclose(x, y, rtol=1e-9, atol=1e-12 * np.abs(y).max())


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"sampling_points": [2.0, 1.0]}, "frequencies that do not ascend"),
        ({"ir_grid_weights": np.full(27, 2)}, "points that do not stand for the grid"),
        ({"bin_values": np.full((27, 3), np.nan)}, "values are not finite"),
        ({"mode_property": np.full((1, 27, 3, 1), np.inf)}, "properties are not finite"),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_spectra_that_are_not_served_are_left_to_the_original(rng, change, why):
    from phonopy.phonon.grid import BZGrid
    from phonopy.phonon.spectrum import TetrahedronDOSAccumulator

    grid = BZGrid([3, 3, 3], lattice=np.eye(3))
    arguments = {"bin_values": rng.uniform(0, 3, (27, 3)), "bz_grid": grid} | change
    arguments = {"sampling_points": [1.0, 2.0]} | arguments
    with np.errstate(all="ignore"):
        left = TetrahedronDOSAccumulator(**arguments).result
        assert phono_inside.status()[SHARED].passed_on == {why: 1}
        with phono_inside.original():
            theirs = TetrahedronDOSAccumulator(**arguments).result
    np.testing.assert_array_equal(left.density, theirs.density)


@pytest.mark.parametrize("function", ["I", "J"])
def test_weights_where_vertices_nearly_tie_are_theirs(data, rng, function):
    from phonopy.phonon.grid import BZGrid
    from phonopy.phonon.tetrahedron_method import get_integration_weights

    grid = BZGrid([5, 5, 4], lattice=loaded(data, "AlN").primitive.cell)
    noise = 1e-12 * rng.normal(size=(100, 3))
    f = (rng.integers(0, 4, (100, 3)) + noise)[grid.bzg2grg]
    targets = np.arange(4.0)

    def work():
        return get_integration_weights(targets, f, grid, function=function, lang="Rust")

    ours, theirs = both(work, "integration_weights_at_grid_points")
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("crystal", ["NaCl", "AlN"])
def test_meshes_with_charges_are_theirs(data, rng, crystal):
    from phonopy import Phonopy

    ph3 = loaded(data, crystal)
    phonon = Phonopy(ph3.unitcell, ph3.supercell_matrix, ph3.primitive_matrix)
    phonon.force_constants = ph3.fc2
    phonon.nac_params = {**ph3.nac_params, "method": "gonze"}
    # Anywhere, in the first zone or not, and at reciprocal lattice points.
    q = np.r_[rng.uniform(-2, 2, (30, 3)), np.eye(3), np.zeros((1, 3)), [[0.5, 0.5, 0]]]

    def work():
        phonon.run_qpoints(q, with_dynamical_matrices=True, nac_q_direction=[1, 0, 0])
        phonon.run_mesh([7, 7, 7], is_gamma_center=True)
        phonon.run_total_dos()
        return (
            np.array(phonon.qpoints.dynamical_matrices),
            np.array(phonon.mesh.frequencies),
            np.array(phonon.total_dos.dos),
        )

    ours, theirs = both(work, "dynamical_matrices_at_qpoints_gonze")
    for x, y in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(x, y, rtol=1e-9, atol=1e-12 * np.abs(y).max())


@pytest.mark.parametrize(
    ("crystal", "method"), [("Si", None), ("NaCl", "wang"), ("AlN", "gonze")]
)
def test_group_velocities_are_theirs(data, crystal, method):
    from phonopy import Phonopy

    ph3 = loaded(data, crystal)
    phonon = Phonopy(ph3.unitcell, ph3.supercell_matrix, ph3.primitive_matrix)
    phonon.force_constants = ph3.fc2
    if method is not None:
        phonon.nac_params = {**ph3.nac_params, "method": method}

    def work():
        phonon.run_mesh([4, 4, 4], with_group_velocities=True, is_gamma_center=True)
        path = np.linspace([0.5, 0, 0.5], [0, 0, 0], 5)
        phonon.run_band_structure([path], with_group_velocities=True)
        bands = phonon.band_structure.group_velocities
        return np.array(phonon.mesh.group_velocities), np.array(bands)

    ours, theirs = both(work, "GroupVelocity.run")
    for x, y in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(x, y, rtol=1e-9, atol=1e-9 * np.abs(y).max())


def test_ctrl_c_is_heeded_inside_a_run(data):
    ph3 = loaded(data, "Si")
    conductivity(ph3, [3, 3, 3], {})  # everything is imported
    taken = seconds_to_end(lambda: conductivity(ph3, [15, 15, 15], {}), 0.4)
    assert taken < 0.5


GAMMA = """
import hashlib, sys
from pathlib import Path
from peers_scattering import loaded
import phono3py, phono_inside
ph3 = loaded(Path(sys.argv[1]), "Si")
ph3.mesh_numbers = [5, 5, 5]
ph3.init_phph_interaction()
ph3.run_thermal_conductivity(temperatures=[300.0])
assert phono_inside.status()["collision_at_grid_point"].served
print(hashlib.sha256(ph3.thermal_conductivity.gamma.tobytes()).hexdigest())
"""


def test_threads_do_not_change_a_bit(data):
    helpers = str(Path(__file__).parents[1])
    bits = set()
    for threads in "12":
        more = {"RAYON_NUM_THREADS": threads, "PYTHONPATH": helpers}
        run = [sys.executable, "-W", "ignore", "-c", GAMMA, str(data)]
        bits.add(subprocess.check_output(run, env={**os.environ, **more}))
    assert len(bits) == 1


def test_a_call_that_is_passed_on_costs_microseconds(monkeypatch):
    import phonors

    for name in ("interaction", "collision_at_grid_point"):
        inside = getattr(phonors, name)
        n = len(inspect.signature(inside).parameters)

        def nothing(*args, **kwargs):
            return None

        nothing.__signature__ = inspect.signature(inside.__wrapped__)
        monkeypatch.setattr(phonors, name, nothing)
        phono_inside.register()
        wrapped = getattr(phonors, name)
        wrapped(*[None] * n)
        start = time.process_time()
        for _ in range(100):
            wrapped(*[None] * n)
        # A grid point of the smallest mesh takes milliseconds.
        assert (time.process_time() - start) / 100 < 1e-4


def test_phono3py_finds_it_by_itself_and_off_is_off():
    code = "import phono3py, phonors; print(hasattr(phonors.interaction, '__wrapped__'))"
    for setting, expected in (("on", "True"), ("off", "False")):
        command = ["env", f"PHONO_INSIDE={setting}", sys.executable, "-W", "ignore"]
        out = subprocess.check_output([*command, "-c", code], text=True)
        assert out.strip() == expected
