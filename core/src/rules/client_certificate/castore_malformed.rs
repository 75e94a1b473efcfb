//! ## What it finds
//!
//! Among the CA certificates of a connected ESXi host (`castore.pem`) are entries that do not read as certificates.
//!
//! It leads what else is missing in that store: the entry that does not read may be the one that is missing.
//!
//! ## Why it hurts
//!
//! `hostd` reads this file when it starts. With junk in it the host may not come back after the next restart of its
//! agents, and stays disconnected.
//!
//! ## How it shows
//!
//! The vSphere Client shows nothing until `hostd` restarts. `hostd.log` shows X-04.
//!
//! ## What cures it
//!
//! On the host's shell: keep a copy (`cp castore.pem castore.pem.backup`), take out what is not a PEM certificate, and
//! restart `hostd` and `vpxa`. Do not restart the agents before. Nothing of ours writes to such a store.
//!
//! ## Sources
//!
//! KB 367381 (grade A).

use super::store;
use crate::case::{Case, Verdict, known};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::Host;
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "castore-malformed",
    severity: Severity::Critical,
    grade: Grade::A,
    title: "a host's list of trusted CA certificates holds something that is none",
    rank: 38,
    explains: &[
        "castore-empty",
        "castore-missing-machine-issuer",
        "castore-missing-sms",
        "castore-missing-vmca-root",
        "castore-stale-sms",
        "castore-wiped-after-refresh",
        "esx9-client-untrusted",
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
    cure: Cure::ByHand(
        "on the host's shell copy /etc/vmware/ssl/castore.pem away, take out what is not a PEM certificate, then run /etc/init.d/hostd restart and /etc/init.d/vpxa restart (KB 367381)",
    ),
    check: Check::Host(check),
    source: include_str!("castore_malformed.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let junk = &host.ca_store_unreadable;
    if junk.is_empty() {
        known!(store(case, host));
        return Verdict::Fine;
    }
    if !host.is_connected() {
        return Verdict::NotApplicable;
    }
    let message = format!("{} CA certificates of host `{}` do not read as certificates", junk.len(), host.name);
    Verdict::found(message, junk.iter().take(SHOWN).map(|why| Evidence::new("unreadable entry", why)).collect())
}

/// Entries shown as evidence.
const SHOWN: usize = 5;

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, Leaf, seen};

    fn with_junk() -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.host(1).ca_store_unreadable = vec!["not base64 at character 1".to_owned()];
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        let mut junk_alone = with_junk();
        junk_alone.host(1).ca_store = junk_alone.vcenter().trusted_roots.clone();
        junk_alone.provider(1).status = seen("offline".to_owned());
        let mut expired = Fleet::of(1);
        let old = expired.keep(Leaf::of("old root").ends(-1).self_signed("Example"));
        let mut held = expired.host(1).ca_store.value().cloned().unwrap_or_default();
        held.push(old);
        expired.host(1).ca_store = seen(held);
        vec![
            Case::cause(
                "junk-at-the-start",
                "Something was pasted into the file",
                "KB 367381: a script was broken off and left junk in `castore.pem` of `esx01.lab.test`. All else is \
                 there, the provider is online, and the next restart of `hostd` may be its last.",
                with_junk(),
            ),
            Case::cause(
                "in-place-of-the-sms-certificate",
                "The SMS certificate was pasted with a line missing",
                "What was meant to be the SMS certificate does not read. To add it again would write the junk back.",
                junk_alone,
            ),
            Case::near_miss(
                "expired-root",
                "An expired certificate is still a certificate",
                "One of the CA certificates of `esx01.lab.test` has expired. It reads well and does no harm.",
                expired,
            ),
        ]
    }
}
