//! ## What it finds
//!
//! An ESXi host that vCenter gets no answer from.
//!
//! ## Why it hurts
//!
//! vCenter can change nothing on it, and what vCenter says of it is old. Its provider mostly fails for the same reason.
//!
//! ## How it shows
//!
//! The vSphere Client marks the host as not responding. `sps.log` shows S-17 (refused, timed out, no route).
//!
//! ## What cures it
//!
//! Look at the certificate on port 443 first: when it has expired, the host's agent is cut off and that is the cause.
//! Otherwise look at the network and at the management agents on the host's console, then reconnect the host.
//!
//! ## Sources
//!
//! vSphere API, `HostSystemConnectionState` (grade A); KB 415250, an expired certificate ends in "not responding"
//! (grade A, in part).

use crate::case::{Case, Verdict, known};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{ConnectionState, Host, Missing, MissingReason};
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "host-not-responding",
    severity: Severity::High,
    grade: Grade::A,
    title: "vCenter gets no answer from an ESXi host",
    rank: 34,
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
    log: Some(Leg::Network),
    cure: Cure::ByHand("see that the host is up, that its network and management agents work, then reconnect it"),
    check: Check::Host(check),
    source: include_str!("host_not_responding.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(_: &Case<'_>, host: &Host) -> Verdict {
    match known!(host.connection.known()) {
        ConnectionState::NotResponding => {}
        ConnectionState::Connected | ConnectionState::Disconnected => return Verdict::Fine,
        ConnectionState::Other(word) => {
            return Verdict::Unknown(Missing {
                reason: MissingReason::Malformed,
                message: format!("vCenter says that the host is `{word}`, which is not known here"),
                help: "look at the host's state in the vSphere Client".to_owned(),
            });
        }
    }
    let port = match host.on_443.known() {
        Ok(_) => "answers to us with a certificate".to_owned(),
        Err(missing) => missing.message.clone(),
    };
    let evidence = vec![Evidence::new("connection state", "notResponding"), Evidence::new("port 443", port)];
    Verdict::found(format!("vCenter gets no answer from host `{}`", host.name), evidence)
}

#[cfg(test)]
mod tests {
    use crate::facts::ConnectionState;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen, unknown};

    pub(crate) fn cases() -> Vec<Case> {
        let mut gone = Fleet::healthy();
        gone.lose(2, ConnectionState::NotResponding);
        let mut silent = Fleet::of(1);
        silent.host(1).on_443 = unknown(crate::facts::MissingReason::NoAnswer);
        vec![
            Case::cause(
                "one-of-three",
                "A host that neither vCenter nor we can reach",
                "`esx02.lab.test` does not respond. Its provider is offline because of that, and no certificate of it \
                 may be blamed.",
                gone,
            ),
            Case::near_miss(
                "silent-to-us-only",
                "The host is silent to this machine only",
                "The near miss of `one-of-three`: port 443 does not answer here, and vCenter is connected.",
                silent,
            ),
        ]
    }

    #[test]
    fn a_silent_host_explains_its_provider() {
        let mut fleet = Fleet::healthy();
        fleet.lose(1, ConnectionState::NotResponding);
        fleet.has_one_cause("host-not-responding");
        assert!(fleet.judge().unanswered.is_empty());
    }

    #[test]
    fn an_expired_certificate_is_why_a_host_does_not_respond() {
        let mut fleet = Fleet::ending_in(-1);
        fleet.host(1).connection = seen(ConnectionState::NotResponding);
        fleet.has_one_cause("host-cert-expired");
        fleet.follows("host-not-responding", "host-cert-expired");
    }
}
