"""Whether the self-consistency of a finished calculation has converged."""

import re
import warnings
from pathlib import Path

from phono_grid.errors import PhonoWarning

FAILED = (
    "convergence not achieved",  # Quantum ESPRESSO
    "scf run not converged",  # CP2K
    "self-consistency cycle did not converge",  # FHI-aims
    "self-consistency cycle not converged",
    "self-consistency cycle not yet converged",
    "electronic self-consistency was not achieved",  # VASP
    "was not enough scf cycles to converge",  # ABINIT
    *("scf_not_conv", "scf did not converge", "scf cycle not converged"),  # SIESTA
    *("electronic minimisation did not", "not reached the groundstate"),  # CASTEP
    *("scc is not converged", "scc not converged"),  # DFTB+
    "reached self-consistent loops maximum",  # Elk, exciting
    "convergence has not been achieved",  # ABACUS
    "scf ended - too many cycles",  # CRYSTAL
    "scf *not* converged",  # Octopus
    "did not converge!",  # GPAW
    "calculation failed to converge",  # NWChem
    "convergence criteria cannot be satisfied",  # Turbomole
)
"""Words of programs, in small letters, about a self-consistency that has failed."""
ACHIEVED = (
    *("convergence has been achieved", "scf run converged", "scf ended - convergence"),
    *("self-consistency cycle converged", "aborting loop because ediff is reached"),
    "convergence targets achieved",
)
"""Their words about one that has converged."""
_STEP = re.compile(r"-+\s*Iteration\s+(\d+)\(\s*(\d+)\)")
_NELM = re.compile(r"\bNELM\s*=\s*(\d+)")


class ConvergenceWarning(PhonoWarning):
    """Forces of a calculation that has not converged."""


def warn_if_not_converged(path: Path, name: Path) -> None:
    """Warn of a calculation whose last self-consistency did not converge.

    Parameters
    ----------
    path : Path
        Not compressed.
    name : Path
        The file as it was named.
    """
    raw = path.read_bytes()
    if b"\0" in raw[:4096]:
        return
    text = raw.decode("utf-8", errors="replace")
    small = text.lower()
    failed, words = max((small.rfind(words), words) for words in FAILED)
    achieved = max(small.rfind(words) for words in ACHIEVED)
    said = ""
    if failed > achieved:
        said = words
    elif "<modeling>" in text[:1000]:
        said = _vasprun_failure(text)
    elif text.lstrip().startswith("vasp."):
        said = _outcar_failure(text, achieved)
    if said:
        warnings.warn(
            f"{name}: the self-consistency of the electrons has not converged ({said}); "
            "its forces may be wrong, compute it again with more steps",
            ConvergenceWarning,
            stacklevel=2,
        )


def _outcar_failure(text: str, achieved: int) -> str:
    """The complaint about an OUTCAR whose steps are all used up; "" if it converged."""
    limit, steps = _NELM.search(text), list(_STEP.finditer(text))
    if limit is None or not steps or int(limit[1]) <= 1:
        return ""
    used_up = int(steps[-1][2]) >= int(limit[1])
    return f"all {limit[1]} steps of NELM" if used_up and achieved < steps[-1].end() else ""


def _vasprun_failure(text: str) -> str:
    """The complaint about a vasprun.xml whose last ionic step used up all its steps."""
    limit = re.search(r'name="NELM"[^>]*>\s*(\d+)', text)
    step = text.rfind("<calculation>")
    if limit is None or step < 0 or int(limit[1]) <= 1:
        return ""
    blocks = re.findall(r"<scstep>.*?</scstep>", text[step:], re.DOTALL)
    if len(blocks) < int(limit[1]):
        return ""
    pattern = r'name="e_0_energy"[^>]*>\s*([-+\d.Ee]+)'
    energies = [re.findall(pattern, block) for block in blocks[-2:]]
    tolerance = re.search(r'name="EDIFF"[^>]*>\s*([-+\d.Ee]+)', text)
    if tolerance and len(energies) == 2 and all(energies):
        one, other = (float(energy[-1]) for energy in energies)
        if abs(one - other) <= float(tolerance[1]):
            return ""
    return f"all {limit[1]} steps of NELM"
