"""The module ``dgamore.mpi_utils`` for its host code: its names, keywords and objects.

An adapter of `phono_mpi`, whose functions take arrays instead of objects with ``mat``.
`MPI`, `MAX_MPI_BYTES` and `apply_auto_orbital_transform` may be replaced here, and all
functions follow; defaults of arguments called ``limit`` keep the value of the import.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from phono_mpi import _blocks, _distributor, _fourier, _rows, _shared, _split
from phono_mpi._agreement import collective_over_mpi
from phono_mpi._blocks import transpose_columns
from phono_mpi._broadcast import bcast_rows, bcast_rows_into
from phono_mpi._chunks import MAX_MPI_BYTES, chunk_step, row_chunks
from phono_mpi._communicator import MPI, Communicator
from phono_mpi._fourier import Norm
from phono_mpi._library import MpiLibrary
from phono_mpi._pencils import Layout, get_pencil_indices
from phono_mpi._redistribution import redistribute_by_rounds, redistribution_plan
from phono_mpi._reductions import Operator, Order
from phono_mpi._rows import (
    recv_bytes,
    recv_rows_alloc,
    recv_rows_into,
    send_bytes,
    send_rows,
)
from phono_mpi._shared import count_nodes, free_shared_window
from phono_mpi._take import take_rows
from phono_mpi.mpi_utils._frequencies import all_points_of_frequencies, check_frequencies
from phono_mpi.mpi_utils._grids import (
    find_grid,
    orbital_matrices,
    rebuilt,
    set_grid_provider,
)
from phono_mpi.mpi_utils._objects import bcast_object, recv_object, send_object
from phono_mpi.mpi_utils._orbitals import apply_auto_orbital_transform

__all__ = [
    "MAX_MPI_BYTES",
    "MPI",
    "MpiDistributor",
    "allocate_node_shared_array",
    "apply_auto_orbital_transform",
    "bcast_rows",
    "bcast_rows_into",
    "build_node_shared_array",
    "chunk_step",
    "count_nodes",
    "exchange_and_map_irrbz_fullbz",
    "exchange_blocks",
    "execute_distributed_fft",
    "free_shared_window",
    "gather_full_ibz_for_vslice",
    "get_pencil_indices",
    "map_irrbz_fullbz",
    "recv_bytes",
    "recv_rows_alloc",
    "recv_rows_into",
    "row_chunks",
    "send_bytes",
    "send_rows",
    "set_grid_provider",
    "transpose_columns",
]

Transform = Callable[[NDArray[Any], NDArray[np.int64]], NDArray[Any]]
"""Rows of irreducible points, and the points that they stand for → rows of those points."""

Rebuild = Callable[[Any, NDArray[Any]], Any]
"""An object and its new array → the object that is returned."""


_items_per_row = _rows.items_per_row
_isend_rows = _rows.isend_rows
_irecv_rows_into = _rows.irecv_rows_into


def _library() -> MpiLibrary:
    """The module of MPI and the largest message, as they are in this module now."""
    return MpiLibrary(MPI, MAX_MPI_BYTES)


class MpiDistributor(_distributor.MpiDistributor):
    """`phono_mpi.MpiDistributor` with the names of DGAmore, and for objects with ``mat``.

    ``_sizes``, ``_slices``, ``_my_size``, ``_my_slice``, ``_file`` and ``_fname`` are there
    as DGAmore has them.
    """

    @property
    def library(self) -> MpiLibrary:
        """The module of MPI and the largest message, as they are in `mpi_utils` now."""
        return _library()

    @staticmethod
    def create_distributor(
        ntasks: int,
        comm: Communicator | None = None,
        name: str = "",
        output_path: str | None = None,
    ) -> "MpiDistributor":
        """The same as the constructor."""
        return MpiDistributor(ntasks, comm, name, output_path)

    def allgather(self, rank_result: NDArray[Any] | None = None) -> NDArray[Any]:
        """See `phono_mpi.MpiDistributor.allgather`."""
        return super().allgather(rank_result)

    def gather(
        self, rank_result: NDArray[Any] | None = None, root: int = 0
    ) -> NDArray[Any] | None:
        """See `phono_mpi.MpiDistributor.gather`."""
        return super().gather(rank_result, root)

    def scatter(self, full_data: NDArray[Any] | None = None, root: int = 0) -> NDArray[Any]:
        """See `phono_mpi.MpiDistributor.scatter`."""
        return super().scatter(full_data, root)

    def allreduce(
        self,
        rank_result: NDArray[Any] | None = None,
        op: Operator = "sum",
        *,
        order: Order = "any",
    ) -> NDArray[Any]:
        """See `phono_mpi.MpiDistributor.allreduce`."""
        array: Any = rank_result  # all ranks refuse what is no array
        return super().allreduce(array, op, order=order)

    def send_to_rank(self, obj: Any, dest: int, base_tag: int = 0) -> None:
        """Send an object with its array ``obj.mat`` of any size to one rank. Blocking.

        Uses the tags ``base_tag`` to ``base_tag + 500`` and, from 501 on, one for each
        message of the array, of the communicator of the constructor. The object must be
        picklable with ``mat = None``; here it stays as it is.
        """
        send_object(self.comm, obj, dest, base_tag, MAX_MPI_BYTES)

    def recv_from_rank(self, source: int, base_tag: int = 0) -> Any:
        """The object that `send_to_rank` sends. Blocking.

        It is unpickled: receive only from ranks of the same, trusted program.
        """
        return recv_object(self.comm, source, base_tag, MAX_MPI_BYTES)

    def bcast_npoint(self, obj: Any, root: int = 0) -> Any:
        """Send an object with its array ``obj.mat`` of any size to all. Collective.

        The root gets its own object back, the others a new one, whatever they pass.
        """
        if self.mpi_size == 1:
            return obj
        return bcast_object(self.comm, obj, root, MAX_MPI_BYTES)


def _send_in_chunks(comm: Any, arr: NDArray[Any], dest: int, base_tag: int = 0) -> None:
    """`send_rows` with the present `MAX_MPI_BYTES`."""
    send_rows(comm, arr, dest, base_tag, MAX_MPI_BYTES)


def _recv_in_chunks(
    comm: Any, shape: Sequence[int], dtype: DTypeLike, source: int, base_tag: int = 0
) -> NDArray[Any]:
    """`recv_rows_alloc` with the present `MAX_MPI_BYTES`."""
    return recv_rows_alloc(comm, shape, dtype, source, base_tag, MAX_MPI_BYTES)


def exchange_blocks(
    comm: Any,
    sends: Sequence[tuple[int, NDArray[Any]]],
    sources: Sequence[int],
    shape: Sequence[int],
    dtype: DTypeLike,
    base_tag: int = 0,
) -> list[NDArray[Any]]:
    """See `phono_mpi.exchange_blocks`."""
    return _blocks.exchange_blocks(
        comm, sends, sources, shape, dtype, base_tag, library=_library()
    )


def build_node_shared_array(
    node_comm: Any, compute_fn: Callable[[], NDArray[Any]], dtype: DTypeLike
) -> tuple[NDArray[Any], Any]:
    """See `phono_mpi.build_node_shared_array`."""
    return _shared.build_node_shared_array(node_comm, compute_fn, dtype, library=_library())


def allocate_node_shared_array(
    node_comm: Any, shape: Sequence[int], dtype: DTypeLike
) -> tuple[NDArray[Any], Any]:
    """See `phono_mpi.allocate_node_shared_array`."""
    return _shared.allocate_node_shared_array(node_comm, shape, dtype, library=_library())


def _get_node_aware_v_dist(
    n_nu: int, comm: Any, *, power: float | None = None
) -> tuple[NDArray[np.int64], list[slice]]:
    """The sizes of `phono_mpi.node_aware_sizes`, and their slices. Collective."""
    sizes = _split.node_aware_sizes(n_nu, comm, power=power, library=_library())
    ends = np.cumsum(sizes)
    return sizes, [slice(int(e - s), int(e)) for e, s in zip(ends, sizes, strict=True)]


def _redistribute_p2p(
    mat: NDArray[Any],
    nq: ArrayLike,
    comm: Any,
    source_layout: Layout,
    target_layout: Layout,
) -> NDArray[Any]:
    """Rows of one layout → rows of another, message by message. Collective."""
    plan = redistribution_plan(comm.Get_rank(), comm.size, nq, source_layout, target_layout)
    return redistribute_by_rounds(mat, plan, comm, _library())


def execute_distributed_fft(
    obj: Any,
    comm: Any,
    *,
    inverse: bool = False,
    norm: Norm = "backward",
    workers: int = 1,
) -> Any:
    """`phono_mpi.fourier_transform` of ``obj.mat`` on the grid ``obj.nq``. Collective.

    Returns
    -------
    object
        ``obj``, with the transform in ``obj.mat``.
    """
    obj.mat = _fourier.fourier_transform(
        obj.mat,
        obj.nq,
        comm,
        inverse=inverse,
        norm=norm,
        workers=workers,
        library=_library(),
    )
    return obj


def map_irrbz_fullbz(
    obj: Any,
    mpi_dist_irrk: Any,
    mpi_dist_fullbz: Any,
    *,
    grid: Any = None,
    transform: Transform | None = None,
    rebuild: Rebuild | None = None,
) -> Any:
    """Rows of irreducible points → rows of all points, through rank 0. Collective.

    `exchange_and_map_irrbz_fullbz` does it without one rank that holds everything.

    Parameters
    ----------
    obj : object
        ``obj.mat``, (n_irr_R, ...), becomes (n_full_R, ...). On rank 0
        ``obj.map_to_full_bz(grid)`` does the mapping, unless there is a ``transform``.
    mpi_dist_irrk, mpi_dist_fullbz : MpiDistributor
        The distributions of the irreducible points and of all points.
    grid : object
        With ``irrk_inv``: for each point its irreducible point, any shape. If not given
        ``obj.q_grid``, ``mpi_dist_irrk.grid`` or that of `set_grid_provider`.
    transform : callable
        ``transform(rows, full_indices)`` → the rows of those points; ``rows`` are those of
        their irreducible points.
    rebuild : callable
        ``rebuild(obj, mat)`` → the object returned; by default ``obj`` itself.
    """
    obj.mat = mpi_dist_irrk.gather(obj.mat)
    with collective_over_mpi(mpi_dist_irrk.comm):
        if mpi_dist_irrk.is_root:
            grid = find_grid(grid, obj, mpi_dist_irrk)
            if transform is None:
                obj = obj.map_to_full_bz(grid)
            else:
                inverse = np.ravel(grid.irrk_inv)
                obj.mat = transform(obj.mat[inverse], np.arange(len(inverse)))
    mat = mpi_dist_fullbz.scatter(obj.mat)
    if rebuild is not None:
        return rebuild(obj, mat)
    obj.mat = mat
    return obj


def exchange_and_map_irrbz_fullbz(
    obj: Any,
    mpi_dist_irrk: Any,
    mpi_dist_fullbz: Any,
    *,
    grid: Any = None,
    transform: Transform | None = None,
    rebuild: Rebuild | None = None,
) -> Any:
    """Rows of irreducible points → rows of all points, from rank to rank. Collective.

    See `phono_mpi.take_rows`.

    Parameters
    ----------
    obj : object
        ``obj.mat``, (n_irr_R, ...); not changed.
    mpi_dist_irrk, mpi_dist_fullbz, grid, transform
        As for `map_irrbz_fullbz`. Without a ``transform``, and with ``grid.is_auto``, the
        orbital axes are transformed by ``grid._auto_us``, ``_auto_sigmas`` and
        ``_auto_conjs``, with a first axis of points or axes (n_x, n_y, n_z) of a grid; see
        `apply_auto_orbital_transform`.
    rebuild : callable
        ``rebuild(obj, mat)`` → the object returned; by default a shallow copy of ``obj``
        with another ``mat`` (n_full_R, ...).

    Raises
    ------
    CollectiveError
        On all ranks, if one has other rows than its distributor says or ranks have
        different types, trailing shapes or grids.
    """
    grid = find_grid(grid, obj, mpi_dist_irrk)
    full = take_rows(obj.mat, grid.irrk_inv, mpi_dist_irrk, mpi_dist_fullbz)
    points = np.arange(mpi_dist_fullbz.ntasks)[mpi_dist_fullbz.my_slice]
    with collective_over_mpi(mpi_dist_irrk.comm):
        if transform is not None:
            full = transform(full, points)
        elif getattr(grid, "is_auto", False) and len(points) > 0:
            full = apply_auto_orbital_transform(
                full, **orbital_matrices(grid, points), num_orbital_dimensions=4
            )
    return (rebuild or rebuilt)(obj, full)


def gather_full_ibz_for_vslice(
    gamma_r: Any, mpi_dist_irrq: Any, mpi_dist_v: Any, q_grid: Any
) -> Any:
    """All points, for a share of the frequencies of axis −2. Collective.

    Frequencies are shared out by nodes first, then by the ranks of a node; ``mpi_dist_v``
    has that split afterwards.

    Parameters
    ----------
    gamma_r : object
        ``gamma_r.mat``, (n_q_R, ..., n_v, n_v').
    mpi_dist_irrq : MpiDistributor
        The distribution of the irreducible points.
    mpi_dist_v : MpiDistributor
        The distribution of the ``n_v`` frequencies of axis −2; its sizes and slices are
        replaced.
    q_grid : object
        Passed to ``gamma_r.map_to_full_bz``.

    Returns
    -------
    object or None
        ``gamma_r.map_to_full_bz(q_grid)``, of (n_irr, ..., n_v_R, n_v') in ``mat``.
        None on ranks without a frequency, which keep their array.

    Raises
    ------
    CollectiveError
        On all ranks, if one has other rows than ``mpi_dist_irrq`` says, or another trailing
        shape.
    """
    check_frequencies(gamma_r.mat, mpi_dist_irrq, mpi_dist_v.ntasks)
    sizes, _ = _get_node_aware_v_dist(mpi_dist_v.ntasks, mpi_dist_irrq.comm)
    mpi_dist_v.set_sizes(sizes)
    full = all_points_of_frequencies(gamma_r.mat, mpi_dist_irrq, mpi_dist_v)
    if mpi_dist_v.my_size == 0:
        return None
    gamma_r.mat = full
    return gamma_r.map_to_full_bz(q_grid)
