//! Acts and conditions in words: what is done, what a person would do instead, and what is waited for.

use super::{Act, Condition};
use crate::facts::ConnectionState;

impl Act {
    /// What it does, as an imperative for people, without the host's name.
    pub fn title(&self) -> String {
        match self {
            Self::SyncProvider { .. } => "synchronise the storage provider".to_owned(),
            Self::ReconnectProvider { .. } => "reconnect the storage provider".to_owned(),
            Self::UnregisterProvider { provider } => format!("unregister the storage provider `{}`", provider.0),
            Self::AwaitProvider { .. } => "wait until the storage provider is registered and online".to_owned(),
            Self::RegisterProvider { url, .. } => format!("register the storage provider at `{url}`"),
            Self::PushRoots { .. } => "push vCenter's trusted roots to the host's CA store".to_owned(),
            Self::RenewHostCertificate { .. } => "renew the host certificate by vCenter".to_owned(),
            Self::RequestSigning { .. } => "have the host make a certificate signing request".to_owned(),
            Self::InstallHostCertificate { certificate, .. } => {
                format!("install the host certificate {}", certificate.fingerprint.short())
            }
            Self::AddToCaStore { certificates, .. } => {
                let names: Vec<String> = certificates.iter().map(|one| one.fingerprint.short()).collect();
                format!("add to the host's CA store: {}", names.join(", "))
            }
            Self::TrustClientCertificate { .. } => {
                "add to the host's CA store: the certificate that SPS shows by then".to_owned()
            }
            Self::Shell { command, .. } => format!("run `{}`", command.title()),
            Self::NotifyServices { .. } => "tell the host's services of its new certificate".to_owned(),
            Self::DisconnectHost { .. } => "disconnect the ESXi host from vCenter".to_owned(),
            Self::ReconnectHost { .. } => "reconnect the ESXi host to vCenter".to_owned(),
            Self::RestartSps => "restart the service `sps` on vCenter".to_owned(),
            Self::StartSps => "start the service `sps` on vCenter".to_owned(),
            Self::DeleteClientEntry { entry } => {
                format!("keep and delete the entry `{}` of the store `SMS`, for SPS to make it anew", entry.alias())
            }
            Self::RestoreClientEntry { entry } => {
                format!("put the entry `{}` of the store `SMS` back as it was kept", entry.alias())
            }
            Self::PinProvider { url, certificate } => {
                format!("have SPS accept the certificate {} of `{url}`", certificate.fingerprint.short())
            }
            Self::UnpinProvider { url } => format!("delete the entry `{url}` of the store `SMS`"),
            Self::SetRuleSet { key, enabled: true, .. } => format!("enable the firewall rule set `{key}`"),
            Self::SetRuleSet { key, enabled: false, .. } => format!("disable the firewall rule set `{key}`"),
            Self::SetAllowedAddresses { key, addresses, .. } if addresses.is_empty() => {
                format!("open the firewall rule set `{key}` for all addresses")
            }
            Self::SetAllowedAddresses { key, addresses, .. } => {
                format!("open the firewall rule set `{key}` for {}", addresses.join(", "))
            }
            Self::SetTimeServers { servers, .. } => format!("set the host's time servers: {}", servers.join(", ")),
            Self::ClearAlarms { alarms, .. } => {
                let names: Vec<String> =
                    alarms.iter().map(|one| format!("`{}` at `{}`", one.alarm, one.entity)).collect();
                format!("reset to green the alarms {}", names.join(", "))
            }
            Self::AcknowledgeAlarm { alarm, .. } => format!("acknowledge the alarm `{alarm}`"),
            Self::StartService { service, .. } => format!("start the service `{service}` on the ESXi host"),
            Self::StopService { service, .. } => format!("stop the service `{service}` on the ESXi host"),
        }
    }

