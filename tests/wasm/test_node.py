"""The component in Node: transpiled by jco to plain JavaScript, it plays the same vectors."""

import shutil
import subprocess
from pathlib import Path

import pytest
from wasmtime.component import Component

from conftest import CASES, COMPONENT, ROOT, VECTORS, name

JCO = "@bytecodealliance/jco@1.35.0"
FOLDER = ROOT / "build" / "node"


@pytest.fixture(scope="module")
def module(component: Component) -> Path:
    """The component as a JavaScript module. jco is installed into `build/`, once."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            pytest.fail(f"there is no `{program}` on the PATH; install Node 20 or newer", pytrace=False)
    jco = FOLDER / "node_modules" / ".bin" / "jco"
    if not jco.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        run("npm", "install", "--prefix", FOLDER, "--no-save", "--no-audit", "--no-fund", "--silent", JCO)
    run(jco, "transpile", "--quiet", COMPONENT, "--name", "detector", "--out-dir", FOLDER / "detector")
    (FOLDER / "detector" / "package.json").write_text('{"type": "module"}\n')
    return FOLDER / "detector" / "detector.js"


def run(*command: object) -> str:
    """Runs a program, and shows what it said when it fails."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_vector_gives_the_same_report_in_node(module: Path) -> None:
    played = run("node", ROOT / "tests" / "wasm" / "run.mjs", module, VECTORS)
    # Node sorts by the letters of a path, Python by its parts.
    assert sorted(played.splitlines()) == sorted(f"ok {name(folder)}" for folder in CASES)


def test_the_module_imports_nothing(module: Path) -> None:
    assert not [line for line in module.read_text().splitlines() if line.startswith("import ")]
