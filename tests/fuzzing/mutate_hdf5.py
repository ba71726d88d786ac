"""HDF5 files whose form is right and whose content is not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

Random = np.random.Generator


def chosen(items: list[Any], rng: Random) -> Any:
    """One of some things."""
    return items[int(rng.integers(len(items)))]


def datasets(file: Any) -> list[str]:
    """The names of all datasets."""
    names: list[str] = []
    file.visititems(lambda n, x: names.append(n) if isinstance(x, h5py.Dataset) else None)
    return names


def put(file: Any, name: str, value: Any, **options: Any) -> None:
    """A dataset in the place of another, with its attributes."""
    about = dict(file[name].attrs) if name in file else {}
    if name in file:
        del file[name]
    file.create_dataset(name, data=value, **options)
    file[name].attrs.update(about)


def gone(file: Any, name: str, rng: Random) -> None:
    """The dataset is missing."""
    del file[name]


def renamed(file: Any, name: str, rng: Random) -> None:
    """The dataset has another name, maybe that of another."""
    other = chosen([*datasets(file), "x", f"{name}/x", name.upper()], rng)
    value = file[name][()]
    del file[name]
    if other in file:
        del file[other]
    file.create_dataset(other, data=value)


def other_numbers(file: Any, name: str, rng: Random) -> None:
    """Some numbers are others."""
    value = np.array(file[name][()])
    if value.dtype.kind not in "iufcb" or not value.size:
        return
    odd: list[Any] = [0, 1, -1, 2, 127, 2**31, 2**62]
    if value.dtype.kind in "fc":
        odd += [np.nan, np.inf, 1e300, -1e300, 1e-300, 4294967297.0]
    with np.errstate(all="ignore"):
        for place in rng.integers(value.size, size=int(rng.integers(1, 4))):
            value.flat[place] = np.array(chosen(odd, rng)).astype(value.dtype)
    put(file, name, value)


def other_type(file: Any, name: str, rng: Random) -> None:
    """The numbers are of another type."""
    value = np.array(file[name][()])
    kinds: list[Any] = ["f4", ">f8", "i1", "u8", "c16", "?", "S3", "f2", ">i4", "g"]
    try:
        with np.errstate(all="ignore"):
            put(file, name, value.astype(chosen(kinds, rng)))
    except (TypeError, ValueError):
        put(file, name, "word")


def other_shape(file: Any, name: str, rng: Random) -> None:
    """The array has another shape."""
    value = np.array(file[name][()])
    shapes: list[Callable[[], Any]] = [
        lambda: value[None],
        lambda: value[..., None],
        lambda: value.ravel(),
        lambda: value.T,
        lambda: value.ravel()[:1],
        lambda: value.ravel()[:0],
        lambda: value[:1] if value.ndim else value,
        lambda: value[:0] if value.ndim else value,
        lambda: value[..., :-1] if value.ndim else value,
        lambda: np.concatenate([value, value]) if value.ndim else value,
        lambda: value.ravel()[0] if value.size else value,
        lambda: np.stack([value] * 3),
    ]
    put(file, name, chosen(shapes, rng)())


def odd_thing(file: Any, name: str, rng: Random) -> None:
    """Something else stands where an array is expected."""
    del file[name]
    words = h5py.string_dtype()
    things: list[Callable[[], Any]] = [
        lambda: file.create_group(name),
        lambda: file.create_dataset(name, data=h5py.Empty("f8")),
        lambda: file.create_dataset(name, data=np.array(["a", "ß"], object), dtype=words),
        lambda: file.create_dataset(name, data=np.zeros(2, [("a", "f8"), ("b", "i4")])),
        lambda: file.create_dataset(name, (3,), h5py.enum_dtype({"a": 1}, basetype="i")),
        lambda: file.create_dataset(name, (3,), h5py.vlen_dtype("f8")),
        lambda: file.create_dataset(name, data=np.zeros(2, "V5")),
        lambda: file.create_dataset(name, data=file.ref, dtype=h5py.ref_dtype),
        lambda: file.create_dataset(name, (1 << 40,), "f8", chunks=(1 << 10,)),
        lambda: file.create_dataset(name, data=np.zeros(1 << 24, "u1"), compression="gzip"),
        lambda: file.__setitem__(name, h5py.SoftLink("/nowhere")),
        lambda: file.__setitem__(name, h5py.SoftLink(f"/{name}")),
        lambda: file.__setitem__(name, h5py.ExternalLink("/etc/passwd", "/x")),
        lambda: file.__setitem__(name, h5py.ExternalLink(file.filename, "/")),
        lambda: file.__setitem__(name, file["/"]),
        lambda: file.__setitem__(name, np.dtype("f8")),
    ]
    chosen(things, rng)()


def other_storage(file: Any, name: str, rng: Random) -> None:
    """The same numbers, stored in another way."""
    value = np.array(file[name][()])
    if not value.ndim or not value.size:
        return
    ways = [{"compression": "gzip"}, {"shuffle": True}, {"fletcher32": True}]
    ways += [{"scaleoffset": 2}, {"compression": "lzf"}, {"maxshape": (None,) * value.ndim}]
    try:
        put(file, name, value, chunks=True, **chosen(ways, rng))
    except (TypeError, ValueError):
        put(file, name, value)


def other_attribute(file: Any, name: str, rng: Random) -> None:
    """An attribute is missing, new, or something else."""
    where = file if rng.random() < 0.7 else file[name]
    key = chosen([*where.attrs, "x"], rng)
    values: list[Any] = [
        *(
            "",
            "x",
            "ß" * 300,
            0,
            -1,
            2**40,
            1.5,
            np.nan,
            True,
            np.zeros((0, 3)),
            h5py.Empty("f8"),
        ),
        *(
            np.arange(3),
            np.eye(3),
            ["a", "b"],
            b"bytes",
            b"\xff\xfe",
            np.zeros(2, "V5"),
            "{",
            "null",
        ),
        *('{"a": 1}', "[]", "[" * 3000, np.zeros(2, [("a", "f8")])),
    ]
    if rng.random() < 0.2 and key in where.attrs:
        del where.attrs[key]
    else:
        where.attrs[key] = chosen(values, rng)


KINDS = [
    *(gone, renamed, other_numbers, other_numbers, other_type, other_shape, other_shape),
    *(odd_thing, other_storage, other_attribute, other_attribute),
]


def mutate_hdf5(path: Path, rng: Random) -> None:
    """Change what is in a file, by the library that made it."""
    with h5py.File(path, "r+") as file:
        for _ in range(1 + (rng.random() < 0.25)):
            names = datasets(file)
            if names:
                chosen(KINDS, rng)(file, chosen(names, rng), rng)
