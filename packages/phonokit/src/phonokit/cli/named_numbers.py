"""Numbers of atoms on the command line, in their order or by name."""

from collections.abc import Sequence

from phono_grid.errors import DomainError


def numbers_by_name(
    option: str, texts: Sequence[str]
) -> tuple[float, ...] | dict[str, float]:
    """Numbers as they were typed, ``1e-4``, or ``Ga=1e-4`` by element or label.

    Parameters
    ----------
    option : str
        Its name, for an error.
    texts : sequence of str
    """
    texts = [part for text in texts for part in text.split(",") if part]
    if not any("=" in text for text in texts):
        return tuple(_number(option, text) for text in texts)
    pairs = [text.partition("=")[::2] for text in texts]
    return {name: _number(option, number) for name, number in pairs}


def _number(option: str, text: str) -> float:
    """A number."""
    try:
        return float(text)
    except ValueError:
        raise DomainError(
            f"{option}: expected a number for each atom, as 1.5 2, or numbers by element "
            f"or label, as Ga=1.5 N=2, got {text!r}"
        ) from None
