"""Wall time of phono-grid beside spglib and phonopy, in one run.

nox -s bench -- benches/grid.py [--runs 3] [--quick]

Medians of single calls, ours and theirs in turn; --quick takes smaller meshes and cells and
one run, to see that all of it works.

Irreducible points of a 101³ mesh; density of states of silicon on an irreducible 60³ mesh
at 201 frequencies; shortest vectors, and permutations of all operations, of a supercell of
1000 atoms. Springs stand for the forces of silicon.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from phono_grid import (
    Cell,
    Grid,
    ShortestVectors,
    Supercell,
    Symmetry,
    atom_permutations,
    density_of_states,
    irreducible_map,
    reduced_basis,
    shortest_vectors,
)

H = 0.5
FCC = np.array([[0, 0, 0], [0, H, H], [H, 0, H], [H, H, 0]])
SILICON = Cell.of(np.eye(3) * 5.43, np.concatenate([FCC, FCC + 0.25]), ["Si"] * 8)


Pair = tuple[float, float]


@dataclass(frozen=True)
class Size:
    """How much to measure."""

    runs: int
    stars: int = 101
    mesh: int = 60
    cells: int = 5


def seconds(ours: Callable[[], object], theirs: Callable[[], object], runs: int) -> Pair:
    """Median wall times of single calls in turn, after a first one of each."""
    ours()
    theirs()
    taken: list[Pair] = []
    for _ in range(runs):
        start = time.perf_counter()
        ours()
        middle = time.perf_counter()
        theirs()
        taken.append((middle - start, time.perf_counter() - middle))
    first, second = zip(*taken, strict=True)
    return statistics.median(first), statistics.median(second)


def phonopy_of(cell: Cell, matrix: object) -> object:
    """The peer's object for a crystal."""
    from phonopy import Phonopy
    from phonopy.structure.atoms import PhonopyAtoms

    atoms = PhonopyAtoms(
        cell=cell.lattice, scaled_positions=cell.positions, symbols=list(cell.symbols)
    )
    return Phonopy(atoms, matrix, primitive_matrix="F")


def springs(supercell: object) -> np.ndarray:
    """Central springs between first and second neighbours, full force constants."""
    x = supercell.scaled_positions
    d = x[:, None] - x
    d = (d - np.rint(d)) @ supercell.cell
    length = np.linalg.norm(d, axis=-1)
    near = (length > 0.1) & (length < 4)
    stiffness = np.where(near, 60 * np.exp(-length), 0) / np.where(near, length, 1) ** 2
    fc = -stiffness[..., None, None] * d[..., :, None] * d[..., None, :]
    np.einsum("iiab->iab", fc)[:] = -fc.sum(axis=1)
    return fc


def stars(size: Size) -> Pair:
    """Irreducible points of a cubic mesh."""
    import spglib

    primitive = Supercell.of(SILICON, [1, 1, 1]).primitive
    mesh = [size.stars] * 3
    grid = Grid.of(primitive, mesh)
    crystal = (primitive.lattice, primitive.positions, primitive.species)
    ours = irreducible_map(grid)
    theirs, _ = spglib.get_ir_reciprocal_mesh(mesh, crystal)
    np.testing.assert_array_equal(ours, theirs)
    return seconds(
        lambda: irreducible_map(grid),
        lambda: spglib.get_ir_reciprocal_mesh(mesh, crystal),
        size.runs,
    )


def density(size: Size) -> Pair:
    """Density of states at 201 frequencies; the phonons are there already."""
    peer = phonopy_of(SILICON, np.diag([2, 2, 2]))
    peer.force_constants = springs(peer.supercell)
    mesh = [size.mesh] * 3
    peer.run_mesh(mesh, is_gamma_center=True)
    peer.run_total_dos()
    points = peer.total_dos.frequency_points
    primitive = Supercell.of(SILICON, [1, 1, 1]).primitive
    symmetry, frequencies = Symmetry.of(primitive), peer.mesh.frequencies

    def ours() -> np.ndarray:
        return density_of_states(
            Grid.of(primitive, mesh, symmetry), frequencies, points
        ).density

    assert len(points) == 201
    np.testing.assert_allclose(ours(), peer.total_dos.dos, atol=1e-10)
    return seconds(ours, peer.run_total_dos, size.runs)


def vectors(size: Size) -> Pair:
    """Shortest vectors between all pairs of atoms."""
    from phonopy.structure.cells import ShortestPairs

    supercell = Supercell.of(SILICON, [size.cells] * 3).cell
    basis = reduced_basis(supercell.lattice)
    x = supercell.positions

    def ours() -> np.ndarray:
        return shortest_vectors(x, x, basis)[0]

    def theirs() -> np.ndarray:
        pairs = ShortestPairs(supercell.lattice, x, x, store_dense_svecs=True)
        return pairs.shortest_vectors

    assert len(ours()) == len(theirs())
    return seconds(ours, theirs, size.runs)


def primitive_vectors(size: Size) -> Pair:
    """Shortest vectors from the primitive atoms to all, with what is around the kernel."""
    from phonopy.structure.cells import ShortestPairs

    supercell = Supercell.of(SILICON, [size.cells] * 3)
    x, lattice = supercell.cell.positions, supercell.cell.lattice
    origins = x[supercell.primitive_to_supercell]

    def theirs() -> object:
        return ShortestPairs(lattice, x, origins, store_dense_svecs=True)

    return seconds(lambda: ShortestVectors.of(supercell), theirs, 20 * size.runs)


def permutations(size: Size) -> Pair:
    """Permutations of all atoms by every operation."""
    from phonopy.structure.cells import compute_all_sg_permutations

    cell = Supercell.of(SILICON, [size.cells] * 3).cell
    symmetry = Symmetry.of(SILICON)
    # The same operations in the axes of the supercell.
    r, t = symmetry.rotations, symmetry.translations / size.cells

    def ours() -> np.ndarray:
        return atom_permutations(cell, r, t)

    def theirs() -> np.ndarray:
        return compute_all_sg_permutations(
            cell.positions, r, t, cell.lattice.T, 1e-5, cell.species
        )

    expected = theirs()
    np.testing.assert_array_equal(np.sort(ours(), axis=1), np.sort(expected, axis=1))
    return seconds(ours, theirs, size.runs)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    size = Size(1, stars=31, mesh=20, cells=3) if given.quick else Size(given.runs)
    n_s = 8 * size.cells**3
    print(f"{os.cpu_count()} cores, medians of {size.runs} runs in turn, ms")
    print(f"{'':48}{'ours':>10}{'theirs':>10}{'ratio':>8}{'target':>8}")
    for name, work, target in (
        (f"irreducible points of {size.stars}³ (spglib)", stars, 5),
        (f"density of states, {size.mesh}³, 201 points (phonopy)", density, 20),
        (f"shortest vectors, {n_s} x {n_s} atoms (phonopy)", vectors, 10),
        (f"shortest vectors, 2 x {n_s} atoms (phonopy)", primitive_vectors, 10),
        (f"permutations, 192 operations, {n_s} atoms", permutations, 10),
    ):
        ours, theirs = work(size)
        times = f"{ours * 1e3:10.2f}{theirs * 1e3:10.2f}{theirs / ours:8.1f}"
        print(f"{name:48}{times}{target:8}")


if __name__ == "__main__":
    main()
