"""Input for the kernels of phono_mpi."""

LAYOUTS = ["flat", "slab", "x_pencil", "y_pencil", "z_pencil"]


def pencils(rng):
    layout = rng.choice(LAYOUTS)
    size = int(rng.integers(1, 9))
    return (int(rng.integers(size)), size, rng.integers(1, 7, size=3), str(layout)), {}


def layouts(rng):
    (rank, size, nq, layout), _ = pencils(rng)
    other = rng.choice(LAYOUTS)
    return (rank, size, nq, layout, str(other)), {}


def costs(rng):
    # Many alike.
    return (
        rng.integers(0, 5, size=int(rng.integers(0, 40))) / 4,
        int(rng.integers(1, 9)),
    ), {}


CASES = {
    "phono_mpi.balanced_ranks": costs,
    "phono_mpi.get_pencil_indices": pencils,
    "phono_mpi.rows_by_partner": layouts,
}
