"""A crystal at several volumes from a structure and a calculator, and its expansion."""

from dataclasses import replace

import numpy as np
import phonokit
import pytest
from phono_fc import ForceConstants
from phonokit import Crystal, Displace, DomainError, FileError
from phonokit.calc.lattice_path import lattice_path
from phonokit.cli.app import main
from phonokit.io.energies import read_electronic_energies
from tiny_crystal import EXAMPLE

build = pytest.importorskip("ase.build")
EMT = pytest.importorskip("ase.calculators.emt").EMT

VOLUMES = (0.95, 0.98, 1.01, 1.04)
SETTINGS = Displace(supercell=(2, 2, 2), second_order=True)
WORDS = "qha POSCAR --calculator emt --supercell 2 2 2 --volumes 0.95:1.04:0.03"
MESH = "--mesh 4 4 4 --temperature 0 300"


class Counting(EMT):
    """A calculator that counts, and breaks down after some calculations."""

    def __init__(self, last: int = 10**9):
        super().__init__()
        self.last, self.done = last, 0

    def calculate(self, *args, **kwargs):
        """Compute, or break down."""
        if self.done >= self.last:
            raise RuntimeError("the queue is over")
        self.done += 1
        super().calculate(*args, **kwargs)


@pytest.fixture(scope="module")
def copper():
    return build.bulk("Cu", a=3.61)


@pytest.fixture(scope="module")
def series(copper, tmp_path_factory):
    folder = tmp_path_factory.mktemp("volumes")
    return folder, phonokit.at_volumes(
        copper, EMT(), SETTINGS, volumes=VOLUMES, folder=folder
    )


