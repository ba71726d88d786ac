"""The Fourier transform of an array whose points are distributed over ranks."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import DomainError, ensure_positive

from phono_mpi._agreement import compare, private, rows_problem
from phono_mpi._communicator import is_mpi
from phono_mpi._pencils import Layout, get_pencil_indices
from phono_mpi._redistribution import redistribute, redistribution_plan

Norm = Literal["backward", "ortho", "forward"]


def execute_distributed_fft(
    obj: Any,
    comm: Any,
    *,
    inverse: bool = False,
    norm: Norm = "backward",
    workers: int = 1,
) -> Any:
    r"""Fourier transform of ``obj.mat`` over the three axes of its grid. Collective.

    .. math:: M(k) = \sum_r e^{\mp 2\pi i \sum_a k_a r_a / n_a} M(r)

    with the upper sign, and the lower one for the inverse: ``numpy.fft.fftn`` and ``ifftn``
    over ``axes=(0, 1, 2)`` of the whole array, to the same bits on any number of ranks.
    Axes of length 1 cost nothing. Up to :math:`n_x` ranks have whole planes and rows move
    once between them; more ranks have lines, along one axis after the other.

    Parameters
    ----------
    obj : object
        ``obj.mat``, (n_R, ...): the points of this rank in the ``"flat"`` layout of
        `get_pencil_indices`, a slice in the order of `MpiDistributor`. ``obj.nq``: the
        numbers of points :math:`n_x, n_y, n_z`.
    comm : mpi4py communicator
    inverse : bool
    norm : {"backward", "ortho", "forward"}
        Which direction is divided by the number of points; both by its root for
        ``"ortho"``. By default only the inverse, as in NumPy.
    workers : int
        Threads of this rank.

    Returns
    -------
    object
        ``obj``, with the transform in ``obj.mat``: complex64 for complex64 and float32,
        else complex128.

    Raises
    ------
    CollectiveError
        On all ranks, if one passes an array with other rows, or ranks pass different
        types, trailing shapes or grids.
    """
    if norm not in ("backward", "ortho", "forward"):
        raise DomainError(f"norm must be 'backward', 'ortho' or 'forward', got '{norm}'")
    ensure_positive("workers", workers)
    nq = tuple(int(n) for n in obj.nq)
    mat = obj.mat
    if is_mpi(comm) or comm.size == 1:
        expected = len(get_pencil_indices(comm.Get_rank(), comm.size, nq, "flat"))
        problem = rows_problem(mat, expected)
        facts = None if problem else (mat.dtype.str, mat.shape[1:], nq, inverse, norm)
        compare(comm, "execute_distributed_fft", problem, facts)
    comm = private(comm)
    # In the precision that it came with.
    mat = mat.astype(np.result_type(mat.dtype, np.complex64), copy=False)
    layout: Layout = "flat"
    for target, axes in _stages(nq, comm.size):
        mat = _between(mat, comm, nq, layout, target)
        transform = partial(np.fft.ifftn if inverse else np.fft.fftn, norm=norm)
        mat = _transformed(mat, [nq[axis] for axis in axes], transform, workers)
        layout = target
    mat = _between(mat, comm, nq, layout, "flat")
    obj.mat = mat.copy() if mat is obj.mat else mat
    return obj


def _stages(nq: tuple[int, ...], size: int) -> Iterator[tuple[Layout, tuple[int, ...]]]:
    """The layouts to go through, and the axes that are whole in each; z first, x last."""
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


def _between(
    mat: NDArray[Any], comm: Any, nq: tuple[int, ...], source: Layout, target: Layout
) -> NDArray[Any]:
    """The rows of another layout."""
    if source == target:
        return mat
    plan = redistribution_plan(comm.Get_rank(), comm.size, nq, source, target)
    return redistribute(mat, plan, comm, validate=False)


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
