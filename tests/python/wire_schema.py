"""Writes `tests/lab/src/soap/schema.txt` from pyVmomi's type tables.

The lab prints and reads SOAP by that file: element order, which elements are required, which release
first had them, and the privilege a method asks for. The lab simulates a part of vSphere, so the file
holds the types named in METHODS, MANAGED and DATA here and whatever the parameters of METHODS need.

    python wire_schema.py            # prints the file
    python wire_schema.py --write    # puts it in place
"""

import pathlib
import sys

from pyVmomi import VmomiSupport as vmomi

SCHEMA = pathlib.Path(__file__).resolve().parent.parent / "lab" / "src" / "soap" / "schema.txt"
VIM, SMS = "urn:vim25", "urn:sms"

METHODS = {
    VIM: """
        RetrieveServiceContent CurrentTime Login Logout SessionIsActive
        CreateFilter RetrieveProperties WaitForUpdates CancelWaitForUpdates WaitForUpdatesEx
        RetrievePropertiesEx ContinueRetrievePropertiesEx CancelRetrievePropertiesEx DestroyPropertyFilter
        CreateContainerView DestroyView
        ReconnectHost_Task DisconnectHost_Task EnterMaintenanceMode_Task ExitMaintenanceMode_Task
        RetrieveCertificateInfoList GenerateCertificateSigningRequest GenerateCertificateSigningRequestByDn
        InstallServerCertificate ReplaceCACertificatesAndCRLs NotifyAffectedServices ListCACertificates
        ListCACertificateRevocationLists
        StartService StopService RestartService QueryDateTime
        EnableRuleset DisableRuleset UpdateRuleset UpdateDateTimeConfig AcknowledgeAlarm ClearTriggeredAlarms
        FindAllByDnsName FindAllByIp
        CertMgrRefreshCACertificatesAndCRLs_Task CertMgrRefreshCertificates_Task
        QueryOptions QueryIoFilterInfo QueryDisksUsingFilter QueryEvents FindExtension HasPrivilegeOnEntities
        HasUserPrivilegeOnEntities
        getVchaConfig getClusterMode
    """,
    SMS: """
        QueryStorageManager QueryAboutInfo QueryProvider QueryProviderInfo QueryArray
        RegisterProvider_Task UnregisterProvider_Task SmsRefreshCACertificatesAndCRLs_Task
        VasaProviderSync_Task VasaProviderRefreshCertificate_Task VasaProviderRevokeCertificate_Task
        VasaProviderReconnect_Task QuerySmsTaskInfo QuerySmsTaskResult
    """,
}

# Managed objects whose properties the lab answers, besides those of METHODS.
MANAGED = {
    VIM: "Folder Datacenter ClusterComputeResource Task ContainerView HostSystem SessionManager HostAccessManager HostVirtualNicManager HostFirewallSystem OptionManager Alarm VirtualMachine",
    SMS: "",
}

