"""Grüneisen parameters of modes and thermal expansion, as a result."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phonokit.results.harmonic import OfCell
from phonokit.results.result import Array, Numbers, Words, quantity


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class GrueneisenResult(OfCell, kind="grueneisen"):
    """Grüneisen tensors of modes; on a mesh what follows for the crystal.

    Sizes: ``n_q`` wave vectors, ``n_b`` bands, ``n_T`` temperatures. Weights are those of a
    mesh, labels and distances those of a path of ``n_s`` segments.
    """

    qpoints: Array = quantity("1", "(n_q, 3)", "fractional", "qpoint")
    frequencies: Array = quantity(
        "THz", "(n_q, n_b)", "ascending; negative if imaginary", "frequency"
    )
    tensors: Array | None = quantity(
        "1",
        "(n_q, n_b, 3, 3)",
        "-d ln f / d strain; 0 at the cutoff and below",
        "tensor",
        optional=True,
    )
    volume_parameters: Array | None = quantity(
        "1",
        "(n_q, n_b)",
        "-d ln f / d ln V from three volumes; 0 at the cutoff and below",
        "volume_parameter",
        optional=True,
    )
    weights: Numbers | None = quantity(
        "1", "(n_q,)", "wave vectors that each stands for", "weight", optional=True
    )
    labels: Words | None = quantity(
        "1", "(n_s, 2)", "ends of segments, UTF-8", "label", optional=True
    )
    distances: Array | None = quantity(
        "1/angstrom", "(n_q,)", "along the path, without 2 pi", "distance", optional=True
    )
    elastic_constants: Array | None = quantity(
        "GPa", "(6, 6)", "xx yy zz yz xz xy", "elastic_constant", optional=True
    )
    temperatures: Array | None = quantity(
        "K", "(n_T,)", "temperatures", "temperature", optional=True
    )
    mean: Array | None = quantity(
        "1",
        "(n_T,)",
        "mean parameter, weighted by heat capacities",
        optional=True,
        gaps=True,
    )
    expansion: Array | None = quantity(
        "1/K",
        "(n_T, 3, 3)",
        "linear thermal expansion, Cartesian",
        optional=True,
        gaps=True,
    )

    @property
    def parameters(self) -> Array:
        """Grüneisen parameters of the volume, (n_q, n_b).

        A third of the trace of the tensors, or those from three volumes.
        """
        if self.tensors is None:
            return np.asarray(self.volume_parameters)
        return np.asarray(np.trace(self.tensors, axis1=2, axis2=3) / 3)

    @property
    def takes_part(self) -> NDArray[np.bool_]:
        """Whether each mode has a parameter, (n_q, n_b)."""
        if self.tensors is None:
            return np.asarray(self.parameters != 0)
        return np.asarray(self.tensors.any(axis=(2, 3)))

    @property
    def volume_expansion(self) -> Array | None:
        """Thermal expansion of the volume, the trace, 1/K, (n_T,)."""
        if self.expansion is None:
            return None
        return np.asarray(np.trace(self.expansion, axis1=1, axis2=2))
