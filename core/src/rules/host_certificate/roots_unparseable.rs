//! ## What it finds
//!
//! An entry among vCenter's trusted roots (store `TRUSTED_ROOTS`) does not read as a certificate.
//!
//! Where the roots could not be read at all, the line that `vpxd.log` shows of it is enough, if it is of the last
//! week.
//!
//! ## Why it hurts
//!
//! vCenter's main service can stop over it, and every push of roots to hosts spreads it: a host's CA store that does
//! not read can keep its agent from starting. What only that root would vouch for is not trusted, so hosts whose
//! authority is not found follow from this.
//!
//! ## How it shows
//!
//! The vSphere Client may lose the connection again and again. `vpxd.log` shows X-01 ("Invalid certificate string", in
//! operations `CheckCertificateExpiry`).
//!
//! ## What cures it
//!
//! List the entries on the appliance, find the one that does not read, and replace or unpublish it as the KB says. Save
//! it first. Push nothing to hosts before that.
//!
//! ## Sources
//!
//! KB 403980, the symptom and the log (grade A); KB 367381, what an unreadable store does to a host (grade A).

use super::in_logs;
use crate::case::{Case, Verdict};
use crate::diagnostic::{Evidence, Severity};
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "roots-unparseable",
    severity: Severity::Critical,
    grade: Grade::A,
    title: "a trusted root of vCenter does not read as a certificate",
    rank: 9,
    explains: &["host-cert-foreign-ca", "host-cert-untrusted-custom"],
    log: None,
    cure: Cure::ByHand(
        "on the appliance, list the roots with `/usr/lib/vmware-vmafd/bin/vecs-cli entry list --store TRUSTED_ROOTS --text`, then replace or unpublish the one that does not read, as KB 403980 says",
    ),
    check: Check::VCenter(check),
    source: include_str!("roots_unparseable.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    let vcenter = &case.facts.vcenter;
    let stores = vcenter.vecs.value().into_iter().flatten().filter(|store| store.name == "TRUSTED_ROOTS");
    let entries = stores.flat_map(|store| &store.entries).filter(|entry| entry.certificate.is_none());
    let of_store = entries.map(|entry| format!("entry `{}` of the store holds no certificate that reads", entry.alias));
    let unreadable: Vec<String> = vcenter.unreadable_roots.iter().cloned().chain(of_store).collect();
    let logged = in_logs(case, "X-01");
    let message = match (unreadable.len(), vcenter.trusted_roots.known(), &logged) {
        (0, Ok(_), _) => return Verdict::Fine,
        (0, Err(missing), None) => return Verdict::from(missing),
        (0, Err(_), Some(_)) => "vCenter says in its log that a certificate which it trusts does not read".to_owned(),
        (1, ..) => "1 trusted root of vCenter does not read as a certificate".to_owned(),
        (count, ..) => format!("{count} trusted roots of vCenter do not read as certificates"),
    };
    let evidence = unreadable.into_iter().map(|root| Evidence::new("unreadable trusted root", root)).chain(logged);
    Verdict::found(message, evidence.collect())
}

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::log::LogScan;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Authority, Fleet, Leaf, unknown};

    fn damaged() -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.vcenter().unreadable_roots = vec!["`chain-7`: no certificate block".to_owned()];
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        let mut foreign = Fleet::of(1);
        foreign.trust(&Authority::root("Example Root", "IT").certificate);
        vec![
            Case::cause(
                "bad-base64",
                "An entry of the trusted roots is no certificate",
                "KB 403980: someone pasted half a PEM into the trusted roots. All that reads is in order.",
                damaged(),
            ),
            Case::near_miss(
                "a-root-of-others",
                "A root that vCenter does not need, and that reads",
                "The near miss of `bad-base64`: an odd root is among the trusted ones, and it is a certificate.",
                foreign,
            ),
        ]
    }

    #[test]
    fn hosts_whose_authority_is_not_found_may_follow_from_it() {
        let mut fleet = damaged();
        let leaf = Authority::root("Example Root", "IT").sign(&Leaf::of("esx01.lab.test"));
        let leaf = fleet.keep(leaf);
        fleet.serve(1, leaf);
        fleet.follows("host-cert-foreign-ca", "roots-unparseable");
    }

    #[test]
    fn the_log_is_enough_where_the_roots_were_not_read() {
        let mut fleet = Fleet::of(1);
        fleet.vcenter().trusted_roots = unknown(MissingReason::Fault);
        assert!(!fleet.codes().iter().any(|code| code == "roots-unparseable"));
        let mut scan = LogScan::new("vpxd.log");
        let line = |year: &str| {
            format!(
                "{year}-02-04T05:10:00.000Z error vpxd[01234] [Originator@6876 sub=Main opID=CheckCertificateExpiry-0a1b] \
                 Invalid certificate string [MIIB\n"
            )
        };
        scan.feed(line("2025").as_bytes());
        let mut of_last_year = Fleet::of(1);
        of_last_year.vcenter().trusted_roots = unknown(MissingReason::Fault);
        of_last_year.facts.logs = vec![scan.clone().finish()];
        assert!(!of_last_year.codes().iter().any(|code| code == "roots-unparseable"));
        let codes: Vec<String> = of_last_year.judge().unanswered.into_iter().flat_map(|one| one.codes).collect();
        assert!(codes.contains(&"roots-unparseable".to_owned()), "what was a year ago may be mended");
        scan.feed(line("2026").as_bytes());
        fleet.facts.logs = vec![scan.finish()];
        assert!(fleet.codes().iter().any(|code| code == "roots-unparseable"));
    }
}
