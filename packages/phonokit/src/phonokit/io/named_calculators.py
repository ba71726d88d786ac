"""Calculators that can be called by a name alone."""

from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from phono_grid.errors import DomainError


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Place of a calculator that is known by its name.

    Parameters
    ----------
    place : str
        ``module:factory``
    package : str
        The name by which pip installs it.
    options : dict
        Keyword arguments unless others are given: double precision, since third-order
        constants are small differences of forces.
    """

    place: str
    package: str
    options: dict[str, Any] = field(default_factory=dict)


DOUBLE: dict[str, Any] = {"default_dtype": "float64"}
CALCULATORS = {
    "mace_mp": Named(
        place="mace.calculators:mace_mp", package="mace-torch", options=DOUBLE
    ),
    "mace_off": Named(
        place="mace.calculators:mace_off", package="mace-torch", options=DOUBLE
    ),
    "mace_omol": Named(
        place="mace.calculators:mace_omol", package="mace-torch", options=DOUBLE
    ),
    "chgnet": Named(place="chgnet.model.dynamics:CHGNetCalculator", package="chgnet"),
    "sevennet": Named(place="sevenn.calculator:SevenNetCalculator", package="sevenn"),
    "mattersim": Named(
        place="mattersim.forcefield:MatterSimCalculator", package="mattersim"
    ),
    "grace": Named(place="tensorpotential.calculator:grace_fm", package="tensorpotential"),
    "nequip": Named(place="nequip.ase:NequIPCalculator", package="nequip"),
    "deepmd": Named(place="deepmd.calculator:DP", package="deepmd-kit"),
    "tblite": Named(place="tblite.ase:TBLite", package="tblite"),
    "gpaw": Named(place="gpaw:GPAW", package="gpaw"),
    "quippy": Named(place="quippy.potential:Potential", package="quippy-ase"),
    "emt": Named(place="ase.calculators.emt:EMT", package="ase"),
    "lj": Named(place="ase.calculators.lj:LennardJones", package="ase"),
    "morse": Named(place="ase.calculators.morse:MorsePotential", package="ase"),
    "kim": Named(place="ase.calculators.kim:KIM", package="kimpy"),
}
"""Calculators by name; others are ``module:factory`` or ``file.py:factory``."""


def named_calculator(name: str, options: dict[str, Any]) -> Any:
    """Make a calculator of `CALCULATORS`, or one that is registered with ASE.

    Raises
    ------
    DomainError
        If there is none of that name, its package is not installed, or it cannot be made.
    """
    known = CALCULATORS.get(name.lower().replace("-", "_"))
    if known is None:
        make, options = _registered(name), options
    else:
        module, _, factory = known.place.partition(":")
        try:
            make = getattr(import_module(module), factory)
        except (ImportError, AttributeError) as error:
            raise DomainError(
                f"calculator: {name} is {known.place}, which cannot be imported ({error}); "
                f"install it with: pip install {known.package}"
            ) from error
        options = known.options | options
    try:
        return make(**options)
    except Exception as error:  # the factory is anybody's
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise DomainError(
            f"calculator: {name} cannot be made ({reason}); option= name=value gives it "
            "what it needs"
        ) from error


def _registered(name: str) -> Any:
    """The class of a calculator that a package has registered with ASE."""
    from ase.calculators.calculator import external_calculators, get_calculator_class

    if name in external_calculators:
        # ASE gives this function no types.
        return get_calculator_class(name)  # type: ignore[no-untyped-call]
    known = ", ".join([*CALCULATORS, *external_calculators])
    raise DomainError(
        f"calculator: expected module:factory or file.py:factory, such as "
        f"ase.calculators.emt:EMT, or one of {known}, got {name!r}"
    )
