"""Command lines of phonopy, phono3py and others are answered by what to write here."""

import re

import pytest
from phonokit.cli.app import known_options, main
from phonokit.cli.commands import COMMANDS
from phonokit.cli.foreign import COMMANDS_OF_OTHERS, OPTIONS

LINES = {
    "convert DATA OTHER --format tdep": "--to",
    "fc DATA --method symfc": "--least-squares",
    "bands DATA --color Si": "--character",
    "modulate DATA --q 0,0,0 --mode 3": "--band",
    "bands DATA --points 101": "--points-per-segment",
    "kappa DATA --dim 2 2 2": "--supercell",
    "displace POSCAR --dim 3 3 1": "write --supercell 3 3 1 for",
    "displace POSCAR --dim 1 1 0 -1 1 0 0 0 1": "--supercell-matrix 1 1 0 -1 1 0 0 0 1 for",
    "displace POSCAR --rd 7": "--random 7 for",
    "bands DATA --mp 9 9 5": "write --mesh 9 9 5 ",
    "kappa DATA --ts 350": "write --temperature 350 ",
    "kappa DATA --nac-method wang": "--dipoles gonze or --dipoles wang",
    "displace POSCAR -d --dim 2 2 2": "--supercell",
    "displace POSCAR --dim 2 2 2": "--supercell",
    "displace -c POSCAR": "phono displace POSCAR",
    "displace POSCAR --dim-fc2 4 4 4": "--phonon-supercell",
    "displace POSCAR --amplitude 0.03": "--distance",
    "displace POSCAR --rd 20": "--random",
    "displace POSCAR --random-displacements 20": "--random",
    "displace POSCAR --random-seed 1": "--seed",
    "displace POSCAR --pm": "--plus-minus yes",
    "displace POSCAR --nodiag": "--axes-only",
    "displace POSCAR --pa auto": "--primitive",
    "displace POSCAR --primitive-axes F": "--primitive",
    "displace POSCAR --magmom 1 -1": "--magnetic-moments",
    "displace POSCAR --cutoff-pair 5": "--pair-cutoff",
    "displace POSCAR --qe": "--format",
    "forces -f vasprun.xml": "phono forces",
    "fc DATA --cf3 vasprun.xml": "phono forces",
    "forces FOLDER --fz vasprun.xml": "--residual-file",
    "fc DATA --fc-symmetry": "--no-symmetrize",
    "kappa DATA --sym-fc": "--no-symmetrize",
    "fc DATA --symfc": "--least-squares",
    "fc DATA --fc-calc symfc": "--least-squares",
    "kappa DATA --cutoff-fc3 5": "--fc3-cutoff",
    "fc DATA --writefc": "phono fc",
    "bands DATA --readfc": "leave|without it",
    "kappa DATA --nac": "--born",
    "kappa DATA --nonac": "--no-nac",
    "kappa DATA --tmax 500": "--temperature",
    "thermal DATA --tmin 0 --tmax 500 --tstep 10": "--temperature",
    "thermal DATA --tstep 10": "--temperature",
    "kappa DATA --ts 300 600": "--temperature",
    "bands DATA --ts 300": "--temperature .*an option of phono .*thermal",
    "kappa DATA --br": "--method rta",
    "kappa DATA --lbte": "--method lbte",
    "kappa DATA --const-ave-pp 5e-10": "--constant-strength, in eV²",
    "kappa DATA --write-pp": "--strengths FOLDER",
    "kappa DATA --read-pp": "--strengths FOLDER",
    "kappa DATA --isotope": "--isotopes",
    "kappa DATA --mv 1e-4 1e-4": "--mass-variances",
    "kappa DATA --bmfp 10": "--boundary-mfp",
    "kappa DATA --transport-type WTE": "--wigner",
    "kappa DATA --thm": "leave it out",
    "kappa DATA --gp 0 1": "--q",
    "kappa DATA --ga 0 0 0": "--q",
    "kappa DATA --nomeshsym": "--full-zone",
    "kappa DATA --grg": "--mesh-matrix",
    "kappa DATA --mp 11 11 11": "--mesh",
    "kappa DATA --cutoff-freq 0.1": "--cutoff-frequency",
    "kappa DATA --write-gamma": "leave it out",
    "kappa DATA --read-gamma": "leave it out",
    "kappa DATA --pinv-solver 1": "--solver direct",
    "kappa DATA --num-freq-points 100": "--frequency-points",
    "kappa DATA --ise": "phono gamma",
    "kappa DATA --jdos": "phono jdos",
    "kappa DATA --spf": "phono spectral",
    "kappa DATA --scalebroad 0.1": "--smearing-scale",
    "bands DATA --band auto": "--path",
    "bands DATA --band-points 101": "--points-per-segment",
    "bands DATA --band-connection": "--connect",
    "bands DATA --factor 521": "--unit",
    "dos DATA --pdos auto": "--by atom",
    "dos DATA --xyz-projection": "--axes",
    "modes DATA --qpoints 0 0 0": "--q",
    "modes DATA --q-direction 1 0 0": "--direction",
    "displace POSCAR --rd-temperature 300": "--temperature",
    "bands DATA --anime 4 0 0 0": "--frames",
    "modes DATA --eigenvectors": "phono modes",
    "thermal DATA --tdm": "--displacements",
    "thermal DATA --pretend-real": "",
    "bands DATA -s": "--plot",
    "bands DATA --loglevel 2": "--verbose",
    "bands DATA -q": "--quiet",
    "kappa DATA --wigne": "--wigner",
    "kappa DATA --temperatur 5": "--temperature",
    "bands DATA --wigner": "phono kappa",
    "kappa DATA --xyzzy": "",
    "band DATA": "phono bands",
    "kapa DATA": "phono kappa",
    "phono3py DATA": "phono kappa",
    "phono3py-kaccum DATA": "phono accumulate",
}
NAMED = re.compile(r"--[a-z][a-z0-9-]*")
OURS = {name for command in COMMANDS for name in known_options(command)} | {"--help"}


