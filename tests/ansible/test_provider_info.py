"""Real playbooks, run by ansible-core against the lab."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
COLLECTION = ROOT / "bindings-python" / "ansible"
BIN = pathlib.Path(sys.executable).parent

OPTIONS = """
        hostname: "{{ lab.vcenter }}"
        username: "{{ lab.username }}"
        password: "{{ lab.password }}"
        ca_file: "{{ lab.ca_file }}"
        esxi_https_port: "{{ lab.hosts[0].https_port }}"
        provider_port: "{{ lab.hosts[0].provider_port }}"
        known_hosts: ["{{ lab.known_hosts }}"]
        esxi_ssh: {password: "{{ lab.root_password }}", port: "{{ lab.hosts[0].ssh_port }}"}
        appliance_ssh: {password: "{{ lab.root_password }}", port: "{{ lab.vcenter_ssh.port }}"}
"""


class Controller:
    """ansible-core with the collection, in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder
        place = folder / "collections" / "ansible_collections" / "iofilter"
        place.mkdir(parents=True)
        # Ansible finds a collection by its place; in the repository it has another one.
        (place / "certs").symlink_to(COLLECTION)
        (folder / "home").mkdir()

    def play(self, lab, options=OPTIONS, *arguments, environment=()):
        """Runs the module once; gives its result and everything that ansible-playbook wrote."""
        playbook = self.folder / "playbook.yml"
        playbook.write_text(
            "- hosts: localhost\n  connection: local\n  gather_facts: false\n  tasks:\n"
            f"    - iofilter.certs.provider_info:{options or ' {}'}\n"
        )
        variables = self.folder / "variables.json"
        variables.write_text(json.dumps({"lab": lab.ready, "ansible_python_interpreter": sys.executable}))
        command = [str(BIN / "ansible-playbook"), "-i", "localhost,", "-e", f"@{variables}", *arguments, str(playbook)]
        ended = subprocess.run(command, cwd=self.folder, env=self.environment(environment), capture_output=True, text=True)
        written = ended.stdout + ended.stderr
        try:
            # What comes before the document is the text of -vvv.
            document = json.loads(ended.stdout[ended.stdout.index("{\n") :])
        except ValueError as error:
            raise AssertionError(written) from error
        return document["plays"][0]["tasks"][0]["hosts"]["localhost"], written

    def environment(self, more):
        """The shell's own, without what would lead elsewhere."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("VMWARE_", "ANSIBLE_"))}
        return {
            **kept,
            "HOME": str(self.folder / "home"),
            "ANSIBLE_COLLECTIONS_PATH": str(self.folder / "collections"),
            "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json" if has_posix() else "json",
            "ANSIBLE_LOCALHOST_WARNING": "False",
            **dict(more),
        }


def has_posix():
    """ansible-core comes without that collection; its own callback of this name is there as well."""
    return False


@pytest.fixture
def controller(tmp_path):
    return Controller(tmp_path / "controller")


@pytest.fixture(autouse=True)
def folder(tmp_path):
    (tmp_path / "controller").mkdir()
