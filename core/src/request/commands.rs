//! The closed lists of SSH commands. Their texts are fixed; nothing is ever spliced in.

use serde::{Deserialize, Serialize};

/// Commands that only read. Their texts are fixed; nothing is ever spliced in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SshLook {
    /// vCenter appliance: the last 32 MiB of `sps.log`.
    ReadSpsLog,
    /// vCenter appliance: every store of VECS with aliases, certificates and permissions. Keys are never asked for, and
    /// nothing but those lines is let through.
    ReadCertificateStores,
    /// vCenter appliance: the certificates that vpxd has published under `docRoot/certs`.
    ReadPublishedRoots,
    /// vCenter appliance: size and beginning of `sps-runtime.log.stderr`, and the time there. The beginning is `0` or `-`
    /// where the file system does not keep it.
    MeasureSpsErrors,
    /// ESXi: the host certificate's file.
    ReadHostCertificate,
    /// ESXi: the names in `/etc/vmware/ssl`, one a line.
    ListHostCertificateFolder,
    /// ESXi: digests of the public keys of `rui.crt` and `rui.key`, and what the host boots from. Neither key leaves the
    /// host, not even the public one.
    InspectHost,
}

impl SshLook {
    /// The text to run, the same for every target.
    pub fn text(self) -> &'static str {
        match self {
            Self::ReadSpsLog => "tail -c 33554432 /var/log/vmware/vmware-sps/sps.log",
            // `Alias :` with its space and colon, which Base64 has not: a line of a certificate is never taken for one.
            Self::ReadCertificateStores => {
                "/usr/lib/vmware-vmafd/bin/vecs-cli store list </dev/null | while IFS= read -r store; do \
                 echo \"Store : $store\"; \
                 /usr/lib/vmware-vmafd/bin/vecs-cli entry list --store \"$store\" </dev/null | \
                 sed -n -e '/^Number of entries/p' -e '/^Alias :/p' \
                 -e '/-----BEGIN CERTIFICATE-----/,/-----END CERTIFICATE-----/p'; \
                 /usr/lib/vmware-vmafd/bin/vecs-cli store get-permissions --name \"$store\" </dev/null; done"
            }
            Self::ReadPublishedRoots => {
                "sed -n '/-----BEGIN CERTIFICATE-----/,/-----END CERTIFICATE-----/p' /etc/vmware-vpx/docRoot/certs/*"
            }
            Self::MeasureSpsErrors => "stat -c '%s %W' /var/log/vmware/vmware-sps/sps-runtime.log.stderr && date +%s",
            Self::ReadHostCertificate => "cat /etc/vmware/ssl/rui.crt",
            Self::ListHostCertificateFolder => "ls -1 /etc/vmware/ssl",
            Self::InspectHost => {
                "echo certificate; \
                 openssl x509 -noout -pubkey -in /etc/vmware/ssl/rui.crt </dev/null | openssl dgst -sha256; \
                 echo key; openssl pkey -pubout -in /etc/vmware/ssl/rui.key </dev/null | openssl dgst -sha256; \
                 echo boot; esxcli system boot device get"
            }
        }
    }
}

/// Commands that change an ESXi host. Their texts are fixed, and are the steps of KB 320568 or their reverse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SshChange {
    /// Restarts the IOFilter provider daemon alone.
    RestartProviderDaemon,
    /// Renames `rui.crt` and `rui.key` to `old.rui.crt` and `old.rui.key`. Does nothing when a pair was set aside before:
    /// what somebody kept is never overwritten.
    SetHostCertificateAside,
    /// Makes a new host certificate and key; the earlier pair must have been set aside.
    GenerateHostCertificate,
    /// Restarts all management agents; virtual machines go on running.
    RestartManagementAgents,
    /// Puts `old.rui.crt` and `old.rui.key` back in place, and restarts the agents so that they load them.
    RestoreHostCertificate,
}

impl SshChange {
    /// The text to run, the same for every target. ESXi's shell is BusyBox `sh`.
    pub fn text(self) -> &'static str {
        match self {
            Self::RestartProviderDaemon => "/etc/init.d/iofiltervpd restart",
            Self::SetHostCertificateAside => {
                "cd /etc/vmware/ssl && test ! -e old.rui.crt && test ! -e old.rui.key && mv rui.crt old.rui.crt && mv rui.key old.rui.key"
            }
            Self::GenerateHostCertificate => "/sbin/generate-certificates",
            Self::RestartManagementAgents => "services.sh restart",
            Self::RestoreHostCertificate => {
                "cd /etc/vmware/ssl && mv -f old.rui.crt rui.crt && mv -f old.rui.key rui.key && services.sh restart"
            }
        }
    }
}
