"""Settings files: every result can be computed again from the one beside it."""

import re
import tomllib

import h5py
import numpy as np
import pytest
from phonokit.cli.app import BAD_INPUT, main
from phonokit.cli.config import settings_text, with_config
from phonokit.cli.words import as_options
from tiny_crystal import EXAMPLE

T = ("--temperature=1", "--temperature=2")
COUNTS = {
    **{"--mesh": 3, "--output": 1, "--isotopes": 0, "--no-average": 0, "--temperature": 1},
    **{"--verbose": 0, "-v": 0, "--q": 1},
}


def arrays(path):
    """The numbers of a file of results by name."""
    with h5py.File(path, "r") as file:
        names = []
        file.visit(names.append)
        return {name: file[name][()] for name in names if hasattr(file[name], "dtype")}


def test_a_result_is_computed_again_from_the_settings_beside_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = ["--mesh", "3", "3", "3", "--temperature", "100", "300", "--isotopes"]
    assert main(["kappa", str(EXAMPLE), *options, "--output", "one.hdf5"]) == 0
    again = ["--config", "one.toml", "--output", "two.hdf5"]
    assert main(["kappa", str(EXAMPLE), *again]) == 0
    one, two = arrays("one.hdf5"), arrays("two.hdf5")
    assert one.keys() == two.keys()
    for name, values in one.items():
        np.testing.assert_array_equal(values, two[name], err_msg=name)
    assert "gamma_isotope" in two


