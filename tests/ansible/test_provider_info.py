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
        hosts_file: "{{ lab.hosts_file }}"
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


@pytest.fixture
def controller(tmp_path):
    (tmp_path / "controller").mkdir()
    return Controller(tmp_path / "controller")


def codes(findings):
    return {(finding["place"]["name"], finding["diagnostic"]["code"]) for finding in findings}


def test_findings_of_a_troubled_fleet(controller, troubled):
    result, _ = controller.play(troubled)
    assert result["verdict"] == "findings" and result["changed"] is False
    causes = codes(result["root_causes"])
    assert {code for _, code in causes} >= {"castore-missing-sms", "vp-cert-stale"}
    assert codes(result["findings"]) >= causes
    assert result["report"]["hosts"] == 3


def test_check_mode_returns_the_same(controller, troubled):
    looked, _ = controller.play(troubled)
    checked, _ = controller.play(troubled, OPTIONS, "--check", "--diff")
    assert codes(checked["findings"]) == codes(looked["findings"])
    assert not [call for call in troubled.calls() if call["changes"]]


def test_what_could_not_be_asked_is_seen(controller, healthy):
    without_ssh = "\n".join(line for line in OPTIONS.splitlines() if "_ssh" not in line)
    result, written = controller.play(healthy, without_ssh)
    assert result["verdict"] == "incomplete" and result["incomplete"] is True
    assert result["report"]["unanswered"][0]["missing"]["message"] in " ".join(written.split())


def test_arguments_come_from_vmwares_environment(controller, troubled):
    ready = troubled.ready
    environment = {
        "VMWARE_HOST": ready["vcenter"],
        "VMWARE_USER": ready["username"],
        "VMWARE_PASSWORD": ready["password"],
        "VMWARE_VALIDATE_CERTS": "false",
    }
    result, _ = controller.play(troubled, "", environment=environment.items())
    assert result["report"]["vcenter"] == ready["vcenter"] and result["report"]["hosts"] == 3


def test_a_refused_login_fails_the_task_and_names_its_code(controller, troubled):
    result, written = controller.play(troubled, OPTIONS.replace("lab.password", "'wrong ' + lab.username"))
    assert "localhost | FAILED! => " in written
    assert result["diagnostic"]["code"] == "vc-login-denied"
    assert result["diagnostic"]["message"] in result["msg"]
    assert result["report"]["verdict"] == "stopped"


def test_no_secret_is_written_however_much_is_said(controller, troubled):
    _, written = controller.play(troubled, OPTIONS, "-vvv")
    assert troubled.ready["vcenter"] in written
    for secret in troubled.secrets():
        assert secret not in written


def test_the_documentation_is_what_ansible_reads(controller):
    command = [str(BIN / "ansible-doc"), "--json", "iofilter.certs.provider_info"]
    ended = subprocess.run(command, env=controller.environment({}), capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    document = json.loads(ended.stdout)["iofilter.certs.provider_info"]
    sys.path.insert(0, str(controller.folder / "collections"))
    try:
        from ansible_collections.iofilter.certs.plugins.module_utils import _iofilter_certs as bridge
    finally:
        sys.path.pop(0)
    arguments = {**bridge.connection_arguments(), **bridge.policy_arguments()}
    documented = document["doc"]["options"]
    assert set(documented) == set(arguments)
    for name, argument in arguments.items():
        assert documented[name]["type"] == argument["type"], name
        assert documented[name].get("aliases", []) == argument.get("aliases", []), name
        assert set(documented[name].get("suboptions", {})) == set(argument.get("options", {})), name
    assert document["doc"]["attributes"]["check_mode"]["support"] == "full"
