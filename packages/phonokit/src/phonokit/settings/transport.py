"""Scattering of phonons, and solution of the Boltzmann equation."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import Enum
from typing import Any

from phono_3ph import AdaptiveGaussian, Change, Coherence, Scattering, Solver
from phono_grid import Gaussian
from phono_grid.errors import (
    DomainError,
    ensure_flag,
    ensure_positive,
    ensure_type,
    named,
    not_negative,
)

from phonokit.settings.scattering import energy_conservation, scattering_record


class Method(Enum):
    """Method of solving the Boltzmann equation."""

    RTA = "rta"
    LBTE = "lbte"

    @classmethod
    def of(cls, name: "Method | str") -> "Method":
        """The method called ``name``."""
        return named(cls, name, "method")


FLAGS = (
    "isotopes",
    "normal_umklapp",
    "symmetrized_tetrahedra",
    "average_strengths",
    "full_zone",
)


@dataclass(frozen=True, slots=True)
class Transport:
    r"""Choices of the scattering of phonons and of the solution of the Boltzmann equation.

    Parameters
    ----------
    method : Method or "rta" or "lbte"
        The relaxation-time approximation, or the full linearised equation.
    solver : Solver or "cg" or "direct"
        Solver of the full equation.
    scattering : Scattering
        Cutoff frequency, degeneracy, averaging of weights, smearing.
    isotopes : bool
        Scattering by isotopes, the natural ones of the elements unless ``mass_variances``
        are given.
    mass_variances : n_a numbers, or numbers by name, optional
        Relative variance of the mass of each atom of the primitive cell, or by element or
        label (``{"Ga": 2e-4}``; natural where none is given); isotopes scatter then.
    boundary_mfp : float, optional
        Boundary mean free path in µm: the distance between surfaces that scatter phonons.
    coherence : Coherence or str, optional
        Theory of the heat carried between bands: smm19, the Wigner equation (Simoncelli,
        Marzari and Mauri, Nat. Phys. 15, 809 (2019)); njc23, Green-Kubo (Ndour, Jund and
        Chaput, J. Non-Cryst. Solids 621, 122618 (2023)); ibdb19, quasi-harmonic Green-Kubo
        (Isaeva et al., Nat. Commun. 10, 3853 (2019)); see `phono_3ph.Coherence`. Not at all
        if not given.
    normal_umklapp : bool
        Resolve linewidths into normal and umklapp processes.
    symmetrized_tetrahedra : bool
        Conserve energy by the mean over the images of the tetrahedra by the point group.
    average_strengths : bool
        Take the mean :math:`\frac{1}{n_b^2} \sum |\Phi|^2` over all pairs of phonons, one
        number for each band, in place of every squared matrix element: what is left of
        the differences between linewidths is the phase space.
    constant_strength : float, optional
        Such a mean in eV², the same for all bands; third-order constants are not used then.
    full_zone : bool
        Take every wave vector of the mesh for itself, the collision operator among them,
        as if there were no symmetry.
    """

    method: Method | str = Method.RTA
    solver: Solver | str = Solver.CG
    scattering: Scattering = field(default_factory=Scattering)
    isotopes: bool = False
    mass_variances: tuple[float, ...] | Mapping[str, float] | None = None
    boundary_mfp: float | None = None
    coherence: Coherence | str | None = None
    normal_umklapp: bool = False
    symmetrized_tetrahedra: bool = False
    average_strengths: bool = False
    constant_strength: float | None = None
    full_zone: bool = False

    def __post_init__(self) -> None:
        """Take names for the enums, and check the path."""
        ensure_type("scattering", self.scattering, Scattering)
        for name in FLAGS:
            ensure_flag(name, getattr(self, name))
        if self.constant_strength is not None:
            ensure_positive("constant_strength", self.constant_strength)
            if self.average_strengths:
                raise DomainError(
                    "average_strengths: constant_strength= gives their mean; leave one of "
                    "the two out"
                )
        object.__setattr__(self, "method", Method.of(self.method))
        object.__setattr__(self, "solver", Solver.of(self.solver))
        if self.coherence is not None:
            object.__setattr__(self, "coherence", Coherence.of(self.coherence))
        if self.boundary_mfp is not None:
            ensure_positive("boundary_mfp", self.boundary_mfp)
        if self.mass_variances is not None:
            variances = _checked_variances(self.mass_variances)
            object.__setattr__(self, "mass_variances", variances)
            object.__setattr__(self, "isotopes", True)
        if self.symmetrized_tetrahedra and self.scattering.smearing is not None:
            raise DomainError(
                "symmetrized_tetrahedra: a smearing of "
                f"{energy_conservation(self.scattering).removeprefix('σ = ')} takes the "
                "place of tetrahedra; leave one of the two out"
            )
        if self.symmetrized_tetrahedra and self.full_zone:
            raise DomainError(
                "symmetrized_tetrahedra: without symmetry tetrahedra have no images; leave "
                "full_zone out"
            )

    @property
    def description(self) -> str:
        """All that differs from the defaults, in words."""
        return f"{self.method_description}, {self.scattering_description}"

    @property
    def method_description(self) -> str:
        """The equation that is solved, and its solver, in words."""
        if self.method is Method.LBTE:
            return f"linearised Boltzmann equation ({Solver.of(self.solver).value})"
        return "relaxation time approximation"

    @property
    def scattering_description(self) -> str:
        """The scattering processes and the conservation of energy, in words."""
        energy = energy_conservation(self.scattering)
        parts = ["symmetrised " * self.symmetrized_tetrahedra + energy]
        parts += ["whole zone"] * self.full_zone
        parts += ["averaged strengths"] * self.average_strengths
        if self.constant_strength is not None:
            parts.append(f"strengths of {self.constant_strength:g} eV² on average")
        if self.mass_variances is not None:
            parts.append("isotopes of given variance")
        elif self.isotopes:
            parts.append("isotopes")
        if self.boundary_mfp is not None:
            parts.append(f"boundaries {1000 * self.boundary_mfp:g} nm")
        if self.coherence is not None:
            parts.append(f"coherences ({Coherence.of(self.coherence).value})")
        return ", ".join(parts)

    @property
    def record(self) -> dict[str, Any]:
        """Every choice, by the names of the arguments; `from_record` takes them."""
        coherence = self.coherence
        # Files of versions that had no such choices do not name them.
        strengths: dict[str, Any] = {}
        if self.average_strengths:
            strengths["average_strengths"] = True
        if self.constant_strength is not None:
            strengths["constant_strength"] = float(self.constant_strength)
        return {
            **strengths,
            "transport": self.description,
            "method": Method.of(self.method).value,
            "solver": Solver.of(self.solver).value,
            **scattering_record(self.scattering),
            "isotopes": self.isotopes,
            "mass_variances": self.mass_variances,
            "boundary_mfp": self.boundary_mfp,
            "coherence": None if coherence is None else Coherence.of(coherence).value,
            "normal_umklapp": self.normal_umklapp,
            "symmetrized_tetrahedra": self.symmetrized_tetrahedra,
            "full_zone": self.full_zone,
        }

    @property
    def rates_record(self) -> dict[str, Any]:
        """Choices that linewidths and collision rows depend on."""
        later = ("transport", "solver", "boundary_mfp", "coherence")
        return {name: value for name, value in self.record.items() if name not in later}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Transport":
        """Make the choices that `record` has written down.

        Raises
        ------
        DomainError
            If there is one that is missing, or means nothing.
        """
        ensure_type("record", record, Mapping)
        # Files of versions that knew natural isotopes only do not name the variances.
        absent = {"mass_variances": None, "average_strengths": False}
        record = {**absent, "constant_strength": None, **record}
        missing = [name for name in cls().record if name not in record]
        if missing:
            raise DomainError(f"settings: expected also {', '.join(missing)}")
        choices = ("cutoff_frequency", "degeneracy", "average_degenerate_weights")
        sigma = record["sigma"]
        smearing: Gaussian | AdaptiveGaussian | None = None
        if sigma is not None:
            smearing = Gaussian(sigma, record["sigma_cutoff"])
        elif record.get("smearing_scale") is not None:
            smearing = AdaptiveGaussian(
                float(record["smearing_scale"]),
                record.get("smearing_change", Change.LARGEST),
            )
        scattering = Scattering(**{c: record[c] for c in choices}, smearing=smearing)
        names = [f.name for f in fields(cls) if f.name != "scattering"]
        return cls(**{name: record[name] for name in names}, scattering=scattering)


def _checked_variances(variances: Any) -> tuple[float, ...] | dict[str, float]:
    """Variances of atoms, or by the names of elements and sites."""
    if not isinstance(variances, Mapping):
        listed = not_negative(variances, "mass_variances", ("n_a",))
        return tuple(listed.tolist())
    for name in variances:
        ensure_type("mass_variances", name, str)
    values = not_negative([*variances.values()], "mass_variances", ("n",))
    return dict(sorted(zip(variances, values.tolist(), strict=True)))
