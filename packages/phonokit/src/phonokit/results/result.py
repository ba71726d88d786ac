"""Base of all results: one way to be written, and one to be read."""

import inspect
import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from phono_grid import ValueNoun
from phono_grid.errors import ensure_type
from phono_grid.files import path_of
from phono_grid.hdf5 import Dataset, Hdf5File, write_hdf5

from phonokit._html import html_table
from phonokit._version import __version__
from phonokit.model.formula import reduced_formula
from phonokit.model.provenance import InputFile
from phonokit.results.axes import axes_of
from phonokit.results.cell import cell_datasets, cell_in
from phonokit.results.provenance import Provenance
from phonokit.results.shapes import ensure_declared, ensure_finite

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]
Words = NDArray[np.str_]
Parts = Mapping[str, Array]
"""Arrays by name."""
TYPES = {"str_": "S", "int": "int64", "complex": "complex128", "float": "float64"}
"""Types of datasets, by a word in the type of a quantity."""


def quantity(
    unit: str,
    shape: str,
    meaning: str,
    dataset: str | None = None,
    *,
    optional: bool = False,
    gaps: bool = False,
) -> Any:
    """A field of a result that is a dataset of its file.

    The docstring of the result and the attributes of the dataset are made of this.

    Parameters
    ----------
    unit : str
        ``"THz"``, ``"1"`` where there is none.
    shape : str
        ``"(n_q, n_b)"`` of an array; another type, ``"float"``.
    meaning : str
    dataset : str, optional
        The name in the file; that of the field if not given.
    optional : bool
        Whether it may be None, which is then the default.
    gaps : bool
        Whether it is NaN where there is no answer.
    """
    default = None if optional else MISSING
    about = {"unit": unit, "shape": shape, "meaning": meaning, "dataset": dataset}
    return field(default=default, metadata={**about, "gaps": gaps})


@dataclass(frozen=True, eq=False, kw_only=True)
class Result(ValueNoun):
    """A result: quantities with units, and where they come from.

    Fields made by `quantity` are arrays, numbers, arrays of strings, or arrays by name;
    each is a dataset of the file. Results are equal if all their fields are.

    Parameters
    ----------
    provenance : Provenance
    """

    kind: ClassVar[str] = ""
    """Name of the result, that of its function."""

    provenance: Provenance

    def __init_subclass__(cls, kind: str = "", **options: Any) -> None:
        """Name the kind, document the fields, and keep the `repr` and the equality."""
        super().__init_subclass__(**options)
        cls.kind = kind
        for name in ("__repr__", "__eq__", "__hash__"):
            if name not in cls.__dict__:
                setattr(cls, name, getattr(Result, name))
        own = (item for item in vars(cls).items() if isinstance(item[1], Field))
        quantities = {f.name: f for f in _quantities(cls)} | dict(own)
        texts = [f"{name} : {_documented(f)}" for name, f in quantities.items()]
        if texts:
            parameters = ["Parameters", "----------", *texts, "provenance : Provenance"]
            cls.__doc__ = "\n".join([inspect.cleandoc(cls.__doc__ or ""), "", *parameters])

    def datasets(self) -> dict[str, Dataset]:
        """Everything that is written, by name."""
        datasets = self.cell_datasets()
        sizes: dict[str, int] = {}
        for f in _quantities(type(self)):
            value, dataset = getattr(self, f.name), _dataset(f)
            if isinstance(value, Mapping):
                parts = {f"{dataset}/{name}": part for name, part in value.items()}
            else:
                parts = {} if value is None else {dataset: value}
            for name, part in parts.items():
                stored = _stored(part)
                axes = axes_of(f.metadata["shape"], np.shape(stored), sizes, name)
                about = f.metadata["unit"], f.metadata["meaning"]
                datasets[name] = Dataset(stored, *about, axes)
        return datasets

    def cell_datasets(self) -> dict[str, Dataset]:
        """The primitive cell, if it is known."""
        cell = self.provenance.cell
        return {} if cell is None else cell_datasets(cell)

    def write(
        self,
        path: str | Path | None = None,
        *,
        command: str = "",
        asked: Mapping[str, str] | None = None,
    ) -> Path:
        """Write the result as HDF5; readers see the whole file or none.

        Parameters
        ----------
        path : str or Path, optional
            ``bands.hdf5`` and the like, after the kind of the result, if not given.
        command : str
            The command line, to be kept in the file.
        asked : mapping, optional
            Everything that the command was asked for, by name, to be kept too: the same
            command then knows that this is its result.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        FileError
            If it cannot be written.
        """
        ensure_type("command", command, str)
        target = path_of(self.default_name if path is None else path)
        about = {"result": self.kind, **_attributes(self.provenance, command)}
        if asked is not None:
            ensure_type("asked", asked, Mapping)
            about["asked"] = json.dumps(dict(asked))
        return write_hdf5(target, self.datasets(), about)

    @property
    def default_name(self) -> str:
        """The file that is written if none is named."""
        return f"{self.kind}.hdf5"

    @classmethod
    def read(cls, file: Hdf5File) -> Self:
        """Make a result of an open file that has its kind."""
        values: dict[str, Any] = {}
        sizes: dict[str, int] = {}
        for f in _quantities(cls):
            name = _dataset(f)
            parts = file.group(name) if f.metadata["shape"].startswith("dict") else []
            if parts:
                values[f.name] = {p: _loaded(file, f"{name}/{p}", f, sizes) for p in parts}
            elif name in file or f.default is MISSING:
                values[f.name] = _loaded(file, name, f, sizes)
        return cls(provenance=provenance_in(file), **values)

    def __repr__(self) -> str:
        """The kind, the crystal, and the shapes of what there is."""
        shapes = [
            f"{name} {'×'.join(str(n) for n in np.shape(d.value)) or d.value}"
            for name, d in self.datasets().items()
        ]
        return f"{type(self).__name__}({self.provenance.formula}: {', '.join(shapes)})"

    def _repr_html_(self) -> str:
        """A table for notebooks: what it is of, and what it has."""
        rows = [
            (
                name,
                " × ".join(str(n) for n in np.shape(d.value)) or f"{d.value}",
                d.unit or "",
            )
            for name, d in self.datasets().items()
        ]
        title = f"{type(self).__name__}, {self.provenance.formula}"
        return html_table(title, ("", "shape", "unit"), rows)


