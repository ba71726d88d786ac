"""Good files of every kind that is read, and how each is read.

A `Reader` has a folder of small files; one of them at a time is made a little wrong.
"""

import bz2
import gzip
import lzma
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import phonokit
from charged_crystals import charged
from constants_of_programs import (
    anaddb_arrays,
    write_alamode_h5,
    write_castep_bin,
    write_d3q,
    write_netcdf,
    write_q2r_xml,
    write_sparse_d3q,
    write_vasp_hessian,
    write_vaspout,
)
from fuzzing.programs import PROGRAMS
from fuzzing.reader import Read, Reader, forces_on, rocksalt, text
from fuzzing.runs import MESH, go_on, start_run
from fuzzing.trajectories import TRAJECTORIES
from model_crystals import random_cubic, springs, zincblende
from phono_3ph import Strengths, StrengthsOrigin, read_strengths, write_strengths
from phono_4ph import read_force_constants4, read_tdep_fourth_order, write_force_constants4
from phono_fc import (
    ForceConstants,
    LatticeForceConstants,
    SparseForceConstants3,
)
from phono_grid import Cell, Supercell
from phono_grid.calculators import CalculatorUnits
from phonokit import Displace
from phonokit.cli.config import with_config
from phonokit.io.born import read_born
from phonokit.io.energies import read_energies
from phonokit.io.force_store import force_store
from quartic_models import closed_under_exchange, tdep_text
from silicon_nouns import TRIPLETS
from tiny_crystal import Tiny, forces_text


@cache
def crystal() -> phonokit.Crystal:
    """Zincblende on 2 × 2 × 2 cells, its masses those of the elements."""
    model = zincblende()
    cell = model.supercell.primitive
    standard = Cell.of(cell.lattice, cell.positions, cell.symbols)
    cells = Supercell.of(standard, [2, 2, 2], np.eye(3))
    fc2, fc3 = (ForceConstants(c.values, cells) for c in (model.fc2, model.fc3))
    return phonokit.Crystal.from_constants(fc2, fc3)


@cache
def random_supercells() -> phonokit.RandomSupercells:
    """Two supercells of four atoms, all displaced."""
    settings = Displace(supercell=(2, 1, 1), random=2, seed=1, second_order=True)
    return phonokit.displace(rocksalt().unit_cell, settings)


# yaml files and forces


def displaced_crystal(folder: Path) -> None:
    """Displacements, forces and charges in files of their own."""
    (folder / "phono3py_disp.yaml").write_text(Tiny(forces_inside=False).text)
    (folder / "FORCES_FC3").write_text(forces_text())


def with_charges(folder: Path) -> None:
    """A crystal for phonopy, and ``BORN`` beside it."""
    supercells = rocksalt()
    phonokit.write_displacements(supercells, folder / "phonopy_disp.yaml")
    phonokit.write_force_sets(folder / "FORCE_SETS", supercells, forces_on(supercells))
    (folder / "BORN").write_text(BORN)


def with_random(folder: Path) -> None:
    """All atoms displaced, forces and displacements in columns."""
    supercells = random_supercells()
    phonokit.write_displacements(supercells, folder / "phonopy_disp.yaml")
    phonokit.write_snapshots(
        folder / "FORCES_FC2", supercells.displacements, forces_on(supercells)
    )


def with_store(folder: Path) -> None:
    """A file of forces of ``phono forces`` beside displacements."""
    phonokit.write_displacements(rocksalt(), folder / "phonopy_disp.yaml")
    store(folder)


def store(folder: Path) -> None:
    """The file of forces alone."""
    forces = forces_on(rocksalt())
    with force_store(folder / "forces.hdf5", rocksalt(), "springs") as opened:
        for number, its in enumerate(forces):
            opened.put(number, its)


def read_store(folder: Path) -> Any:
    """The forces of a file that a run goes on with."""
    with force_store(folder / "forces.hdf5", rocksalt(), "springs") as opened:
        return opened.forces[opened.done]


