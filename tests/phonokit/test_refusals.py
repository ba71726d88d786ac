"""Wrong command lines: what the parser refuses is told as everything else is."""

import re
import shlex

import pytest
from phonokit.cli.app import known_options, main
from tiny_crystal import EXAMPLE

LINES = {
    "kappa": "PATH is missing; write phono kappa PATH [OPTIONS]",
    "kappa --mesh 3 3 3": "PATH is missing",
    "kappa DATA extra": "unexpected 'extra'; write phono kappa PATH [OPTIONS]",
    "displace": "STRUCTURE is missing; write phono displace STRUCTURE [OPTIONS]",
    "convert DATA": "--output: name the file or folder to write",
    "completion": "SHELL is missing",
    "completion tcsh": "SHELL must be one of bash, zsh, fish, got 'tcsh'",
    "plot": "name a result to draw, as in phono plot kappa-m111111.hdf5",
    "kappa DATA --mesh": "--mesh: expected 3 whole numbers, got nothing",
    "kappa DATA --mesh 3 3": "--mesh: expected 3 whole numbers, got 2",
    "kappa DATA --mesh 11": "got 1; write --mesh 11 11 11",
    "kappa DATA --mesh=11": "got 1; write --mesh 11 11 11",
    "kappa DATA -m 11": "got 1; write --mesh 11 11 11",
    "kappa DATA --mesh 3 3 a": "--mesh: expected whole numbers, got 'a'",
    "kappa DATA --mesh 3 3 3 3": "--mesh: has all its values before '3'; leave that out",
    "kappa DATA --mesh 3 3 3 --mesh 4 4 4": "--mesh: is given more than once",
    "kappa DATA --mesh '--mesh 3 3 3'": "is one word; write --mesh 3 3 3 without",
    "kappa DATA '-t 300'": "'-t 300' is one word; write -t 300 without the quotes",
    "kappa DATA --mesh-matrix 1 2 3": "--mesh-matrix: expected 9 whole numbers, got 3",
    "kappa DATA --mesh-length a": "--mesh-length: expected a number, got 'a'",
    "kappa DATA --temperature": "--temperature: expected a number, got nothing",
    "kappa DATA -t": "--temperature: expected a number, got nothing",
    "kappa DATA --temperature abc": "--temperature: expected numbers as in 300, 100,200",
    "thermal DATA -t 5 K": "--temperature: has all its values before 'K'",
    "accumulate k.hdf5 -t a": "--temperature: expected a number, got 'a'",
    "kappa DATA --method": "--method: expected one of rta, lbte, got nothing",
    "kappa DATA --method exact": "--method must be one of rta, lbte, got 'exact'",
    "kappa DATA --solver lu": "--solver must be one of cg, direct, got 'lu'",
    "dos DATA --by mode": "--by must be one of",
    "plot a.hdf5 --size big": "--size must be one of column, page, got 'big'",
    "accumulate k.hdf5 --quantity speed": "--quantity must be one of kappa, heat-capacity",
    "kappa DATA --sigma": "--sigma: expected a number, got nothing",
    "kappa DATA --sigma a": "--sigma: expected a number, got 'a'",
    "gamma DATA --sigma 0.1 0.2": "--sigma: is given more than once; give it once",
    "kappa DATA --sigma-cutoff 3 --sigma-cutoff 4": "--sigma-cutoff: is given more than",
    "kappa DATA --isotopes=maybe": "--isotopes: takes no value, got 'maybe'",
    "kappa DATA --isotopes yes": "--isotopes: takes no value, got 'yes'",
    "dos DATA --axes x": "--axes: takes no value, got 'x'",
    "kappa DATA --seed 1.5": "--seed: expected a whole number, got '1.5'",
    "kappa DATA --batch-size a": "--batch-size: expected a whole number, got 'a'",
    "kappa DATA --error 2%": "--error: belongs to sampling; add --sample",
    "converge DATA --mesh 3 3 3": "Unknown option: --mesh; write --meshes",
    "kappa DATA --four-phonon --seed 3": "--seed: belongs to sampling; add --sample",
    "kappa DATA --boundary-mfp": "--boundary-mfp: expected a number, got nothing",
    "kappa DATA --boundary-mfp 5parsec": "--boundary-mfp: expected a number, got '5parsec'",
    "kappa DATA --fc3-cutoff far": "--fc3-cutoff: expected a number, got 'far'",
    "kappa DATA --output": "--output: expected a file, got nothing",
    "kappa DATA --born": "--born: expected a file, got nothing",
    "grueneisen DATA --smaller": "--smaller: expected a file, got nothing",
    "bands DATA --path": "--path: expected a value, got nothing",
    "displace POSCAR --supercell 2 2": "--supercell: expected 3 whole numbers, got 2",
    "displace POSCAR --plus-minus both": "--plus-minus must be one of auto, yes, no, got",
    "displace POSCAR --random many": "--random: expected a whole number, got 'many'",
    "qha DATA --volumes a": "--volumes: expected numbers",
}
FOREIGN = re.compile(
    r"positional|requires|argument|parameter|Invalid|Choose|convert|token|float|\bint\b",
    re.IGNORECASE,
)
"""Words of parsers, and of Python."""


@pytest.mark.parametrize("line", LINES)
def test_what_is_wrong_is_named_with_what_to_write(line, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    command, *words = shlex.split(line)
    words = [str(EXAMPLE) if word == "DATA" else word for word in words]
    assert main([command, *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("phono: error: ")
    assert err.count("\n") == 1
    assert LINES[line] in err, err
    told = err.partition(" (phono ")[0].replace("phono convert", "")
    assert not FOREIGN.search(told), err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["accumulate", "displace"])
def test_every_option_says_what_it_expects(command, capsys):
    """An option at the end of a line has no value; the message says which it takes."""
    for name, count in known_options(command).items():
        if count == 0 or name in ("--help", "-h", "--config"):
            continue
        assert main([command, name]) == 2
        err = capsys.readouterr().err
        assert err.startswith("phono: error: "), (name, err)
        assert err.count("\n") == 1
        if "is missing" not in err:
            assert re.search(rf"{name}: expected .*, got nothing", err), (name, err)
        assert not FOREIGN.search(err.partition(" (phono ")[0].replace("phono convert", ""))
