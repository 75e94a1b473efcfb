"""The labs of the package's tests."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))

from fixtures import healthy, troubled  # noqa: E402, F401

from controller import Controller  # noqa: E402


@pytest.fixture
def controller(tmp_path):
    """A controller of its own for each test."""
    (tmp_path / "controller").mkdir()
    return Controller(tmp_path / "controller")
