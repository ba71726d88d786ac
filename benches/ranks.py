"""``phono kappa`` on ranks: speed, memory, and what the plan says beside what is measured.

    python benches/ranks.py [FOLDER] [--quick]

FOLDER holds phono3py_disp.yaml and FORCES_FC3 of silicon; that of PHONO_TEST_DATA if not
given. Every rank has one thread. Figures are the best of some runs, one and two ranks in
turn. More ranks than cores take CPU time from each other, so that of the busiest rank
stands for the time that it would take alone.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

MPIEXEC = Path(sys.executable).with_name("mpiexec")
PHONO = Path(sys.executable).with_name("phono")
CONSTANTS = 256
"""MB of constants that ranks share."""


def on_ranks(n: int, *command: str | Path, cwd: str | None = None) -> tuple[float, str]:
    """Run a command on ``n`` ranks of one thread; (seconds, what it printed)."""
    environment = os.environ | {"RAYON_NUM_THREADS": "1"}
    start = time.perf_counter()
    done = subprocess.run(
        [MPIEXEC, "-n", str(n), *command],
        env=environment,
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stderr)
    return time.perf_counter() - start, done.stdout


def stage(folder: str, mesh: int, runs: int) -> None:
    """On ranks: the scattering stage, wall time and CPU time of the busiest rank."""
    import phonokit
    from phono_grid import using
    from phono_mpi import MpiRanks
    from phonokit._rates import rates_of
    from phonokit._run import Run
    from phonokit._workflow import carriers_of

    crystal, ranks = phonokit.load(folder), MpiRanks()
    cpu: list[float] = []
    run = Run(progress=lambda *_: cpu.append(time.process_time()), ranks=ranks)
    walls, loads = [], []
    with using(crystal.backend):
        t = np.array([300.0])
        _, carriers, series = carriers_of(crystal, (mesh,) * 3, t, ranks=ranks)
        for _ in range(runs):
            cpu.clear()
            ranks.barrier()
            start, begun = time.perf_counter(), time.process_time()
            rates_of(carriers, series, phonokit.Transport(), run)
            walls.append(max(ranks.collect(time.perf_counter() - start)))
            loads.append(max(ranks.collect(cpu[-1] - begun)))
    if ranks.rank == 0:
        print(json.dumps({"wall": min(walls), "cpu": min(loads)}))


def predicted(folder: str, mesh: int) -> None:
    """On one rank: what the plan says of the stage."""
    import phonokit
    from phono_grid import using
    from phono_mpi import Alone
    from phonokit._plan import plan_of
    from phonokit._rates import Scatterer
    from phonokit._workflow import carriers_of

    crystal = phonokit.load(folder)
    with using(crystal.backend):
        t = np.array([300.0])
        _, carriers, series = carriers_of(crystal, (mesh,) * 3, t, ranks=Alone())
        plan = plan_of(Scatterer(carriers, series, phonokit.Transport()), 0.0)
    told = {n: plan.seconds(n, "largest first") for n in (1, 2, 3, 4)}
    print(json.dumps(told))


def shared(_folder: str, megabytes: int, _runs: int) -> None:
    """On ranks: the memory that constants take, as a share of one copy."""
    from phono_3ph import Series3
    from phono_mpi import MpiRanks

    ranks = MpiRanks()

    def pss() -> int:
        """Memory of this process, shared pages divided by who shares them, bytes."""
        lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
        return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))

    n = megabytes * 10**6 // (27 * 8 + 9 * 8)

    def make() -> list[np.ndarray]:
        kinds = ((n, 3), (n, 2, 3))
        return [np.ones((n, 3, 3, 3)), *(np.zeros(shape, np.int64) for shape in kinds)]

    before = pss()
    ranks.barrier()
    series = Series3(*ranks.shared(make))
    # Touch all of it, as a kernel does.
    total = float(series.values.sum()) + series.atoms.sum() + series.cells.sum()
    ranks.barrier()
    used = sum(ranks.collect(pss() - before))
    ranks.barrier()
    if ranks.rank == 0 and total > 0:
        size = series.values.nbytes + series.atoms.nbytes + series.cells.nbytes
        print(json.dumps(used / size))


def best(command: list[str | Path], runs: int) -> dict[int, float]:
    """Seconds of a whole command on one and two ranks, in turn."""
    times: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(runs):
        for n, seconds in times.items():
            with tempfile.TemporaryDirectory() as folder:
                seconds.append(on_ranks(n, *command, cwd=folder)[0])
    return {n: min(seconds) for n, seconds in times.items()}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--quick", action="store_true", help="smaller meshes, fewer runs")
    arguments = parser.parse_args()
    data = Path(os.environ.get("PHONO_TEST_DATA", "."))
    folder = str(Path(arguments.folder or data / "si-pbesol").resolve())
    if not (Path(folder) / "phono3py_disp.yaml").exists():
        sys.exit(f"{folder} holds no phono3py_disp.yaml; name a folder that does")
    small, large, runs = ("9", "11", "2") if arguments.quick else ("15", "19", "5")
    this = [sys.executable, __file__]

    measured = {
        n: json.loads(on_ranks(n, *this, "stage", folder, small, runs)[1])
        for n in (1, 2, 3, 4)
    }
    plan = json.loads(on_ranks(1, *this, "predicted", folder, small)[1])
    wall = {n: measured[n]["wall"] for n in measured}
    cores = os.cpu_count()
    print(f"scattering of silicon on a {small}³ mesh, one thread a rank, {cores} cores")
    print(f"  1 rank {wall[1]:.3f} s, 2 ranks {wall[2]:.3f} s: ", end="")
    print(f"{wall[1] / wall[2]:.2f} × faster (target 1.85)")
    print("  ranks    busiest rank, CPU s    speed-up    of the plan")
    for n, figures in measured.items():
        gain, told = measured[1]["cpu"] / figures["cpu"], plan["1"] / plan[str(n)]
        print(f"  {n:5}{figures['cpu']:22.3f}{gain:12.2f}{told:15.2f}")

    mesh = ["--mesh", *[large] * 3, "--output", "k.hdf5"]
    whole = best([PHONO, "kappa", folder, *mesh], 2 if arguments.quick else 3)
    print(f"the whole command on a {large}³ mesh")
    print(f"  1 rank {whole[1]:.2f} s, 2 ranks {whole[2]:.2f} s: ", end="")
    print(f"{whole[1] / whole[2]:.2f} × faster (target 1.5)")

    share = json.loads(on_ranks(4, *this, "shared", folder, str(CONSTANTS), "1")[1])
    print(f"memory of {CONSTANTS} MB of constants on 4 ranks of a node")
    print(f"  {share:.2f} × one copy (target at most 1.5)")


if __name__ == "__main__":
    modes = {"stage": stage, "shared": shared}
    match sys.argv[1:]:
        case [mode, path, number, runs] if mode in modes:
            modes[mode](path, int(number), int(runs))
        case ["predicted", path, number]:
            predicted(path, int(number))
        case _:
            main()
