//! Whether a certificate speaks for the name by which a server is called (RFC 6125, without its internationalised
//! names: ESXi host names are ASCII).

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::Certificate;

/// How a certificate speaks for a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "match", rename_all = "kebab-case")]
pub enum NameMatch {
    /// One of its alternative names is this very name or address.
    Exact,
    /// Only by a wildcard, which vSphere does not support for ESXi hosts.
    Wildcard {
        /// The alternative name that covers it, `*.lab.test`.
        pattern: String,
    },
    /// It has no DNS name or address among its alternative names, and its common name is this one. Clients of today
    /// ignore common names.
    CommonNameOnly,
    /// It does not speak for this name. A short name and its full form are different names.
    Mismatch,
}

impl Certificate {
    /// How it speaks for `host`: a DNS name, with or without final dot and in any case, or an IP address, with or
    /// without brackets. An address is matched only by addresses, never by a DNS name that looks like one.
    pub fn matches_name(&self, host: &str) -> NameMatch {
        let host = plain_name(host);
        if host.is_empty() {
            return NameMatch::Mismatch;
        }
        if self.dns_names.is_empty() && self.ip_addresses.is_empty() {
            let is_common_name = self.common_name.as_deref().is_some_and(|name| plain_name(name) == host);
            return if is_common_name { NameMatch::CommonNameOnly } else { NameMatch::Mismatch };
        }
        if let Ok(address) = host.parse::<IpAddr>() {
            let found = self.ip_addresses.iter().any(|name| name.parse() == Ok(address));
            return if found { NameMatch::Exact } else { NameMatch::Mismatch };
        }
        if self.dns_names.iter().any(|name| plain_name(name) == host) {
            return NameMatch::Exact;
        }
        match self.dns_names.iter().find(|name| covers(&plain_name(name), &host)) {
            Some(pattern) => NameMatch::Wildcard { pattern: pattern.clone() },
            None => NameMatch::Mismatch,
        }
    }

    /// Whether any of its DNS names is a wildcard.
    pub fn has_wildcard(&self) -> bool {
        self.dns_names.iter().any(|name| name.contains('*'))
    }
}

/// A name or address as it is compared: without case, final dot and brackets, an address in its usual short form.
pub(crate) fn plain_name(name: &str) -> String {
    let name = name.trim();
    let name = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    name.parse::<IpAddr>().map_or(name, |address| address.to_string())
}

/// Whether two texts are the same name or the same address. A short name and its full form are different names.
pub(crate) fn is_same_name(one: &str, other: &str) -> bool {
    plain_name(one) == plain_name(other)
}

/// A `*` stands for exactly one whole label, the first, and never for a label of a two-label name (`*.test`).
fn covers(pattern: &str, host: &str) -> bool {
    let Some(parent) = pattern.strip_prefix("*.") else { return false };
    parent.contains('.') && host.split_once('.').is_some_and(|(label, rest)| !label.is_empty() && rest == parent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_stands_for_one_first_label() {
        assert!(covers("*.lab.test", "esx01.lab.test"));
        for host in ["lab.test", "a.esx01.lab.test", ".lab.test", "esx01.lab.tests", "esx01.xlab.test", ""] {
            assert!(!covers("*.lab.test", host), "{host}");
        }
        assert!(!covers("*.test", "esx01.test"));
        assert!(!covers("esx*.lab.test", "esx01.lab.test"));
        assert!(!covers("*", "esx01"));
    }

    #[test]
    fn names_are_compared_without_case_final_dot_and_brackets() {
        assert_eq!(plain_name("ESX01.Lab.Test."), "esx01.lab.test");
        assert_eq!(plain_name("[2001:DB8::1]"), "2001:db8::1");
        assert_eq!(plain_name("2001:db8:0:0::0001"), "2001:db8::1");
        assert_eq!(plain_name("."), "");
    }
}
