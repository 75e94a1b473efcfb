"""What the official SDK reads of the lab, as it would of a vCenter."""

import pytest
from pyVmomi import VmomiSupport, sms, vim, vmodl

from pyvmomi_client import HOST_PATHS, VCenter, collector
from pyvmomi_fixtures import any_lab, recorder  # noqa: F401


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
