"""The command ``phono`` from its first moment: Ctrl-C is heeded while it is imported."""

import sys


def main() -> int:
    """Run ``phono`` and return its exit code."""
    try:
        from phonokit.cli.app import main as run
    except KeyboardInterrupt:
        sys.stderr.write("phono: interrupted; nothing was written\n")
        return 130
    return run()


if __name__ == "__main__":
    sys.exit(main())
