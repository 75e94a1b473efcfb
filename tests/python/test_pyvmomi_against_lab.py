"""The official SDK works against the lab as it would against a vCenter, and every message between the two satisfies
the SDK's own type tables."""

import pathlib

import pytest
from pyVim import connect
from pyVim.task import WaitForTask
from pyVmomi import SoapAdapter, SoapStubAdapter, VmomiSupport, sms, vim, vmodl

from lab_process import LabProcess
from pyvmomi_client import HEALTHY, HOST_PATHS, TROUBLED, Recorder, VCenter, collector, finished


@pytest.fixture(autouse=True)
def recorder(monkeypatch):
    """Records what a test exchanges with the lab, and judges it when the test ends."""
    recorder = Recorder()
    serialize = SoapAdapter.SoapStubAdapterBase.SerializeRequest
    deserialize = SoapAdapter.SoapResponseDeserializer.Deserialize

    def serializing(stub, mo, info, args):
        body = serialize(stub, mo, info, args)
        recorder.requests.append((stub.versionId, body))
        return body

    def deserializing(self, response, result_type, ns_map=None):
        body = response.read() if hasattr(response, "read") else response
        body = body.encode() if isinstance(body, str) else body
        recorder.responses.append((self.stub.versionId, body))
        return deserialize(self, body, result_type, ns_map)

    monkeypatch.setattr(SoapAdapter.SoapStubAdapterBase, "SerializeRequest", serializing)
    monkeypatch.setattr(SoapAdapter.SoapResponseDeserializer, "Deserialize", deserializing)
    yield recorder
    assert recorder.responses, "the test exchanged nothing"
    assert recorder.complaints() == []


@pytest.fixture(scope="module", params=[HEALTHY, TROUBLED], ids=["healthy", "troubled"])
def any_lab(request):
    with LabProcess(request.param) as lab:
        yield lab


@pytest.fixture
def lab():
    with LabProcess(HEALTHY) as lab:
        yield lab


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


@pytest.mark.parametrize("page", [None, 1, 3, 1000])
def test_reads_every_host_in_pages(any_lab, page):
    vcenter = VCenter(any_lab)
    view, _ = vcenter.hosts()
    pages = list(vcenter.read(view, HOST_PATHS, page))
    assert all(len(objects) <= (page or 1000) for objects in pages)
    contents = [content for objects in pages for content in objects]
    read = {content.obj._moId: {entry.name: entry.val for entry in content.propSet} for content in contents}
    world = {host["moref"]: host for host in any_lab.state()["hosts"]}
    assert read.keys() == world.keys()
    for moref, properties in read.items():
        assert properties["name"] == world[moref]["name"]
        assert properties["runtime.connectionState"] == world[moref]["connection"]
        assert properties["hardware.systemInfo.uuid"] == world[moref]["uuid"]
        pem = bytes(byte & 0xFF for byte in properties["config.certificate"]).decode()
        assert pem.startswith("-----BEGIN CERTIFICATE-----")
        nic = properties["config.network.vnic"][0]
        assert nic.spec.ip.ipAddress == world[moref]["address"]


def test_walks_the_inventory_by_single_properties(any_lab):
    vcenter = VCenter(any_lab)
    datacenter = vcenter.content.rootFolder.childEntity[0]
    clusters = datacenter.hostFolder.childEntity
    assert [cluster.name for cluster in clusters] == [cluster["name"] for cluster in any_lab.state()["clusters"]]
    for cluster in clusters:
        assert cluster.summary.numHosts == len(cluster.host)
        assert isinstance(cluster.configurationEx.vsanConfigInfo.enabled, bool)
        filters = vcenter.content.ioFilterManager.QueryIoFilterInfo(cluster)
        for known in filters:
            for disk in vcenter.content.ioFilterManager.QueryDisksUsingFilter(known.id, cluster):
                assert disk.vm._moId.startswith("vm-")
        with pytest.raises(vim.fault.NotFound):
            vcenter.content.ioFilterManager.QueryDisksUsingFilter("no such filter", cluster)


