//! ## What it finds
//!
//! Port 9080 of an ESXi host shows a certificate, and port 443 refuses, breaks TLS off or closes; or it is silent and
//! vCenter gets no answer from the host either. Silence towards this machine alone, while vCenter is connected, is a
//! firewall between the two and not found.
//!
//! ## Why it hurts
//!
//! The host's reverse proxy (`rhttpproxy`) or its agent (`hostd`) is down: a broken certificate or a broken
//! `castore.pem` keeps it from starting. vCenter loses the host while the provider may still look well.
//!
//! ## How it shows
//!
//! The vSphere Client shows the host as not responding; its own web page does not open. `hostd.log` shows X-04,
//! `hostd-probe.log` X-06.
//!
//! ## What cures it
//!
//! Look into `hostd.log` and `rhttpproxy.log` for why it does not start: KB 367381 when it is `castore.pem`. Then
//! restart the management agents.
//!
//! ## Sources
//!
//! KB 367381, `hostd` does not start after certificates were replaced (grade A).

use crate::case::{Case, Verdict, certificate_seen, known};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{ConnectionState, Host, MissingReason};
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "reverse-proxy-down",
    severity: Severity::High,
    grade: Grade::A,
    title: "port 443 of a host is dead and its provider's port is alive",
    rank: 33,
    explains: &["host-not-responding"],
    log: Some(Leg::Network),
    cure: Cure::ByHand(
        "restart the management agents on the host's console (Troubleshooting Options, Restart Management Agents), or `/etc/init.d/rhttpproxy restart` and `/etc/init.d/hostd restart` by its shell",
    ),
    check: Check::Host(check),
    source: include_str!("reverse_proxy_down.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let Err(missing) = host.on_443.known() else { return Verdict::Fine };
    let Ok(served) = host.on_9080.known() else { return Verdict::NotApplicable };
    let is_down = match missing.reason {
        MissingReason::Refused | MissingReason::Closed => true,
        // Else the pair of certificate and key is to blame: `host-key-mismatch`.
        MissingReason::Tls => host.machine_pair.value().is_some_and(|pair| pair.matches == Some(true)),
        MissingReason::NoAnswer => host.connection.value() == Some(&ConnectionState::NotResponding),
        _ => false,
    };
    if !is_down {
        return Verdict::NotApplicable;
    }
    let served = known!(case.certificate(&served.leaf));
    Verdict::found(
        format!("port 443 of host `{}` is dead, its port 9080 is alive", host.name),
        vec![Evidence::new("port 443", missing.message.clone()), certificate_seen("certificate on port 9080", served)],
    )
}

#[cfg(test)]
mod tests {
    use crate::facts::{ConnectionState, MissingReason};
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen, unknown};

    fn dead(reason: MissingReason, connection: ConnectionState) -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.host(1).on_443 = unknown(reason);
        fleet.host(1).connection = seen(connection);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "agent-does-not-start",
                "The host's agent does not start any more",
                "After a hand-made change of `castore.pem` port 443 of `esx01.lab.test` refuses and vCenter gets no answer, \
                 while the provider daemon still serves.",
                dead(MissingReason::Refused, ConnectionState::NotResponding),
            ),
            Case::near_miss(
                "only-closed-to-us",
                "Port 443 is silent to this machine only",
                "The near miss of `agent-does-not-start`: vCenter is connected, so a firewall stands between this machine and \
                 the host.",
                dead(MissingReason::NoAnswer, ConnectionState::Connected),
            ),
        ]
    }

    #[test]
    fn it_explains_why_the_host_does_not_respond() {
        dead(MissingReason::NoAnswer, ConnectionState::NotResponding)
            .follows("host-not-responding", "reverse-proxy-down");
    }
}
