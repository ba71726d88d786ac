"""What does not fit into memory is refused before anything is allocated."""

import gc
import platform
import resource

import numpy as np
import pytest
from phono_grid import (
    Bands,
    BrillouinZone,
    Gaussian,
    IrreduciblePoints,
    Supercell,
    atom_permutations,
    density_of_states,
    first_brillouin_zone,
    irreducible_map,
    joint_dos,
    memory,
    shortest_vectors,
    spectra,
    tetrahedron_weights,
    triplet_images,
    triplet_weights,
    triplets_at,
    zone_images,
)
from phono_grid.errors import DomainError
from phono_grid.memory import release_freed_memory
from silicon_nouns import (
    BANDS,
    BIG,
    FINE,
    GRID,
    LARGER,
    MANY,
    ONE,
    SILICON,
    TETRAHEDRA,
    TRIPLETS,
    ZONE,
    A,
    F,
    W,
)

TOO_LARGE = [
    ("supercell_matrix: a supercell of", lambda: Supercell.of(SILICON, [90, 90, 90])),
    ("translations", lambda: LARGER.translations),
    (
        "positions and",
        lambda: shortest_vectors(F[:, :1] * [[0, 0, 1]], F[:, :1] * [[0, 0, 1]], ONE),
    ),
    (
        "rotations: permutations of",
        lambda: atom_permutations(SILICON, [ONE] * 300, [[0, 0, 0]] * 300),
    ),
    ("mesh 400 400 400: addresses", lambda: BIG.addresses),
    ("mesh 400 400 400: qpoints", lambda: BIG.qpoints),
    ("mesh 400 400 400: the irreducible map", lambda: irreducible_map(BIG)),
    ("mesh 400 400 400: the irreducible map", lambda: IrreduciblePoints.of(BIG)),
    ("mesh 400 400 400: the irreducible map", lambda: Bands.of(BIG, [[1.0]])),
    ("mesh 400 400 400: triplets", lambda: triplets_at(BIG, 0)),
    ("mesh 400 400 400: images in the zone", lambda: BrillouinZone.of(BIG)),
    ("mesh 400 400 400: images in the zone", lambda: zone_images(BIG, ONE, np.eye(3))),
    (
        "qpoints: shortest images of",
        lambda: first_brillouin_zone(F[:, :1] * [[0, 0, 1]], ONE),
    ),
    ("triplets: images of", lambda: triplet_images(ZONE, MANY)),
    ("targets: weights at", lambda: tetrahedron_weights(BANDS, TETRAHEDRA, FINE)),
    ("frequency_points: sums at", lambda: density_of_states(GRID, F, FINE)),
    ("frequency_points: sums at", lambda: spectra(BANDS, Gaussian(0.1), A, FINE)),
    ("targets: weights of", lambda: triplet_weights(GRID, TETRAHEDRA, F, TRIPLETS, FINE)),
    ("frequencies: weights of", lambda: joint_dos(GRID, F, MANY, W)),
    ("frequency_points: sums at", lambda: joint_dos(GRID, F, TRIPLETS, FINE)),
]


@pytest.mark.parametrize(("message", "call"), TOO_LARGE)
def test_what_does_not_fit_says_what_it_would_need_before_it_begins(
    message, call, monkeypatch
):
    monkeypatch.setattr(memory, "machine_memory", lambda: 16_000.0)
    with pytest.raises(
        DomainError, match=f"{message}.* would need .* GiB, this machine has"
    ):
        call()


def test_freed_memory_is_given_back_where_the_system_can(monkeypatch):
    def resident():
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize()

    if platform.libc_ver()[0] == "glibc":
        pieces = [bytearray(1000) for _ in range(100_000)]
        kept = pieces[-1]  # at the end of the heap, which cannot shrink below it
        del pieces
        gc.collect()
        before = resident()
        release_freed_memory()
        assert before - resident() > 50e6
        assert len(kept) == 1000

    def no_library(name):
        raise OSError(name)

    monkeypatch.setattr("ctypes.CDLL", no_library)
    release_freed_memory()
    monkeypatch.setattr("ctypes.CDLL", lambda name: object())
    release_freed_memory()
