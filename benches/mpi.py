"""Arrays between ranks beside plain messages, and shared memory, in one run.

    nox -s bench -- benches/mpi.py [--ranks 2 3 4] [--runs 20] [--quick]

Redistribution of the points of a grid from slices to lines along y, where most points stay
on their rank, and along x, where most leave: `redistribute`, with its plan made before,
beside a plain ring of point-to-point messages that finds in each round the rows of both
partners, and beside the same ring told those rows beforehand. Slowest rank, least of the
runs. Then an array that four ranks share: the growth of their proportional memory over one
copy. Last, what one rank does by itself: the kernels of Rust beside their definitions in
NumPy, of which only the faster are kept, and what stays in NumPy beside a plain copy.
"""

import argparse
import functools
import itertools
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from phono_grid import Backend, using
from phono_grid.backend import KERNELS
from phono_mpi import (
    build_node_shared_array,
    free_shared_window,
    get_pencil_indices,
    redistribute,
    redistribution_plan,
    weighted_sizes,
)

# Numbers of points, complex64 numbers at each, what the ratio to the ring must be.
ARRAYS = [((32, 32, 32), 8, 3.0), ((48, 48, 48), 32, 3.0), ((16, 16, 16), 4096, 1.0)]
TARGETS = ["y_pencil", "x_pencil"]
SHARED = 2**29  # bytes
SHARED_RANKS = 4
MOST_COPIES = 1.5


def common_rows(rank, size, nq, source, target):
    """For each round of a ring: my rows for one partner, and those of another for me."""
    own = get_pencil_indices(rank, size, nq, source)
    wanted = get_pencil_indices(rank, size, nq, target)
    for shift in range(size):
        theirs = get_pencil_indices((rank + shift) % size, size, nq, target)
        held = get_pencil_indices((rank - shift) % size, size, nq, source)
        _, here, _ = np.intersect1d(own, theirs, assume_unique=True, return_indices=True)
        _, there, _ = np.intersect1d(wanted, held, assume_unique=True, return_indices=True)
        yield shift, here, there


def plain_ring(mat, comm, rounds):
    """Redistribute as one writes it down, round by round."""
    rounds = list(rounds)
    n = sum(len(there) for _, _, there in rounds)
    rows = np.empty((n, *mat.shape[1:]), mat.dtype)
    for shift, here, there in rounds:
        block = mat[here]
        if shift > 0:
            window = np.empty((len(there), *mat.shape[1:]), mat.dtype)
            dest, origin = (comm.rank + shift) % comm.size, (comm.rank - shift) % comm.size
            comm.Sendrecv(block, dest, shift, window, origin, shift)
            block = window
        rows[there] = block
    return rows


def seconds(comm, ways: list[Callable[[], object]], runs: int) -> list[float]:
    """Wall time of each way on the slowest rank, the least of the runs, in turn."""
    taken = np.zeros((runs, len(ways)))
    for run in taken:
        for i, way in enumerate(ways):
            way()  # each finds memory and caches as its own kind has left them
            comm.Barrier()
            start = time.perf_counter()
            way()
            run[i] = time.perf_counter() - start
    return list(np.max(comm.allgather(taken), axis=0).min(axis=0))


def redistribution(comm, runs: int) -> None:
    """Print a line for each array."""
    for target, (nq, trailing, least) in itertools.product(TARGETS, ARRAYS):
        layouts = (comm.rank, comm.size, nq, "flat", target)
        plan = redistribution_plan(*layouts)
        mat = np.arange(plan.n_own * trailing, dtype=np.complex64).reshape(-1, trailing)
        ways = [
            partial(redistribute, mat, plan, comm),
            lambda mat=mat, layouts=layouts: plain_ring(mat, comm, common_rows(*layouts)),
            partial(plain_ring, mat, comm, list(common_rows(*layouts))),
        ]
        for other in ways[1:]:
            np.testing.assert_array_equal(ways[0](), other())
        ours, ring, told = seconds(comm, ways, runs)
        if comm.rank == 0:
            times = "".join(f"{1e3 * t:10.2f}" for t in (ours, ring, told))
            aim = f">= {least}" if target == "y_pencil" else ""
            print(
                f"{comm.size:6}{f'{nq[0]}^3 x {trailing}':>14}{target:>10}{times}"
                f"{ring / ours:11.2f}{aim:>8}{told / ours:11.2f}",
                flush=True,
            )


def proportional_memory() -> int:
    """Bytes of this process, a page that n processes map counted as 1/n."""
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return 1024 * int(line.split()[1])
    raise RuntimeError("no proportional memory in smaps_rollup")


