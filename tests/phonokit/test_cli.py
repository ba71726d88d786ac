"""The command ``phono``: what it prints, writes, refuses and how it ends."""

import os
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import phonokit
import pytest
from phonokit.cli.app import main
from tiny_crystal import EXAMPLE, FORCES, Tiny, forces_text

COMMAND = [
    sys.executable,
    "-c",
    "import sys; from phonokit.cli.app import main; sys.exit(main())",
]


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty current directory."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def refused(here, capsys):
    """Run something that must be refused; the message."""

    def run(*argv: str) -> str:
        assert main([str(a) for a in argv]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith("phono: error: ")
        assert err.endswith("\n")
        assert err.count("\n") == 1
        assert list(here.iterdir()) == []
        return err

    return run


def test_kappa_prints_and_writes_what_python_computes(here, capsys):
    argv = ["kappa", str(EXAMPLE), "--mesh", "3", "3", "3"]
    argv += ["--temperature", "200", "--temperature", "300"]
    assert main(argv) == 0
    out, err = capsys.readouterr()
    expected = phonokit.kappa(phonokit.load(EXAMPLE), (3, 3, 3), [200, 300]).kappa
    with h5py.File(here / "kappa-m333.hdf5") as file:
        np.testing.assert_array_equal(file["kappa"][:], expected)
        assert file.attrs["command"] == "phono " + " ".join(argv)
    assert f"{expected[1, 0]:.3f}" in out
    assert "xx" in out
    assert f"phonokit {phonokit.__version__}: " in out
    assert "kernels" in out
    assert "Si, Fd-3m, 2 atoms" in out
    assert "64 atoms, 1 + 110 displacements" in out
    assert "3 × 3 × 3, 27 wave vectors, 4 irreducible" in out
    assert "wrote kappa-m333.hdf5" in out
    assert "-0.000" not in out
    assert "linewidths 4/4" in err
    assert "left" in err


def test_output_plot_and_verbose(here, capsys):
    pytest.importorskip("matplotlib")
    argv = ["kappa", str(EXAMPLE), "--mesh", "2", "2", "2", "--output", "a.h5", "-v"]
    assert main([*argv, "--plot", "a.png"]) == 0
    assert sorted(p.name for p in here.iterdir()) == ["a.h5", "a.png", "a.toml"]
    assert "third-order constants: " in capsys.readouterr().err


@pytest.mark.parametrize(("lang", "says"), [("rust", "Rust kernels"), ("Python", "NumPy")])
def test_lang_chooses_the_kernels(here, capsys, lang, says):
    assert main(["kappa", str(EXAMPLE), "--mesh", "1", "1", "1", "--lang", lang]) == 0
    out, _ = capsys.readouterr()
    assert says in out or os.environ.get("PHONO_NO_RUST")
    with h5py.File(here / "kappa-m111.hdf5") as file:
        assert file.attrs["lang"] == lang.capitalize()


def test_averaging_over_degenerate_bands_can_be_left_out(here):
    argv = ["kappa", str(EXAMPLE), "--mesh", "3", "3", "3"]
    assert main([*argv, "--output", "a.h5"]) == 0
    assert main([*argv, "--output", "b.h5", "--no-degenerate-averaging"]) == 0
    with h5py.File("a.h5") as a, h5py.File("b.h5") as b:
        ratio = b["kappa"][0, 0] / a["kappa"][0, 0]
    assert 1e-6 < abs(ratio - 1) < 0.2


def test_both_methods_leave_their_results_in_one_folder(here):
    argv = ["kappa", str(EXAMPLE), "--mesh", "3", "3", "3"]
    for method in ("rta", "lbte"):
        assert main([*argv, "--method", method]) == 0
    names = sorted(p.name for p in here.glob("*.hdf5"))
    assert names == ["kappa-lbte-m333.hdf5", "kappa-m333.hdf5"]


@pytest.mark.parametrize(
    "option", ["--solver direct", "--memory 1GB", "--over-memory disk"]
)
def test_what_only_the_full_equation_has_is_not_ignored(option, refused):
    name, value = option.split()
    message = refused("kappa", str(EXAMPLE), name, value)
    assert f"{name}: belongs to the full Boltzmann equation; add --method lbte" in message


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--temperature 0 300", "κ is 0 at 0 K, where no phonon has a heat capacity"),
        ("--cutoff-frequency 100", "all phonons are at or below --cutoff-frequency 100"),
        ("--temperature 300", ""),
    ],
)
def test_a_conductivity_of_zero_has_its_reason_beside_it(here, capsys, options, said):
    argv = ["kappa", str(EXAMPLE), "--mesh", "2", "2", "2", *options.split()]
    assert main(argv) == 0
    out = capsys.readouterr().out
    assert said in out
    assert ("κ is 0" in out) == bool(said)


