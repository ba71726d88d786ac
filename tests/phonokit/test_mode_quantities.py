"""Lifetimes, widths, velocities and heat capacities over frequency; relaxons."""

import h5py
import numpy as np
import phonokit
import pytest
from phono_grid import units
from phonokit import DomainError, Transport
from phonokit.cli.app import main
from tiny_crystal import EXAMPLE

T = [100.0, 300.0]
QUANTITIES = ("heat_capacity", "lifetime", "linewidth", "velocity")


@pytest.fixture(scope="module")
def silicon():
    return phonokit.load(EXAMPLE)


@pytest.fixture(scope="module")
def conductivity(silicon):
    return phonokit.kappa(silicon, (3, 3, 3), T)


@pytest.fixture(scope="module")
def relaxed(silicon):
    """The full equation by its eigenvectors."""
    transport = Transport(method="lbte", solver="direct")
    return phonokit.kappa(silicon, (3, 3, 3), T, transport=transport)


def test_the_sum_of_heat_capacities_is_that_of_the_cell(silicon, conductivity):
    result = phonokit.accumulate_quantity(conductivity, "heat_capacity", temperature=100)
    thermal = phonokit.thermal(silicon, (3, 3, 3), [100])
    end = result.below["heat_capacity"][-1]
    assert end == pytest.approx(thermal.heat_capacity[0], rel=1e-12)
    assert result.mean * 6 == pytest.approx(end, rel=1e-12)
    assert end < 6 * units.BOLTZMANN


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_sums_below_end_at_the_sum_and_grow_by_the_density(conductivity, quantity):
    result = phonokit.accumulate_quantity(conductivity, quantity, temperature=300)
    below = result.below[quantity]
    weights = result.weight / result.weight.sum()
    assert below[-1] == pytest.approx((weights @ result.values).sum(), rel=1e-10)
    assert (np.diff(below) >= -1e-12 * below[-1]).all()
    smooth = phonokit.accumulate_quantity(
        conductivity, quantity, temperature=300, sigma=0.3
    )
    below, density = smooth.below[quantity], smooth.density[quantity]
    slopes = np.gradient(below, smooth.frequency_point, edge_order=2)
    # Differences over steps of 0.08 THz of Gaussians of 0.3 THz.
    np.testing.assert_allclose(slopes, density, atol=0.02 * density.max())


def test_each_phonon_has_its_own_value(conductivity):
    gamma = conductivity.rates.total[1]
    values = {
        name: phonokit.accumulate_quantity(conductivity, name, temperature=300).values
        for name in QUANTITIES
    }
    np.testing.assert_array_equal(values["linewidth"], gamma)
    alive = gamma > 0
    np.testing.assert_allclose(
        values["lifetime"][alive], 1 / (4 * np.pi * gamma[alive]), rtol=1e-14
    )
    assert not values["lifetime"][~alive].any()
    speeds = np.linalg.norm(conductivity.group_velocities, axis=-1)
    np.testing.assert_allclose(values["velocity"], speeds / 10, rtol=1e-14)


def test_a_quantity_is_written_read_and_drawn_with_its_unit(conductivity, tmp_path):
    pytest.importorskip("matplotlib")
    result = phonokit.accumulate_quantity(conductivity, "lifetime", temperature=300)
    path = result.write(tmp_path / "l.hdf5")
    assert phonokit.read_result(path) == result
    with h5py.File(path) as file:
        assert file["mode/lifetime"].attrs["unit"] == "ps"
        assert file["density/lifetime"].attrs["unit"] == "ps/THz"
    left, right = phonokit.plot_results(path)
    assert left.get_ylabel() == "Lifetime (ps)"
    assert left.get_yscale() == "log"
    assert right.get_lines()[0].get_ydata()[-1] == result.below["lifetime"][-1]


def test_the_command_draws_any_quantity_of_a_file(
    conductivity, tmp_path, monkeypatch, capsys
):
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    conductivity.write("kappa.hdf5")
    words = ["accumulate", "kappa.hdf5", "--temperature", "300"]
    assert main([*words, "--quantity", "heat-capacity", "--plot", "c.png"]) == 0
    assert "heat capacity at constant volume at 300 K, eV/K" in capsys.readouterr().out
    assert (tmp_path / "c.png").is_file()
    modes = phonokit.KappaModes.of(conductivity)
    fields = ("grid", "irreducible", "temperatures", "frequencies", "paths", "mode_kappa")
    few = phonokit.KappaModes(**{name: getattr(modes, name) for name in fields})
    with pytest.raises(DomainError, match="does not hold its lifetime"):
        phonokit.accumulate_quantity(few, "lifetime")


def test_relaxons_carry_the_conductivity_and_are_kept(relaxed, tmp_path):
    carried = relaxed.conduction.relaxon_kappa
    assert carried.shape == (*relaxed.conduction.eigenvalues.shape, 6)
    np.testing.assert_allclose(carried.sum(axis=1), relaxed.kappa, rtol=1e-8, atol=1e-8)
    again = phonokit.read_result(relaxed.write(tmp_path / "k.hdf5"))
    np.testing.assert_array_equal(again.conduction.relaxon_kappa, carried)


def test_relaxons_are_drawn_over_their_lifetimes(relaxed, conductivity, tmp_path):
    pytest.importorskip("matplotlib")
    picture = phonokit.Picture(relaxons=True, temperature=300)
    path = relaxed.write(tmp_path / "k.hdf5")
    _, right = phonokit.plot_results(path, tmp_path / "r.png", picture=picture)
    end = right.get_lines()[0].get_ydata()[-1]
    assert end == pytest.approx(relaxed.kappa[1, :3].mean(), rel=1e-6)
    with pytest.raises(DomainError, match="has no relaxons"):
        phonokit.plot_results(conductivity, picture=picture)
    with pytest.raises(DomainError, match="200 K is not in the result"):
        phonokit.plot_relaxons(relaxed, temperature=200)


def test_the_cell_of_a_conductivity_is_a_phono3py_yaml(conductivity, tmp_path, silicon):
    (path,) = phonokit.export(conductivity, tmp_path)
    assert path.name == "phono3py.yaml"
    import yaml12

    file = yaml12.parse_yaml(path.read_text(encoding="utf-8"))
    for name in ("primitive_cell", "unit_cell", "supercell"):
        np.testing.assert_allclose(
            file[name]["lattice"], silicon.primitive.lattice, atol=1e-12
        )
        assert [atom["symbol"] for atom in file[name]["points"]] == ["Si", "Si"]
    assert file["supercell_matrix"] == np.eye(3).tolist()
