"""Self-energies at 200 frequency points, ours and phono3py's in one run.

    nox -s bench -- benches/self_energy.py [--runs 3] [--quick] [--only 6H-SiC ...]

PHONO_TEST_DATA names the folder with the three crystals with real forces; 6H-SiC is made by
crystals.py if it is not there. Each piece of work runs in a
process of its own, the programs in turn, on the same cores. Force constants and phonons are
ready before the clock starts; triplets, strengths, weights and sums are measured, at 300 K,
at two wave vectors of no symmetry, together with what the process holds at most and how
much of that the work added. Isotopes scatter at all irreducible wave vectors but Γ.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import crystals
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Calculation = Callable[[Array], Array]

FOLDERS = {"Si": "si-pbesol", "NaCl": "nacl-pbe", "AlN": "aln-lda", "6H-SiC": "6h-sic"}
MESHES = {"Si": [11, 11, 11], "NaCl": [9, 9, 9], "AlN": [7, 7, 3], "6H-SiC": [5, 5, 2]}
QPOINTS = ((1, 2, 4), (2, 1, 1))
"""Addresses; no operation but the identity leaves them in place."""
ISOTOPE_QPOINTS = {
    "Si": [(i, j, k) for i in range(1, 6) for j in range(i + 1) for k in range(j + 1)],
    "6H-SiC": [(i, j, k) for i in range(1, 3) for j in range(i + 1) for k in range(2)],
}
HIGHEST = {"Si": 15.5, "NaCl": 8.0, "AlN": 27.5, "6H-SiC": 29.0}
"""THz, of a phonon, about."""
WORK = {
    "imaginary, tetrahedra": 10.0,
    "imaginary, Gaussians": 10.0,
    "real": None,
    "joint density": None,
    "isotopes": None,
}
"""What is measured, and how many times faster it is to be at least."""
MANY_BANDS = {"imaginary, tetrahedra": 15.0, "isotopes": 15.0}
"""The same for 6H-SiC."""


def aims(name: str) -> dict[str, float | None]:
    """Measurements of one crystal."""
    if name == "6H-SiC":
        return {**MANY_BANDS}
    return WORK if name == "Si" else {"imaginary, tetrahedra": 10.0}


def folder_of(name: str) -> Path:
    """Where the forces of a crystal are."""
    data = Path(os.environ.get("PHONO_TEST_DATA", "."))
    made = FOLDERS[name] in crystals.RECIPES
    return ((crystals.FOLDER if made else data) / FOLDERS[name]).resolve()


SIGMA, EPSILON, TEMPERATURE = 0.1, 0.05, 300.0


def ours(name: str, mesh: list[int], work: str) -> Calculation:
    """Everything but the work itself."""
    import phono_3ph
    import phonokit
    from phono_dynmat import bose_einstein
    from phono_grid import Gaussian, Grid
    from phonokit.calc.harmonic_phonons import mesh_phonons

    crystal = phonokit.load(folder_of(name))
    series3, grid = crystal.series3, Grid.of(crystal.primitive, mesh, crystal.symmetry)
    phonons = mesh_phonons(crystal.dynamics(), grid)
    q = [int(grid.index(np.array(a))) for a in QPOINTS]
    n = bose_einstein(phonons.frequencies, [TEMPERATURE])
    smearing = Gaussian(SIGMA) if "Gaussians" in work else None
    scattering = phono_3ph.Scattering(smearing=smearing)

    spread = phono_3ph.natural_mass_spread(crystal.primitive)
    isotope_q = grid.index(np.array(ISOTOPE_QPOINTS.get(name, [(1, 0, 0)])))

    def calculate(points: Array) -> Array:
        """Results of every wave vector."""
        if work == "isotopes":
            return phono_3ph.isotope_linewidths(phonons, isotope_q, spread, scattering)
        if work == "joint density":
            joint = [phono_3ph.joint_dos(phonons, i, points, n, scattering) for i in q]
            return np.array([[one.differences[0], one.sums[0]] for one in joint])
        runs = [
            (series3, phonons, phono_3ph.EvaluationPoints(i, points), n, scattering)
            for i in q
        ]
        if work == "real":
            delta = [phono_3ph.real_self_energy(*run, epsilon=EPSILON) for run in runs]
            return np.array([one[0] for one in delta])
        gamma = [phono_3ph.imaginary_self_energy(*run).total for run in runs]
        return np.array([one[0] for one in gamma])

    return calculate


def theirs(name: str, mesh: list[int], work: str) -> Calculation:
    """Everything but the work itself."""
    import phono3py
    from phono3py.other.isotope import Isotope
    from phono3py.phonon3.imag_self_energy import get_imag_self_energy
    from phono3py.phonon3.joint_dos import JointDos
    from phono3py.phonon3.real_self_energy import get_real_self_energy

    folder = folder_of(name)
    os.chdir(folder)  # phono3py finds FORCES_FC3 in the current directory only
    (file,) = folder.glob("phono3py_*.yaml*")
    peer = phono3py.load(file, fc_calculator="traditional", log_level=0)
    peer.mesh_numbers = mesh
    peer.init_phph_interaction(average_degenerate_weights=True)
    peer.run_phonon_solver()
    addresses = peer.grid.addresses

    def index(address: tuple[int, ...]) -> int:
        """The first image."""
        same = ((addresses - address) % mesh == 0).all(axis=1)
        return int(np.flatnonzero(same)[0])

    q = [index(a) for a in QPOINTS]
    sigma = SIGMA if "Gaussians" in work else None

    def isotopes(address: tuple[int, ...]) -> Array:
        """Half linewidths at one wave vector."""
        interaction = peer.phph_interaction
        one = Isotope(
            mesh,
            peer.primitive,
            bz_grid=peer.grid,
            cutoff_frequency=1e-4,
            average_degenerate_weights=True,
        )
        one.set_phonons(interaction.phonons, dm=interaction.dynamical_matrix)
        one.set_grid_point(index(address))
        one.run()
        return np.asarray(one.gamma)

    def calculate(points: Array) -> Array:
        """Results of every wave vector."""
        if work == "isotopes":
            return np.array([isotopes(a) for a in ISOTOPE_QPOINTS[name]])
        if work == "joint density":
            phonons = peer.phph_interaction.phonons
            joint = JointDos(peer.primitive, peer.supercell, peer.grid, peer.fc2)
            joint.phonons.frequencies[:] = phonons.frequencies
            joint.phonons.phonon_done[:] = 1
            found = []
            for i in q:
                joint.set_grid_point(i)
                joint.frequency_points, joint.temperature = points, TEMPERATURE
                joint.run()
                found.append(joint.joint_dos.T)
            return np.array(found)
        run = (peer.phph_interaction, q, [TEMPERATURE])
        if work == "real":
            _, shifts = get_real_self_energy(
                *run, epsilons=[EPSILON], frequency_points=points
            )
            return shifts[0, 0]
        return get_imag_self_energy(*run, sigmas=[sigma], frequency_points=points)[1][0, 0]

    return calculate


def measured(calculate: Calculation, points: Array, out: Path) -> dict[str, float]:
    """Seconds and MiB; the result goes to ``out``."""

    def peak() -> float:
        """The largest resident set of this process so far."""
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    calculate(points[:1])  # thread pools and first calls
    before, wall, cpu = peak(), time.perf_counter(), time.process_time()
    result = calculate(points)
    figures = {
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "peak": peak(),
        "added": peak() - before,
    }
    np.save(out, result)
    return figures


def run_side(side: str, name: str, work: str, mesh: list[int]) -> tuple[Any, Array]:
    """Figures and result of one side, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "result.npy"
        command = [sys.executable, __file__, "--side", side, "--out", str(out)]
        command += [
            "--only",
            name,
            "--crystal",
            name,
            "--work",
            work,
            "--mesh",
            *map(str, mesh),
        ]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return json.loads(done.stdout.splitlines()[-1]), np.load(out)


