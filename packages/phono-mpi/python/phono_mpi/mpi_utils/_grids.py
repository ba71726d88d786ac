"""The grid of a host code: where it is found, and what it says of its points."""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import DomainError, ShapeError

_providers: list[Callable[[], Any]] = []


def set_grid_provider(provider: Callable[[], Any] | None) -> None:
    """Set a function that returns the grid if no call and no object has one.

    The function is called each time; None takes it away.
    """
    _providers[:] = [] if provider is None else [provider]


def find_grid(grid: Any, obj: Any, dist: Any) -> Any:
    """The grid of the call, of the object, of its distributor, or of the provider."""
    for candidate in (grid, getattr(obj, "q_grid", None), getattr(dist, "grid", None)):
        if candidate is not None:
            return candidate
    if not _providers:
        raise DomainError(
            "grid: none was given, and neither obj.q_grid nor mpi_dist_irrk.grid is there; "
            "pass grid= or call set_grid_provider"
        )
    return _providers[0]()


def orbital_matrices(grid: Any, points: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    """``us``, ``sigmas`` and ``conjs`` of some points of a grid, by points or by axes."""
    n = np.size(grid.irrk_inv)
    us = np.asarray(grid._auto_us)
    n_b = us.shape[-1] if us.ndim > 0 else 0
    arrays = {"_auto_us": us, "_auto_sigmas": np.asarray(grid._auto_sigmas)}
    arrays["_auto_conjs"] = np.asarray(grid._auto_conjs)
    for name, array in arrays.items():
        rest = (n_b, n_b) if name == "_auto_us" else ()
        if (
            array.size != n * n_b ** len(rest)
            or array.shape[array.ndim - len(rest) :] != rest
        ):
            expected = "".join(f", {m}" for m in rest)
            raise ShapeError(
                f"grid.{name}: expected shape ({n}{expected}) or (n_x, n_y, n_z{expected}) "
                f"for {n} points, got {list(array.shape)}"
            )
    return {
        "us": us.reshape(n, n_b, n_b)[points],
        "sigmas": arrays["_auto_sigmas"].reshape(n)[points],
        "conjs": arrays["_auto_conjs"].reshape(n)[points],
    }


def rebuilt(obj: Any, mat: NDArray[Any]) -> Any:
    """A shallow copy of an object with another array, on the full grid."""
    result = copy.copy(obj)
    result.mat = mat
    if getattr(obj, "_has_compressed_q_dimension", None) is not None:
        result._has_compressed_q_dimension = True
    return result
