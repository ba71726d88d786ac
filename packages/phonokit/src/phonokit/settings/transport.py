"""What scatters phonons, and how the Boltzmann equation is solved."""

from dataclasses import dataclass, field
from enum import Enum

from phono_3ph import Coherence, Scattering, Solver
from phono_grid.errors import DomainError, ensure_flag, ensure_positive, ensure_type, named


class Method(Enum):
    """How the Boltzmann equation is solved."""

    RTA = "rta"
    LBTE = "lbte"

    @classmethod
    def of(cls, name: "Method | str") -> "Method":
        """The method called ``name``."""
        return named(cls, name, "method")


@dataclass(frozen=True, slots=True)
class Transport:
    """What scatters phonons, and how the Boltzmann equation is solved.

    Parameters
    ----------
    method : Method or "rta" or "lbte"
        The relaxation-time approximation, or the full linearised equation.
    solver : Solver or "cg" or "direct"
        Of the full equation.
    scattering : Scattering
        Cutoff frequency, degeneracy, averaging of weights, smearing.
    isotopes : bool
        Scattering by the natural isotopes of the elements.
    boundary_mfp : float, optional
        The longest mean free path that boundaries leave, µm.
    coherence : Coherence or str, optional
        By which theory bands carry heat between them: ``"smm19"``, the Wigner equation, or
        another of `phono_3ph.Coherence`. Not at all if not given.
    split : bool
        Tell normal from umklapp processes.
    symmetrized_tetrahedra : bool
        Conserve energy by the mean over the images of the tetrahedra by the point group.
    full_zone : bool
        Take every wave vector of the mesh for itself, the collision operator among them,
        as if there were no symmetry.
    """

    method: Method | str = Method.RTA
    solver: Solver | str = Solver.CG
    scattering: Scattering = field(default_factory=Scattering)
    isotopes: bool = False
    boundary_mfp: float | None = None
    coherence: Coherence | str | None = None
    split: bool = False
    symmetrized_tetrahedra: bool = False
    full_zone: bool = False

    def __post_init__(self) -> None:
        """Take names for the enums, and check the path."""
        ensure_type("scattering", self.scattering, Scattering)
        for name in ("isotopes", "split", "symmetrized_tetrahedra", "full_zone"):
            ensure_flag(name, getattr(self, name))
        object.__setattr__(self, "method", Method.of(self.method))
        object.__setattr__(self, "solver", Solver.of(self.solver))
        if self.coherence is not None:
            object.__setattr__(self, "coherence", Coherence.of(self.coherence))
        if self.boundary_mfp is not None:
            ensure_positive("boundary_mfp", self.boundary_mfp)
        if self.symmetrized_tetrahedra and self.scattering.smearing is not None:
            raise DomainError(
                "symmetrized_tetrahedra: a smearing of "
                f"{self.scattering.smearing.sigma:g} THz takes the place of tetrahedra; "
                "leave one of the two out"
            )
        if self.symmetrized_tetrahedra and self.full_zone:
            raise DomainError(
                "symmetrized_tetrahedra: without symmetry tetrahedra have no images; leave "
                "full_zone out"
            )

    @property
    def description(self) -> str:
        """In words."""
        kind = "relaxation time approximation"
        if self.method is Method.LBTE:
            kind = f"linearised Boltzmann equation ({Solver.of(self.solver).value})"
        smearing = self.scattering.smearing
        energy = "linear tetrahedra" if smearing is None else f"σ = {smearing.sigma:g} THz"
        energy = "symmetrised " * self.symmetrized_tetrahedra + energy
        parts = [kind, energy]
        parts += ["whole zone"] * self.full_zone
        parts += ["isotopes"] * self.isotopes
        if self.boundary_mfp is not None:
            parts.append(f"boundaries {self.boundary_mfp:g} µm")
        if self.coherence is not None:
            parts.append(f"coherences ({Coherence.of(self.coherence).value})")
        return ", ".join(parts)

    @property
    def record(self) -> dict[str, object]:
        """Every choice that changes numbers, by the names of the fields."""
        scattering = self.scattering
        smearing = scattering.smearing
        return {
            "method": self.description,
            "cutoff_frequency": scattering.cutoff_frequency,
            "degeneracy": scattering.degeneracy,
            "average_degenerate_weights": scattering.average_degenerate_weights,
            "sigma": None if smearing is None else smearing.sigma,
            "symmetrized_tetrahedra": self.symmetrized_tetrahedra,
            "isotopes": self.isotopes,
            "boundary_mfp": self.boundary_mfp,
            "full_zone": self.full_zone,
        }
