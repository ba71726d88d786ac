"""CPU time of force constants, ours and phono3py's finite differences in one process.

    python benches/force_constants.py [FOLDER] [--low-symmetry 5 5 2] [--quick]

FOLDER holds the data sets of the tests (PHONO_TEST_DATA if not given). The last row is a
triclinic crystal of two atoms per cell with random forces, every pair of atoms. Times are
of second and third order together, without reading and symmetrising, the least of some
runs that alternate; both programs use all threads they like, and what counts is CPU time.
Targets stand in brackets: not slower on the data sets, 5 times faster on the triclinic
crystal; reading AlN's yaml file 10 times faster; peak memory of a process that reads a data
set, solves and symmetrises not above phono3py's.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import phonokit
from phono_fc import (
    PairDisplacementForces,
    SingleDisplacementForces,
    force_constants2,
    force_constants3,
)
from phono_grid import Cell, Supercell, Symmetry

FILES = {
    "Si": "si-pbesol/phono3py_disp.yaml",
    "NaCl": "nacl-pbe/phono3py_params_NaCl222.yaml.xz",
    "AlN": "aln-lda/phono3py_params_AlN332.yaml.xz",
}


def triclinic(size: list[int]) -> object:
    """A phono3py object of a crystal with translations only, random forces."""
    from phono3py import Phono3py
    from phonopy.structure.atoms import PhonopyAtoms

    lattice = [[3.0, 0.1, 0.2], [0.4, 3.5, -0.3], [-0.5, 0.7, 4.1]]
    atoms = PhonopyAtoms(
        symbols=["Ga", "As"], cell=lattice, scaled_positions=[[0, 0, 0], [0.31, 0.42, 0.57]]
    )
    peer = Phono3py(atoms, np.diag(size), primitive_matrix="P", log_level=0)
    peer.generate_displacements(distance=0.03)
    rng, n_s = np.random.default_rng(1), len(peer.supercell)
    for first in peer.dataset["first_atoms"]:
        for item in (first, *first["second_atoms"]):
            item["forces"] = rng.normal(size=(n_s, 3))
    return peer


def data_of(
    peer: object,
) -> tuple[Supercell, SingleDisplacementForces, PairDisplacementForces]:
    """The same data for us."""
    unit = peer.unitcell
    cell = Cell(unit.cell, unit.scaled_positions, unit.symbols, unit.masses)
    supercell = Supercell.of(cell, peer.supercell_matrix, peer.primitive_matrix)
    firsts = peer.dataset["first_atoms"]
    keys = ("number", "displacement", "forces")
    seconds = [(n, s) for n, first in enumerate(firsts) for s in first["second_atoms"]]
    return (
        supercell,
        SingleDisplacementForces(*([first[key] for first in firsts] for key in keys)),
        PairDisplacementForces(
            [n for n, _ in seconds], *([s[key] for _, s in seconds] for key in keys)
        ),
    )


def cpu(calls: list[Callable[[], object]], runs: int) -> list[float]:
    """The least CPU time of some runs of each call, which take turns."""
    times = []
    for _ in range(runs):
        for call in calls:
            start = time.process_time()
            call()
            times.append(time.process_time() - start)
    return [min(times[n :: len(calls)]) for n in range(len(calls))]


def compare(name: str, peer: object, runs: int, target: int) -> None:
    """One row."""
    supercell, singles, pairs = data_of(peer)
    symmetry = Symmetry.of(supercell.cell)

    def ours() -> None:
        force_constants2(supercell, symmetry, singles)
        force_constants3(supercell, symmetry, singles, pairs)

    def theirs() -> None:
        peer.produce_fc3(fc_calculator="traditional", is_compact_fc=False)

    one, other = cpu([ours, theirs], runs)
    atoms = supercell.cell.n_atoms
    print(
        f"{name:<12}{atoms:>6}{len(pairs.atoms):>8}{one:>9.2f}{other:>10.2f}"
        f"{other / one:>8.1f} ({target})",
        flush=True,
    )


def loaded(path: Path) -> object:
    """A data set as phono3py reads it, which looks for files in the current folder."""
    import phono3py

    forces = path.with_name("FORCES_FC3")
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as empty:
        os.chdir(empty)
        try:
            return phono3py.load(
                path,
                forces_fc3_filename=forces if forces.exists() else None,
                produce_fc=False,
                log_level=0,
            )
        finally:
            os.chdir(here)


def read_and_solve(path: Path, program: str) -> None:
    """Both orders of a data set by one program, and print the peak of memory in MB."""
    if program == "ours":
        phonokit.fit(phonokit.read(path))
    else:
        peer = loaded(path)
        peer.produce_fc3(fc_calculator="traditional", is_compact_fc=False)
        peer.symmetrize_fc3()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def peak_of(path: Path, program: str) -> float:
    """The same in a process of its own."""
    command = [sys.executable, __file__, str(path), "--peak", program]
    return float(subprocess.run(command, check=True, capture_output=True).stdout)


def compare_reading(path: Path, runs: int) -> None:
    """Time of reading."""
    phonokit.read(path)  # imports what it needs, as phono3py has done above
    one, other = cpu([lambda: phonokit.read(path), lambda: loaded(path)], runs)
    print(f"read AlN, CPU s: {one:.2f} against {other:.2f}, ratio {other / one:.1f} (10)")


def compare_memory(name: str, path: Path) -> None:
    """Memory of reading and solving.

    Comes first: a process inherits the peak of the one that starts it.
    """
    one, other = (peak_of(path, program) for program in ("ours", "theirs"))
    print(
        f"read and solve {name}, peak MB: {one:.0f} against {other:.0f} (not more)",
        flush=True,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--low-symmetry", nargs=3, type=int, default=[5, 5, 2])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument(
        "--quick", action="store_true", help="one run, 36 atoms in the triclinic crystal"
    )
    parser.add_argument("--peak", choices=("ours", "theirs"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    folder = arguments.folder or Path(os.environ.get("PHONO_TEST_DATA", "."))
    warnings.simplefilter("ignore")
    if arguments.peak is not None:
        read_and_solve(folder, arguments.peak)
        return
    runs, size = arguments.runs, arguments.low_symmetry
    if arguments.quick:
        runs, size = 1, [3, 3, 2]
    paths = {name: (folder / file).resolve() for name, file in FILES.items()}
    for name, path in paths.items():
        if not path.exists():
            sys.exit(f"{folder} holds no {FILES[name]}; name the folder of the data sets")
        compare_memory(name, path)
    print(
        f"{'crystal':<12}{'atoms':>6}{'pairs':>8}{'ours/s':>9}{'theirs/s':>10}{'ratio':>8}"
    )
    for name, path in paths.items():
        compare(name, loaded(path), runs, 1)
    compare("triclinic", triclinic(size), 1, 5)
    compare_reading(paths["AlN"], runs)


if __name__ == "__main__":
    main()