def compare(name: str, work: str, mesh: list[int], runs: int) -> None:
    """A row of the table."""
    figures: dict[str, list[dict[str, float]]] = {"ours": [], "theirs": []}
    results = {}
    for _ in range(runs):
        for side, all_ in figures.items():
            found, results[side] = run_side(side, name, work, mesh)
            all_.append(found)

    def median(side: str, figure: str) -> float:
        """Over the runs."""
        return statistics.median(f[figure] for f in figures[side])

    cells = []
    for figure in ("cpu", "wall"):
        a, b = median("ours", figure), median("theirs", figure)
        cells.append(f"{a:8.3f}{b:9.3f}{b / a:7.1f}x")
    target = aims(name)[work]
    away = np.abs(results["ours"] - results["theirs"]).max()
    memory = "".join(f"{median(s, f):7.0f}" for f in ("peak", "added") for s in figures)
    aim = f"{target:.0f}x" if target else "-"
    away /= np.abs(results["theirs"]).max()
    mesh_ = "x".join(map(str, mesh))
    print(f"{name:5}{mesh_:>10} {work:22}{''.join(cells)}{aim:>6}  {memory}{away:10.0e}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="silicon only, one run")
    parser.add_argument("--only", choices=FOLDERS, nargs="+", default=list(FOLDERS))
    parser.add_argument("--side", choices=("ours", "theirs"), help=argparse.SUPPRESS)
    parser.add_argument("--crystal", default="Si", help=argparse.SUPPRESS)
    parser.add_argument("--work", default="", help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--mesh", type=int, nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not arguments.side and "6H-SiC" in arguments.only and not arguments.quick:
        crystals.make("6h-sic", folder_of("6H-SiC"))
    if not all(folder_of(name).is_dir() for name in arguments.only):
        sys.exit("PHONO_TEST_DATA does not name the folder of real force data")
    if arguments.side:
        warnings.simplefilter("ignore")
        side = {"ours": ours, "theirs": theirs}[arguments.side]
        calculate = side(arguments.crystal, arguments.mesh, arguments.work)
        # Not at 0, where weights of equal bands jump.
        points = np.linspace(0.0123, 2 * HIGHEST[arguments.crystal], 200)
        print(json.dumps(measured(calculate, points, arguments.out)))
        return
    runs = 1 if arguments.quick else arguments.runs
    cores = os.cpu_count()
    print(f"200 frequency points, {TEMPERATURE:g} K, {cores} cores, medians of {runs}")
    print(
        f"{'':38}{'CPU s: ours theirs':>24}{'wall s: ours theirs':>24}"
        f"{'aim':>6}  peak MiB, added: ours, theirs; largest difference"
    )
    for name in ("Si",) if arguments.quick else arguments.only:
        for work in aims(name):
            compare(name, work, MESHES[name], runs)


if __name__ == "__main__":
    main()
