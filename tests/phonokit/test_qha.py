"""The quasi-harmonic approximation of a crystal at several volumes."""

import numpy as np
import phonokit
import pytest
from phonokit import DomainError, FileError, ImaginaryModesWarning, Run
from phonokit.calc.qha import MisfitWarning, VolumeRangeWarning
from phonokit.cli.app import main
from phonokit.io.energies import read_energies
from tiny_crystal import EXAMPLE
from volumes_of_springs import GAMMA, SIZES, at_five_volumes, scaled

MESH = (4, 4, 4)
T = [0, 300, 600]


@pytest.fixture(scope="module")
def silicon():
    """The crystal at five volumes, and energies around its own."""
    return at_five_volumes(phonokit.load(EXAMPLE))


@pytest.fixture(scope="module")
def result(silicon):
    return phonokit.qha(*silicon, MESH, T)


def test_the_grueneisen_parameter_is_that_of_the_springs(result):
    assert result.grueneisen[0] == 0
    np.testing.assert_allclose(result.grueneisen[1:], GAMMA, rtol=2e-3)


def test_free_energies_are_those_of_each_crystal(silicon, result):
    for i, crystal in enumerate(silicon[0]):
        thermal = phonokit.thermal(crystal, MESH, T)
        np.testing.assert_array_equal(result.free_energies[:, i], thermal.free_energy)
        np.testing.assert_array_equal(result.entropies[:, i], thermal.entropy)
        np.testing.assert_array_equal(result.heat_capacities[:, i], thermal.heat_capacity)
    assert not result.n_unstable.any()


def test_energies_of_no_equation_of_state_are_warned_of(silicon, result):
    """Softer the more it is compressed: no crystal is, and the fit ends where it may."""
    crystals, _ = silicon
    strain = np.array(SIZES) - 1
    with pytest.warns(MisfitWarning, match=r"no equation of state fits at 3 of 3 .* 0 K"):
        wrong = phonokit.qha(crystals, 160 * strain**2 * (1 + 12 * strain), MESH, T)
    assert (wrong.bulk_modulus_slope < 1.01).all()
    assert (result.bulk_modulus_slope > 2).all()


def test_the_order_of_volumes_does_not_count(silicon, result):
    crystals, energies = silicon
    again = phonokit.qha(crystals[::-1], energies[::-1], MESH, T)
    np.testing.assert_array_equal(again.volume, result.volume)
    np.testing.assert_array_equal(again.volumes, result.volumes)


def test_pressure_makes_a_crystal_smaller_and_stiffer(silicon, result):
    pressed = phonokit.qha(*silicon, MESH, T, pressure=5.0)
    assert (pressed.volume < result.volume).all()
    assert (pressed.bulk_modulus > result.bulk_modulus).all()


def test_a_stopped_run_goes_on_to_the_same_bits(silicon, result, tmp_path):
    class StoppedError(Exception):
        pass

    def stop(done, _total):
        if done == 2:
            raise StoppedError

    path = tmp_path / "qha.run"
    with (
        phonokit.RunStore(path) as store,
        pytest.raises(StoppedError),
    ):
        phonokit.qha(*silicon, MESH, T, run=Run(store, progress=stop))
    with phonokit.RunStore(path) as store:
        again = phonokit.qha(*silicon, MESH, T, run=Run(store))
    np.testing.assert_array_equal(again.free_energies, result.free_energies)
    np.testing.assert_array_equal(again.volume, result.volume)


def test_a_result_is_written_read_and_drawn(result, tmp_path):
    pytest.importorskip("matplotlib")
    assert phonokit.read_result(result.write(tmp_path / "qha.hdf5")) == result
    assert len(phonokit.plot_qha(result, tmp_path / "qha.svg")) == 6


@pytest.mark.filterwarnings("ignore:no equation of state fits")
def test_imaginary_modes_are_said_with_their_volume(silicon):
    crystals, energies = silicon
    unstable = scaled(crystals[0].fc2, 1.0, sign=-1.0)
    with pytest.warns(ImaginaryModesWarning, match=r"at 36\.\d+ Å³ \(the worst -"):
        result = phonokit.qha([unstable, *crystals[1:]], energies, MESH, T)
    assert result.n_unstable[0] > 0
    assert not result.n_unstable[1:].any()


