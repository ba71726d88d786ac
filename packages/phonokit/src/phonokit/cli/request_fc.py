"""What the commands for force constants ask; light, so that ``phono --help`` is quick."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DisplaceRequest:
    """The arguments of ``phono displace``.

    Parameters
    ----------
    structure : Path
    supercell : three or nine int
    primitive : str
        "auto" or a centring letter.
    distance : float or None
        Å; None for the default of the order.
    cutoff : float or None
        Å
    second_order : bool
        Single displacements only.
    plus_minus : str
        "auto", "yes" or "no".
    axes_only : bool
    output : Path
        A folder.
    structures : str or None
        Write every supercell in this format of ASE.
    phonon_supercell : three or nine int, or None
        Of second order alone.
    random : int or None
        How many supercells have all atoms displaced at random.
    seed : int or None
    gaussian : bool
    """

    structure: Path
    supercell: tuple[int, ...]
    primitive: str
    distance: float | None
    cutoff: float | None
    second_order: bool
    plus_minus: str
    axes_only: bool
    output: Path
    structures: str | None
    phonon_supercell: tuple[int, ...] | None = None
    random: int | None = None
    seed: int | None = None
    gaussian: bool = False


@dataclass(frozen=True, slots=True)
class ForcesRequest:
    """The arguments of ``phono forces``.

    Parameters
    ----------
    path : Path
    files : tuple of Path
        Finished calculations.
    calculator : str or None
        ``module:factory`` or ``file.py:factory``.
    options : tuple of str
        ``name=value``.
    residual : bool
        Compute the supercell at rest and subtract its forces.
    residual_file : Path or None
        The finished calculation of the supercell at rest.
    phonon_residual_file : Path or None
        That of the separate supercell of second order.
    """

    path: Path
    files: tuple[Path, ...]
    calculator: str | None
    options: tuple[str, ...]
    residual: bool
    residual_file: Path | None
    phonon_residual_file: Path | None = None


@dataclass(frozen=True, slots=True)
class ConstantsRequest:
    """The arguments of ``phono fc``.

    Parameters
    ----------
    path : Path
    output : Path
        A folder.
    full : bool
    symmetrize : bool
    cutoff : float or None
        Å, of third-order constants.
    text : bool
        Write FORCE_CONSTANTS too.
    least_squares : bool
        Solve displaced atoms and pairs by least squares too.
    sparse : bool
        Keep nothing beyond the cutoff, in memory and on disk.
    lang : str or None
    displace : DisplaceRequest or None
        What to do first, if ``path`` is a structure.
    forces : ForcesRequest or None
        What to do then.
    unused : tuple of str
        Options that mean nothing without a calculator, and there is none.
    """

    path: Path
    output: Path
    full: bool
    symmetrize: bool
    cutoff: float | None
    text: bool
    least_squares: bool
    sparse: bool
    lang: str | None
    displace: DisplaceRequest | None = None
    forces: ForcesRequest | None = None
    unused: tuple[str, ...] = ()
