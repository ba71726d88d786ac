"""What every command on a crystal is asked for; light."""

from dataclasses import dataclass
from pathlib import Path

Triple = tuple[int, int, int]
Nine = tuple[int, int, int, int, int, int, int, int, int]
Mesh = Triple | float | tuple[Triple, Triple, Triple]
"""As `phono_grid.Grid.of` takes it."""

KAPPA_MESH: Triple = (11, 11, 11)
"""Of conductivities, if none is given."""


@dataclass(frozen=True, slots=True)
class CrystalRequest:
    """The arguments that the commands on a crystal share.

    Parameters
    ----------
    path : Path
    mesh : three int, float, or three times three int
        Numbers, a length in Å, or the rows of a matrix.
    output : Path
    plot : Path or None
    lang : str or None
    nac : bool
        Use Born charges.
    """

    path: Path
    mesh: Mesh
    output: Path
    plot: Path | None
    lang: str | None
    nac: bool


def mesh_of(
    numbers: Triple | None, matrix: Nine | None, length: float | None, default: Triple
) -> Mesh:
    """The one way in which a mesh was given."""
    ways = {"--mesh": numbers, "--mesh-matrix": matrix, "--mesh-length": length}
    given = [name for name, value in ways.items() if value is not None]
    if len(given) > 1:
        from phono_grid.errors import DomainError

        raise DomainError(f"{' and '.join(given)}: give one of them")
    if matrix is not None:
        return matrix[:3], matrix[3:6], matrix[6:]
    return length if length is not None else numbers or default
