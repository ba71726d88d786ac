"""Means over degenerate bands, written here once for the tests of several packages."""

import numpy as np
from phono_grid import degenerate_sets


def degenerate_means(values, frequencies, tolerance):
    """``values`` (..., n_b) with the mean over its degenerate set for each band."""
    out = np.array(values, dtype=float)
    sets = degenerate_sets(frequencies, tolerance)
    for label in np.unique(sets):
        alike = sets == label
        out[..., alike] = out[..., alike].mean(axis=-1, keepdims=True)
    return out
