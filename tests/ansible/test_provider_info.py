"""`provider_info` in real playbooks, against the lab."""

from controller import assert_documented, codes

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


def look(controller, lab, options=OPTIONS, *arguments, **more):
    return controller.play("provider_info", options, *arguments, variables={"lab": lab.ready}, **more)


def test_findings_of_a_troubled_fleet(controller, troubled):
    result, _ = look(controller, troubled)
    assert result["verdict"] == "findings" and result["changed"] is False
    causes = codes(result["root_causes"])
    assert {code for _, code in causes} >= {"castore-missing-sms", "vp-cert-stale"}
    assert codes(result["findings"]) >= causes
    assert result["report"]["hosts"] == 3


def test_check_mode_returns_the_same(controller, troubled):
    looked, _ = look(controller, troubled)
    checked, _ = look(controller, troubled, OPTIONS, "--check", "--diff")
    assert codes(checked["findings"]) == codes(looked["findings"])
    assert not [call for call in troubled.calls() if call["changes"]]


def test_what_could_not_be_asked_is_seen(controller, healthy):
    without_ssh = "\n".join(line for line in OPTIONS.splitlines() if "_ssh" not in line)
    result, written = look(controller, healthy, without_ssh)
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
    result, _ = look(controller, troubled, "", environment=environment.items())
    assert result["report"]["vcenter"] == ready["vcenter"] and result["report"]["hosts"] == 3


def test_a_refused_login_fails_the_task_and_names_its_code(controller, troubled):
    result, written = look(controller, troubled, OPTIONS.replace("lab.password", "'wrong ' + lab.username"))
    assert "localhost | FAILED! => " in written
    assert result["diagnostic"]["code"] == "vc-login-denied"
    assert result["diagnostic"]["message"] in result["msg"]
    assert result["report"]["verdict"] == "stopped"


def test_no_secret_is_written_however_much_is_said(controller, troubled):
    _, written = look(controller, troubled, OPTIONS, "-vvv")
    assert troubled.ready["vcenter"] in written
    for secret in troubled.secrets():
        assert secret not in written


def test_the_documentation_is_what_ansible_reads(controller):
    bridge = controller.bridge()
    arguments = {**bridge.connection_arguments(), **bridge.policy_arguments()}
    assert_documented(controller.documentation("provider_info"), arguments)