    /// What a person would type or click to do the same; for a run that got stuck.
    pub fn by_hand(&self, host: &str) -> String {
        let client = |what: &str| format!("in the vSphere Client, {what}");
        match self {
            Self::SyncProvider { .. } | Self::AwaitProvider { .. } => {
                client(&format!("Configure > Storage Providers, select the provider of `{host}`, Synchronize"))
            }
            Self::ReconnectProvider { .. } => {
                client(&format!("Configure > Storage Providers, select the provider of `{host}`, Rescan"))
            }
            Self::UnregisterProvider { provider } => {
                client(&format!("Configure > Storage Providers, remove the provider with uid `{}`", provider.0))
            }
            Self::RegisterProvider { url, .. } => format!(
                "on the vCenter appliance, run: service-control --restart vmware-sps; SPS then registers `{url}` by itself"
            ),
            Self::PushRoots { .. } => client(&format!("`{host}`, Configure > Certificate, Refresh CA Certificates")),
            Self::RenewHostCertificate { .. } => client(&format!("`{host}`, Configure > Certificate, Renew")),
            Self::RequestSigning { .. } => {
                client(&format!("`{host}`, Configure > Certificate, Manage with External CA, Generate CSR"))
            }
            Self::InstallHostCertificate { .. } => {
                client(&format!("`{host}`, Configure > Certificate, Manage with External CA, import the certificate"))
            }
            Self::AddToCaStore { .. } => format!(
                "on `{host}`, back up /etc/vmware/ssl/castore.pem, append the certificates of this step, and run `/etc/init.d/iofiltervpd restart`"
            ),
            Self::TrustClientCertificate { .. } => format!(
                "on `{host}`, back up /etc/vmware/ssl/castore.pem, append what `vecs-cli entry getcert --store SMS --alias sms_self_signed` prints on the appliance, and run `/etc/init.d/iofiltervpd restart`"
            ),
            Self::Shell { command, .. } => format!("on `{host}`, run: {}", command.by_hand()),
            Self::NotifyServices { .. } => format!("on `{host}`, run: services.sh restart"),
            Self::DisconnectHost { .. } => client(&format!("`{host}`, Connection > Disconnect")),
            Self::ReconnectHost { .. } => client(&format!("`{host}`, Connection > Connect")),
            Self::RestartSps => "on the vCenter appliance, run: service-control --restart vmware-sps".to_owned(),
            Self::StartSps => "on the vCenter appliance, run: service-control --start vmware-sps".to_owned(),
            Self::DeleteClientEntry { entry } => format!("on the vCenter appliance, run: {}", entry.delete().by_hand()),
            Self::RestoreClientEntry { entry } => {
                format!("on the vCenter appliance, run: {}", entry.restore().by_hand())
            }
            Self::PinProvider { url, .. } => format!(
                "on the vCenter appliance, save the certificate of `{url}` as FILE and run: vecs-cli entry create --store SMS --alias {url} --cert FILE"
            ),
            Self::UnpinProvider { url } => {
                format!("on the vCenter appliance, run: vecs-cli entry delete --store SMS --alias {url} -y")
            }
            Self::SetRuleSet { key, enabled, .. } => {
                format!("on `{host}`, run: esxcli network firewall ruleset set --ruleset-id {key} --enabled {enabled}")
            }
            Self::SetAllowedAddresses { key, addresses, .. } => {
                let wanted = if addresses.is_empty() { "all".to_owned() } else { addresses.join(", ") };
                client(&format!("`{host}`, Configure > Firewall, rule set `{key}`, allowed addresses: {wanted}"))
            }
            Self::SetTimeServers { servers, .. } => {
                client(&format!("`{host}`, Configure > Time Configuration, NTP servers: {}", servers.join(", ")))
            }
            Self::ClearAlarms { .. } => client("Monitor > Triggered Alarms, the alarms of this step, Reset to Green"),
            Self::AcknowledgeAlarm { alarm, entity, .. } => {
                client(&format!("`{entity}`, Monitor > Triggered Alarms, `{alarm}`, Reset to Green"))
            }
            Self::StartService { service, .. } => client(&format!("`{host}`, Configure > Services, start `{service}`")),
            Self::StopService { service, .. } => client(&format!("`{host}`, Configure > Services, stop `{service}`")),
        }
    }
}

