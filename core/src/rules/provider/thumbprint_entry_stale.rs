//! ## What it finds
//!
//! The mode is `thumbprint`, and the entry of the store `SMS` for a connected ESXi host holds another certificate than
//! its port 9080 shows, or none that reads.
//!
//! ## Why it hurts
//!
//! The host got a new certificate, and SPS goes on to trust the one before: it refuses the host.
//!
//! ## How it shows
//!
//! The vSphere Client shows the provider offline or disconnected. `sps-runtime.log.stderr` fills with certificate errors
//!
//!
//! ## What cures it
//!
//! Make the entry anew from the certificate on port 9080 (not from that on 443), after comparing its fingerprint on the
//! host itself, and restart the service `sps`. Better, leave the mode.
//!
//! ## Sources
//!
//! KB 318194 (grade A, in part).

use super::thumbprint::{Pin, pin};
use crate::case::{Case, Verdict, known};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::Host;
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "thumbprint-entry-stale",
    severity: Severity::High,
    grade: Grade::A,
    title: "in mode thumbprint, vCenter has pinned another certificate of a provider than its port shows",
    rank: 46,
    explains: &[
        "provider-cert-cached-stale",
        "provider-cert-invalid",
        "provider-connected-unsynced",
        "provider-disconnected",
        "provider-missing",
        "provider-offline",
        "provider-status-unknown",
        "provider-syncerror",
    ],
    log: Some(Leg::ServerTrust),
    cure: Cure::Remedy("replace-thumbprint-entry"),
    check: Check::Host(check),
    source: include_str!("thumbprint_entry_stale.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let Pin::Stale { entry, served } = known!(pin(case, host)) else { return Verdict::Fine };
    let pinned = entry.certificate.map_or_else(|| "no certificate that reads".to_owned(), |pinned| pinned.short());
    let message = format!(
        "vCenter has pinned {pinned} for the provider of host `{}`, and its port 9080 shows {}",
        host.name,
        served.short()
    );
    Verdict::found(message, vec![Evidence::new("store `SMS`", format!("`{}`: {pinned}", entry.alias))])
}

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::provider::thumbprint::testing::{add, pinned};
    use crate::rules::testing::{Fleet, Leaf, seen};

    /// The host got a new certificate a minute ago; the entry follows or does not.
    fn renewed(is_pinned: bool) -> Fleet {
        let mut fleet = pinned(1);
        let fresh = fleet.issue(&Leaf::of("esx01.lab.test").begins(-60));
        fleet.serve(1, fresh);
        if is_pinned {
            add(&mut fleet, "https://esx01.lab.test:9080/version.xml", Some(fresh));
        }
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        let mut down = renewed(false);
        down.provider(1).status = seen("disconnected".to_owned());
        vec![
            Case::cause(
                "renewed",
                "The host was renewed and its entry was not",
                "`esx01.lab.test` got a new certificate a minute ago. The store `SMS` still pins the one before.",
                down,
            ),
            Case::near_miss(
                "pinned-anew",
                "Renewed, and pinned anew",
                "The entry holds what the port shows.",
                renewed(true),
            ),
        ]
    }

    #[test]
    fn an_entry_without_a_certificate_pins_nothing() {
        let mut fleet = pinned(1);
        add(&mut fleet, "https://esx01.lab.test:9080/version.xml", None);
        fleet.has_one_cause("thumbprint-entry-stale");
    }
}
