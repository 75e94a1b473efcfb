//! ## What it finds
//!
//! Among the CA certificates of a connected ESXi host are five or more that have expired or stand there twice.
//!
//! ## Why it hurts
//!
//! It hardly does. Every push of roots and every handshake carries them along, and nobody sees the one that matters.
//!
//! ## How it shows
//!
//! The vSphere Client shows nothing of it. The logs show nothing.
//!
//! ## What cures it
//!
//! Nothing needs to be done. Whoever wants it clean takes the dead roots out of vCenter's trusted roots first, pushes
//! the roots to the host, and adds the SMS certificate again, which the push drops. We take no certificate away.
//!
//! ## Sources
//!
//! KB 367381, what the store holds (grade A); that five are many is ours (grade C).

use std::collections::BTreeSet;

use super::store;
use crate::case::{Case, Verdict, known};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::Host;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "castore-bloat",
    severity: Severity::Low,
    grade: Grade::C,
    title: "a host carries many CA certificates that are of no use",
    rank: 94,
    explains: &[],
    log: None,
    cure: Cure::ByHand(
        "nothing is urgent; to clean up, take the expired roots out of vCenter's trusted roots, choose Refresh CA Certificates for the host, and add the SMS certificate to the host again",
    ),
    check: Check::Host(check),
    source: include_str!("castore_bloat.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let store = known!(store(case, host));
    let different: BTreeSet<_> = store.iter().map(|held| held.fingerprint).collect();
    let expired = store.iter().filter(|held| held.not_after < case.now).map(|held| held.fingerprint);
    let expired = expired.collect::<BTreeSet<_>>().len();
    let twice = store.len().saturating_sub(different.len());
    if expired.saturating_add(twice) < MANY {
        return Verdict::Fine;
    }
    let seen = format!("{}, of which {expired} have expired and {twice} stand there more than once", store.len());
    let message = format!("host `{}` carries {} CA certificates of no use", host.name, expired.saturating_add(twice));
    Verdict::found(message, vec![Evidence::new("CA certificates of the host", seen)])
}

/// So many are no accident of one renewal.
const MANY: usize = 5;

#[cfg(test)]
mod tests {
    use super::MANY;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, Leaf, seen};

    /// A host that holds so many expired certificates beside its own.
    fn holding(expired: usize) -> Fleet {
        let mut fleet = Fleet::of(1);
        let mut held = fleet.host(1).ca_store.value().cloned().unwrap_or_default();
        for number in 1..=expired {
            let name = format!("root {number}");
            held.push(fleet.keep(Leaf::of(&name).ends(-1).self_signed("Example")));
        }
        fleet.host(1).ca_store = seen(held);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "five-expired",
                "Roots of ten years",
                "Every CA that this site ever had was pushed to `esx01.lab.test` and none was taken away; five have \
                 expired.",
                holding(MANY),
            ),
            Case::near_miss(
                "four-expired",
                "A few old roots",
                "Four expired roots beside the ones in use: nothing to speak of.",
                holding(MANY - 1),
            ),
        ]
    }

    #[test]
    fn the_same_certificate_many_times_is_found() {
        let mut fleet = Fleet::of(1);
        let mut held = fleet.host(1).ca_store.value().cloned().unwrap_or_default();
        let root = held.first().copied();
        held.extend(std::iter::repeat_n(root, MANY).flatten());
        fleet.host(1).ca_store = seen(held);
        fleet.has_one_cause("castore-bloat");
    }
}
