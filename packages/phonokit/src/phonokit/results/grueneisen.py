"""Grüneisen parameters of modes and thermal expansion, as a result."""

from dataclasses import dataclass

import numpy as np

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
    tensors: Array = quantity(
        "1", "(n_q, n_b, 3, 3)", "-d ln f / d strain; 0 at the cutoff and below", "tensor"
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
        """Grüneisen parameters of the volume, a third of the trace, (n_q, n_b)."""
        return np.asarray(np.trace(self.tensors, axis1=2, axis2=3) / 3)

    @property
    def volume_expansion(self) -> Array | None:
        """Thermal expansion of the volume, the trace, 1/K, (n_T,)."""
        if self.expansion is None:
            return None
        return np.asarray(np.trace(self.expansion, axis1=1, axis2=2))
