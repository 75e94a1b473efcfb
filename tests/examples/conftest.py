"""The labs of the package's tests."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))

from fixtures import healthy, troubled  # noqa: E402, F401
