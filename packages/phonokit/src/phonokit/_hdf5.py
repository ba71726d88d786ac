"""HDF5 files: one writer, which survives a full disk, and one way to open them."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phono_grid.errors import FileError
from phono_grid.files import replacing


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """One dataset of a file.

    Parameters
    ----------
    value : array, number or bytes
    unit : str or None
        "1" where the numbers have none; None for what other programs read without one.
    meaning : str or None
    """

    value: Any
    unit: str | None = None
    meaning: str | None = None


def write_hdf5(
    path: Path, datasets: Mapping[str, Dataset], attributes: Mapping[str, Any]
) -> Path:
    """Write HDF5 with units, compressed; readers see the whole file or none.

    The file is made in memory and then written as it is: the HDF5 library does not survive
    a disk that fills up under it.
    """
    with replacing(path) as beside:
        image = io.BytesIO()
        _fill(image, datasets, attributes)
        beside.write_bytes(image.getbuffer())
    return path


def open_hdf5(path: Path) -> Any:
    """Open an HDF5 file for reading; what goes wrong is a `FileError`."""
    import h5py

    try:
        return h5py.File(path, "r")
    except FileNotFoundError:
        raise FileError(f"{path}: no such file; check the path") from None
    except OSError as error:
        reason = " ".join(str(error).split())
        raise FileError(f"{path}: not a readable HDF5 file ({reason})") from None


def _fill(
    image: io.BytesIO, datasets: Mapping[str, Dataset], attributes: Mapping[str, Any]
) -> None:
    """Make the HDF5 of some datasets."""
    import h5py

    with h5py.File(image, "w") as file:
        for name, dataset in datasets.items():
            # Neither a scalar nor what is empty can be compressed.
            compressed = getattr(dataset.value, "ndim", 0) and dataset.value.size
            options = {"compression": "gzip"} if compressed else {}
            parent = name.rpartition("/")[0]
            if parent and parent not in file:
                file.create_group(parent, track_order=True)
            written = file.create_dataset(name, data=dataset.value, **options)
            for key in ("unit", "meaning"):
                if getattr(dataset, key) is not None:
                    written.attrs[key] = getattr(dataset, key)
        for name, value in attributes.items():
            file.attrs[name] = value
