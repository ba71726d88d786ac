"""The help of the commands, and what is printed for people, programs or nobody."""

import json
import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from phonokit.cli.app import app, known_options, main
from phonokit.cli.command import HELP
from phonokit.cli.commands import COMMANDS, SECTIONS
from phonokit.cli.groups import GROUP_OF, GROUPS, SHORT
from phonokit.cli.help import entries, help_text
from tiny_crystal import EXAMPLE

KAPPA = ["kappa", str(EXAMPLE), "--mesh", "2", "2", "2"]
QUICK = 0.35
"""Seconds of CPU."""


def words(command, out):
    """The lines of help about an option."""
    assert main([command, "--help"]) == 0
    return " ".join(out.readouterr().out.split())


def test_commands_stand_in_the_order_of_work_under_four_headings(capsys):
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert len(SECTIONS) == 4
    places = [out.index(f"\n{heading}\n") for heading in SECTIONS]
    assert places == sorted(places)
    order = [out.index(f"\n  {name} ") for name in COMMANDS]
    assert order == sorted(order)
    assert [*COMMANDS][:3] == ["displace", "forces", "fc"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_has_its_group_and_its_words(command):
    for name in known_options(command):
        known = name in SHORT or name.startswith("--no-") or name in ("--nu", "--nosym")
        assert known or name[2:] in GROUP_OF, name
    groups = entries(command, app[command])
    assert [g for g in groups if g in GROUPS] == [g for g in GROUPS if g in groups]
    for entry in (entry for listed in groups.values() for entry in listed):
        assert len(entry.text) > 5, entry.names
        assert not entry.text.startswith("Of "), entry.names
    text = help_text(command, app[command])
    assert max(map(len, text.splitlines())) <= 100
    assert text.rstrip().endswith(HELP[command].examples[-1].splitlines()[-1].strip())


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("kappa", "[default: that of --mesh-length 35]"),
        ("kappa", "[choices: rta, lbte] [default: rta]"),
        ("kappa", "[default: rust] [env: PHONO_LANG]"),
        ("kappa", "[env: PHONO_BATCH_SIZE]"),
        ("kappa", "unless --mass-variances are given"),
        ("dos", "[default: that of --mesh-length 95]"),
        ("gamma", "[default: that of --mesh-length 32]"),
        ("thermal", "[default: 0:1000:10]"),
        ("spectral", "[default: 401]"),
        ("spectral", "[default: 0,0,0]"),
        ("jdos", "[default: 201]"),
        ("displace", "[default: 0.03, with --second-order 0.01]"),
        ("displace", "[choices: auto, yes, no] [default: auto]"),
        (
            "convert",
            "phonopy, euphonic, kaldo] [default: shengbte]",
        ),
        ("qha", "--energies FILE"),
    ],
)
def test_defaults_and_choices_are_told_as_they_are(capsys, command, expected):
    assert expected in words(command, capsys)


def test_options_of_every_day_come_first(capsys):
    text = words("kappa", capsys)
    order = [
        "-m, --mesh",
        "-t, --temperature",
        "-o, --output",
        "-p, --plot",
        "--degeneracy",
    ]
    places = [text.index(name) for name in order]
    assert places == sorted(places)


def test_letters_stand_for_options(tmp_path, monkeypatch):
    import h5py

    monkeypatch.chdir(tmp_path)
    argv = ["kappa", str(EXAMPLE), "-m", "2", "2", "2", "-t", "100", "200", "-o", "a.h5"]
    assert main(argv) == 0
    with h5py.File("a.h5") as file:
        assert file["temperature"][:].tolist() == [100, 200]
    assert main(["gamma", str(EXAMPLE), "-m=2", "2", "2", "-q", "0,0,0", "-o=b.h5"]) == 0
    assert Path("b.h5").is_file()


def test_quiet_prints_nothing_and_computes(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main([*KAPPA, "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")
    assert Path("kappa-m222.hdf5").is_file()
    assert "quiet" not in Path("kappa-m222.toml").read_text()


def test_json_is_the_tables_on_stdout(tmp_path, monkeypatch, capsys):
    import h5py

    monkeypatch.chdir(tmp_path)
    assert main([*KAPPA, "--temperature", "200", "300", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["files"] == ["kappa-m222.hdf5"]
    (table,) = told["tables"]
    with h5py.File("kappa-m222.hdf5") as file:
        for row, expected in zip(table["rows"], file["kappa"][:], strict=True):
            by_name = dict(zip(table["columns"], row, strict=True))
            assert by_name["xx"] == pytest.approx(expected[0], abs=1e-3)
    assert main(["accumulate", "kappa-m222.hdf5", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["tables"][0]["rows"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_learns_commands_and_options(capsys, shell):
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    for word in (*COMMANDS, "boundary-mfp", "phonon-supercell"):
        assert word in script


def test_the_script_for_bash_completes(tmp_path, capsys):
    assert main(["completion", "bash"]) == 0
    script = tmp_path / "phono.bash"
    script.write_text(capsys.readouterr().out)
    ask = (
        f"source {script}; COMP_WORDS=(phono ka); COMP_CWORD=1; "
        'f=$(complete -p phono | sed -E "s/.*-F ([^ ]+).*/\\1/"); '
        '$f phono ka phono; echo "${COMPREPLY[@]}"'
    )
    done = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["kappa"], done.stderr


def test_the_list_of_commands_is_quick():
    """It costs little more than a bare start of Python, also where that is slow."""

    def seconds(*argv):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *argv], capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    help_argv, bare = ["-m", "phonokit", "--help"], ["-c", "import dataclasses, signal"]
    once = min(seconds(*help_argv) for _ in range(4))
    assert once < max(QUICK, 4 * min(seconds(*bare) for _ in range(4)))


def test_a_reader_of_the_list_may_go_away():
    code = "from phonokit.__main__ import main; import sys; sys.argv = ['phono']; main()"
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as closed:
        done = subprocess.run(
            [sys.executable, "-c", code], stdout=closed, stderr=subprocess.PIPE, check=False
        )
    assert done.stderr == b""


def test_help_is_a_word_too(capsys):
    assert main(["help"]) == 0
    overview = capsys.readouterr().out
    assert main(["--help"]) == 0
    assert capsys.readouterr().out == overview
    assert main(["help", "dos"]) == 0
    text = capsys.readouterr().out
    assert main(["dos", "--help"]) == 0
    assert capsys.readouterr().out == text
    assert main(["help", "doos"]) == 2
    assert "use phono dos" in capsys.readouterr().err


def test_the_readme_has_every_command_with_its_line():
    readme = Path(__file__).parents[2] / "packages" / "phonokit" / "README.md"
    if not readme.exists():
        pytest.skip("not in a checkout")
    rows = re.findall(r"^\| `phono (\w+)` \| (.*) \|$", readme.read_text(), re.M)
    assert dict(rows) == COMMANDS
