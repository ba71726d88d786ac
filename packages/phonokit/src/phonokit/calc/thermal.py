"""Free energy, entropy and heat capacity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_dynmat import (
    ThermalProperties,
    atom_projections,
    band_projections,
    cif_displacements,
    phonon_frequencies,
    phonon_modes,
    rigid_translations,
    thermal_properties,
)
from phono_grid import Grid, IrreduciblePoints, using
from phono_grid.errors import (
    DomainError,
    ensure_flag,
    ensure_not_negative,
    named,
)

from phonokit._documented import documented
from phonokit.calc.displacements import by_symmetry, mode_displacements
from phonokit.calc.dos import atom_names
from phonokit.calc.harmonic_grid import harmonic_grid, mesh_record
from phonokit.calc.record import INPUTS, Record, checked_run
from phonokit.calc.slabs import Slabs, images, zone_points
from phonokit.calc.stability import warn_of_imaginary_modes, without_translations
from phonokit.model.crystal import Crystal
from phonokit.results.harmonic import ThermalResult
from phonokit.run.run import Run
from phonokit.settings.mesh import HARMONIC_MESH
from phonokit.settings.projection import Part
from phonokit.settings.temperatures import THERMAL_TEMPERATURES, checked_temperatures

CURVE = 200
"""Steps of the curve that is drawn."""


@documented(INPUTS)
def thermal(
    crystal: Crystal,
    mesh: ArrayLike = HARMONIC_MESH,
    temperatures: float | Sequence[float] | NDArray[np.float64] = THERMAL_TEMPERATURES,
    *,
    cutoff_frequency: float = 0.0,
    classical: bool = False,
    by: Part | str | None = None,
    displacements: bool = False,
    shift: bool = False,
    nac: bool = True,
    run: Run | None = None,
) -> ThermalResult:
    r"""Free energy, entropy and heat capacity of harmonic phonons at constant volume.

    .. math::

        F = \langle \tfrac{hf}{2} + k_B T \ln(1 - e^{-x}) \rangle, \quad
        S = k_B \langle \tfrac{x}{e^x - 1} - \ln(1 - e^{-x}) \rangle, \quad
        C_V = k_B \langle \tfrac{x^2 e^x}{(e^x - 1)^2} \rangle, \quad
        x = \frac{h f}{k_B T}

    summed over bands and averaged over the wave vectors of a mesh. The three acoustic modes
    at Γ are left out: they move the crystal as a whole.

    Parameters
    ----------
    temperatures : float or sequence of float
        K; 0, 10, ... 1000 if not given.
    cutoff_frequency : float
        THz; modes at or below do not take part, and imaginary ones never.
    classical : bool
        The limit of high temperatures, without quantum effects.
    by : Part or "band" or "atom", optional
        What each band, or atom, has of it too.
    displacements : bool
        Mean-square displacements too, as `phonokit.displacements` gives them.
    shift : bool
        Shift the mesh by half a step along axes with even numbers, as Monkhorst and Pack
        do, and phonopy unless it is centred on Γ.

    Returns
    -------
    ThermalResult
        Per primitive cell: eV and eV/K. `phono_grid.units.MOLE` makes J/mol of eV.

    Raises
    ------
    DomainError
        If the mesh is not positive, or a temperature or the cutoff is negative.

    Warns
    -----
    ImaginaryModesWarning
        If there are imaginary modes; they do not take part.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> result = phonokit.thermal(silicon, (8, 8, 8), [300, 5000])
    >>> result.heat_capacity.shape  # temperatures; eV/K
    (2,)
    """
    run = checked_run(crystal, nac, run)
    ensure_flag("classical", classical)
    ensure_flag("displacements", displacements)
    ensure_not_negative("cutoff_frequency", cutoff_frequency, "THz")
    part = None if by is None else named(Part, by, "by")
    if part is Part.ELEMENT:
        raise DomainError('by: expected "band" or "atom", got "element"')
    t = checked_temperatures(temperatures)
    cell = crystal.primitive
    grid = harmonic_grid(crystal, mesh, shift=shift)
    record = Record(
        product="thermal",
        crystal=crystal,
        nac=nac,
        settings={**mesh_record(grid), "cutoff_frequency": cutoff_frequency},
    )
    whole = _WholeMesh(crystal, grid, t, cutoff_frequency, part, displacements)
    with using(crystal.backend):
        # A store holds one calculation: that of the whole mesh if there is one.
        alone = replace(run, store=None, progress=None) if whole.is_needed else run
        irreducible = IrreduciblePoints.of(grid)
        q, f = _irreducible_frequencies(crystal, grid, irreducible, record, alone)
        parts = whole.complete(record, run) if whole.is_needed else {}
    if run.ranks.rank == 0:
        warn_of_imaginary_modes(q, f, "they do not take part", irreducible.weights)
    f = without_translations(q, f)

    def properties(
        f: NDArray[np.float64], t: NDArray[np.float64] = t, **how: Any
    ) -> ThermalProperties:
        return thermal_properties(
            f, t, cutoff_frequency=cutoff_frequency, classical=classical, **how
        )

    total = properties(f, weights=irreducible.weights)
    dense = _dense(t, classical=classical)
    smooth = properties(f, dense, weights=irreducible.weights)
    each = None
    if part is not None:
        f_all = without_translations(zone_points(grid), parts["frequencies"])
        shares = parts["shares"] if part is Part.ATOM else band_projections(f_all)
        each = _named_parts(properties(f_all, projections=shares))
    u = parts.get("displacements")
    u = None if u is None else by_symmetry(crystal, u)
    left_out = (f <= cutoff_frequency).sum(axis=1) @ irreducible.weights
    return ThermalResult(
        temperatures=t,
        free_energy=total.free_energy,
        entropy=total.entropy,
        heat_capacity=total.heat_capacity,
        zero_point_energy=float(total.zero_point_energy),
        n_bands=f.shape[1],
        n_modes=grid.n_q * f.shape[1],
        n_left_out=int(left_out),
        n_translations=int(rigid_translations(q, f).sum()),
        bands=each if part is Part.BAND else None,
        atoms=each if part is Part.ATOM else None,
        atom_names=np.array(atom_names(cell)),
        displacements=u,
        displacements_cif=None if u is None else cif_displacements(u, cell),
        curve={
            "temperature": dense,
            "free_energy": smooth.free_energy,
            "entropy": smooth.entropy,
            "heat_capacity": smooth.heat_capacity,
        },
        provenance=record.provenance(classical=classical),
    )


def _dense(temperatures: NDArray[np.float64], *, classical: bool) -> NDArray[np.float64]:
    """Temperatures of a smooth curve over the range of those that are asked for, K."""
    low, high = float(temperatures.min()), float(temperatures.max())
    if len(temperatures) < 2 or low == high:
        low, high = 0.0, max(high, 1.0)
    # Without quantum effects the entropy has no limit at 0 K.
    low = max(low, high / CURVE) if classical else low
    return np.linspace(low, high, CURVE + 1)


def _irreducible_frequencies(
    crystal: Crystal,
    grid: Grid,
    irreducible: IrreduciblePoints,
    record: Record,
    run: Run,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Irreducible wave vectors and their frequencies. Collective."""
    dynamics = crystal.dynamics(nac=record.nac)
    n_b = 3 * crystal.primitive.n_atoms
    q = grid.qpoints_at(irreducible.points)
    q = images(dynamics, q, grid.reciprocal_lattice)
    slabs = Slabs(
        qpoints=q,
        n_bands=n_b,
        compute=lambda some: {"frequencies": phonon_frequencies(dynamics, some)},
        each=np.dtype([("frequencies", "<f8", (n_b,))]),
        key=record.key,
    )
    return q, slabs.complete(run)["frequencies"]


