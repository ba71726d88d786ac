"""Grüneisen parameters from third-order force constants."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_dynmat import Modes, degenerate_average
from phono_grid import CUTOFF_FREQUENCY, Cell, units
from phono_grid.errors import as_numbers, ensure_not_negative, ensure_type

from phono_3ph._series3 import Series3

Array = NDArray[np.float64]
AT_ONCE = 2**24
"""Numbers in the phases of wave vectors that are summed together."""


def grueneisen_parameters(
    series: Series3,
    modes: Modes,
    cell: Cell,
    internal_strain: ArrayLike | None = None,
    *,
    cutoff_frequency: float = CUTOFF_FREQUENCY,
) -> Array:
    r"""Grüneisen tensors of modes: how a strain changes their frequencies [1]_.

    .. math::

        \gamma_{qj,\mu\nu} = -\frac{1}{f} \frac{\partial f}{\partial \epsilon_{\mu\nu}}
            = -\frac{1}{2 \lambda_{qj}} \sum \frac{e^*_{k\alpha} e_{k'\beta}}
                {\sqrt{m_k m_{k'}}}\, \Phi_{\alpha\beta\gamma}(k, k' R, k'' R')
                \left( \delta_{\gamma\mu} r_\nu + u_{k''\gamma,\mu\nu} \right)
                e^{2\pi i q \cdot (R + \tau_{k'} - \tau_k)}

    with :math:`r = R' + \tau_{k''} - \tau_k`, :math:`\lambda = \omega^2`, and ``u`` the way
    in which atoms move inside the strained cell. The wave vector is that of the strained
    lattice. A third of the trace is the Grüneisen parameter of the volume,
    :math:`-\partial \ln f / \partial \ln V` for a cubic crystal. How the dipoles of polar
    crystals change with strain is not in it beyond what the constants hold.

    Parameters
    ----------
    series : Series3
        Made with ``average_origin=False``: then constants that add up to nothing make the
        sum independent of the origin of ``r``.
    modes : Modes
    cell : Cell
        The primitive cell.
    internal_strain : (n_a, 3, 3, 3) array_like, optional
        ``u`` of `phono_dynmat.elasticity`, Å; without it atoms stay where the strain takes
        them.
    cutoff_frequency : float
        THz; modes at or below, imaginary ones too, have zeros.

    Returns
    -------
    (n_q, n_b, 3, 3) array of float
        Symmetric. The mean over each degenerate set, which does not depend on the choice
        of its eigenvectors.

    References
    ----------
    .. [1] T. H. K. Barron and M. L. Klein, in Dynamical Properties of Solids, vol. 1,
       edited by G. K. Horton and A. A. Maradudin (North-Holland, 1974), chapter 7.
    """
    ensure_type("series", series, Series3)
    ensure_type("modes", modes, Modes)
    ensure_type("cell", cell, Cell)
    ensure_not_negative("cutoff_frequency", cutoff_frequency, "THz")
    f, e = modes.frequencies, modes.polarizations
    n_a = cell.n_atoms
    as_numbers(e, "modes.polarizations", np.complex128, ("n_q", 3 * n_a, n_a, 3))
    shape = (n_a, 3, 3, 3)
    zero = np.zeros(shape)
    u = zero if internal_strain is None else as_numbers(internal_strain, "internal_strain")
    u = as_numbers(u, "internal_strain", shape=shape)
    slopes, atoms, vectors = _strained_constants(series, cell, u)
    expectations = np.empty((*f.shape, 3, 3))
    vectors_of_q = max(1, AT_ONCE // max(1, len(atoms)))
    amplitudes = e / np.sqrt(cell.masses)[:, None]
    for start in range(0, len(f), vectors_of_q):
        some = slice(start, start + vectors_of_q)
        expectations[some] = _expectations(
            slopes, atoms, vectors, modes.qpoints[some], amplitudes[some]
        )
    counts = f > cutoff_frequency
    squares = (np.where(counts, f, 1.0) / units.FREQUENCY) ** 2
    tensors = np.where(
        counts[..., None, None], -expectations / (2 * squares)[..., None, None], 0.0
    )
    tensors = (tensors + tensors.swapaxes(2, 3)) / 2
    return degenerate_average(f, tensors)


def _strained_constants(
    series: Series3, cell: Cell, u: Array
) -> tuple[Array, NDArray[np.int64], Array]:
    """Derivatives of second-order constants by strain, their atoms and vectors.

    Entries of one pair of atoms and cells are added.
    """
    x, lattice = cell.positions, cell.lattice
    first, second, third = series.atoms.T
    r = (series.cells[:, 1] + x[third] - x[first]) @ lattice
    pairs = np.column_stack([first, second, series.cells[:, 0]])
    unique, which = np.unique(pairs, axis=0, return_inverse=True)
    slopes = np.zeros((len(unique), 3, 3, 3, 3))
    step = 2**14
    for start in range(0, len(r), step):
        some = slice(start, start + step)
        phi = series.values[some]
        change = np.einsum("eabm,en->eabmn", phi, r[some])
        change += np.einsum("eabg,egmn->eabmn", phi, u[third[some]])
        np.add.at(slopes, which.ravel()[some], change)
    atoms = unique[:, :2]
    vectors = unique[:, 2:] + x[atoms[:, 1]] - x[atoms[:, 0]]
    return slopes, atoms, vectors


def _expectations(
    slopes: Array,
    atoms: NDArray[np.int64],
    vectors: Array,
    qpoints: Array,
    amplitudes: NDArray[np.complex128],
) -> Array:
    """Changes of ``ω²`` of every mode, (n_q, n_b, 3, 3)."""
    n_q, n_b, n_a = amplitudes.shape[:3]
    phases = np.exp(2j * np.pi * qpoints @ vectors.T)
    matrix = np.zeros((n_q, n_a, n_a, 81), dtype=np.complex128)
    for k, other in np.ndindex(n_a, n_a):
        pairs = (atoms == (k, other)).all(axis=1)
        matrix[:, k, other] = phases[:, pairs] @ slopes[pairs].reshape(-1, 81)
    whole = matrix.reshape(n_q, n_a, n_a, 3, 3, 9).transpose(0, 5, 1, 3, 2, 4)
    whole = whole.reshape(n_q, 9, n_b, n_b)
    e = amplitudes.reshape(n_q, n_b, n_b)
    moved = np.einsum("qsxy,qjy->qsjx", whole, e, optimize=True)
    values = np.einsum("qjx,qsjx->qjs", e.conj(), moved, optimize=True).real
    return np.ascontiguousarray(values.reshape(n_q, n_b, 3, 3))
