"""Conductivity against temperature alone: of results, and of files of phono3py."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from phono_grid import ValueNoun
from phono_grid.errors import DomainError, as_numbers, ensure_type, frozen
from phono_grid.files import path_of
from phono_grid.hdf5 import Hdf5File, open_hdf5

from phonokit.results.kappa import KappaResult
from phonokit.results.provenance import Provenance
from phonokit.settings.mesh import mesh_name
from phonokit.settings.transport import Method

COMPONENTS = ("xx", "yy", "zz", "yz", "xz", "xy")
ISOTROPIC = 1e-3
"""Diagonal components closer than this, relatively, are drawn as one."""
TOTALS = ("kappa", "kappa_TOT_exact", "kappa_TOT_RTA")
"""Datasets of the whole conductivity, the best first."""


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class KappaCurve(ValueNoun):
    """Conductivity over temperature.

    Parameters
    ----------
    name : str
        What tells it from others, for a legend.
    temperatures : (n_T,) array_like
        K
    kappa : (n_T, 6) array_like
        W/(m K), components xx yy zz yz xz xy.
    coherences : (n_T, 6) array_like, optional
        Part of it that is carried between bands.
    formula : str
        Of the crystal, empty if it is not known.
    provenance : Provenance, optional
        Where it comes from, if that is known.
    """

    name: str
    temperatures: NDArray[np.float64]
    kappa: NDArray[np.float64]
    coherences: NDArray[np.float64] | None = None
    formula: str = ""
    provenance: Provenance | None = None

    def __post_init__(self) -> None:
        """Establish the invariants."""
        ensure_type("name", self.name, str)
        ensure_type("formula", self.formula, str)
        arrays = {
            "temperatures": as_numbers(self.temperatures, "temperatures", shape=("n_T",))
        }
        n = len(arrays["temperatures"])
        arrays["kappa"] = as_numbers(self.kappa, "kappa", shape=(n, 6))
        if self.coherences is not None:
            arrays["coherences"] = as_numbers(self.coherences, "coherences", shape=(n, 6))
        for name, array in arrays.items():
            object.__setattr__(self, name, frozen(array, name))

    @classmethod
    def of(cls, result: KappaResult) -> "KappaCurve":
        """Take the conductivity of a result."""
        method = Method(result.transport.method).value.upper()
        return cls(
            name=f"{method}, {mesh_name(result.grid)}",
            temperatures=result.temperatures,
            kappa=result.kappa,
            coherences=None if result.wigner is None else result.wigner.coherences,
            formula=result.provenance.formula,
            provenance=result.provenance,
        )

    def component(self, name: str | None) -> dict[str, NDArray[np.float64]]:
        """Curves of one component, ``"mean"`` of xx, yy, zz, or if None those that differ.

        Raises
        ------
        DomainError
            If there is no such component.
        """
        diagonal = self.kappa[:, :3]
        if name == "mean":
            return {"mean": diagonal.mean(axis=1)}
        if name is not None:
            if name not in COMPONENTS:
                raise DomainError(
                    f"component must be one of {', '.join(COMPONENTS)}, mean, got {name!r}"
                )
            return {name: self.kappa[:, COMPONENTS.index(name)]}
        limit = ISOTROPIC * np.abs(diagonal).max(axis=1)
        if (np.ptp(diagonal, axis=1) <= limit).all():
            return {"": diagonal.mean(axis=1)}
        if (np.abs(diagonal[:, 0] - diagonal[:, 1]) <= limit).all():
            return {"xx = yy": diagonal[:, 0], "zz": diagonal[:, 2]}
        return {axis: diagonal[:, i] for i, axis in enumerate(COMPONENTS[:3])}


def read_kappa_curve(path: str | Path) -> KappaCurve:
    """Read the conductivity in a kappa file of ours or of phono3py's.

    Parameters
    ----------
    path : str or Path

    Raises
    ------
    FileError
        If it cannot be read, or holds no conductivity over temperature.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> result = phonokit.kappa(silicon, (3, 3, 3), [100, 300])
    >>> phonokit.read_kappa_curve(result.write("kappa.hdf5")).kappa.shape
    (2, 6)
    """
    source = path_of(path)
    with open_hdf5(source) as file:
        if file.attributes.get("program") == "phonokit":
            return KappaCurve.of(KappaResult.read(file))
        return _of_phono3py(file)


def _of_phono3py(file: Hdf5File) -> KappaCurve:
    """The conductivity of phono3py in an open file."""
    total = next((name for name in TOTALS if name in file), None)
    if total is None or "temperature" not in file:
        raise file.error("holds no conductivity over temperature")
    coherences = file.read("kappa_C").astype(float) if "kappa_C" in file else None
    mesh = ""
    if "mesh" in file:
        mesh = ", " + " × ".join(str(n) for n in np.ravel(file.read("mesh")))
    method = "LBTE" if "kappa_RTA" in file or "kappa_TOT_exact" in file else "RTA"
    try:
        return KappaCurve(
            name=f"phono3py, {method}{mesh}",
            temperatures=file.read("temperature"),
            kappa=file.read(total).astype(float),
            coherences=coherences,
        )
    except (DomainError, ValueError) as error:
        raise file.error(f"its conductivity cannot be read: {error}") from None
