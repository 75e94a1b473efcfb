//! What SMS can be asked to do with providers: sync, reconnect, register, unregister.

use std::sync::Arc;

use time::Duration;

use super::alarm;
use super::host::Connection;
use super::provider::{CertificateStatus, Link, Provider, ProviderKind, Status};
use super::sps::{Trouble, UNKNOWN_CHAIN};
use super::vcenter::{SMS_ALIAS, SPS_EXTENSION_ALIAS};
use super::vecs::Entry;
use super::{Fault, World};
use crate::pki::{Certificate, LeafPlan, SMS_KEY, SPS_EXTENSION_KEY, Signer};

impl World {
    /// `VasaProviderSync_Task`: looks at the provider now. A dropped one is not looked at unless the switch says so.
    pub fn sync_provider(&mut self, key: &str) -> Result<(), Fault> {
        let switches = self.switches;
        let index = self.provider_index(key)?;
        if let Some(provider) = self.providers.get_mut(index) {
            if provider.link == Link::Dropped && !switches.sync_revives_disconnected {
                return Err(Fault::new("ProviderSyncFailed", "the provider is disconnected"));
            }
            provider.link = Link::Polled;
        }
        self.look_at(index);
        if self.providers.get(index).is_some_and(|provider| provider.status != Status::Online) {
            return Err(Fault::new("ProviderSyncFailed", "the provider could not be read"));
        }
        if switches.sync_updates_cached_certificate {
            self.remember_served(index);
        }
        Ok(())
    }

    /// `VasaProviderReconnect_Task`: only for a disconnected provider of VASA 2.0 or newer, otherwise nothing happens.
    pub fn reconnect_provider(&mut self, key: &str) -> Result<(), Fault> {
        let index = self.provider_index(key)?;
        let works = self.switches.reconnect_works_on_vasa_one;
        let Some(provider) = self.providers.get_mut(index) else { return Ok(()) };
        if provider.status != Status::Disconnected || (provider.vasa_version == VASA_ONE && !works) {
            return Ok(());
        }
        provider.link = Link::Polled;
        self.look_at(index);
        match self.providers.get(index).and_then(|provider| self.trouble_of(provider)) {
            None => {
                self.remember_served(index);
                Ok(())
            }
            Some(Trouble::ServerCertificate(_)) => {
                let pem =
                    self.providers.get(index).map(|provider| provider.certificate.pem.clone()).unwrap_or_default();
                Err(Fault::new("InvalidCertificate", "the certificate of the provider is not valid")
                    .with("certificate", pem))
            }
            Some(_) => Err(Fault::new("ProviderConnectionFailed", "the provider could not be reached")),
        }
    }

    /// `VasaProviderRefreshCertificate_Task`: for certificates that SPS had VMCA issue, which an IOFilter provider's is not.
    pub fn refresh_provider_certificate(&mut self, key: &str) -> Result<(), Fault> {
        let index = self.provider_index(key)?;
        if !self.switches.refresh_certificate_works {
            let uid = self.providers.get(index).map(|provider| provider.uid.clone()).unwrap_or_default();
            return Err(Fault::new("CertificateRefreshFailed", "the provider does not manage its certificate")
                .with("providerId", uid));
        }
        self.remember_served(index);
        self.look_at(index);
        Ok(())
    }

    /// `VasaProviderRevokeCertificate_Task`: not for IOFilter providers.
    pub fn revoke_provider_certificate(&mut self, key: &str) -> Result<(), Fault> {
        self.provider_index(key)?;
        Err(Fault::new("CertificateRevocationFailed", "the provider does not manage its certificate"))
    }

    /// `SmsRefreshCACertificatesAndCRLs_Task`: reaches VASA 2.0 and newer providers that are online, and changes nothing of ours.
    pub fn refresh_provider_authorities(&mut self, uids: &[String]) -> Result<(), Fault> {
        match uids.iter().find(|uid| self.provider(uid).is_none()) {
            Some(uid) => Err(not_found(uid)),
            None => Ok(()),
        }
    }

