"""Results drawn again, from their files, alone or in one frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from phono_grid.errors import DomainError, FileError, ensure_type
from phono_grid.hdf5 import open_hdf5

from phonokit._documented import documented
from phonokit.plot.accumulate import plot_accumulate
from phonokit.plot.converge import plot_converge
from phonokit.plot.elasticity import plot_elasticity
from phonokit.plot.figure import COLUMN, PAGE, PICTURE, ensure_matplotlib, of_width
from phonokit.plot.grueneisen import plot_grueneisen
from phonokit.plot.harmonic import (
    plot_bands,
    plot_displacements,
    plot_dos,
    plot_modes,
    plot_thermal,
)
from phonokit.plot.infrared import plot_infrared
from phonokit.plot.kappa import plot_kappa
from phonokit.plot.mode_quantity import plot_mode_quantity
from phonokit.plot.neutrons import plot_neutrons, plot_powder
from phonokit.plot.qha import plot_qha
from phonokit.plot.relaxons import plot_relaxons
from phonokit.plot.scattering import (
    plot_joint_dos,
    plot_linewidths,
    plot_self_energy,
    plot_spectral,
)
from phonokit.plot.several import plot_several_bands, plot_several_dos
from phonokit.plot.unfold import plot_unfold
from phonokit.results.kappa_curve import KappaCurve, read_kappa_curve
from phonokit.results.reading import read_result
from phonokit.results.result import Result
from phonokit.settings.picture import Picture, Width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PLOTS: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "kappa": (plot_kappa, ("component",)),
    "converge": (plot_converge, ("component",)),
    "accumulate": (plot_accumulate, ()),
    "mode_quantity": (plot_mode_quantity, ("unit",)),
    "linewidths": (plot_linewidths, ("unit", "temperature")),
    "self_energy": (plot_self_energy, ("unit", "temperature")),
    "spectral": (plot_spectral, ("unit", "temperature")),
    "joint_dos": (plot_joint_dos, ("unit",)),
    "bands": (plot_bands, ("unit",)),
    "dos": (plot_dos, ("unit",)),
    "modes": (plot_modes, ("unit",)),
    "thermal": (plot_thermal, ()),
    "displacements": (plot_displacements, ()),
    "grueneisen": (plot_grueneisen, ()),
    "qha": (plot_qha, ()),
    "elasticity": (plot_elasticity, ()),
    "infrared": (plot_infrared, ()),
    "unfold": (plot_unfold, ("unit",)),
    "neutrons": (plot_neutrons, ("unit", "temperature")),
    "powder": (plot_powder, ("unit", "temperature")),
}
"""The picture of each kind of result, and which choices it knows."""
TOGETHER: dict[str, Callable[..., Any]] = {
    "bands": plot_several_bands,
    "dos": plot_several_dos,
}
"""Pictures of several results in one frame, beside that of conductivities."""
BY_TEMPERATURE = (
    *("linewidths", "shifts", "spectral_functions"),
    *("intensities", "spectra", "coherent", "incoherent"),
)
"""Quantities whose second axis is temperature."""
Source = Result | KappaCurve | str | Path


@documented(PICTURE)
def plot_results(
    results: Source | Sequence[Source],
    path: str | Path | None = None,
    *,
    ax: Any = None,
    picture: Picture | None = None,
) -> Axes | list[Axes]:
    """Draw results or their files; conductivities, bands or densities in one frame.

    Bands and one density of states are drawn beside each other, as people publish them.

    Parameters
    ----------
    results : Result, KappaCurve, str or Path, or a sequence of them
        Kappa files may be those of phono3py.
    ax : Axes, or as many as the picture has panels, optional
        What is drawn on; new ones if not given.
    picture : Picture, optional
        Component, unit, temperature, size and style.

    Returns
    -------
    Axes or list of Axes
        As the picture of the kind of result returns them.

    Raises
    ------
    DomainError
        If there is no picture of such a result, or none that has them together, or it knows
        no such choice.
    FileError
        If a file cannot be read, or the picture not be written.

    Examples
    --------
    >>> import phonokit
    >>> silicon = phonokit.load("examples/silicon")
    >>> meshes = [(2, 2, 2), (3, 3, 3)]
    >>> results = [phonokit.kappa(silicon, mesh, [100, 300]) for mesh in meshes]
    >>> (axes,) = phonokit.plot_results(results, "meshes.png")
    """
    picture = Picture() if picture is None else picture
    ensure_type("picture", picture, Picture)
    given = [results] if isinstance(results, Result | KappaCurve | str | Path) else results
    ensure_type("results", given, list, tuple)
    if not given:
        raise DomainError(
            "results: name at least one file of a result, such as kappa-m111111.hdf5"
        )
    sources = [_read(one) for one in given]
    draw, choices = _drawing(sources, picture)
    width = {None: None, Width.COLUMN: COLUMN, Width.PAGE: PAGE}[picture.size]
    with _style(picture.style), of_width(width):
        panels: Axes | list[Axes] = draw(path=path, ax=ax, **choices)
    return panels


def _read(source: Any) -> Result | KappaCurve:
    """A result, of its file if it is the name of one."""
    ensure_type("results", source, Result, KappaCurve, str, Path)
    if isinstance(source, Result | KappaCurve):
        return source
    with open_hdf5(Path(source)) as file:
        is_foreign = not file.text("result") and "temperature" in file
    if is_foreign:
        return read_kappa_curve(source)
    result = read_result(source)
    assert isinstance(result, Result)
    return result


def _drawing(
    results: Sequence[Any], picture: Picture
) -> tuple[Callable[..., Any], dict[str, Any]]:
    """The function that draws the results, and the choices that it is given."""
    kinds = ["kappa" if isinstance(r, KappaCurve) else r.kind for r in results]
    if sorted(kinds) == ["bands", "dos"]:
        bands, density = sorted(results, key=lambda result: result.kind)
        return partial(plot_bands, bands, dos=density), _choices(picture, ("unit",), kinds)
    for kind, other in pairwise(kinds):
        if kind != other:
            raise DomainError(
                f"results: {kind} and {other} have no common frame; draw each"
            )
    kind = kinds[0]
    if picture.relaxons:
        if kinds != ["kappa"]:
            raise DomainError("relaxons: are of one conductivity; name its file alone")
        return partial(plot_relaxons, results[0]), _choices(
            picture, ("temperature",), ["relaxons"]
        )
    if kind not in PLOTS:
        raise DomainError(f"results: there is no picture of {kind}")
    draw, known = PLOTS[kind]
    choices = _choices(picture, known, [kind])
    if len(results) > 1 and kind not in ("kappa", *TOGETHER):
        raise DomainError(f"results: several of {kind} have no common frame; draw each")
    if "temperature" in choices:
        results = [_at_temperature(one, choices["temperature"]) for one in results]
        del choices["temperature"]
    if len(results) == 1:
        return lambda **more: draw(results[0], **more), choices
    return lambda **more: TOGETHER.get(kind, draw)(list(results), **more), choices


def _choices(
    picture: Picture, known: Sequence[str], kinds: Sequence[str]
) -> dict[str, Any]:
    """The chosen component, unit and temperature; refused if it is not known."""
    choices = {
        name: getattr(picture, name)
        for name in ("component", "unit", "temperature")
        if getattr(picture, name) is not None
    }
    for name in choices.keys() - set(known):
        raise DomainError(
            f"{name}: the picture of {' and '.join(kinds)} has no such choice"
        )
    return choices


def _at_temperature(result: Any, temperature: float) -> Any:
    """The part of a result that is at one temperature."""
    same = np.isclose(result.temperatures, temperature, rtol=1e-9, atol=0)
    if not same.any():
        there = ", ".join(f"{t:g}" for t in result.temperatures)
        raise DomainError(
            f"temperature: {temperature:g} K is not in the result; take one of {there} K"
        )
    parts = {
        name: getattr(result, name)[:, same]
        for name in BY_TEMPERATURE
        if getattr(result, name, None) is not None
    }
    return replace(result, temperatures=result.temperatures[same], **parts)


def _style(style: str | None) -> AbstractContextManager[Any]:
    """A style of matplotlib, in a with block."""
    if style is None:
        return nullcontext()
    ensure_matplotlib("pictures need")
    import matplotlib.style

    if style not in matplotlib.style.available and not Path(style).is_file():
        names = ", ".join(matplotlib.style.available)
        raise FileError(
            f"style: matplotlib has none called {style!r}; take a style file, or one of "
            f"{names}"
        )
    return matplotlib.style.context(style)
