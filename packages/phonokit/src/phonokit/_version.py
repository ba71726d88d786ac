"""The version of the distribution, stated once for Python."""

__version__ = "0.2.0"
