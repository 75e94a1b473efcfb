"""The command `iofilter-certs`, which is the Rust one; also `python -m iofilter_certs`."""

import sys

from ._native import command


def main() -> int:
    """Carries the command out with this process's arguments, and gives its exit code."""
    return command(["iofilter-certs", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
