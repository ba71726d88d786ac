"""Trajectories of programs, each of four frames of eight atoms."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import h5py
import numpy as np
import phonokit
from constants_of_programs import write_vaspout
from fuzzing.reader import Reader
from phono_fc import ForceConstants
from phono_grid import Cell
from phonokit.io.formats.poscar import write_poscar
from trajectories_of_programs import (
    cp2k_steps,
    extxyz_steps,
    lammps_steps,
    outcar_steps,
    tdep_rows,
    vasprun_steps,
)


@cache
def rest() -> Cell:
    """Four atoms each of two kinds."""
    h = 0.5
    fcc = np.array([[0, 0, 0], [0, h, h], [h, 0, h], [h, h, 0]])
    return Cell.of(5.6 * np.eye(3), np.r_[fcc, fcc + h], ["Na"] * 4 + ["Cl"] * 4)


@cache
def frames() -> tuple[np.ndarray, np.ndarray]:
    """Positions and forces."""
    rng = np.random.default_rng(5)
    shape = (4, rest().n_atoms, 3)
    moved = rest().positions @ rest().lattice + 0.05 * rng.normal(size=shape)
    return moved, rng.normal(size=shape)


def trajectory(name: str, write: Callable[..., str]) -> Reader:
    """A file of text with all frames."""
    return Reader(
        lambda folder: (folder / name).write_text(write(rest(), *frames())),
        lambda folder: phonokit.read_trajectory(folder / name, rest()),
    )


def steps_of_vaspout(folder: Path) -> None:
    """``vaspout.h5`` with all frames."""
    x, forces = frames()
    cells = phonokit.displace(
        rest(), phonokit.Displace(supercell=(1, 1, 1), second_order=True)
    ).supercell
    zero = np.zeros((2, cells.cell.n_atoms, 3, 3))
    crystal = phonokit.Crystal.from_constants(ForceConstants(zero, cells))
    write_vaspout(crystal, folder / "vaspout.h5", forces[0])
    with h5py.File(folder / "vaspout.h5", "r+") as file:
        group = file["intermediate/ion_dynamics"]
        for key, value in {
            "forces": forces,
            "position_ions": x @ np.linalg.inv(rest().lattice),
            "lattice_vectors": np.repeat(rest().lattice[None], len(x), axis=0),
        }.items():
            del group[key]
            group[key] = value


def two_files_of_cp2k(folder: Path) -> None:
    """Positions, and forces beside them."""
    x, forces = frames()
    (folder / "a-pos-1.xyz").write_text(cp2k_steps(rest(), x))
    (folder / "a-frc-1.xyz").write_text(cp2k_steps(rest(), forces))


def folder_of_tdep(folder: Path) -> None:
    """Positions, forces, and the atoms at rest."""
    x, forces = frames()
    write_poscar(rest(), folder / "infile.ssposcar")
    inside = x @ np.linalg.inv(rest().lattice)
    (folder / "infile.positions").write_text(tdep_rows(inside))
    (folder / "infile.forces").write_text(tdep_rows(forces))


TRAJECTORIES = {
    "md-cp2k": Reader(
        two_files_of_cp2k,
        lambda folder: phonokit.read_trajectory(folder / "a-pos-1.xyz", rest()),
    ),
    "md-tdep": Reader(folder_of_tdep, phonokit.read_trajectory),
    "md.extxyz": trajectory("md.extxyz", extxyz_steps),
    "md.dump": trajectory("md.dump", lammps_steps),
    "md-outcar": trajectory("OUTCAR", outcar_steps),
    "md-vasprun": trajectory("vasprun.xml", vasprun_steps),
    "md-vaspout": Reader(
        steps_of_vaspout,
        lambda folder: phonokit.read_trajectory(folder / "vaspout.h5", rest()),
    ),
}
