"""A short round of mutations, and those that were wrong once."""

import pytest
from fuzzing.originals import READERS
from fuzzing.watch import in_turn, run

pytestmark = pytest.mark.needs_rust
SECONDS = 3
"""Limit of a round; `nox -s fuzz` goes on as long as it is told to."""
ONCE_WRONG = [
    *(("run", 5), ("castep-cell", 13), ("elk-in", 13), ("tdep4", 15), ("dump", 27)),
    *(("displacements", 0), ("joint-dos", 22), ("self-energy", 11), ("kappa", 59)),
    *(("cif", 113), ("sparse", 134), ("strengths", 139), ("fc3.hdf5", 93)),
    *(("stored", 193), ("charges-outcar", 372), ("random", 425)),
    *(("kappa", 455), ("shengbte", 592), ("extxyz", 628), ("store", 890)),
    ("of-abinit.out", 1986),
    *(("fourth", 947), ("dump", 1278), ("run", 1350), ("alamode", 347), ("d3q", 39)),
    *(("md.extxyz", 125), ("alamode.h5", 191), ("kaldo", 395), ("vaspout", 398)),
    *(("md.dump", 457), ("md.extxyz", 3161), ("alamode", 337444)),
]
"""Mutations that ended in something else than a result or one line."""


def ensure_no_faults(answers):
    """Require a result or an error of ours each time."""
    counts, faults = 0, []
    for name, number, what in answers:
        counts += 1
        if what.startswith("fault"):
            faults.append(f"{name}:{number} {what}")
    assert not faults, "\n".join(faults)
    return counts


def test_a_mutated_file_is_refused_in_one_line_or_read(tmp_path):
    names = list(READERS)
    answers = run(tmp_path, names, in_turn(names, range(10**6)), SECONDS)
    assert ensure_no_faults(answers) >= len(names)


def test_what_was_wrong_once_stays_right(tmp_path):
    names = sorted({name for name, _ in ONCE_WRONG})
    assert ensure_no_faults(run(tmp_path, names, ONCE_WRONG)) == len(ONCE_WRONG)