# What answers are made of.
DATA = {
    VIM: """
        ServiceContent AboutInfo UserSession
        DynamicProperty RetrieveResult ObjectContent MissingProperty
        UpdateSet PropertyFilterUpdate ObjectUpdate PropertyChange
        TaskInfo TaskReasonUser
        HostRuntimeInfo HostListSummary HostConfigSummary HostHardwareSummary HostHardwareInfo HostSystemInfo
        HostConfigManager HostConfigInfo HostServiceInfo HostService
        HostNetworkInfo HostVirtualNic HostVirtualNicSpec HostIpConfig HostVirtualNicManagerInfo
        VirtualNicManagerNetConfig HostDateTimeInfo HostDateTimeSystemTimeZone HostNtpConfig
        HostIoFilterInfo ClusterIoFilterInfo VirtualDiskId
        HostCertificateManagerCertificateInfo OptionValue
        HostListSummaryQuickStats HostCpuInfo HostCpuPackage HostDeploymentInfo HostDnsConfig
        ClusterConfigInfo ClusterFailoverLevelAdmissionControlInfo ClusterFailoverLevelAdmissionControlPolicy
        VirtualMachineSnapshotInfo VirtualMachineSnapshotTree
        ClusterConfigInfoEx ClusterDasConfigInfo ClusterDrsConfigInfo VsanClusterConfigInfo
        ComputeResourceSummary ClusterComputeResourceSummary
        VchaClusterConfigInfo FailoverNodeInfo ClusterNetworkConfigSpec
        Extension Description EntityPrivilege PrivilegeAvailability
        HostFirewallInfo HostFirewallDefaultPolicy HostFirewallRuleset HostFirewallRule HostFirewallRulesetIpList
        HostFirewallRulesetIpNetwork HostTpmAttestationInfo HostTrustAuthorityAttestationInfo
        AlarmState AlarmInfo EventAlarmExpression
        HostConnectedEvent HostConnectionLostEvent HostDisconnectedEvent HostReconnectionFailedEvent
        EventEx ManagedEntityEventArgument HostEventArgument KeyAnyValue
        VsanHostConfigInfo VsanHostConfigInfoClusterInfo
        LocalizedMethodFault
        NotAuthenticated NoPermission InvalidLogin InvalidProperty InvalidName InvalidState InvalidArgument
        InvalidRequest ManagedObjectNotFound MethodNotFound NotFound AlreadyExists HostConfigFault NotSupported
        HostNotConnected HostNotReachable NoHost SSLVerifyFault SSLDisabledFault AlreadyConnected
        InvalidCollectorVersion GenericVmConfigFault SystemError RuntimeFault Timedout TaskInProgress HostCommunication
        HostConnectFault NoPermissionOnHost RequestCanceled InvalidHostConnectionState
    """,
    SMS: """
        SmsAboutInfo SmsTaskInfo VasaProviderInfo RelatedStorageArray SupportedVendorModelMapping
        CertificateNotTrusted CertificateNotImported CertificateRefreshFailed CertificateRevocationFailed
        InvalidCertificate InvalidSession InvalidUrl SmsInvalidLogin ProviderConnectionFailed ProviderNotFound
        ProviderRegistrationFault ProviderSyncFailed ProviderUnregistrationFault QueryExecutionFault
        IncorrectUsernamePassword SyncInProgress ProviderUnavailable ProviderBusy ServiceNotInitialized
        CertificateAuthorityFault DuplicateEntry
    """,
}

SCALARS = {
    bool: "xsd:boolean", vmomi.byte: "xsd:byte", vmomi.short: "xsd:short", int: "xsd:int", vmomi.long: "xsd:long",
    float: "xsd:float", vmomi.double: "xsd:double", str: "xsd:string", vmomi.datetime: "xsd:dateTime",
    vmomi.binary: "xsd:base64Binary", object: "xsd:anyType", vmomi.URI: "xsd:anyURI", type(None): "void",
    type: "xsd:string", vmomi.Link: "xsd:string", vmomi.ManagedMethod: "xsd:string", vmomi.PropertyPath: "xsd:string",
}


def since(version):
    """The release id of a version, `0` for what every release has."""
    return vmomi.versionIdMap[version] or "0"


def wire_name(kind):
    """How a type is named on the wire; `MoRef` for every managed object, `Item[]` for arrays."""
    if kind in SCALARS:
        return SCALARS[kind]
    if issubclass(kind, list):
        return wire_name(kind.Item) + "[]"
    if issubclass(kind, vmomi.ManagedObject):
        return "MoRef"
    return kind._wsdlName


def field(info):
    """`name:type@since`, `name?:type@since` when it may be absent."""
    optional = "?" if info.flags & vmomi.F_OPTIONAL else ""
    return f"{info.name}{optional}:{wire_name(info.type)}@{since(info.version)}"


