"""The examples are run as their first lines say. The one for Salt has a file of its own; those in Rust are tested by cargo."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
EXAMPLES = ROOT / "examples"
COMPONENT = ROOT / "build" / "iofilter_certs_detector.wasm"
JCO = "@bytecodealliance/jco@1.35.0"


def run(*command, **environment):
    """Runs a program to its end; gives its exit code and all that it wrote."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VMWARE_", "ANSIBLE_"))}
    ended = subprocess.run(
        [str(part) for part in command], env={**kept, **environment}, capture_output=True, text=True, cwd=ROOT
    )
    return ended.returncode, ended.stdout + ended.stderr


def way_to(lab):
    """The environment that leads to a lab."""
    ready = lab.ready
    return {"VMWARE_HOST": ready["vcenter"], "VMWARE_USER": ready["username"], "VMWARE_PASSWORD": ready["password"]}


def test_python_names_the_cause(troubled):
    code, written = run(sys.executable, EXAMPLES / "python" / "check.py", troubled.ready["ca_file"], **way_to(troubled))
    assert code == 2 and ": vp-cert-stale: " in written and written.endswith("3 hosts, findings\n"), written


def test_python_says_why_vcenter_cannot_be_asked(troubled):
    code, written = run(sys.executable, EXAMPLES / "python" / "check.py", **way_to(troubled))
    assert code == 1 and "Traceback" not in written and "certificate" in written, written


def test_python_judges_files(tmp_path):
    log = tmp_path / "sps.log.1"
    log.write_text(
        "2026-02-04T05:07:01Z [t] ERROR opId=o c.C - PKIX path building failed: https://esx01:9080/version.xml\n"
    )
    code, written = run(sys.executable, EXAMPLES / "python" / "check_files.py", tmp_path)
    assert code == 3 and "not known: " in written and "rui.crt" in written, written


def test_ansible_stops_and_tells_the_cause(troubled, tmp_path):
    place = tmp_path / "ansible_collections" / "iofilter"
    place.mkdir(parents=True)
    # Ansible finds a collection by its place; in the repository it has another one.
    (place / "certs").symlink_to(ROOT / "bindings-python" / "ansible")
    variables = json.dumps({"ca_file": troubled.ready["ca_file"], "ansible_python_interpreter": sys.executable})
    playbook = [pathlib.Path(sys.executable).parent / "ansible-playbook", "-i", "localhost,", "-e", variables]
    surroundings = {"HOME": str(tmp_path), "ANSIBLE_COLLECTIONS_PATH": str(tmp_path)}
    code, written = run(*playbook, EXAMPLES / "ansible" / "check.yml", **surroundings, **way_to(troubled))
    # 2 is what ansible-playbook says when a task has failed.
    assert code == 2 and '"msg": "findings: ' in written, written


@pytest.fixture(scope="module")
def component():
    if not COMPONENT.exists():
        pytest.fail(f"{COMPONENT} is not built; run bindings-wasm/build.sh", pytrace=False)
    return COMPONENT


JUDGED = "3 hosts, findings\n"


def test_wasmtime_judges_facts(component):
    code, written = run(sys.executable, EXAMPLES / "wasm" / "check.py")
    assert code == 0 and ": vp-cert-stale: " in written and written.endswith(JUDGED), written


def test_wasmtime_tells_a_fault(component, tmp_path):
    (tmp_path / "facts.json").write_text("{}")
    code, written = run(sys.executable, EXAMPLES / "wasm" / "check.py", tmp_path / "facts.json")
    assert code == 1 and written.startswith("bad-document: the facts cannot be read: "), written


def test_node_judges_facts(component):
    npm = shutil.which("npm") or pytest.fail("there is no `npm` on the PATH; install Node 20 or newer", pytrace=False)
    folder = ROOT / "build" / "node"
    jco = folder / "node_modules" / ".bin" / "jco"
    if not jco.exists():
        folder.mkdir(parents=True, exist_ok=True)
        code, written = run(npm, "install", "--prefix", folder, "--no-save", "--no-audit", "--no-fund", "--silent", JCO)
        assert code == 0, written
    module = folder / "detector"
    code, written = run(jco, "transpile", "--quiet", component, "--name", "detector", "--out-dir", module)
    assert code == 0, written
    (module / "package.json").write_text('{"type": "module"}\n')
    code, written = run("node", EXAMPLES / "wasm" / "check.mjs", module / "detector.js")
    assert code == 0 and ": vp-cert-stale: " in written and written.endswith(JUDGED), written
