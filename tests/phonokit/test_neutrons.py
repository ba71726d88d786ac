"""Neutrons and phonons from the function to the file, the picture and the command."""

import numpy as np
import phonokit
import pytest
from phono_grid import Cell, units
from phono_grid.errors import DomainError, PhonoError
from phonokit import NeutronData
from phonokit.cli.app import main
from tiny_crystal import EXAMPLE

pytestmark = pytest.mark.needs_rust
SILICON = {"Si": 4.1491}
Q = [[2.9, 0.2, 0.1], [1.5, -0.5, 1.0]]
MESH = (4, 4, 4)
ENDS = {"A": (2.0, 0, 0), "B": (3.0, 1.0, 0)}


@pytest.fixture(scope="module")
def silicon():
    return phonokit.load(EXAMPLE)


def neutrons(crystal, *args, **options):
    options = {"scattering_lengths": SILICON, **options}
    return phonokit.neutrons(crystal, *args, mesh=MESH, **options)


def test_energies_add_up_to_the_recoil_whatever_the_temperature(silicon):
    result = neutrons(silicon, Q, temperatures=[0, 300, 2000], resolution=0.4)
    k = 2 * np.pi * np.array(Q) @ silicon.primitive.reciprocal_lattice
    u = result.displacements
    factors = np.exp(-np.einsum("qa,tkab,qb->qtk", k, u, k))
    free = units.HBAR * units.EV / units.AMU * 1e8 / (4 * np.pi)  # Å² THz for 1 Da
    squares = (k**2).sum(axis=1)[:, None, None] / silicon.primitive.masses
    expected = 10 * free * 4.1491**2 * (squares * factors).sum(axis=2)
    found = (result.intensities * result.frequencies[:, None]).sum(axis=2)
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    step = np.diff(result.frequency_points)[0]
    first = (result.spectra * result.frequency_points).sum(axis=2) * step
    np.testing.assert_allclose(first, expected, rtol=1e-3)  # wings beyond the points


def test_intensities_have_the_symmetry_of_the_crystal_and_the_sign_of_q(silicon):
    expected = neutrons(silicon, Q[:1])
    for r in silicon.symmetry.reciprocal_rotations()[::5]:
        turned = neutrons(silicon, [r @ Q[0]])
        np.testing.assert_allclose(turned.intensities, expected.intensities, rtol=1e-5)
    back = neutrons(silicon, -np.array(Q[:1]))
    np.testing.assert_allclose(back.intensities, expected.intensities, rtol=1e-7)
    other = neutrons(silicon, [np.add(Q[0], [1, 0, 0])])
    np.testing.assert_allclose(other.frequencies, expected.frequencies, atol=1e-6)
    assert np.abs(other.intensities / expected.intensities - 1).max() > 0.1


def test_a_path_has_the_numbers_of_its_points_and_is_written_and_drawn(silicon, tmp_path):
    pytest.importorskip("matplotlib")
    result = neutrons(
        silicon,
        path="A B",
        points=ENDS,
        points_per_segment=4,
        frequency_points=np.linspace(-17, 17, 101),
        resolution=[0.3, 0.01],
        temperatures=[0, 300],
    )
    points = np.linspace(ENDS["A"], ENDS["B"], 4)
    single = neutrons(silicon, points[1:3], temperatures=[0, 300])
    np.testing.assert_allclose(result.intensities[1:3], single.intensities, rtol=1e-7)
    assert phonokit.read_result(result.write(tmp_path / "n.hdf5")) == result
    assert len(phonokit.plot_neutrons(result, tmp_path / "n.svg", unit="meV")) == 2
    assert len(phonokit.plot_neutrons(single, tmp_path / "q.svg")) == 2


@pytest.fixture(scope="module")
def spectral(silicon):
    return phonokit.spectral(
        silicon, Q, mesh=(4, 4, 4), temperatures=[300, 600], frequency_points=801
    )


