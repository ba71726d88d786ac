"""The Rust extension of this package, or its stand-in."""

from typing import TYPE_CHECKING

from phono_grid.backend import extension

if TYPE_CHECKING:
    from phono_dynmat import _rust as rust
else:
    rust = extension("phono_dynmat._rust")

__all__ = ["rust"]