def test_one_wave_vector_is_one(here, capsys):
    assert main(["dos", str(EXAMPLE), "--mesh", "1", "1", "1"]) == 0
    assert "1 × 1 × 1, 1 wave vector, 1 irreducible" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--mesh-length 0", "--mesh-length must be positive"),
        ("--mesh-matrix 0 0 0 0 1 0 0 0 1", "--mesh-matrix: mesh must not be singular"),
        ("--mesh-matrix 2 0 0 0 1 0 0 0 1", "--mesh-matrix: mesh 2 1 1 does not have"),
        ("--mesh 2 1 1", "mesh 2 1 1 does not have"),
    ],
)
def test_a_wrong_mesh_is_named_by_the_option_that_gave_it(refused, options, said):
    assert said in refused("kappa", str(EXAMPLE), *options.split())


def test_the_full_equation_is_written_with_what_scatters(here, capsys):
    argv = ["kappa", str(EXAMPLE), "--mesh", "3", "3", "3", "--method", "lbte"]
    argv += ["--isotopes", "--boundary-mfp", "10", "--sigma", "0.2"]
    assert main(argv) == 0
    with h5py.File(here / "kappa-lbte-m333-s0.2-isotopes-b10000nm.hdf5") as file:
        assert file["kappa_RTA"].shape == file["kappa"].shape == (1, 6)
        assert file["mode_kappa_RTA"].shape == file["mode_kappa"].shape
        assert file["gamma_isotope"].shape == file["frequency"].shape
        assert (file["boundary_mfp"][()], file["sigma"][()]) == (10, 0.2)
        assert file["kappa"][0, 0] != file["kappa_RTA"][0, 0]
        settings = file.attrs["settings"]
    assert "linearised Boltzmann equation (cg)" in settings
    assert "isotopes" in settings


def test_a_collision_operator_above_the_cap_is_refused_before_it_is_made(here, capsys):
    argv = ["kappa", str(EXAMPLE), "--mesh", "5", "5", "5", "--method", "lbte"]
    assert main([*argv, "--memory", "1e-6"]) == 2
    message = capsys.readouterr().err
    assert "above the cap of 1e-06 GB; raise --memory" in message
    assert list(here.iterdir()) == []


