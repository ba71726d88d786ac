"""Strengths on disk."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from phono_grid import Triplets
from phono_grid.errors import (
    DomainError,
    FileError,
    PhonoError,
    ensure_index,
    ensure_integer,
    ensure_type,
    frozen,
)
from phono_grid.hdf5 import Dataset, Hdf5File, open_hdf5, write_hdf5

from phono_3ph._periodic_modes import PeriodicModes
from phono_3ph._series3 import Series3
from phono_3ph._strengths import Strengths, digest, fingerprint

FORMAT = "phono_3ph.Strengths 1"


@dataclass(frozen=True, slots=True)
class StrengthsOrigin:
    """Origin of strengths: the grid, the constants and the phonons they belong to.

    Parameters
    ----------
    grid_matrix : tuple of int
        ``M`` of the grid, row by row; a diagonal one is the mesh.
    q : int
        Index in the grid.
    constants : str
        SHA-256 of the third-order series.
    phonons : str
        SHA-256 of the grid and the frequencies.
    """

    grid_matrix: tuple[int, ...]
    q: int
    constants: str
    phonons: str

    def __post_init__(self) -> None:
        """Establish the invariants."""
        matrix = frozen(self.grid_matrix, "grid_matrix", np.int64, (9,))
        object.__setattr__(self, "grid_matrix", tuple(matrix.tolist()))
        object.__setattr__(self, "q", ensure_integer("q", self.q, 0))
        ensure_type("constants", self.constants, str)
        ensure_type("phonons", self.phonons, str)

    @classmethod
    def of(cls, series: Series3, phonons: PeriodicModes, q: int) -> "StrengthsOrigin":
        """Origin of the strengths at grid point ``q``."""
        ensure_type("series", series, Series3)
        ensure_type("phonons", phonons, PeriodicModes)
        q = ensure_index("q", q, phonons.grid.n_q)
        matrix = tuple(phonons.grid.matrix.ravel().tolist())
        constants = (series.values, series.atoms, series.cells)
        return cls(matrix, q, digest(*constants), fingerprint(phonons))


def write_strengths(
    path: str | Path, strengths: Strengths, origin: StrengthsOrigin
) -> Path:
    """Write strengths with what they are of; readers see the whole file or none.

    Raises
    ------
    FileError
        If h5py is missing or the file cannot be written.
    """
    ensure_type("path", path, str, Path)
    ensure_type("strengths", strengths, Strengths)
    ensure_type("origin", origin, StrengthsOrigin)
    path = Path(path)
    if not path.name:
        raise FileError(f"path must name a file, got {str(path)!r}")
    triplets = strengths.triplets
    datasets = {
        "strength": Dataset(strengths.values, "eV^2", "triplet, j, j', j''; with 1/n_q"),
        "triplet": Dataset(triplets.points, "1", "grid indices of q, q', q''"),
        "weight": Dataset(triplets.weights, "1", "multiplicities of triplets"),
        "band": Dataset(strengths.bands, "1", "initial bands j, from 0"),
    }
    about = {
        "format": FORMAT,
        "grid_matrix": np.reshape(origin.grid_matrix, (3, 3)),
        "q": origin.q,
        "constants_sha256": origin.constants,
        "phonons_sha256": origin.phonons,
    }
    _ensure_h5py()
    return write_hdf5(path, datasets, about, compressed=False)


def read_strengths(path: str | Path, origin: StrengthsOrigin) -> Strengths:
    """Read strengths that must have been computed from ``origin``.

    Raises
    ------
    FileError
        If the file is missing, broken or of another kind, or h5py is missing.
    DomainError
        If the strengths are of another mesh, wave vector or crystal.
    """
    ensure_type("path", path, str, Path)
    ensure_type("origin", origin, StrengthsOrigin)
    path = Path(path)
    _ensure_h5py()
    with open_hdf5(path) as file:
        if file.text("format") != FORMAT:
            raise FileError(f"{path}: holds no strengths; write_strengths makes them")
        try:
            stored = _origin_in(file)
            points = file.read("triplet", (None, 3))
            n_t, bands = len(points), file.read("band", (None,))
            values = file.read("strength", (n_t, len(bands), None, None))
            triplets = Triplets(points, file.read("weight", (n_t,)))
            strengths = Strengths(triplets, values, bands, stored.phonons)
        except FileError:
            raise
        except PhonoError as error:
            raise FileError(f"{path}: cannot be read ({error}); compute it again") from None
    _ensure_same(path, stored, origin)
    return strengths


def _origin_in(file: Hdf5File) -> StrengthsOrigin:
    """Origin of the strengths in ``file``."""
    return StrengthsOrigin(
        tuple(np.ravel(file.attributes.get("grid_matrix", ()))),
        file.attributes.get("q", -1),
        file.text("constants_sha256"),
        file.text("phonons_sha256"),
    )


def _ensure_same(path: Path, stored: StrengthsOrigin, asked: StrengthsOrigin) -> None:
    """Refuse strengths of something else."""

    def mesh(origin: StrengthsOrigin) -> str:
        """The mesh in words."""
        m = np.reshape(origin.grid_matrix, (3, 3))
        plain = (m == np.diag(m.diagonal())).all()
        return " ".join(str(x) for x in (m.diagonal() if plain else m.ravel()))

    for what, have, want in (
        ("the mesh", mesh(stored), mesh(asked)),
        ("grid point", stored.q, asked.q),
        ("other third-order constants,", stored.constants[:8], asked.constants[:8]),
        ("other phonons,", stored.phonons[:8], asked.phonons[:8]),
    ):
        if have != want:
            raise DomainError(
                f"{path}: strengths of {what} {have}, asked for {want}; compute them again "
                "or name the right file"
            )


def _ensure_h5py() -> None:
    """Require the package, which is an extra."""
    if find_spec("h5py") is None:
        raise FileError("strengths on disk need h5py; install it with: pip install h5py")
