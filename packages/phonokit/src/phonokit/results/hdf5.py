"""Result files: HDF5 with the names and shapes of phono3py's, and units."""

import io
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_3ph import ConductivityWigner
from phono_grid import brillouin_zone_images
from phono_grid.errors import FileError, ensure_type

from phonokit._version import __version__
from phonokit.io.files import path_of
from phonokit.results.kappa import KappaResult
from phonokit.settings.transport import Method


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """One dataset of a file.

    Parameters
    ----------
    value : array, number or bytes
    unit : str
        "1" where there is none.
    meaning : str
    """

    value: Any
    unit: str
    meaning: str


def default_name(mesh: Sequence[int], sigma: float | None = None) -> str:
    """``kappa-m111111.hdf5`` or ``kappa-m111111-s0.1.hdf5``, as phono3py calls it."""
    suffix = "" if sigma is None else f"-s{sigma:g}"
    return f"kappa-m{''.join(str(n) for n in mesh)}{suffix}.hdf5"


def kappa_datasets(result: KappaResult) -> dict[str, Dataset]:
    """What a kappa file holds, by phono3py's names."""
    voigt = "components xx yy zz yz xz xy"
    return {
        "version": Dataset(f"phonokit {__version__}".encode(), "1", "program"),
        "temperature": Dataset(result.temperatures, "K", "temperatures"),
        "mesh": Dataset(result.mesh, "1", "grid of wave vectors"),
        "reciprocal_lattice": Dataset(
            result.reciprocal_lattice, "1/angstrom", "vectors in rows, without 2 pi"
        ),
        "grid_rotations": Dataset(
            result.grid.rotations, "1", "point group on addresses of wave vectors"
        ),
        "qpoint": Dataset(
            result.qpoints, "1", "irreducible q, fractional, in the first Brillouin zone"
        ),
        "grid_point": Dataset(
            grid_points_with_images(result),
            "1",
            "index of q among all grid points, images on the zone boundary included",
        ),
        "weight": Dataset(result.weights, "1", "wave vectors of each star"),
        "frequency": Dataset(result.frequencies, "THz", "negative if imaginary"),
        "group_velocity": Dataset(
            result.group_velocities, "angstrom THz", "df/dq, q without 2 pi; 100 m/s"
        ),
        "gv_by_gv": Dataset(
            result.gv_by_gv, "angstrom^2 THz^2", f"v v summed over the star, {voigt}"
        ),
        "heat_capacity": Dataset(result.heat_capacities, "eV/K", "per mode"),
        "gamma": Dataset(
            result.linewidths, "THz", "half linewidth; the lifetime is 1 / (4 pi gamma)"
        ),
        "kappa": Dataset(result.kappa, "W/(m K)", f"thermal conductivity, {voigt}"),
        "mode_kappa": Dataset(
            result.mode_kappa,
            "W/(m K)",
            "its sum over q and bands, divided by the number of grid points, is kappa; "
            f"{voigt}",
        ),
        "kappa_unit_conversion": Dataset(
            result.factor,
            "W/(m K) / (angstrom^2 THz^2 eV/K / THz)",
            "this * gv_by_gv * heat_capacity / (2 gamma) is mode_kappa of one phonon alone",
        ),
        **_optional_datasets(result),
    }


def _optional_datasets(result: KappaResult) -> dict[str, Dataset]:
    """What there is only with some kinds of transport."""
    transport, rates = result.transport, result.rates
    datasets = {}
    if not result.grid.is_plain:
        for name, matrix, meaning in (
            ("grid_matrix", result.grid.matrix, "M: wave vectors have integer M q"),
            ("P_matrix", result.grid.p_matrix, "P of D = P M Q"),
            ("Q_matrix", result.grid.q_matrix, "Q of D = P M Q; q = Q a / D"),
        ):
            datasets[name] = Dataset(matrix, "1", meaning)
    if rates.isotope is not None:
        datasets["gamma_isotope"] = Dataset(rates.isotope, "THz", "half linewidth")
    for name, part in (("gamma_N", rates.normal), ("gamma_U", rates.umklapp)):
        if part is not None:
            kind = "normal" if part is rates.normal else "umklapp"
            datasets[name] = Dataset(part, "THz", f"half linewidth, {kind} processes")
    if transport.boundary_mfp is not None:
        datasets["boundary_mfp"] = Dataset(
            transport.boundary_mfp, "micrometer", "longest mean free path"
        )
    smearing = transport.scattering.smearing
    if smearing is not None:
        datasets["sigma"] = Dataset(smearing.sigma, "THz", "standard deviation")
        if smearing.cutoff is not None:
            datasets["sigma_cutoff_width"] = Dataset(
                smearing.cutoff, "1", "in standard deviations"
            )
    if len(result.unscattered):
        datasets["unscattered"] = Dataset(
            result.unscattered,
            "1",
            "phonons that nothing scatters, left out: numbers of temperature, q and band, "
            "from 0",
        )
    if result.wigner is not None:
        datasets |= _coherence_datasets(result, result.wigner)
    if transport.method is Method.LBTE:
        rta = result.conduction.rta
        datasets["kappa_RTA"] = Dataset(
            rta.kappa, "W/(m K)", "in the relaxation time approximation"
        )
        datasets["mode_kappa_RTA"] = Dataset(
            rta.mode_kappa, "W/(m K)", "in the relaxation time approximation"
        )
    return datasets


