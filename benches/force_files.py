"""CPU time and peak memory of very many displacements and forces.

    python benches/force_files.py [--quick]

First, 414 720 pairs of displacements of a crystal without symmetry but translations (16
atoms in the primitive cell, 720 in the supercell): made, written as phono3py_disp.yaml and
read back. Then 186 840 sets of forces of 16 atoms in FORCES_FC3, of which a tenth is within
the cutoff: read as a stream. Each runs in a process of its own. Targets: seconds, 10 for
each step, and for the sets less memory, above what the process had before, than a third of
the text. No peer: phono3py makes a Python object of every pair.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

SECONDS = 10.0


def timed(call: Callable[[], object]) -> tuple[object, float]:
    """What a call returns, and its CPU time."""
    start = time.process_time()
    found = call()
    return found, time.process_time() - start


def peak() -> float:
    """The most memory this process had, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def pairs(folder: Path, quick: bool) -> dict[str, float]:
    """Make, write and read displacements."""
    from phono_fc import pair_displacements, single_displacements
    from phono_grid import Cell, Supercell, Symmetry
    from phonokit import DisplacedSupercells, read_supercells, write_displacements

    rng, n = np.random.default_rng(1), 16
    lattice = 6.0 * (np.eye(3) + rng.uniform(-0.05, 0.05, (3, 3)))
    cell = Cell(lattice, rng.random((n, 3)), ["Si"] * n, [28.0] * n)
    supercell = Supercell.of(cell, [2, 2, 1] if quick else [5, 3, 3], "P")
    symmetry = Symmetry.of(supercell.cell)
    singles = single_displacements(supercell, symmetry, distance=0.03, diagonal=False)
    made, making = timed(lambda: pair_displacements(supercell, symmetry, singles))
    displaced = DisplacedSupercells(cell, supercell, singles, made)
    path = folder / "phono3py_disp.yaml"
    _, writing = timed(lambda: write_displacements(displaced, path))
    _, reading = timed(lambda: read_supercells(path))
    return {"count": len(made), "made": making, "written": writing, "read": reading}


def sets(folder: Path, quick: bool) -> dict[str, float]:
    """Read forces."""
    from phonokit.io.read_forces import read_forces

    n, n_s, path = 20_000 if quick else 186_840, 16, folder / "FORCES_FC3"
    rows = "    0.12345678901234   -0.00000123456789    1.23456789012345\n" * n_s
    with path.open("w") as file:
        for number in range(n):
            file.write(f"# File: {number + 1}\n# 1  0.03  0.0  0.0\n{rows}")
    included = np.zeros(n, dtype=np.bool_)
    included[::10] = True
    u, before = np.array([0.03, 0, 0]), peak()
    forces, reading = timed(lambda: read_forces(path, included, n_s, lambda _: [(0, u)]))
    assert len(forces) == included.sum()
    size = path.stat().st_size / 1e6
    return {"count": n, "read": reading, "file": size, "before": before}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the work")
    parser.add_argument("--one", choices=("pairs", "sets"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one is not None:
        measure = {"pairs": pairs, "sets": sets}[arguments.one]
        with tempfile.TemporaryDirectory() as folder:
            found = measure(Path(folder), arguments.quick)
        print(json.dumps(found | {"peak": peak()}))
        return
    results = {}
    for kind in ("pairs", "sets"):
        command = [sys.executable, __file__, "--one", kind]
        command += ["--quick"] if arguments.quick else []
        text = subprocess.run(command, check=True, capture_output=True).stdout
        results[kind] = json.loads(text)
    one, other = results["pairs"], results["sets"]
    steps = ", ".join(f"{step} {one[step]:.1f}" for step in ("made", "written", "read"))
    print(f"{one['count']} pairs, CPU s: {steps} (each {SECONDS:g})")
    print(f"    peak {one['peak']:.0f} MB")
    above, third = other["peak"] - other["before"], other["file"] / 3
    print(f"{other['count']} sets, CPU s: read {other['read']:.1f} ({SECONDS:g})")
    print(f"    {above:.0f} MB above what was there ({third:.0f}, a third of the file)")


if __name__ == "__main__":
    main()