@dataclass(frozen=True, slots=True, eq=False)
class _WholeMesh:
    """Quantities that need the eigenvectors, or all wave vectors, of a mesh."""

    crystal: Crystal
    grid: Grid
    temperatures: NDArray[np.float64]
    cutoff_frequency: float
    by: Part | None
    displacements: bool

    @property
    def is_needed(self) -> bool:
        """Whether anything of that is asked for."""
        return self.by is not None or self.displacements

    def complete(self, record: Record, run: Run) -> dict[str, NDArray[Any]]:
        """Frequencies and shares of atoms, and displacements. Collective."""
        n_a, n_t = self.crystal.primitive.n_atoms, len(self.temperatures)
        each: list[Any] = []
        if self.by is not None:
            each.append(("frequencies", "<f8", (3 * n_a,)))
        if self.by is Part.ATOM:
            each.append(("shares", "<f8", (3 * n_a, n_a)))
        sums = [("displacements", "<f8", (n_t, n_a, 3, 3))] if self.displacements else []
        dynamics = self.crystal.dynamics(nac=record.nac)

        def compute(q: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
            modes = phonon_modes(dynamics, q)
            values: dict[str, NDArray[Any]] = {"frequencies": modes.frequencies}
            if self.by is Part.ATOM:
                values["shares"] = atom_projections(modes).sum(axis=3)
            if self.displacements:
                u = mode_displacements(
                    modes, self.crystal, self.temperatures, self.cutoff_frequency
                )
                values["displacements"] = len(q) / self.grid.n_q * u
            return values

        slabs = Slabs(
            qpoints=zone_points(self.grid),
            n_bands=3 * n_a,
            compute=compute,
            each=np.dtype(each),
            sums=np.dtype(sums),
            key=lambda: record.key(
                by=self.by and self.by.value, temperatures=self.temperatures
            ),
        )
        return slabs.complete(run)


def _named_parts(each: ThermalProperties) -> dict[str, NDArray[np.float64]]:
    """Properties of bands or atoms by name."""
    return {
        "free_energy": each.free_energy,
        "entropy": each.entropy,
        "heat_capacity": each.heat_capacity,
        "zero_point_energy": each.zero_point_energy,
    }
