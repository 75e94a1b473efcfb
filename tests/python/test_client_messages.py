"""Judges every message that the core can send to vCenter by the type tables of the vendor's own client."""

import json
import pathlib
import re
import subprocess
from xml.etree import ElementTree

import pytest
from examples_of_cargo import program
from pyVmomi import VmomiSupport as vmomi
from type_tables import check_request

ROOT = pathlib.Path(__file__).resolve().parents[2]
VIM = "{urn:vim25}"


def messages():
    """Every request, as `core/examples/messages.rs` prints it."""
    command = [program("iofilter-certs", "messages")]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in printed.splitlines()]


MESSAGES = messages()
SOAP = [message for message in MESSAGES if "soapaction" in message["headers"]]


def name(message):
    return f"{message['call']} {message['headers'].get('soapaction', message['path'])}"


def test_every_request_function_is_judged():
    """A call that the example forgets would be judged by nobody."""
    declared = set()
    for source in (ROOT / "core/src/wire").rglob("*.rs"):
        for function in re.findall(r"^pub fn (\w+)\([^{]*?-> (?:Look|Change) \{", source.read_text(), re.M | re.S):
            call = f"{source.parent.name}::{source.stem}"
            declared.add(call if function == "request" else f"{call} {function}")
    assert len(declared) > 30
    assert {message["call"] for message in MESSAGES} == declared


@pytest.mark.parametrize("message", SOAP, ids=name)
def test_a_soap_message_satisfies_the_type_tables(message):
    assert check_request(message["body"].encode(), message["headers"]["soapaction"]) == []


@pytest.mark.parametrize("message", [m for m in SOAP if "<propSet>" in m["body"]], ids=name)
def test_properties_exist_in_the_version_that_is_asked_for(message):
    """One unknown property fails the whole call, so none may be younger than the vCenter."""
    _, _, version = message["headers"]["soapaction"].strip('"').rpartition("/")
    asked = vmomi.versionMap[f"vim25/{version}"]
    for chosen in ElementTree.fromstring(message["body"]).iter(f"{VIM}propSet"):
        for path in chosen.iter(f"{VIM}pathSet"):
            kind = vmomi.GetWsdlType("urn:vim25", chosen.findtext(f"{VIM}type"))
            for part in path.text.split("."):
                field = kind._GetPropertyInfo(part)
                assert vmomi.IsChildVersion(asked, field.version), f"{path.text} came with {field.version}"
                kind = field.type


def test_only_tasks_and_setters_are_changes():
    """What changes something is told apart by type; here by the vendor's privileges for it."""
    privileges = {}
    for message in SOAP:
        body = ElementTree.fromstring(message["body"]).find("{http://schemas.xmlsoap.org/soap/envelope/}Body")[0]
        namespace, _, method = body.tag[1:].partition("}")
        privileges[method] = (message["kind"], vmomi.GetWsdlMethod(namespace, method).info.privId)
    changing = {method for method, (kind, _) in privileges.items() if kind == "change"}
    # Reading certificates needs the privilege to manage them; a sync makes vCenter ask a provider, and needs only that to view.
    reads = {"ListCACertificates", "ListCACertificateRevocationLists", "RetrieveCertificateInfoList"}
    # To acknowledge an alarm needs `Alarm.Acknowledge` at the alarm's object, which the tables do not say.
    changes = {"VasaProviderSync_Task", "AcknowledgeAlarm"}
    reading = {"System.Anonymous", "System.View", "System.Read", "StorageViews.View", None}
    for method, (kind, privilege) in privileges.items():
        if method not in reads | changes:
            assert (kind == "look") == (privilege in reading), f"{method}: {kind}, needs {privilege}"
    assert changes <= changing and not changing & reads


def test_no_message_holds_more_of_a_secret_than_its_name():
    for message in MESSAGES:
        headers = message["headers"]
        assert headers.get("cookie") in (None, 'vmware_soap_session="{session.vim}"')
        assert headers.get("authorization") in (None, "Basic {vcenter.basic}")
        assert headers.get("vmware-api-session-id") in (None, "{session.rest}")
        for secret in re.findall(r"<(?:password|vcSessionCookie)>(.*?)<", message["body"]):
            assert secret in ("", "{vcenter.password}", "{session.vim}")
