"""``python -m phono_inside COMMAND ...``: run a command of phonopy or phono3py inside."""

import sys
from importlib.metadata import entry_points

import phono_inside


def main(arguments: list[str]) -> None:
    """Run the command, or show what is replaced if none is given."""
    if not arguments:
        sys.stdout.write(f"{phono_inside.status()}\n")
        return
    command, *_ = arguments
    scripts = entry_points(group="console_scripts", name=command)
    if not scripts:
        sys.exit(f"phono_inside: there is no command {command!r} in this environment")
    sys.argv = arguments
    run = next(iter(scripts)).load()
    phono_inside.register()  # what the command imports counts too
    sys.exit(run())


if __name__ == "__main__":
    main(sys.argv[1:])
