"""The package as such: its types, its errors, its secrets; nothing here needs a vCenter."""

import json
import pathlib
import pickle
import subprocess
import sys

import pytest

import iofilter_certs
from iofilter_certs import ConnectError, IofilterCertsError, Plan, Policy, Report, SshAccess, UsageError, VCenter
from iofilter_certs import _native, check, explain, judge, rules, scan_logs

PASSWORD = "correct horse"


def nowhere(**options):
    """A vCenter at a port where nobody listens."""
    return VCenter("127.0.0.1:1", "administrator@vsphere.local", PASSWORD, **options)


def run(*arguments, folder=None):
    return subprocess.run([sys.executable, "-m", *arguments], capture_output=True, text=True, cwd=folder)


def test_the_stub_says_what_the_module_is(tmp_path):
    # To mypy a `Literal` of many is a union, and it complains that at run time it is none.
    (tmp_path / "allowed").write_text("iofilter_certs._codes.Code\n")
    allowed = ("--allowlist", str(tmp_path / "allowed"), "--ignore-unused-allowlist")
    ended = run("mypy.stubtest", "iofilter_certs", "--concise", *allowed)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_the_package_is_typed_without_a_gap():
    # The sources, because mypy keeps silent about what is installed.
    source = pathlib.Path(__file__).resolve().parent.parent.parent / "bindings-python" / "python"
    ended = run("mypy", "--strict", "--package", "iofilter_certs", folder=source)
    assert ended.returncode == 0, ended.stdout


def test_everything_public_of_the_core_is_public_in_the_package():
    inner = {"command", "scan_log"}  # `__main__` and `scan_logs` are their public faces
    assert set(_native.__all__) - inner <= set(iofilter_certs.__all__)
    assert all(getattr(iofilter_certs, name) for name in iofilter_certs.__all__)


def test_a_vcenter_that_does_not_answer_is_a_connect_error_with_its_diagnostic_and_report():
    with pytest.raises(ConnectError) as caught:
        check(nowhere())
    error = caught.value
    assert isinstance(error, IofilterCertsError)
    assert error.diagnostic["code"] == "vc-unreachable"
    assert error.diagnostic["message"] in str(error) and error.diagnostic["help"] in str(error)
    assert error.report.verdict == "stopped" and error.report.exit_code == 1
    assert type(error).__module__ == "iofilter_certs"


@pytest.mark.parametrize(
    ("vcenter", "message"),
    [
        (VCenter("", "u", "p"), "the name of the vCenter is missing; give `hostname`"),
        (nowhere(thumbprint="12:34"), "`12:34` is not a SHA-256 thumbprint"),
        (nowhere(ca_file="/nonexistent.pem"), "the file `/nonexistent.pem` cannot be read"),
    ],
)
def test_what_cannot_be_used_is_a_usage_error(vcenter, message):
    with pytest.raises(UsageError) as caught:
        check(vcenter)
    assert message in str(caught.value)
    assert caught.value.diagnostic["code"] == "usage"
    assert caught.value.report is None


@pytest.mark.parametrize("port", [70000, -1, 1 << 70, "https", 4.5])
def test_a_port_that_is_none_is_a_usage_error(port):
    for make in (lambda: VCenter("vc", "u", "p", port=port), lambda: SshAccess("root", password="p", port=port)):
        with pytest.raises(UsageError) as caught:
            make()
        assert str(caught.value) == f"port is `{port}`, and must be a whole number from 0 to 65535"


def test_no_secret_is_shown_or_pickled():
    ssh = SshAccess("root", password=PASSWORD, key_file="/key", passphrase=PASSWORD)
    vcenter = nowhere(esxi_ssh=ssh)
    for shown in (repr(vcenter), str(vcenter), repr(ssh), str(ssh)):
        assert PASSWORD not in shown
    assert "administrator@vsphere.local" in repr(vcenter)
    assert not hasattr(vcenter, "password")
    for holder in (vcenter, ssh):
        with pytest.raises(TypeError):
            pickle.dumps(holder)
    with pytest.raises(ConnectError) as caught:
        check(vcenter)
    assert PASSWORD not in str(caught.value) + json.dumps(caught.value.diagnostic) + caught.value.report.to_json()


def test_settings_cannot_be_changed_behind_a_call():
    with pytest.raises(AttributeError):
        nowhere().hostname = "other"


def test_a_policy_is_judged_by_the_core():
    assert Policy(hard_days=30).to_dict()["hard_days"] == 30
    assert Policy(waivers={"backup": "made by hand"}).to_dict()["waivers"] == {"backup": "made by hand"}
    assert Policy.from_json(Policy(ceiling="safe").to_json()) == Policy(ceiling="safe") != Policy()
    with pytest.raises(UsageError, match="expected one of `auto`, `vcenter`, `shell`"):
        Policy(renew_by="magic")
    with pytest.raises(UsageError, match="unknown field `hard_day`"):
        Policy.from_json({"hard_day": 30})


def test_documents_of_another_version_are_refused():
    for kind in (Plan, Report):
        with pytest.raises(UsageError, match="the schema of the .* is `other/9`"):
            kind.from_json({"schema": "other/9"})
    with pytest.raises(UsageError, match="the facts cannot be read"):
        judge("{}")


def test_a_log_is_scanned(tmp_path):
    log = tmp_path / "sps.log"
    log.write_text(
        "2025-03-04T05:07:01Z [pool-31-thread-4] WARN  opId=sps-Main-1-2 com.vmware.vim.sms.provider.vasa."
        "VersionHandler - [isLegacyProvider] Failed to retrieve version information from provider - "
        "https://esx01.lab.example:9080/version.xml: certificate_unknown(46)\n"
    )
    (found,) = scan_logs([log])
    assert found["facts"]["hits"][0]["signature"] == "S-04"
    assert list(found["verdicts"]) == ["esx01.lab.example"]
    with pytest.raises(UsageError, match="/nonexistent.log"):
        scan_logs(["/nonexistent.log"])


def test_every_rule_has_its_page():
    codes = [rule["code"] for rule in rules()]
    assert "castore-missing-sms" in codes and codes == sorted(codes)
    for code in codes:
        assert explain(code).startswith(f"# {code}: ")
    with pytest.raises(UsageError, match="there is no rule `nonsense`"):
        explain("nonsense")


def test_module_and_script_are_the_rust_command():
    script = pathlib.Path(sys.executable).parent / "iofilter-certs"
    by_script = subprocess.run([script, "rules", "--json"], capture_output=True, text=True)
    by_module = run("iofilter_certs", "rules", "--json")
    assert by_script.returncode == by_module.returncode == 0
    assert by_script.stdout == by_module.stdout and "castore-missing-sms" in by_module.stdout
    assert run("iofilter_certs", "no-such-command").returncode == 1
