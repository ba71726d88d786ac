"""Representations of phonons as a result and a command."""

import numpy as np
import phonokit
import pytest
from phono_grid.errors import DomainError
from phonokit.cli.app import main

pytestmark = pytest.mark.needs_rust
pytest.importorskip("spgrep")


@pytest.fixture(scope="module")
def result():
    return phonokit.mode_symmetry(phonokit.load("examples/silicon"))


def test_the_modes_of_silicon_at_gamma(result):
    assert result.labels.tolist() == ["T1u", "T2g"]
    assert result.acoustic.tolist() == [1, 0]
    assert result.infrared.tolist() == [1, 0]
    assert result.raman.tolist() == [0, 1]
    assert result.sizes.tolist() == [3, 3]
    modes = phonokit.modes(phonokit.load("examples/silicon"), q=[0, 0, 0])
    np.testing.assert_allclose(result.frequencies, modes.frequencies[0], atol=1e-9)


def test_a_file_gives_the_result_back(result, tmp_path):
    result.write(tmp_path / "symmetry.hdf5")
    assert phonokit.read_result(tmp_path / "symmetry.hdf5") == result


def test_the_command_prints_a_row_for_each_set(tmp_path, capsys):
    target = tmp_path / "symmetry.hdf5"
    assert main(["symmetry", "examples/silicon", "--output", str(target)]) == 0
    out = capsys.readouterr().out
    assert "48 operations of Fd-3m" in out
    rows = [line.split() for line in out.splitlines() if "T1u" in line or "T2g" in line]
    assert rows[0][0] == "1-3"
    assert rows[0][2:] == ["T1u", "acoustic"]
    assert rows[1][2:] == ["T2g", "Raman"]
    assert phonokit.read_result(target).labels.tolist() == ["T1u", "T2g"]
    assert main(["symmetry", "examples/silicon", "--q", "0.5,0"]) == 2
    assert "--q: expected three numbers" in capsys.readouterr().err


def test_without_spgrep_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "spgrep", None)
    with pytest.raises(DomainError, match="pip install spgrep"):
        phonokit.mode_symmetry(phonokit.load("examples/silicon"))
