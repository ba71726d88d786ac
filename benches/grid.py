"""Wall time of phono-grid beside spglib and phonopy, in one run.

nox -s bench -- benches/grid.py [--runs 3]

Irreducible points of a 101³ mesh; density of states of silicon on an irreducible 60³ mesh
at 201 frequencies; shortest vectors, and permutations of all operations, of a supercell of
1000 atoms. Springs stand for the forces of silicon.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable

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
    shortest_vectors,
)
from phono_grid._spglib import reduced_basis

H = 0.5
FCC = np.array([[0, 0, 0], [0, H, H], [H, 0, H], [H, H, 0]])
SILICON = Cell.of(np.eye(3) * 5.43, np.concatenate([FCC, FCC + 0.25]), ["Si"] * 8)
MESH = [60, 60, 60]


def seconds(work: Callable[[], object], runs: int) -> float:
    """Median wall time after a first run."""
    work()
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


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


def stars(runs: int) -> tuple[float, float]:
    """Irreducible points of a cubic 101³ mesh."""
    import spglib

    primitive = Supercell.of(SILICON, [1, 1, 1]).primitive
    mesh = [101, 101, 101]
    grid = Grid.of(primitive, mesh)
    crystal = (primitive.lattice, primitive.positions, primitive.species)
    ours = irreducible_map(grid)
    theirs, _ = spglib.get_ir_reciprocal_mesh(mesh, crystal)
    np.testing.assert_array_equal(ours, theirs)
    return (
        seconds(lambda: irreducible_map(grid), runs),
        seconds(lambda: spglib.get_ir_reciprocal_mesh(mesh, crystal), runs),
    )


def density(runs: int) -> tuple[float, float]:
    """Density of states at 201 frequencies; the phonons are there already."""
    peer = phonopy_of(SILICON, np.diag([2, 2, 2]))
    peer.force_constants = springs(peer.supercell)
    peer.run_mesh(MESH, is_gamma_center=True)
    peer.run_total_dos()
    points = peer.total_dos.frequency_points
    primitive = Supercell.of(SILICON, [1, 1, 1]).primitive
    symmetry, frequencies = Symmetry.of(primitive), peer.mesh.frequencies

    def ours() -> np.ndarray:
        return density_of_states(
            Grid.of(primitive, MESH, symmetry), frequencies, points
        ).density

    assert len(points) == 201
    np.testing.assert_allclose(ours(), peer.total_dos.dos, atol=1e-10)
    return seconds(ours, runs), seconds(peer.run_total_dos, runs)


def vectors(runs: int) -> tuple[float, float]:
    """Shortest vectors between all pairs of 1000 atoms."""
    from phonopy.structure.cells import ShortestPairs

    supercell = Supercell.of(SILICON, [5, 5, 5]).cell
    basis = reduced_basis(supercell.lattice)
    x = supercell.positions

    def ours() -> np.ndarray:
        return shortest_vectors(x, x, basis)[0]

    def theirs() -> np.ndarray:
        pairs = ShortestPairs(supercell.lattice, x, x, store_dense_svecs=True)
        return pairs.shortest_vectors

    assert len(ours()) == len(theirs())
    return seconds(ours, runs), seconds(theirs, runs)


def primitive_vectors(runs: int) -> tuple[float, float]:
    """Shortest vectors from the primitive atoms to 1000, with what is around the kernel."""
    from phonopy.structure.cells import ShortestPairs

    supercell = Supercell.of(SILICON, [5, 5, 5])
    x, lattice = supercell.cell.positions, supercell.cell.lattice
    origins = x[supercell.primitive_to_supercell]

    def theirs() -> object:
        return ShortestPairs(lattice, x, origins, store_dense_svecs=True)

    return (
        seconds(lambda: ShortestVectors.of(supercell), 10 * runs),
        seconds(theirs, 10 * runs),
    )


def permutations(runs: int) -> tuple[float, float]:
    """Permutations of 1000 atoms by every operation."""
    from phonopy.structure.cells import compute_all_sg_permutations

    cell = Supercell.of(SILICON, [5, 5, 5]).cell
    symmetry = Symmetry.of(SILICON)
    # The same operations in the axes of the supercell.
    r, t = symmetry.rotations, symmetry.translations / 5

    def ours() -> np.ndarray:
        return atom_permutations(cell, r, t)

    def theirs() -> np.ndarray:
        return compute_all_sg_permutations(
            cell.positions, r, t, cell.lattice.T, 1e-5, cell.species
        )

    expected = theirs()
    np.testing.assert_array_equal(np.sort(ours(), axis=1), np.sort(expected, axis=1))
    return seconds(ours, runs), seconds(theirs, runs)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    print(f"{os.cpu_count()} cores, medians of {runs} runs, ms")
    print(f"{'':48}{'ours':>10}{'theirs':>10}{'ratio':>8}")
    for name, work in (
        ("irreducible points of 101³ (spglib)", stars),
        ("density of states, 60³, 201 points (phonopy)", density),
        ("shortest vectors, 1000 x 1000 atoms (phonopy)", vectors),
        ("shortest vectors, 2 x 1000 atoms (phonopy)", primitive_vectors),
        ("permutations, 192 operations, 1000 atoms", permutations),
    ):
        ours, theirs = work(runs)
        print(f"{name:48}{ours * 1e3:10.2f}{theirs * 1e3:10.2f}{theirs / ours:8.1f}")


if __name__ == "__main__":
    main()
