"""Record of a calculation: its provenance, and the key that identifies it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from phono_grid import Grid
from phono_grid.errors import ensure_flag, ensure_type
from phono_grid.fingerprints import fingerprint

from phonokit.model.crystal import Crystal
from phonokit.model.formula import formula_of
from phonokit.results.provenance import Provenance
from phonokit.run.key import programs
from phonokit.run.run import Run

INPUTS = {
    "mesh": """\
three int, float, or (3, 3) array of int
    The Γ-centred grid of wave vectors, or of the phonons that others scatter with; or
    a length in Å; or the matrix of a generalised grid, as `phono_grid.Grid.of` has it.""",
    "temperatures": "float or sequence of float\n    K",
    "transport": """\
Transport, optional
    What scatters phonons, and how the Boltzmann equation is solved.""",
    "scattering": """\
Scattering, optional
    Cutoff frequency, degeneracy, averaging of weights, smearing.""",
    "nac": "bool\n    Whether Born charges, where the data hold them, are used.",
    "run": """\
Run, optional
    Progress, ranks, memory, and where finished work is kept; nothing that changes a
    number.""",
}
"""Paragraphs common to the docstrings of all calculations, for `documented`."""


def checked_run(crystal: Crystal, nac: bool, run: Run | None) -> Run:
    """The run, a plain one if there is none; and what all calculations require."""
    run = Run() if run is None else run
    ensure_type("crystal", crystal, Crystal)
    ensure_type("run", run, Run)
    ensure_flag("nac", nac)
    return run


def now() -> str:
    """The time, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One calculation on one crystal: its settings, since when it runs.

    Parameters
    ----------
    product : str
        What is computed, as the public function is called.
    crystal : Crystal
    nac : bool
        Whether the dipoles of Born charges are summed.
    settings : dict
        Every other choice that changes numbers, by the names of the arguments.
    started : str
    """

    product: str
    crystal: Crystal
    nac: bool = True
    settings: Mapping[str, Any]
    started: str = field(default_factory=now)

    def key(self, **also: Any) -> dict[str, str]:
        """Everything that the numbers depend on, by name, for the store of a run."""
        settings = {**self.settings, **also}
        return {
            **programs(),
            "product": self.product,
            "crystal": self.crystal.fingerprint,
            "Born charges": self.crystal.nac_name(self.nac),
            **{name: _words(value) for name, value in settings.items()},
        }

    def provenance(self, **also: Any) -> Provenance:
        """Provenance of the calculation, which has just ended."""
        origin = self.crystal.origin
        about = {
            "force_constants": origin.method,
            "calculator": origin.calculator,
            "nac": self.crystal.nac_name(self.nac),
        }
        return Provenance(
            formula=formula_of(self.crystal.primitive),
            source=origin.source,
            inputs=origin.files,
            lang=self.crystal.lang,
            settings={**about, **self.settings, **also},
            started=self.started,
            finished=now(),
            cell=self.crystal.primitive,
        )


def _words(value: Any) -> str:
    """A value as it can be compared and, where it is short, be read."""
    if isinstance(value, Grid):
        return " ".join(str(n) for n in value.matrix.ravel())
    if value is None or isinstance(value, bool | int | float | str):
        return repr(value)
    if isinstance(value, list | tuple | dict) and len(value) < 100:
        return repr(value)
    return fingerprint(value)
