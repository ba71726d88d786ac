"""The Fourier transform of an array whose points are distributed over ranks."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from phono_grid.errors import DomainError

from phono_mpi._agreement import compare, private, rows_problem
from phono_mpi._communicator import is_mpi
from phono_mpi._pencils import Layout, get_pencil_indices
from phono_mpi._redistribution import redistribute, redistribution_plan

Norm = Literal["backward", "ortho", "forward"]

_PENCILS: dict[int, Layout] = {2: "z_pencil", 1: "y_pencil", 0: "x_pencil"}


def execute_distributed_fft(
    obj: Any, comm: Any, *, inverse: bool = False, norm: Norm = "backward"
) -> Any:
    r"""Fourier transform of ``obj.mat`` over the three axes of its grid. Collective.

    .. math:: M(k) = \sum_r e^{\mp 2\pi i \sum_a k_a r_a / n_a} M(r)

    with the upper sign, and the lower one for the inverse: ``numpy.fft.fftn`` and ``ifftn``
    over ``axes=(0, 1, 2)`` of the whole array. Axes of length 1 cost nothing.

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
    for axis in (2, 1, 0):
        if nq[axis] > 1:
            mat = _between(mat, comm, nq, layout, _PENCILS[axis])
            mat = _lines(mat, nq[axis], inverse, norm)
            layout = _PENCILS[axis]
    obj.mat = _between(mat, comm, nq, layout, "flat")
    return obj


def _between(
    mat: NDArray[Any], comm: Any, nq: tuple[int, ...], source: Layout, target: Layout
) -> NDArray[Any]:
    """The rows of another layout."""
    if source == target:
        return mat.copy()
    plan = redistribution_plan(comm.Get_rank(), comm.size, nq, source, target)
    return redistribute(mat, plan, comm, validate=False)


def _lines(mat: NDArray[Any], n: int, inverse: bool, norm: Norm) -> NDArray[Any]:
    """Transform whole lines of ``n`` points each."""
    lines = mat.reshape(len(mat) // n, n, *mat.shape[1:])
    if lines.size == 0:  # NumPy refuses to transform nothing
        return mat
    transform = np.fft.ifft if inverse else np.fft.fft
    return transform(lines, axis=1, norm=norm).reshape(mat.shape)
