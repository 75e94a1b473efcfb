//! The host's own firewall keeps SPS from port 9080: enable the rule set `iofiltervp`, or add vCenter's addresses to
//! those that it lets in (A14), then let SMS look again.

use super::{HostDraft, Remedy, Scope, Stage, moves};
use crate::facts::Host;
use crate::plan::Planning;

pub(super) const REMEDY: Remedy = Remedy {
    name: "enable-firewall-rule-set",
    help: "enable the firewall rule set `iofiltervp` on the host, let vCenter's addresses in, then synchronise the provider",
    scope: Scope::Host(steps),
};

fn steps(planning: &Planning<'_>, host: &Host, draft: &mut HostDraft) -> Result<(), String> {
    let set = host.firewall.known().map_err(|missing| missing.message.clone())?;
    let timeout = planning.case.policy.step_timeout_seconds;
    if !set.enabled {
        draft.add(Stage::Firewall, moves::enable_rule_set(host, timeout));
    }
    if !set.all_addresses {
        let own = planning.case.facts.vcenter.addresses.known();
        let own = own.map_err(|missing| format!("vCenter's addresses are not known: {}", missing.message))?;
        let lacking: Vec<String> = own.iter().filter(|one| !is_let_in(&set.allowed, one)).cloned().collect();
        if !lacking.is_empty() {
            draft.add(Stage::Firewall, moves::allow_addresses(host, &set.allowed, &lacking, timeout));
        }
    }
    super::refresh_provider::steps(planning, host, draft)
}

/// Whether a list of addresses and networks holds this address.
fn is_let_in(allowed: &[String], address: &str) -> bool {
    allowed.iter().any(|entry| covers(entry, address).unwrap_or(false))
}

fn covers(entry: &str, address: &str) -> Option<bool> {
    use std::net::IpAddr;
    let (network, length) = match entry.split_once('/') {
        Some((network, length)) => (network, Some(length.parse::<u32>().ok()?)),
        None => (entry, None),
    };
    let bits = |address: IpAddr| match address {
        IpAddr::V4(four) => (32_u32, u128::from(u32::from(four))),
        IpAddr::V6(six) => (128, u128::from(six)),
    };
    let ((width, network), (own, address)) = (bits(network.parse().ok()?), bits(address.parse().ok()?));
    let host_bits = width.checked_sub(length.unwrap_or(width))?;
    let prefix = |bits: u128| bits.checked_shr(host_bits).unwrap_or(0);
    Some(width == own && prefix(network) == prefix(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_their_addresses_and_no_others() {
        for (entry, address, held) in [
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
            ("192.0.2.0/24", "192.0.2.200", true),
            ("192.0.2.0/24", "192.0.3.1", false),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("2001:db8::/32", "2001:db8::7", true),
            ("::/0", "192.0.2.1", false),
            ("192.0.2.0/99", "192.0.2.1", false),
            ("nonsense", "192.0.2.1", false),
        ] {
            assert_eq!(is_let_in(&[entry.to_owned()], address), held, "{entry} {address}");
        }
    }
}
