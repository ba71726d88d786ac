"""The crystals of the atlas, and what is computed of each."""

import sys
from dataclasses import dataclass
from pathlib import Path

BENCHES = Path(__file__).parents[1]
sys.path.insert(0, str(BENCHES))
CRYSTALS = BENCHES / "crystals.py"
KINDS = {
    "rta": "relaxation time, tetrahedra",
    "defaults": "relaxation time, weights not averaged",
    "gaussians": "relaxation time, Gaussians of 0.1 THz",
    "isotopes": "relaxation time, natural isotopes",
    "lbte": "full equation",
}
"""A word for every calculation, and what it says in a table."""
SIGMA = 0.1
"""THz"""
TEMPERATURE = 300.0
"""K"""
KALDO = "kaldo"
"""The calculation that is kALDo's and ours alone: its Gaussians end at 2 √2 σ."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One crystal; ``folder`` is one of the test data, or made by `CRYSTALS`.

    kALDo, which takes minutes, has a mesh and third order up to a distance (Å) of its own,
    or is left out.
    """

    title: str
    folder: str
    mesh: tuple[int, int, int]
    quick: tuple[int, int, int]
    kinds: tuple[str, ...] = tuple(KINDS)
    made: bool = False
    kaldo: tuple[int, int, int] | None = None
    kaldo_cutoff: float = 0.0


CASES = {
    "Si": Case(
        title="silicon, 2 atoms",
        folder="si-pbesol",
        mesh=(9, 9, 9),
        quick=(5, 5, 5),
        kaldo=(5, 5, 5),
        kaldo_cutoff=4.6,
    ),
    "NaCl": Case(
        title="NaCl, 2 atoms, charges",
        folder="nacl-pbe",
        mesh=(7, 7, 7),
        quick=(3, 3, 3),
    ),
    "AlN": Case(
        title="AlN, 4 atoms, charges",
        folder="aln-lda",
        mesh=(5, 5, 3),
        quick=(3, 3, 3),
        kaldo=(3, 3, 3),
        kaldo_cutoff=3.3,
    ),
    "6H-SiC": Case(
        title="6H-SiC, 12 atoms, Tersoff",
        folder="6h-sic",
        mesh=(3, 3, 3),
        quick=(3, 3, 3),
        made=True,
    ),
    "clathrate": Case(
        title="clathrate, 48 atoms, Tersoff",
        folder="clathrate",
        mesh=(2, 2, 2),
        quick=(2, 2, 2),
        kinds=("rta",),
        made=True,
    ),
}