def test_what_is_given_beside_a_settings_file_counts_more(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text("[kappa]\nmesh = [3, 3, 3]\nisotopes = true\nsigma = 0.1\n")
    words = with_config(["kappa", "DATA", "--sigma", "0.2", f"--config={path}"], {})
    expected = ["kappa", "DATA", "--sigma", "0.2", "--mesh", "3", "3", "3", "--isotopes"]
    assert words == expected


def test_a_flag_is_undone_by_its_opposite(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text("[kappa]\nno-average = true\n")
    assert with_config(["kappa", "--average", "--config", str(path)], {}) == [
        "kappa",
        "--average",
    ]


def test_a_flag_that_a_settings_file_turns_off_is_off(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text("[kappa]\naverage = false\nisotopes = false\n")
    counts = {"--average": 0, "--no-average": 0, "--isotopes": 0}
    argv = ["kappa", "--config", str(path)]
    assert with_config(argv, counts) == ["kappa", "--no-average"]


@pytest.mark.parametrize("command", ["kappa", "thermal", "gamma"])
def test_a_settings_file_says_what_nobody_has_said(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    argv = [command, str(EXAMPLE), "--mesh-length", "6"]
    assert main([*argv, "--output", "one.hdf5"]) == 0
    written = tomllib.loads((tmp_path / "one.toml").read_text())[command]
    assert written["cutoff-frequency"] == (0.0 if command == "thermal" else 1e-4)
    temperatures = "0:1000:10" if command == "thermal" else [300.0]
    assert written["temperature"] == temperatures
    assert "mesh" not in written
    again = [command, str(EXAMPLE), "--config", "one.toml", "--output", "two.hdf5"]
    assert main(again) == 0
    one, two = arrays("one.hdf5"), arrays("two.hdf5")
    for name, values in one.items():
        np.testing.assert_array_equal(values, two[name], err_msg=name)
    assert tomllib.loads((tmp_path / "two.toml").read_text())[command].keys() == {
        *written.keys(),
        "output",
    }


@pytest.mark.needs_rust
def test_a_settings_file_says_the_mesh_that_nobody_has_said(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["kappa", str(EXAMPLE)]) == 0
    table = tomllib.loads((tmp_path / "kappa-m111111.toml").read_text())
    assert table["kappa"]["mesh-length"] == 35.0
    # As the README has it: a length that is 11 × 11 × 11 for silicon.
    assert "277.105" in capsys.readouterr().out


@pytest.mark.parametrize(
    "tokens",
    [
        ["kappa", "DATA", "--isotopes", "--mesh", "3", "3", "3", "--temperature", "1", "2"],
        ["kappa", "--isotopes", "DATA", "--mesh", "3", "3", "3", "--temperature", "1", "2"],
        ["kappa", "--isotopes", *T, "--mesh", "3", "3", "3", "DATA"],
    ],
)
def test_settings_are_the_same_in_whatever_order_they_are_given(tokens):
    text = settings_text(tokens, COUNTS, {})
    assert text.splitlines()[0] == "# phono kappa DATA --config THIS_FILE"
    expected = {"isotopes": "true", "mesh": ["3", "3", "3"], "temperature": ["1", "2"]}
    found = tomllib.loads(text)["kappa"]
    assert {key: str(v).lower() if v is True else v for key, v in found.items()} == expected


def test_negative_wave_vectors_and_short_options_are_kept():
    text = settings_text(["gamma", "D", "--q", "0,0,0", "-0.5,0,0", "-v"], COUNTS, {})
    table = tomllib.loads(text)["gamma"]
    assert table == {"q": ["0,0,0", "-0.5,0,0"], "verbose": True}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        ("[bands]\n", "has no table [kappa], only [bands]"),
        ("mesh = [", "not a settings file in TOML"),
        ("[kappa]\nmesh = {a = 1}\n", "mesh: expected true, a number"),
        ("[kappa]\nmish = 3\n", "--mish"),
    ],
)
def test_a_settings_file_that_cannot_be_used_is_named(content, said, tmp_path, capsys):
    path = tmp_path / "a.toml"
    if content is not None:
        path.write_text(content)
    assert main(["kappa", str(EXAMPLE), "--config", str(path)]) == BAD_INPUT
    message = capsys.readouterr().err
    assert said in message
    assert message.count("\n") == 1


@pytest.mark.parametrize(
    "option",
    [
        ("kappa", "--mesh", "5.5", "5", "5"),
        ("kappa", "--mesh-matrix", *["1e1", "0", "0", "0", "1", "0", "0", "0", "1"]),
        ("displace", "--supercell", "1.5", "2", "2"),
        ("displace", "--random", "2.5"),
        ("jdos", "--frequency-points", "10.6"),
        ("kappa", "--batch-size=1.5"),
    ],
)
def test_fractions_are_no_whole_numbers(option, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main([option[0], str(EXAMPLE), *option[1:]]) == BAD_INPUT
    name = option[1].partition("=")[0]
    assert re.search(
        f"{name}: expected (a whole number|whole numbers), got ", capsys.readouterr().err
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a.hdf5", "a.toml"])
def test_what_is_no_result_is_not_written_over(name, tmp_path, capsys):
    (tmp_path / name).write_text("mine")
    argv = ["kappa", str(EXAMPLE), "--mesh", "2", "2", "2"]
    assert main([*argv, "--output", str(tmp_path / "a.hdf5")]) == BAD_INPUT
    assert f"{name}: is in the way" in capsys.readouterr().err
    assert (tmp_path / name).read_text() == "mine"
    assert len(list(tmp_path.iterdir())) == 1


def test_accumulations_are_not_written_over_what_is_no_result(tmp_path, capsys):
    result, mine = tmp_path / "k.hdf5", tmp_path / "mine"
    argv = ["kappa", str(EXAMPLE), "--mesh", "2", "2", "2"]
    assert main([*argv, "--output", str(result)]) == 0
    mine.write_text("mine")
    assert main(["accumulate", str(result), "--output", str(mine)]) == BAD_INPUT
    assert "mine: is in the way" in capsys.readouterr().err
    assert mine.read_text() == "mine"


def test_restart_removes_no_file_that_is_no_run(tmp_path, capsys):
    run = tmp_path / "a.hdf5.run"
    run.write_text("mine")
    argv = ["kappa", str(EXAMPLE), "--mesh", "2", "2", "2", "--restart"]
    assert main([*argv, "--output", str(tmp_path / "a.hdf5")]) == BAD_INPUT
    assert run.read_text() == "mine"


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("memory must be positive", "--memory must be positive"),
        ('raise memory=, or over_memory="disk"', "raise --memory, or --over-memory disk"),
        ("leave out full_zone=True", "leave out --full-zone"),
        ("leave out average=False", "leave out --no-average"),
        ("lattice must be (3, 3)", "lattice must be (3, 3)"),
        ("k = 5: x=3", "k = 5: x=3"),
    ],
)
def test_messages_of_the_library_name_options_on_the_command_line(message, said):
    options = {"--memory", "--over-memory", "--full-zone", "--average", "--no-average"}
    assert as_options(message, frozenset(options)) == said