def test_other_supercells_leave_a_folder_as_it_was(copper, tmp_path):
    made = phonokit.at_volumes(copper, EMT(), SETTINGS, volumes=[1.0], folder=tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    larger = replace(SETTINGS, supercell=(3, 3, 3))
    with pytest.raises(FileError, match=r"other displaced supercells.* or folder"):
        phonokit.at_volumes(copper, EMT(), larger, volumes=[1.0], folder=tmp_path)
    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert {k: v for k, v in after.items() if k.suffix != ".lock"} == before
    assert len(made.crystals) == 1


def test_energies_of_other_volumes_stay(copper, tmp_path):
    for volumes in ([0.95, 1.0], [1.0, 1.05]):
        phonokit.at_volumes(copper, EMT(), SETTINGS, volumes=volumes, folder=tmp_path)
    rows = np.loadtxt(tmp_path / "e-v.dat")
    np.testing.assert_allclose(rows[:, 0] / rows[1, 0], [0.95, 1, 1.05], rtol=1e-8)


def test_three_volumes_are_refused_before_anything_is_computed(
    capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    build.bulk("Cu", a=3.61).write("POSCAR")
    words = "qha POSCAR --calculator emt --supercell 2 2 2 --volumes 1 1.02 1.03"
    assert main(words.split()) == 2
    assert "--volumes: expected 4 or more" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["POSCAR"]


def test_crystals_are_those_of_each_volume_for_itself(copper, series):
    for ratio, crystal, energy in zip(
        VOLUMES, series[1].crystals, series[1].energies, strict=True
    ):
        cell = copper.copy()
        cell.set_cell(copper.cell * np.cbrt(ratio), scale_atoms=True)
        cell.calc = EMT()
        assert energy == pytest.approx(cell.get_potential_energy(), abs=1e-10)
        other = phonokit.from_calculator(cell, EMT(), SETTINGS)
        assert crystal.primitive.volume == pytest.approx(cell.get_volume(), rel=1e-12)
        np.testing.assert_allclose(crystal.fc2.values, other.fc2.values, atol=1e-9)


def test_folders_hold_what_was_computed(series):
    folder, whole = series
    for ratio, crystal in zip(VOLUMES, whole.crystals, strict=True):
        read = phonokit.load(folder / f"volume-{ratio:.3f}")
        np.testing.assert_allclose(read.fc2.values, crystal.fc2.values, atol=1e-8)


def test_what_breaks_down_goes_on_without_computing_anything_twice(copper, tmp_path):
    def run(calculator, folder):
        return phonokit.at_volumes(
            copper, calculator, SETTINGS, volumes=VOLUMES, folder=folder, origin="EMT"
        )

    whole = Counting()
    expected = run(whole, tmp_path / "whole")
    stopped, done, reasons = tmp_path / "stopped", 0, set()
    for _ in range(50):
        calculator = Counting(last=3)
        try:
            found = run(calculator, stopped)
        except DomainError as error:
            reasons.add("the queue is over" in str(error))
        done += calculator.done
        if calculator.done < 3:
            break
    assert reasons == {True}
    assert found == expected
    assert done <= whole.done + 4  # a relaxation that was stopped begins again
    assert run(Counting(last=0), stopped) == expected
    with pytest.raises(FileError, match="another structure"):
        phonokit.at_volumes(
            build.bulk("Cu", a=3.7),
            EMT(),
            SETTINGS,
            volumes=VOLUMES,
            folder=stopped,
            origin="EMT",
        )


def test_the_shape_is_relaxed_and_the_volume_is_kept():
    hexagonal = build.bulk("Cu", "hcp", a=2.4, c=4.4)
    cell = phonokit.relax(hexagonal, EMT(), volume=False)
    assert cell.volume == pytest.approx(hexagonal.get_volume(), rel=1e-12)
    ratio = np.linalg.norm(cell.lattice[2]) / np.linalg.norm(cell.lattice[0])

    def energy(c):
        scaled = build.bulk("Cu", "hcp", a=1.0, c=c)
        size = np.cbrt(cell.volume / scaled.get_volume())
        scaled.set_cell(scaled.cell * size, scale_atoms=True)
        scaled.calc = EMT()
        return scaled.get_potential_energy()

    assert energy(ratio) < min(energy(ratio - 0.01), energy(ratio + 0.01))


def test_bad_volumes_are_refused(copper):
    for bad, text in (
        ([1.0, 0.9], "ascend"),
        ([], "ascend"),
        ([90.0, 100.0], "relative"),
    ):
        with pytest.raises(DomainError, match=text):
            phonokit.at_volumes(copper, EMT(), SETTINGS, volumes=bad)
    with pytest.raises(DomainError, match="force constants"):
        phonokit.at_volumes(copper, EMT(), Displace(random=2, temperature=300))


def test_a_lattice_follows_its_path_and_strains_add_up_to_the_volume():
    v = np.linspace(38, 44, 7)
    a = np.sqrt(v / (1.6 + 0.01 * (v - 40)) * 2 / np.sqrt(3) / (v / 40) ** (1 / 3))
    lattices = np.zeros((7, 3, 3))
    lattices[:, 0, 0], lattices[:, 1, 0] = a, -a / 2
    lattices[:, 1, 1] = a * np.sqrt(3) / 2
    lattices[:, 2, 2] = v / (a**2 * np.sqrt(3) / 2)
    volume, alpha = np.array([39.3, np.nan, 41.7]), np.array([1e-5, np.nan, 3e-5])
    lattice, expansion = lattice_path(lattices, volume, alpha)
    known = [0, 2]
    np.testing.assert_allclose(np.linalg.det(lattice[known]), volume[known], rtol=1e-12)
    trace = np.trace(expansion, axis1=1, axis2=2)
    np.testing.assert_allclose(trace[known], alpha[known], rtol=1e-6)
    exact = np.interp(volume[2], np.linspace(38, 44, 200001), _axis(200001))
    np.testing.assert_allclose(lattice[2, 0, 0], exact, rtol=1e-6)
    assert np.isnan(lattice[1]).all()
    assert abs(expansion[2, 2, 2] / expansion[2, 0, 0] - 1) > 0.05
    assert lattice_path(lattices[:, [2, 0, 1]] * [[1]], volume, alpha) is not None
    lattices[3] = lattices[3][[2, 0, 1]]
    assert lattice_path(lattices, volume, alpha) is None


def _axis(n):
    v = np.linspace(38, 44, n)
    return np.sqrt(v / (1.6 + 0.01 * (v - 40)) * 2 / np.sqrt(3) / (v / 40) ** (1 / 3))


@pytest.mark.filterwarnings("ignore:no equation of state fits")
def test_uniform_scaling_expands_alike_along_all_axes():
    fc2 = phonokit.load(EXAMPLE).fc2
    crystals = []
    for size in (0.98, 0.99, 1.0, 1.01, 1.02):
        cells = [
            replace(c, lattice=c.lattice * size)
            for c in (fc2.supercell.cell, fc2.supercell.primitive)
        ]
        supercell = replace(fc2.supercell, cell=cells[0], primitive=cells[1])
        values = fc2.values * size**-7
        crystals.append(Crystal.from_constants(ForceConstants(values, supercell)))
    strain = np.linspace(-0.02, 0.02, 5)
    result = phonokit.qha(crystals, 160 * strain**2, (4, 4, 4), [0, 300, 600])
    expected = result.thermal_expansion[:, None, None] * np.eye(3) / 3
    np.testing.assert_allclose(result.linear_expansion, expected, atol=1e-12)
    assert result.is_isotropic
    np.testing.assert_allclose(np.linalg.det(result.lattice), result.volume, rtol=1e-12)


def test_the_command_goes_from_a_structure_to_the_result(
    tmp_path, monkeypatch, capsys, copper
):
    monkeypatch.chdir(tmp_path)
    copper.write("POSCAR", format="vasp")
    assert main([*WORDS.split(), *MESH.split()]) == 0
    first = capsys.readouterr().out
    folders = sorted(str(p) for p in (tmp_path / "volumes").glob("volume-*"))
    assert len(folders) == 4
    argv = ["qha", *folders, "--energies", "volumes/e-v.dat", *MESH.split()]
    assert main([*argv, "--output", "again.hdf5"]) == 0
    again = capsys.readouterr().out
    assert [r for r in first.splitlines() if r.startswith("    300")] == [
        r for r in again.splitlines() if r.startswith("    300")
    ]
    for argv, text in (
        (["qha", "POSCAR"], "name the file of energies"),
        (["qha", *folders, "--supercell", "2", "2", "2", "--energies", "e"], "--supercell"),
        ([*WORDS.split(), "--energies", "e"], "--energies: are computed"),
        (["qha", "POSCAR", "POSCAR", "--calculator", "emt"], "one structure file"),
    ):
        assert main([*argv, "--output", "no.hdf5"]) == 2
        assert text in capsys.readouterr().err


def test_free_energies_of_electrons_come_from_a_table(tmp_path):
    path, volumes = tmp_path / "fe-v.dat", [40.0, 41.0]
    t = np.arange(0, 401, 50.0)

    def free(t, v):
        return -3.0 - 1e-8 * t**2 * (1 + v / 40) + 2e-12 * t**3

    rows = [f"{x} {4 * free(x, 41.0)} {4 * free(x, 40.0)}" for x in t]
    head = ["#   volume:  164.0 160.0", "#   T(K)   Free energies"]
    path.write_text("\n".join([*head, *rows]))
    wanted = np.array([0.0, 120.0, 333.0])
    found = read_electronic_energies(path, wanted, volumes)
    expected = [[free(x, v) for v in volumes] for x in wanted]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)
    with pytest.raises(FileError, match="must ascend from"):
        read_electronic_energies(path, np.array([500.0]), volumes)
    with pytest.raises(FileError, match="expected an energy for each volume"):
        read_electronic_energies(path, wanted, [40.0, 43.0])
    path.write_text("\n".join(rows))
    with pytest.raises(FileError, match="names no volumes"):
        read_electronic_energies(path, wanted, volumes)
