"""The wheel plays every vector that Rust and the component play, with the same bytes."""

import pathlib

import pytest

from iofilter_certs import vector_run

VECTORS = pathlib.Path(__file__).resolve().parent.parent / "vectors"
CASES = sorted(VECTORS.glob("*/*/input.json"))


def test_there_are_vectors():
    assert CASES, f"no vectors under {VECTORS}"


@pytest.mark.parametrize("case", CASES, ids=lambda path: "::".join(path.parts[-3:-1]))
def test_vector(case):
    assert vector_run(case.read_text()) == (case.parent / "expect.json").read_text()
