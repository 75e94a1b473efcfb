//! What can be done to an ESXi host, by vCenter or by root on its shell, with the effects that the field reports.

use std::sync::Arc;

use time::Duration;

use super::alarm;
use super::host::{Connection, FileContent, Host, ProviderHealth, RuleSet};
use super::{Fault, World};
use crate::pki::{Certificate, Identity, LeafPlan, Signer};
use crate::scenario::Mode;

impl World {
    /// Renews a host's certificate: VMCA signs, 443 serves it at once, the 9080 copy stays (KB 320568) unless the switch says otherwise.
    /// Refused outside `vmca` mode, for a host that is not connected or in maintenance mode, and for an expired certificate.
    pub fn renew_certificate(&mut self, host: &str) -> Result<(), Fault> {
        let (now, mode, switches) = (self.now(), self.mode(), self.switches);
        let target = self.host_or_fault(host)?;
        if mode != Mode::Vmca {
            return Err(Fault::new(
                "NotSupported",
                format!("certificate mode is {}: VMCA does not renew", mode.as_str()),
            ));
        }
        target.must_be_connected()?;
        if target.maintenance {
            return Err(Fault::new("InvalidHostState", format!("{} is in maintenance mode", target.name)));
        }
        if switches.expired_renew_refused && target.machine.certificate.not_after < now {
            return Err(Fault::new(
                "HostConfigFault",
                format!("certificate of {} is expired: reconnect the host", target.name),
            ));
        }
        self.reissue(host)?;
        if switches.renew_refreshes_provider
            && let Some(host) = self.host_mut(host)
        {
            host.refresh_provider_copy();
        }
        Ok(())
    }

    /// Pushes `TRUSTED_ROOTS` into a host's castore. Overwrites it, so `sms_self_signed` is gone, unless the switch says otherwise.
    pub fn refresh_authorities(&mut self, host: &str) -> Result<(), Fault> {
        let (roots, crls) = (self.vcenter.trusted_roots.clone(), self.vcenter.crls.clone());
        let keep = !self.switches.refresh_ca_drops_sms;
        let target = self.host_or_fault(host)?;
        target.must_be_connected()?;
        let kept: Vec<_> = target.castore.iter().filter(|old| keep && !old.is_authority).map(Arc::clone).collect();
        target.castore = roots;
        target.castore_junk.clear();
        target.castore.extend(kept);
        target.crls = crls;
        let (moref, name) = (target.moref.clone(), target.name.clone());
        let text = format!("CA Certificates and CRLs updated on {name}");
        self.record_event("com.vmware.vc.certmgr.HostCaCertsAndCrlsUpdatedEvent", text, Some(&moref));
        Ok(())
    }

    /// Disconnects a host.
    pub fn disconnect_host(&mut self, host: &str) -> Result<(), Fault> {
        let target = self.host_or_fault(host)?;
        target.connection = Connection::Disconnected;
        let (moref, text) = (target.moref.clone(), format!("Disconnected from {}", target.name));
        self.record_event("HostDisconnectedEvent", text, Some(&moref));
        Ok(())
    }

    /// Reconnects a host. In `vmca` mode vCenter issues its certificate anew, expired or not.
    pub fn reconnect_host(&mut self, host: &str) -> Result<(), Fault> {
        let (now, mode, switches) = (self.now(), self.mode(), self.switches);
        let target = self.host_or_fault(host)?;
        target.connection = Connection::Connected;
        let (moref, text) = (target.moref.clone(), format!("Connected to {}", target.name));
        self.record_event("HostConnectedEvent", text, Some(&moref));
        self.clear_alarm(alarm::CONNECTION, Some(&moref));
        let target = self.host_or_fault(host)?;
        target.recorded = Arc::clone(&target.machine.certificate);
        let expired = target.machine.certificate.not_after < now;
        let untrusted = {
            let certificate = Arc::clone(&target.machine.certificate);
            !self.chains_to_roots(&certificate)
        };
        if mode == Mode::Vmca && (switches.reconnect_reissues || expired || untrusted) {
            self.reissue(host)?;
        }
        let sms = self.sms_certificate().map(Arc::clone).filter(|_| switches.reconnect_pushes_sms);
        let target = self.host_or_fault(host)?;
        if switches.reconnect_refreshes_provider {
            target.refresh_provider_copy();
        }
        if let Some(sms) = sms {
            target.add_to_castore(sms);
        }
        Ok(())
    }

    /// Puts a host into maintenance mode, or takes it out.
    pub fn set_maintenance(&mut self, host: &str, wanted: bool) -> Result<(), Fault> {
        let target = self.host_or_fault(host)?;
        target.must_be_connected()?;
        if target.maintenance == wanted {
            return Err(Fault::new("InvalidState", "The operation is not allowed in the current state."));
        }
        target.maintenance = wanted;
        Ok(())
    }

