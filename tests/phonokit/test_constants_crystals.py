"""A crystal of force constants is the crystal of the forces they come from."""

import shutil
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import phonokit
import pytest
from data_sets import cells_of, copied, same_crystal
from phono_grid import Cell
from phonokit import Crystal, DomainError, Fit, fit, load, read
from phonokit.calc.bands import bands
from phonokit.calc.displacements import displacements
from phonokit.calc.dos import dos
from phonokit.calc.modes import modes
from phonokit.calc.thermal import thermal
from phonokit.cli.app import main
from phonokit.results.result import Result
from phonokit.settings.projection import Projection
from tiny_crystal import EXAMPLE

FOLDERS = {"Si": "si-pbesol", "NaCl": "nacl-pbe", "AlN": "aln-lda"}
CHOICES = {
    "compact": (Fit(), {}),
    "full": (Fit(), {"full": True}),
    "not symmetrized": (Fit(symmetrize=False), {}),
    "cut off": (Fit(fc3_cutoff=4.0), {}),
    "sparse": (Fit(fc3_cutoff=4.0, sparse=True), {}),
}
"""How constants are solved for, and how they are written."""


def products(crystal: Crystal) -> list[Result]:
    """Results of many calculations."""
    mesh = (2, 2, 2)
    points = {"X": (0.5, 0, 0.5)}
    return [
        modes(crystal, q=[[0, 0, 0], [0.1, 0.2, -0.3], [0.5, 0, 0.5]]),
        bands(crystal, path="G X", points=points, points_per_segment=5),
        dos(crystal, mesh, projection=Projection(by="atom")),
        thermal(crystal, mesh, [0, 300]),
        displacements(crystal, mesh, [300]),
        phonokit.kappa(crystal, mesh, [300]),
    ]


def same_results(one: Crystal, other: Crystal) -> None:
    """All results are the same, bit by bit."""
    for first, second in zip(products(one), products(other), strict=True):
        datasets = second.datasets()
        assert first.datasets().keys() == datasets.keys()
        for name, dataset in first.datasets().items():
            np.testing.assert_array_equal(dataset.value, datasets[name].value, name)


@pytest.mark.needs_rust
@pytest.mark.filterwarnings("ignore")  # coarse meshes, cut constants
@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("name", FOLDERS)
def test_every_result_from_constants_is_that_from_forces(data, tmp_path, name, choice):
    settings, options = CHOICES[choice]
    folder = copied(data / FOLDERS[name], tmp_path / name)
    expected = Crystal.from_forces(read(folder), fit=settings)
    assert (expected.polar is not None) == (name != "Si")
    fit(read(folder), settings).write(folder, **options)
    crystal = load(folder)
    assert crystal.origin.source == "constants of phono fc"
    assert crystal.origin.method == expected.origin.method
    same_crystal(crystal, expected)
    if name == "AlN" and choice == "full":
        return  # the same constants as the compact ones, and 72 atoms
    same_results(crystal, expected)


@pytest.mark.parametrize("choice", CHOICES)
def test_constants_beside_cells_alone_are_those_of_the_forces(tmp_path, choice, data):
    settings, options = CHOICES[choice]
    source = data / FOLDERS["NaCl"]
    (path,) = source.glob("*.yaml.xz")
    expected = Crystal.from_forces(read(source), fit=settings)
    yaml = cells_of(path, tmp_path / "cells", charges=True)
    fit(read(source), settings).write(tmp_path / "elsewhere", **options)
    files = {n: tmp_path / "elsewhere" / f"{n}.hdf5" for n in ("fc2", "fc3")}
    same_crystal(load(yaml, **files), expected)
    same_crystal(load(yaml.parent, **files), expected)
    # Moved beside the cells they need no names.
    for file in files.values():
        shutil.move(file, yaml.parent / file.name)
    same_crystal(load(yaml), expected)
    assert load(yaml).origin.source == "constants of phono fc"


def test_constants_made_in_memory_are_those_of_the_forces():
    forces = Crystal.from_forces(read(EXAMPLE))
    result = fit(read(EXAMPLE))
    same_crystal(Crystal.from_constants(result.fc2, result.fc3), forces)
    assert Crystal.from_constants(result.fc2).order == 2
    with pytest.raises(DomainError, match="alone; third order needs constants"):
        _ = Crystal.from_constants(result.fc2).fc3