impl Condition {
    /// In words, for people: what is waited for.
    pub fn in_words(&self) -> String {
        match self {
            Self::Never => "never".to_owned(),
            Self::Both { left, right } => format!("{} and {}", left.in_words(), right.in_words()),
            Self::Either { left, right } => format!("{} or {}", left.in_words(), right.in_words()),
            Self::HostCertificateIs { certificate, .. } => format!("port 443 shows `{}`", certificate.short()),
            Self::ClientTrusted { .. } => "the CA store holds the certificate that SPS shows".to_owned(),
            Self::HostRegistered { .. } => "the host has a storage provider".to_owned(),
            Self::UrlRegistered { url } => format!("a storage provider is registered at `{url}`"),
            Self::ClientEntryDeleted { entry, .. } => format!("the entry `{}` is deleted", entry.alias()),
            Self::ClientEntryRenewed { entry, .. } => format!("the entry `{}` holds a new certificate", entry.alias()),
            Self::StoreEntryIs { alias, certificate: Some(certificate) } => {
                format!("the entry `{alias}` holds `{}`", certificate.short())
            }
            Self::StoreEntryIs { alias, certificate: None } => format!("there is no entry `{alias}`"),
            Self::RuleSetIs { enabled: true, .. } => "the firewall rule set of port 9080 is enabled".to_owned(),
            Self::RuleSetIs { enabled: false, .. } => "the firewall rule set of port 9080 is disabled".to_owned(),
            Self::RuleSetAllows { addresses, .. } if addresses.is_empty() => {
                "port 9080 is open for all addresses".to_owned()
            }
            Self::RuleSetAllows { addresses, .. } => format!("port 9080 is open for {}", addresses.join(", ")),
            Self::TimeServersAre { servers, .. } => format!("the host asks the time servers {}", servers.join(", ")),
            Self::ClockAgrees { seconds, .. } => format!("the host's clock is within {seconds} s of vCenter's"),
            Self::AlarmsGone { alarms } => format!("{} alarms are green", alarms.len()),
            Self::AlarmQuiet { alarm, .. } => format!("the alarm `{alarm}` is acknowledged or gone"),
            Self::HostCertificateReplaced { before, .. } => {
                format!("port 443 shows a trusted certificate other than `{}`", before.short())
            }
            Self::HostCertificateEndsAfter { before, .. } => {
                format!("port 443 shows a certificate that ends after {}", before.date())
            }
            Self::DiskCertificateEndsAfter { before, .. } => {
                format!("`rui.crt` holds a certificate that ends after {}", before.date())
            }
            Self::HostCertificateChanged { before, .. } => {
                format!("port 443 shows a certificate other than `{}`", before.short())
            }
            Self::ListenerFollowsHost { .. } => "port 9080 shows the certificate of port 443".to_owned(),
            Self::CaStoreHolds { certificates, .. } => {
                format!("the CA store holds {} certificates that it needs", certificates.len())
            }
            Self::RevocationListsHold { .. } => {
                "the CA store holds a revocation list of each issuer that it had one of".to_owned()
            }
            Self::CaStoreIsBack { .. } => {
                "the CA store holds what it held before, and nothing that the change added".to_owned()
            }
            Self::HostIs { state, .. } => match state {
                ConnectionState::Connected => "vCenter says `connected`".to_owned(),
                ConnectionState::Disconnected => "vCenter says `disconnected`".to_owned(),
                ConnectionState::NotResponding => "vCenter says `notResponding`".to_owned(),
                ConnectionState::Other(word) => format!("vCenter says `{word}`"),
            },
            Self::Service { service, running: true, .. } => format!("the service `{service}` runs"),
            Self::Service { service, running: false, .. } => format!("the service `{service}` is stopped"),
            Self::ProviderWell { .. } => "the storage provider is online with the certificate of port 9080".to_owned(),
            Self::ProvidersWell { hosts } => format!("the storage providers of {} hosts are online", hosts.len()),
            Self::ProviderGone { .. } => "the storage provider is gone".to_owned(),
            Self::SpsWell => "the service `sps` is started and healthy".to_owned(),
            Self::HostPairAside { .. } => "what was left of `rui.crt` and `rui.key` is set aside".to_owned(),
            Self::RemainsInPlace { .. } => "`rui.crt` and `rui.key` are what they were".to_owned(),
            Self::HostCertificateSetAside { .. } => "`old.rui.crt` and `old.rui.key` hold the earlier pair".to_owned(),
            Self::HostCertificateGenerated { .. } => "`rui.crt` holds a new certificate".to_owned(),
            Self::HostCertificateOnDisk { .. } => "`rui.crt` holds the earlier certificate".to_owned(),
            Self::AgentsFollowDisk { .. } => "port 443 shows the certificate of `rui.crt`".to_owned(),
        }
    }
}