def test_version_and_help(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"phonokit {phonokit.__version__}\n"
    assert main(["kappa", "--help"]) == 0
    out = capsys.readouterr().out
    assert "--mesh" in out
    assert "phono kappa examples/silicon" in out


PARAMETERS = EXAMPLE / "phono3py_params.yaml.xz"
REFUSALS = [
    (["kappa", "nowhere"], "nowhere: no such file or folder"),
    (["kappa", EXAMPLE, "--mesh", "0", "11", "11"], "mesh must be three positive integers"),
    (["kappa", EXAMPLE, "--mesh", "-1", "1", "1"], "mesh must be three positive integers"),
    (["kappa", EXAMPLE, "--mesh", "1", "2"], "--mesh: expected 3"),
    (["kappa", EXAMPLE, "--mesh", "a", "2", "2"], "--mesh"),
    (
        ["kappa", EXAMPLE, "--mesh", "2", "2", "2", "--mesh-length", "9"],
        "--mesh and --mesh-length: give one of them",
    ),
    (["kappa", EXAMPLE, "--mesh-length", "nan"], "--mesh-length must be positive, got nan"),
    (["kappa", EXAMPLE, "--mesh-matrix", *["1"] * 9], "mesh must not be singular"),
    (["kappa", EXAMPLE, "--temperature", "-5"], "temperature must be 0 K or above"),
    (["kappa", EXAMPLE, "--mesh", *"3334"], "has all its values before .4."),
    (
        ["kappa", EXAMPLE, "--temperatur", "5"],
        "Unknown option: --temperatur.*--temperature",
    ),
    (["kappa", EXAMPLE, "--lang", "c"], "lang must be 'Rust' or 'Python', got 'c'"),
    (
        ["kappa", EXAMPLE, "--method", "exact"],
        "--method must be one of rta, lbte, got 'exact'",
    ),
    (["kappa", EXAMPLE, "--solver", "lu"], "--solver must be one of cg, direct"),
    (["kappa", EXAMPLE, "--sigma", "0"], "sigma must be positive, got 0"),
    (["kappa", EXAMPLE, "--boundary-mfp", "-1"], "--boundary-mfp must be positive, got -1"),
    (["kappa", EXAMPLE, "--output", "no/k.h5"], "no/k.h5: cannot be written"),
    (["kappa", EXAMPLE, "--output", PARAMETERS], "is an input file; name another"),
    (["kappa", EXAMPLE, "--plot", "k.doc"], r"must end with one of \.png"),
    (["kappa", EXAMPLE.parent], "holds no phono3py_params"),
    (["kappa", EXAMPLE / "make.py"], "make.py: not "),
    (["kappa"], "PATH is missing"),
    (["kapa", "x"], 'Unknown command "kapa"'),
]


@pytest.mark.parametrize(("argv", "message"), REFUSALS)
def test_bad_arguments_are_one_line_and_exit_2_and_nothing_is_written(
    refused, argv, message
):
    import re

    assert re.search(message, refused(*argv))


@pytest.mark.parametrize(
    ("yaml", "forces", "message"),
    [
        (
            Tiny(forces_inside=False).text,
            forces_text(FORCES[:3]),
            "expected 8 lines of forces",
        ),
        (
            Tiny(forces_inside=False).text,
            forces_text().replace("# a comment", "x", 1),
            r"FORCES_FC3: line 4 \(supercell 1\): expected three numbers",
        ),
        ("a: 1\n", "", "not a crystal with displacements; expected the keys unit_cell"),
        ("- 1\n", "", "not a crystal; expected a phono3py yaml file"),
        ("a: [1\n", "", "not valid yaml"),
        (
            Tiny().text.split("displacement_pairs")[0],
            "",
            "holds no displacement_pairs, which FORCES_FC3 needs",
        ),
        (
            Tiny().text + "\nnac:\n  born_effective_charge: []\n",
            "",
            r"nac\.born_effective_charge: expected numbers \(n × 3 × 3\)",
        ),
    ],
)
def test_bad_files_are_one_line_and_exit_2_and_nothing_is_written(
    refused, tmp_path, yaml, forces, message
):
    import re

    (tmp_path / "phono3py_disp.yaml").write_text(yaml)
    (tmp_path / "FORCES_FC3").write_text(forces)
    assert re.search(message, refused("kappa", tmp_path))


def test_an_unwritable_folder_is_found_out_before_the_work(here, refused, monkeypatch):
    def never(*_args, **_options):
        raise AssertionError("the data were read")

    monkeypatch.setattr("phonokit.cli.crystal_options.load", never)
    assert "cannot be written" in refused("kappa", EXAMPLE, "--output", "no/k.h5")


def test_ctrl_c_is_a_short_message_and_exit_130(here, capsys, monkeypatch):
    def interrupt(*_args, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("phonokit.calc.scatterer.linewidths", interrupt)
    assert main(["kappa", str(EXAMPLE), "--mesh", "2", "2", "2"]) == 130
    assert capsys.readouterr().err == "phono: interrupted; nothing was written\n"
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    ("module", "error"),
    [
        ("cyclopts", "KeyboardInterrupt"),
        ("numpy", "KeyboardInterrupt"),
        # Of extensions made with pybind11.
        ("spglib", "ImportError('initialization failed') from KeyboardInterrupt()"),
    ],
)
def test_ctrl_c_is_heeded_while_modules_are_imported(tmp_path, module, error):
    code = (
        "import sys\n"
        "class Interrupt:\n"
        "    def find_spec(self, name, *_):\n"
        f"        if name == {module!r}: raise {error}\n"
        "sys.meta_path.insert(0, Interrupt())\n"
        "from phonokit.__main__ import main; sys.exit(main())"
    )
    command = [sys.executable, "-c", code, "kappa", str(EXAMPLE)]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 130
    assert done.stderr == b"phono: interrupted; nothing was written\n"


def test_the_package_is_a_command_too(tmp_path):
    command = [sys.executable, "-m", "phonokit", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == f"phonokit {phonokit.__version__}\n"


def test_a_mistake_of_ours_is_not_dressed_up(here, monkeypatch):
    def broken(*_args, **_options):
        raise ZeroDivisionError

    monkeypatch.setattr("phonokit.calc.scatterer.linewidths", broken)
    with pytest.raises(ZeroDivisionError):
        main(["kappa", str(EXAMPLE), "--mesh", "2", "2", "2"])


def test_imaginary_modes_are_one_line_on_stderr(here, capsys, monkeypatch):
    import warnings

    from phonokit import ImaginaryModesWarning

    def warn(*_args, **_options):
        warnings.warn("imaginary frequencies", ImaginaryModesWarning, stacklevel=2)

    monkeypatch.setattr("phonokit.calc.carriers.warn_of_imaginary_modes", warn)
    assert main(["kappa", str(EXAMPLE), "--mesh", "2", "2", "2"]) == 0
    assert "phono: warning: imaginary frequencies\n" in capsys.readouterr().err


def phono(*argv: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess:
    """Run the command for real."""
    return subprocess.run(
        [*COMMAND, *map(str, argv)],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_phono_lang_that_means_nothing_is_refused(tmp_path):
    done = phono("kappa", EXAMPLE, cwd=tmp_path, PHONO_LANG="cobol")
    assert done.returncode == 2
    assert done.stderr == "phono: error: lang must be 'Rust' or 'Python', got 'cobol'\n"
    assert list(tmp_path.iterdir()) == []


def test_every_dispatch_can_be_traced(tmp_path):
    done = phono("kappa", EXAMPLE, "--mesh", 1, 1, 1, cwd=tmp_path, PHONO_TRACE_LANG="1")
    assert done.returncode == 0
    assert "[phono.lang] dispatch name=phono_3ph.linewidths lang=" in done.stderr


def test_help_needs_neither_numpy_nor_the_kernels(tmp_path):
    code = (
        "import sys; from phonokit.cli.app import main; main(['--help']); "
        "sys.exit(bool({'numpy', 'phono_grid', 'h5py', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0


def test_a_run_without_pictures_imports_no_more_than_it_needs(tmp_path):
    code = (
        "import sys; from phonokit.cli.app import main\n"
        f"main(['kappa', {str(EXAMPLE)!r}, '--mesh', '1', '1', '1'])\n"
        "unneeded = {'matplotlib', 'scipy', 'mpi4py', 'numpy.ma', 'phono_4ph._rust',\n"
        "            'phonokit.io.formats.found', 'rich._emoji_codes'}\n"
        "sys.exit(bool(unneeded & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == 0


def test_a_reader_that_goes_away_is_not_a_crash(tmp_path):
    running = subprocess.Popen(
        [*COMMAND, "kappa", str(EXAMPLE), "--mesh", "2", "2", "2"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    running.stdout.close()
    err = running.stderr.read()
    running.stderr.close()
    assert running.wait() in (1, 141)
    assert "Traceback" not in err