    /// `ReplaceCACertificatesAndCRLs`: the castore holds exactly these from now on. A text that is not PEM is refused.
    pub fn replace_ca_certificates(
        &mut self,
        host: &str,
        certificates: &[String],
        crls: &[String],
    ) -> Result<(), Fault> {
        let target = self.host_or_fault(host)?;
        target.must_be_connected()?;
        let parsed: Result<Vec<_>, _> =
            certificates.iter().map(|pem| Certificate::from_pem(pem).map(Arc::new)).collect();
        let parsed = parsed.map_err(|_| Fault::new("HostConfigFault", "a CA certificate is not a PEM certificate"))?;
        target.castore = parsed;
        target.castore_junk.clear();
        target.crls = crls.to_vec();
        Ok(())
    }

    /// `InstallServerCertificate`: a certificate for the key that the host has. 443 serves it; 9080 does not follow.
    pub fn install_server_certificate(&mut self, host: &str, pem: &str) -> Result<(), Fault> {
        let keys = Arc::clone(self.pki.keys());
        let target = self.host_or_fault(host)?;
        target.must_be_connected()?;
        let certificate = Certificate::from_pem(pem)
            .map_err(|_| Fault::new("HostConfigFault", "the server certificate is not a PEM certificate"))?;
        if !keys.fits(target.machine.key, &certificate) {
            return Err(Fault::new("HostConfigFault", "the server certificate does not belong to the host's key"));
        }
        let identity = Identity { certificate: Arc::new(certificate), key: target.machine.key };
        target.install(identity);
        target.recorded = Arc::clone(&target.machine.certificate);
        Ok(())
    }

    /// `GenerateCertificateSigningRequest`: PEM.
    pub fn signing_request(&mut self, host: &str) -> Result<String, Fault> {
        let target = self.host_or_fault(host)?;
        target.must_be_connected()?;
        let (name, key) = (target.name.clone(), target.machine.key);
        self.pki.signing_request(&name, key).map_err(|_| Fault::new("HostConfigFault", "no request could be made"))
    }

    /// `NotifyAffectedServices`: whether the provider daemon is among them is not known, hence a switch.
    pub fn notify_affected_services(&mut self, host: &str) -> Result<(), Fault> {
        self.host_or_fault(host)?.must_be_connected()?;
        if self.switches.notify_restarts_daemon {
            self.restart_provider_daemon(host)?;
        }
        Ok(())
    }

    /// `StartService`, `StopService` and `RestartService` of a host.
    pub fn set_service(&mut self, host: &str, service: &str, running: bool) -> Result<(), Fault> {
        let target = self.host_or_fault(host)?;
        target.must_be_connected()?;
        let Some(found) = target.services.get_mut(service) else {
            return Err(Fault::new("NotFound", format!("no service `{service}`")));
        };
        found.running = running;
        if service == "ntpd" && running && target.time_servers.iter().all(|server| server != WRONG_TIME_SERVER) {
            target.clock_offset = Duration::ZERO;
        }
        self.doors_moved = true;
        Ok(())
    }

    /// `EnableRuleset`, `DisableRuleset` and `UpdateRuleset` of the provider's rule set.
    pub fn change_rule_set(&mut self, host: &str, change: impl FnOnce(&mut RuleSet)) {
        if let Some(host) = self.host_mut(host) {
            change(&mut host.rule_set);
        }
        self.doors_moved = true;
    }

    /// `UpdateDateTimeConfig`: heeded by the time service when it starts.
    pub fn set_time_servers(&mut self, host: &str, servers: Vec<String>) {
        if let Some(host) = self.host_mut(host) {
            host.time_servers = servers;
        }
    }

    /// `/etc/init.d/iofiltervpd restart` or `start`: the daemon runs, and reads the host's certificate if the switch says so.
    pub fn restart_provider_daemon(&mut self, host: &str) -> Result<(), Fault> {
        let refreshes = self.switches.daemon_restart_refreshes_provider;
        let target = self.host_or_fault(host)?;
        target.provider_daemon = true;
        let is_cured = match target.provider_health {
            ProviderHealth::Well | ProviderHealth::Sick => true,
            ProviderHealth::NoCertificate => refreshes,
            ProviderHealth::NoCommonCipher => false,
        };
        if is_cured {
            target.provider_health = ProviderHealth::Well;
        }
        if refreshes {
            target.refresh_provider_copy();
        }
        self.doors_moved = true;
        Ok(())
    }

    /// `/etc/init.d/iofiltervpd stop`: nothing listens on 9080 any more.
    pub fn stop_provider_daemon(&mut self, host: &str) -> Result<(), Fault> {
        self.host_or_fault(host)?.provider_daemon = false;
        self.doors_moved = true;
        Ok(())
    }