def _coherence_datasets(
    result: KappaResult, wigner: ConductivityWigner
) -> dict[str, Dataset]:
    """Populations and coherences; kappa and mode_kappa are their sums."""
    theory = f"coherences between bands by {wigner.coherence.value}"
    return {
        "kappa_intra": Dataset(
            result.kappa - wigner.coherences, "W/(m K)", "kappa without coherences"
        ),
        "kappa_inter": Dataset(wigner.coherences, "W/(m K)", theory),
        "kappa_degenerate": Dataset(
            wigner.degenerate,
            "W/(m K)",
            "what different bands of one degenerate set would add, not part of kappa; "
            "tends to 0 with finer meshes",
        ),
        "mode_kappa_inter": Dataset(
            wigner.mode_coherences,
            "W/(m K)",
            f"{theory}, part of mode_kappa; half of each pair is with either band",
        ),
    }


def grid_points_with_images(result: KappaResult) -> NDArray[np.int64]:
    """The irreducible points in phono3py's numbering.

    It counts every image of a point on the zone boundary; here each point is counted once.
    """
    before = result.grid.qpoints_at(np.arange(result.grid_points.max(initial=0)))
    # A few at a time: there are 125 candidate images of each.
    pieces = [before[i : i + 512] for i in range(0, len(before), 512)]
    counts = [brillouin_zone_images(q, result.reciprocal_lattice) for q in pieces]
    first = np.concatenate([[0], np.cumsum(np.concatenate([[0], *counts])[1:])])
    return np.asarray(first[result.grid_points], dtype=np.int64)


def write_kappa(
    result: KappaResult, path: str | Path | None = None, *, command: str = ""
) -> Path:
    """Write a result as HDF5; readers see the whole file or none.

    Parameters
    ----------
    result : KappaResult
    path : str or Path, optional
        ``kappa-m111111.hdf5`` in the current directory if not given.
    command : str
        The command line, to be kept in the file.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    FileError
        If it cannot be written.
    """
    ensure_type("result", result, KappaResult)
    ensure_type("command", command, str)
    target = path_of(default_name(result.mesh.tolist()) if path is None else path)
    return write_datasets(target, kappa_datasets(result), _attributes(result, command))


def write_datasets(
    path: Path, datasets: dict[str, Dataset], attributes: dict[str, Any]
) -> Path:
    """Write HDF5 with units; readers see the whole file or none."""
    with replacing(path) as beside:
        # HDF5 in memory first: it does not survive a disk that fills up under it.
        image = io.BytesIO()
        _fill(image, datasets, attributes)
        beside.write_bytes(image.getbuffer())
    return path


def _fill(
    image: io.BytesIO, datasets: dict[str, Dataset], attributes: dict[str, Any]
) -> None:
    """Make the HDF5 of some datasets."""
    import h5py

    with h5py.File(image, "w") as file:
        for name, dataset in datasets.items():
            # A scalar cannot be compressed.
            options = {"compression": "gzip"} if getattr(dataset.value, "ndim", 0) else {}
            written = file.create_dataset(name, data=dataset.value, **options)
            written.attrs["unit"] = dataset.unit
            written.attrs["meaning"] = dataset.meaning
        for name, value in attributes.items():
            file.attrs[name] = value


def _attributes(result: KappaResult, command: str) -> dict[str, Any]:
    """Where the numbers come from."""
    origin = result.provenance
    return {
        "program": "phonokit",
        "version": __version__,
        "command": command,
        "formula": origin.formula,
        "inputs": [str(f.path) for f in origin.inputs],
        "inputs_sha256": [f.sha256 for f in origin.inputs],
        "settings": json.dumps(origin.settings),
        "lang": origin.lang,
        "started": origin.started,
        "finished": origin.finished,
    }


def ensure_writable(path: Path) -> None:
    """Find out before hours of work that a result could not be stored."""
    if path.is_dir():
        raise FileError(f"{path}: is a folder; name a file to write")
    if path.exists() and not os.access(path, os.W_OK):
        raise FileError(f"{path}: is write-protected; name another file")
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise FileError(
            f"{path}: cannot be written ({error.strerror}); name a file in a folder that "
            "exists and can be written to"
        ) from None


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A file beside ``path`` that takes its place when all went well."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield beside
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise FileError(f"{path}: cannot be written ({error.strerror or error})") from None
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
