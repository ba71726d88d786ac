"""Modes in the files of programs that show them, and displacements as CIF."""

import json

import numpy as np
import phonokit
import pytest
from phonokit.cli.app import main
from tiny_crystal import EXAMPLE

PATH = {
    "path": "L G X",
    "points": {"X": (0.5, 0, 0.5), "L": (0.5, 0.5, 0.5)},
    "points_per_segment": 4,
}
Q = [[0.5, 0, 0.5], [0.1, 0.2, 0.3]]


@pytest.fixture(scope="module")
def silicon():
    return phonokit.load(EXAMPLE)


def test_modes_along_a_path_are_shown_by_phononwebsite(silicon, tmp_path):
    result = phonokit.modes(silicon, **PATH)
    path = phonokit.export(result, tmp_path)[1]
    assert path.name == "phononwebsite.json"
    file = json.loads(path.read_text(encoding="utf-8"))
    vectors = np.array(file["vectors"])
    assert vectors.shape == (8, 6, 2, 3, 2)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=(3, 4)).max(axis=2), 1)
    np.testing.assert_allclose(file["eigenvalues"], result.frequencies * 33.35641, 1e-6)
    assert file["highsym_qpts"] == [[0, "L"], [3, "Γ"], [4, "Γ"], [7, "X"]]
    assert file["line_breaks"] == [[0, 4], [4, 8]]
    assert file["atom_numbers"] == [14, 14]
    positions = np.array(file["atom_pos_red"]) @ file["lattice"]
    np.testing.assert_allclose(file["atom_pos_car"], positions, atol=1e-12)


def test_modes_of_v_sim_are_turned_with_their_cell(silicon, tmp_path):
    result = phonokit.modes(silicon, q=Q)
    path = phonokit.export(result, tmp_path)[1]
    assert path.name == "modes.ascii"
    lines = path.read_text().splitlines()
    xx, yx, yy, zx, zy, zz = map(float, f"{lines[1]} {lines[2]}".split())
    lattice = np.array([[xx, 0, 0], [yx, yy, 0], [zx, zy, zz]])
    cell = silicon.primitive
    metric = cell.lattice @ cell.lattice.T
    np.testing.assert_allclose(lattice @ lattice.T, metric, atol=1e-8)
    heads = [i for i, line in enumerate(lines) if line.startswith("#metaData")]
    assert len(heads) == 12
    for n, head in enumerate(heads):
        q, j = divmod(n, 6)
        f = float(lines[head].split(";")[3].rstrip(" \\"))
        assert f == pytest.approx(result.frequencies[q, j], abs=1e-7)
        rows = [line.strip("#; \\").split(";") for line in lines[head + 1 : head + 3]]
        numbers = np.array(rows, dtype=float)
        u = numbers[:, :3] + 1j * numbers[:, 3:]
        # Fractional displacements are the same in both frames.
        e = result.eigenvectors[q, j] / np.sqrt(cell.masses)[:, None]
        expected = e @ np.linalg.inv(cell.lattice)
        np.testing.assert_allclose(u @ np.linalg.inv(lattice), expected, atol=1e-7)


def test_displacements_are_a_cif_that_others_read(silicon, tmp_path):
    result = phonokit.displacements(silicon, (4, 4, 4), [100, 300])
    names = [path.name for path in phonokit.export(result, tmp_path)]
    assert names == ["displacements-100K.cif", "displacements-300K.cif"]
    text = (tmp_path / names[1]).read_text()
    row = next(line.split() for line in text.splitlines() if line.endswith(" Uani"))
    assert float(row[5]) == pytest.approx(result.mean[1, 0], abs=1e-7)
    tensors = [line.split() for line in text.splitlines()[-2:]]
    found = np.array([row[1:] for row in tensors], dtype=float)
    columns = ([0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1])
    expected = result.displacements_cif[1][:, columns[0], columns[1]]
    np.testing.assert_allclose(found, expected, atol=1e-8)
    io = pytest.importorskip("ase.io")
    atoms = io.read(tmp_path / names[0])
    metric = silicon.primitive.lattice @ silicon.primitive.lattice.T
    np.testing.assert_allclose(atoms.cell.array @ atoms.cell.array.T, metric, atol=1e-5)
    assert len(atoms) == 2


def test_the_command_writes_them_and_keeps_what_is_the_same(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    argv = ["modes", str(EXAMPLE), "--path", "G X", "--point", "X=0.5,0,0.5"]
    assert main([*argv, "--points-per-segment", "3"]) == 0
    assert main(["export", "modes.hdf5"]) == 0
    assert "wrote phononwebsite.json" in capsys.readouterr().out
    assert main(["export", "modes.hdf5"]) == 0
    assert "phononwebsite.json is there already" in capsys.readouterr().out
    (tmp_path / "phononwebsite.json").write_text("mine")
    assert main(["export", "modes.hdf5", "--overwrite"]) == 2
    assert "not written by phonokit" in capsys.readouterr().err
