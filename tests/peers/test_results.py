"""Our files in the hands of phono3py, and its conductivities on our example."""

import lzma
import subprocess
import sys

import numpy as np
import phonokit
import pytest
from phono_3ph import accumulate, mean_free_paths
from phono_grid import Grid, IrreduciblePoints, Symmetry
from phonokit.cli.app import main
from tiny_crystal import EXAMPLE

phono3py = pytest.importorskip("phono3py")
# What the peer deprecates is not ours.
pytestmark = pytest.mark.filterwarnings("ignore")

PARAMETERS = EXAMPLE / "phono3py_params.yaml.xz"


@pytest.fixture(scope="module")
def result():
    return phonokit.kappa(phonokit.load(EXAMPLE), (6, 6, 6), [300])


@pytest.fixture(scope="module")
def peer():
    peer = phono3py.load(PARAMETERS, fc_calculator="traditional", log_level=0)
    peer.mesh_numbers = [6, 6, 6]
    peer.init_phph_interaction(average_degenerate_weights=True)
    peer.run_thermal_conductivity(temperatures=[300])
    return peer.thermal_conductivity


def test_the_example_is_the_same_crystal_to_phono3py(result, peer):
    # An even mesh: wave vectors on the zone boundary are among them. The peer's compact
    # symmetrisation is not exact: 4e-7.
    np.testing.assert_allclose(result.kappa[:, :3], peer.kappa[0][:, :3], rtol=1e-6)
    np.testing.assert_allclose(result.qpoints, peer.qpoints, atol=1e-12)
    np.testing.assert_allclose(result.group_velocities, peer.group_velocities, atol=1e-9)
    np.testing.assert_allclose(
        result.linewidths, peer.gamma[0], rtol=1e-5, atol=1e-6 * peer.gamma.max()
    )


def test_normal_and_umklapp_linewidths_are_theirs():
    transport = phonokit.Transport(normal_umklapp=True)
    ours = phonokit.kappa(phonokit.load(EXAMPLE), (6, 6, 6), [300], transport=transport)
    theirs = phono3py.load(PARAMETERS, fc_calculator="traditional", log_level=0)
    theirs.mesh_numbers = [6, 6, 6]
    theirs.init_phph_interaction(average_degenerate_weights=True)
    theirs.run_thermal_conductivity(temperatures=[300], is_N_U=True)
    expected = theirs.thermal_conductivity.get_gamma_N_U()
    for mine, part in zip((ours.rates.normal, ours.rates.umklapp), expected, strict=True):
        np.testing.assert_allclose(mine, part[0], rtol=1e-5, atol=1e-6 * part.max())


@pytest.fixture
def kaccum(result, tmp_path):
    """Their tool on our file: points, then six components of κ and of its slope."""
    result.write(tmp_path / "kappa.hdf5")
    # The tool looks for the crystal in the current directory.
    with lzma.open(PARAMETERS) as file:
        (tmp_path / "phono3py.yaml").write_bytes(file.read())
    code = "from phono3py.scripts.phono3py_kaccum import run; run()"

    def run(*options):
        done = subprocess.run(
            [sys.executable, "-c", code, *options, "kappa.hdf5"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        lines = [line.split() for line in done.stdout.splitlines()]
        return np.array([line for line in lines if line and line[0] != "#"], dtype=float)

    return run


def test_phono3py_kaccum_accumulates_our_file_to_our_conductivity(result, kaccum):
    np.testing.assert_allclose(kaccum()[-1, 1:4], result.kappa[0, :3], rtol=1e-6)


@pytest.mark.parametrize("option", [(), ("--mfp",)])
def test_ours_is_accumulated_as_theirs(result, kaccum, option):
    symmetry = Symmetry.of(phonokit.load(EXAMPLE).primitive)
    grid = Grid(
        result.mesh,
        result.reciprocal_lattice,
        symmetry.reciprocal_rotations(),  # a mesh of equal numbers
    )
    irreducible = IrreduciblePoints.of(grid)
    over = mean_free_paths(result.group_velocities, result.linewidths)
    if not option:
        over = result.frequencies
    points = np.linspace(over.min(), over.max() + 1e-8, 100)
    ours = accumulate(grid, irreducible, over, result.mode_kappa, points=points)
    theirs = kaccum(*option)
    # They print six decimals.
    np.testing.assert_allclose(points, theirs[:, 0], atol=1e-6)
    np.testing.assert_allclose(ours.cumulative[0], theirs[:, 1:7], atol=1e-6)
    np.testing.assert_allclose(ours.density[0], theirs[:, 7:], atol=1e-6)


def test_a_file_of_theirs_is_accumulated_by_the_crystal_it_was_made_from(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    theirs = phono3py.load(PARAMETERS, fc_calculator="traditional", log_level=0)
    theirs.mesh_numbers = [6, 6, 6]
    theirs.init_phph_interaction()
    theirs.run_thermal_conductivity(temperatures=[300], write_kappa=True)
    assert main(["accumulate", "kappa-m666.hdf5", "--crystal", str(EXAMPLE)]) == 0
    expected = theirs.thermal_conductivity.kappa[0, 0, 0]
    assert f"κ = {expected:.3f} W/(m K)" in capsys.readouterr().out


@pytest.mark.parametrize("widths", [None, (0.2,)])
def test_the_full_equation_of_theirs_is_accumulated_too(tmp_path, monkeypatch, widths):
    """They write F at the last temperature, and no modes."""
    monkeypatch.chdir(tmp_path)
    theirs = phono3py.load(PARAMETERS, fc_calculator="traditional", log_level=0)
    theirs.mesh_numbers = [5, 5, 5]
    theirs.sigmas = widths
    theirs.init_phph_interaction()
    theirs.run_thermal_conductivity(
        temperatures=[100, 300], is_LBTE=True, is_isotope=True, write_kappa=True
    )
    name = "kappa-m555.hdf5" if widths is None else "kappa-m555-s0.2.hdf5"
    silicon = phonokit.load(EXAMPLE)
    modes = phonokit.read_kappa_modes(name, silicon.primitive)
    assert modes.temperatures.tolist() == [300]
    expected = theirs.thermal_conductivity.kappa[0, 1]
    carried = phonokit.accumulate(name, crystal=silicon)
    # Constants of nature of other years.
    np.testing.assert_allclose(carried.kappa, expected, rtol=1e-6, atol=1e-6 * expected[0])


def test_phono3py_coleigplot_reads_our_eigenvalues(tmp_path):
    transport = phonokit.Transport(method="lbte", solver="direct")
    ours = phonokit.kappa(phonokit.load(EXAMPLE), (3, 3, 3), [300], transport=transport)
    ours.write(tmp_path / "kappa.hdf5")
    code = "from phono3py.scripts.phono3py_coleigplot import run; run()"
    subprocess.run(
        [sys.executable, "-c", code, "--savetxt", "kappa.hdf5"], cwd=tmp_path, check=True
    )
    lines = [line.split() for line in (tmp_path / "coleigs.dat").read_text().splitlines()]
    found = [float(line[1]) for line in lines if line and line[0] != "#"]
    np.testing.assert_allclose(found, ours.conduction.eigenvalues[0], rtol=1e-7)
