//! ## What it finds
//!
//! What this machine is shown on ports 443 and 9080 of an ESXi host comes from one authority that vCenter does not
//! know, and vCenter itself sees something else on both: the thumbprint that it keeps of the host differs, and the
//! provider is online with another certificate.
//!
//! It takes both witnesses. A thumbprint alone that differs, or an old copy in SMS alone, is another trouble.
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

use crate::case::{Case, Port, Verdict, certificate_seen, known};
use crate::certificate::{Certificate, ChainVerdict};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{Host, Provider};
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
    let (Ok(own), Ok(served)) = (case.leaf(host, Port::Host), case.leaf(host, Port::Provider)) else {
        return Verdict::NotApplicable;
    };
    let Some(provider) = case.canonical_provider(host).filter(|provider| provider.is_online()) else {
        return Verdict::NotApplicable;
    };
    let (Some(expected), Some(stored)) = (host.expected_thumbprint.value(), stored(case, provider)) else {
        return Verdict::NotApplicable;
    };
    let is_seen_by_vcenter = has_thumbprint(own, expected) || stored == served || stored == own;
    if is_seen_by_vcenter || own.issuer != served.issuer || own.issuer == stored.issuer {
        return Verdict::Fine;
    }
    let chain = known!(case.chain(known!(host.on_443.known())));
    if !matches!(chain, ChainVerdict::UnknownIssuer { .. }) || own.self_issued {
        return Verdict::Fine;
    }
    Verdict::found(
        format!(
            "this machine is shown certificates of `{}` by host `{}`, vCenter is shown others",
            own.issuer, host.name
        ),
        vec![
            certificate_seen(Port::Host.certificate(), own),
            certificate_seen(Port::Provider.certificate(), served),
            certificate_seen("certificate that SMS uses, online", stored),
            Evidence::new("thumbprint of the host in vCenter", expected.as_str()),
        ],
    )
}

/// Whether it is the certificate of this thumbprint, SHA-1 or SHA-256, with or without colons.
fn has_thumbprint(certificate: &Certificate, thumbprint: &str) -> bool {
    let digits = |text: &str| text.trim().replace(':', "").to_ascii_lowercase();
    let (sha1, sha256) = (digits(&certificate.sha1_thumbprint), digits(&certificate.fingerprint.to_string()));
    [sha1, sha256].contains(&digits(thumbprint))
}

fn stored<'a>(case: &Case<'a>, provider: &Provider) -> Option<&'a Certificate> {
    case.certificate(provider.certificate.value()?).ok()
}

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::provider::thumbprint::testing::pinned;
    use crate::rules::testing::{Authority, Fleet, Leaf, shown};

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
        replaced.provider(1).certificate =
            forged.map_or_else(|| unreachable!("it is shown"), crate::rules::testing::seen);
        vec![
            Case::cause(
                "web-gateway",
                "A gateway inspects TLS between this machine and the hosts",
                "Both ports of `esx01.lab.test` seem to have certificates of a gateway. vCenter keeps another thumbprint, and \
                 its provider is online with the certificate of VMCA: the host is healthy.",
                inspected(),
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
}