def test_constants_in_text_are_those_of_the_forces_but_for_their_digits(tmp_path):
    forces = Crystal.from_forces(read(EXAMPLE))
    fit(read(EXAMPLE)).write(tmp_path, text=True)
    for name in ("fc2.hdf5", "fc3.hdf5"):
        (tmp_path / name).unlink()
    (path,) = EXAMPLE.glob("*.yaml*")
    yaml = cells_of(path, tmp_path)
    for crystal in (load(yaml, fc2=tmp_path / "FORCE_CONSTANTS"), load(tmp_path)):
        assert (crystal.order, crystal.origin.source) == (2, "constants")
        np.testing.assert_allclose(
            crystal.fc2.values, forces.fc2.values, rtol=0, atol=1e-15
        )


def born_text(crystal: Crystal) -> str:
    """``BORN`` of a crystal all of whose atoms are independent."""
    charges = crystal.polar.charges
    rows = [charges.dielectric, *charges.charges]
    lines = [" ".join(repr(float(x)) for x in row.ravel()) for row in rows]
    return "\n".join([repr(float(charges.factor)), *lines]) + "\n"


def test_charges_may_be_named_beside_constants_and_beside_forces(tmp_path, data):
    source = data / FOLDERS["NaCl"]
    (path,) = source.glob("*.yaml.xz")
    yaml, expected = cells_of(path, tmp_path / "cells"), load(source)
    fit(read(source)).write(tmp_path)
    files = {n: tmp_path / f"{n}.hdf5" for n in ("fc2", "fc3")}
    assert load(yaml, **files).polar is None
    born = tmp_path / "charges"
    born.write_text(born_text(expected))
    crystal = load(yaml, **files, born=born)
    np.testing.assert_allclose(
        crystal.polar.charges.charges, expected.polar.charges.charges, rtol=0, atol=1e-14
    )
    assert born in [file.path for file in crystal.origin.files]
    q = [[0.01, 0, 0]]
    # What is rounded are eigenvalues f², each as far as the largest: f itself, of an
    # acoustic mode near Γ, by (7.4 / 0.08)² times as much.
    squares = [modes(c, q=q).frequencies ** 2 for c in (crystal, expected)]
    np.testing.assert_allclose(*squares, rtol=0, atol=1e-14 * squares[1].max())
    other = replace(expected, polar=None)
    assert np.abs(modes(other, q=q).frequencies - modes(crystal, q=q).frequencies).max() > 1
    named = load(source, born=born)
    np.testing.assert_allclose(named.polar.charges.charges, crystal.polar.charges.charges)
    assert named.origin.source == "forces"


def random_crystal(folder: Path, phonon: tuple[int, int, int]) -> Path:
    """Forces at random in two supercells of zincblende."""
    h = 0.5
    fcc = np.array([[0, 0, 0], [0, h, h], [h, 0, h], [h, h, 0]])
    symbols = ["Zn"] * 4 + ["S"] * 4
    cell = Cell.of(5.4 * np.eye(3), np.r_[fcc, fcc + h / 2], symbols)
    settings = phonokit.Displace(supercell=(1, 1, 1), phonon_supercell=phonon)
    supercells = phonokit.displace(cell, settings)
    rng = np.random.default_rng(5)

    def forces_in(part):
        shape = (len(part), part.supercell.cell.n_atoms, 3)
        forces = rng.normal(size=shape)
        for number in range(len(part)):
            for atom, u in part.moves(number):
                forces[number, atom] -= 500 * u
        return forces

    folder.mkdir()
    return phonokit.write_displacements(
        supercells,
        folder / "phono3py_params.yaml",
        forces=forces_in(supercells),
        phonon_forces=forces_in(supercells.phonon),
    )