class Schema:
    """Lines of the file, each type once."""

    def __init__(self):
        self.lines = {}

    def method(self, namespace, name):
        info = vmomi.GetWsdlMethod(namespace, name).info
        target = info.type
        words = ["method", namespace[4:], name, wire_name_of_managed(target), since(info.version),
                 info.privId or "-", wire_name(info.result) if info.result else "void"]
        self.lines[f"method {name}"] = " ".join(words + [field(p) for p in info.params])
        self.managed(target)
        for parameter in info.params:
            self.data(parameter.type, deep=True)

    def managed(self, kind):
        if kind is vmomi.ManagedObject or f"managed {kind._wsdlName}" in self.lines:
            return
        parent = kind.__bases__[0]
        words = ["managed", namespace_of(kind), kind._wsdlName, wire_name_of_managed(parent), since(kind._version)]
        self.add("managed", kind, words + [field(p) for p in kind._propList])
        self.managed(parent)

    def data(self, kind, deep=False):
        if issubclass(kind, list):
            return self.data(kind.Item, deep)
        if issubclass(kind, vmomi.Enum) and kind is not vmomi.Enum:
            return self.add("enum", kind, ["enum", namespace_of(kind), kind._wsdlName, "-", since(kind._version)]
                            + list(kind.values))
        is_data = issubclass(kind, vmomi.DataObject) or issubclass(kind, Exception)
        if not is_data or kind is vmomi.DataObject or f"data {kind._wsdlName}" in self.lines:
            return
        parent = kind.__bases__[0]
        fields = [p for p in kind._propList if p.name in kind._propInfo]
        # `msg` is pyVmomi's own: on the wire it is the fault string
        own = [p for p in fields if p.name not in inherited(parent) and p.name != "msg"]
        words = ["data", namespace_of(kind), kind._wsdlName, parent_name(parent), since(kind._version)]
        self.add("data", kind, words + [field(p) for p in own])
        if parent_name(parent) != "-":
            self.data(parent, deep)
        for info in own:
            if deep or (isinstance(info.type, type) and issubclass(strip(info.type), vmomi.Enum)):
                self.data(info.type, deep)
        if deep and kind._wsdlName == "SelectionSpec":
            self.data(vmomi.GetWsdlType(VIM, "TraversalSpec"), deep)
        if deep and kind._wsdlName == "SmsProviderSpec":
            self.data(vmomi.GetWsdlType(SMS, "VasaProviderSpec"), deep)

    def add(self, word, kind, words):
        key = f"{word} {kind._wsdlName}"
        line = " ".join(words)
        if self.lines.setdefault(key, line) != line:
            raise SystemExit(f"{key} means two things: {self.lines[key]} / {line}")


def strip(kind):
    return kind.Item if issubclass(kind, list) else kind


def inherited(kind):
    names = set()
    for ancestor in kind.__mro__:
        names |= set(vars(ancestor).get("_propInfo", {}))
    return names


def parent_name(parent):
    """The base class, `-` where it adds nothing (every data object has DynamicData's two unused fields)."""
    name = getattr(parent, "_wsdlName", None)
    return "-" if name in (None, "DynamicData", "DataObject") else name


def namespace_of(kind):
    return vmomi.GetWsdlNamespace(kind._version)[4:]


def wire_name_of_managed(kind):
    return "-" if kind is vmomi.ManagedObject else kind._wsdlName


def text():
    """The whole file."""
    schema = Schema()
    for namespace in (VIM, SMS):
        for name in METHODS[namespace].split():
            schema.method(namespace, name)
        for name in MANAGED[namespace].split():
            schema.managed(vmomi.GetWsdlType(namespace, name))
        for name in DATA[namespace].split():
            schema.data(vmomi.GetWsdlType(namespace, name))
    head = "# Written by tests/python/wire_schema.py from the type tables of pyVmomi; do not edit.\n"
    return head + "".join(line + "\n" for _, line in sorted(schema.lines.items()))


if __name__ == "__main__":
    if "--write" in sys.argv:
        SCHEMA.write_text(text())
    else:
        sys.stdout.write(text())