def nested(folder: Path) -> None:
    """Random displacements as phonopy wrote them from 2019 to 2024, with forces."""
    supercells = random_supercells()
    path = phonokit.write_displacements(supercells, folder / "phonopy_disp.yaml")
    lines = ["displacements:"]
    for moves, its in zip(supercells.displacements, forces_on(supercells), strict=True):
        lines.append("-")
        for move, force in zip(moves, its, strict=True):
            lines += [f"  - displacement: {move.tolist()}", f"    force: {force.tolist()}"]
    path.write_text(path.read_text().partition("dataset:")[0] + "\n".join(lines) + "\n")


def packed(pack: Callable[[bytes], bytes]) -> Callable[[Path], Any]:
    """A maker of a compressed yaml file."""
    name = "phono3py_params.yaml.xz"
    return lambda folder: (folder / name).write_bytes(pack(Tiny().text.encode()))


BORN = "14.4\n2.43 0 0 0 2.43 0 0 0 2.43\n1.087 0 0 0 1.087 0 0 0 1.087\n" + (
    "-1.087 0 0 0 -1.087 0 0 0 -1.087\n"
)
FORCES = {
    "yaml": Reader(text("phono3py_params.yaml", lambda: Tiny().text), phonokit.read),
    "yaml.xz": Reader(packed(lzma.compress), phonokit.load),
    "yaml.gz": Reader(packed(gzip.compress), phonokit.load),
    "yaml.bz2": Reader(packed(bz2.compress), phonokit.load),
    "disp.yaml": Reader(displaced_crystal, phonokit.load),
    "charges": Reader(with_charges, phonokit.load),
    "random": Reader(with_random, phonokit.load),
    "nested": Reader(nested, phonokit.load),
    "stored": Reader(with_store, phonokit.load),
    "store": Reader(store, read_store),
    "supercells": Reader(
        lambda folder: phonokit.write_displacements(
            rocksalt(), folder / "phonopy_disp.yaml"
        ),
        phonokit.read_supercells,
    ),
    "BORN": Reader(
        text("BORN", BORN),
        lambda f: read_born(f / "BORN", rocksalt().supercell.primitive, CalculatorUnits()),
    ),
}


# Constants


@cache
def small() -> phonokit.Crystal:
    """Constants of so few atoms that their files are short."""
    cells = Supercell.of(crystal().primitive, [1, 1, 1], np.eye(3))
    fc3 = random_cubic(cells, np.random.default_rng(3))
    return phonokit.Crystal.from_constants(
        ForceConstants(springs(cells), cells), ForceConstants(fc3, cells)
    )


def constants(target: str, name: str) -> Reader:
    """Constants in the format of another program."""
    return Reader(
        lambda folder: phonokit.write_constants(small(), folder / name, format=target),
        lambda folder: phonokit.load(folder / name),
    )


LOTOSPLITTING = "2.43 0 0 # dielectric\n0 2.43 0\n0 0 2.43\n" + "".join(
    f"{z} 0 0\n0 {z} 0\n0 0 {z}\n" for z in (1.087, -1.087)
)


def q2r_xml(folder: Path) -> None:
    """The XML file of q2r.x, with charges."""
    with_dipoles = charged(phonokit.Crystal.from_constants(small().fc2))
    text = folder / "text"
    phonokit.write_constants(with_dipoles, text, format="espresso")
    write_q2r_xml(text, folder / "x.xml", old=False, alpha=1.0)
    text.unlink()


def of_order(order: int, name: str) -> Reader:
    """A file of constants alone."""

    def its() -> ForceConstants:
        return crystal().fc2 if order == 2 else crystal().fc3

    return Reader(
        lambda folder: phonokit.write_force_constants(its(), folder / name),
        lambda folder: phonokit.read_force_constants(folder / name, its().supercell),
    )


def fitted(folder: Path) -> None:
    """What ``phono fc`` leaves."""
    with_charges(folder)
    phonokit.fit(phonokit.read(folder)).write(folder)


def sparse() -> SparseForceConstants3:
    """Third order within a cutoff."""
    return SparseForceConstants3.of(crystal().fc3, cutoff=3.0)


