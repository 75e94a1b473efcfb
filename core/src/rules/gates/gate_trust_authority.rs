//! ## What it finds
//!
//! vSphere Trust Authority attests an ESXi host.
//!
//! ## Why it hurts
//!
//! It does not. The host's identity counts there: after a new certificate the host may no longer be attested, and
//! encrypted machines on it may not start.
//!
//! ## How it shows
//!
//! The vSphere Client shows the attestation at the host, under Monitor, Security.
//!
//! ## What cures it
//!
//! Nothing needs a cure. Let whoever runs Trust Authority renew this host's certificate and attest it anew.
//!
//! ## Sources
//!
//! Known from practice; no text confirms it (grade D).

use crate::case::{Case, Verdict};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::Host;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "gate-trust-authority",
    severity: Severity::Info,
    grade: Grade::D,
    title: "vSphere Trust Authority attests an ESXi host",
    rank: 110,
    explains: &[],
    log: None,
    cure: Cure::ByHand("let whoever runs vSphere Trust Authority renew the certificate of this host"),
    check: Check::Host(check),
    source: include_str!("gate_trust_authority.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(_: &Case<'_>, host: &Host) -> Verdict {
    // Not known is no note: before a change the host is asked again.
    if !host.attestation.value().is_some_and(|attestation| attestation.trust_authority) {
        return Verdict::NotApplicable;
    }
    Verdict::found(
        format!("host `{}` is attested by vSphere Trust Authority", host.name),
        vec![Evidence::new("attested by", "vSphere Trust Authority")],
    )
}

#[cfg(test)]
mod tests {
    use crate::facts::Attestation;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen};

    fn with(change: impl Fn(&mut Fleet)) -> Fleet {
        let mut fleet = Fleet::of(1);
        change(&mut fleet);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "attested",
                "A host of Trust Authority",
                "A healthy host that Trust Authority attests.",
                with(|fleet| {
                    fleet.host(1).attestation =
                        seen(Attestation { tpm: Some("accepted".to_owned()), trust_authority: true });
                }),
            ),
            Case::near_miss(
                "tpm-alone",
                "A TPM that vCenter itself attests",
                "The near miss of `attested`: a TPM is in most new hosts, and vCenter accepts it by itself.",
                with(|fleet| {
                    fleet.host(1).attestation =
                        seen(Attestation { tpm: Some("accepted".to_owned()), trust_authority: false });
                }),
            ),
        ]
    }
}
