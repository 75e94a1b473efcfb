"""Support bundles made by Python's own tar, judged by the package and by the command, which must agree."""

import base64
import io
import json
import pathlib
import subprocess
import sys
import tarfile

import pytest
from iofilter_certs import UsageError, check_files

VECTORS = pathlib.Path(__file__).resolve().parent.parent / "vectors"
KEY = "-----BEGIN PRIVATE KEY-----\nSECRETKEYSECRET\n-----END PRIVATE KEY-----\n"
ESX = "esx-esx01-2026-02-04--12.00-1"
VC = "vc-vc.lab.test-2026-02-04--12.00-2"


def archive(path, files):
    with tarfile.open(path, "w:gz") as bundle:
        for name, body in files.items():
            body = body if isinstance(body, bytes) else body.encode()
            entry = tarfile.TarInfo(name)
            entry.size = len(body)
            bundle.addfile(entry, io.BytesIO(body))
    return path


@pytest.fixture(scope="module")
def facts():
    return json.loads((VECTORS / "castore-missing-sms" / "after-refresh" / "input.json").read_text())["facts"]


@pytest.fixture
def bundles(facts, tmp_path):
    """What `vm-support` and `vc-support` would have made of the vector, the one within the other."""
    der = {one["fingerprint"]: one["der"] for one in facts["certificates"]}

    def pem(fingerprint):
        body = base64.encodebytes(base64.b64decode(der[fingerprint])).decode()
        return f"-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n"

    def seen(fact):
        return fact["seen"]["value"]

    host = facts["hosts"]["host-1"]
    sms = pem(seen(facts["vcenter"]["sms"]["sms_self_signed"]))
    esx = archive(
        tmp_path / "esx01.tgz",
        {
            f"{ESX}/commands/uname_-a.txt": "VMkernel esx01.lab.test 8.0.3 #1 SMP Release x86_64 ESXi\n",
            f"{ESX}/etc/vmware/ssl/rui.crt": pem(seen(host["on_443"])["leaf"]),
            f"{ESX}/etc/vmware/ssl/rui.key": KEY,
            f"{ESX}/etc/vmware/ssl/iofiltervp.pem": KEY + pem(seen(host["on_9080"])["leaf"]),
            f"{ESX}/etc/vmware/ssl/castore.pem": "".join(map(pem, seen(host["ca_store"]))),
        },
    )
    listing = f"[*] Store : SMS\nAlias :\tsms_self_signed\nEntry type :\tPrivate Key\nCertificate :\t{sms}"
    return archive(
        tmp_path / "vc.tgz",
        {
            f"{VC}/commands/uname_-a.txt": "Linux vc.lab.test 4.19.307 #1-photon x86_64 GNU/Linux\n",
            f"{VC}/commands/{'long-' * 30}vecs-cli.txt": listing,
            f"{VC}/hosts/esx01.tgz": esx.read_bytes(),
        },
    )


def command(*arguments):
    ended = subprocess.run(
        [sys.executable, "-m", "iofilter_certs", "check", *map(str, arguments)], capture_output=True, text=True
    )
    return ended.returncode, ended.stdout, ended.stderr


def test_a_bundle_names_the_cause_and_no_key_is_told(bundles):
    report = check_files([bundles], facts=True)
    assert "castore-missing-sms" in [cause.code for cause in report.root_causes]
    assert report.exit_code == 2 and report.to_dict()["vcenter"] == "vc.lab.test:443"
    assert "SECRETKEY" not in report.to_json() and "PRIVATE KEY" not in report.to_json()


def test_the_command_says_the_same_and_what_it_read_can_be_judged_again(bundles, tmp_path):
    kept = tmp_path / "facts.json"
    code, told, errors = command("--from", bundles, "--save-facts", kept, "--json")
    assert code == 2, errors
    assert json.loads(told) == check_files([bundles]).to_dict()
    assert "SECRETKEY" not in kept.read_text()
    code, again, errors = command("--facts", kept, "--json")
    assert (code, json.loads(again)) == (2, json.loads(told)), errors


def test_logs_alone_are_not_healthy(tmp_path):
    (tmp_path / "sps.log").write_text("2026-02-04T05:07:01Z [t] INFO opId=o c.C - https://esx01:9080/version.xml\n")
    report = check_files([tmp_path])
    assert report.exit_code == 3
    code, told, _ = command("--from", tmp_path)
    assert code == 3 and "rui.crt" not in told.split("files")[0], told


def test_a_bundle_that_is_cut_short_is_told(bundles, tmp_path):
    cut = tmp_path / "cut.tgz"
    cut.write_bytes(bundles.read_bytes()[:-200])
    _, told, _ = command("--from", cut)
    assert "not read: `cut.tgz` was not read to its end: the packed data is " in told, told


def test_what_is_of_no_use_is_refused(tmp_path):
    for path, why in [(tmp_path / "none", "cannot be read: no such file"), (tmp_path, "is none that is known")]:
        with pytest.raises(UsageError, match=why):
            check_files([path])
        code, _, errors = command("--from", path)
        assert code == 1 and why in errors, errors
