"""Record of force constants as a reader found them."""

from dataclasses import dataclass
from pathlib import Path

from phonokit.model.constants import Constants2, Constants3
from phonokit.model.dipoles import Dipoles


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ConstantsRecord:
    """Force constants of a file or folder, as they are there.

    Parameters
    ----------
    format : str
        Its name, for a person.
    second, third : force constants, or None
        Of one primitive cell.
    polar : Dipoles or None
        Constants of a supercell hold the interaction of the dipoles, those on lattice
        vectors do not.
    files : tuple of Path
        All that was read.
    mesh : tuple of int, or None
    scalebroad : float or None
        Settings of a calculation that stand beside the constants.
    """

    format: str
    second: Constants2 | None = None
    third: Constants3 | None = None
    polar: Dipoles | None = None
    files: tuple[Path, ...] = ()
    mesh: tuple[int, int, int] | None = None
    scalebroad: float | None = None
