//! ## What it finds
//!
//! Among the CA certificates of a connected ESXi host below 9.0 is a certificate of the same name as vCenter's
//! `sms_self_signed`, and not that one itself.
//!
//! ## Why it hurts
//!
//! The SMS certificate was made anew, by SPS ahead of its end or by a person, and the host still trusts the one
//! before: it refuses vCenter. Where several hosts show this, `sms-regenerated-fleet-pending` leads.
//!
//! ## How it shows
//!
//! The vSphere Client shows the provider offline or disconnected. `sps.log` shows S-01, then S-02 and S-03; S-18
//! tells of the renewal.
//!
//! ## What cures it
//!
//! Add the present certificate to the CA certificates of the host, then synchronise and reconnect the provider. Leave
//! the earlier one until all is well.
//!
//! ## Sources
//!
//! KB 440183 (grade A); what the host trusts (grade B); that the name stays the same when it is made anew (grade C).

use super::{SmsTrust, sms_trust};
use crate::case::{Case, Verdict, certificate_seen, known};
use crate::diagnostic::Severity;
use crate::facts::Host;
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "castore-stale-sms",
    severity: Severity::Critical,
    grade: Grade::B,
    title: "a host trusts an earlier certificate of SPS, not the present one",
    rank: 42,
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
    log: Some(Leg::ClientTrust),
    cure: Cure::Remedy("trust-sms-certificate"),
    check: Check::Host(check),
    source: include_str!("castore_stale_sms.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let SmsTrust::Stale { older, present } = known!(sms_trust(case, host)) else { return Verdict::Fine };
    let message = format!(
        "host `{}` trusts the SMS certificate {} of {}, and the present one is {}",
        host.name,
        older.fingerprint.short(),
        older.not_before.date(),
        present.fingerprint.short()
    );
    let evidence = [("earlier SMS certificate", older), ("present SMS certificate", present)];
    Verdict::found(message, evidence.map(|(what, certificate)| certificate_seen(what, certificate)).to_vec())
}

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, Leaf, seen};

    /// The certificate was made anew an hour ago, and host 1 did not get it.
    fn made_anew() -> Fleet {
        let mut fleet = Fleet::of(1);
        let fresh = fleet.keep(Leaf::of("sms_self_signed").begins(-3600).self_signed("SMS"));
        fleet.vcenter().sms.sms_self_signed = seen(fresh);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        let mut down = made_anew();
        down.provider(1).status = seen("disconnected".to_owned());
        let mut both = made_anew();
        let present = both.vcenter().sms.sms_self_signed.value().copied();
        let held = both.host(1).ca_store.value().cloned().unwrap_or_default();
        both.host(1).ca_store = seen(held.into_iter().chain(present).collect());
        vec![
            Case::cause(
                "made-anew",
                "SPS made its certificate anew, and this host still trusts the one before",
                "Both certificates are named `sms_self_signed`, and only one of them is the present one. \
                 `esx01.lab.test` holds the other.",
                down,
            ),
            Case::near_miss(
                "both-held",
                "An earlier one beside the present one does no harm",
                "`esx01.lab.test` holds both; the earlier one is left until all is well.",
                both,
            ),
        ]
    }
}
