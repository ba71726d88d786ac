"""Where `phonokit.at_volumes` keeps each volume."""

VOLUMES = (0.94, 0.96, 0.98, 1.0, 1.02, 1.04, 1.06)
"""Relative to the volume of the structure."""
ENERGIES = "e-v.dat"
"""The file of energies beside the folders of volumes."""


def folder_of(ratio: float) -> str:
    """The name of the folder of a relative volume."""
    return f"volume-{ratio:.6f}".rstrip("0").ljust(len("volume-0.000"), "0")
