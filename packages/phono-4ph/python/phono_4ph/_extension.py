"""The Rust extension of this package, or its stand-in."""

from typing import TYPE_CHECKING

from phono_grid.backend import extension

if TYPE_CHECKING:
    from phono_4ph import _rust as rust
else:
    rust = extension("phono_4ph._rust")

__all__ = ["rust"]
