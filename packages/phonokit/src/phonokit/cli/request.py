"""What the command line asks for; light, so that ``phono --help`` is quick."""

import re
from dataclasses import dataclass
from pathlib import Path

from phonokit.cli.request_crystal import Mesh


@dataclass(frozen=True, slots=True)
class KappaRequest:
    """The arguments of ``phono kappa``, as they were given.

    Parameters
    ----------
    path : Path
    mesh : three int, float, or three times three int
        Numbers, a length in Å, or the rows of a matrix.
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
    coherence : str or None
        By which theory bands carry heat between them.
    split : bool
        Tell normal from umklapp processes.
    symmetrized : bool
        Symmetrised tetrahedra.
    full_zone : bool
        Take every wave vector for itself.
    sigma : float or None
        THz
    memory : float
        GB
    over_memory : str
        "memory", "disk" or "recompute".
    fc3_cutoff : float or None
        Å
    restart : bool
        Do not go on with an unfinished run.
    plan : bool
        Only tell how long it takes.
    verbose : bool
    """

    path: Path
    mesh: Mesh
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
    coherence: str | None
    split: bool
    symmetrized: bool
    full_zone: bool
    sigma: float | None
    memory: float
    over_memory: str
    fc3_cutoff: float | None
    restart: bool
    plan: bool
    verbose: bool


def gigabytes(text: str) -> float:
    """``8GB``, ``500 MB``, ``0.5`` or ``1.5TB`` in GB."""
    scale = {"": 1.0, "GB": 1.0, "MB": 1e-3, "TB": 1e3}
    match = re.fullmatch(r"([\d.]+(?:e[+-]?\d+)?)\s*([a-z]*)", text.strip().lower())
    try:
        number, unit = match.groups() if match else ("", "")
        return float(number) * scale[unit.upper()]
    except (ValueError, KeyError):
        from phono_grid.errors import DomainError

        raise DomainError(
            f"memory: expected a size like 8GB or 500MB, got {text!r}"
        ) from None
