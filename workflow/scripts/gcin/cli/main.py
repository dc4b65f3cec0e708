"""The command `gcin`."""

import argparse
import os
import sys
from collections.abc import Sequence

from gcin._log import use_one_arrow_thread
from gcin.cli import cohort, sheet
from gcin.intake.heads import UnreadableError

COMMANDS = {"sheet": (sheet, sheet.run_sheet), "cohort": (cohort, cohort.run_cohort)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; a message and 1 tell that it failed.

    Args:
        arguments: What stands behind `gcin`; by default what the shell was given.
    """
    use_one_arrow_thread()
    values = _parser().parse_args(arguments)
    try:
        code = values.run(values)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads the output has seen enough; nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        print(
            f"gcin: {place}{error.strerror or error}. Check the path and rights.", file=sys.stderr
        )
        return 1
    except (ValueError, UnreadableError) as error:
        print(f"gcin: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gcin", description="Around the workflow of GCIN.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (module, run) in COMMANDS.items():
        command = commands.add_parser(name, help=module.HELP, description=module.__doc__)
        module.add_arguments(command)
        command.set_defaults(run=run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
