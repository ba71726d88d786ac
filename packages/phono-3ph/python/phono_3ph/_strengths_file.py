"""Strengths on disk."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from phono_grid.files import replacing

from phono_3ph._periodic_modes import PeriodicModes
from phono_3ph._series3 import Series3
from phono_3ph._strengths import Strengths, digest, fingerprint

if TYPE_CHECKING:
    pass

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
    path, h5py = Path(path), _h5py()
    if not path.name:
        raise FileError(f"path must name a file, got {str(path)!r}")
    with replacing(path) as beside, h5py.File(beside, "w") as file:
        for name, value, unit, meaning in (
            (
                "strength",
                strengths.values,
                "eV^2",
                "triplet, j, j', j''; with 1/n_q",
            ),
            ("triplet", strengths.triplets.points, "1", "grid indices of q, q', q''"),
            ("weight", strengths.triplets.weights, "1", "multiplicities of triplets"),
            ("band", strengths.bands, "1", "initial bands j, from 0"),
        ):
            dataset = file.create_dataset(name, data=value)
            dataset.attrs["unit"], dataset.attrs["meaning"] = unit, meaning
        file.attrs["format"] = FORMAT
        file.attrs["grid_matrix"] = np.reshape(origin.grid_matrix, (3, 3))
        file.attrs["q"] = origin.q
        file.attrs["constants_sha256"] = origin.constants
        file.attrs["phonons_sha256"] = origin.phonons
    return path


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
    path, h5py = Path(path), _h5py()
    try:
        with h5py.File(path) as file:
            if file.attrs.get("format") != FORMAT:
                raise FileError(f"{path}: holds no strengths; write_strengths makes them")
            stored = _origin_in(file)
            triplets = Triplets(file["triplet"][()], file["weight"][()])
            values, bands = file["strength"][()], file["band"][()]
            strengths = Strengths(triplets, values, bands, stored.phonons)
    except FileError:
        raise
    except (OSError, KeyError, TypeError, PhonoError) as error:
        raise FileError(f"{path}: cannot be read ({error}); compute it anew") from None
    _ensure_same(path, stored, origin)
    return strengths


def _origin_in(file: Any) -> StrengthsOrigin:
    """Origin of the strengths in ``file``."""
    return StrengthsOrigin(
        tuple(np.ravel(file.attrs["grid_matrix"])),
        file.attrs["q"],
        str(file.attrs["constants_sha256"]),
        str(file.attrs["phonons_sha256"]),
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
                f"{path}: strengths of {what} {have}, asked for {want}; compute them anew "
                "or name the right file"
            )


def _h5py() -> Any:
    """The package, imported late."""
    try:
        import h5py
    except ImportError:
        raise FileError(
            "strengths on disk need h5py; install it with: pip install phono-3ph[hdf5]"
        ) from None
    return h5py