    /// `RegisterProvider_Task`. Answers the new managed object id.
    /// Faults: `AlreadyExists` for a known URL, `CertificateNotTrusted` with the certificate seen, `ProviderRegistrationFault` when nothing answers.
    pub fn register_provider(&mut self, name: &str, url: &str, certificate: Option<&str>) -> Result<String, Fault> {
        if let Some(known) = self.providers.iter().find(|provider| provider.url.eq_ignore_ascii_case(url)) {
            return Err(Fault::new("AlreadyExists", "the provider is registered already").with("name", &known.name));
        }
        let provider = self.provider_of_url(name, url)?;
        let served = Arc::clone(&provider.certificate);
        let confirmed = certificate.and_then(|pem| Certificate::from_pem(pem).ok()).is_some_and(|told| told == *served);
        let asks = self.switches.register_asks_for_certificate && !confirmed;
        if confirmed && self.trouble_of(&provider) == Some(Trouble::ServerCertificate(UNKNOWN_CHAIN)) {
            self.vcenter.put_sms_entry(url, Entry::trusted(Arc::clone(&served)));
        }
        match self.trouble_of(&provider) {
            Some(Trouble::NoAnswer) => Err(Fault::new("ProviderRegistrationFault", "the provider does not answer")),
            Some(Trouble::ServerCertificate(_)) if confirmed => {
                Err(Fault::new("InvalidCertificate", "the certificate is not valid").with("certificate", &served.pem))
            }
            Some(Trouble::ServerCertificate(_)) => Err(not_trusted(&served)),
            _ if asks => Err(not_trusted(&served)),
            Some(Trouble::ClientCertificate) => {
                Err(Fault::new("ProviderRegistrationFault", "the provider refused the session"))
            }
            None => {
                let moref = provider.moref.clone();
                self.add_provider(provider);
                Ok(moref)
            }
        }
    }

    /// `UnregisterProvider_Task`, by uid.
    pub fn unregister_provider(&mut self, uid: &str) -> Result<(), Fault> {
        let index = self.providers.iter().position(|provider| provider.uid == uid).ok_or_else(|| not_found(uid))?;
        let gone = self.providers.remove(index);
        let host = self.host_of_provider(&gone).map(|host| host.moref.clone());
        let text = format!("Unregistered vendor provider {}", gone.name);
        self.record_event("com.vmware.vc.iofilter.HostVendorProviderUnregistrationSuccessEvent", text, host.as_deref());
        self.clear_alarm(alarm::DISCONNECTED, host.as_deref());
        Ok(())
    }

    /// Registers a provider for every connected host that has filters and no provider of its own.
    pub(crate) fn register_missing(&mut self) {
        let missing: Vec<(String, String)> = self
            .hosts
            .iter()
            .filter(|host| host.connection == Connection::Connected && !host.filters.is_empty())
            .map(|host| (host.name.clone(), self.provider_url(&host.name)))
            .filter(|(_, url)| !self.providers.iter().any(|provider| provider.url.eq_ignore_ascii_case(url)))
            .collect();
        for (host, url) in missing {
            let outcome = self.register_provider(&format!("IOFILTER Provider {host}"), &url, None);
            let moref = self.host(&host).map(|host| host.moref.clone());
            let (kind, text) = match outcome {
                Ok(_) => {
                    self.clear_alarm(alarm::REGISTRATION, moref.as_deref());
                    ("HostVendorProviderRegistrationSuccessEvent", format!("Registered vendor provider on host {host}"))
                }
                Err(fault) => (
                    "HostVendorProviderRegistrationFailedEvent",
                    format!("Cannot register vendor provider on host {host}: {}", fault.message),
                ),
            };
            // SPS tries at every start, so the same failure is written once only.
            let known = self.vcenter.events.last().is_some_and(|event| event.message == text);
            if !known {
                if kind.ends_with("FailedEvent") {
                    self.raise_alarm(alarm::REGISTRATION, moref.as_deref(), "red");
                }
                self.record_event(&format!("com.vmware.vc.iofilter.{kind}"), text, moref.as_deref());
            }
        }
    }

    /// The URL of a host's provider.
    pub fn provider_url(&self, host: &str) -> String {
        format!("https://{host}:{}/version.xml", self.ports.provider)
    }

