"""Input in the forms people type it."""

import h5py
import numpy as np
import phonokit
import pytest
from phonokit.cli.app import main
from phonokit.settings.band_path import path_lines
from tiny_crystal import EXAMPLE


@pytest.fixture
def ran(tmp_path, monkeypatch, capsys):
    """Run a command on the example; its numbers and what it printed."""
    monkeypatch.chdir(tmp_path)

    def run(command, *options):
        name = f"{len(list(tmp_path.iterdir()))}.hdf5"
        assert main([command, str(EXAMPLE), *options, "--output", name]) == 0
        with h5py.File(name) as file:
            names = []
            file.visit(names.append)
            numbers = {n: file[n][()] for n in names if hasattr(file[n], "dtype")}
        return numbers, capsys.readouterr()

    return run


def same(one, other):
    assert one.keys() == other.keys()
    for name, values in one.items():
        np.testing.assert_array_equal(values, other[name], err_msg=name)


@pytest.mark.parametrize(
    "mesh", ["3x3x3", "3,3,3", "3 3 3", "3×3×3", "(3, 3, 3)", "=3x3x3", "=3,3,3"]
)
def test_a_mesh_is_three_numbers_however_they_are_parted(ran, mesh):
    plain = ran("thermal", "--mesh", "3", "3", "3")[0]
    given = [f"--mesh{mesh}"] if mesh[0] == "=" else ["--mesh", mesh]
    same(ran("thermal", *given)[0], plain)


@pytest.mark.parametrize("name", ["G", "Γ", "GAMMA"])
def test_the_centre_of_the_zone_has_a_name(ran, name):
    same(ran("modes", "--q", name)[0], ran("modes", "--q", "0,0,0")[0])


@pytest.mark.parametrize("names", [("X", "L"), ("0.5,0,0.5", "L"), ("X", "0.5,0.5,0.5")])
def test_several_points_of_the_zone_have_names(ran, names):
    pytest.importorskip("seekpath")
    numbers = "0.5,0,0.5", "0.5,0.5,0.5"
    same(ran("modes", "--q", *names)[0], ran("modes", "--q", *numbers)[0])


def test_units_are_known_by_any_letters(ran):
    assert "cm-1" in ran("modes", "--q", "0,0,0", "--unit", "CM-1")[1].out
    assert "meV" in ran("modes", "--q", "0,0,0", "--unit", "mev")[1].out


@pytest.mark.parametrize(
    ("path", "lines"),
    [
        ("GXWKGL", [["G", "X", "W", "K", "G", "L"]]),
        ("GX|UG", [["G", "X"], ["U", "G"]]),
        ("G-X-W", [["G", "X", "W"]]),
        ("GAMMAX_1S", [["GAMMA", "X_1", "S"]]),
        ("G X U, K G", [["G", "X", "U"], ["K", "G"]]),
        ("A X1M2", [["A", "X1M2"]]),
    ],
)
def test_labels_of_a_path_may_be_run_together(path, lines):
    assert path_lines(path) == lines


def test_three_temperatures_that_look_like_a_range_are_told_of_it(ran):
    numbers, printed = ran("thermal", "--mesh", "2", "2", "2", *["-t", "0", "1000", "100"])
    assert "a range is --temperature 0:1000:100" in printed.err
    assert numbers["temperature"].tolist() == [0, 100, 1000]
    for values in ("100 200 300", "300 200 100", "0 100"):
        printed = ran("thermal", "--mesh", "2", "2", "2", "-t", *values.split())[1]
        assert "range" not in printed.err


def test_a_single_wave_vector_is_warned_of(ran):
    assert "Γ alone" in ran("thermal", "--mesh", "1", "1", "1")[1].err
    assert "Γ alone" not in ran("thermal", "--mesh", "2", "2", "2")[1].err


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--sigma a", "--sigma: expected a number, got 'a'"),
        ("--seed a", "--seed: expected a whole number, got 'a'"),
        ("--mesh 3x3", "--mesh"),
        ("--method RTB", "must be one of rta, lbte"),
    ],
)
def test_wrong_values_are_told_in_plain_words(capsys, option, said):
    assert main(["kappa", str(EXAMPLE), *option.split()]) == 2
    message = capsys.readouterr().err
    assert said in message
    assert "float" not in message
    assert "int " not in message


def test_a_file_of_python_alone_means_its_function_make(tmp_path, monkeypatch, capsys):
    pytest.importorskip("ase")
    from phonokit.io.ase import calculator_of

    monkeypatch.chdir(tmp_path)
    (tmp_path / "potential.py").write_text(
        "from ase.calculators.emt import EMT\ndef make(): return EMT()\n"
    )
    assert type(calculator_of("potential.py", {})).__name__ == "EMT"
    assert type(calculator_of("ase.calculators.emt:EMT", {})).__name__ == "EMT"
    (tmp_path / "phonopy_disp.yaml").write_text("")
    with pytest.raises(ValueError, match="has no nothing, only EMT, make"):
        calculator_of("potential.py:nothing", {})


@pytest.mark.needs_rust
def test_standard_points_may_be_named(tmp_path, capsys):
    pytest.importorskip("seekpath")
    x = "0.5,0,0.5"
    for command, more in (
        ("modes", []),
        ("grueneisen", []),
        ("gamma", ["--mesh", "4", "4", "4"]),
        ("jdos", ["--mesh", "4", "4", "4"]),
        ("spectral", ["--mesh", "4", "4", "4"]),
    ):
        made = []
        for q in ("X", x):
            file = tmp_path / f"{command}-{q}.hdf5"
            words = [command, str(EXAMPLE), "--q", q, *more, "--output", str(file)]
            assert main(words) == 0
            made.append(phonokit.read_result(file))
        np.testing.assert_array_equal(made[0].qpoints, made[1].qpoints)
        np.testing.assert_array_equal(made[0].frequencies, made[1].frequencies)
    capsys.readouterr()
    assert main(["modes", str(EXAMPLE), "--q", "Q", "--output", str(tmp_path / "m")]) == 2
    told = capsys.readouterr().err
    assert "standard points of this crystal are Γ, X, L, W, " in told
    assert main(["modes", "nothing", "--q", "foo"]) == 2
    assert "expected three numbers or fractions" in capsys.readouterr().err


def test_dipoles_are_summed_as_one_says(tmp_path, capsys):
    born = tmp_path / "BORN"
    born.write_text("14.4\n3 0 0 0 3 0 0 0 3\n-3 0 0 0 -3 0 0 0 -3\n")
    silicon, out = str(EXAMPLE), str(tmp_path / "dos.hdf5")
    words = ["dos", silicon, "--mesh", "2", "2", "2", "--output", out]
    assert main([*words, "--dipoles", "wang"]) == 2
    assert "--dipoles: there are no Born charges" in capsys.readouterr().err
    charged = [*words, "--born", str(born)]
    assert main([*charged, "--dipoles", "wang"]) == 0
    assert "  dipoles    Wang" in capsys.readouterr().out
    assert main(charged) == 2
    assert "is there already: dipoles is wang there and not given here" in (
        capsys.readouterr().err
    )