@cache
def quartic() -> Any:
    """Random fourth-order constants."""
    rng = np.random.default_rng(11)
    pair = (np.array([0, 0, 1, 1]), np.array([[0, 0, 0], [0, 0, 1], [0, 0, 1]]))
    return closed_under_exchange(crystal().primitive, [pair], rng)


def strengths() -> tuple[Strengths, StrengthsOrigin]:
    """Strengths of some triplets, and what they are of."""
    values = np.ones((len(TRIPLETS.points), 1, 6, 6))
    origin = StrengthsOrigin((2, 0, 0, 0, 2, 0, 0, 0, 2), 0, "a" * 64, "b" * 64)
    return Strengths(TRIPLETS, values, np.arange(1), "b" * 64), origin


CONSTANTS = {
    "shengbte": constants("shengbte", "s"),
    "tdep": constants("tdep", "t"),
    "espresso": constants("espresso", "x.fc"),
    "alamode": constants("alamode", "x.xml"),
    "d3q": Reader(lambda folder: write_d3q(small(), folder), phonokit.load),
    "charges-vaspout": Reader(
        lambda folder: write_vaspout(
            charged(phonokit.Crystal.from_constants(small().fc2)), folder / "vaspout.h5"
        ),
        lambda folder: phonokit.read_charges(folder / "vaspout.h5"),
    ),
    "lotosplitting": Reader(
        text("infile.lotosplitting", LOTOSPLITTING),
        lambda f: read_born(
            f / "infile.lotosplitting",
            rocksalt().supercell.primitive,
            CalculatorUnits(),
        ),
    ),
    "anaddb.nc": Reader(
        lambda f: write_netcdf(
            anaddb_arrays(LatticeForceConstants.of(small().fc2), (1, 1, 1)),
            f / "anaddb.nc",
            version=2,
        ),
        phonokit.load,
    ),
    "sparse-d3q": Reader(lambda folder: write_sparse_d3q(small(), folder), phonokit.load),
    "q2r.xml": Reader(q2r_xml, phonokit.load),
    "hessian": Reader(
        lambda folder: write_vasp_hessian(small(), folder / "vasprun.xml", in_thz=True),
        phonokit.load,
    ),
    "alamode.h5": Reader(
        lambda folder: write_alamode_h5(small(), folder / "x.h5"), phonokit.load
    ),
    "vaspout": Reader(
        lambda folder: write_vaspout(small(), folder / "vaspout.h5"), phonokit.load
    ),
    "euphonic": constants("euphonic", "x.json"),
    "kaldo": constants("kaldo", "gpumd_fc.npz"),
    "phonopy": constants("phonopy", "p"),
    "fc2.hdf5": of_order(2, "fc2.hdf5"),
    "fc3.hdf5": of_order(3, "fc3.hdf5"),
    "FORCE_CONSTANTS": of_order(2, "FORCE_CONSTANTS"),
    "fitted": Reader(fitted, phonokit.load),
    "sparse": Reader(
        lambda f: phonokit.write_sparse_force_constants(sparse(), f / "fc3.hdf5"),
        lambda f: phonokit.read_sparse_force_constants(f / "fc3.hdf5", crystal().supercell),
    ),
    "fourth": Reader(
        lambda f: write_force_constants4(quartic(), f / "FORCE_CONSTANTS_4TH"),
        lambda f: read_force_constants4(f / "FORCE_CONSTANTS_4TH", crystal().primitive),
    ),
    "tdep4": Reader(
        text("infile.forceconstant_fourthorder", lambda: tdep_text(quartic())),
        lambda f: read_tdep_fourth_order(
            f / "infile.forceconstant_fourthorder", crystal().primitive
        ),
    ),
    "strengths": Reader(
        lambda f: write_strengths(f / "s.hdf5", *strengths()),
        lambda f: read_strengths(f / "s.hdf5", strengths()[1]),
    ),
}


# Results and runs

MESHES = phonokit.Convergence(meshes=(MESH,))
Q = [[0.5, 0.0, 0.0]]
LENGTHS = {"scattering_lengths": {"Ga": 7.288, "As": 6.58}, "frequency_points": 11}


