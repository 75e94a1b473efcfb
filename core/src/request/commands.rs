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

/// Commands that change an ESXi host or the vCenter appliance. Their texts are fixed: the steps of KB 320568, of the
/// vendor's vCert and `fix-sps-certs.sh`, and their reverse. What two of them must be told they read from standard input
/// ([`SshRequest::input`](super::SshRequest::input)), never from their own text.
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
    /// As [`Self::SetHostCertificateAside`], for a pair of which a half may be gone: in its place a mark is left, so that
    /// the way back knows that there was none.
    SetRemainsAside,
    /// The reverse of [`Self::SetRemainsAside`]; restarts nothing. A new half where there was none goes away, since with
    /// an old one it would be no pair. Cut off in the middle and run again, it comes to the same end.
    RestoreRemains,
    /// Appliance: keeps `sms_self_signed` and its key in a folder of root's own, then deletes the entry (KB 440183, vCert).
    /// The key does not leave the appliance.
    DeleteSmsSelfSigned,
    /// Appliance: puts the kept `sms_self_signed` back, and restarts SPS so that it loads it.
    RestoreSmsSelfSigned,
    /// Appliance: as [`Self::DeleteSmsSelfSigned`], for `sps-extension`.
    DeleteSpsExtension,
    /// Appliance: as [`Self::RestoreSmsSelfSigned`], for `sps-extension`.
    RestoreSpsExtension,
    /// Appliance: makes an entry of the store `SMS` (KB 318194). Standard input is its alias, which must be a provider's
    /// URL, on a line of its own, and after it the certificate in PEM. An earlier entry of that alias is replaced.
    PinProviderCertificate,
    /// Appliance: deletes an entry of the store `SMS`. Standard input is its alias, which must be a provider's URL.
    UnpinProviderCertificate,
}

/// vecs-cli on the appliance, and the folder in which root keeps what a command takes away.
macro_rules! vecs {
    ($($text:tt)*) => {
        concat!("/usr/lib/vmware-vmafd/bin/vecs-cli entry ", $($text)*)
    };
}
macro_rules! delete_entry {
    ($alias:literal) => {
        concat!(
            "umask 077 && mkdir -p /var/lib/iofilter-certs && ",
            vecs!("getcert --store SMS --alias ", $alias, " --output /var/lib/iofilter-certs/new.crt && "),
            vecs!("getkey --store SMS --alias ", $alias, " --output /var/lib/iofilter-certs/new.key && "),
            "mv -f /var/lib/iofilter-certs/new.crt /var/lib/iofilter-certs/",
            $alias,
            ".crt && ",
            "mv -f /var/lib/iofilter-certs/new.key /var/lib/iofilter-certs/",
            $alias,
            ".key && ",
            vecs!("delete --store SMS --alias ", $alias, " -y")
        )
    };
}
macro_rules! restore_entry {
    ($alias:literal) => {
        concat!(
            "test -f /var/lib/iofilter-certs/",
            $alias,
            ".crt && test -f /var/lib/iofilter-certs/",
            $alias,
            ".key && ",
            "{ ",
            vecs!("delete --store SMS --alias ", $alias, " -y"),
            " || true; } && ",
            vecs!("create --store SMS --alias ", $alias, " --cert /var/lib/iofilter-certs/", $alias, ".crt"),
            " --key /var/lib/iofilter-certs/",
            $alias,
            ".key && service-control --restart vmware-sps"
        )
    };
}
/// Reads the alias, and goes no further with one that is not the URL of a provider.
macro_rules! with_alias {
    ($then:expr) => {
        concat!("IFS= read -r alias && case \"$alias\" in https://*:*/version.xml) ;; *) exit 64 ;; esac && ", $then)
    };
}

impl SshChange {
    /// The text to run, the same for every target. ESXi's shell is BusyBox `sh`, the appliance's is bash.
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
            Self::SetRemainsAside => {
                "cd /etc/vmware/ssl && test ! -e old.rui.crt && test ! -e old.rui.key && \
                 rm -f old.rui.crt.none old.rui.key.none && \
                 { test -e rui.crt || touch old.rui.crt.none; } && { test -e rui.key || touch old.rui.key.none; } && \
                 { test ! -e rui.crt || mv rui.crt old.rui.crt; } && { test ! -e rui.key || mv rui.key old.rui.key; }"
            }
            Self::RestoreRemains => {
                "cd /etc/vmware/ssl && \
                 { test ! -e old.rui.crt.none || rm -f rui.crt; } && { test ! -e old.rui.key.none || rm -f rui.key; } && \
                 { test ! -e old.rui.crt || mv -f old.rui.crt rui.crt; } && \
                 { test ! -e old.rui.key || mv -f old.rui.key rui.key; } && \
                 rm -f old.rui.crt.none old.rui.key.none"
            }
            Self::DeleteSmsSelfSigned => delete_entry!("sms_self_signed"),
            Self::RestoreSmsSelfSigned => restore_entry!("sms_self_signed"),
            Self::DeleteSpsExtension => delete_entry!("sps-extension"),
            Self::RestoreSpsExtension => restore_entry!("sps-extension"),
            Self::PinProviderCertificate => with_alias!(concat!(
                "umask 077 && mkdir -p /var/lib/iofilter-certs && cat > /var/lib/iofilter-certs/pin.crt && { ",
                vecs!("delete --store SMS --alias \"$alias\" -y"),
                " || true; } && ",
                vecs!("create --store SMS --alias \"$alias\" --cert /var/lib/iofilter-certs/pin.crt")
            )),
            Self::UnpinProviderCertificate => with_alias!(vecs!("delete --store SMS --alias \"$alias\" -y")),
        }
    }

    /// What the command is for, short.
    pub fn title(self) -> &'static str {
        match self {
            Self::RestartProviderDaemon => "/etc/init.d/iofiltervpd restart",
            Self::SetHostCertificateAside => "mv rui.crt old.rui.crt; mv rui.key old.rui.key",
            Self::GenerateHostCertificate => "/sbin/generate-certificates",
            Self::RestartManagementAgents => "services.sh restart",
            Self::RestoreHostCertificate => "mv old.rui.crt rui.crt; mv old.rui.key rui.key; services.sh restart",
            Self::SetRemainsAside => "mv rui.crt old.rui.crt; mv rui.key old.rui.key (what is there of them)",
            Self::RestoreRemains => "mv old.rui.crt rui.crt; mv old.rui.key rui.key (what is there of them)",
            Self::DeleteSmsSelfSigned => "vecs-cli entry delete --store SMS --alias sms_self_signed",
            Self::RestoreSmsSelfSigned => "vecs-cli entry create --store SMS --alias sms_self_signed",
            Self::DeleteSpsExtension => "vecs-cli entry delete --store SMS --alias sps-extension",
            Self::RestoreSpsExtension => "vecs-cli entry create --store SMS --alias sps-extension",
            Self::PinProviderCertificate => "vecs-cli entry create --store SMS",
            Self::UnpinProviderCertificate => "vecs-cli entry delete --store SMS",
        }
    }
}
