"""The execution module in a real `salt-call --local`; run with build/venv-salt, see bindings-python/salt/build.sh."""

import json
import pathlib
import subprocess
import sys

import pytest

BIN = pathlib.Path(sys.executable).parent


class Minion:
    """A minion without a master, all in one folder."""

    def __init__(self, folder):
        self.folder = folder
        self.configure({})

    def configure(self, settings):
        """What stands under `iofilter_certs`."""
        (self.folder / "minion").write_text(
            json.dumps(
                {
                    "root_dir": str(self.folder),
                    "id": "minion1",
                    "file_client": "local",
                    "log_file": str(self.folder / "log"),
                    "log_level_logfile": "debug",
                    "iofilter_certs": settings,
                }
            )
        )

    def call(self, *arguments):
        """The result, and the ended process."""
        command = [str(BIN / "salt-call"), "--local", "--config-dir", str(self.folder), "--out", "json", "--retcode-passthrough"]
        ended = subprocess.run([*command, *arguments], capture_output=True, text=True)
        try:
            return json.loads(ended.stdout)["local"], ended
        except ValueError:
            return None, ended


@pytest.fixture
def minion(tmp_path):
    folder = tmp_path / "salt"
    folder.mkdir()
    return Minion(folder)


def settings(lab):
    """The lab as a minion's configuration names it."""
    ready = lab.ready
    return {
        "hostname": ready["vcenter"],
        "username": ready["username"],
        "password": ready["password"],
        "ca_file": ready["ca_file"],
        "esxi_https_port": ready["hosts"][0]["https_port"],
        "provider_port": ready["hosts"][0]["provider_port"],
        "known_hosts": [ready["known_hosts"]],
        "hosts_file": ready["hosts_file"],
        "esxi_ssh": {"password": ready["root_password"], "port": ready["hosts"][0]["ssh_port"]},
        "appliance_ssh": {"password": ready["root_password"], "port": ready["vcenter_ssh"]["port"]},
    }


def test_findings_are_the_jobs_result_and_return_code(minion, troubled):
    minion.configure({"vcenter": settings(troubled)})
    report, ended = minion.call("iofilter_certs.check")
    assert report is not None, ended.stderr
    causes = {finding["diagnostic"]["code"] for finding in report["findings"] if finding["follows_from"] is None}
    assert causes >= {"castore-missing-sms", "vp-cert-stale"}
    assert report["verdict"] == "findings" and ended.returncode == 2


def test_one_of_several_vcenters_is_chosen_by_name(minion, troubled):
    minion.configure({"vcenters": {"here": settings(troubled)}})
    report, ended = minion.call("iofilter_certs.check", "vcenter=here")
    assert report is not None, ended.stderr
    assert report["vcenter"] == troubled.ready["vcenter"]


def test_a_vcenter_that_is_not_configured_fails_the_job(minion):
    _, ended = minion.call("iofilter_certs.check")
    assert ended.returncode != 0
    assert "the name of the vCenter is missing; give `hostname`" in ended.stdout + ended.stderr


def test_a_key_that_is_not_known_is_named(minion):
    minion.configure({"vcenter": {"host": "vcenter.example.com"}})
    _, ended = minion.call("iofilter_certs.check")
    assert ended.returncode != 0
    assert "'host'" in ended.stdout + ended.stderr


def test_no_secret_is_logged_even_while_someone_debugs(minion, troubled):
    minion.configure({"vcenter": settings(troubled)})
    report, ended = minion.call("--log-level", "debug", "iofilter_certs.check")
    assert report is not None, ended.stderr
    written = ended.stdout + ended.stderr + (minion.folder / "log").read_text()
    assert troubled.ready["vcenter"] in written
    for secret in troubled.secrets():
        assert secret not in written


def test_rules_are_explained(minion):
    page, _ = minion.call("iofilter_certs.explain", "castore-missing-sms")
    assert page.startswith("# castore-missing-sms: ")
    _, ended = minion.call("iofilter_certs.explain", "nonsense")
    assert ended.returncode != 0 and "there is no rule `nonsense`" in ended.stdout + ended.stderr
