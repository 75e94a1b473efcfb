"""pyVmomi as a client of the lab, with a record of every message it sent or received."""

import ssl

from pyVim import connect
from pyVmomi import SoapStubAdapter, VmomiSupport, sms, vim, vmodl

import type_tables

HEALTHY = """
seed = 7
[[clusters]]
name = "compute-a"
count = 4
[[clusters]]
name = "compute-b"
count = 3
version = "9.0.0"
"""

# Every trouble that shows in an answer of vCenter or SMS.
TROUBLED = """
seed = 8
[vcenter]
troubles = ["gate-vcf", "gate-vcha", "refresh-ca-failed-event", "vvol-provider-expired"]
""" + "\n".join(
    f'[[hosts]]\nname = "esx{number:02}"\ncluster = "cluster-{number % 3}"\ntroubles = ["{code}"]\n'
    for number, code in enumerate(
        ["host-cert-expired", "host-cert-expiring-hard", "host-cert-expiring-soft", "cert-not-yet-valid", "host-cert-self-signed", "host-cert-name-mismatch", "host-cert-foreign-ca", "vp-cert-expired", "vp-cert-expiring-hard", "vp-cert-expiring-soft", "vp-cert-stale", "provider-cert-cached-stale", "provider-offline", "provider-disconnected", "provider-missing", "provider-duplicate", "provider-orphan", "castore-empty", "castore-missing-sms", "castore-stale-sms", "host-disconnected", "host-not-responding", "host-maintenance", "vc-host-clock-skew", "gate-filter-in-use", "gate-lockdown", "gate-vsan", "gate-autodeploy", "vp-port-refused", "alarm-residual", "castore-malformed", "castore-wiped-after-refresh", "filter-disabled", "gate-trust-authority", "provider-registration-failed", "provider-unregistration-failed", "vcdb-thumbprint-mismatch", "vp-ruleset-restricted", "vsan-provider-offline", "vvol-client-cert-failed"],
        start=1,
    )
)

HOST_PATHS = ["name", "parent", "runtime.connectionState", "runtime.inMaintenanceMode", "config.product", "config.certificate", "config.lockdownMode", "config.service.service", "config.firewall", "recentTask", "config.network.vnic", "config.virtualNicManagerInfo.netConfig", "config.dateTimeInfo", "config.ioFilterInfo", "summary.config.sslThumbprint", "summary.managementServerIp", "hardware.systemInfo.uuid", "configManager", "triggeredAlarmState", "disabledMethod", "config.vsanHostConfig", "config.deploymentInfo", "vm"]

collector = vmodl.query.PropertyCollector


class Recorder:
    """Every message that pyVmomi sent or received, with its SOAPAction."""

    def __init__(self):
        self.requests, self.responses = [], []

    def complaints(self):
        """What the type tables say about them."""
        found = []
        for action, body in self.requests:
            found += [f"request: {complaint}" for complaint in type_tables.check_request(body, action)]
        for action, body in self.responses:
            found += [f"response: {complaint}" for complaint in type_tables.check_response(body, action)]
        return found


class VCenter:
    """pyVmomi's two stubs on one lab, logged in."""

    def __init__(self, lab, version=None):
        host, _, port = lab.ready["vcenter"].rpartition(":")
        self.context = ssl.create_default_context(cafile=lab.ready["ca_file"])
        self.host, self.port, self.lab = host, int(port), lab
        self.instance = connect.SmartConnect(
            host=host, port=self.port, user=lab.ready["username"], pwd=lab.ready["password"], sslContext=self.context,
            **({"preferredApiVersions": [version]} if version else {}),
        )
        self.content = self.instance.RetrieveContent()

    @property
    def cookie(self):
        """The session as community.vmware, salt and others take it out of the cookie."""
        return self.instance._stub.cookie.split('"')[1]

    def storage(self, version=VmomiSupport.versionMap["sms/8.0.0.0"]):
        """SMS, with the session in the SOAP header and no cookie."""
        stub = SoapStubAdapter(
            host=self.host, port=self.port, path="/sms/sdk", version=version, sslContext=self.context, poolSize=0
        )
        stub.requestContext = {"vcSessionCookie": self.cookie}
        return sms.ServiceInstance("ServiceInstance", stub)

    def hosts(self):
        view = self.content.viewManager.CreateContainerView(self.content.rootFolder, [vim.HostSystem], True)
        return view, list(view.view)

    def read(self, view, paths, maximum=None):
        """ObjectContents of all hosts in a view, page by page."""
        down = collector.TraversalSpec(name="view", type=vim.view.ContainerView, path="view", skip=False)
        spec = collector.FilterSpec(
            propSet=[collector.PropertySpec(type=vim.HostSystem, pathSet=paths)],
            objectSet=[collector.ObjectSpec(obj=view, skip=True, selectSet=[down])],
        )
        result = self.content.propertyCollector.RetrievePropertiesEx([spec], collector.RetrieveOptions(maxObjects=maximum))
        while result:
            yield result.objects
            more = result.token
            result = more and self.content.propertyCollector.ContinueRetrievePropertiesEx(more)


def finished(task):
    """An SmsTask's info once it ended."""
    while True:
        info = task.QuerySmsTaskInfo()
        if info.state in ("success", "error"):
            return info
