"""Broadcom's own SDK (vmware-vcenter) in REST mode judges the lab's REST: every answer must fit its typed bindings."""

import time

import pytest
import requests
from com.vmware.appliance.recovery.backup.job_client import Details
from com.vmware.appliance.recovery.backup_client import Job, Schedules
from com.vmware.appliance.networking_client import Interfaces
from com.vmware.appliance.system_client import Version
from com.vmware.cis_client import Session
from com.vmware.vapi.std import errors_client as errors
from com.vmware.vcenter.certificate_management.vcenter_client import Tls, TrustedRootChains
from com.vmware.vcenter.services_client import Service
from com.vmware.vcenter.topology_client import Nodes
from com.vmware.vcenter_client import Host
from vmware.vapi.lib.connect import get_requests_connector
from vmware.vapi.security.session import create_session_security_context
from vmware.vapi.security.user_password import create_user_password_security_context
from vmware.vapi.stdlib.client.factories import StubConfigurationFactory

from lab_process import LabProcess

SCENARIO = """
seed = 5
[vcenter]
troubles = ["gate-elm"]
[[clusters]]
name = "a"
count = 2
"""


@pytest.fixture(scope="module")
def lab():
    with LabProcess(SCENARIO) as lab:
        yield lab


def configuration(lab, context):
    session = requests.Session()
    # A bundle named in the environment would win over the lab's own authority.
    session.trust_env = False
    session.verify = lab.ready["ca_file"]
    connector = get_requests_connector(session=session, msg_protocol="rest", url=lab.ready["vcenter_url"] + "/rest")
    connector.set_security_context(context)
    return StubConfigurationFactory.new_std_configuration(connector)


@pytest.fixture
def client(lab):
    context = create_user_password_security_context(lab.ready["username"], lab.ready["password"])
    token = Session(configuration(lab, context)).create()
    return configuration(lab, create_session_security_context(token))


def test_a_wrong_password_and_an_ended_session_are_unauthenticated(lab, client):
    with pytest.raises(errors.Unauthenticated):
        Session(configuration(lab, create_user_password_security_context(lab.ready["username"], "wrong"))).create()
    assert Session(client).get().user == lab.ready["username"]
    Session(client).delete()
    with pytest.raises(errors.Unauthenticated):
        Service(client).get("sps")


def test_services(client):
    assert "sps" in Service(client).list_details()
    with pytest.raises(errors.NotFound):
        Service(client).get("no-such-service")
    with pytest.raises(errors.AlreadyInDesiredState):
        Service(client).start("sps")
    Service(client).restart("sps")
    with pytest.raises(errors.NotAllowedInCurrentState):
        Service(client).restart("sps")
    while Service(client).get("sps").state != "STARTED":
        time.sleep(0.05)
    assert Service(client).get("sps").health == "HEALTHY"


def test_the_addresses_of_the_appliance(lab, client):
    (interface,) = Interfaces(client).list()
    address, _, _ = lab.ready["vcenter"].rpartition(":")
    assert interface.status == "up" and interface.ipv4.address == address


def test_evidence_for_the_gates(client):
    nodes = Nodes(client).list()
    assert [node.type for node in nodes] == ["VCSA_EMBEDDED", "VCSA_EMBEDDED"]
    assert nodes[0].replication_partners == [nodes[1].node]
    (job,) = Details(client).list().values()
    assert job.status == "SUCCEEDED" and job.end_time > job.start_time
    (number,) = Job(client).list()
    assert Job(client).get(number).state == "SUCCEEDED"
    assert Schedules(client).list()["default"].enable
    assert Version(client).get().version == "8.0.3.00000"


def test_certificates(lab, client):
    (root,) = TrustedRootChains(client).list()
    (pem,) = TrustedRootChains(client).get(root.chain).cert_chain.cert_chain
    assert pem == open(lab.ready["ca_file"], encoding="ascii").read()
    info = Tls(client).get()
    assert lab.ready["vcenter_name"] in info.subject_alternative_name and not info.is_ca


def test_a_host_is_disconnected_and_connected(lab, client):
    host = lab.ready["hosts"][0]
    Host(client).disconnect(host["moref"])
    with pytest.raises(errors.AlreadyInDesiredState):
        Host(client).disconnect(host["moref"])
    states = {entry.name: entry.connection_state for entry in Host(client).list()}
    assert states[host["name"]] == "DISCONNECTED"
    before = lab.state()["hosts"][0]["certificate_443"]["sha256"]
    Host(client).connect(host["moref"])
    after = lab.state()["hosts"][0]
    assert after["connection"] == "connected" and after["certificate_443"]["sha256"] != before
