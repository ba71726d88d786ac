"""From a structure to its displaced supercells, and with a calculator to a crystal."""

import numpy as np
import phonokit
import pytest
from phono_grid import Cell
from phono_grid.errors import DomainError, FileError
from phonokit import Crystal, Displace, Fit, displace, from_calculator

COPPER = Cell.of(5.6 * np.eye(3) / 2, [[0, 0, 0]], ["Cu"])
WRONG = {
    "supercell=(2, 2)": ({"supercell": (2, 2)}, "supercell: expected shape"),
    "supercell=(2, 2, 1.5)": ({"supercell": (2, 2, 1.5)}, "supercell must hold whole"),
    "distance=-1": ({"distance": -1}, "distance must be positive"),
    "cutoff=0": ({"pair_cutoff": 0}, "cutoff must be positive"),
    "second_order=2": ({"second_order": 2}, "second_order must be True or False"),
    "plus_minus": (
        {"plus_minus": "both"},
        "plus_minus: expected auto, yes, no, got 'both'",
    ),
    "random=0": ({"random": 0}, "random must be positive"),
    "seed": ({"seed": 3}, "seed: is of random displacements; give random="),
    "gaussian": ({"gaussian": True}, "gaussian: is of random displacements"),
    "cutoff of none": (
        {"pair_cutoff": 3.0, "second_order": True},
        "pair_cutoff: neither",
    ),
    "cutoff of all": (
        {"pair_cutoff": 3.0, "random": 3},
        "pair_cutoff: neither",
    ),
    "two of second": (
        {"phonon_supercell": (2, 2, 2), "second_order": True},
        "phonon_supercell: is for second order beside third order; .* as supercell=",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_settings_that_mean_nothing_are_refused(what):
    fields, message = WRONG[what]
    with pytest.raises(phonokit.PhonoError, match=message):
        Displace(**fields)


def test_a_matrix_of_three_numbers_is_its_diagonal():
    one = displace(COPPER, Displace(supercell=(2, 1, 2), second_order=True))
    matrix = ((2, 0, 0), (0, 1, 0), (0, 0, 2))
    other = displace(COPPER, Displace(supercell=matrix, second_order=True))
    assert one == other
    assert Displace(supercell=np.diag([2, 1, 2])) == Displace(supercell=matrix)


def test_a_structure_is_a_file_a_cell_or_atoms(tmp_path):
    build = pytest.importorskip("ase.build")
    atoms = build.bulk("Cu", cubic=True)
    atoms.write(tmp_path / "POSCAR", format="vasp")
    settings = Displace(supercell=(2, 1, 1), second_order=True)
    from_atoms = displace(atoms, settings)
    assert from_atoms == displace(Cell.from_ase(atoms), settings)
    for path in (tmp_path / "POSCAR", str(tmp_path / "POSCAR")):
        assert displace(path, settings).supercell.cell.n_atoms == 8
    with pytest.raises(DomainError, match="structure must be a path, a Cell or ase"):
        displace(3, settings)
    with pytest.raises(FileError, match="none: no such file"):
        displace(tmp_path / "none", settings)
    atoms.pbc = (True, True, False)
    with pytest.raises(DomainError, match="periodic along all three axes"):
        displace(atoms, settings)


def test_the_same_seed_gives_the_same_displacements():
    settings = Displace(supercell=(2, 2, 2), random=3, seed=7)
    one, other = displace(COPPER, settings), displace(COPPER, settings)
    assert one == other
    assert one != displace(COPPER, Displace(supercell=(2, 2, 2), random=3, seed=8))
    lengths = np.linalg.norm(one.displacements, axis=2)
    np.testing.assert_allclose(lengths, 0.03, rtol=1e-12)


class Counted:
    """A calculator of springs that are not straight, and how often it was asked."""

    def __init__(self, fail_after: int | None = None) -> None:
        self.calls, self.fail_after = 0, fail_after

    def get_forces(self, atoms):
        if self.calls == self.fail_after:
            raise RuntimeError("the queue is full")
        self.calls += 1
        x = atoms.get_positions()
        d = x[:, None] - x[None]
        d -= np.rint(d @ np.linalg.inv(atoms.cell)) @ np.array(atoms.cell)
        r = np.linalg.norm(d, axis=2) + np.eye(len(x))
        pull = np.where(r < 3.0, (1 / r) ** 8, 0) - np.eye(len(x))
        return 500 * (pull[..., None] * d).sum(axis=1)


SETTINGS = {
    "pairs": Displace(supercell=(2, 2, 1)),
    "two supercells": Displace(supercell=(2, 2, 1), phonon_supercell=(2, 2, 2)),
    "second order": Displace(supercell=(2, 2, 2), second_order=True),
    "near pairs": Displace(supercell=(2, 2, 1), pair_cutoff=3.0),
}


@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("what", SETTINGS)
def test_one_call_makes_the_crystal_of_the_files_of_all_steps(tmp_path, what, residual):
    pytest.importorskip("ase")
    settings = SETTINGS[what]
    crystal = from_calculator(
        COPPER, Counted(), settings, fit=Fit(symmetrize=False), residual=residual
    )
    supercells = displace(COPPER, settings)
    forces = phonokit.compute_forces(
        supercells, Counted(), tmp_path / "forces.hdf5", residual=residual
    )
    own = None
    if supercells.phonon is not None:
        own = phonokit.compute_forces(
            supercells.phonon, Counted(), tmp_path / "own.hdf5", residual=residual
        )
    name = "phono3py_params.yaml" if supercells.order == 3 else "phonopy_params.yaml"
    path = phonokit.write_displacements(
        supercells, tmp_path / name, forces=forces, phonon_forces=own
    )
    expected = Crystal.from_forces(phonokit.read(path), fit=Fit(symmetrize=False))
    assert crystal.order == expected.order == supercells.order
    assert crystal.phonon_supercell.n_cells == (
        8 if "second" in what or own is not None else 4
    )
    np.testing.assert_allclose(crystal.fc2.values, expected.fc2.values, rtol=0, atol=1e-10)
    if crystal.order == 3:
        np.testing.assert_allclose(
            crystal.fc3.values, expected.fc3.values, rtol=0, atol=1e-7
        )


def test_a_crystal_from_a_calculator_goes_on_where_it_was(tmp_path):
    pytest.importorskip("ase")
    settings, broken = SETTINGS["two supercells"], Counted(fail_after=5)
    with pytest.raises(DomainError, match=r"calculator failed \(RuntimeError: the queue"):
        from_calculator(COPPER, broken, settings, folder=tmp_path / "kept")
    supercells = displace(COPPER, settings)
    total = len(supercells) + len(supercells.phonon)
    again = Counted()
    crystal = from_calculator(COPPER, again, settings, folder=tmp_path / "kept")
    assert again.calls == total - 5
    never = Counted(fail_after=0)
    assert from_calculator(COPPER, never, settings, folder=tmp_path / "kept") == crystal
    assert {p.name for p in (tmp_path / "kept").iterdir()} == {
        *("forces.hdf5", "forces_fc2.hdf5")
    }
    with pytest.raises(FileError, match="holds forces of other displaced supercells"):
        from_calculator(COPPER, never, SETTINGS["second order"], folder=tmp_path / "kept")
