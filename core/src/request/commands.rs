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
/// vendor's vCert and `fix-sps-certs.sh`, and their reverse. What some of them must be told, the run's number or an
/// entry, they read from standard input ([`SshRequest::input`](super::SshRequest::input)), never from their own text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SshChange {
    /// Restarts the IOFilter provider daemon alone.
    RestartProviderDaemon,
    /// Renames `rui.crt` and `rui.key` to `old.rui.crt` and `old.rui.key` (KB 320568), and leaves a mark of this run beside
    /// them first: [`Self::RestoreHostCertificate`] moves nothing without it. What somebody kept is never overwritten. A
    /// pair of a person's is in the way, and the command ends with a code of its own ([`Self::refusal`]). One that an
    /// earlier run has kept, as its mark tells, gets a name that ends with the time: the knowledge base has one name for
    /// all, a host may need a new pair twice, and neither the earlier pair nor the latest is to be lost for the other.
    SetHostCertificateAside,
    /// Makes a new host certificate and key; the earlier pair must have been set aside.
    GenerateHostCertificate,
    /// Restarts all management agents; virtual machines go on running.
    RestartManagementAgents,
    /// Puts `old.rui.crt` and `old.rui.key` back in place if they bear the mark, and restarts the agents so that they load
    /// them. Cut off in the middle and run again, it comes to the same end.
    RestoreHostCertificate,
    /// As [`Self::SetHostCertificateAside`], for a pair of which a half may be gone: in its place a mark is left, so that
    /// the way back knows that there was none. What a person kept of such a half is not in the way.
    SetRemainsAside,
    /// The reverse of [`Self::SetRemainsAside`]; restarts nothing. A new half where there was none goes away, since with
    /// an old one it would be no pair. Cut off in the middle and run again, it comes to the same end.
    RestoreRemains,
    /// Appliance: keeps `sms_self_signed` and its key in a folder of root's own, then deletes the entry (KB 440183, vCert).
    /// The file's name ends with the run's number: what another run kept is never put back for this one. The key does not
    /// leave the appliance.
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

/// Reads which run this is, and goes no further with what is no number: what a run sets aside or keeps bears its number,
/// and no other run takes it for its own.
macro_rules! of_run {
    ($($then:expr),* $(,)?) => {
        concat!("IFS= read -r run && case \"$run\" in ''|*[!0-9]*) exit 64 ;; esac && ", $($then),*)
    };
}
/// The name of the mark that says that `old.rui.*` were set aside by a repair. Beside it is one with a run's number.
macro_rules! mark {
    () => {
        "old.rui.iofilter-certs"
    };
}
/// The beginning of the mark of one run; its number follows after a dot.
pub(crate) const ASIDE_MARK: &str = mark!();
/// How a command ends that finds the pair of somebody else under the names that it would use: `exit 73` in its text.
const IN_THE_WAY: i32 = 73;

macro_rules! if_ours {
    ($($then:expr),*) => {
        concat!("{ test ! -e ", mark!(), ".$run || ", $($then),*, "; } && ")
    };
}
macro_rules! unless_ours {
    ($($then:expr),*) => {
        concat!("{ test -e ", mark!(), ".$run || ", $($then),*, "; } && ")
    };
}
macro_rules! if_earlier {
    ($($then:expr),*) => {
        concat!("{ test ! -e ", mark!(), ".earlier || ", $($then),*, "; } && ")
    };
}
/// Puts the pair of an earlier run away. While that goes on the mark has another name and no run has one of its own, so
/// that no half which is left is put back by anybody.
macro_rules! put_earlier_away {
    () => {
        concat!(
            "cd /etc/vmware/ssl && kept=$(date +%s) && ",
            unless_ours!("test ! -e ", mark!(), " || mv -f ", mark!(), " ", mark!(), ".earlier"),
            if_earlier!("rm -f ", mark!(), ".[0-9]*"),
            put_away!("old.rui.crt"),
            put_away!("old.rui.key"),
            if_earlier!("rm -f old.rui.crt.none old.rui.key.none ", mark!(), ".earlier"),
            unless_ours!("rm -f old.rui.crt.none old.rui.key.none")
        )
    };
}
macro_rules! put_away {
    ($old:literal) => {
        if_earlier!(
            "test ! -e ",
            $old,
            " || test -e ",
            $old,
            ".none || test -e ",
            $old,
            ".$kept || mv ",
            $old,
            " ",
            $old,
            ".$kept"
        )
    };
}
macro_rules! leave_marks {
    () => {
        concat!("touch ", mark!(), ".$run && touch ", mark!(), " && ")
    };
}

