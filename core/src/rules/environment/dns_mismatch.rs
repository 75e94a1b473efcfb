//! ## What it finds
//!
//! The name that an ESXi host was added to vCenter by leads to addresses of which none is the host's; or the host's
//! management address leads back to another name. A short name counts as the full one of the same beginning. A host that
//! was added by its address has no name to compare, and an address without a name is not found.
//!
//! A name without an address is no finding: vCenter may resolve it by other means than this machine. Where something is
//! unwell at the host it is said that it cannot be told. So it is of a host that vCenter does not reach: the addresses that
//! vCenter has of it are those of the time before, and either side may be out of date.
//!
//! Where the host is well and shows what vCenter knows it by, this machine merely has another view of the names.
//!
//! ## Why it hurts
//!
//! SPS connects to the name in the provider's URL and compares it with the certificate. A wrong address ends at another
//! machine, and what was seen there is not of this host. Renewing certificates needs names that agree both ways.
//!
//! ## How it shows
//!
//! The host is not responding, or its provider is offline, after a change of name or address. `sps.log` shows S-17
//! (unknown host, no route).
//!
//! ## What cures it
//!
//! Correct the records: the name to the address and the address to the name. A host that was renamed has to be removed
//! from vCenter and added again by its new name.
//!
//! ## Sources
//!
//! vSphere documentation: DNS both ways before certificates are renewed, and what a change of name or address breaks
//! (grade A). Name service is asked from this machine, and vCenter may be told otherwise.

use std::net::IpAddr;

use crate::case::{Case, Port, Verdict, is_unexpected, known};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{Host, Missing, MissingReason, NamesSeen};
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "dns-mismatch",
    severity: Severity::High,
    grade: Grade::A,
    title: "name service does not agree with vCenter about a host",
    rank: 28,
    explains: &[
        "host-cert-name-mismatch",
        "host-not-responding",
        "provider-cert-cached-stale",
        "provider-cert-invalid",
        "provider-connected-unsynced",
        "provider-disconnected",
        "provider-missing",
        "provider-offline",
        "provider-status-unknown",
        "provider-syncerror",
        "vp-port-filtered",
        "vp-port-refused",
    ],
    log: Some(Leg::Network),
    cure: Cure::ByHand(
        "make name and address of the host lead to each other in DNS, for vCenter and for this machine; restart nothing before that",
    ),
    check: Check::Host(check),
    source: include_str!("dns_mismatch.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    if host.name.parse::<IpAddr>().is_ok() {
        return Verdict::NotApplicable;
    }
    let is_unwell = case.is_unwell(host);
    let seen = known!(Case::optional(&host.names, is_unwell, "look again with a name service that knows the hosts"));
    if seen.addresses.is_empty() {
        return if is_unwell { Verdict::Unknown(nameless(host)) } else { Verdict::Fine };
    }
    let own = host.management_addresses.value().map_or(&[][..], Vec::as_slice);
    let Some(message) = mismatch(host, seen, own) else { return Verdict::Fine };
    if host.is_away() {
        return Verdict::Unknown(Missing {
            reason: MissingReason::NotSent,
            message: format!("{message}, as vCenter knew it when it last reached the host"),
            help: "look at the host's address on its console, then at the records of its name".to_owned(),
        });
    }
    if !is_unwell && shows_what_vcenter_knows(case, host) {
        return Verdict::NotApplicable;
    }
    Verdict::found(
        message,
        vec![
            Evidence::new(format!("addresses of `{}`", host.name), listed(&seen.addresses)),
            Evidence::new("management addresses in vCenter", listed(own)),
            Evidence::new("names of the management addresses", listed(&seen.names)),
        ],
    )
}

/// Whatever the names say, what was seen of the host from here is of this host.
fn shows_what_vcenter_knows(case: &Case<'_>, host: &Host) -> bool {
    let own = case.leaf(host, Port::Host).is_ok_and(|leaf| !is_unexpected(host, leaf));
    let served = case.leaf(host, Port::Provider).ok();
    let stored = served.and_then(|_| case.online_with(host));
    own && host.expected_thumbprint.value().is_some() && (stored.is_none() || served == stored)
}

fn nameless(host: &Host) -> Missing {
    Missing {
        reason: MissingReason::NameUnknown,
        message: format!("the name service of this machine knows no address of `{}`", host.name),
        help: "check from a machine with vCenter's name service, or give the names by the setting `hosts_file`"
            .to_owned(),
    }
}

