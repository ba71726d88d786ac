"""``phono kappa`` on ranks: speed, memory, and what the plan says beside what is measured.

    python benches/ranks.py [FOLDER] [--quick]

FOLDER holds phono3py_disp.yaml and FORCES_FC3 of silicon; that of PHONO_TEST_DATA if not
given. Every rank has one thread. Figures are the best of some runs, the numbers of ranks in
turn. More ranks than cores take time from each other, so that the CPU time of the busiest
rank stands for the time that it would take alone.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

MPIEXEC = Path(sys.executable).with_name("mpiexec")
RANKS = (1, 2, 3, 4)
LARGE_RANKS = (64, 1024, 16384)
PRODUCTION = "largest first"
"""The distribution of ``phono kappa``."""
STAGE, WHOLE, COPIES = 1.85, 1.5, 1.5
"""Targets: the stage and the whole command on two ranks, memory on four."""
CONSTANTS = 256
"""MB of constants that ranks share."""


def on_ranks(n: int, *arguments: object, cwd: str | None = None) -> tuple[float, str]:
    """Run this program on ``n`` ranks of one thread; (seconds, what it printed)."""
    command = [MPIEXEC, "-n", n, sys.executable, Path(__file__).resolve(), *arguments]
    start = time.perf_counter()
    done = subprocess.run(
        [str(word) for word in command],
        env=os.environ | {"RAYON_NUM_THREADS": "1"},
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stderr)
    return time.perf_counter() - start, done.stdout


def scatterer_of(folder: str, mesh: int, ranks):
    """All that the scattering stage needs, and what it took to make it, s."""
    import phonokit
    from phonokit.calc.carriers import carriers_of
    from phonokit.calc.scatterer import Scatterer

    start = time.perf_counter()
    crystal = phonokit.load(folder)
    t = np.array([300.0])
    _, carriers, series = carriers_of(crystal, (mesh,) * 3, t, ranks=ranks)
    serial = time.perf_counter() - start
    return Scatterer(carriers, series, phonokit.Transport()), serial


def shares(costs, ranks) -> dict:
    """The wave vectors of this rank, by distribution; the function makes them anew."""
    from phono_mpi import MpiDistributor, balanced_tasks, dynamic_tasks, weighted_sizes

    n, rank = len(costs), ranks.rank
    weighted = MpiDistributor(n, sizes=weighted_sizes(costs, ranks.size))
    return {
        "contiguous": lambda: ranks.tasks(n),
        "weighted": lambda: weighted.my_tasks,
        "dynamic": lambda: dynamic_tasks(n),
        PRODUCTION: lambda: balanced_tasks(costs, ranks.size)[rank],
    }


class Watched:
    """Tasks, and how long a rank has waited for them."""

    def __init__(self, tasks) -> None:
        self.tasks = tasks
        self.cpu, self.walls = 0.0, []

    def __iter__(self):
        """Task after task."""
        tasks = iter(self.tasks)
        while True:
            start, begun = time.perf_counter(), time.process_time()
            task = next(tasks, None)
            self.cpu += time.process_time() - begun
            self.walls.append(time.perf_counter() - start)
            if task is None:
                return
            yield task


def stage(folder: str, mesh: int, runs: int) -> None:
    """On ranks: the scattering stage of the slowest.

    Wall time, CPU time without what it waits for tasks, and how long it waits for one.
    """
    from phono_mpi import MpiRanks

    ranks = MpiRanks()
    scatterer, _ = scatterer_of(folder, mesh, ranks)
    ways = shares(scatterer.costs, ranks)
    figures = {name: [] for name in ways}
    for _ in range(runs):
        for name, tasks in ways.items():
            ranks.barrier()
            start, begun = time.perf_counter(), time.process_time()
            watched = Watched(tasks())
            for _record in scatterer.records(watched):
                pass
            # Waiting in MPI takes a core, too.
            cpu = time.process_time() - begun - watched.cpu
            ranks.barrier()
            wall = time.perf_counter() - start
            own = (wall, cpu, np.median(watched.walls))
            figures[name].append(np.max(ranks.collect(own), axis=0))
    if ranks.rank == 0:
        print(
            json.dumps(
                {n: np.min(values, axis=0).tolist() for n, values in figures.items()}
            )
        )


def predicted(folder: str, mesh: int, _runs: int) -> None:
    """On one rank: what the plan says, stage and whole."""
    import phonokit
    from phono_mpi import Alone
    from phonokit.results.plan import DISTRIBUTIONS

    scatterer, serial = scatterer_of(folder, mesh, Alone())
    plan = phonokit.plan(phonokit.load(folder), (mesh,) * 3)
    seconds = {
        name: {n: plan.seconds(n, name) - plan.serial for n in (*RANKS, *LARGE_RANKS)}
        for name in DISTRIBUTIONS
    }
    triplet, series = np.polyfit(scatterer.triplets, plan.costs, 1)
    told = {"serial": serial, "n": len(plan.costs), "series": series / max(triplet, 1e-9)}
    print(json.dumps(told | {"seconds": seconds}))


def whole(folder: str, mesh: int, _runs: int) -> None:
    """On ranks: ``phono kappa``; each rank leaves its CPU time in a file."""
    from phonokit.cli.app import main

    mesh_options = ["--mesh", *[str(mesh)] * 3]
    if main(["kappa", folder, *mesh_options, "--output", "k.hdf5"]):
        sys.exit(1)
    rank = os.environ.get("PMI_RANK") or os.environ["OMPI_COMM_WORLD_RANK"]
    Path(f"cpu{rank}").write_text(str(time.process_time()))


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


def print_gains(plan: dict, measured, cores: int) -> None:
    """A table: ranks share the cores if there are fewer."""
    print(f"  {'ranks':>5}" + "".join(f"{name:>18}" for name in plan))
    for n in RANKS:
        row = ""
        for name, seconds in plan.items():
            told = min(seconds["1"] / seconds[str(n)], cores)
            row += f"{measured(n, name):11.2f}{told:7.2f}"
        print(f"  {n:5}{row}", flush=True)


def ceiling_of(folder: str, mesh: int, rounds: int, runs: int) -> float:
    """What two ranks can gain on this machine: two runs of one rank at once, and one alone.

    They share caches, memory and clock, but wait for nothing of each other.
    """
    alone, both = np.inf, np.inf

    def wall(_: int) -> float:
        return json.loads(on_ranks(1, "stage", folder, mesh, runs)[1])[PRODUCTION][0]

    with ThreadPoolExecutor(2) as pool:
        for _ in range(rounds):
            alone = min(alone, wall(0))
            both = min(both, max(pool.map(wall, range(2))))
    return 2 * alone / both


def print_stage(folder: str, mesh: int, rounds: int, runs: int) -> None:
    """Measured beside planned."""
    ceiling = ceiling_of(folder, mesh, rounds, runs)
    best: dict[int, dict[str, np.ndarray]] = {}
    for _ in range(rounds):
        for n in RANKS:
            figures = json.loads(on_ranks(n, "stage", folder, mesh, runs)[1])
            old = best.setdefault(n, {name: np.inf for name in figures})
            best[n] = {name: np.minimum(old[name], figures[name]) for name in figures}
    planned = json.loads(on_ranks(1, "predicted", folder, mesh, 1)[1])
    plan = planned["seconds"]
    one, two = best[1][PRODUCTION], best[2][PRODUCTION]
    print(f"scattering of silicon, {mesh}³ mesh, one thread a rank, {os.cpu_count()} cores")
    print(
        f"  1 rank {one[0]:.3f} s, 2 ranks {two[0]:.3f} s: {one[0] / two[0]:.2f} × faster ",
        end="",
    )
    print(f"(target {STAGE}), by CPU of the busiest rank {one[1] / two[1]:.2f} ×")
    print(
        f"  two runs of one rank at once: {ceiling:.2f} × as fast (this machine's ceiling)"
    )
    print(f"  2 ranks wait {1e3 * (two[0] - two[1]):.0f} ms in all, 1 rank ", end="")
    print(f"{1e3 * (one[0] - one[1]):.0f} ms: wall time without CPU of the busiest rank")
    cores = len(os.sched_getaffinity(0))
    print(f"speed-up by wall time, and that of the plan on {cores} cores")
    print_gains(plan, lambda n, name: one[0] / best[n][name][0], cores)
    # Who is given time by the system takes more dynamic tasks than it would alone.
    print("speed-up by CPU time of the busiest rank, and that of the plan")
    print_gains(plan, lambda n, name: one[1] / best[n][name][1], max(RANKS))
    series = planned["series"]
    print(f"the series of a wave vector takes as long as {series:.0f} triplets (SERIES)")
    waits = ", ".join(f"{1e3 * best[n]['dynamic'][2]:.2f}" for n in RANKS[1:])
    print(
        f"a rank waits {waits} ms for a dynamic task on {RANKS[1:]} ranks (FETCH)",
        flush=True,
    )


def print_whole(folder: str, mesh: int, rounds: int) -> None:
    """The whole command on one and two ranks, in turn."""
    best = {1: np.full(2, np.inf), 2: np.full(2, np.inf)}
    for _ in range(rounds):
        for n in best:
            with tempfile.TemporaryDirectory() as place:
                wall = on_ranks(n, "whole", folder, mesh, 1, cwd=place)[0]
                cpu = max(float(p.read_text()) for p in Path(place).glob("cpu*"))
            best[n] = np.minimum(best[n], (wall, cpu))
    gains = best[1] / best[2]
    print(f"the whole command on a {mesh}³ mesh")
    print(
        f"  1 rank {best[1][0]:.2f} s, 2 ranks {best[2][0]:.2f} s: {gains[0]:.2f} × ",
        end="",
    )
    print(
        f"faster (target {WHOLE}), by CPU of the busiest rank {gains[1]:.2f} ×", flush=True
    )


def print_plan(folder: str, mesh: int) -> None:
    """What large machines would gain."""
    plan = json.loads(on_ranks(1, "predicted", folder, mesh, 1)[1])
    serial, seconds = plan["serial"], plan["seconds"]
    one = serial + seconds[PRODUCTION]["1"]
    print(
        f"the plan of a {mesh}³ mesh, {plan['n']} wave vectors: {one:.0f} s on one rank, ",
        end="",
    )
    print(f"{serial:.1f} s of them before the stage; speed-up and efficiency")
    print(f"  {'ranks':>5}" + "".join(f"{name:>18}" for name in seconds))
    for n in LARGE_RANKS:
        gains = [one / (serial + told[str(n)]) for told in seconds.values()]
        print(f"  {n:5}" + "".join(f"{gain:11.1f}{gain / n:7.0%}" for gain in gains))


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
    small, large, rounds = (9, 11, 1) if arguments.quick else (15, 19, 3)
    print_stage(folder, small, rounds, 2)
    print_whole(folder, large, rounds + 1)
    print_plan(folder, 20 if arguments.quick else 50)
    share = json.loads(on_ranks(4, "shared", folder, CONSTANTS, 1)[1])
    print(f"memory of {CONSTANTS} MB of constants on 4 ranks of a node")
    print(f"  {share:.2f} × one copy (target at most {COPIES})")


if __name__ == "__main__":
    modes = {f.__name__: f for f in (stage, predicted, whole, shared)}
    match sys.argv[1:]:
        case [mode, path, number, runs] if mode in modes:
            modes[mode](path, int(number), int(runs))
        case _:
            main()
