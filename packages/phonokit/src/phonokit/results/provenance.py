"""Where a result comes from."""

from dataclasses import dataclass

from phonokit.model.provenance import InputFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a result comes from.

    Parameters
    ----------
    formula : str
        The formula of the primitive cell.
    source : str
        What the force constants come from: ``"forces"``, ``"constants of phono fc"``,
        ``"constants"``.
    inputs : tuple of InputFile
    lang : str
        The kernels that ran, ``"Rust"`` or ``"Python"``.
    settings : dict
        Every choice that changes numbers.
    started, finished : str
        ISO 8601, UTC.
    """

    formula: str
    source: str
    inputs: tuple[InputFile, ...]
    lang: str
    settings: dict[str, object]
    started: str
    finished: str
