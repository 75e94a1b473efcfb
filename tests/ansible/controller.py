"""ansible-core, running one task of the collection from a real playbook."""

import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
COLLECTION = ROOT / "bindings-python" / "ansible"
BIN = pathlib.Path(sys.executable).parent


class Controller:
    """ansible-core with the collection, in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder
        place = folder / "collections" / "ansible_collections" / "iofilter"
        place.mkdir(parents=True)
        # Ansible finds a collection by its place; in the repository it has another one.
        (place / "certs").symlink_to(COLLECTION)
        (folder / "home").mkdir()

    def play(self, module, options, *arguments, variables=None, environment=()):
        """Runs a module once; gives its result and everything that ansible-playbook wrote."""
        playbook = self.folder / "playbook.yml"
        playbook.write_text(
            "- hosts: localhost\n  connection: local\n  gather_facts: false\n  tasks:\n"
            f"    - iofilter.certs.{module}:{options or ' {}'}\n"
        )
        kept = self.folder / "variables.json"
        kept.write_text(json.dumps({**(variables or {}), "ansible_python_interpreter": sys.executable}))
        command = [str(BIN / "ansible-playbook"), "-i", "localhost,", "-e", f"@{kept}", *arguments, str(playbook)]
        ended = subprocess.run(
            command, cwd=self.folder, env=self.environment(environment), capture_output=True, text=True
        )
        written = ended.stdout + ended.stderr
        assert " => {" in ended.stdout, written
        result, _ = json.JSONDecoder().raw_decode(ended.stdout.split(" => ", 1)[1])
        return result, written

    def environment(self, more):
        """The shell's own, without what would lead elsewhere."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("VMWARE_", "ANSIBLE_"))}
        return {
            **kept,
            "HOME": str(self.folder / "home"),
            "ANSIBLE_COLLECTIONS_PATH": str(self.folder / "collections"),
            # `localhost | SUCCESS => {...}`
            "ANSIBLE_STDOUT_CALLBACK": "minimal",
            "ANSIBLE_LOCALHOST_WARNING": "False",
            **dict(more),
        }

    def documentation(self, module):
        """What ansible-doc reads of a module."""
        command = [str(BIN / "ansible-doc"), "--json", f"iofilter.certs.{module}"]
        ended = subprocess.run(command, env=self.environment({}), capture_output=True, text=True)
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)[f"iofilter.certs.{module}"]["doc"]

    def bridge(self):
        """The code that the collection's modules share, as they import it."""
        sys.path.insert(0, str(self.folder / "collections"))
        try:
            from ansible_collections.iofilter.certs.plugins.module_utils import _iofilter_certs
        finally:
            sys.path.pop(0)
        return _iofilter_certs


def codes(findings):
    """Places and codes of findings."""
    return {(finding["place"]["name"], finding["diagnostic"]["code"]) for finding in findings}


def assert_documented(document, arguments):
    """Holds the documentation of a module to the arguments that it takes."""
    documented = document["options"]
    assert set(documented) == set(arguments)
    for name, argument in arguments.items():
        assert documented[name]["type"] == argument["type"], name
        assert documented[name].get("aliases", []) == argument.get("aliases", []), name
        assert documented[name].get("required", False) == argument.get("required", False), name
        assert set(documented[name].get("suboptions", {})) == set(argument.get("options", {})), name
    assert document["attributes"]["check_mode"]["support"] == "full"
