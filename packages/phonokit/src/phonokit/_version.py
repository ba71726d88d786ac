"""The version of the distribution, stated once for Python."""

__version__ = "0.1.0"
