"""Which constants are taken, and which do not belong to what lies beside them."""

import lzma
import re
import shutil
from pathlib import Path

import h5py
import numpy as np
import phonokit
import pytest
from data_sets import cells_of, copied, same_crystal, yaml_of
from phonokit import DomainError, FileError, Fit, fit, load, read
from tiny_crystal import EXAMPLE


@pytest.fixture
def silicon(tmp_path) -> Path:
    """The example with constants in its folder."""
    folder = copied(EXAMPLE, tmp_path / "silicon")
    fit(read(folder)).write(folder)
    return folder


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
    fit(read(folder), Fit(fc3_cutoff=4.0)).write(folder / "other")
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
    if what == "another element":
        # They cannot be of this crystal, whoever names them.
        with pytest.raises(FileError, match=r"fc2\.hdf5: is of a supercell Si64, not of"):
            load(silicon, fc2=silicon / "fc2.hdf5")
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
    with pytest.raises(FileError, match=r"fc2\.hdf5: is of a supercell Si64, not of"):
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
        data.unit_cell, phonokit.Displace(supercell=(1, 1, 1), pair_cutoff=3.0)
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
