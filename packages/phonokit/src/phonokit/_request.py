"""What the command line asks for; light, so that ``phono --help`` is quick."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class KappaRequest:
    """The arguments of ``phono kappa``, as they were given.

    Parameters
    ----------
    path : Path
    mesh : three int
    temperatures : tuple of float
        K
    output : Path or None
        None for the default name.
    plot : Path or None
    lang : str or None
        None for the active one.
    nac : bool
        Use Born charges.
    average : bool
        Average tetrahedron weights over degenerate bands.
    method : str
        "rta" or "lbte".
    solver : str
        "cg" or "direct".
    isotopes : bool
    boundary_mfp : float or None
        µm
    sigma : float or None
        THz
    memory : float
        GB
    restart : bool
        Do not go on with an unfinished run.
    verbose : bool
    """

    path: Path
    mesh: tuple[int, int, int]
    temperatures: tuple[float, ...]
    output: Path | None
    plot: Path | None
    lang: str | None
    nac: bool
    average: bool
    method: str
    solver: str
    isotopes: bool
    boundary_mfp: float | None
    sigma: float | None
    memory: float
    restart: bool
    verbose: bool
