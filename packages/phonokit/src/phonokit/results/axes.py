"""Names of the axes of arrays in files, told by the letters of their declared shapes."""

from collections.abc import Mapping

from phonokit.results.shapes import SIZES, fits

AXES = {
    "n_q": "q",
    "n_i": "q",
    "n_T": "temperature",
    "n_b": "band",
    "n_a": "atom_number",
    "n_f": "frequency_point",
    "n_s": "segment",
    "n": "point",
    "n_c": "case",
    "n_m": "mesh_number",
    "n_V": "volumes",
    "n_t": "triplet_number",
    "2": "end",
    "3": "axis",
    "6": "component",
}
"""Words for letters and for numbers of axes; a letter without one has what follows `n_`."""


LATTICES = (
    "lattice",
    "reciprocal_lattice",
    "grid_matrix",
    "lattices",
    "equilibrium_lattice",
)
"""Arrays whose rows are vectors of a lattice, maybe several."""


def axes_of(
    declared: str,
    shape: tuple[int, ...],
    sizes: Mapping[str, int] | None = None,
    name: str = "",
) -> tuple[str, ...]:
    """The name of each axis of an array.

    Parameters
    ----------
    declared : str
        Such as ``"(n_q, n_b, 3)"``, ``"(n_a,) or (n_a, 3)"``.
    shape : tuple of int
        The shape that it has.
    sizes : mapping, optional
        Letters that are known.
    name : str
        Of the array, where it may be one of `LATTICES`.

    Returns
    -------
    tuple of str
        Nothing if no declared shape fits. What comes twice gets a number, ``"axis_2"``.
    """
    if name in LATTICES and len(shape) == 2:
        return ("lattice_vector", "axis")
    for letters in SIZES.findall(declared):
        axes = [axis.strip() for axis in letters.split(",") if axis.strip()]
        if len(axes) == len(shape) and fits(axes, shape, sizes or {}):
            break
    else:
        return ()
    if name in LATTICES:
        axes[-2] = "lattice_vector"
    names: list[str] = []
    for axis in axes:
        name = AXES.get(axis, axis.removeprefix("n_"))
        number = sum(other.partition("_2")[0] == name for other in names) + 1
        names.append(name if number == 1 else f"{name}_{number}")
    return tuple(names)
