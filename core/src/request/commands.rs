//! The closed lists of SSH commands. Their texts are fixed; nothing is ever spliced in.

use serde::{Deserialize, Serialize};

/// Commands that only read. Their texts are fixed; nothing is ever spliced in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SshLook {
    /// vCenter appliance: the last 32 MiB of `sps.log`.
    ReadSpsLog,
    /// vCenter appliance: the certificate that SPS shows to hosts below 9.0 (VECS store `SMS`).
    ReadSmsCertificate,
    /// vCenter appliance: the certificate that SPS shows to hosts from 9.0 on (VECS store `SMS`).
    ReadSpsExtensionCertificate,
    /// ESXi: the host certificate's file.
    ReadHostCertificate,
    /// ESXi: the names in `/etc/vmware/ssl`, one a line.
    ListHostCertificateFolder,
}

impl SshLook {
    /// The text to run, the same for every target.
    pub fn text(self) -> &'static str {
        match self {
            Self::ReadSpsLog => "tail -c 33554432 /var/log/vmware/vmware-sps/sps.log",
            Self::ReadSmsCertificate => {
                "/usr/lib/vmware-vmafd/bin/vecs-cli entry getcert --store SMS --alias sms_self_signed"
            }
            Self::ReadSpsExtensionCertificate => {
                "/usr/lib/vmware-vmafd/bin/vecs-cli entry getcert --store SMS --alias sps-extension"
            }
            Self::ReadHostCertificate => "cat /etc/vmware/ssl/rui.crt",
            Self::ListHostCertificateFolder => "ls -1 /etc/vmware/ssl",
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
