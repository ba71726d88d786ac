"""The command ``phono`` from its first moment: Ctrl-C is heeded while it is imported."""

import signal
import sys
import traceback


def main() -> int:
    """Run ``phono`` and return its exit code."""
    try:
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


def _end_others(message: str, number: int) -> None:
    """End the other ranks, which would wait for this one."""
    from phono_mpi.launch import Launch

    Launch.from_environment().end_by_signal(message, number)


if __name__ == "__main__":
    sys.exit(main())
