"""Results as tables for spreadsheets and pandas."""

import csv

import h5py
import numpy as np
import phonokit
import pytest
from phonokit.cli.app import main
from tiny_crystal import EXAMPLE


@pytest.fixture(scope="module")
def silicon():
    return phonokit.load(EXAMPLE)


def table(path):
    """Columns of a file by their names."""
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    return dict(zip(head, zip(*rows, strict=True), strict=True))


def numbers(columns, *names):
    return np.array([[float(x) for x in columns[name]] for name in names]).T


def test_every_number_of_a_conductivity_is_in_a_table_once_per_index(silicon, tmp_path):
    result = phonokit.kappa(silicon, (2, 2, 2), [100, 300])
    files = phonokit.export(result, tmp_path, csv=True)
    assert [path.name for path in files] == [
        "kappa_temperature.csv",
        "kappa_temperature_q_band.csv",
    ]
    whole, modes = map(table, files)
    words = ("xx", "yy", "zz", "yz", "xz", "xy")
    np.testing.assert_array_equal(
        numbers(whole, *(f"kappa_{word} (W/(m K))" for word in words)), result.kappa
    )
    np.testing.assert_array_equal(
        numbers(modes, "gamma (THz)").ravel(), result.rates.total.ravel()
    )
    # What belongs to fewer indices is repeated.
    f = np.broadcast_to(result.frequencies, result.rates.total.shape)
    np.testing.assert_array_equal(numbers(modes, "frequency (THz)").ravel(), f.ravel())
    velocities = numbers(modes, *(f"group_velocity_{x} (angstrom THz)" for x in "xyz"))
    np.testing.assert_array_equal(
        velocities[: len(velocities) // 2], result.group_velocities.reshape(-1, 3)
    )
    bands, t = numbers(modes, "band").ravel(), numbers(modes, "temperature (K)").ravel()
    np.testing.assert_array_equal(bands[:6], np.arange(1, 7))
    np.testing.assert_array_equal(np.unique(t), [100, 300])


def test_complex_numbers_labels_and_gaps_have_columns(silicon, tmp_path):
    result = phonokit.modes(silicon, q=[[0, 0, 0], [0.5, 0, 0.5]])
    (path,) = phonokit.export(result, tmp_path, csv=True)
    columns = table(path)
    real, imaginary = (
        numbers(columns, *(name for name in columns if name.endswith(part)))
        for part in ("_re", "_im")
    )
    assert np.hypot(real, imaginary).sum() > 0
    bands = phonokit.bands(
        silicon, path="G X", points={"X": (0.5, 0, 0.5)}, points_per_segment=3
    )
    (path,) = (p for p in phonokit.export(bands, tmp_path, csv=True) if "band" in p.name)
    assert set(table(path)["label_end"]) == {"X"}


def test_the_command_refuses_another_table_and_keeps_the_same(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    mesh = ("--mesh", "2", "2", "2", "--frequency-points", "5")
    assert main(["dos", str(EXAMPLE), *mesh]) == 0
    assert main(["export", "dos.hdf5", "--csv"]) == 0
    with h5py.File("dos.hdf5") as file:
        total = file["total"][()]
    np.testing.assert_array_equal(
        numbers(table(tmp_path / "dos.csv"), "total (1/THz)").ravel(), total
    )
    capsys.readouterr()
    assert main(["export", "dos.hdf5", "--csv"]) == 0
    assert "dos.csv is there already, the same" in capsys.readouterr().out
    (tmp_path / "dos.csv").write_text("mine\n")
    assert main(["export", "dos.hdf5", "--csv"]) == 2
    assert (tmp_path / "dos.csv").read_text() == "mine\n"
