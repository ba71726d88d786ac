"""Archives of NumPy whose form is right and whose content is not."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Random = np.random.Generator
ODD: list[Any] = [0, 1, -1, 2, 127, 2**31, 2**62, np.nan, np.inf, 1e300, -1e300, 1e-300]
KINDS: list[Any] = ["f4", ">f8", "i1", "u8", "c16", "?", "S3", "U2", "f2", ">i4", "g"]


def other_numbers(value: Any, rng: Random) -> Any:
    """Some numbers are others."""
    if value.dtype.kind not in "iufcb" or not value.size:
        return np.array("word")
    changed = np.array(value)
    with np.errstate(all="ignore"):
        for place in rng.integers(value.size, size=int(rng.integers(1, 4))):
            odd = ODD[int(rng.integers(len(ODD)))]
            if not (value.dtype.kind in "iub" and isinstance(odd, float)):
                changed.flat[place] = np.array(odd).astype(value.dtype)
    return changed


def other_type(value: Any, rng: Random) -> Any:
    """The numbers are of another type."""
    with np.errstate(all="ignore"):
        try:
            return value.astype(KINDS[int(rng.integers(len(KINDS)))])
        except (TypeError, ValueError):
            return np.array("word")


def other_shape(value: Any, rng: Random) -> Any:
    """The array has another shape."""
    shapes: list[Callable[[], Any]] = [
        lambda: value[None],
        lambda: value.ravel(),
        lambda: value.T,
        lambda: value.ravel()[:1],
        lambda: value.ravel()[:0],
        lambda: value[:1] if value.ndim else value,
        lambda: value[..., :-1] if value.ndim else value,
        lambda: np.concatenate([value, value]) if value.ndim else value,
        lambda: np.stack([value] * 3),
    ]
    return shapes[int(rng.integers(len(shapes)))]()


def odd_thing(value: Any, rng: Random) -> Any:
    """No array of numbers: objects (which a pickle would be), records, much of nothing."""
    things: list[Any] = [
        np.array([{"a": 1}], dtype=object),
        np.zeros(2, [("a", "f8"), ("b", "i4")]),
        np.zeros(1 << 26, "u1"),
        np.array("x" * 3000),
        np.array(["C", "ß"]),
        np.zeros(2, "V5"),
        np.zeros((0, 3)),
        np.array("2020-01-01", dtype="M8[D]"),
    ]
    return things[int(rng.integers(len(things)))]


CHANGES = [other_numbers, other_numbers, other_numbers, other_type, other_shape, odd_thing]


def mutate_npz(path: Path, rng: Random) -> None:
    """Change what is in a file, by the library that made it."""
    with np.load(path) as archive:
        arrays = {name: archive[name] for name in archive.files}
    for _ in range(1 + (rng.random() < 0.25)):
        name = list(arrays)[int(rng.integers(len(arrays)))]
        shape = rng.random()
        if shape < 0.1 and len(arrays) > 1:
            del arrays[name]
        elif shape < 0.2:
            arrays[list(arrays)[int(rng.integers(len(arrays)))]] = arrays[name]
        else:
            arrays[name] = CHANGES[int(rng.integers(len(CHANGES)))](arrays[name], rng)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in arrays.items():
            image = io.BytesIO()
            np.lib.format.write_array(image, np.asanyarray(value), allow_pickle=True)
            info = zipfile.ZipInfo(f"{name}.npy")
            archive.writestr(info, image.getvalue(), compress_type=zipfile.ZIP_DEFLATED)
