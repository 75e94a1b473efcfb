//! ## What it finds
//!
//! Among the CA certificates of an ESXi host (`castore.pem`) are entries that do not read as certificates.
//!
//! It leads what else is missing in that store: the entry that does not read may be the one that is missing.
//!
//! Of a host that vCenter does not reach the store cannot be listed. There, and where nobody listed it, `hostd.log` is
//! believed with little certainty: X-04, that the file did not read.
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
    rank: 31,
    explains: &[
        "castore-empty",
        "castore-missing-machine-issuer",
        "castore-missing-sms",
        "castore-missing-vmca-root",
        "castore-stale-sms",
        "castore-wiped-after-refresh",
        "esx9-client-untrusted",
        "host-not-responding",
        "provider-cert-cached-stale",
        "provider-cert-invalid",
        "provider-connected-unsynced",
        "provider-disconnected",
        "provider-missing",
        "provider-offline",
        "provider-status-unknown",
        "provider-syncerror",
        "reverse-proxy-down",
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
    if !junk.is_empty() && !host.is_away() {
        let message = format!("{} CA certificates of host `{}` do not read as certificates", junk.len(), host.name);
        let shown = junk.iter().take(SHOWN).map(|why| Evidence::new("unreadable entry", why));
        return Verdict::found(message, shown.collect());
    }
    if (host.is_away() || host.ca_store.value().is_none())
        && let Some(said) = in_log(case, host)
    {
        let message = format!("agent of host `{}` logged that it cannot read what the host trusts", host.name);
        return Verdict::found(message, vec![said]).graded(Grade::C);
    }
    known!(store(case, host));
    Verdict::Fine
}

/// The last line of the host's agent that says so, and names the store of trusted certificates.
fn in_log(case: &Case<'_>, host: &Host) -> Option<Evidence> {
    let hits = case.log_hits(host).into_iter().filter(|(_, hit)| hit.signature == "X-04");
    let (log, hit, last) =
        hits.filter_map(|(log, hit)| Some((log, hit, hit.sightings.last()?))).max_by_key(|hit| hit.2.at)?;
    let names_store = hit.sightings.iter().any(|one| one.excerpt.contains("castore"));
    let seen = format!("{} (grade {:?}): {}, seen {} times", hit.signature, hit.grade, hit.meaning, hit.count);
    names_store.then(|| Evidence::new(format!("log `{}` line {}", log.file, last.line), seen))
}

/// Entries shown as evidence.
const SHOWN: usize = 5;

#[cfg(test)]
mod tests {
    use crate::facts::{ConnectionState, MissingReason};
    use crate::log::{LogFacts, LogHit, Sighting};
    use crate::rules::cases::Case;
    use crate::rules::rule::Grade;
    use crate::rules::testing::{Fleet, Leaf, NOW, seen, unknown};

    /// What `hostd.log` of host 1 says of a file under `/etc/vmware/ssl`.
    fn logged(file: &str) -> LogFacts {
        let excerpt = format!("cannot parse /etc/vmware/ssl/{file}: bad base64");
        let sighting = Sighting { line: 7, at: Some(NOW), op_id: None, thread: None, detail: None, excerpt };
        let hit = LogHit {
            signature: "X-04".to_owned(),
            grade: Grade::D,
            meaning: "the host cannot read its certificates or its trusted ones".to_owned(),
            host: Some("esx01.lab.test".to_owned()),
            count: 1,
            joined: 0,
            busiest: None,
            sightings: vec![sighting],
        };
        LogFacts { file: "hostd.log".to_owned(), hits: vec![hit], ..LogFacts::default() }
    }

    /// Lost after its agents were restarted.
    fn lost(file: &str) -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.lose(1, ConnectionState::NotResponding);
        fleet.facts.logs = vec![logged(file)];
        fleet
    }

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
            Case::cause(
                "agent-did-not-come-back",
                "The host was lost when its agents were restarted",
                "`hostd` of `esx01.lab.test` could not read `castore.pem` and did not start. vCenter cannot list the store any \
                 more; the log of the host says why.",
                lost("castore.pem"),
            ),
            Case::near_miss(
                "expired-root",
                "An expired certificate is still a certificate",
                "One of the CA certificates of `esx01.lab.test` has expired. It reads well and does no harm.",
                expired,
            ),
        ]
    }

    #[test]
    fn a_store_in_a_saved_file_is_judged_without_a_connection() {
        let mut fleet = with_junk();
        fleet.host(1).connection = unknown(MissingReason::NotAsked);
        assert!(fleet.codes().contains(&"castore-malformed".to_owned()));
    }

    #[test]
    fn the_log_counts_with_little_certainty_and_only_of_a_store_that_was_not_listed() {
        let grade = lost("castore.pem").judge().causes().map(|cause| cause.grade).next();
        assert_eq!(grade, Some(Grade::C));
        lost("rui.crt").has_one_cause("host-not-responding");
        let mut fleet = Fleet::of(1);
        fleet.facts.logs = vec![logged("castore.pem")];
        fleet.is_fine();
    }
}
