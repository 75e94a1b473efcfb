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
        count(facts.hosts.len(), "ESXi host"),
        count(facts.providers.len(), "IOFilter provider"),
        count(facts.certificates.iter().count(), "certificate"),
        count(facts.logs.len(), "log"),
    )
}