def shared_memory(comm) -> None:
    """Print how many copies of an array the ranks hold together."""
    from mpi4py import MPI

    node = comm.Split_type(MPI.COMM_TYPE_SHARED)

    def total() -> int:
        """The memory of all ranks, at the same time."""
        comm.Barrier()
        memory = proportional_memory()
        comm.Barrier()
        return sum(comm.allgather(memory))

    before = total()
    shape = (SHARED // 8,)
    array, win = build_node_shared_array(node, lambda: np.ones(shape), np.float64)
    read = array.sum()
    after = total()
    assert read == SHARED // 8
    del array
    free_shared_window(win, node)
    if comm.rank == 0:
        print(
            f"\n{SHARED >> 20} MiB for {comm.size} ranks: {before >> 20} MiB before, "
            f"{after >> 20} MiB after, growth {(after - before) / SHARED:.3f} copies, "
            f"interpreters and all {after / SHARED:.3f} (at most {MOST_COPIES})"
        )


def milliseconds(way: Callable[[], object], runs: int) -> float:
    """CPU time, the least of the runs."""
    times = [0.0] * runs
    for i in range(runs):
        start = time.process_time()
        way()
        times[i] = 1e3 * (time.process_time() - start)
    return min(times)


def alone(runs: int) -> None:
    """Print what one rank does by itself."""
    rng = np.random.default_rng(0)
    costs, nq = rng.random(62_500), (64, 64, 64)
    kernels = {
        "points of a pencil, 64^3, 4 ranks": partial(
            get_pencil_indices, 1, 4, nq, "y_pencil"
        ),
        "rows by partner, 64^3, 4 ranks": partial(
            KERNELS["phono_mpi.rows_by_partner"], 1, 4, nq, "flat", "x_pencil"
        ),
        "62 500 tasks by cost, 1024 ranks": partial(
            KERNELS["phono_mpi.balanced_ranks"], costs, 1024
        ),
    }
    print(f"\n{'kernel':>36}{'Rust ms':>10}{'NumPy ms':>10}{'NumPy/Rust':>11}{'aim':>8}")
    for name, kernel in kernels.items():
        times = []
        for backend in (Backend.RUST, Backend.PYTHON):
            with using(backend):
                times.append(milliseconds(kernel, runs))
        row = "".join(f"{t:10.3f}" for t in times)
        print(f"{name:>36}{row}{times[1] / times[0]:11.1f}{'> 1':>8}")

    blocks, order = rng.random((4, 2**21)), rng.permutation(2**18)
    rows = np.ascontiguousarray(blocks[0]).view("V64")
    numpy = {
        "sum of 4 blocks rank by rank": (
            partial(functools.reduce, np.add, blocks),
            5 * 2**24,
        ),
        "packing of rows of 64 bytes": (partial(np.take, rows, order), 2 * 2**24),
        "plain copy": (rows.copy, 2 * 2**24),
    }
    print(f"{'in NumPy, 16 MiB arrays':>36}{'ms':>10}{'GB/s':>10}")
    for name, (way, moved) in numpy.items():
        t = milliseconds(way, runs)
        print(f"{name:>36}{t:10.3f}{moved / t / 1e6:10.1f}")
    t = milliseconds(partial(weighted_sizes, costs, 1024), runs)
    print(f"{'62 500 contiguous tasks by cost':>36}{t:10.3f}")


def main() -> None:
    """Start the ranks, or be one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ranks", type=int, nargs="+", default=[2, 3, 4])
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--quick", action="store_true", help="two ranks, five runs")
    parser.add_argument("--rank", choices=["rows", "memory"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    runs = 5 if arguments.quick else arguments.runs
    if arguments.rank:
        from mpi4py import MPI

        if arguments.rank == "rows":
            redistribution(MPI.COMM_WORLD, runs)
        else:
            shared_memory(MPI.COMM_WORLD)
        return
    print(
        f"{'ranks':>6}{'array':>14}{'to':>10}{'ours ms':>10}{'ring ms':>10}{'told ms':>10}"
        f"{'ring/ours':>11}{'aim':>8}{'told/ours':>11}",
        flush=True,
    )
    program = [sys.executable, "-m", "mpi4py", __file__, f"--runs={runs}"]
    mpiexec = Path(sys.executable).with_name("mpiexec")
    for n in [2] if arguments.quick else arguments.ranks:
        command = [str(mpiexec), "-n", str(n), *program, "--rank=rows"]
        subprocess.run(command, check=True)
    command = [str(mpiexec), "-n", str(SHARED_RANKS), *program, "--rank=memory"]
    subprocess.run(command, check=True)
    alone(runs)


if __name__ == "__main__":
    main()
