//! Where to look and how to get there: everything that a survey or a run needs to know, without any secret.

use serde::{Deserialize, Serialize};

use crate::request::Trust;

/// One vCenter and the ways to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// `host:port` of the vCenter; the port is 443 as a rule.
    pub vcenter: String,
    /// The user to log in as; the host program keeps the password.
    pub user: String,
    /// How vCenter's certificate is judged.
    pub trust: Trust,
    /// Where ESXi hosts show their host certificate.
    #[serde(default = "https_port")]
    pub esxi_https_port: u16,
    /// Where the IOFilter provider listens.
    #[serde(default = "provider_port")]
    pub provider_port: u16,
    /// How to log in to ESXi hosts by SSH, if that is allowed.
    #[serde(default)]
    pub esxi_ssh: Option<SshLogin>,
    /// How to log in to the vCenter appliance by SSH, if that is allowed.
    #[serde(default)]
    pub appliance_ssh: Option<SshLogin>,
    /// `host` of the appliance's SSH, where it differs from the vCenter's name.
    #[serde(default)]
    pub appliance_address: Option<String>,
    /// The certificate that SPS shows to hosts below 9.0, in PEM, for those who exported it by hand.
    #[serde(default)]
    pub sms_certificate: Option<String>,
    /// Names of saved logs that the host program holds, such as `sps.log`.
    #[serde(default)]
    pub logs: Vec<String>,
    /// What the names of ESXi hosts mean, where that is not to be asked of the name service. Asked before it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub address_book: Vec<AddressEntry>,
    /// Requests that may be open at the same time.
    #[serde(default = "concurrency")]
    pub concurrency: u32,
    /// Seconds that one exchange may take.
    #[serde(default = "deadline")]
    pub deadline_seconds: u32,
}

/// An address and what it is called, as a line of a hosts file has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddressEntry {
    /// The address, IPv4 or IPv6.
    pub address: String,
    /// Its names; the first is the one that the address leads back to.
    pub names: Vec<String>,
}

/// An account for SSH.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SshLogin {
    /// The account, `root` as a rule.
    pub user: String,
    /// The port, 22 as a rule.
    pub port: u16,
}

impl Job {
    /// A job for one vCenter with everything else at its default.
    pub fn new(vcenter: impl Into<String>, user: impl Into<String>, trust: Trust) -> Self {
        Self {
            vcenter: vcenter.into(),
            user: user.into(),
            trust,
            esxi_https_port: https_port(),
            provider_port: provider_port(),
            esxi_ssh: None,
            appliance_ssh: None,
            appliance_address: None,
            sms_certificate: None,
            logs: Vec::new(),
            address_book: Vec::new(),
            concurrency: concurrency(),
            deadline_seconds: deadline(),
        }
    }

    /// The vCenter's name or address without its port and brackets.
    pub fn vcenter_host(&self) -> &str {
        Self::host_of(&self.vcenter)
    }

    /// The name or address of `host:port`, without brackets.
    pub(crate) fn host_of(authority: &str) -> &str {
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
        host.trim_start_matches('[').trim_end_matches(']')
    }

    /// Reads a hosts file: an address and its names on each line, and `#` before what is a comment. A line that is none of
    /// these is passed over, as name services do.
    pub fn read_hosts_file(text: &str) -> Vec<AddressEntry> {
        let entry = |line: &str| {
            let mut words = line.split('#').next()?.split_whitespace();
            let address = words.next()?.parse::<std::net::IpAddr>().ok()?.to_string();
            let names: Vec<String> = words.map(str::to_owned).collect();
            (!names.is_empty()).then_some(AddressEntry { address, names })
        };
        text.lines().filter_map(entry).collect()
    }

    /// `host:port` for `host`, with brackets around an IPv6 address.
    pub fn authority(host: &str, port: u16) -> String {
        if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
    }
}

fn https_port() -> u16 {
    443
}

fn provider_port() -> u16 {
    9080
}

/// Enough that dead hosts do not hold up the others, few enough for a vCenter at work.
fn concurrency() -> u32 {
    64
}

fn deadline() -> u32 {
    60
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_hosts_file_as_name_services_do() {
        let text = "# names\n\n192.0.2.1\tesx01.lab.test esx01 # first\n2001:DB8::1 esx02\nnonsense\n192.0.2.3\n";
        let entry = |address: &str, names: &[&str]| AddressEntry {
            address: address.to_owned(),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
        };
        let expect = [entry("192.0.2.1", &["esx01.lab.test", "esx01"]), entry("2001:db8::1", &["esx02"])];
        assert_eq!(Job::read_hosts_file(text), expect);
    }
}
