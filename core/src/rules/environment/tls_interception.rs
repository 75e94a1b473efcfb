//! ## What it finds
//!
//! What this machine is shown by an ESXi host, on port 443, on port 9080 or on both, comes from an authority that vCenter
//! does not know, and vCenter itself sees something else there. For port 443 the thumbprint and the end that vCenter keeps
//! of the host's certificate say so, for port 9080 the certificate with which the provider is online.
//!
//! Where one port of one host alone is shown otherwise, someone may have replaced its certificate behind vCenter's back:
//! then it cannot be told. It is found where both ports of a host show the same authority, or where a second connected
//! host is shown with it too.
//!
//! ## Why it hurts
//!
//! Something between this machine and the hosts breaks TLS open, as inspecting firewalls do. Dates, names and chains
//! that were seen from here are those of the inspector; acting on them would harm healthy hosts.
//!
//! ## How it shows
//!
//! Nothing shows in the vSphere Client or in any log: for vCenter all is well. Only tools on this side complain.
//!
//! ## What cures it
//!
//! Run from vCenter's network, or exempt the hosts from inspection.
//!
//! ## Sources
//!
//! An inference from what both sides see (grade C).

use crate::case::{Case, Port, Verdict, certificate_seen, is_unexpected};
use crate::certificate::Certificate;
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{Host, Missing, MissingReason};
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "tls-interception",
    severity: Severity::High,
    grade: Grade::C,
    title: "this machine is shown other certificates of a host than vCenter is",
    rank: 8,
    explains: &[
        "auto-renew-race",
        "cert-not-yet-valid",
        "host-cert-chain-incomplete",
        "host-cert-expired",
        "host-cert-expiring-hard",
        "host-cert-expiring-soft",
        "host-cert-foreign-ca",
        "host-cert-name-mismatch",
        "host-cert-no-san",
        "host-cert-old-vmca-root",
        "host-cert-untrusted-custom",
        "host-cert-weak",
        "host-cert-wildcard",
        "provider-cert-cached-stale",
        "provider-cert-expired",
        "provider-cert-invalid",
        "provider-connected-unsynced",
        "provider-disconnected",
        "provider-missing",
        "provider-offline",
        "provider-status-unknown",
        "provider-syncerror",
        "thumbprint-entry-stale",
        "vcdb-thumbprint-mismatch",
        "vp-cert-expired",
        "vp-cert-expiring-hard",
        "vp-cert-expiring-soft",
        "vp-cert-newer-than-host",
        "vp-cert-stale",
    ],
    log: None,
    cure: Cure::ByHand(
        "run this from vCenter's network, or take what inspects TLS out of the way to the hosts; change nothing on the hosts by what was seen from here",
    ),
    check: Check::Host(check),
    source: include_str!("tls_interception.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let (own, served) = (case.stranger(host, Port::Host), case.stranger(host, Port::Provider));
    let on_both = served.filter(|served| is_on_both(case, host, served));
    let Some(forged) = on_both.or(own).or(served) else { return Verdict::NotApplicable };
    if on_both.is_none() && case.hosts_with_strangers_of(&forged.issuer) < FLEET {
        return Verdict::Unknown(alone(host, forged));
    }
    let shown = [Port::Host, Port::Provider].into_iter().filter_map(|port| {
        let leaf = case.leaf(host, port).ok().filter(|leaf| leaf.issuer == forged.issuer)?;
        Some(certificate_seen(port.certificate(), leaf))
    });
    let stored = case.online_with(host).map(|stored| certificate_seen("certificate that SMS uses, online", stored));
    let expected = host.expected_thumbprint.value();
    let expected = expected.map(|expected| Evidence::new("thumbprint of the host in vCenter", expected.as_str()));
    Verdict::found(
        format!(
            "this machine is shown certificates of `{}` by host `{}`, vCenter is shown others",
            forged.issuer, host.name
        ),
        shown.chain(stored).chain(expected).collect(),
    )
}

/// Whether port 443 shows the same authority as port 9080, and vCenter knows neither by thumbprint nor from SMS what it
/// shows.
fn is_on_both(case: &Case<'_>, host: &Host, served: &Certificate) -> bool {
    let Ok(own) = case.leaf(host, Port::Host) else { return false };
    own.issuer == served.issuer && is_unexpected(host, own) && case.online_with(host) != Some(own)
}

