"""Heat carried by phonons and by coherences between their bands."""

from dataclasses import KW_ONLY, dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid import (
    CUTOFF_FREQUENCY,
    DEGENERACY,
    Grid,
    IrreduciblePoints,
    ValueNoun,
    degenerate_sets,
    units,
)
from phono_grid.errors import (
    as_numbers,
    ensure_finite,
    ensure_integer,
    ensure_positive,
    ensure_temperatures,
    ensure_type,
    finite,
    frozen,
    hold_numbers,
    named,
)

from phono_3ph._conductivity import star_products, tensor_sum
from phono_3ph._pair_heat_capacities import Coherence, pair_heat_capacities
from phono_3ph._stars import ensure_of_grid

BLOCK = 32
"""Wave vectors whose products of velocities are made at once."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BandPairs(ValueNoun):
    r"""Pairs of bands at irreducible wave vectors, which carry heat between them.

    Parameters
    ----------
    frequencies : (n_i, n_b) array_like
        THz, at irreducible wave vectors.
    products : (n_i, n_b, n_b, 6) array_like
        ``Σ V_jj' V_j'j`` over the star, Å² THz², components xx yy zz yz xz xy. On the
        diagonal the products of group velocities.
    n_q : int
        Wave vectors of the grid.
    volume : float
        Volume of the primitive cell, Å³.
    degeneracy : float
        THz; consecutive bands closer than this are one degenerate set.
    """

    frequencies: NDArray[np.float64]
    products: NDArray[np.float64]
    n_q: int
    volume: float
    _: KW_ONLY
    degeneracy: float = DEGENERACY

    def __post_init__(self) -> None:
        """Establish the invariants."""
        f = finite(self.frequencies, "frequencies", ("n_i", "n_b"))
        n_i, n_b = f.shape
        w = finite(self.products, "products", (n_i, n_b, n_b, 6))
        ensure_positive("volume", self.volume)
        ensure_positive("degeneracy", self.degeneracy)
        object.__setattr__(self, "frequencies", frozen(f, "frequencies"))
        object.__setattr__(self, "products", frozen(w, "products"))
        object.__setattr__(self, "n_q", ensure_integer("n_q", self.n_q, 1))

    @classmethod
    def of(
        cls,
        grid: Grid,
        irreducible: IrreduciblePoints,
        frequencies: ArrayLike,
        velocities: ArrayLike,
        operators: ArrayLike,
        volume: float,
        *,
        degeneracy: float = DEGENERACY,
    ) -> "BandPairs":
        r"""Sum products of velocities over stars.

        .. math::

            W_{jj'} = \sum_{R q} \operatorname{Re} (R V_{jj'}) \otimes (R V_{j'j})

        Elements of different bands of two degenerate sets are replaced by their mean, and
        those of different bands of one set share what its group velocities have not, so
        that the choice of eigenvectors changes nothing and the diagonal gives the
        conductivity of the relaxation-time approximation.

        Parameters
        ----------
        grid : Grid
        irreducible : IrreduciblePoints
            Irreducible points of this grid, ``n_i``.
        frequencies : (n_i, n_b) array_like
            THz.
        velocities : (n_i, n_b, 3) array_like
            From `phono_dynmat.group_velocities`, Å THz.
        operators : (n_i, n_b, n_b, 3) array_like of complex
            From `phono_dynmat.velocity_operators`, Å THz.
        volume : float
            Volume of the primitive cell, Å³.
        degeneracy : float
            THz; consecutive bands closer than this are one degenerate set.
        """
        ensure_positive("degeneracy", degeneracy)
        ensure_of_grid(grid, irreducible)
        f = finite(frequencies, "frequencies", (len(irreducible.points), "n_b"))
        n_i, n_b = f.shape
        v = finite(velocities, "velocities", (n_i, n_b, 3))
        shape = (n_i, n_b, n_b, 3)
        operators = as_numbers(operators, "operators", np.complex128, shape)
        ensure_finite("operators", operators)
        products = np.zeros((n_i, n_b, n_b, 6))
        weights = irreducible.weights / len(grid.rotations)
        own = star_products(grid, irreducible, v)
        for start in range(0, n_i, BLOCK):
            block = slice(start, start + BLOCK)
            operator = operators[block]
            outer = np.real(operator[..., :, None] * operator.conj()[..., None, :])
            products[block] = weights[block, None, None, None] * tensor_sum(grid, outer)
        sets = degenerate_sets(f, degeneracy)
        for at_q, own_at_q, sets_at_q in zip(products, own, sets, strict=True):
            share_in_sets(at_q, own_at_q, sets_at_q)
        return cls(f, products, grid.n_q, volume, degeneracy=degeneracy)


def share_in_sets(
    products: NDArray[np.float64], own: NDArray[np.float64], sets: NDArray[np.int64]
) -> None:
    """Make products of one wave vector independent of eigenvectors, in place.

    ``own``, (n_b, 6), are those of group velocities; ``sets``, (n_b,), the numbers of the
    degenerate sets.
    """
    same = (sets[:, None] == sets).astype(float)
    size = same.sum(axis=1)
    products[:] = np.einsum("ij,kl,jlv->ikv", same, same, products, optimize=True)
    rest = products - (same @ own)[:, None]
    inside = same > np.eye(len(sets))
    pairs = np.where(inside, size * (size - 1), size[:, None] * size)
    products[:] = np.where(inside[..., None], rest, products)
    products /= np.where(pairs > 0, pairs, 1)[..., None]
    products += products.swapaxes(0, 1).copy()  # rounding is not symmetric
    products *= 0.5
    bands = np.arange(len(sets))
    products[bands, bands] = own


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ConductivityWigner(ValueNoun):
    """Thermal conductivity of phonons as particles and as waves.

    Parameters
    ----------
    populations : (n_T, 6) array
        The part of the phonons themselves, W/(m K), components xx yy zz yz xz xy. It is
        the conductivity in the relaxation-time approximation.
    coherences : (n_T, 6) array
        Heat carried between bands of different frequencies, W/(m K).
    degenerate : (n_T, 6) array
        Heat that different bands of one degenerate set would carry, W/(m K). It counts
        with neither and is not in the sum: beside a line of symmetry such bands part, and
        this becomes a part of their populations. It tends to 0 with finer meshes.
    mode_populations : (n_T, n_i, n_b, 6) array
        Contribution of the star of each irreducible wave vector, times ``n_q``.
    mode_coherences : (n_T, n_i, n_b, 6) array
        The same of each band and all others; half of each pair is counted with either.
    coherence : Coherence
        By which theory.
    """

    populations: NDArray[np.float64]
    coherences: NDArray[np.float64]
    degenerate: NDArray[np.float64]
    mode_populations: NDArray[np.float64]
    mode_coherences: NDArray[np.float64]
    coherence: Coherence

    def __post_init__(self) -> None:
        """Hold arrays, whatever came."""
        flat, modes = ("n_T", 6), ("n_T", "n_i", "n_b", 6)
        hold_numbers(self, populations=flat, coherences=flat, degenerate=flat)
        hold_numbers(self, mode_populations=modes, mode_coherences=modes)
        object.__setattr__(self, "coherence", named(Coherence, self.coherence, "coherence"))

    @property
    def kappa(self) -> NDArray[np.float64]:
        """Populations and coherences, W/(m K), (n_T, 6)."""
        return np.asarray(self.populations + self.coherences)


def conductivity_wigner(
    pairs: BandPairs,
    temperatures: ArrayLike,
    linewidths: ArrayLike,
    *,
    coherence: Coherence | str = Coherence.SMM19,
    cutoff_frequency: float = CUTOFF_FREQUENCY,
) -> ConductivityWigner:
    r"""Thermal conductivity with coherences, every phonon relaxing on its own [1]_.

    .. math::

        \kappa = \frac{1}{n_q V} \sum_{q j j'} C_{jj'}\,
            \operatorname{Re} V_{jj'} \otimes V_{j'j}\, \frac{1}{2\pi}\,
            \frac{\Gamma_j + \Gamma_{j'}}{(f_j - f_{j'})^2 + (\Gamma_j + \Gamma_{j'})^2}

    Terms of one band are populations, those of two degenerate sets coherences; what is
    left, different bands of one set, is told apart. Where neither band has a linewidth
    there is no heat: different frequencies never meet, and equal ones would carry it
    without resistance, which `conductivity_rta` leaves out too.

    Parameters
    ----------
    pairs : BandPairs
    temperatures : (n_T,) array_like
        K.
    linewidths : (n_T, n_i, n_b) array_like
        Half widths at half maximum Γ of all scattering, THz.
    coherence : Coherence or str
        By which theory.
    cutoff_frequency : float
        THz; phonons at or below it carry no heat.

    Raises
    ------
    ShapeError
        If the linewidths are not those of these bands and temperatures.

    References
    ----------
    .. [1] M. Simoncelli, N. Marzari, F. Mauri, Nat. Phys. 15, 809 (2019).
    """
    coherence = Coherence.of(coherence)
    ensure_type("pairs", pairs, BandPairs)
    t = ensure_temperatures(temperatures)
    n_i, n_b = pairs.frequencies.shape
    gamma = finite(linewidths, "linewidths", (len(t), n_i, n_b))
    populations = np.zeros((len(t), n_i, n_b, 6))
    coherences = np.zeros_like(populations)
    degenerate = np.zeros((len(t), 6))
    bands = np.arange(n_b)
    sets = degenerate_sets(pairs.frequencies, pairs.degeneracy)
    same = sets[:, :, None] == sets[:, None, :]
    own = pairs.products[:, bands, bands]
    for i, kelvin in enumerate(t):
        rates = pair_rates(
            pairs, kelvin, gamma[i], coherence, cutoff_frequency=cutoff_frequency
        )
        populations[i] = rates[:, bands, bands, None] * own
        rates[:, bands, bands] = 0
        degenerate[i] = np.einsum("ijk,ijkv->v", rates * same, pairs.products)
        coherences[i] = np.einsum("ijk,ijkv->ijv", rates * ~same, pairs.products)
    return ConductivityWigner(
        populations.sum(axis=(1, 2)) / pairs.n_q,
        coherences.sum(axis=(1, 2)) / pairs.n_q,
        degenerate / pairs.n_q,
        populations,
        coherences,
        coherence,
    )


def pair_conductivities(
    pairs: BandPairs,
    temperature: float,
    linewidths: ArrayLike,
    *,
    coherence: Coherence | str = Coherence.SMM19,
    cutoff_frequency: float = CUTOFF_FREQUENCY,
) -> NDArray[np.float64]:
    """Contribution of every pair of bands at one temperature to `conductivity_wigner`.

    Parameters
    ----------
    pairs : BandPairs
    temperature : float
        K.
    linewidths : (n_i, n_b) array_like
        THz.
    coherence, cutoff_frequency
        As there.

    Returns
    -------
    (n_i, n_b, n_b, 6) array of float
        W/(m K); the sum over stars and pairs, over ``n_q``, is the conductivity.
    """
    ensure_type("pairs", pairs, BandPairs)
    gamma = finite(linewidths, "linewidths", pairs.frequencies.shape)
    rates = pair_rates(
        pairs, temperature, gamma, coherence, cutoff_frequency=cutoff_frequency
    )
    return np.asarray(rates[..., None] * pairs.products)


def pair_rates(
    pairs: BandPairs,
    temperature: float,
    linewidths: NDArray[np.float64],
    coherence: Coherence | str,
    *,
    cutoff_frequency: float,
) -> NDArray[np.float64]:
    """Factors of the products of velocities, (n_i, n_b, n_b)."""
    f = pairs.frequencies
    width = linewidths[:, :, None] + linewidths[:, None, :]
    apart = f[:, :, None] - f[:, None, :]
    decays = width > 0
    lorentzian = np.where(decays, width / np.where(decays, apart**2 + width**2, 1), 0)
    c = pair_heat_capacities(f, temperature, coherence, cutoff_frequency=cutoff_frequency)
    return np.asarray(units.CONDUCTIVITY / pairs.volume * c * lorentzian)