    /// Puts a provider into SMS's list, its status as found.
    pub(crate) fn add_provider(&mut self, provider: Provider) {
        self.providers.push(provider);
        self.look_at(self.providers.len() - 1);
    }

    /// A provider as SMS would note it on registering this URL today.
    pub(crate) fn provider_of_url(&mut self, name: &str, url: &str) -> Result<Provider, Fault> {
        let number = self.next_number();
        let mut provider = Provider {
            uid: self.uuid_of(&format!("provider {number}")),
            moref: format!("VasaProvider-{number}"),
            name: name.into(),
            description: String::new(),
            url: url.into(),
            array_id: String::new(),
            vasa_version: VASA_ONE.into(),
            certificate: Arc::clone(&self.pki.vmca),
            status: Status::Online,
            status_fault: None,
            certificate_status: CertificateStatus::Valid,
            last_sync: self.now(),
            link: Link::Polled,
            kind: ProviderKind::IoFilter,
        };
        let unreachable = || Fault::new("ProviderRegistrationFault", "the provider does not answer");
        let from = self.vcenter.address;
        let host = self.host_of_provider(&provider).filter(|host| host.answers_provider(from));
        let host = host.ok_or_else(unreachable)?;
        provider.description = format!("IOFILTER VASA Provider on host {}", host.name);
        provider.array_id = format!("IOFILTERS:{}", host.uuid);
        provider.certificate = Arc::clone(&host.provider.certificate);
        if host.speaks_vasa_five() {
            provider.vasa_version = "5.0".into();
        }
        Ok(provider)
    }

    /// SPS makes its client certificates anew when they are missing (KB 440183, vCert), as if it had done so `age` ago.
    /// It cannot where it may not write the store, or where there is none.
    pub(crate) fn recreate_client_certificates(&mut self, age: Duration) {
        if !self.vcenter.sps_may_write() {
            return;
        }
        if self.vcenter.sms_entry(SMS_ALIAS).is_none() {
            self.issue_client(SMS_ALIAS, Signer::Oneself, SMS_KEY, age);
        }
        let eight_or_newer = !self.vcenter.version.starts_with(['6', '7']);
        if eight_or_newer && self.vcenter.sms_entry(SPS_EXTENSION_ALIAS).is_none() {
            self.issue_client(SPS_EXTENSION_ALIAS, Signer::Vmca, SPS_EXTENSION_KEY, age);
        }
    }

    fn issue_client(&mut self, alias: &str, signer: Signer, key: usize, age: Duration) {
        let begun = self.now() - age;
        let plan = LeafPlan {
            common_name: alias.into(),
            names: vec![self.vcenter.name.clone()],
            unit: "VMware Engineering",
            signer,
            key,
            not_before: begun - Duration::days(1),
            not_after: begun + Duration::days(1825),
            client: true,
        };
        if let Ok(identity) = self.pki.issue(&plan) {
            self.vcenter.put_sms_entry(alias, Entry::pair(identity));
        }
    }

    fn remember_served(&mut self, index: usize) {
        let now = self.now();
        let served = self
            .providers
            .get(index)
            .and_then(|provider| self.host_of_provider(provider))
            .map(|host| Arc::clone(&host.provider.certificate));
        if let (Some(provider), Some(served)) = (self.providers.get_mut(index), served) {
            provider.certificate_status = CertificateStatus::of(&served, now);
            provider.certificate = served;
        }
    }

    fn provider_index(&self, key: &str) -> Result<usize, Fault> {
        self.providers
            .iter()
            .position(|provider| provider.moref == key || provider.uid == key)
            .ok_or_else(|| Fault::new("ManagedObjectNotFound", "the provider was unregistered"))
    }
}

fn not_found(uid: &str) -> Fault {
    Fault::new("NotFound", format!("no provider `{uid}`"))
}

fn not_trusted(served: &Certificate) -> Fault {
    Fault::new("CertificateNotTrusted", "the certificate is not trusted").with("certificate", &served.pem)
}

/// What providers of hosts before 9.0 speak (KB 440183).
pub(crate) const VASA_ONE: &str = "1.5";
