"""Messages on the command line name options, not Python."""

import re
from pathlib import Path

import pytest
from phonokit.cli.app import main
from phonokit.cli.words import PHRASES
from tiny_crystal import EXAMPLE

PACKAGES = Path(__file__).parents[2] / "packages"
PYTHON = re.compile(r"\b(?:phonokit|Grid|Cell|Symmetry|Crystal)\.\w|=(?:True|False)\b")


def test_every_phrase_is_one_of_the_library():
    """Else it has changed there, and nobody is told what it is here."""
    texts = [re.sub(r'"\s+f?"', "", p.read_text()) for p in PACKAGES.rglob("*.py")]
    texts = [text for text in texts if "PHRASES = (" not in text]
    for advice, _ in PHRASES:
        # A part of it may be filled in.
        assert any(advice in text for text in texts), advice


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        (["kappa", EXAMPLE, "--mesh", "3", "2", "1"], "or a matrix (--mesh-matrix)"),
        (["kappa", EXAMPLE, "--isotopes", "--mass-variances", "1", "2", "3"], "expected 2"),
        (["kappa", "POSCAR"], "phono displace, or phono fc with a --calculator"),
        (["bands", EXAMPLE, "--path", "G G"], "has no length; leave one of them out"),
        (
            ["gamma", "second", "--q", "0,0,0"],
            "phono displace makes without --second-order",
        ),
        (["displace", "."], "is a folder; name the structure file"),
    ],
)
def test_advice_is_in_words_of_the_command_line(
    tmp_path, monkeypatch, capsys, words, advice
):
    if "bands" in words:
        pytest.importorskip("seekpath")
    monkeypatch.chdir(tmp_path)
    Path("POSCAR").write_text("- 1\n- 2\n")
    if "second" in words:
        second_order(tmp_path / "second")
    assert main([str(word) for word in words]) == 2
    text = capsys.readouterr().err
    assert advice in text
    assert not PYTHON.search(text.replace(str(tmp_path), ""))


def second_order(folder):
    """Data of second order alone."""
    import numpy as np
    import phonokit

    cell = phonokit.read(EXAMPLE).unit_cell
    made = phonokit.displace(cell, phonokit.Displace(second_order=True))
    folder.mkdir()
    phonokit.write_displacements(made, folder / "phonopy_disp.yaml")
    forces = np.zeros((len(made), made.supercell.cell.n_atoms, 3))
    phonokit.write_force_sets(folder / "FORCE_SETS", made, forces)
