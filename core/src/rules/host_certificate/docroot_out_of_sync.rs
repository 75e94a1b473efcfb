//! ## What it finds
//!
//! The roots that vCenter's main service has published (`/etc/vmware-vpx/docRoot/certs`) are not those that vCenter
//! trusts (store `TRUSTED_ROOTS`).
//!
//! Only the shell of the appliance tells what was published. It is asked for only where a connected host lacks the root of
//! vCenter's CA, which a push ought to have brought.
//!
//! ## Why it hurts
//!
//! Hosts and tools that take their trust from there take the wrong one: a new root is missing on hosts after a push, or
//! an old one comes back.
//!
//! ## How it shows
//!
//! The vSphere Client shows nothing of it. What `https://<vcenter>/certs/download.zip` holds differs from the trusted
//! roots that the client lists. The logs show nothing.
//!
//! ## What cures it
//!
//! Let VECS take the roots from the directory again (`vecs-cli force-refresh`), wait a few minutes and look again. If
//! they still differ, ask the vendor.
//!
//! ## Sources
//!
//! vCert, which takes this folder for what vCenter trusts (grade A); KB 376720, the store and its refresh (grade A); that
//! the folder follows the store by itself (grade C).

use std::collections::BTreeSet;

use crate::case::BY_APPLIANCE_SHELL;
use crate::case::{Case, Verdict, known};
use crate::certificate::Fingerprint;
use crate::diagnostic::{Evidence, Severity};
use crate::facts::Host;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "docroot-out-of-sync",
    severity: Severity::Medium,
    grade: Grade::C,
    title: "vCenter has published other roots than it trusts",
    rank: 19,
    explains: &[],
    log: None,
    cure: Cure::ByHand(
        "run `/usr/lib/vmware-vmafd/bin/vecs-cli force-refresh` on the appliance, wait five minutes, then check again; ask the vendor if they still differ",
    ),
    check: Check::VCenter(check),
    source: include_str!("docroot_out_of_sync.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    let vcenter = &case.facts.vcenter;
    let matters =
        vcenter.published_roots.known().is_err() && case.facts.hosts.values().any(|host| lacks_root(case, host));
    let published = known!(Case::optional(&vcenter.published_roots, matters, BY_APPLIANCE_SHELL));
    let trusted: BTreeSet<&Fingerprint> = known!(vcenter.trusted_roots.known()).iter().collect();
    let published: BTreeSet<&Fingerprint> = published.iter().collect();
    if published == trusted {
        return Verdict::Fine;
    }
    let lacking: Vec<_> = trusted.difference(&published).copied().collect();
    let beyond: Vec<_> = published.difference(&trusted).copied().collect();
    let message = format!(
        "of {} roots that vCenter trusts {} are not published, and {} are published that it does not trust",
        trusted.len(),
        lacking.len(),
        beyond.len()
    );
    let told = |what: &str, root: &Fingerprint| {
        let name = case.facts.certificates.find(root).map_or("", |certificate| certificate.subject.as_str());
        Evidence::new(what, format!("`{name}` SHA-256 {}", root.short()))
    };
    let lacking = lacking.into_iter().map(|root| told("trusted and not published", root));
    let evidence = lacking.chain(beyond.into_iter().map(|root| told("published and not trusted", root)));
    Verdict::found(message, evidence.collect())
}

/// True when a connected host is known to hold none of the roots that may be that of vCenter's CA.
fn lacks_root(case: &Case<'_>, host: &Host) -> bool {
    let held = host.ca_store.value().filter(|held| host.is_connected() && !held.is_empty());
    held.is_some_and(|held| !case.vmca_roots().iter().any(|root| held.contains(&root.fingerprint)))
}

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Authority, Fleet, seen, unknown};

    pub(crate) fn cases() -> Vec<Case> {
        let customers = Authority::root("Example Root", "IT").certificate;
        let (mut behind, mut in_step) = (Fleet::of(1), Fleet::of(1));
        let before = behind.vcenter().published_roots.clone();
        behind.trust(&customers);
        behind.vcenter().published_roots = before;
        in_step.trust(&customers);
        vec![
            Case::cause(
                "new-root-not-published",
                "A root was imported, and vCenter's main service did not take notice",
                "The customer's root is among the trusted roots since yesterday, and not in the folder that is pushed \
                 from. Pushing trust to hosts would not bring it to them.",
                behind,
            ),
            Case::near_miss(
                "new-root-published",
                "A root was imported and published",
                "The near miss of `new-root-not-published`: as new, and in both places.",
                in_step,
            ),
        ]
    }

    #[test]
    fn it_is_asked_for_only_where_a_push_has_not_brought_the_root() {
        let mut fleet = Fleet::of(1);
        fleet.vcenter().published_roots = unknown(MissingReason::NotAsked);
        fleet.provider(1).status = seen("offline".to_owned());
        assert_eq!(fleet.judge().unanswered, []);
        let sms = fleet.vcenter().sms.sms_self_signed.value().copied();
        fleet.host(1).ca_store = seen(sms.into_iter().collect());
        let unanswered = fleet.judge().unanswered;
        assert!(unanswered.iter().any(|open| open.codes.iter().any(|code| code == "docroot-out-of-sync")));
    }
}
