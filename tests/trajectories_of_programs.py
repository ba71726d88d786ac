"""Molecular dynamics in the layout of each program: frames after one another."""

import numpy as np
from numpy.typing import NDArray
from outputs_of_programs import outcar, rows, vasprun
from phono_grid import Cell

Array = NDArray[np.float64]


def outcar_steps(cell: Cell, positions: Array, forces: Array) -> str:
    """VASP's ``OUTCAR``: the header once, an iteration of each step."""
    texts = [
        outcar(cell.symbols, cell.lattice, x, f)
        for x, f in zip(positions, forces, strict=True)
    ]
    begin = "-" * 39 + " Iteration"
    head, *_ = texts[0].partition(begin)
    steps = [text.partition(begin)[2] for text in texts]
    numbered = [
        step.replace("1(   1)", f"{number}(   1)", 1)
        for number, step in enumerate(steps, 1)
    ]
    return head + "".join(begin + step for step in numbered)


def vasprun_steps(cell: Cell, positions: Array, forces: Array) -> str:
    """VASP's ``vasprun.xml``: one ``calculation`` of each step."""
    texts = [
        vasprun(cell.symbols, cell.lattice, x, f)
        for x, f in zip(positions, forces, strict=True)
    ]
    begin, end = " <calculation>", " </calculation>\n"
    steps = [begin + t.partition(begin)[2].partition(end)[0] + end for t in texts]
    head, tail = texts[0].partition(begin)[0], texts[-1].partition(end)[2]
    return head + "".join(steps) + tail


def extxyz_steps(cell: Cell, positions: Array, forces: Array) -> str:
    """Extended xyz, as GPUMD, LAMMPS's users and machine-learned potentials write it."""
    lattice = " ".join(f"{x:.10f}" for x in cell.lattice.ravel())
    head = f'Lattice="{lattice}" Properties=species:S:1:pos:R:3:forces:R:3 pbc="T T T"'
    text = ""
    for x, f in zip(positions, forces, strict=True):
        lines = [
            f"{symbol} {row}"
            for symbol, row in zip(cell.symbols, rows(np.hstack([x, f])), strict=True)
        ]
        text += "\n".join([str(cell.n_atoms), head, *lines]) + "\n"
    return text


def lammps_frame(lattice: Array) -> tuple[Array, Array]:
    """The frame of LAMMPS: the first vector along x, the second in the plane of x and y.

    Returns
    -------
    (3, 3) array
        The lattice there, in rows.
    (3, 3) array
        The rotation: vectors of ours, in rows, times it are there.
    """
    q, r = np.linalg.qr(lattice.T)
    signs = np.sign(np.diag(r))
    return (r * signs[:, None]).T, q * signs


def lammps_steps(
    cell: Cell,
    positions: Array,
    forces: Array,
    *,
    columns: str = "x y z",
    style: str = "",
    general: bool = False,
) -> str:
    """A dump of LAMMPS of a triclinic box, atoms of each frame in an order of its own.

    Parameters
    ----------
    cell : Cell
    positions, forces : (n, n_s, 3) arrays
        In the frame of the cell.
    columns : str
        Of positions: ``x y z``, ``xs ys zs``, ``xu yu zu``, ``xsu ysu zsu``.
    style : str
        Units, told by ``dump_modify units yes``: metal or real; not told if empty.
    general : bool
        A general triclinic box (since 2024), which is not turned.
    """
    lattice, turn = (cell.lattice, np.eye(3)) if general else lammps_frame(cell.lattice)
    origin = np.array([0.5, -0.25, 1.0])
    kinds = list(dict.fromkeys(cell.symbols))
    unit = 23.060547830619 if style == "real" else 1.0
    rng, text = np.random.default_rng(1), ""
    for number, (x, f) in enumerate(zip(positions, forces, strict=True)):
        told = f"ITEM: UNITS\n{style}\n" if style and not number else ""
        fractional = x @ turn @ np.linalg.inv(lattice)
        if "u" not in columns:
            fractional -= np.floor(fractional)
        there = fractional if "s" in columns else fractional @ lattice + origin
        lines = [
            f"{i + 1} {kinds.index(cell.symbols[i]) + 1} "
            + " ".join(f"{v:.12g}" for v in (*there[i], *(f[i] @ turn * unit)))
            for i in rng.permutation(cell.n_atoms)
        ]
        text += (
            f"{told}ITEM: TIMESTEP\n{100 * number}\nITEM: NUMBER OF ATOMS\n{cell.n_atoms}\n"
            f"{_box(lattice, origin, general=general)}"
            f"ITEM: ATOMS id type {columns} fx fy fz\n" + "\n".join(lines) + "\n"
        )
    return text


def _box(lattice: Array, origin: Array, *, general: bool) -> str:
    """The lines of the box: its bounds, which hold its tilt too."""
    if general:
        lines = rows(np.column_stack([lattice, origin]), "%.14g")
        return "ITEM: BOX BOUNDS abc origin pp pp pp\n" + "\n".join(lines) + "\n"
    xy, xz, yz = lattice[1, 0], lattice[2, 0], lattice[2, 1]
    low = origin + np.array([min(0, xy, xz, xy + xz), min(0, yz), 0])
    high = np.array([max(0, xy, xz, xy + xz), max(0, yz), 0.0])
    high += origin + np.diag(lattice)
    lines = rows(np.column_stack([low, high, [xy, xz, yz]]), "%.14g")
    return "ITEM: BOX BOUNDS xy xz yz pp pp pp\n" + "\n".join(lines) + "\n"


def cp2k_steps(cell: Cell, values: Array, unit: float = 1.0) -> str:
    """A file of CP2K: positions in Å, or forces in Hartree/bohr."""
    text = ""
    for i, step in enumerate(values):
        lines = [
            f"{symbol:>4}{''.join(f'{x / unit:20.10f}' for x in row)}"
            for symbol, row in zip(cell.symbols, step, strict=True)
        ]
        head = f" i = {i:8d}, time = {0.5 * i:12.3f}, E = {-31.0:20.10f}"
        text += "\n".join([f"{cell.n_atoms:8d}", head, *lines]) + "\n"
    return text


def tdep_rows(values: Array) -> str:
    """A file of TDEP: a row of each atom of each step."""
    return "".join(
        " ".join(f"{x:.12f}" for x in row) + "\n" for row in values.reshape(-1, 3)
    )
