"""What the official SDK changes in the lab, as it would in a vCenter."""

import pathlib

import pytest
from pyVim.task import WaitForTask
from pyVmomi import sms, vim, vmodl

from pyvmomi_client import VCenter, finished
from pyvmomi_fixtures import lab, recorder  # noqa: F401


def test_renews_a_host_certificate(lab):
    vcenter = VCenter(lab)
    _, hosts = vcenter.hosts()
    before = hosts[0].configManager.certificateManager.certificateInfo.notAfter
    task = vcenter.content.certificateManager.CertMgrRefreshCertificates_Task([hosts[0]])
    assert WaitForTask(task) == "success"
    assert task.info.completeTime >= task.info.startTime >= task.info.queueTime
    assert hosts[0].configManager.certificateManager.certificateInfo.notAfter > before
    changes = [call["method"] for call in lab.calls() if call["changes"]]
    assert changes == ["CertMgrRefreshCertificates_Task"]


def test_shows_what_runs_on_a_host(lab):
    vcenter = VCenter(lab)
    _, hosts = vcenter.hosts()
    assert not hosts[0].recentTask
    lab.add_fault({"call": "EnterMaintenanceMode_Task", "nth": 1, "times": 1, "what": "task-never-ends"})
    task = hosts[0].EnterMaintenanceMode_Task(0)
    assert hosts[0].recentTask == [task] and task.info.state in ("queued", "running")
    assert not hosts[1].recentTask


def test_a_failed_task_carries_its_fault(lab):
    vcenter = VCenter(lab)
    _, hosts = vcenter.hosts()
    assert WaitForTask(hosts[0].EnterMaintenanceMode_Task(0)) == "success"
    assert hosts[0].runtime.inMaintenanceMode
    with pytest.raises(vim.fault.InvalidState):
        WaitForTask(vcenter.content.certificateManager.CertMgrRefreshCertificates_Task([hosts[0]]))
    assert WaitForTask(hosts[0].ExitMaintenanceMode_Task(0)) == "success"
    lab.add_fault({"call": "DisconnectHost_Task", "nth": 1, "times": 1, "what": "task-error:HostConfigFault"})
    with pytest.raises(vim.fault.HostConfigFault):
        WaitForTask(hosts[0].DisconnectHost_Task())


def test_disconnects_and_reconnects_a_host(lab):
    vcenter = VCenter(lab)
    _, hosts = vcenter.hosts()
    assert WaitForTask(hosts[1].DisconnectHost_Task()) == "success"
    assert hosts[1].runtime.connectionState == "disconnected"
    spec = vim.host.ConnectSpec(force=True)
    task = hosts[1].ReconnectHost_Task(spec, vim.HostSystem.ReconnectSpec(syncState=True))
    assert WaitForTask(task) == "success"
    assert hosts[1].runtime.connectionState == "connected"


def test_repairs_a_castore(lab):
    vcenter = VCenter(lab)
    _, hosts = vcenter.hosts()
    certificates = hosts[0].configManager.certificateManager
    whole, lists = list(certificates.ListCACertificates()), list(certificates.ListCACertificateRevocationLists())
    task = vcenter.content.certificateManager.CertMgrRefreshCACertificatesAndCRLs_Task([hosts[0]])
    assert WaitForTask(task) == "success"
    assert len(certificates.ListCACertificates()) < len(whole)
    certificates.ReplaceCACertificatesAndCRLs(whole, lists)
    assert list(certificates.ListCACertificates()) == whole
    assert list(certificates.ListCACertificateRevocationLists()) == lists
    certificates.NotifyAffectedServices()
    with pytest.raises(vim.fault.HostConfigFault):
        certificates.ReplaceCACertificatesAndCRLs(["not a certificate"], [])


def test_installs_a_certificate_of_a_request(lab):
    vcenter = VCenter(lab)
    _, hosts = vcenter.hosts()
    certificates = hosts[0].configManager.certificateManager
    assert certificates.GenerateCertificateSigningRequest(False).startswith("-----BEGIN CERTIFICATE REQUEST-----")
    by_name = certificates.GenerateCertificateSigningRequestByDn("CN=esx01.lab.example")
    assert by_name.startswith("-----BEGIN CERTIFICATE REQUEST-----")
    root = pathlib.Path(lab.ready["ca_file"]).read_text()
    with pytest.raises(vim.fault.HostConfigFault):
        certificates.InstallServerCertificate(root)
    signed = lab.sign(by_name)
    certificates.InstallServerCertificate(signed)
    assert bytes(byte & 0xFF for byte in hosts[0].config.certificate).decode() == signed


def test_starts_and_stops_services(lab):
    vcenter = VCenter(lab)
    _, hosts = vcenter.hosts()
    services = hosts[0].configManager.serviceSystem

    def runs():
        return next(service.running for service in services.serviceInfo.service if service.key == "TSM-SSH")

    before = runs()
    (services.StopService if before else services.StartService)("TSM-SSH")
    assert runs() != before
    with pytest.raises(vim.fault.InvalidState):
        (services.StopService if before else services.StartService)("TSM-SSH")
    services.RestartService("TSM-SSH")
    assert runs()
    with pytest.raises(vim.fault.NotFound):
        services.StartService("no such service")


def test_unregisters_and_registers_a_provider(lab):
    storage = VCenter(lab).storage().QueryStorageManager()
    provider = storage.QueryProvider()[0]
    info = provider.QueryProviderInfo()
    assert finished(storage.UnregisterProvider_Task(info.uid)).state == "success"
    with pytest.raises(vmodl.fault.ManagedObjectNotFound):
        provider.QueryProviderInfo()
    with pytest.raises(vim.fault.NotFound):
        storage.UnregisterProvider_Task(info.uid)
    spec = sms.provider.VasaProviderSpec(name=info.name, username="", password="", url=info.url)
    task = storage.RegisterProvider_Task(spec)
    made = finished(task)
    assert made.state == "success" and made.result._moId != provider._moId
    assert task.QuerySmsTaskResult()._moId == made.result._moId
    assert made.result.QueryProviderInfo().status == "online"
    again = storage.RegisterProvider_Task(spec)
    assert isinstance(finished(again).error, vim.fault.AlreadyExists)
    with pytest.raises(vim.fault.AlreadyExists):
        again.QuerySmsTaskResult()
    with pytest.raises(sms.fault.InvalidUrl):
        spec.url = "ftp://nowhere"
        storage.RegisterProvider_Task(spec)


def test_asks_a_provider_for_everything_else(lab):
    storage = VCenter(lab).storage().QueryStorageManager()
    provider = storage.QueryProvider()[0]
    assert finished(provider.VasaProviderSync_Task()).state == "success"
    assert finished(provider.VasaProviderSync_Task("an array")).state == "success"
    assert finished(provider.VasaProviderReconnect_Task()).state == "success"
    assert isinstance(finished(provider.VasaProviderRefreshCertificate_Task()).error, sms.fault.CertificateRefreshFailed)
    assert isinstance(finished(provider.VasaProviderRevokeCertificate_Task()).error, sms.fault.CertificateRevocationFailed)
    uid = provider.QueryProviderInfo().uid
    assert finished(storage.SmsRefreshCACertificatesAndCRLs_Task([uid])).state == "success"
    assert finished(storage.SmsRefreshCACertificatesAndCRLs_Task()).state == "success"
    with pytest.raises(vim.fault.NotFound):
        storage.SmsRefreshCACertificatesAndCRLs_Task(["no such provider"])
    assert not storage.QueryArray()