def test_reads_whole_property_trees(any_lab):
    vcenter = VCenter(any_lab)
    view, hosts = vcenter.hosts()
    for objects in vcenter.read(view, ["config", "summary", "hardware", "runtime"]):
        assert all(len(content.propSet) == 4 and not content.missingSet for content in objects)
    everything = collector.FilterSpec(
        propSet=[collector.PropertySpec(type=vim.ManagedEntity, all=True)],
        objectSet=[collector.ObjectSpec(obj=hosts[0]), collector.ObjectSpec(obj=vcenter.content.rootFolder)],
    )
    assert len(vcenter.content.propertyCollector.RetrieveProperties([everything])) == 2


def test_refuses_properties_that_no_host_has(any_lab):
    vcenter = VCenter(any_lab)
    view, _ = vcenter.hosts()
    with pytest.raises(vmodl.query.InvalidProperty) as refused:
        list(vcenter.read(view, ["nosuch.prop"]))
    assert refused.value.name == "nosuch.prop"


def test_reads_settings_events_extensions_and_privileges(any_lab):
    vcenter = VCenter(any_lab)
    settings = vcenter.content.setting
    assert [option.value for option in settings.QueryOptions("vpxd.certmgmt.mode")] == ["vmca"]
    assert len(settings.QueryOptions("vpxd.certmgmt.")) >= 6
    with pytest.raises(vim.fault.InvalidName):
        settings.QueryOptions("vpxd.nosuch")
    by_kind = vim.event.EventFilterSpec(eventTypeId=["com.vmware.vc.nosuch"])
    assert not vcenter.content.eventManager.QueryEvents(by_kind)
    events = vcenter.content.eventManager.QueryEvents(vim.event.EventFilterSpec(maxCount=5))
    assert len(events) <= 5
    extensions = vcenter.content.extensionManager
    assert extensions.FindExtension("com.vmware.nosuch") is None
    assert extensions.FindExtension(extensions.extensionList[0].key).key == extensions.extensionList[0].key
    key = vcenter.content.sessionManager.currentSession.key
    answers = vcenter.content.authorizationManager.HasPrivilegeOnEntities(
        [vcenter.content.rootFolder], key, ["Certificate.Manage", "StorageViews.ConfigureService"]
    )
    assert [privilege.isGranted for privilege in answers[0].privAvailability] == [True, True]
    state = vcenter.content.failoverClusterConfigurator.GetConfig().state
    assert state == ("configured" if any_lab.state()["vcenter"]["high_availability"] else "notConfigured")


def test_reads_the_managers_of_every_host(any_lab):
    vcenter = VCenter(any_lab)
    _, hosts = vcenter.hosts()
    for host in hosts:
        managers = host.configManager
        certificate = managers.certificateManager.certificateInfo
        assert certificate.kind == "Machine" and certificate.notBefore < certificate.notAfter
        assert {service.key for service in managers.serviceSystem.serviceInfo.service} >= {"TSM-SSH"}
        assert managers.hostAccessManager.lockdownMode == host.config.lockdownMode
        assert managers.dateTimeSystem.dateTimeInfo.timeZone.gmtOffset == 0
        if host.runtime.connectionState == "connected":
            assert managers.certificateManager.RetrieveCertificateInfoList()[0].subject == certificate.subject
            assert isinstance(managers.certificateManager.ListCACertificates(), list)
            managers.certificateManager.ListCACertificateRevocationLists()
            managers.dateTimeSystem.QueryDateTime()
        else:
            with pytest.raises(vmodl.fault.HostNotConnected):
                managers.certificateManager.ListCACertificates()


@pytest.mark.parametrize("version", ["4.0", "5.0", "6.7", "7.0.0.0", "8.0.0.0"])
def test_reads_every_provider_in_any_version(any_lab, version):
    storage = VCenter(any_lab).storage(VmomiSupport.versionMap[f"sms/{version}"])
    assert storage.QueryAboutInfo().apiVersion
    providers = storage.QueryStorageManager().QueryProvider()
    infos = [provider.QueryProviderInfo() for provider in providers]
    assert {info.uid for info in infos} == {provider["uid"] for provider in any_lab.state()["providers"]}
    kinds = {provider["uid"]: provider["kind"] for provider in any_lab.state()["providers"]}
    for info in infos:
        assert isinstance(info, sms.provider.VasaProviderInfo)
        assert info.url.endswith(":9080/version.xml") == (kinds[info.uid] == "iofilter")
        assert bool(info.certificateStatus) == (version != "4.0")
        assert bool(info.category) == (version not in ("4.0", "5.0"))