def _quantities(kind: type[Result]) -> list[Field[Any]]:
    """The fields of a result that are datasets."""
    return [f for f in fields(kind) if "unit" in f.metadata]


def _documented(quantity: Field[Any]) -> str:
    """The type of a quantity, and its meaning and unit below."""
    about = quantity.metadata
    kind = f"{about['shape']} array" if about["shape"].startswith("(") else about["shape"]
    optional = ", optional" * (quantity.default is None)
    unit = f" ({about['unit']})" * (about["unit"] != "1")
    return f"{kind}{optional}\n    {about['meaning']}{unit}"


def _dataset(quantity: Field[Any]) -> str:
    """The name of a quantity in the file."""
    return str(quantity.metadata["dataset"] or quantity.name)


def _stored(value: Any) -> Any:
    """A value as HDF5 holds it: strings as UTF-8."""
    array = np.asarray(value)
    return np.char.encode(array, "utf-8") if array.dtype.kind == "U" else array


def _loaded(file: Hdf5File, name: str, of: Field[Any], sizes: dict[str, int]) -> Any:
    """A value of a dataset, of the type and shape that are declared."""
    kind = next((k for k in TYPES if k in str(of.type)), "float")
    value = file.read(name, text=kind == "str_")
    if of.metadata["shape"] not in ("dict", "dict of arrays"):
        ensure_declared(file, name, value.shape, of.metadata["shape"], sizes)
    if kind == "str_":
        value = np.char.decode(value, "utf-8", "replace")
    else:
        if not np.can_cast(value.dtype, TYPES[kind], "same_kind"):
            raise file.error(f"{name} is of {value.dtype}, expected {TYPES[kind]}")
        value = value.astype(TYPES[kind], copy=False)
        if not of.metadata["gaps"]:
            ensure_finite(file, name, value)
    return value if value.ndim else value.item()


def _attributes(origin: Provenance, command: str) -> dict[str, Any]:
    """Where the numbers come from."""
    return {
        "program": "phonokit",
        "version": __version__,
        "command": command,
        "formula": origin.formula,
        "source": origin.source,
        "inputs": [str(f.path) for f in origin.inputs],
        "inputs_sha256": [f.sha256 for f in origin.inputs],
        "settings": json.dumps(origin.settings),
        "lang": origin.lang,
        "started": origin.started,
        "finished": origin.finished,
    }


def provenance_in(file: Hdf5File) -> Provenance:
    """Where the numbers of an open file come from."""
    hashes = zip(file.texts("inputs"), file.texts("inputs_sha256"), strict=False)
    try:
        settings = json.loads(file.text("settings", "{}"))
    except (ValueError, RecursionError):
        settings = None
    if not isinstance(settings, dict):
        raise file.error("its settings cannot be read; it is damaged")
    return Provenance(
        formula=reduced_formula(file.text("formula")),
        source=file.text("source", "forces"),
        inputs=tuple(InputFile(Path(path), sha256) for path, sha256 in hashes),
        lang=file.text("lang"),
        settings=settings,
        started=file.text("started"),
        finished=file.text("finished"),
        cell=cell_in(file),
    )
