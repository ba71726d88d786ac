"""A quantity of every phonon over frequency, as a result."""

from dataclasses import dataclass, replace

import numpy as np
from phono_grid.hdf5 import Dataset

from phonokit.results.result import Array, Numbers, Parts, Result, quantity
from phonokit.settings.mode_quantity import ModeQuantity


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class ModeQuantityResult(Result, kind="mode_quantity"):
    """A quantity of every phonon, and its sum over phonons below a frequency.

    Sizes: ``n_i`` irreducible wave vectors, ``n_b`` bands, ``n_f`` frequencies in equal
    steps. The three mappings have one entry, whose name is the quantity. Sums are over
    bands and averages over wave vectors, so that those of heat capacities end at that of
    a primitive cell.
    """

    temperature: float = quantity("K", "float", "of heat capacity and linewidth")
    frequency: Array = quantity("THz", "(n_i, n_b)", "of the phonons")
    weight: Numbers = quantity("1", "(n_i,)", "wave vectors of each star")
    modes: Parts = quantity("1", "dict of arrays", "of each phonon", "mode")
    frequency_point: Array = quantity("THz", "(n_f,)", "frequencies")
    below: Parts = quantity("1", "dict of arrays", "of all phonons below")
    density: Parts = quantity("1", "dict of arrays", "d below / d f")

    @property
    def quantity(self) -> ModeQuantity:
        """Which quantity it is."""
        (name,) = self.modes
        return ModeQuantity.of(name)

    @property
    def values(self) -> Array:
        """The quantity of each phonon, (n_i, n_b); 0 where it has none."""
        return np.asarray(self.modes[self.quantity.value])

    @property
    def mean(self) -> float:
        """The mean over all phonons of the mesh."""
        weights = self.weight / self.weight.sum()
        return float((weights @ self.values).mean())

    def datasets(self) -> dict[str, Dataset]:
        """Everything that is written, with the unit of the quantity."""
        datasets, unit = super().datasets(), self.quantity.unit
        axes = {"mode": ("q", "band"), "below": ("frequency_point",)}
        axes["density"] = axes["below"]
        for name, dataset in datasets.items():
            part, found, _ = name.partition("/")
            if found:
                datasets[name] = replace(
                    dataset,
                    unit=f"{unit}/THz" if part == "density" else unit,
                    meaning=f"{self.quantity.meaning}, {dataset.meaning}",
                    axes=axes[part],
                )
        return datasets
