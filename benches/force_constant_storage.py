"""Time of what stays in NumPy around force constants, beside what it waits for.

    python benches/force_constant_storage.py [--quick]

Full arrays are made compact, compact ones full; the violation of the sum rule is found; the
Smith normal form of a supercell is taken. None of it is on Rust. Making an array full takes
as long as copying it, which no language does faster. Making it compact, with the check of
all copies, takes an eighth of the time that the compressed file takes to be read (191 MB:
0.2 of 1.7 s), so one pass in Rust would save a tenth. The others take a few per cent of
what goes with them. Silicon, third order, two busy cores: only ratios count.

    216 atoms, full array of 2.2 GB: copy 1.5 s, expand 1.1 s, compact 1.9 s
    216 atoms, 8 of them primitive:  drift 0.08 s, symmetrize (three rounds, Rust) 2.3 s
    Smith normal form:               28 µs, the supercell that it belongs to 9 ms
"""

import argparse
from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np
from phono_fc import ForceConstants, compact, drift, expand, symmetrize
from phono_grid import Cell, Supercell, smith_normal_form

FCC = np.array([[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])
SILICON = Cell.of(np.eye(3) * 5.43, np.concatenate([FCC, FCC + 0.25]), ["Si"] * 8)


def best(function: Callable[..., Any], *arguments: Any, n: int = 3) -> float:
    """The shortest of some times, seconds."""
    times = []
    for _ in range(n):
        start = perf_counter()
        function(*arguments)
        times.append(perf_counter() - start)
    return min(times)


def random_constants(supercell: Supercell) -> ForceConstants:
    """Third-order constants at random."""
    n_a, n_s = supercell.primitive.n_atoms, supercell.cell.n_atoms
    values = np.random.default_rng(1).standard_normal((n_a, n_s, n_s, 3, 3, 3))
    return ForceConstants(values, supercell)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="64 atoms in place of 216")
    repeats = [2, 2, 2] if parser.parse_args().quick else [3, 3, 3]

    constants = random_constants(Supercell.of(SILICON, repeats))
    full = expand(constants)
    print(f"{constants.supercell}, full array of {full.nbytes / 1e9:.2g} GB")
    print(f"  copy       {best(np.copy, full):.3f} s")
    print(f"  expand     {best(expand, constants):.3f} s")
    print(f"  compact    {best(compact, full, constants.supercell):.3f} s")
    del full

    constants = random_constants(Supercell.of(SILICON, repeats, "P"))
    print(f"{constants.supercell}")
    print(f"  drift      {best(drift, constants):.3f} s")
    print(f"  symmetrize {best(symmetrize, constants):.3f} s")

    matrix = [[3, 1, 0], [0, 7, 2], [5, 0, 11]]
    print("Smith normal form")
    print(f"  form       {1e6 * best(smith_normal_form, matrix, n=100):.0f} µs")
    print(f"  supercell  {1e6 * best(Supercell.of, SILICON, repeats, n=10):.0f} µs")


if __name__ == "__main__":
    main()
