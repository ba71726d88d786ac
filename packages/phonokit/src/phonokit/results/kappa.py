"""Thermal conductivity as a result, with where it comes from."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from phono_3ph import Coherence, ConductivityWigner
from phono_grid import Gaussian, Grid, IrreduciblePoints
from phono_grid.hdf5 import Dataset, Hdf5File

from phonokit._html import html_table
from phonokit.results.kappa_file import kappa_datasets
from phonokit.results.kappa_reading import kappa_fields
from phonokit.results.rates import Conduction, Rates
from phonokit.results.result import Result
from phonokit.settings.mesh import mesh_name
from phonokit.settings.transport import Method, Transport

ROWS = 20
"""Temperatures that a notebook shows."""
SHOWN = 4
"""Temperatures whose conductivity a `repr` shows."""


def default_name(
    grid: Grid, transport: Transport, *, four_phonon: bool = False, sampled: bool = False
) -> str:
    """``kappa-m111111.hdf5`` or ``kappa-m111111-s0.1.hdf5``, as phono3py calls it.

    Of the full equation ``kappa-lbte-m111111.hdf5``, with four-phonon scattering
    ``kappa-4ph-m111111.hdf5``, of samples ``kappa-m111111-sample.hdf5``, with isotopes,
    boundaries and coherences ``kappa-m111111-isotopes-b500nm-smm19.hdf5``, so that all can
    be in one folder.
    """
    smearing = transport.scattering.smearing
    suffix = ""
    if isinstance(smearing, Gaussian):
        suffix = f"-s{smearing.sigma:g}"
    elif smearing is not None:
        suffix = "-adaptive-rms" if smearing.is_mean_square else "-adaptive"
    if transport.isotopes:
        suffix += "-isotopes"
    if transport.boundary_mfp is not None:
        suffix += f"-b{1000 * transport.boundary_mfp:g}nm"
    if transport.coherence is not None:
        suffix += f"-{Coherence.of(transport.coherence).value}"
    suffix += "-average" * transport.average_strengths
    if transport.constant_strength is not None:
        suffix += f"-p{transport.constant_strength:g}"
    suffix += "-sample" * sampled
    kind = "" if transport.method is Method.RTA else "-lbte"
    kind += "-4ph" * four_phonon
    return f"kappa{kind}-m{''.join(str(n) for n in grid.mesh)}{suffix}.hdf5"


@dataclass(frozen=True, eq=False, kw_only=True)
class KappaResult(Result, kind="kappa"):
    r"""Thermal conductivity and what it is made of.

    Sizes: ``n_i`` irreducible wave vectors, ``n_b`` bands, ``n_T`` temperatures; the six
    components are xx yy zz yz xz xy.

    Parameters
    ----------
    grid : Grid
        Of wave vectors, with the point group of the crystal.
    temperatures : (n_T,) array
        K
    qpoints : (n_i, 3) array
        Fractional, in the first Brillouin zone.
    grid_points : (n_i,) array of int
        Their indices in `phono_grid.Grid`.
    weights : (n_i,) array of int
        Wave vectors of each star.
    frequencies : (n_i, n_b) array
        THz, negative if imaginary.
    group_velocities : (n_i, n_b, 3) array
        Å THz
    conduction : Conduction
        Heat capacities, and the conductivity by the method asked for and in the
        relaxation-time approximation.
    rates : Rates
        Γ, half widths at half maximum, THz; the lifetime is :math:`1 / 4\pi\Gamma`.
    transport : Transport
        What scatters, and how the Boltzmann equation is solved.
    provenance : Provenance
    kappa_error : (n_T, 6) array, optional
        Standard error of the conductivity, if scattering was sampled.
    """

    grid: Grid
    temperatures: NDArray[np.float64]
    qpoints: NDArray[np.float64]
    grid_points: NDArray[np.int64]
    weights: NDArray[np.int64]
    frequencies: NDArray[np.float64]
    group_velocities: NDArray[np.float64]
    conduction: Conduction
    rates: Rates
    transport: Transport
    kappa_error: NDArray[np.float64] | None = None

    @property
    def default_name(self) -> str:
        """The name that phono3py gives the file, but for the full equation."""
        has_four = self.rates.four_phonon is not None
        sampled = self.kappa_error is not None
        return default_name(
            self.grid, self.transport, four_phonon=has_four, sampled=sampled
        )

    def datasets(self) -> dict[str, Dataset]:
        """Everything that is written, by phono3py's names."""
        return {**self.cell_datasets(), **kappa_datasets(self)}

    @classmethod
    def read(cls, file: Hdf5File) -> Self:
        """Make a conductivity of an open file of one."""
        return cls(**kappa_fields(file))

    def __repr__(self) -> str:
        """Crystal, mesh, temperatures, transport and κ."""
        t, kappa = self.temperatures, self.kappa
        values = [f"{k[:3].mean():.4g} at {x:g} K" for x, k in zip(t, kappa, strict=True)]
        shown = values if len(t) <= SHOWN else [values[0], "...", values[-1]]
        return (
            f"KappaResult({self.provenance.formula}, mesh {mesh_name(self.grid)}, "
            f"{self.transport.description}: mean κ {', '.join(shown)}, W/(m K))"
        )

    def _repr_html_(self) -> str:
        """A table for notebooks: κ, one row per temperature."""
        about = self.provenance
        title = (
            f"{about.formula}, mesh {mesh_name(self.grid)}, {self.transport.description}: "
            "κ, W/(m K)"
        )
        rows = [
            (f"{t:g}", *(f"{float(x):z.3f}" for x in kappa))
            for t, kappa in zip(self.temperatures, self.kappa, strict=True)
        ]
        shown = rows if len(rows) <= ROWS else [*rows[:ROWS], ("...",)]
        return html_table(title, ("T (K)", "xx", "yy", "zz", "yz", "xz", "xy"), shown)

    @property
    def mesh(self) -> NDArray[np.int64]:
        """Numbers of the grid, (3,)."""
        return self.grid.mesh

    @property
    def reciprocal_lattice(self) -> NDArray[np.float64]:
        """Rows, 1/Å, without 2π."""
        return self.grid.reciprocal_lattice

    @property
    def irreducible(self) -> IrreduciblePoints:
        """The wave vectors of the result, as `phono_3ph.accumulate` takes them."""
        return IrreduciblePoints(self.grid_points, self.weights)

    @property
    def kappa(self) -> NDArray[np.float64]:
        """W/(m K), (n_T, 6)."""
        return self.conduction.kappa

    @property
    def mode_kappa(self) -> NDArray[np.float64]:
        """(n_T, n_i, n_b, 6); its sum over modes over the number of grid points is κ."""
        return self.conduction.mode_kappa

    @property
    def unscattered(self) -> NDArray[np.int64]:
        """Phonons that nothing scatters, left out of κ: (n, 3).

        Numbers of the temperature, of the irreducible wave vector and of the band.
        """
        return np.argwhere(self.conduction.unscattered)

    @property
    def wigner(self) -> ConductivityWigner | None:
        """Populations and coherences, if the transport has a theory of them."""
        return self.conduction.wigner

    @property
    def linewidths(self) -> NDArray[np.float64]:
        """Linewidths from three-phonon scattering alone, THz, (n_T, n_i, n_b)."""
        return self.rates.phonon

    @property
    def heat_capacities(self) -> NDArray[np.float64]:
        """Heat capacities of the modes, eV/K, (n_T, n_i, n_b)."""
        return self.conduction.heat_capacities

    @property
    def gv_by_gv(self) -> NDArray[np.float64]:
        """``Σ v v`` over the star, Å² THz², (n_i, n_b, 6)."""
        return self.conduction.rta.gv_by_gv

    @property
    def factor(self) -> float:
        """W/(m K) per Å² THz² · eV/K / THz."""
        return self.conduction.rta.factor
