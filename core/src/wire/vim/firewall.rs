//! `HostFirewallSystem.EnableRuleset`, `DisableRuleset` and `UpdateRuleset`: which ports of an ESXi host are open, and to
//! whom.

use std::net::IpAddr;

use crate::request::{Change, HttpResponse};
use crate::wire::soap::{self, Service};
use crate::wire::{MoRef, VCenter, WireError};

const UPDATE: &str = "UpdateRuleset";

/// Enables or disables the rule set `key`. Needs the privilege `Host.Config.NetService`; an unknown key is the fault
/// `NotFound`.
pub fn set_enabled(vcenter: &VCenter, firewall_system: &MoRef, key: &str, enabled: bool) -> Change {
    Change::Http(soap::call(vcenter, Service::Vim, method(enabled), firewall_system, |body| body.element("id", key)))
}

/// Reads the answer to [`set_enabled`].
pub fn parse_set_enabled(response: &HttpResponse, enabled: bool) -> Result<(), WireError> {
    soap::nothing(response, method(enabled))
}

/// Opens the rule set `key` to these addresses (`192.0.2.1`) and networks (`192.0.2.0/24`) and no others, or, when there
/// are none, to all. Needs the privilege `Host.Config.NetService`.
pub fn set_allowed(vcenter: &VCenter, firewall_system: &MoRef, key: &str, allowed: &[String]) -> Change {
    Change::Http(soap::call(vcenter, Service::Vim, UPDATE, firewall_system, |body| {
        body.element("id", key);
        body.nested("spec", |body| {
            body.nested("allowedHosts", |body| {
                for address in allowed.iter().filter(|one| one.parse::<IpAddr>().is_ok()) {
                    body.element("ipAddress", address);
                }
                for (network, length) in allowed.iter().filter_map(|one| one.split_once('/')) {
                    body.nested("ipNetwork", |body| {
                        body.element("network", network);
                        body.element("prefixLength", length);
                    });
                }
                body.flag("allIp", allowed.is_empty());
            });
        });
    }))
}

/// Reads the answer to [`set_allowed`].
pub fn parse_set_allowed(response: &HttpResponse) -> Result<(), WireError> {
    soap::nothing(response, UPDATE)
}

fn method(enabled: bool) -> &'static str {
    if enabled { "EnableRuleset" } else { "DisableRuleset" }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{change, soap, soap_body, vcenter};

    const THIS: &str = "<_this type=\"HostFirewallSystem\">firewallSystem-21</_this><id>iofiltervp</id>";

    #[test]
    fn enables_and_disables_a_rule_set() {
        let system = MoRef::new("HostFirewallSystem", "firewallSystem-21");
        for (method, enabled) in [("EnableRuleset", true), ("DisableRuleset", false)] {
            let body = soap_body(&change(set_enabled(&vcenter(), &system, "iofiltervp", enabled)));
            assert_eq!(body, format!("<{method} xmlns=\"urn:vim25\">{THIS}</{method}>"));
            parse_set_enabled(&soap(&format!("<{method}Response xmlns='urn:vim25'/>")), enabled).unwrap();
        }
    }

    #[test]
    fn addresses_come_before_networks_and_none_means_all() {
        let system = MoRef::new("HostFirewallSystem", "firewallSystem-21");
        let body = |allowed: &[&str]| {
            let allowed: Vec<String> = allowed.iter().map(|one| (*one).to_owned()).collect();
            soap_body(&change(set_allowed(&vcenter(), &system, "iofiltervp", &allowed)))
        };
        let with = |hosts: &str| {
            format!(
                "<UpdateRuleset xmlns=\"urn:vim25\">{THIS}<spec><allowedHosts>{hosts}</allowedHosts></spec></UpdateRuleset>"
            )
        };
        assert_eq!(body(&[]), with("<allIp>true</allIp>"));
        assert_eq!(
            body(&["192.0.2.0/24", "198.51.100.7"]),
            with(
                "<ipAddress>198.51.100.7</ipAddress><ipNetwork><network>192.0.2.0</network><prefixLength>24</prefixLength>\
                 </ipNetwork><allIp>false</allIp>"
            )
        );
        parse_set_allowed(&soap("<UpdateRulesetResponse xmlns='urn:vim25'/>")).unwrap();
    }
}