fn alone(host: &Host, forged: &Certificate) -> Missing {
    Missing {
        reason: MissingReason::NotSent,
        message: format!(
            "whether host `{}` itself shows the certificate of `{}`, which vCenter has not seen, or something before it does, cannot be told",
            host.name, forged.issuer
        ),
        help: "compare the fingerprint with the one on the host's console, or look from vCenter's network".to_owned(),
    }
}

/// So many hosts are no change that somebody made to one.
const FLEET: usize = 2;

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::provider::thumbprint::testing::pinned;
    use crate::rules::testing::{Authority, Fleet, Leaf, presenting, seen, shown};

    /// A fleet of which this machine sees host 1 through an inspector.
    fn inspected() -> Fleet {
        let mut fleet = Fleet::of(1);
        let forged = fleet.keep(Authority::root("Web Gateway", "Security").sign(&Leaf::of("esx01.lab.test")));
        fleet.host(1).on_443 = shown(forged);
        fleet.host(1).on_9080 = shown(forged);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        let mut replaced = inspected();
        let forged = replaced.host(1).on_9080.value().map(|shown| shown.leaf);
        replaced.provider(1).certificate = forged.map_or_else(|| unreachable!("it is shown"), seen);
        vec![
            Case::cause(
                "web-gateway",
                "A gateway inspects TLS between this machine and the hosts",
                "Both ports of `esx01.lab.test` seem to have certificates of a gateway. vCenter keeps another thumbprint, and \
                 its provider is online with the certificate of VMCA: the host is healthy.",
                inspected(),
            ),
            Case::cause(
                "port-443-alone",
                "A gateway inspects what goes to port 443 and lets port 9080 pass",
                "Two hosts seem to have certificates of a gateway on port 443. vCenter keeps the thumbprints and dates of those \
                 of VMCA, and port 9080 shows them.",
                inspected_on_443(2),
            ),
            Case::near_miss(
                "replaced-for-all-to-see",
                "Someone gave the host a certificate of another authority",
                "The near miss of `web-gateway`: the same certificate on both ports, and SMS has it too. It is the host's own.",
                replaced,
            ),
        ]
    }

    #[test]
    fn in_mode_thumbprint_what_the_gateway_shows_is_not_pinned() {
        let mut fleet = pinned(1);
        let forged = fleet.keep(Authority::root("Web Gateway", "Security").sign(&Leaf::of("esx01.lab.test")));
        fleet.host(1).on_443 = shown(forged);
        fleet.host(1).on_9080 = shown(forged);
        fleet.follows("thumbprint-entry-stale", "tls-interception");
        fleet.has_one_cause("tls-interception");
    }

    /// Two hosts, of which this machine sees so many through an inspector of port 443; it sends its own root along.
    fn inspected_on_443(hosts: usize) -> Fleet {
        let mut fleet = Fleet::of(2);
        let gateway = Authority::root("Web Gateway", "Security");
        let root = fleet.keep(gateway.certificate.clone());
        for number in 1..=hosts {
            if let Some(own) = fleet.host(number).on_443.value().map(|shown| shown.leaf) {
                fleet.serve(number, own);
            }
            let forged = gateway.sign(&Leaf::of(&format!("esx{number:02}.lab.test")).ends(300 * 86_400));
            let forged = fleet.keep(forged);
            fleet.host(number).on_443 = seen(presenting(forged, &[root]));
        }
        fleet
    }

    #[test]
    fn one_port_of_one_host_does_not_tell_an_inspector_from_a_replaced_certificate() {
        let codes: Vec<String> =
            inspected_on_443(1).judge().unanswered.into_iter().flat_map(|open| open.codes).collect();
        assert_eq!(codes, ["tls-interception"]);
        assert!(!inspected_on_443(1).codes().contains(&"tls-interception".to_owned()));
        assert_eq!(inspected_on_443(2).causes(), ["tls-interception"; 2]);
    }

    #[test]
    fn a_witness_that_knows_the_certificate_clears_it() {
        let mut fleet = inspected_on_443(2);
        for number in 1..=2 {
            let shown = fleet.host(number).on_443.value().map(|shown| shown.leaf);
            let end = shown.and_then(|leaf| fleet.facts.certificates.find(&leaf).map(|leaf| leaf.not_after));
            let told = fleet.host(number).reported.value().cloned();
            if let Some(told) = told {
                fleet.host(number).reported = seen(crate::facts::ReportedCertificate { not_after: end, ..told });
            }
        }
        assert!(!fleet.codes().contains(&"tls-interception".to_owned()));
    }
}
