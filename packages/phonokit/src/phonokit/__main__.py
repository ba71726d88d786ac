"""The command ``phono`` from its first moment: Ctrl-C is heeded while it is imported."""

import os
import signal
import sys
import traceback

from phonokit.cli.commands import asks_for_overview, overview
from phonokit.cli.encoding import replace_unknown_letters
from phonokit.cli.waiting import tell


def main() -> int:
    """Run ``phono`` and return its exit code."""
    try:
        # The list of commands needs nothing of what the commands need.
        if asks_for_overview(sys.argv[1:]):
            return _tell_commands()
        if "--quiet" not in sys.argv:
            tell("phono: starting ...")
        from phonokit.cli.app import main as run
    except KeyboardInterrupt:
        message = "phono: interrupted; nothing was written\n"
        _end_others(message, signal.SIGINT)
        sys.stderr.write(message)
        return 130
    except Exception:
        _end_others(traceback.format_exc(), signal.SIGTERM)
        raise
    return run()


def _tell_commands() -> int:
    """Print the list of commands, once for all ranks."""
    from phono_mpi.launch import Launch

    replace_unknown_letters()
    try:
        sys.stdout.write(overview() if Launch.from_environment().rank == 0 else "")
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return 0


def _end_others(message: str, number: int) -> None:
    """End the other ranks, which would wait for this one."""
    from phono_mpi.launch import Launch

    Launch.from_environment().end_by_signal(message, number)


if __name__ == "__main__":
    sys.exit(main())
