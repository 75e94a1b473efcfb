//! Small texts of a bundle: names, versions, ids.

use std::sync::LazyLock;

use regex::Regex;

/// What `uname -a` tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SystemName {
    /// An ESXi host says `VMkernel`, the appliance `Linux`.
    pub(super) is_esxi: bool,
    pub(super) name: String,
    /// Only ESXi's is the product's.
    pub(super) version: Option<String>,
}

/// `VMkernel esx01.example.com 8.0.3 #1 SMP Release build-24022510 ... ESXi`.
pub(super) fn system_name(text: &str) -> Option<SystemName> {
    let mut words = text.lines().next()?.split_whitespace();
    let is_esxi = match words.next()? {
        "VMkernel" => true,
        "Linux" => false,
        _ => return None,
    };
    let name = words.next().filter(|name| is_machine_name(name))?.to_owned();
    let version = words.next().filter(|_| is_esxi).and_then(version);
    Some(SystemName { is_esxi, name, version })
}

/// `VMware ESXi 8.0.3 build-24022510`.
pub(super) fn esxi_version(text: &str) -> Option<String> {
    version(text.lines().find_map(|line| line.trim().strip_prefix("VMware ESXi "))?)
}

/// Version and build of the appliance from `.buildInfo`: lines `NAME:value`.
pub(super) fn appliance_version(text: &str) -> (Option<String>, Option<String>) {
    let value = |name: &str| text.lines().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix(':'));
    let version = ["VERSION", "CLOUDVM_VERSION", "SUMMARY"].iter().find_map(|name| version(value(name)?));
    let build = value("BUILDNUMBER").map(str::trim).filter(|build| build.chars().all(|c| c.is_ascii_digit()));
    (version, build.filter(|build| !build.is_empty()).map(str::to_owned))
}

/// The host's managed object id and its address from `vpxa.cfg`.
pub(super) fn host_agent(text: &str) -> (Option<String>, Option<String>) {
    let value = |name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        rest.split('<').next().map(str::trim)
    };
    let is_id = |id: &&str| id.strip_prefix("host-").is_some_and(|number| number.parse::<u64>().is_ok());
    let is_address = |address: &&str| address.parse::<std::net::IpAddr>().is_ok();
    (value("hostKey").filter(is_id).map(str::to_owned), value("hostIp").filter(is_address).map(str::to_owned))
}

/// A name or an address that a machine can have.
pub(super) fn is_machine_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
    !name.is_empty() && name.len() <= 253 && name != "localhost" && name.chars().all(allowed)
}

fn version(text: &str) -> Option<String> {
    VERSION.iter().find_map(|version| version.find(text)).map(|found| found.as_str().to_owned())
}

/// A regular expression, or nothing if it is not one; a test holds that it is.
static VERSION: LazyLock<Vec<Regex>> = LazyLock::new(|| Regex::new(r"\d+\.\d+\.\d+").into_iter().collect());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_tells_its_name_and_whether_it_is_esxi() {
        let esxi = system_name("VMkernel esx01.lab.test 8.0.3 #1 SMP Release build-24022510 Jun  3 2024 x86_64 ESXi\n");
        let expected = SystemName { is_esxi: true, name: "esx01.lab.test".into(), version: Some("8.0.3".into()) };
        assert_eq!(esxi, Some(expected));
        let appliance = system_name("Linux vc01.lab.test 4.19.307-5.ph3 #1-photon SMP x86_64 GNU/Linux");
        assert_eq!(appliance.map(|one| (one.is_esxi, one.version)), Some((false, None)));
        for text in ["", "VMkernel", "VMkernel localhost 8.0.3", "VMkernel `rm` 8.0.3", "Darwin x 1.2.3"] {
            assert_eq!(system_name(text), None, "{text}");
        }
    }

    #[test]
    fn versions_are_read_where_they_are_told() {
        let esxi = esxi_version("VMware ESXi 8.0.3 build-24022510\nVMware ESXi 8.0 Update 3\n");
        assert_eq!(esxi.as_deref(), Some("8.0.3"));
        assert_eq!(esxi_version("sh: vmware: not found 1.2.3"), None);
        let info = "BUILDNUMBER:24022515\nCLOUDVM_VERSION:VMware-vCenter-Server-Appliance-8.0.3.00000\nSUMMARY:x\n";
        assert_eq!(appliance_version(info), (Some("8.0.3".into()), Some("24022515".into())));
        assert_eq!(appliance_version("BUILDNUMBER:x\nSUMMARY:vCenter 8.0 Update 3"), (None, None));
    }

    #[test]
    fn the_agent_tells_what_vcenter_calls_the_host() {
        let settings =
            "<config>\n <vpxa>\n  <hostIp>192.0.2.11</hostIp>\n  <hostKey>host-21</hostKey>\n </vpxa>\n</config>";
        assert_eq!(host_agent(settings), (Some("host-21".into()), Some("192.0.2.11".into())));
        assert_eq!(host_agent("<hostKey>21</hostKey><hostIp>esx</hostIp>"), (None, None));
        assert_eq!(host_agent("<hostKey>"), (None, None));
    }
}