def result(make: Callable[[], Any], read: Read = phonokit.read_result) -> Reader:
    """A file of a result."""
    return Reader(
        lambda folder: make().write(folder / "result.hdf5"),
        lambda folder: read(folder / "result.hdf5"),
    )


def at_q(function: Callable[..., Any], **options: Any) -> Callable[[], Any]:
    """A result at one wave vector."""
    return lambda: function(crystal(), q=Q, mesh=MESH, **options)


def scaled(size: float) -> phonokit.Crystal:
    """Another volume, softer the larger it is."""
    fc2 = crystal().fc2
    cell = fc2.supercell.primitive
    larger = Cell(cell.lattice * size, cell.positions, cell.symbols, cell.masses)
    cells = Supercell.of(larger, [2, 2, 2], np.eye(3))
    return phonokit.Crystal.from_constants(ForceConstants(fc2.values * size**-12, cells))


def quasi_harmonic() -> Any:
    """Five volumes."""
    sizes = np.array([0.98, 0.99, 1.0, 1.01, 1.02])
    energies = 160 * (sizes - 1) ** 2
    return phonokit.qha([scaled(s) for s in sizes], energies, MESH, [0.0, 100.0])


RESULTS = {
    "kappa": result(lambda: phonokit.kappa(crystal(), MESH, [300])),
    "modes-of-kappa": result(
        lambda: phonokit.kappa(crystal(), MESH, [300]), phonokit.read_kappa_modes
    ),
    "accumulate": result(
        lambda: phonokit.accumulate(phonokit.kappa(crystal(), MESH, [300]), points=5)
    ),
    "accumulated": result(
        lambda: phonokit.kappa(crystal(), MESH, [300]),
        lambda path: phonokit.accumulate(path, points=5),
    ),
    "plan": result(lambda: phonokit.plan(crystal(), MESH)),
    "linewidths": result(at_q(phonokit.linewidths)),
    "self-energy": result(at_q(phonokit.self_energy, frequency_points=11)),
    "spectral": result(at_q(phonokit.spectral, frequency_points=11)),
    "joint-dos": result(at_q(phonokit.joint_dos, frequency_points=11)),
    "bands": result(lambda: phonokit.bands(crystal(), path="G X", points_per_segment=3)),
    "dos": result(lambda: phonokit.dos(crystal(), MESH, frequency_points=6)),
    "thermal": result(lambda: phonokit.thermal(crystal(), MESH, [0, 300])),
    "displacements": result(lambda: phonokit.displacements(crystal(), MESH)),
    "modes": result(lambda: phonokit.modes(crystal(), q=Q)),
    "qha": result(quasi_harmonic),
    "converge": result(lambda: phonokit.converge(crystal(), MESHES)),
    "elasticity": result(lambda: phonokit.elasticity(crystal())),
    "infrared": result(lambda: phonokit.infrared(charged(crystal()), 5)),
    "unfold": result(lambda: phonokit.unfold(crystal(), q=Q)),
    "neutrons": result(lambda: phonokit.neutrons(crystal(), Q, MESH, **LENGTHS)),
    "powder": result(lambda: phonokit.powder(crystal(), [2.0], MESH, **LENGTHS)),
    "grueneisen": result(lambda: phonokit.grueneisen(crystal(), q=Q)),
    "run": Reader(
        lambda folder: start_run(crystal(), folder), lambda folder: go_on(crystal(), folder)
    ),
    "energies": Reader(
        text("e-v.dat", "# V E\n10.0 -1.0\n11.0 -1.1\n12.0 -1.05\n"),
        lambda folder: read_energies(folder / "e-v.dat", [10.0, 11.0, 12.0]),
    ),
    "settings": Reader(
        text("s.toml", "# phono kappa\n[kappa]\nmesh = [2, 2, 2]\nsigma = 0.1\nv = true\n"),
        lambda folder: with_config(["kappa", "--config", str(folder / "s.toml")], {}),
    ),
}
if find_spec("euphonic"):
    CONSTANTS["castep"] = Reader(
        lambda folder: write_castep_bin(small(), folder / "x.castep_bin"), phonokit.load
    )
READERS = FORCES | CONSTANTS | PROGRAMS | TRAJECTORIES | RESULTS
