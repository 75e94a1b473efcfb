//! Certificates that this machine is shown and vCenter is not: what inspects TLS in between makes such.

use std::collections::{BTreeMap, BTreeSet};

use super::{Case, Port};
use crate::certificate::{Certificate, ChainVerdict};
use crate::facts::{Host, Provider};

impl<'a> Case<'a> {
    /// The certificate that a connected host shows to us on a port, if an authority made it that vCenter does not know, and
    /// vCenter has something else of that port by all that it says: of 443 the thumbprint and the end, of 9080 the
    /// certificate with which the provider is online. SMS may have an old copy: an authority that vCenter accepts on 443 is
    /// none that only we are shown.
    pub(crate) fn stranger(&self, host: &Host, port: Port) -> Option<&'a Certificate> {
        let leaf = self.leaf(host, port).ok().filter(|_| host.is_connected())?;
        let is_denied = match port {
            Port::Host => {
                let end = host.reported.value().and_then(|told| told.not_after);
                is_unexpected(host, leaf) && end.is_some_and(|end| end != leaf.not_after)
            }
            Port::Provider => {
                let own = self.leaf(host, Port::Host).ok().filter(|own| own.issuer == leaf.issuer);
                let is_known = own.is_some_and(|own| !is_unexpected(host, own));
                !is_known && self.online_with(host).is_some_and(|stored| stored.issuer != leaf.issuer)
            }
        };
        (is_denied && self.is_of_nobody_known(host, port, leaf)).then_some(leaf)
    }

    /// The certificate that SMS has of the host's provider, while it is online with it.
    pub(crate) fn online_with(&self, host: &Host) -> Option<&'a Certificate> {
        let provider = self.canonical_provider(host).filter(|provider: &&Provider| provider.is_online())?;
        self.certificate(provider.certificate.value()?).ok()
    }

    /// At how many hosts strangers of this issuer are shown.
    pub(crate) fn hosts_with_strangers_of(&self, issuer: &str) -> usize {
        let count = || {
            let mut counts: BTreeMap<&'a str, usize> = BTreeMap::new();
            for host in self.facts.hosts.values() {
                let shown = [Port::Host, Port::Provider].into_iter().filter_map(|port| self.stranger(host, port));
                for issuer in shown.map(|leaf| leaf.issuer.as_str()).collect::<BTreeSet<&'a str>>() {
                    let count = counts.entry(issuer).or_default();
                    *count = count.saturating_add(1);
                }
            }
            counts
        };
        self.strangers.get_or_init(count).get(issuer).copied().unwrap_or(0)
    }

    fn is_of_nobody_known(&self, host: &Host, port: Port, leaf: &Certificate) -> bool {
        let Some(shown) = port.of(host).value().filter(|_| !leaf.self_issued) else { return false };
        let chain = self.chain(shown);
        matches!(chain, Ok(ChainVerdict::UnknownIssuer { .. } | ChainVerdict::Incomplete { .. }))
            && self.completed(shown).is_none()
    }
}

/// True when vCenter keeps another thumbprint of the host than this certificate's, of either digest.
pub(crate) fn is_unexpected(host: &Host, leaf: &Certificate) -> bool {
    let digits = |text: &str| text.trim().replace(':', "").to_ascii_lowercase();
    let own = [digits(&leaf.sha1_thumbprint), digits(&leaf.fingerprint.to_string())];
    host.expected_thumbprint.value().is_some_and(|expected| !own.contains(&digits(expected)))
}
