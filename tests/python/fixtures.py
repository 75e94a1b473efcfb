"""What several test folders need."""

import socket

import pytest

TROUBLED = """
seed = 5
[[clusters]]
name = "compute-a"
count = 2
[[clusters]]
name = "compute-b"
count = 1
[[hosts]]
name = "esx02"
troubles = ["castore-missing-sms"]
[[hosts]]
name = "esx03"
troubles = ["vp-cert-stale"]
"""

HEALTHY = """
seed = 5
[[clusters]]
name = "compute-a"
count = 2
"""


@pytest.fixture
def troubled(tmp_path):
    """A lab with one trouble on each of two hosts, made anew for each test."""
    from wheel_lab import WheelLab

    with WheelLab(TROUBLED, tmp_path) as lab:
        yield lab


@pytest.fixture
def healthy(tmp_path):
    """A lab with nothing wrong."""
    from wheel_lab import WheelLab

    with WheelLab(HEALTHY, tmp_path) as lab:
        yield lab


@pytest.fixture
def silence():
    """A server that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server
