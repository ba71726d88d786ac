"""``phono completion``."""

import sys
from typing import Literal

from phonokit.cli.command import command

EXAMPLES = """
source <(phono completion bash)
phono completion fish > ~/.config/fish/completions/phono.fish
"""


def completion(shell: Literal["bash", "zsh", "fish"], /) -> None:
    """Print the script by which a shell completes the commands and options of phono.

    Parameters
    ----------
    shell
        The shell, bash, zsh or fish.
    """
    # Here: the table of commands is that of `app`, which imports this file.
    from phonokit.cli.app import app as phono

    sys.stdout.write(phono.generate_completion(prog_name="phono", shell=shell))


app = command(completion, EXAMPLES)