/// vecs-cli on the appliance, and the folder in which root keeps what a command takes away.
macro_rules! vecs {
    ($($text:tt)*) => {
        concat!("/usr/lib/vmware-vmafd/bin/vecs-cli entry ", $($text)*)
    };
}
macro_rules! kept {
    ($alias:literal) => {
        concat!("/var/lib/iofilter-certs/", $alias, ".$run")
    };
}
macro_rules! delete_entry {
    ($alias:literal) => {
        of_run!(
            "umask 077 && mkdir -p /var/lib/iofilter-certs && ",
            vecs!("getcert --store SMS --alias ", $alias, " --output /var/lib/iofilter-certs/new.crt && "),
            vecs!("getkey --store SMS --alias ", $alias, " --output /var/lib/iofilter-certs/new.key && "),
            concat!("mv -f /var/lib/iofilter-certs/new.crt ", kept!($alias), ".crt && "),
            concat!("mv -f /var/lib/iofilter-certs/new.key ", kept!($alias), ".key && "),
            vecs!("delete --store SMS --alias ", $alias, " -y")
        )
    };
}
macro_rules! restore_entry {
    ($alias:literal) => {
        of_run!(
            concat!("test -f ", kept!($alias), ".crt && test -f ", kept!($alias), ".key && "),
            "{ ",
            vecs!("delete --store SMS --alias ", $alias, " -y"),
            " || true; } && ",
            vecs!("create --store SMS --alias ", $alias, " --cert ", kept!($alias), ".crt"),
            concat!(" --key ", kept!($alias), ".key && service-control --restart vmware-sps")
        )
    };
}
/// What a person types to put back what was kept last.
macro_rules! restore_entry_by_hand {
    ($alias:literal) => {
        concat!(
            "kept=$(ls -t /var/lib/iofilter-certs/",
            $alias,
            ".*.key | head -n 1) && { ",
            vecs!("delete --store SMS --alias ", $alias, " -y"),
            " || true; } && ",
            vecs!("create --store SMS --alias ", $alias, " --cert \"${kept%.key}.crt\" --key \"$kept\""),
            " && service-control --restart vmware-sps"
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
            Self::SetHostCertificateAside => of_run!(
                put_earlier_away!(),
                unless_ours!("test ! -e old.rui.crt || exit 73"),
                unless_ours!("test ! -e old.rui.key || exit 73"),
                leave_marks!(),
                "{ test -e old.rui.crt || mv rui.crt old.rui.crt; } && { test -e old.rui.key || mv rui.key old.rui.key; }"
            ),
            Self::GenerateHostCertificate => "/sbin/generate-certificates",
            Self::RestartManagementAgents => "services.sh restart",
            // The key first: while the certificate is another one than before, nothing is taken to be as it was.
            Self::RestoreHostCertificate => of_run!(
                "cd /etc/vmware/ssl && ",
                if_ours!("test ! -e old.rui.key || mv -f old.rui.key rui.key"),
                if_ours!("test ! -e old.rui.crt || mv -f old.rui.crt rui.crt"),
                if_ours!("rm -f ", mark!(), " ", mark!(), ".$run"),
                "services.sh restart"
            ),
            Self::SetRemainsAside => of_run!(
                put_earlier_away!(),
                unless_ours!("test ! -e rui.crt || test ! -e old.rui.crt || exit 73"),
                unless_ours!("test ! -e rui.key || test ! -e old.rui.key || exit 73"),
                unless_ours!("test -e rui.crt || touch old.rui.crt.none"),
                unless_ours!("test -e rui.key || touch old.rui.key.none"),
                leave_marks!(),
                "{ test ! -e rui.crt || test -e old.rui.crt || mv rui.crt old.rui.crt; } && ",
                "{ test ! -e rui.key || test -e old.rui.key || mv rui.key old.rui.key; }"
            ),
            // The run's own mark goes before those of halves that were not there: without it they mean nothing.
            Self::RestoreRemains => of_run!(
                "cd /etc/vmware/ssl && ",
                if_ours!("test ! -e old.rui.key.none || rm -f rui.key"),
                if_ours!("test ! -e old.rui.crt.none || rm -f rui.crt"),
                if_ours!("test -e old.rui.key.none || test ! -e old.rui.key || mv -f old.rui.key rui.key"),
                if_ours!("test -e old.rui.crt.none || test ! -e old.rui.crt || mv -f old.rui.crt rui.crt"),
                if_ours!("rm -f ", mark!(), " ", mark!(), ".$run old.rui.crt.none old.rui.key.none"),
                "true"
            ),
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

    /// Whether it reads which run it is for.
    pub(crate) fn is_of_run(self) -> bool {
        self.text().starts_with("IFS= read -r run ")
    }

    /// What a person types instead. What they set aside themselves by the knowledge base bears no mark: no repair may ever
    /// take it for its own.
    pub fn by_hand(self) -> String {
        match self {
            Self::SetHostCertificateAside => "cd /etc/vmware/ssl && test ! -e old.rui.crt && test ! -e old.rui.key && \
                 mv rui.crt old.rui.crt && mv rui.key old.rui.key"
                .to_owned(),
            Self::RestoreHostCertificate => format!("{} && services.sh restart", Self::RestoreRemains.by_hand()),
            // Only what a repair has set aside, which its mark tells.
            Self::RestoreRemains => "cd /etc/vmware/ssl && ls old.rui.iofilter-certs && \
                 { test ! -e old.rui.key || mv -f old.rui.key rui.key; } && \
                 { test ! -e old.rui.crt || mv -f old.rui.crt rui.crt; } && rm -f old.rui.iofilter-certs*"
                .to_owned(),
            Self::RestoreSmsSelfSigned => restore_entry_by_hand!("sms_self_signed").to_owned(),
            Self::RestoreSpsExtension => restore_entry_by_hand!("sps-extension").to_owned(),
            _ if self.is_of_run() => format!("date +%s | ( {} )", self.text()),
            _ => self.text().to_owned(),
        }
    }

    /// What it means that the command ended with this code, where it is one of its own, and what a person does then.
    pub fn refusal(self, exit_code: i32) -> Option<&'static str> {
        let sets_aside = matches!(self, Self::SetHostCertificateAside | Self::SetRemainsAside);
        (sets_aside && exit_code == IN_THE_WAY).then_some(
            "`old.rui.crt` or `old.rui.key` is in the way in /etc/vmware/ssl, and no repair of this tool has put it there: somebody may be at work on the host by hand, or has been; see whose it is, give it another name, and plan again",
        )
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
