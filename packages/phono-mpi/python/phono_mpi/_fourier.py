"""The Fourier transform of an array whose points are distributed over ranks."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import DomainError, ensure_positive

from phono_mpi._agreement import compare, private, rows_problem
from phono_mpi._communicator import is_mpi
from phono_mpi._library import LIBRARY, MpiLibrary
from phono_mpi._pencils import Layout, get_pencil_indices
from phono_mpi._redistribution import redistribute, redistribution_plan

Norm = Literal["backward", "ortho", "forward"]


def fourier_transform(
    rows: NDArray[Any],
    nq: Sequence[int],
    comm: Any,
    *,
    inverse: bool = False,
    norm: Norm = "backward",
    workers: int = 1,
    library: MpiLibrary = LIBRARY,
) -> NDArray[Any]:
    r"""Fourier transform over the three axes of a distributed grid. Collective.

    .. math:: M(k) = \sum_r e^{\mp 2\pi i \sum_a k_a r_a / n_a} M(r)

    with the upper sign, and the lower one for the inverse: ``numpy.fft.fftn`` and ``ifftn``
    over ``axes=(0, 1, 2)`` of the whole array, to the same bits on any number of ranks.
    Axes of length 1 cost nothing. Up to :math:`n_x` ranks have whole planes and rows move
    once between them; more ranks have lines, along one axis after the other.

    Parameters
    ----------
    rows : (n_R, ...) ndarray
        The points of this rank in the ``"flat"`` layout of `get_pencil_indices`, a slice in
        the order of `MpiDistributor`.
    nq : (3,) sequence of int
        Numbers of points :math:`n_x, n_y, n_z`.
    comm : mpi4py communicator
    inverse : bool
    norm : {"backward", "ortho", "forward"}
        The direction that is divided by the number of points; both are divided by its root
        for ``"ortho"``. By default only the inverse is, as in NumPy.
    workers : int
        Threads of this rank.
    library : MpiLibrary
        The module of MPI and the largest message.

    Returns
    -------
    (n_R, ...) array of complex
        complex64 for complex64 and float32, else complex128.

    Raises
    ------
    CollectiveError
        On all ranks, if one passes an array with other rows, or ranks pass different
        types, trailing shapes or grids.
    """
    if norm not in ("backward", "ortho", "forward"):
        raise DomainError(f"norm must be 'backward', 'ortho' or 'forward', got '{norm}'")
    ensure_positive("workers", workers)
    nq = tuple(int(n) for n in nq)
    if is_mpi(comm) or comm.size == 1:
        expected = len(get_pencil_indices(comm.Get_rank(), comm.size, nq, "flat"))
        problem = rows_problem(rows, expected)
        facts = None if problem else (rows.dtype.str, rows.shape[1:], nq, inverse, norm)
        compare(comm, "fourier_transform", problem, facts)
    comm = private(comm)
    # In the precision of the data.
    result = rows.astype(np.result_type(rows.dtype, np.complex64), copy=False)
    layout: Layout = "flat"
    for target, axes in _stages(nq, comm.size):
        result = _to_layout(result, comm, nq, (layout, target), library)
        transform = partial(np.fft.ifftn if inverse else np.fft.fftn, norm=norm)
        result = _transformed(result, [nq[axis] for axis in axes], transform, workers)
        layout = target
    result = _to_layout(result, comm, nq, (layout, "flat"), library)
    return result.copy() if result is rows else result


def _stages(nq: tuple[int, ...], size: int) -> Iterator[tuple[Layout, tuple[int, ...]]]:
    """The layouts in turn, and the axes that are whole in each; z first, x last."""
    stages: list[tuple[Layout, tuple[int, ...]]]
    stages = [("z_pencil", (2,)), ("y_pencil", (1,)), ("x_pencil", (0,))]
    if size <= nq[0]:  # planes for every rank: most rows move twice, not four times
        stages = [("slab", (1, 2)), ("x_pencil", (0,))]
    if size == 1:
        stages = [("flat", (0, 1, 2))]
    for layout, whole in stages:
        axes = tuple(axis for axis in whole if nq[axis] > 1)
        if axes:
            yield layout, axes


def _to_layout(
    rows: NDArray[Any],
    comm: Any,
    nq: tuple[int, ...],
    layouts: tuple[Layout, Layout],
    library: MpiLibrary,
) -> NDArray[Any]:
    """The rows of another layout, from the first of two to the second."""
    source, target = layouts
    if source == target:
        return rows
    plan = redistribution_plan(comm.Get_rank(), comm.size, nq, source, target)
    return redistribute(rows, plan, comm, validate=False, library=library)


def _transformed(
    mat: NDArray[Any],
    lengths: list[int],
    transform: Callable[..., NDArray[Any]],
    workers: int,
) -> NDArray[Any]:
    """Transform whole blocks of points of these lengths each."""
    if mat.size == 0:  # NumPy refuses to transform nothing
        return mat
    blocks = mat.reshape(-1, *lengths, *mat.shape[1:])
    axes = tuple(range(1, 1 + len(lengths)))
    if workers == 1 or len(blocks) == 1:
        return transform(blocks, axes=axes).reshape(mat.shape)
    result = np.empty_like(blocks)
    parts = np.linspace(0, len(blocks), workers + 1).astype(int)

    def work(i: int) -> None:
        part = slice(parts[i], parts[i + 1])
        if part.start < part.stop:
            result[part] = transform(blocks[part], axes=axes)

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, range(workers)))
    return result.reshape(mat.shape)
