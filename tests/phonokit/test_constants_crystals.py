"""A crystal of force constants is the crystal of the forces they come from."""

import lzma
import re
import shutil
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import phonokit
import pytest
from phono_fc import SparseForceConstants3
from phono_grid import Cell
from phonokit import Crystal, DomainError, FileError, Fit, fit, load, read
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
    "cut off": (Fit(cutoff=4.0), {}),
    "sparse": (Fit(cutoff=4.0, sparse=True), {}),
}
"""How constants are solved for, and how they are written."""
DISPLACEMENTS = ("displacement", "phonon_displacements")
CHARGES = ("nac", "born_effective_charge", "dielectric_constant")


def copied(source: Path, folder: Path) -> Path:
    """A data set in a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in source.iterdir():
        if path.is_file():
            shutil.copy(path, folder / path.name)
    return folder


def cells_of(path: Path, folder: Path, *, charges: bool = False) -> Path:
    """A file that holds the cells of a data set, and its charges if wanted."""
    opener = lzma.open if path.suffix == ".xz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        blocks = re.split(r"^(?=[a-z])", file.read(), flags=re.MULTILINE)
    dropped = DISPLACEMENTS if charges else DISPLACEMENTS + CHARGES
    kept = [block for block in blocks if not block.startswith(dropped)]
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "phono3py.yaml"
    target.write_text("".join(kept), encoding="utf-8")
    return target


def same_crystal(one: Crystal, other: Crystal) -> None:
    """The same numbers, bit by bit."""
    np.testing.assert_array_equal(one.fc2.values, other.fc2.values)
    assert one.fc2.supercell == other.fc2.supercell
    assert type(one.fc3) is type(other.fc3)
    if isinstance(one.fc3, SparseForceConstants3):
        np.testing.assert_array_equal(one.fc3.blocks, other.fc3.blocks)
        np.testing.assert_array_equal(one.fc3.atoms, other.fc3.atoms)
    else:
        np.testing.assert_array_equal(one.fc3.values, other.fc3.values)
    assert one.fc3.supercell == other.fc3.supercell
    assert one.polar == other.polar


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
    with pytest.raises(DomainError, match="second-order constants alone; give third-order"):
        _ = Crystal.from_constants(result.fc2).fc3


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
    np.testing.assert_allclose(
        modes(crystal, q=q).frequencies, modes(expected, q=q).frequencies, rtol=1e-12
    )
    other = replace(expected, polar=None)
    assert np.abs(modes(other, q=q).frequencies - modes(crystal, q=q).frequencies).max() > 1
    named = load(source, born=born)
    np.testing.assert_allclose(named.polar.charges.charges, crystal.polar.charges.charges)
    assert named.origin.source == "forces"


@pytest.fixture
def silicon(tmp_path) -> Path:
    """The example with constants in its folder."""
    folder = copied(EXAMPLE, tmp_path / "silicon")
    fit(read(folder)).write(folder)
    return folder


def yaml_of(folder: Path) -> Path:
    """The data set of a folder."""
    (path,) = folder.glob("*.yaml*")
    return path


def test_constants_of_phono_fc_go_before_forces_unless_those_are_named(silicon):
    assert load(silicon).origin.source == "constants of phono fc"
    assert load(yaml_of(silicon)).origin.source == "constants of phono fc"
    assert load(silicon, fit=Fit()).origin.source == "forces"
    files = [file.path.name for file in load(silicon).origin.files]
    assert files[1:] == ["fc2.hdf5", "fc3.hdf5"]
    text = repr(load(silicon))
    assert text.endswith("force constants of order 2 and 3, from constants of phono fc)")


def foreign(path: Path) -> None:
    """Make constants those of another program."""
    with h5py.File(path, "a") as file:
        for name in list(file.attrs):
            del file.attrs[name]


def test_forces_go_before_constants_of_another_program(silicon):
    expected = load(silicon)
    for name in ("fc2.hdf5", "fc3.hdf5"):
        foreign(silicon / name)
    assert load(silicon).origin.source == "forces"
    yaml = cells_of(yaml_of(silicon), silicon)
    yaml_of_forces = [path for path in silicon.glob("*.yaml*") if path != yaml]
    for path in yaml_of_forces:
        path.unlink()
    crystal = load(silicon)
    assert crystal.origin.source == "constants"
    same_crystal(crystal, expected)
    (silicon / "fc3.hdf5").unlink()
    assert load(silicon).order == 2
    (silicon / "fc2.hdf5").rename(silicon / "force_constants.hdf5")
    np.testing.assert_array_equal(load(silicon).fc2.values, expected.fc2.values)
    (silicon / "force_constants.hdf5").unlink()
    with pytest.raises(FileError, match="holds no third-order displacements"):
        load(silicon)


def changed_force(folder: Path) -> None:
    """Another force in the data set."""
    path = yaml_of(folder)
    opener = lzma.open if path.suffix == ".xz" else open
    with opener(path, "rt") as file:
        text = file.read()
    row = re.search(r"forces:\s*\n\s*- \[ +(-?[0-9.]+)", text)
    start, end = row.span(1)
    with opener(path, "wt") as file:
        file.write(f"{text[:start]}0.125{text[end:]}")


def other_fit(folder: Path) -> None:
    """Third-order constants of another run of fc."""
    fit(read(folder), Fit(cutoff=4.0)).write(folder / "other")
    shutil.move(folder / "other" / "fc3.hdf5", folder / "fc3.hdf5")


def other_crystal(folder: Path) -> None:
    """The same supercell of another element."""
    path = yaml_of(folder)
    opener = lzma.open if path.suffix == ".xz" else open
    with opener(path, "rt") as file:
        text = file.read()
    with opener(path, "wt") as file:
        file.write(text.replace("symbol: Si", "symbol: Ge"))


def other_volume(folder: Path) -> None:
    """The same crystal, expanded, without forces."""
    path = yaml_of(folder)
    yaml = cells_of(path, folder)
    path.unlink()
    old = read(EXAMPLE).unit_cell.lattice
    text = yaml.read_text()
    a = f"{old.max():.3f}"
    assert a in text
    yaml.write_text(re.sub(r"^(supercell|primitive_cell):", r"old_\1:", text, flags=re.M))
    text = yaml.read_text()
    block = text.index("unit_cell:")
    number = re.compile(r"\d+\.\d{3,}")
    head, lattice = text[:block], text[block : text.index("points:", block)]
    rest = text[text.index("points:", block) :]
    lattice = number.sub(lambda m: repr(1.01 * float(m[0])), lattice)
    yaml.write_text(head + lattice + rest)


def third_of_another_program(folder: Path) -> None:
    """One file of phono fc, one of another program."""
    foreign(folder / "fc3.hdf5")


def without(name: str):
    """One of the files is missing."""

    def remove(folder: Path) -> None:
        (folder / name).unlink()

    return remove


WRONG = {
    "a force changed": (changed_force, r"fc2\.hdf5: comes from other forces than"),
    "another element": (other_crystal, r"fc2\.hdf5: is of other cells than"),
    "another volume, no forces": (other_volume, r"fc2\.hdf5: is of other cells than"),
    "cut off at other pairs": (
        other_fit,
        r"fc3\.hdf5: was not made together with fc2\.hdf5: finite differences there, "
        "finite differences, cutoff 4 Å here",
    ),
    "two programs": (third_of_another_program, "one of the two is not of phono fc"),
    "no second order": (without("fc2.hdf5"), r"fc3\.hdf5: there is no fc2\.hdf5 beside it"),
    "no third order": (without("fc3.hdf5"), r"fc2\.hdf5: there is no fc3\.hdf5 beside it"),
}


@pytest.mark.parametrize("what", WRONG)
def test_constants_that_do_not_belong_to_the_rest_are_refused(silicon, what):
    change, message = WRONG[what]
    change(silicon)
    with pytest.raises(FileError, match=message) as caught:
        load(silicon)
    assert "run phono fc again, remove the files of constants" in str(caught.value)
    if "no forces" in what or what == "no second order":
        return
    # What is named is taken: second order, in cells of the same size.
    assert load(silicon, fc2=silicon / "fc2.hdf5").origin.source == "constants"


def test_constants_of_another_supercell_are_refused(silicon):
    data = read(silicon)
    small = phonokit.displace(data.unit_cell, phonokit.Displace(supercell=(1, 1, 1)))
    folder = silicon.parent / "small"
    folder.mkdir()
    phonokit.write_displacements(small, folder / "phono3py_disp.yaml")
    for name in ("fc2.hdf5", "fc3.hdf5"):
        shutil.copy(silicon / name, folder / name)
    with pytest.raises(FileError, match=r"fc2\.hdf5: is of other cells than phono3py_disp"):
        load(folder)
    with pytest.raises(FileError, match=r"fc2\.hdf5: .*take the primitive cell that"):
        load(folder, fc2=silicon / "fc2.hdf5", fc3=silicon / "fc3.hdf5")


def test_pairs_beyond_another_cutoff_are_other_forces(tmp_path):
    """Constants of all pairs do not belong to data that lack some of them."""
    data = read(EXAMPLE)
    every = phonokit.displace(data.unit_cell, phonokit.Displace(supercell=(1, 1, 1)))
    rng = np.random.default_rng(2)
    forces = rng.normal(size=(len(every), 8, 3))
    path = tmp_path / "phono3py_params.yaml"
    phonokit.write_displacements(every, path, forces=forces)
    fit(read(path)).write(tmp_path)
    near = phonokit.displace(
        data.unit_cell, phonokit.Displace(supercell=(1, 1, 1), cutoff=3.0)
    )
    assert near.included.sum() < len(every) == len(near)
    phonokit.write_displacements(near, path, forces=forces)
    with pytest.raises(FileError, match="comes from other forces than phono3py_params"):
        load(tmp_path)


def test_arguments_that_exclude_each_other_are_refused(silicon):
    with pytest.raises(DomainError, match="fc3: needs second-order constants beside it"):
        load(silicon, fc3=silicon / "fc3.hdf5")
    with pytest.raises(DomainError, match="fit: says how constants are solved for"):
        load(silicon, fc2=silicon / "fc2.hdf5", fit=Fit())
    path = yaml_of(silicon)
    cells_of(path, silicon)
    path.unlink()
    assert load(silicon).origin.source == "constants of phono fc"
    with pytest.raises(FileError, match=r"fit= is of forces, leave it out to take fc2\.hd"):
        load(silicon, fit=Fit())


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
    settings = Fit(cutoff=3.5, sparse=True) if sparse else Fit()
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


@pytest.mark.filterwarnings("ignore")  # a coarse mesh
@pytest.mark.parametrize("options", ["", "--full", "--cutoff 4", "--cutoff 4 --sparse"])
def test_nothing_that_is_chosen_in_fc_is_lost(silicon, options, capsys):
    words = options.split()
    settings = Fit(
        cutoff=4.0 if "4" in words else None,
        sparse="--sparse" in words,
    )
    assert main(["fc", str(silicon), *words]) == 0
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
