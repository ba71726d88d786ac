"""Names of axes in HDF5: labels, and a dimension scale for each name.

Programs that know netCDF (xarray) find their dimensions and coordinates by the scales.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

COMPONENTS = {6: ("xx", "yy", "zz", "yz", "xz", "xy"), 3: ("x", "y", "z")}
"""Names along axes of directions."""
DIRECTIONS = ("axis", "component")


def name_axes(file: Any, axes: Mapping[str, Sequence[str]]) -> None:
    """Label axes of datasets, and attach scales.

    The scale of an axis is the one-dimensional dataset of its name, or one that is made,
    with numbers from 0, or with the names of directions.

    Parameters
    ----------
    file : h5py.File
    axes : mapping
        Names of the axes of datasets, by dataset.
    """
    sizes: dict[str, int] = {}
    datasets = {dataset: file[dataset] for dataset in axes}
    for dataset, names in axes.items():
        for name, n in zip(names, datasets[dataset].shape, strict=True):
            sizes.setdefault(name, n)
    scales = {name: file[name] for name, n in sizes.items() if _made_scale(file, name, n)}
    for dataset, names in axes.items():
        shape, dimensions = datasets[dataset].shape, datasets[dataset].dims
        for i, name in enumerate(names):
            dimensions[i].label = name
            own = dataset == name or sizes[name] != shape[i]
            if name in scales and not own and dataset not in scales:
                dimensions[i].attach_scale(scales[name])


def _made_scale(file: Any, name: str, n: int) -> bool:
    """Whether there can be a scale of this name, which is then there."""
    if name not in file:
        base = name.rstrip("_23456789")
        known = COMPONENTS.get(n, ()) if base in DIRECTIONS else ()
        file[name] = np.array(known, dtype="S2") if known else np.arange(n)
        file[name].attrs["unit"] = "1"
        file[name].attrs["meaning"] = "names along the axis" if known else "from 0"
    there = file[name]
    if not hasattr(there, "make_scale") or there.shape != (n,):
        return False
    there.make_scale(name)
    return True
