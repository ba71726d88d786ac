"""Convergence of a conductivity as a result."""

from dataclasses import dataclass

import numpy as np

from phonokit.results.result import Array, Numbers, Result, Words, quantity


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class ConvergeResult(Result, kind="converge"):
    """Conductivities of finer and finer meshes, and their limits.

    Sizes: ``n_c`` series (of σ, of supercells, of cutoffs), ``n_m`` meshes, in ascending
    order, ``n_T`` temperatures; components xx yy zz yz xz xy. A series that has ended early
    has NaN and 0 in the place of further meshes.
    """

    series: Words = quantity("1", "(n_c,)", "name of each series")
    tolerance: float = quantity(
        "1", "float", "relative difference from the limit that is allowed"
    )
    temperatures: Array = quantity("K", "(n_T,)", "temperatures", "temperature")
    meshes: Numbers = quantity(
        "1", "(n_m, 3, 3)", "matrices M of the meshes: wave vectors have integer M q"
    )
    n_qpoints: Numbers = quantity("1", "(n_m,)", "wave vectors of each mesh")
    kappa: Array = quantity(
        "W/(m K)", "(n_c, n_m, n_T, 6)", "conductivity of each mesh", gaps=True
    )
    limit: Array = quantity(
        "W/(m K)", "(n_c, n_T, 6)", "of infinitely fine meshes, by a line in 1/N", gaps=True
    )
    uncertainty: Array = quantity(
        "W/(m K)", "(n_c, n_T, 6)", "standard error of the limit", gaps=True
    )
    slope: Array = quantity(
        "W/(m K)", "(n_c, n_T, 6)", "d kappa / d(1/N), N^3 wave vectors", gaps=True
    )
    fitted: int = quantity("1", "int", "finest meshes that the line is fitted to")
    converged: Numbers = quantity(
        "1",
        "(n_c,)",
        "number from 0 of the mesh from which on all are within the tolerance; -1 if the "
        "last one is not, or the limit is not known so well",
    )

    @property
    def sizes(self) -> Array:
        """N, the cube root of the number of wave vectors, (n_m,)."""
        return np.asarray(np.cbrt(self.n_qpoints))

    @property
    def n_meshes(self) -> Numbers:
        """Meshes that each series has, (n_c,)."""
        return np.asarray(np.isfinite(self.kappa[:, :, 0, 0]).sum(axis=1))

    @property
    def differences(self) -> Array:
        """Relative, from the limits, the largest of xx, yy, zz; (n_c, n_m, n_T)."""
        limit = self.limit[:, None, :, :3]
        with np.errstate(divide="ignore", invalid="ignore"):
            away = np.abs(self.kappa[..., :3] / limit - 1)
        return np.asarray(away.max(axis=-1))

    @property
    def size_needed(self) -> Array:
        """N from which on the line is within the tolerance, (n_c,)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            sizes = np.abs(self.slope / self.limit)[..., :3] / self.tolerance
        return np.asarray(sizes.max(axis=(1, 2)))
