"""Frames of molecular dynamics: displacements from the atoms at rest, and forces."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_grid import Cell
from phono_grid.errors import DomainError, FileError, ensure_integer, ensure_type
from phono_grid.files import path_of

from phonokit.io.ase import read_atoms, symbols_of
from phonokit.io.files import DATA_SETS, find_first, sha256
from phonokit.io.finished import read_finished
from phonokit.io.frames import frames_of
from phonokit.io.read import read
from phonokit.io.recognize import format_of, plain
from phonokit.io.separate_trajectories import read_separate, rest_of_tdep
from phonokit.io.structures import cell_of
from phonokit.io.vaspout import is_hdf5, read_vaspout_steps
from phonokit.model.provenance import InputFile
from phonokit.model.trajectory import TrajectoryData

Array = NDArray[np.float64]
NAMELESS = ("lammps-dump-text",)
"""Formats whose atoms have numbers of types for names."""
SAME_CELL = 1e-3
"""Relative; a cell that changes more is another one."""


def read_trajectory(
    trajectories: str | Path | Sequence[str | Path],
    rest: str | Path | Cell | None = None,
    *,
    skip: int = 0,
    every: int = 1,
    format: str | None = None,
) -> TrajectoryData:
    """Read frames of molecular dynamics, and displaced supercells, as training data.

    Cells that are turned or choose other vectors of the same lattice, and atoms in another
    order, are turned and sorted back.

    Parameters
    ----------
    trajectories : path, or sequence of them
        Files with positions and forces in the order of time: extxyz, ASE's trajectories,
        ``vasprun.xml``, ``OUTCAR``, ``vaspout.h5``, dumps of LAMMPS, ``PROJECT-pos-1.xyz``
        of CP2K (``PROJECT-frc-1.xyz`` beside it), a folder of TDEP (``infile.positions``,
        ``infile.forces``, ``infile.ssposcar``) and any other output with several images
        that ASE reads; or displaced supercells of phonopy and phono3py, a yaml file or a
        folder.
    rest : path or Cell, optional
        The supercell with its atoms at rest; that of the first path if not given, which
        must be displaced supercells or a folder of TDEP then. A file with forces, an output
        of a calculation, has those subtracted from all frames.
    skip : int
        Frames at the beginning of each trajectory that are left out.
    every : int
        Each so many-th of the other frames is taken.
    format : str, optional
        ASE's name of the format of the trajectories.

    Returns
    -------
    TrajectoryData
        For `phonokit.fit_trajectory`.

    Raises
    ------
    FileError
        If a file cannot be read, has no forces, or is of another supercell.

    Examples
    --------
    >>> import phonokit
    >>> phonokit.read_trajectory("examples/silicon", every=10)
    TrajectoryData(Si, 12 frames)
    """
    skip = ensure_integer("skip", skip, 0)
    every = ensure_integer("every", every, 1)
    several = [trajectories] if isinstance(trajectories, str | Path) else trajectories
    ensure_type("trajectories", several, list, tuple)
    paths = [path_of(path, "trajectories") for path in several]
    if not paths:
        raise DomainError("trajectories: none is given; name one")
    files: list[Path] = []
    forces: Array | None = None
    if isinstance(rest, Cell):
        cell = rest
    elif rest is None and (own := rest_of_tdep(paths[0])) is not None:
        cell = own
    elif rest is None:
        if not _is_data_set(paths[0]):
            raise DomainError(
                f"rest: not given, and {paths[0]} does not tell where atoms are at rest; "
                "give the supercell"
            )
        cell = read(paths[0], nac=False).supercell.cell
    else:
        file = path_of(rest, "rest")
        cell, forces = read_rest(file)
        files.append(file)
    frames = [read_frames(path, cell, format, skip=skip, every=every) for path in paths]
    inputs = [part for frame in frames for part in frame[2]]
    inputs += [InputFile(f, sha256(f)) for f in files]
    return TrajectoryData(
        rest=cell,
        displacements=np.concatenate([frame[0] for frame in frames]),
        forces=np.concatenate([frame[1] for frame in frames]),
        rest_forces=forces,
        files=tuple(inputs),
    )


def read_rest(path: Path, form: str | None = None) -> tuple[Cell, Array | None]:
    """The undisplaced supercell, and the forces in it if the file has some."""
    cell = cell_of(path, form)
    try:
        finished = read_finished(path, form)
    except FileError:
        return cell, None
    if finished.forces is None or len(finished.forces) != cell.n_atoms:
        return cell, None
    return cell, finished.forces


def read_frames(
    path: Path, rest: Cell, form: str | None = None, *, skip: int = 0, every: int = 1
) -> tuple[Array, Array, tuple[InputFile, ...]]:
    """Displacements and forces, (n, n_s, 3), of chosen frames, and the files read.

    Parameters
    ----------
    path : Path
        An output or a trajectory with forces; a yaml file or a folder with displacements.
    rest : Cell
        The undisplaced supercell, in whose frame and order of atoms the frames come back.
    form : str, optional
        ASE's name of the format.
    skip : int
        Frames at the beginning that are left out.
    every : int
        Of the others, each so many-th counts.

    Raises
    ------
    FileError
        If a frame has no forces, another cell, or other atoms.
    """
    if _is_data_set(path):
        whole = read(path, nac=False)
        data, files = whole.as_snapshots(), whole.files
        assert data.snapshots is not None  # as_snapshots makes them
        cell = data.supercell.cell
        x = cell.positions @ cell.lattice + data.snapshots.displacements
        lattices = np.repeat(cell.lattice[None], len(x), axis=0)
        names: list[str] | None = list(cell.symbols)
        positions, forces = x[skip::every], data.snapshots.forces[skip::every]
        lattices = lattices[skip::every]
    else:
        steps = read_separate(path, rest) if form is None else None
        if steps is None:
            names, positions, forces, lattices = _images(path, form, skip, every)
            files = (InputFile(path, sha256(path)),)
        else:
            names = steps.symbols
            positions, forces = steps.positions[skip::every], steps.forces[skip::every]
            lattices = np.repeat(steps.lattice[None], len(positions), axis=0)
            files = tuple(InputFile(file, sha256(file)) for file in steps.files)
        for what, array in (("positions", positions), ("lattice vectors", lattices)):
            bad = ~np.isfinite(array).all(axis=(1, 2))
            if bad.any():
                number = skip + every * int(bad.argmax()) + 1
                raise FileError(f"{path}: frame {number}: {what} that are not finite")
    if not len(positions):
        raise FileError(f"{path}: has no frame after the first {skip}; skip fewer")
    if positions.shape[1] != rest.n_atoms:
        raise FileError(
            f"{path}: is of {positions.shape[1]} atoms, the undisplaced supercell has "
            f"{rest.n_atoms}"
        )
    u, f = _at_rest(path, rest, names, positions, forces, lattices)
    return u, f, files


def _is_data_set(path: Path) -> bool:
    """Whether a path is of displaced supercells of phonopy or phono3py."""
    if path.is_dir():
        return find_first(path, DATA_SETS) is not None
    return path.name.split(".")[-1] in ("yaml", "yml")


def _images(
    path: Path, form: str | None, skip: int, every: int
) -> tuple[list[str] | None, Array, Array, Array]:
    """Names, positions, forces and lattices of the chosen images."""
    if path.is_file() and is_hdf5(path):
        symbols, x, forces, lattices = read_vaspout_steps(path)
        return symbols, x[skip::every], forces[skip::every], lattices[skip::every]
    if not path.is_file():
        raise FileError(f"{path}: no such file; name a trajectory")
    form = form or format_of(path)
    with plain(path) as file:
        images = read_atoms(file, form, path, index=slice(skip, None, every))
    images = images if isinstance(images, list) else [images]
    acting = [_forces(path, skip + every * i, image) for i, image in enumerate(images)]
    sizes = {len(image) for image in images}
    if len(sizes) > 1:
        raise FileError(
            f"{path}: frames have {sorted(sizes)} atoms; they must have as many"
        )
    names = symbols_of(images[0], path) if images and form not in NAMELESS else None
    for i, image in enumerate(images):
        if (image.numbers != images[0].numbers).any():
            raise FileError(
                f"{path}: frame {skip + every * i + 1}: its atoms are in another order "
                "than in the first; sort them alike"
            )
    if not images:
        return names, np.empty((0, 0, 3)), np.empty((0, 0, 3)), np.empty((0, 3, 3))
    positions = np.array([image.get_positions() for image in images])
    lattices = np.array([image.cell[:] for image in images])
    return names, positions, np.array(acting), lattices


def _forces(path: Path, number: int, image: Any) -> Array:
    """The forces of an image, which must be there."""
    try:
        forces = np.asarray(image.get_forces(apply_constraint=False), dtype=np.float64)
    except Exception:  # ASE's calculators raise what they like
        raise FileError(
            f"{path}: frame {number + 1} has no forces; name the output that has them "
            "(vasprun.xml in place of XDATCAR), or write them into the trajectory"
        ) from None
    if forces.shape != (len(image), 3) or not np.isfinite(forces).all():
        raise FileError(
            f"{path}: frame {number + 1}: expected three finite forces on each of "
            f"{len(image)} atoms"
        )
    return forces


def _at_rest(
    path: Path,
    rest: Cell,
    names: list[str] | None,
    positions: Array,
    forces: Array,
    lattices: Array,
) -> tuple[Array, Array]:
    """Displacements and forces in the frame and in the order of the atoms at rest."""
    size = np.linalg.norm(lattices[0])
    other = np.abs(lattices - lattices[0]).max(axis=(1, 2)) > SAME_CELL * size
    if other.any():
        raise FileError(
            f"{path}: frame {int(other.argmax()) + 1}: its cell is another one; take a run "
            "at constant volume"
        )
    known = abs(np.linalg.det(lattices[0])) > 1e-6
    turns = list(frames_of(rest.lattice, lattices[0] if known else None))
    for turn in turns:
        order = _order(rest, names, positions[0] @ turn)
        if order is not None:
            u = _moved(rest, positions[:, order] @ turn)
            far = np.linalg.norm(u, axis=2).max(axis=1)
            if far.max() > _nearest(rest):
                raise FileError(
                    f"{path}: frame {int(far.argmax()) + 1} of those that are taken: an "
                    f"atom is {far.max():.2f} Å from its place at rest, farther than its "
                    "neighbours; atoms are in another order, or the crystal is none"
                )
            return u, forces[:, order] @ turn
    what = "its atoms are not near" if turns else "its cell is not that of"
    raise FileError(f"{path}: frame 1: {what} the undisplaced supercell; give that one")


def _order(rest: Cell, names: list[str] | None, x: Array) -> NDArray[np.intp] | None:
    """The atom of a frame that each atom at rest is; None if they do not match."""
    near = _nearest(rest) / 2
    if np.linalg.norm(_moved(rest, x[None])[0], axis=1).max() < near:
        order = np.arange(rest.n_atoms)
    else:
        inverse = np.linalg.inv(rest.lattice)
        apart = (x @ inverse)[None] - rest.positions[:, None]
        apart = np.linalg.norm((apart - np.rint(apart)) @ rest.lattice, axis=2)
        order = apart.argmin(axis=1)
        if len(set(order.tolist())) < len(x) or apart.min(axis=1).max() >= near:
            return None
    if names is not None:
        expected = [symbol.rstrip("0123456789") for symbol in rest.symbols]
        if [names[i].rstrip("0123456789") for i in order] != expected:
            return None
    return order


def _moved(rest: Cell, x: Array) -> Array:
    """Displacements without the motion of the whole."""
    fractional = x @ np.linalg.inv(rest.lattice) - rest.positions
    # The mean of points on a circle: atoms may be on either side of the cell.
    mean = np.angle(np.exp(2j * np.pi * fractional).mean(axis=1)) / (2 * np.pi)
    fractional = fractional - mean[:, None]
    u = (fractional - np.rint(fractional)) @ rest.lattice
    return np.asarray(u - u.mean(axis=1, keepdims=True))


def _nearest(cell: Cell) -> float:
    """The distance of nearest neighbours, Å."""
    x = cell.positions
    apart = x[:, None] - x
    lengths = np.linalg.norm((apart - np.rint(apart)) @ cell.lattice, axis=2)
    shortest = np.linalg.norm(cell.lattice, axis=1).min()
    return float(min(lengths[lengths > 1e-6].min(initial=shortest), shortest))