@pytest.mark.filterwarnings("ignore::phonokit.ImaginaryModesWarning")
def test_too_few_volumes_are_refused_when_others_are_left_out(silicon):
    crystals, energies = silicon
    unstable = scaled(crystals[0].fc2, 1.05, sign=-1.0)
    few = [unstable, *crystals[:3]], [0.1, *energies[:3]]
    with pytest.raises(DomainError, match="exclude_imaginary: leaves 3 of 4 volumes"):
        phonokit.qha(*few, MESH, T, exclude_imaginary=True)


def test_volumes_with_imaginary_modes_are_left_out_if_wanted(silicon, result):
    crystals, energies = silicon
    unstable = scaled(crystals[0].fc2, 1.05, sign=-1.0)
    both = [unstable, *crystals], [0.1, *energies]
    with pytest.warns(ImaginaryModesWarning, match="these volumes are left out"):
        without = phonokit.qha(*both, MESH, T, exclude_imaginary=True)
    np.testing.assert_array_equal(without.volumes, result.volumes)
    np.testing.assert_array_equal(without.volume, result.volume)


def test_a_volume_outside_is_said(silicon):
    crystals, energies = silicon
    with pytest.warns(VolumeRangeWarning, match="from 0 K"):
        result = phonokit.qha(crystals, energies, MESH, T, pressure=60.0)
    assert np.isnan(result.volume).all()


def test_what_is_no_series_of_volumes_is_refused(silicon):
    crystals, energies = silicon
    with pytest.raises(DomainError, match="4 crystals or more"):
        phonokit.qha(crystals[:3], energies[:3], MESH, T)
    with pytest.raises(DomainError, match="4 crystals or more"):
        phonokit.qha(crystals[0], energies, MESH, T)
    with pytest.raises(phonokit.ShapeError, match="energies"):
        phonokit.qha(crystals, energies[1:], MESH, T)


def test_energies_belong_to_volumes_of_any_number_of_cells(tmp_path):
    path = tmp_path / "e-v.dat"
    path.write_text("# V E\n160.5 -8.4\n 164 -8.8\n\n168.4 -8\n150 0\n")
    found = read_energies(path, [42.1, 40.12, 41.0])
    np.testing.assert_allclose(found, [-2.0, -2.1, -2.2])
    with pytest.raises(FileError, match="expected an energy for each volume"):
        read_energies(path, [42.1, 39.0, 41.0])
    path.write_text("160 one\n")
    with pytest.raises(FileError, match="line 1"):
        read_energies(path, [40.0])
    path.write_text("# nothing\n")
    with pytest.raises(FileError, match="no energies"):
        read_energies(path, [40.0])


def test_the_command_takes_folders_and_a_file_of_energies(tmp_path, monkeypatch, capsys):
    build = pytest.importorskip("ase.build")
    emt = pytest.importorskip("ase.calculators.emt")
    monkeypatch.chdir(tmp_path)
    lines, folders = [], []
    for i, size in enumerate((3.52, 3.56, 3.6, 3.64, 3.68)):
        copper = build.bulk("Cu", a=size)
        copper.write("POSCAR")
        copper.calc = emt.EMT()
        lines.append(f"{4 * copper.get_volume()} {4 * copper.get_potential_energy()}\n")
        folders.append(f"v{i}")
        argv = ["fc", "POSCAR", "--calculator", "ase.calculators.emt:EMT"]
        argv += ["--supercell", "2", "2", "2", "--second-order", "--output", folders[-1]]
        assert main(argv) == 0
    (tmp_path / "e-v.dat").write_text("".join(reversed(lines)))
    argv = ["qha", *folders, "--energies", "e-v.dat", "--mesh", "4", "4", "4"]
    capsys.readouterr()
    assert main([*argv, "--temperature", "0", "300", "--equation", "murnaghan"]) == 0
    assert "C_p" in capsys.readouterr().out
    result = phonokit.read_result("qha.hdf5")
    assert 11 < result.volume[0] < result.volume[1] < 12.5
    assert 1.5 < result.grueneisen[1] < 3
    argv = ["qha", *folders[:3], "--energies", "e-v.dat", "--output", "other.hdf5"]
    assert main(argv) == 2
    assert "4 crystals or more" in capsys.readouterr().err
    argv = ["qha", *folders, "--energies", "none.dat", "--output", "other.hdf5"]
    assert main(argv) == 2
