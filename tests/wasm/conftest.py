"""Where the component and the vectors are, and one instance of the component for each test."""

import json
from pathlib import Path
from typing import Any

import pytest
from wasmtime import Engine
from wasmtime.component import Component

from host import Detector

ROOT = Path(__file__).parents[2]
COMPONENT = ROOT / "build" / "iofilter_certs_detector.wasm"
VECTORS = ROOT / "tests" / "vectors"
CASES = sorted(path.parent for path in VECTORS.glob("*/*/input.json"))


def case_of(folder: Path) -> dict[str, Any]:
    """The input of the case in a folder."""
    return json.loads((folder / "input.json").read_text())


SURVEYS = [folder for folder in CASES if case_of(folder)["kind"] == "survey"]
JUDGED = [folder for folder in CASES if case_of(folder)["kind"] == "judge"]


def name(folder: Path) -> str:
    """`<rule>/<case>`."""
    return folder.relative_to(VECTORS).as_posix()


@pytest.fixture(scope="session")
def engine() -> Engine:
    return Engine()


@pytest.fixture(scope="session")
def component(engine: Engine) -> Component:
    if not COMPONENT.exists():
        pytest.fail(f"{COMPONENT} is not built; run bindings-wasm/build.sh", pytrace=False)
    return Component.from_file(engine, COMPONENT)


@pytest.fixture
def detector(engine: Engine, component: Component) -> Detector:
    return Detector(engine, component)
