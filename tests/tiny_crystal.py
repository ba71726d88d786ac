"""A small crystal in every form that files have."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

EXAMPLE = Path(__file__).parents[1] / "examples" / "silicon"
FORCES = np.random.default_rng(7).normal(size=(4, 2, 3)).round(6)
"""One single and three pairs, two atoms."""


def rows(numbers: np.ndarray, indent: str) -> str:
    """Rows of a yaml list."""
    return "".join(f"{indent}- [ {x}, {y}, {z} ]\n" for x, y, z in numbers)


@dataclass
class Tiny:
    """Two atoms of a simple cubic crystal in a doubled cell, as yaml text.

    The blocks can be changed before they are joined.
    """

    forces_inside: bool = True
    seconds: str = "paired_with"
    blocks: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Fill the blocks."""
        self.blocks = {
            "phono3py": 'phono3py:\n  version: "4.8.2"\n',
            "unit": 'physical_unit:\n  atomic_mass: "AMU"\n  length: "angstrom"\n',
            "primitive_matrix": "primitive_matrix:\n- [ 1, 0, 0 ]\n- [ 0, 1, 0 ]\n"
            "- [ 0, 0, 1 ]\n",
            "supercell_matrix": "supercell_matrix:\n- [ 2, 0, 0 ]\n- [ 0, 1, 0 ]\n"
            "- [ 0, 0, 1 ]\n",
            "unit_cell": self.cell("unit_cell", 3.0, [0.0]),
            "supercell": self.cell("supercell", 6.0, [0.0, 0.5]),
            "pairs": self.with_forces() if self.forces_inside else self.grouped(),
        }

    def cell(self, name: str, a: float, positions: list[float]) -> str:
        """A cell along x."""
        points = "".join(
            f"  - symbol: Po # {i}\n    coordinates: [ {x}, 0.0, 0.0 ]\n    mass: 209.0\n"
            for i, x in enumerate(positions, start=1)
        )
        lattice = rows(np.diag([a, 3.0, 3.0]), "  ")
        return f"{name}:\n  lattice:\n{lattice}  points:\n{points}"

    def grouped(self) -> str:
        """Displacements without forces, those of one atom together."""
        return f"""displacement_pairs:
- atom: 1
  displacement:
    [ 0.03, 0.0, 0.0 ]
  displacement_id: 1
  {self.seconds}:
  - atom: 1
    pair_distance: 0.0
    displacements:
    - [ 0.03, 0.0, 0.0 ]
    - [ 0.0, 0.03, 0.0 ]
    displacement_ids: [ 2, 3 ]
  - atom: 2
    pair_distance: 3.0
    displacements:
    - [ 0.0, 0.0, -0.03 ]
    displacement_ids: [ 4 ]
"""

    def with_forces(self) -> str:
        """Displacements with forces, one by one."""
        text = (
            "displacement_pairs:\n- atom: 1\n  displacement:\n    [ 0.03, 0.0, 0.0 ]\n"
            f"  displacement_id: 1\n  forces:\n{rows(FORCES[0], '  ')}  {self.seconds}:\n"
        )
        for i, (atom, u) in enumerate(
            [(1, "0.03, 0.0, 0.0"), (1, "0.0, 0.03, 0.0"), (2, "0.0, 0.0, -0.03")]
        ):
            text += (
                f"  - atom: {atom}\n    displacement: [ {u} ]\n"
                f"    displacement_id: {i + 2}\n    forces:\n{rows(FORCES[i + 1], '    ')}"
            )
        return text

    @property
    def text(self) -> str:
        """The file."""
        return "\n".join(self.blocks.values())


def forces_text(forces: np.ndarray = FORCES) -> str:
    """``FORCES_FC3``."""
    text = ""
    for i, block in enumerate(forces):
        text += f"# File: {i + 1}\n# 1  0.03 0.0 0.0\n\n"
        text += "".join(f"  {x}  {y} {z} # a comment\n" for x, y, z in block)
    return text
