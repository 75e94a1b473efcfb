"""Sessions, versions and faults, as the official SDK meets them in the lab."""

import pytest
from pyVim import connect
from pyVmomi import SoapStubAdapter, VmomiSupport, sms, vim, vmodl

from lab_process import LabProcess
from pyvmomi_client import HOST_PATHS, VCenter, collector
from pyvmomi_fixtures import any_lab, lab, recorder  # noqa: F401


def test_connects_with_the_newest_version_both_know(any_lab):
    vcenter = VCenter(any_lab)
    assert vcenter.instance._stub.versionId == '"urn:vim25/8.0.3.0"'
    assert vcenter.content.about.apiType == "VirtualCenter"
    assert vcenter.content.sessionManager.currentSession.userName == any_lab.ready["username"]
    session = vcenter.content.sessionManager.currentSession
    assert vcenter.content.sessionManager.SessionIsActive(session.key, session.userName)


def test_refuses_a_wrong_password(any_lab):
    vcenter = VCenter(any_lab)
    with pytest.raises(vim.fault.InvalidLogin):
        vcenter.content.sessionManager.Login("nobody", "wrong")


def test_a_privilege_that_is_taken_away_is_missing_everywhere():
    with LabProcess('[vcenter]\ndenied_privileges = ["StorageViews.View", "Certificate.Manage"]\n') as lab:
        vcenter = VCenter(lab)
        asked = ["Certificate.Manage", "StorageViews.View", "System.View"]
        manager, root = vcenter.content.authorizationManager, vcenter.content.rootFolder
        answer = manager.HasUserPrivilegeOnEntities([root], lab.ready["username"], asked)
        assert [(one.privId, one.isGranted) for one in answer[0].privAvailability] == list(zip(asked, [False, False, True]))
        with pytest.raises(vim.fault.NoPermission) as refused:
            vcenter.hosts()[1][0].configManager.certificateManager.ListCACertificates()
        assert refused.value.privilegeId == "Certificate.Manage"
        with pytest.raises(vim.fault.NoPermission):
            vcenter.storage().QueryStorageManager()


@pytest.mark.parametrize(
    "name", ["CertificateNotTrusted", "InvalidCertificate", "ProviderConnectionFailed", "QueryExecutionFault", "InvalidSession"]
)
def test_any_sms_fault_can_be_had(lab, name):
    storage = VCenter(lab).storage().QueryStorageManager()
    lab.add_fault({"call": "VasaProviderSync_Task", "nth": 1, "times": 1, "what": f"fault:{name}"})
    with pytest.raises(getattr(sms.fault, name)):
        storage.QueryProvider()[0].VasaProviderSync_Task()


@pytest.mark.parametrize("name", ["NoPermission", "NotAuthenticated", "InvalidState", "HostConfigFault"])
def test_any_vim_fault_can_be_had(lab, name):
    vcenter = VCenter(lab)
    lab.add_fault({"call": "CreateContainerView", "nth": 1, "times": 1, "what": f"fault:{name}"})
    with pytest.raises(getattr(vim.fault, name)):
        vcenter.hosts()
    assert len(vcenter.hosts()[1]) == 7


def test_an_idle_session_ends_in_both_shapes(lab):
    vcenter = VCenter(lab)
    view, hosts = vcenter.hosts()
    storage = vcenter.storage().QueryStorageManager()
    lab.advance(31 * 60)
    with pytest.raises(vim.fault.NotAuthenticated):
        vcenter.instance.CurrentTime()
    with pytest.raises(vim.fault.NotAuthenticated):
        storage.QueryProvider()
    assert list(vcenter.read(view, ["name"])) == []
    spec = collector.FilterSpec(
        propSet=[collector.PropertySpec(type=vim.HostSystem, pathSet=["name"])],
        objectSet=[collector.ObjectSpec(obj=hosts[0])],
    )
    content = vcenter.content.propertyCollector.RetrievePropertiesEx([spec], collector.RetrieveOptions()).objects[0]
    assert not content.propSet
    assert isinstance(content.missingSet[0].fault, vim.fault.NotAuthenticated)


def test_logs_out(lab):
    vcenter = VCenter(lab)
    connect.Disconnect(vcenter.instance)
    with pytest.raises(vim.fault.NotAuthenticated):
        vcenter.storage().QueryStorageManager()


@pytest.mark.parametrize("version", ["6.7", "7.0.0.0", "7.0.3.2", "8.0.2.0"])
def test_an_older_client_gets_what_its_version_has(any_lab, version):
    vcenter = VCenter(any_lab, VmomiSupport.versionMap[f"vim25/{version}"])
    view, hosts = vcenter.hosts()
    contents = [content for objects in vcenter.read(view, ["config", "summary", *HOST_PATHS]) for content in objects]
    assert len(contents) == len(hosts)
    info = hosts[0].configManager.certificateManager.certificateInfo
    assert info.status and (info.kind is None) == (version != "8.0.2.0")


@pytest.mark.parametrize("product, newest", [("7.0.3", "7.0.3.2"), ("8.0.2", "8.0.2.0"), ("9.0.0", "9.0.0.0")])
def test_every_release_offers_its_own_version(product, newest):
    with LabProcess(f'[vcenter]\nversion = "{product}"\n') as lab:
        vcenter = VCenter(lab)
        assert vcenter.instance._stub.versionId == f'"urn:vim25/{newest}"'
        assert vcenter.content.about.version == product
        view, _ = vcenter.hosts()
        assert sum(len(objects) for objects in vcenter.read(view, ["config", "summary", *HOST_PATHS])) == 3


def test_a_version_the_server_does_not_have_is_refused(lab):
    vcenter = VCenter(lab)
    stub = SoapStubAdapter(
        host=vcenter.host, port=vcenter.port, sslContext=vcenter.context, version=VmomiSupport.versionMap["vim25/9.0.0.0"]
    )
    with pytest.raises(vmodl.fault.InvalidRequest):
        vim.ServiceInstance("ServiceInstance", stub).RetrieveContent()