@pytest.mark.parametrize("line", LINES)
def test_the_right_option_is_named(line, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(line.split()) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert re.search(LINES[line], err), err
    assert list(tmp_path.iterdir()) == []
    # What is named is what there is, in the command it is said to be in.
    foreign = line.split()
    command = foreign[0]
    for name in set(NAMED.findall(err)) - set(foreign):
        assert name in OURS, err
        told = {word for word in re.findall(r"[a-z]+", err) if word in COMMANDS}
        homes = [c for c in told | {command} & {*COMMANDS} if name in known_options(c)]
        assert homes or name == "--help", err
    if not LINES[line]:
        assert err.startswith(f"phono: error: Unknown option: {foreign[2]} (phono "), err


def test_there_are_sixty_of_them():
    assert len(LINES) >= 60


@pytest.mark.parametrize("name", OPTIONS)
def test_an_answer_names_options_and_commands_that_there_are(name):
    hint = OPTIONS[name]
    assert set(NAMED.findall(hint)) <= OURS
    for command in re.findall(r"phono ([a-z0-9]+)", hint):
        assert command in COMMANDS
    after = re.search(r"(--[a-z0-9-]+)[^-]* for phono ([a-z0-9]+)", hint)
    if after:
        assert after[1] in known_options(after[2]), hint
        assert name not in known_options(after[2])


def test_commands_that_people_try_lead_to_ours():
    assert set(COMMANDS_OF_OTHERS.values()) <= set(COMMANDS)
    assert not set(COMMANDS_OF_OTHERS) & set(COMMANDS)


def test_data_without_a_command_are_told_of_one(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nacl").mkdir()
    assert main(["nacl"]) == 2
    assert "phono kappa nacl" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("--dim 2 2 2 -c POSCAR", "--supercell 2 2 2 for phono displace"),
        ("-d --dim 2 2 2", "phono displace POSCAR --supercell"),
        ("--mesh=11,11,11 nacl", r"kappa PATH \(phono --help"),
        ("--verison", "did you mean --version"),
    ],
)
def test_options_without_a_command_are_told_of_one(line, answer, capsys):
    assert main(line.split()) == 2
    err = capsys.readouterr().err
    assert "a command comes first" in err
    assert re.search(answer, err)
