"""Output that is not UTF-8: batch systems, redirects on Windows, old locales."""

import io
import sys

import pytest
from charges_of_programs import OUTCAR
from phonokit.cli.app import COMMANDS, main
from phonokit.cli.encoding import ALIKE
from tiny_crystal import EXAMPLE

ENCODINGS = ("ascii", "latin-1", "cp1252", "gbk", "utf-8")
MESH = ["--mesh", "2", "2", "2"]
Q = ["--q", "0.5,0,0"]
SILICON = ["--scattering-length", "Si=4.15"]
WORDS = {
    "kappa": [EXAMPLE, *MESH],
    "converge": [EXAMPLE, "--meshes", "2"],
    "accumulate": ["kappa.hdf5"],
    "displace": [EXAMPLE / "phono3py_params.yaml.xz", "--second-order"],
    "forces": ["phonopy_disp.yaml", "--calculator", "nothing:nobody"],
    "born": ["OUTCAR"],
    "fc": [EXAMPLE, "--output", "constants"],
    "fit": [EXAMPLE, "--every", "9", "--blocks", "2"],
    "convert": [EXAMPLE, "converted"],
    "bands": [EXAMPLE, "--points-per-segment", "3"],
    "dos": [EXAMPLE, *MESH],
    "thermal": [EXAMPLE, *MESH],
    "modes": [EXAMPLE, *Q],
    "symmetry": [EXAMPLE],
    "modulate": [EXAMPLE, *Q, "--band", "1"],
    "gamma": [EXAMPLE, *MESH, *Q],
    "spectral": [EXAMPLE, *MESH, *Q],
    "shifts": [EXAMPLE, *MESH, *Q],
    "jdos": [EXAMPLE, *MESH, *Q],
    "qha": [EXAMPLE, "--energies", "nothing.dat"],
    "grueneisen": [EXAMPLE, *Q],
    "elasticity": [EXAMPLE],
    "infrared": [EXAMPLE],
    "unfold": [EXAMPLE, *Q],
    "neutrons": [EXAMPLE, *MESH, "--momentum", "2,0.2,0", *SILICON],
    "powder": [EXAMPLE, *MESH, "--momentum", "2", "--directions", "9", *SILICON],
    "plot": ["bands.hdf5"],
    "export": ["bands.hdf5"],
    "info": [EXAMPLE],
    "completion": ["bash"],
}
FAILS = ("forces", "qha", "infrared")
START = {"export": "wrote ", "plot": "wrote ", "completion": "phono"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Files that some commands read."""
    pytest.importorskip("ase")
    pytest.importorskip("seekpath")
    folder = tmp_path_factory.mktemp("encodings")
    made = folder / "phonopy_disp.yaml"
    for name in ("kappa", "bands"):
        file = folder / f"{name}.hdf5"
        assert main([str(w) for w in (name, *WORDS[name], "--output", file)]) == 0
    assert main([str(w) for w in ("displace", *WORDS["displace"], "--output", folder)]) == 0
    assert made.is_file()
    return folder


def stream(encoding):
    return io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict")


def text_of(wrapper, encoding):
    wrapper.flush()
    return wrapper.buffer.getvalue().decode(encoding)


def run(words, encoding, monkeypatch):
    """Exit code and what is printed."""
    out, err = stream(encoding), stream(encoding)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        code = main([str(word) for word in words])
        return code, text_of(out, encoding) + text_of(err, encoding)


def test_every_command_is_tried():
    assert set(WORDS) == set(COMMANDS)


@pytest.mark.needs_rust
@pytest.mark.parametrize("command", WORDS)
def test_no_letter_ends_a_command(folder, tmp_path, monkeypatch, command):
    if command == "fit":
        pytest.importorskip("symfc")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "OUTCAR").write_text(OUTCAR)
    read = {"accumulate": "kappa.hdf5", "export": "bands.hdf5", "plot": "bands.hdf5"}
    for name in (read.get(command, "phonopy_disp.yaml"), "phonopy_disp.yaml"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    printed = {}
    some = ENCODINGS if command in ("modes", "displace") else ("ascii",)
    for encoding in some:
        code, printed[encoding] = run([command, *WORDS[command]], encoding, monkeypatch)
        assert code == (2 if command in FAILS else 0), printed[encoding]
        wanted = "error: " if command in FAILS else START.get(command, "phonokit ")
        assert wanted in printed[encoding]
    assert run([command, "--help"], "ascii", monkeypatch)[0] == 0
    assert run([command, "nöthing", "--Å"], "gbk", monkeypatch)[0] == 2
    assert "?" not in printed["ascii"].replace(f"{tmp_path}", "")


def test_names_of_files_in_other_encodings_are_told(tmp_path, monkeypatch):
    for name in ("nichtsÄ", "\udcff"):
        for encoding in ENCODINGS:
            code, text = run(["kappa", tmp_path / name], encoding, monkeypatch)
            assert code == 2
            assert "no such file" in text


def test_what_stands_for_a_letter_is_plain():
    assert "".join(ALIKE.values()).isascii()