def test_says_why_a_provider_is_not_online(any_lab):
    providers = VCenter(any_lab).storage().QueryStorageManager().QueryProvider()
    for info in [provider.QueryProviderInfo() for provider in providers]:
        if info.status == "online":
            assert info.statusFault is None
    if any(host["connection"] != "connected" for host in any_lab.state()["hosts"]):
        assert {provider.QueryProviderInfo().status for provider in providers} >= {"online", "offline"}


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


def test_reads_firewalls_and_attestation(any_lab):
    vcenter = VCenter(any_lab)
    world = {host["moref"]: host for host in any_lab.state()["hosts"]}
    for host in vcenter.hosts()[1]:
        rules = {rule.key: rule for rule in host.configManager.firewallSystem.firewallInfo.ruleset}
        state, provider = world[host._moId]["rule_set"], rules["iofiltervp"]
        assert provider.enabled == state["enabled"] and provider.allowedHosts.allIp == state["all_addresses"]
        networks = [f"{one.network}/{one.prefixLength}" for one in provider.allowedHosts.ipNetwork]
        assert sorted([*provider.allowedHosts.ipAddress, *networks]) == sorted(state["allowed"])
        attested = host.summary.trustAuthorityAttestationInfos
        assert [one.attestationStatus for one in attested] == (["attested"] if world[host._moId]["attested"] else [])


def test_reads_alarms_with_their_definitions(any_lab):
    vcenter = VCenter(any_lab)
    alarms, known = vcenter.content.rootFolder.triggeredAlarmState, any_lab.state()["vcenter"]["alarms"]
    assert [(state.alarm._moId, state.overallStatus) for state in alarms] == [(one["definition"], one["status"]) for one in known]
    for state in alarms:
        assert state.alarm.info.name and state.acknowledged is False
        if isinstance(state.entity, vim.HostSystem):
            assert state.key in [one.key for one in state.entity.triggeredAlarmState]
            assert state.key in [one.key for one in state.entity.parent.triggeredAlarmState]
    on_hosts = [len(host.triggeredAlarmState) for host in vcenter.hosts()[1]]
    assert sum(on_hosts) == len([one for one in known if one["host"]])


def test_reads_events_of_every_shape(any_lab):
    vcenter = VCenter(any_lab)
    known = any_lab.state()["vcenter"]["events"]
    read = vcenter.content.eventManager.QueryEvents(vim.event.EventFilterSpec(maxCount=1000))
    names = [getattr(event, "eventTypeId", None) or type(event).__name__.rpartition(".")[2] for event in read]
    assert names == [event["kind"] for event in known]
    for event, expected in zip(read, known):
        arguments = [[one.key, one.value] for one in getattr(event, "arguments", [])]
        assert arguments == expected["arguments"]
    own = vim.event.EventFilterSpec(eventTypeId=["vim.event.HostDisconnectedEvent", "HostConnectionLostEvent"])
    assert all(isinstance(event, vim.event.HostEvent) for event in vcenter.content.eventManager.QueryEvents(own))


def test_lists_the_certificates_of_a_host(any_lab):
    vcenter = VCenter(any_lab)
    world = {host["moref"]: host for host in any_lab.state()["hosts"]}
    for host in vcenter.hosts()[1]:
        if world[host._moId]["connection"] == "connected":
            kinds = [info.kind for info in host.configManager.certificateManager.RetrieveCertificateInfoList()]
            assert kinds == (["Machine", "VASAClient"] if world[host._moId]["vasa_client"] else ["Machine"])


def test_shows_what_runs_on_a_host(lab):
    vcenter = VCenter(lab)
    _, hosts = vcenter.hosts()
    assert not hosts[0].recentTask
    lab.add_fault({"call": "EnterMaintenanceMode_Task", "nth": 1, "times": 1, "what": "task-never-ends"})
    task = hosts[0].EnterMaintenanceMode_Task(0)
    assert hosts[0].recentTask == [task] and task.info.state in ("queued", "running")
    assert not hosts[1].recentTask


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
