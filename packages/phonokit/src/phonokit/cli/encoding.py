"""Text for terminals and files that do not know every letter.

Redirected output has the encoding of the system: of a batch system ASCII, of Windows a code
page. What it lacks is replaced by what looks alike.
"""

import codecs
import sys
from typing import TextIO

HANDLER = "phonokit"
ALIKE = {
    **dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True)),
    **{"⁰": "^0", "¹": "^1", "²": "^2", "³": "^3", "⁻": "^-", "⁵": "^5", "⁶": "^6"},
    **{"Å": "A", "×": "x", "·": "*", "−": "-", "–": "-", "—": "-", "…": "..."},
    **{"Γ": "G", "Σ": "S", "Λ": "L", "Δ": "D", "α": "a", "β": "b", "γ": "g", "ω": "w"},
    **{"κ": "k", "λ": "l", "µ": "u", "μ": "u", "π": "pi", "σ": "s", "τ": "t", "°": "deg"},
    **{"→": "->", "≤": "<=", "≥": ">=", "±": "+-", "√": "sqrt", "∞": "inf", "ħ": "hbar"},
    **{"ä": "ae", "ö": "oe", "ü": "ue", "é": "e"},
    **dict.fromkeys("─━╌╴╶╸╺", "-"),
    **dict.fromkeys("│┃", "|"),
    **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╯╰┏┓┗┛┡┩╇", "+"),
}
"""Letters and what stands for each of them."""


def replaced(error: UnicodeError) -> tuple[str, int]:
    """Replacements of letters that an encoding does not have."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(ALIKE.get(letter, "?") for letter in text), error.end


def replace_unknown_letters(*streams: TextIO | None) -> None:
    """Let no letter end a command: replace those that a stream's encoding lacks.

    Parameters
    ----------
    streams : text streams
        ``sys.stdout`` and ``sys.stderr`` if not given.
    """
    codecs.register_error(HANDLER, replaced)
    for stream in streams or (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors=HANDLER)
