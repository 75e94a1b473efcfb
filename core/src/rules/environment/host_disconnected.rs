//! ## What it finds
//!
//! An ESXi host that is disconnected in vCenter.
//!
//! ## Why it hurts
//!
//! vCenter knows nothing new of such a host and can change nothing on it: neither its certificate nor what it trusts.
//! Its provider cannot be judged by what vCenter says.
//!
//! ## How it shows
//!
//! The vSphere Client marks the host as disconnected. SPS may go on asking port 9080, so `sps.log` may show any
//! signature, or none.
//!
//! ## What cures it
//!
//! Ask whoever disconnected it; a person did. Connecting it again in mode `vmca` issues a new host certificate, which
//! replaces one of another authority without asking.
//!
//! ## Sources
//!
//! vSphere API, `HostSystemConnectionState` (grade A); vSphere documentation 8.0, that a reconnect re-issues (grade A).

use crate::case::{Case, Verdict, known};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{ConnectionState, Host, Missing, MissingReason};
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "host-disconnected",
    severity: Severity::High,
    grade: Grade::A,
    title: "an ESXi host is disconnected in vCenter",
    rank: 30,
    explains: &[
        "provider-cert-cached-stale",
        "provider-cert-invalid",
        "provider-connected-unsynced",
        "provider-disconnected",
        "provider-missing",
        "provider-offline",
        "provider-status-unknown",
        "provider-syncerror",
        "vsan-provider-offline",
    ],
    log: None,
    cure: Cure::Remedy("reconnect-host"),
    check: Check::Host(check),
    source: include_str!("host_disconnected.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(_: &Case<'_>, host: &Host) -> Verdict {
    match known!(host.connection.known()) {
        ConnectionState::Connected | ConnectionState::NotResponding => Verdict::Fine,
        ConnectionState::Disconnected => Verdict::found(
            format!("host `{}` is disconnected in vCenter", host.name),
            vec![Evidence::new("connection state", "disconnected")],
        ),
        ConnectionState::Other(word) => Verdict::Unknown(Missing {
            reason: MissingReason::Malformed,
            message: format!("connection state `{word}` is not one that this version knows"),
            help: "look at the host in the vSphere Client".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::ConnectionState;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen};

    pub(crate) fn cases() -> Vec<Case> {
        let mut gone = Fleet::of(1);
        gone.lose(1, ConnectionState::Disconnected);
        let mut silent = Fleet::of(1);
        silent.lose(1, ConnectionState::NotResponding);
        vec![
            Case::cause(
                "by-a-person",
                "Someone disconnected the host",
                "`esx01.lab.test` was disconnected for maintenance of its network. Its provider is offline because of that.",
                gone,
            ),
            Case::near_miss(
                "not-responding",
                "The host was lost, not disconnected",
                "The near miss of `by-a-person`: nobody took it down, so nobody can be asked why.",
                silent,
            ),
        ]
    }

    #[test]
    fn a_disconnected_host_explains_its_provider_and_leaves_nothing_unanswered() {
        let mut fleet = Fleet::healthy();
        fleet.lose(1, ConnectionState::Disconnected);
        fleet.has_one_cause("host-disconnected");
        fleet.follows("provider-offline", "host-disconnected");
        assert!(fleet.judge().unanswered.is_empty());
    }

    #[test]
    fn a_word_of_a_later_version_is_unknown() {
        let mut fleet = Fleet::healthy();
        fleet.host(1).connection = seen(ConnectionState::Other("quarantined".to_owned()));
        fleet.is_unanswered("host-disconnected");
    }
}