def test_lines_have_the_widths_of_three_phonon_scattering(silicon, spectral):
    result = neutrons(silicon, spectral=spectral)
    np.testing.assert_array_equal(result.momenta, Q)
    sharp = neutrons(silicon, Q, temperatures=[300, 600])
    np.testing.assert_allclose(result.intensities, sharp.intensities, rtol=1e-9)
    w, s = result.frequency_points, result.spectra
    np.testing.assert_allclose(w, -w[::-1])
    # Detailed balance, at every frequency.
    x = w / units.KELVIN_TO_THZ / 300
    np.testing.assert_allclose(s[:, 0], s[:, 0, ::-1] * np.exp(x), rtol=1e-9)
    # Nearly the weight of sharp lines, each at its shifted place.
    step = w[1] - w[0]
    weight = sharp.spectra.sum(axis=2) * np.diff(sharp.frequency_points)[0]
    np.testing.assert_allclose(s.sum(axis=2) * step, weight, rtol=0.05)
    top = w[np.argmax(s[0, 0])]
    peaks = spectral.peaks[0, 0]
    assert np.abs(np.abs(top) - peaks).min() < 2 * step


def test_a_spectral_function_of_another_crystal_is_refused(silicon, spectral):
    from dataclasses import replace

    other = replace(spectral, frequencies=spectral.frequencies * 1.01)
    with pytest.raises(DomainError, match="not of this crystal"):
        neutrons(silicon, spectral=other)
    with pytest.raises(DomainError, match="give one of the three"):
        neutrons(silicon, Q, spectral=spectral)
    with pytest.raises(DomainError, match="give one of the three"):
        neutrons(silicon)
    with pytest.raises(DomainError, match="resolution"):
        neutrons(silicon, Q, resolution=-1)
    with pytest.raises(DomainError, match="there is no Ge"):
        neutrons(silicon, Q, scattering_lengths={"Ge": 8.2})


def test_a_powder_is_the_mean_of_its_directions(silicon):
    from phono_dynmat import sphere_directions

    points = np.linspace(-18, 18, 73)
    options = {"scattering_lengths": SILICON, "frequency_points": points}
    result = phonokit.powder(silicon, [0, 2.5], MESH, [300], directions=20, **options)
    q = 2.5 * sphere_directions(20) @ silicon.primitive.lattice.T / (2 * np.pi)
    single = phonokit.neutrons(silicon, q, MESH, [300], **options)
    np.testing.assert_allclose(result.coherent[1], single.spectra.mean(axis=0), rtol=1e-9)
    assert not result.coherent[0].any()
    assert not result.incoherent.any()  # a length that is given has no such part


def test_scattering_lengths_are_those_of_elements_and_isotopes(silicon, monkeypatch):
    periodictable = pytest.importorskip("periodictable")
    data = NeutronData.of(silicon.primitive)
    np.testing.assert_allclose(data.scattering_lengths, 4.1491, rtol=1e-3)
    heavy = Cell(np.eye(3) * 3, [[0, 0, 0], [0.5] * 3], ["H", "H1"], [1.008, 2.0141])
    data = NeutronData.of(heavy)
    np.testing.assert_allclose(data.scattering_lengths, [-3.739, 6.671], atol=0.01)
    assert data.incoherent[0] > 80 > data.incoherent[1] > 0
    result = phonokit.powder(silicon, [2.0], MESH, directions=10)
    assert 0 < result.incoherent.sum() < 0.1 * result.coherent.sum()
    monkeypatch.setitem(__import__("sys").modules, "periodictable", None)
    with pytest.raises(PhonoError, match="periodictable"):
        NeutronData.of(silicon.primitive)
    assert periodictable


def test_the_commands_print_intensities(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    mesh = ["--mesh", "3", "3", "3", "--scattering-length", "Si=4.15"]
    assert main(["neutrons", str(EXAMPLE), "--momentum", "2.9,0.2,0.1", *mesh]) == 0
    assert "Q = 2.9,0.2,0.1" in capsys.readouterr().out
    assert phonokit.read_result("neutrons.hdf5").spectra.shape == (1, 1, 401)
    argv = ["powder", str(EXAMPLE), "--momentum", "2,3", "--directions", "5", *mesh]
    assert main(argv) == 0
    assert "coherent" in capsys.readouterr().out
    assert phonokit.read_result("powder.hdf5").momenta.tolist() == [2, 3]
    assert main(["neutrons", str(EXAMPLE), *mesh]) == 2
    assert "--momentum" in capsys.readouterr().err
    wrong = ["neutrons", str(EXAMPLE), "--momentum", "1,0,0", "--scattering-length", "Si"]
    assert main(wrong) == 2
    assert "SYMBOL=LENGTH" in capsys.readouterr().err
