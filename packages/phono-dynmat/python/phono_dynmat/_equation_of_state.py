"""Energy against volume."""

from collections.abc import Sequence
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from phono_grid.arrays import distinct
from phono_grid.errors import ConvergenceError, DomainError, as_numbers, finite, named

Array = NDArray[np.float64]
ROUNDS = 200
"""Steps of a fit; ten are usual."""
END = 1e-8
"""Steps relative to the parameters that end a fit; rounding hides from the sum of squares
whether smaller ones make it better."""
GOOD = 1e-6
"""Last steps of a fit that is worth having."""
DIFFERENCE = 1e-4
"""Relative steps of parameters, for second derivatives."""
HALVINGS = (0, 1, 2, 3, 4, 6, 8, 11, 15, 20, 27, 39)
"""How often a step is halved, one after the other, before it counts as none."""


class EquationOfState(Enum):
    r"""Energy of a crystal against its volume, with a minimum ``E`` at ``V₀``.

    The parameters are ``E``, ``V₀``, the bulk modulus ``B = V₀ E''(V₀)`` and its derivative
    with respect to pressure ``B'``.

    - ``vinet`` [1]_: :math:`E + \frac{2 B V_0}{(B'-1)^2} \{2 - [5 + 3x(B'-1) - 3B']
      e^{-\frac32 (B'-1)(x-1)}\}` with :math:`x = (V/V_0)^{1/3}`
    - ``birch-murnaghan`` [2]_: :math:`E + \frac{9}{16} B V_0 [(y-1)^3 B' + (y-1)^2 (6-4y)]`
      with :math:`y = (V_0/V)^{2/3}`
    - ``murnaghan`` [3]_: :math:`E + \frac{B V}{B'} [\frac{(V_0/V)^{B'}}{B'-1} + 1]
      - \frac{B V_0}{B'-1}`

    References
    ----------
    .. [1] P. Vinet et al., J. Phys.: Condens. Matter 1, 1941 (1989).
    .. [2] F. Birch, Phys. Rev. 71, 809 (1947).
    .. [3] F. D. Murnaghan, Proc. Natl. Acad. Sci. USA 30, 244 (1944).
    """

    VINET = "vinet"
    BIRCH_MURNAGHAN = "birch-murnaghan"
    MURNAGHAN = "murnaghan"

    def energy(self, parameters: ArrayLike, volumes: ArrayLike) -> Array:
        """Energies at volumes.

        Parameters
        ----------
        parameters : (..., 4) array_like
            ``E`` in eV, ``V₀`` in Å³, ``B`` in eV/Å³, ``B'``.
        volumes : (n_V,) array_like
            Å³

        Returns
        -------
        (..., n_V) array of float
            eV
        """
        p = as_numbers(parameters, "parameters")
        v = as_numbers(volumes, "volumes")
        return np.asarray(self._energy([p[..., i, None] for i in range(4)], v))

    def fit(
        self, volumes: ArrayLike, energies: ArrayLike, guess: ArrayLike | None = None
    ) -> Array:
        """Parameters by least squares.

        Parameters
        ----------
        volumes : (n_V,) array_like
            Å³; four or more, with the minimum between them or near.
        energies : (..., n_V) array_like
            eV
        guess : (..., 4) array_like, optional
            Parameters near the result, to start from.

        Returns
        -------
        (..., 4) array of float
            ``E`` in eV, ``V₀`` in Å³, ``B`` in eV/Å³, ``B'``.

        Raises
        ------
        DomainError
            If there are fewer than four different volumes, or the energies have no minimum.
        ConvergenceError
            If no parameters fit.
        """
        v = checked_volumes(volumes, "volumes")
        e = as_numbers(energies, "energies")
        finite(e.reshape(-1, e.shape[-1] if e.ndim else 1), "energies", ("n", len(v)))
        scale = v.mean()
        units = np.array([1, scale, 1 / scale, 1])
        e, shape = e.reshape(-1, len(v)), e.shape
        # What energies have in common must not hide their differences.
        zero = e.mean(axis=1, keepdims=True)
        e = e - zero
        if guess is None:
            start = _parabolas(v / scale, e)
        else:
            finite(np.reshape(guess, (-1, 4)), "guess", (len(e), 4))
            start = np.reshape(guess, (-1, 4)) / units
            start[:, 0] -= zero[:, 0]
        p = self._polished(self._fitted(v / scale, e, start), v / scale, e)
        p[:, 0] += zero[:, 0]
        return np.asarray(p.reshape(*shape[:-1], 4) * units)

    def response(
        self, volumes: ArrayLike, energies: ArrayLike, fit: ArrayLike, change: ArrayLike
    ) -> Array:
        r"""Change of the fitted parameters where the energies change.

        .. math::

            \Big(J^T J + \sum_V r_V \nabla^2 E_V\Big)\, \dot p = J^T \dot e, \qquad
            r = E(p) - e, \quad J = \nabla E

        which is the derivative of :math:`J^T r = 0`, that a fit fulfils unless it ended at
        a bound of :math:`B'`.

        Parameters
        ----------
        volumes : (n_V,) array_like
            Å³
        energies : (..., n_V) array_like
            eV
        fit : (..., 4) array_like
            The result of `fit` for them.
        change : (..., n_V) array_like
            Derivatives of the energies, eV by any unit.

        Returns
        -------
        (..., 4) array of float
            Derivatives of the parameters.

        Raises
        ------
        DomainError
            If a number is not finite.
        ShapeError
            If energies, fits and changes are not as many.
        """
        v = checked_volumes(volumes, "volumes")
        scale = v.mean()
        v, units = v / scale, np.array([1, scale, 1 / scale, 1])
        many = np.shape(energies)[:-1]
        e = finite(energies, "energies", (*many, len(v))).reshape(-1, len(v))
        p = finite(fit, "fit", (*many, 4)).reshape(-1, 4) / units
        de = finite(change, "change", (*many, len(v))).reshape(-1, len(v))
        shape = (*many, 4)
        moved = self._moved(p, v, self.energy(p, v) - e, de)
        return np.asarray(moved.reshape(shape) * units)

    def _moved(self, p: Array, v: Array, residual: Array, change: Array) -> Array:
        """Where the least squares move with energies, their curvature known."""
        q, r = np.linalg.qr(self._slopes(p, v))
        # Energies are linear in the first parameter.
        curvature = np.zeros((len(p), 4, 4))
        for i in range(1, 4):
            step = DIFFERENCE * np.eye(4)[i] * p
            later, earlier = (self._slopes(x, v) for x in (p + step, p - step))
            bent = np.einsum("nvi,nv->ni", later - earlier, residual)
            curvature[:, i] = bent / (2 * step[:, i, None])
        # QR keeps the digits that the product of J with itself would lose.
        inverse = np.linalg.inv(r)
        inner = np.eye(4) + inverse.swapaxes(1, 2) @ curvature @ inverse
        right = np.einsum("nvi,nv->ni", q, change)[:, :, None]
        return np.asarray((inverse @ np.linalg.solve(inner, right))[:, :, 0])

    def _fitted(self, v: Array, e: Array, start: Array) -> Array:
        """All fits at once, by the method of Gauss and Newton; volumes are near 1."""
        fitted = start.copy()
        # Those that have not ended yet.
        left, p, residual = np.arange(len(e)), start, self.energy(start, v) - e
        for _ in range(ROUNDS):
            q, r = np.linalg.qr(self._slopes(p, v))
            right = np.einsum("nvi,nv->ni", q, residual)
            step = -np.linalg.solve(r, right[:, :, None])[:, :, 0]
            p, residual, taken = self._shortened(p, step, residual, v, e[left])
            fitted[left] = p
            moved = np.abs(taken / np.abs(p).max(axis=1, keepdims=True)).max(axis=1)
            some = moved > END
            left, p, residual = left[some], p[some], residual[some]
            if not len(left):
                return fitted
        if moved.max() <= GOOD:
            # Energies that no equation of state meets are approached slowly.
            return fitted
        raise ConvergenceError(
            f"energies: {ROUNDS} steps fit no equation of state; are they those of the "
            "volumes, in the same order?"
        )

    def _polished(self, p: Array, v: Array, e: Array) -> Array:
        """Fits after one step of Newton's, where their squares cannot tell any more."""
        residual = self.energy(p, v) - e
        step = self._moved(p, v, residual, -residual)
        small = np.abs(step) <= GOOD * np.abs(p).max(axis=1, keepdims=True)
        return np.asarray(np.where(small.all(axis=1, keepdims=True), p + step, p))

    def _shortened(
        self, p: Array, step: Array, residual: Array, v: Array, e: Array
    ) -> tuple[Array, Array, Array]:
        """Parameters after steps that are no longer than what makes the fit better."""
        squares = (residual**2).sum(axis=1)
        taken = np.zeros_like(p)
        largest = np.abs(p).max(axis=1, keepdims=True)
        done = (np.abs(step) <= END * largest).all(axis=1)
        left = np.arange(len(p))
        for halvings in HALVINGS:
            shorter = step[left] / 2**halvings
            new = p[left] + shorter
            allowed = (new[:, 1] > 0) & (new[:, 3] > 1)
            there = self.energy(np.where(allowed[:, None], new, p[left]), v) - e[left]
            better = allowed & ((there**2).sum(axis=1) < squares[left])
            taken[left[better]] = shorter[better]
            left = left[~better & ~done[left]]
            if not len(left):
                break
        p = p + taken
        return p, self.energy(p, v) - e, taken

    def _slopes(self, p: Array, v: Array) -> Array:
        """Derivatives of the energies with respect to the parameters, (n, n_V, 4)."""
        _, v0, b, c = (p[:, i, None] for i in range(4))
        x = v / v0
        shape, along, stiff = self._shape(x, c)
        by_volume = b * (shape - x * along)
        ones = np.broadcast_to(1.0, x.shape)
        return np.stack([ones, by_volume, v0 * shape, b * v0 * stiff], axis=2)

    def _energy(self, parameters: Sequence[Array], v: Array) -> Array:
        """The formula."""
        e, v0, b, c = parameters
        return np.asarray(e + b * v0 * self._shape(v / v0, c)[0])

    def _shape(self, x: Array, c: Array) -> tuple[Array, Array, Array]:
        """``(E - E₀) / (B V₀)``, and its derivatives by ``x = V / V₀`` and ``c = B'``."""
        if self is EquationOfState.VINET:
            root = np.cbrt(x)
            k, y = c - 1, root - 1
            decay = np.exp(-1.5 * k * y)
            # 2 - (5 + 3x(B' - 1) - 3B') e... with the terms of k together.
            shape = 2 / k**2 * (2 - (2 + 3 * k * y) * decay)
            stiff = -2 / k * shape + 9 / k * y**2 * decay
            return shape, 3 * y / root**2 * decay, stiff
        if self is EquationOfState.BIRCH_MURNAGHAN:
            root = np.cbrt(x)
            y = 1 / root**2 - 1
            shape = 9 / 16 * (y**3 * c + y**2 * (2 - 4 * y))
            slope = 9 / 16 * y * (3 * y * c + 4 - 12 * y)
            return shape, slope * (-2 / 3) * (y + 1) / x, 9 / 16 * y**3
        k, power = c - 1, x**-c
        shape = x / c * (power / k + 1) - 1 / k
        stiff = -x / c**2 * (power / k + 1) - x / c * power * (np.log(x) / k + 1 / k**2)
        return shape, (1 - power) / c, stiff + 1 / k**2


def equation_named(value: EquationOfState | str) -> EquationOfState:
    """The equation of state of a name."""
    return named(EquationOfState, value, "equation")


def checked_volumes(volumes: ArrayLike, name: str) -> Array:
    """Volumes, four or more of them, all different."""
    v = finite(volumes, name, ("n_V",))
    if not (v > 0).all():
        raise DomainError(f"{name} must be positive, got {v.min():g} Å³")
    if len(distinct(v)) < 4:
        raise DomainError(
            f"{name}: an equation of state has four parameters and needs four different "
            f"volumes or more, got {len(distinct(v))}"
        )
    return v


def _parabolas(v: Array, e: Array) -> Array:
    """First guess of the parameters: those of parabolas."""
    c2, c1, c0 = np.polyfit(v, e.T, 2)
    if not (c2 > 0).all():
        raise DomainError(
            "energies: have a maximum, no minimum, between the volumes; check that they "
            "belong to them, or take volumes around the minimum"
        )
    v0 = np.clip(-c1 / (2 * c2), v.min(), v.max())
    lowest = c0 + c1 * v0 + c2 * v0**2
    return np.stack([lowest, v0, 2 * c2 * v0, np.full_like(v0, 4.0)], axis=1)