/// What does not agree, if anything.
fn mismatch(host: &Host, seen: &NamesSeen, own: &[String]) -> Option<String> {
    if !own.is_empty() && !seen.addresses.iter().any(|address| own.iter().any(|own| is_same_address(address, own))) {
        let (there, here) = (listed(&seen.addresses), listed(own));
        return Some(format!("name of host `{}` leads to {there}, and the host is at {here}", host.name));
    }
    let is_named = seen.names.is_empty() || seen.names.iter().any(|name| is_same_name(name, &host.name));
    (!is_named).then(|| {
        format!("address of host `{}` leads back to {}, which is another name", host.name, listed(&seen.names))
    })
}

fn is_same_address(one: &str, other: &str) -> bool {
    match (one.parse::<IpAddr>(), other.parse::<IpAddr>()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

/// One name may be the beginning of the other: `esx01` of `esx01.example.com`.
fn is_same_name(one: &str, other: &str) -> bool {
    let labels =
        |name: &str| -> Vec<String> { name.trim_end_matches('.').split('.').map(str::to_ascii_lowercase).collect() };
    labels(one).iter().zip(&labels(other)).all(|(one, other)| one == other)
}

fn listed(all: &[String]) -> String {
    if all.is_empty() {
        return "none".to_owned();
    }
    all.iter().map(|one| format!("`{one}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use crate::facts::{ConnectionState, MissingReason, NamesSeen};
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen, unknown};

    /// SPS went to the same addresses, and the provider is offline.
    fn led(addresses: &[&str], names: &[&str]) -> Fleet {
        let mut fleet = told(addresses, names);
        fleet.provider(1).status = seen("offline".to_owned());
        fleet
    }

    fn told(addresses: &[&str], names: &[&str]) -> Fleet {
        let mut fleet = Fleet::of(1);
        let owned = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect();
        fleet.host(1).names = seen(NamesSeen { addresses: owned(addresses), names: owned(names) });
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "address-of-another",
                "The name leads to another machine",
                "After a move the record of `esx01.lab.test` still names the old address. Whatever answers there is not this \
                 host.",
                led(&["192.0.2.77"], &["esx01.lab.test"]),
            ),
            Case::near_miss(
                "another-view-of-the-names",
                "This machine is told another address than vCenter is",
                "The near miss of `address-of-another`: the name service of this network leads to an address that is \
                 translated. The host shows the certificate that vCenter expects, and its provider is online.",
                told(&["203.0.113.1"], &["esx01.lab.test"]),
            ),
            Case::near_miss(
                "short-name-back",
                "The address leads back to the short name",
                "The near miss of a wrong reverse record: `esx01` is the beginning of `esx01.lab.test`, and the address has \
                 a second name for backups.",
                led(&["192.0.2.1", "198.51.100.1"], &["ESX01", "esx01-backup.lab.test"]),
            ),
        ]
    }

    #[test]
    fn another_name_for_the_address_is_found() {
        led(&["192.0.2.1"], &["old-esx01.lab.test"]).has_one_cause("dns-mismatch");
    }

    #[test]
    fn a_healthy_host_by_another_view_is_nothing_unless_another_machine_answers() {
        let mut fleet = told(&["203.0.113.1"], &[]);
        assert_eq!(fleet.judge().unanswered, []);
        fleet.host(1).expected_thumbprint = seen("AA:".repeat(19) + "AA");
        assert!(fleet.codes().contains(&"dns-mismatch".to_owned()));
    }

    #[test]
    fn of_a_host_that_is_away_either_side_may_be_out_of_date() {
        let mut fleet = told(&["192.0.2.77"], &["esx01.lab.test"]);
        fleet.lose(1, ConnectionState::NotResponding);
        fleet.has_one_cause("host-not-responding");
        assert!(fleet.judge().unanswered.iter().any(|open| open.codes.contains(&"dns-mismatch".to_owned())));
    }

    #[test]
    fn a_name_without_an_address_blames_nobody_and_is_told_where_the_host_is_unwell() {
        told(&[], &[]).is_fine();
        assert!(told(&[], &[]).judge().unanswered.is_empty());
        let mut fleet = told(&[], &[]);
        fleet.lose(1, ConnectionState::NotResponding);
        fleet.has_one_cause("host-not-responding");
        assert!(fleet.judge().unanswered.iter().any(|open| open.codes.contains(&"dns-mismatch".to_owned())));
    }

    #[test]
    fn a_name_service_that_was_not_asked_is_no_mismatch() {
        let mut fleet = Fleet::of(1);
        fleet.host(1).names = unknown(MissingReason::NotAsked);
        fleet.is_fine();
        assert!(fleet.judge().unanswered.is_empty());
    }

    #[test]
    fn a_host_that_was_added_by_its_address_has_no_name() {
        let mut fleet = told(&["192.0.2.77"], &[]);
        fleet.host(1).name = "192.0.2.1".to_owned();
        assert!(!fleet.codes().iter().any(|code| code == "dns-mismatch"));
    }
}
