"""Force constants of ShengBTE: ``FORCE_CONSTANTS_2ND`` and ``FORCE_CONSTANTS_3RD``.

Both belong to the primitive cell of ``CONTROL``, and the second-order file to a supercell
that multiplies its axes, atoms in phonopy's order.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_fc import ForceConstants
from phono_grid import ShortestVectors, Supercell
from phono_grid.errors import DomainError, FileError, ensure_not_negative, ensure_type
from phono_grid.files import path_of, replacing

from phonokit.io.constants_files import read_force_constants
from phonokit.io.lines import read_lines
from phonokit.results.force_constants import write_force_constants

SECOND, THIRD = "FORCE_CONSTANTS_2ND", "FORCE_CONSTANTS_3RD"
LATTICE = 1e-3
"""Part of a lattice vector; files have Cartesian lattice vectors with few decimals."""
LINES = 4 + 27


def write_shengbte(
    fc2: ForceConstants, fc3: ForceConstants, folder: str | Path, *, threshold: float = 0.0
) -> tuple[Path, Path]:
    r"""Write second- and third-order constants for ShengBTE.

    Equidistant images of an atom share its constants: block :math:`(k, s, t)` is written
    for every pair of shortest vectors, divided by the number of pairs.

    Parameters
    ----------
    fc2, fc3 : ForceConstants
        Of supercells that are whole multiples of the axes of one primitive cell; for
        another supercell take the cell it multiplies as primitive (`phono_fc.expand`, then
        `phono_fc.compact`).
    folder : str or Path
    threshold : float
        eV/Å³; blocks without a larger element are left out.

    Returns
    -------
    Path, Path
        ``FORCE_CONSTANTS_2ND``, ``FORCE_CONSTANTS_3RD``.

    Raises
    ------
    DomainError
        If ShengBTE cannot read constants of this supercell.

    Examples
    --------
    >>> import numpy as np
    >>> import phonokit
    >>> from phono_fc import ForceConstants
    >>> from phono_grid import Cell, Supercell
    >>> cell = Supercell.of(Cell.of(4 * np.eye(3), [[0, 0, 0]], ["Cu"]), (2, 2, 2))
    >>> fc2 = ForceConstants(np.zeros((1, 8, 3, 3)), cell)
    >>> fc3 = ForceConstants(np.ones((1, 8, 8, 3, 3, 3)), cell)
    >>> second, third = phonokit.write_shengbte(fc2, fc3, ".")
    >>> print(second, third)
    FORCE_CONSTANTS_2ND FORCE_CONSTANTS_3RD
    """
    ensure_type("fc2", fc2, ForceConstants)
    ensure_type("fc3", fc3, ForceConstants)
    ensure_not_negative("threshold", threshold, "eV/Å³")
    if (fc2.order, fc3.order) != (2, 3):
        raise DomainError(
            f"fc2, fc3: expected orders 2 and 3, got {fc2.order} and {fc3.order}"
        )
    _check_multiple(fc2.supercell)
    second, third = (path_of(folder, "folder") / name for name in (SECOND, THIRD))
    write_force_constants(fc2, second, full=True)
    blocks = list(_images(fc3, threshold))
    with replacing(third) as beside, beside.open("w", encoding="utf-8") as file:
        file.write(f"{len(blocks)}\n")
        for number, (atoms, vectors, block) in enumerate(blocks, start=1):
            file.write(f"\n{number}\n")
            file.writelines(f"{x:20.12e} {y:20.12e} {z:20.12e}\n" for x, y, z in vectors)
            file.write("{:6d} {:6d} {:6d}\n".format(*(a + 1 for a in atoms)))
            file.writelines(
                f"{a + 1:2d} {b + 1:2d} {c + 1:2d} {value:22.14e}\n"
                for (a, b, c), value in np.ndenumerate(block)
            )
    return second, third


def read_shengbte(
    folder: str | Path, supercell2: Supercell, supercell3: Supercell | None = None
) -> tuple[ForceConstants, ForceConstants]:
    """Read second- and third-order constants of ShengBTE.

    Parameters
    ----------
    folder : str or Path
        Holds ``FORCE_CONSTANTS_2ND`` and ``FORCE_CONSTANTS_3RD``.
    supercell2 : Supercell
        That of second order; its primitive cell is that of ``CONTROL``.
    supercell3 : Supercell, optional
        To hold the third order, of the same primitive cell; ``supercell2`` if not given.
        Blocks a supercell vector apart are added up.

    Examples
    --------
    >>> import numpy as np
    >>> import phonokit
    >>> from phono_fc import ForceConstants
    >>> from phono_grid import Cell, Supercell
    >>> cell = Supercell.of(Cell.of(4 * np.eye(3), [[0, 0, 0]], ["Cu"]), (2, 2, 2))
    >>> fc2 = ForceConstants(np.zeros((1, 8, 3, 3)), cell)
    >>> fc3 = ForceConstants(np.ones((1, 8, 8, 3, 3, 3)), cell)
    >>> files = phonokit.write_shengbte(fc2, fc3, ".")
    >>> phonokit.Crystal.from_constants(*phonokit.read_shengbte(".", cell))
    Crystal(Cu, 8 atoms, force constants of order 2 and 3, from constants)
    """
    second, third = (path_of(folder, "folder") / name for name in (SECOND, THIRD))
    ensure_type("supercell2", supercell2, Supercell)
    supercell3 = supercell2 if supercell3 is None else supercell3
    ensure_type("supercell3", supercell3, Supercell)
    fc2 = read_force_constants(second, supercell2)
    if fc2.order != 2:
        raise FileError(f"{second}: holds no second-order constants")
    return fc2, _read_third(third, supercell3)


Image = tuple[tuple[int, int, int], NDArray[np.float64], NDArray[np.float64]]


def _images(fc3: ForceConstants, threshold: float) -> Iterator[Image]:
    """Primitive atoms, two lattice vectors (Å) and a block, for every pair of images."""
    cells = fc3.supercell
    shortest = ShortestVectors.of(cells)
    x, lattice = cells.primitive.positions, cells.primitive.lattice
    s2p = cells.supercell_to_primitive
    largest = np.abs(fc3.values).max(axis=(3, 4, 5))
    for k, s, t in np.argwhere(largest > threshold):
        lattice_vectors = []
        for atom in (s, t):
            start = shortest.first[atom, k]
            images = shortest.vectors[start : start + shortest.multiplicities[atom, k]]
            lattice_vectors.append(np.rint(images + x[k] - x[s2p[atom]]) @ lattice)
        n_pairs = len(lattice_vectors[0]) * len(lattice_vectors[1])
        block = fc3.values[k, s, t] / n_pairs
        for one in lattice_vectors[0]:
            for other in lattice_vectors[1]:
                yield (int(k), int(s2p[s]), int(s2p[t])), np.array([one, other]), block


def _read_third(path: Path, supercell: Supercell) -> ForceConstants:
    """Blocks, folded into a supercell."""
    lines = read_lines(path)
    n_blocks = lines.integer(0)
    if len(lines) != 1 + n_blocks * LINES:
        raise FileError(
            f"{path}: expected {1 + n_blocks * LINES} lines that are not blank for "
            f"{n_blocks} blocks, got {len(lines)}; is the file complete?"
        )
    n_a, n_s = supercell.primitive.n_atoms, supercell.cell.n_atoms
    find = _Finder(supercell)
    values = np.zeros((n_a, n_s, n_s, 3, 3, 3))
    for start in range(1, len(lines), LINES):
        vectors = [lines.numbers(start + m, 3) for m in (1, 2)]
        k, one, other = (round(a) - 1 for a in lines.numbers(start + 3, 3))
        if not all(0 <= a < n_a for a in (k, one, other)):
            raise FileError(
                f"{path}: line {lines.line(start + 3)}: expected atoms 1 to {n_a}, got "
                f"{' '.join(lines.words(start + 3))}; does the file belong to this "
                "primitive cell?"
            )
        try:
            s, t = find(one, vectors[0]), find(other, vectors[1])
        except KeyError:
            raise FileError(
                f"{path}: line {lines.line(start)}: vectors that are not of the lattice; "
                "does the file belong to this primitive cell?"
            ) from None
        rows = [lines.numbers(row, 4)[3] for row in range(start + 4, start + LINES)]
        values[k, s, t] += np.array(rows).reshape(3, 3, 3)
    return ForceConstants(values, supercell)


class _Finder:
    """The supercell atom that is a primitive atom moved by a lattice vector."""

    def __init__(self, supercell: Supercell) -> None:
        primitive, cell = supercell.primitive, supercell.cell
        self._to_primitive = np.linalg.inv(primitive.lattice)
        lattice = cell.lattice @ self._to_primitive
        self._det = round(np.linalg.det(lattice))
        adjugate = np.rint(np.linalg.inv(lattice) * self._det)
        self._adjugate = adjugate.astype(np.int64)
        x = cell.positions @ lattice
        origin = primitive.positions[supercell.supercell_to_primitive]
        points = np.rint(x - origin).astype(np.int64)
        atoms = supercell.supercell_to_primitive.tolist()
        keys = map(self._class, points)
        self._found = {(a, c): s for s, (a, c) in enumerate(zip(atoms, keys, strict=True))}

    def __call__(self, atom: int, vector: list[float]) -> int:
        """KeyError if the vector is none of the lattice."""
        exact = np.array(vector) @ self._to_primitive
        point = np.rint(exact).astype(np.int64)
        if np.abs(exact - point).max() > LATTICE:
            raise KeyError(tuple(vector))
        return self._found[atom, self._class(point)]

    def _class(self, point: NDArray[np.int64]) -> tuple[int, ...]:
        """The same for points a supercell vector apart; integers, so no tolerance."""
        return tuple((point @ self._adjugate % self._det).tolist())


def _check_multiple(supercell: Supercell) -> None:
    """Require atoms where ShengBTE expects them."""
    ratio = supercell.cell.lattice @ np.linalg.inv(supercell.primitive.lattice)
    n = np.rint(np.diag(ratio)).astype(np.int64)
    if np.abs(ratio - np.diag(n)).max() > LATTICE:
        raise DomainError(
            "supercell: ShengBTE reads constants only of supercells that multiply the axes "
            "of the primitive cell; take the cell that this one multiplies as primitive"
        )
    expected = Supercell.of(supercell.primitive, n, "P").cell
    d = supercell.cell.positions - expected.positions
    if np.abs(d - np.rint(d)).max() > LATTICE:
        raise DomainError(
            "supercell: ShengBTE expects its atoms in phonopy's order, primitive atoms "
            "outermost, the first axis fastest"
        )