    /// `services.sh restart`: every agent loads what is on disk. vCenter, which knows the old certificate, then gets no answer it trusts.
    /// Without a pair on disk the agents make a self-signed one, as at boot; with one whose halves do not fit they do not come up.
    pub fn restart_agents(&mut self, host: &str) -> Result<(), Fault> {
        if self.host_or_fault(host)?.pair_on_disk().is_none() {
            self.generate_certificates(host)?;
        }
        let keys = Arc::clone(self.pki.keys());
        self.doors_moved = true;
        let target = self.host_or_fault(host)?;
        if let Some(pair) = target.pair_on_disk() {
            target.agents_serve = keys.fits(pair.key, &pair.certificate);
            if !target.agents_serve {
                target.connection = Connection::NotResponding;
                return Ok(());
            }
            target.machine = pair;
        }
        // vCenter talks to whom it knows: it loses a host with another certificate, and finds it again with the one recorded.
        let is_known = target.machine.certificate == target.recorded;
        match target.connection {
            Connection::Connected if !is_known => target.connection = Connection::NotResponding,
            Connection::NotResponding if is_known => target.connection = Connection::Connected,
            _ => {}
        }
        self.restart_provider_daemon(host)
    }

    /// `/sbin/generate-certificates`: a self-signed pair in `rui.crt` and `rui.key`, read by the agents when they restart.
    pub fn generate_certificates(&mut self, host: &str) -> Result<(), Fault> {
        let identity = self.issue_for(host, Signer::Oneself)?;
        let target = self.host_or_fault(host)?;
        target.files.insert("rui.crt".into(), FileContent::Certificate(identity.certificate));
        target.files.insert("rui.key".into(), FileContent::Key(identity.key));
        Ok(())
    }

    /// Has VMCA issue a host's certificate and installs it; vCenter records it. The old one stays in no file.
    fn reissue(&mut self, host: &str) -> Result<(), Fault> {
        let identity = self.issue_for(host, Signer::Vmca)?;
        let roots = self.switches.renewal_pushes_roots.then(|| self.vcenter.trusted_roots.clone());
        let target = self.host_or_fault(host)?;
        target.castore = roots.unwrap_or_else(|| std::mem::take(&mut target.castore));
        target.install(identity);
        target.recorded = Arc::clone(&target.machine.certificate);
        let (moref, name) = (target.moref.clone(), target.name.clone());
        let text = format!("Certificate of host {name} was updated");
        self.record_event("com.vmware.vc.certmgr.HostCertUpdatedEvent", text, Some(&moref));
        Ok(())
    }

    /// A new certificate as vCenter's settings have it: `daysValid` from now, dated back `minutesBefore`, capped by the root's end.
    fn issue_for(&mut self, host: &str, signer: Signer) -> Result<Identity, Fault> {
        let (now, index) = (self.now(), self.host_index(host));
        let days = self.number_option("vpxd.certmgmt.certs.daysValid").unwrap_or(1825);
        let minutes = self.number_option("vpxd.certmgmt.certs.minutesBefore").unwrap_or(1440);
        let root_end = self.pki.vmca.not_after;
        let target = self.host_or_fault(host)?;
        target.turns += 1;
        let (turns, name) = (target.turns, target.name.clone());
        let own = signer == Signer::Oneself;
        let plan = LeafPlan {
            common_name: name.clone(),
            names: vec![name],
            unit: if own { "VMware ESX Server Default Certificate" } else { "VMware Engineering" },
            signer,
            key: self.pki.keys().of_host(index.unwrap_or(0), turns),
            not_before: now - Duration::minutes(minutes),
            not_after: if own { now + Duration::days(4745) } else { root_end.min(now + Duration::days(days)) },
            client: false,
        };
        self.pki.issue(&plan).map_err(|_| Fault::new("HostConfigFault", "Unable to get signed certificate for host"))
    }

    fn host_or_fault(&mut self, host: &str) -> Result<&mut Host, Fault> {
        let gone = || {
            Fault::new(
                "ManagedObjectNotFound",
                "The object has already been deleted or has not been completely created",
            )
        };
        self.host_mut(host).ok_or_else(gone)
    }
}

/// A time server that goes wrong.
pub const WRONG_TIME_SERVER: &str = "wrong.ntp.example";

impl Host {
    /// Adds a certificate to the castore unless it is there.
    pub fn add_to_castore(&mut self, certificate: Arc<Certificate>) {
        if !self.trusts(&certificate) {
            self.castore.push(certificate);
        }
    }

    fn must_be_connected(&self) -> Result<(), Fault> {
        if self.connection == Connection::Connected {
            return Ok(());
        }
        let text = format!("{} is {}", self.name, self.connection.as_str());
        Err(Fault::new("HostNotConnected", text))
    }
}
