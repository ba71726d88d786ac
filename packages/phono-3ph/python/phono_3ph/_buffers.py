"""The memory that kernels keep."""

from phono_3ph._extension import rust


def free_buffers() -> None:
    """Free the arrays that the kernels keep for the next wave vector.

    Some megabytes for silicon, up to some hundred for large cells. To free them costs
    nothing but making them again; a calculation that goes on meanwhile keeps what it uses.

    Examples
    --------
    >>> import phono_3ph
    >>> phono_3ph.free_buffers()
    """
    free = getattr(rust, "free_buffers", None)  # None where Python runs instead
    if free is not None:
        free()
