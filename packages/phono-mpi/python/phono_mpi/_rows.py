"""Arrays and bytes from one rank to another, in messages of bounded size."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray
from phono_grid.errors import DomainError

from phono_mpi._chunks import MAX_COUNT, MAX_MPI_BYTES, chunk_step, row_chunks
from phono_mpi._communicator import MPI, largest_tag
from phono_mpi.errors import BufferLayoutError


def items_per_row(shape: Sequence[int]) -> int:
    """The product of the trailing dimensions, 1 without any."""
    return int(np.prod(shape[1:], dtype=np.int64))


def known_to_mpi(dtype: np.dtype[Any]) -> bool:
    """Whether MPI has a type for these items."""
    return dtype.kind in "biufc" and dtype.isnative


def wire(rows: NDArray[Any]) -> NDArray[Any]:
    """A view that MPI can move: bytes, if it has no type for the items."""
    return rows if known_to_mpi(rows.dtype) else rows.reshape(-1).view(np.uint8)


def messages(rows: NDArray[Any], limit: int) -> Iterator[Any]:
    """Views of consecutive rows of a contiguous array, one for each message."""
    width = items_per_row(rows.shape)
    for i, j in row_chunks(len(rows), rows.itemsize, width, limit):
        part = wire(rows[i:j])
        if part.size <= MAX_COUNT:
            yield part
        else:
            # Not all libraries count so far: the row is one item of a type of its own.
            whole = MPI.BYTE.Create_contiguous(part.nbytes).Commit()
            yield [part, 1, whole]
            whole.Free()  # once what uses it is done


def tagged(
    comm: Any, rows: NDArray[Any], base_tag: int, limit: int
) -> Iterator[tuple[int, Any]]:
    """Messages with their tags, from ``base_tag`` on."""
    step = chunk_step(rows.itemsize, items_per_row(rows.shape), limit)
    end, largest = base_tag - (-len(rows) // step), largest_tag(comm)
    if largest is not None and end > largest + 1:
        raise DomainError(
            f"base_tag: {end - base_tag} messages from tag {base_tag} on go beyond "
            f"{largest}, the last tag of this MPI library; take a smaller base_tag, or a "
            f"limit above {limit} bytes"
        )
    return enumerate(messages(rows, limit), start=base_tag)


def ensure_fillable(name: str, buf: NDArray[Any]) -> None:
    """MPI fills memory from its start, whatever the strides say."""
    if not buf.flags.c_contiguous:
        raise BufferLayoutError(
            f"{name} must be contiguous in C order, got strides {list(buf.strides)} for "
            f"shape {list(buf.shape)}; pass np.ascontiguousarray({name})"
        )


def send_rows(
    comm: Any,
    arr: NDArray[Any],
    dest: int,
    base_tag: int = 0,
    limit: int = MAX_MPI_BYTES,
) -> None:
    """Send rows to one rank; message ``k`` has tag ``base_tag + k``. Blocking.

    Parameters
    ----------
    comm : mpi4py communicator
    arr : (n, ...) ndarray
        Copied if it is not contiguous. No message at all for ``n = 0``; an array without
        axes is one row. The receiver must know shape and type.
    dest, base_tag : int
    limit : int
        Bytes of a message; a single row above it is one message nevertheless.

    Raises
    ------
    DomainError
        If the MPI library has no tags so large.
    """
    for tag, part in tagged(comm, np.ascontiguousarray(arr), base_tag, limit):
        comm.Send(part, dest=dest, tag=tag)


def recv_rows_into(
    comm: Any,
    buf: NDArray[Any],
    source: int,
    base_tag: int = 0,
    limit: int = MAX_MPI_BYTES,
) -> NDArray[Any]:
    """Fill ``buf`` with the rows that `send_rows` sends, and return it. Blocking.

    Raises
    ------
    BufferLayoutError
        If ``buf`` is not contiguous in C order.
    """
    ensure_fillable("buf", buf)
    for tag, part in tagged(comm, buf, base_tag, limit):
        comm.Recv(part, source=source, tag=tag)
    return buf


def recv_rows_alloc(
    comm: Any,
    shape: Sequence[int],
    dtype: DTypeLike,
    source: int,
    base_tag: int = 0,
    limit: int = MAX_MPI_BYTES,
) -> NDArray[Any]:
    """The rows that `send_rows` sends, in a new array. Blocking."""
    return recv_rows_into(comm, np.empty(shape, dtype), source, base_tag, limit)


def send_bytes(
    comm: Any, data: bytes, dest: int, base_tag: int = 0, limit: int = MAX_MPI_BYTES
) -> None:
    """Send bytes to one rank: their number (``base_tag``), then as rows. Blocking."""
    comm.send(len(data), dest=dest, tag=base_tag)
    send_rows(comm, np.frombuffer(data, np.uint8), dest, base_tag + 1, limit)


def recv_bytes(
    comm: Any, source: int, base_tag: int = 0, limit: int = MAX_MPI_BYTES
) -> bytes:
    """The bytes that `send_bytes` sends. Blocking."""
    n = comm.recv(source=source, tag=base_tag)
    return recv_rows_alloc(comm, (n,), np.uint8, source, base_tag + 1, limit).tobytes()


def isend_rows(
    comm: Any,
    arr: NDArray[Any],
    dest: int,
    base_tag: int = 0,
    limit: int = MAX_MPI_BYTES,
) -> list[Any]:
    """Start to send a contiguous array, which the caller keeps until all have arrived."""
    # A copy made here would be freed before it is sent.
    ensure_fillable("arr", arr)
    parts = tagged(comm, arr, base_tag, limit)
    return [comm.Isend(part, dest=dest, tag=tag) for tag, part in parts]


def irecv_rows_into(
    comm: Any,
    buf: NDArray[Any],
    source: int,
    base_tag: int = 0,
    limit: int = MAX_MPI_BYTES,
) -> list[Any]:
    """Start to fill a contiguous array."""
    ensure_fillable("buf", buf)
    parts = tagged(comm, buf, base_tag, limit)
    return [comm.Irecv(part, source=source, tag=tag) for tag, part in parts]