@pytest.mark.filterwarnings("ignore")  # what is at random is not stable
@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("phonon", [(2, 1, 1), (1, 1, 1)])
def test_separate_supercells_keep_their_constants(tmp_path, phonon, sparse):
    path = random_crystal(tmp_path / "two", phonon)
    settings = Fit(fc3_cutoff=3.5, sparse=True) if sparse else Fit()
    expected = Crystal.from_forces(read(path), fit=settings)
    n = 8 * phonon[0]
    atoms = expected.phonon_supercell.cell.n_atoms, expected.supercell.cell.n_atoms
    assert atoms == (n, 8)
    fit(read(path), settings).write(path.parent)
    crystal = load(path)
    same_crystal(crystal, expected)
    same_results(crystal, expected)
    yaml = cells_of(path, tmp_path / "cells")
    files = {n: path.parent / f"{n}.hdf5" for n in ("fc2", "fc3")}
    same_crystal(load(yaml, **files), expected)


@pytest.fixture
def silicon(tmp_path) -> Path:
    """The example with constants in its folder."""
    folder = copied(EXAMPLE, tmp_path / "silicon")
    fit(read(folder)).write(folder)
    return folder


@pytest.mark.filterwarnings("ignore")  # a coarse mesh
@pytest.mark.parametrize(
    "options",
    ["", "--full", "--no-symmetrize", "--fc3-cutoff 4", "--fc3-cutoff 4 --sparse"],
)
def test_nothing_that_is_chosen_in_fc_is_lost(silicon, options, capsys):
    words = options.split()
    settings = Fit(
        fc3_cutoff=4.0 if "4" in words else None,
        sparse="--sparse" in words,
        symmetrize="--no-symmetrize" not in words,
    )
    assert main(["fc", str(silicon), *words, "--overwrite"]) == 0
    output = silicon / "kappa.hdf5"
    command = f"kappa {silicon} --mesh 3 3 3 --temperature 100,300 --output {output}"
    assert main(command.split()) == 0, capsys.readouterr().err
    out = capsys.readouterr().out
    assert "from constants of phono fc\n" in out
    assert str(silicon / "fc3.hdf5") in out
    crystal = Crystal.from_forces(read(silicon), fit=settings)
    expected = phonokit.kappa(crystal, (3, 3, 3), [100, 300])
    with h5py.File(output) as file:
        np.testing.assert_array_equal(file["kappa"][:], expected.kappa)


COMMANDS = {
    "kappa": "--temperature 300",
    "gamma": "--temperature 300 --q 0.5,0,0.5",
    "spectral": "--temperature 300 --q 0.5,0,0.5",
    "shifts": "--temperature 300 --q 0.5,0,0.5",
    "jdos": "--q 0.5,0,0.5",
    "bands": "--point X=0.5,0,0.5",
    "dos": "",
    "thermal": "",
    "modes": "",
}


@pytest.mark.needs_rust
@pytest.mark.filterwarnings("ignore")  # coarse meshes
@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_constants_in_place_of_forces(
    tmp_path, monkeypatch, name, capsys, data
):
    monkeypatch.chdir(tmp_path)
    source = copied(data / FOLDERS["NaCl"], tmp_path / "forces")
    copied(source, tmp_path / "constants")
    assert main(["fc", "constants"]) == 0
    (path,) = source.glob("*.yaml.xz")
    cells_of(path, tmp_path / "cells", charges=True)
    options = COMMANDS[name].split()
    if name == "bands":
        options += ["--path", "G X"]
    else:
        options += ["--mesh", "4", "4", "4"]
    files = ["--fc2", "constants/fc2.hdf5", "--fc3", "constants/fc3.hdf5"]
    places = {"forces": [], "constants": [], "cells/phono3py.yaml": files}
    written = []
    for place, named in places.items():
        output = f"{place.split('/')[0]}.hdf5"
        command = [name, place, *named, *options, "--output", output]
        assert main(command) == 0, capsys.readouterr().err
        with h5py.File(output) as file:
            names: list[str] = []
            file.visit(names.append)
            datasets = [n for n in names if isinstance(file[n], h5py.Dataset)]
            arrays = {n: file[n][()] for n in datasets}
        written.append(arrays)
    out = capsys.readouterr().out
    assert out.count("from constants of phono fc\n") == 1
    forces, *others = written
    assert forces
    for other in others:
        assert other.keys() == forces.keys()
        for key, value in forces.items():
            np.testing.assert_array_equal(other[key], value, key)
