//! How much was seen, in one paragraph.

use iofilter_certs::facts::Facts;

use super::count;

/// What the facts are about.
pub(crate) fn facts(facts: &Facts) -> String {
    format!(
        "facts of vCenter `{}`, seen from {} to {}: {}, {}, {}, {}\njudge them with `iofilter-certs check --facts FILE`\n",
        facts.vcenter.authority,
        facts.began_at,
        facts.ended_at,
        count(facts.hosts.len() as u64, "ESXi host"),
        count(facts.providers.len() as u64, "IOFilter provider"),
        count(facts.certificates.iter().count() as u64, "certificate"),
        count(facts.logs.len() as u64, "log"),
    )
}
