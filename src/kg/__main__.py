"""`kg`, and `python -m kg`. An interrupt is one line even while the program is still being loaded."""

import sys


def main() -> int:
    """Runs the command line and gives its exit code."""
    try:
        from kg.cli import main as run

        return run()
    except KeyboardInterrupt:
        print("kg: interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
