"""Settings of ``CONTROL``, which stand for options that are not given."""

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from phonokit.cli.options import MESH
from phonokit.io.load import control_of

Options = TypeVar("Options", bound=Any)


def with_control(path: Path, options: Options) -> tuple[Options, dict[str, str]]:
    """Options with the mesh and widths of ``CONTROL``, and a row that says what was taken.

    Parameters
    ----------
    path : Path
        The data; other data than ShengBTE's have no ``CONTROL``.
    options : KappaOptions
    """
    if options.crystal.fc3_cutoff is not None:
        return options, {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # told when the crystal is read
        control = control_of(path, fc2=options.crystal.fc2)
    if control is None:
        return options, {}
    said = []
    if control.mesh is not None:
        if options.mesh == MESH:
            options = replace(options, mesh=replace(MESH, mesh=control.mesh))
            said.append("ngrid is the mesh")
        else:
            said.append("ngrid is not used, another mesh is given")
    scale, smearing = control.scalebroad, options.smearing
    if scale is not None:
        if smearing.smearing is None:
            said.append(
                f"scalebroad {scale:g} is not used, --smearing adaptive-rms takes it"
            )
        elif smearing.smearing_scale is None:
            options = replace(options, smearing=replace(smearing, smearing_scale=scale))
            said.append(f"scalebroad {scale:g} scales the widths")
        else:
            said.append("scalebroad is not used, --smearing-scale is given")
    if control.isotopes and not options.transport.isotopes:
        said.append("isotopes are not used, --isotopes takes them")
    if control.temperature is not None:
        said.append("T is not used, --temperature says it")
    return options, {"CONTROL": "; ".join(said)} if said else {}
