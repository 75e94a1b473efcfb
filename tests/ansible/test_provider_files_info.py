"""`provider_files_info` in real playbooks, on files that lie on disk."""

import base64
import gzip
import json
import pathlib

import pytest
from controller import assert_documented, codes

VECTORS = pathlib.Path(__file__).resolve().parent.parent / "vectors"
LINE = (
    "2025-03-04T05:07:01Z [pool-31-thread-4] WARN  opId=sps-Main-1-2 com.vmware.vim.sms.provider.vasa.VersionHandler - "
    "[isLegacyProvider] Failed to retrieve version information from provider - "
    "https://esx01.lab.test:9080/version.xml: certificate_unknown(46)\n"
)


@pytest.fixture
def case(tmp_path):
    """A folder as a person keeps it: what `vm-support` has of a host whose copy on 9080 is an older one, and a packed log."""
    facts = json.loads((VECTORS / "vp-cert-stale" / "older-copy-on-9080" / "input.json").read_text())["facts"]
    der = {one["fingerprint"]: one["der"] for one in facts["certificates"]}
    host = facts["hosts"]["host-1"]
    folder = tmp_path / "case" / "esx-esx01-2026-02-04--12.00-1"
    for name, fact in [("rui.crt", "on_443"), ("iofiltervp.pem", "on_9080")]:
        body = base64.encodebytes(base64.b64decode(der[host[fact]["seen"]["value"]["leaf"]])).decode()
        file = folder / "etc" / "vmware" / "ssl" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n")
    uname = folder / "commands" / "uname_-a.txt"
    uname.parent.mkdir()
    uname.write_text("VMkernel esx01.lab.test 8.0.3 #1 SMP Release x86_64 ESXi\n")
    (tmp_path / "case" / "sps.log.1.gz").write_bytes(gzip.compress(LINE.encode()))
    return tmp_path / "case"


def judge(controller, *paths, arguments=()):
    return controller.play(
        "provider_files_info", ' {paths: "{{ given }}"}\n', *arguments, variables={"given": [str(path) for path in paths]}
    )


def test_a_case_names_its_cause_in_check_mode_too(controller, case):
    result, _ = judge(controller, case)
    assert result["verdict"] == "findings" and result["changed"] is False and result["incomplete"] is True
    assert ("esx01.lab.test", "vp-cert-stale") in codes(result["root_causes"])
    checked, _ = judge(controller, case, arguments=["--check", "--diff"])
    assert checked["findings"] == result["findings"]


def test_logs_alone_are_not_healthy_and_what_is_not_told_is_warned_of(controller, tmp_path):
    (tmp_path / "sps.log").write_text("2026-02-04T05:07:01Z [t] INFO opId=o c.C - https://esx01:9080/version.xml\n")
    result, written = judge(controller, tmp_path / "sps.log")
    assert result["verdict"] == "incomplete" and result["findings"] == []
    assert result["report"]["unanswered"][0]["missing"]["message"] in " ".join(written.split())


def test_what_is_of_no_use_fails_the_task(controller, tmp_path):
    result, written = judge(controller, tmp_path / "none")
    assert "localhost | FAILED! => " in written
    assert "cannot be read: no such file" in result["msg"] and result["report"] is None


def test_the_documentation_is_what_ansible_reads(controller):
    bridge = controller.bridge()
    arguments = {**bridge.file_arguments(), **bridge.policy_arguments()}
    assert_documented(controller.documentation("provider_files_info"), arguments)
