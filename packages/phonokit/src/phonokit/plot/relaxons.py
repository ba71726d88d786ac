"""Pictures of relaxons: the lifetimes in which heat relaxes."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from phono_grid.errors import DomainError, ensure_type

from phonokit._documented import documented
from phonokit.plot.figure import BLUE, PAGE, PICTURE, drawn
from phonokit.results.kappa import KappaResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SMALL = 1e-6
"""Relative to the largest; relaxons that carry less are not shown."""


@documented(PICTURE)
def plot_relaxons(
    result: KappaResult,
    path: str | Path | None = None,
    *,
    ax: Any = None,
    temperature: float | None = None,
) -> "list[Axes]":
    """Draw what each relaxon carries over its lifetime, and what those below carry.

    Relaxons are the eigenvectors of the collision operator (A. Cepellotti, N. Marzari,
    Phys. Rev. X 6, 041013 (2016)), known after ``solver="direct"``.

    Parameters
    ----------
    ax : two Axes, optional
        What is drawn on; new ones if not given.
    temperature : float, optional
        K; the first of the result if not given.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> transport = phonokit.Transport(method="lbte", solver="direct")
    >>> result = phonokit.kappa(silicon, (3, 3, 3), [300], transport=transport)
    >>> left, right = phonokit.plot_relaxons(result, "relaxons.png")
    """
    ensure_type("result", result, KappaResult)
    values, carried = result.conduction.eigenvalues, result.conduction.relaxon_kappa
    if values is None or carried is None:
        raise DomainError(
            'result: has no relaxons; compute it with method="lbte", solver="direct"'
        )
    i = 0
    if temperature is not None:
        same = np.isclose(result.temperatures, temperature, rtol=1e-9, atol=0)
        if not same.any():
            there = ", ".join(f"{t:g}" for t in result.temperatures)
            raise DomainError(
                f"temperature: {temperature:g} K is not in the result; take one of "
                f"{there} K"
            )
        i = int(same.argmax())
    kappa = carried[i, :, :3].mean(axis=-1)
    alive = (values[i] > 0) & (kappa != 0)
    lifetimes, kappa = 1 / (4 * np.pi * values[i][alive]), kappa[alive]
    with drawn(path, ax, (PAGE, 2.9), columns=2) as (left, right):
        shown = kappa > SMALL * kappa.max(initial=0)
        size = float(np.clip(6000 / max(shown.sum(), 1), 3, 14))
        left.scatter(lifetimes[shown], kappa[shown], s=size, color=BLUE, alpha=0.7, lw=0)
        left.set_yscale("log")
        left.set_ylabel("$\\kappa$ of a relaxon (W m$^{-1}$ K$^{-1}$)")
        order = np.argsort(lifetimes)
        right.step(
            lifetimes[order], np.cumsum(kappa[order]), where="post", color=BLUE, lw=1.6
        )
        right.set_ylim(bottom=0)
        right.set_ylabel(
            f"$\\kappa$ accumulated at {result.temperatures[i]:g} K\n"
            "(W m$^{-1}$ K$^{-1}$)"
        )
        for axes in (left, right):
            axes.set_xscale("log")
            axes.set_xlabel("Relaxon lifetime (ps)")
            if shown.any():
                low, high = lifetimes[shown].min(), lifetimes[shown].max()
                axes.set_xlim(0.7 * low, 1.4 * high)
            axes.spines[["top", "right"]].set_visible(False)
    return [left, right]
