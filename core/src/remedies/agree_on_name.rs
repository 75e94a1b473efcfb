//! The name in the certificate, the name in the inventory and the name in the provider's URL are not one. Where the
//! certificate carries the host's name in the inventory and only the URL is of another, an older one, the certificate is
//! right: the provider is registered anew (A3, A12, A4). Otherwise the certificate is renewed.

use super::{Anew, HostDraft, Remedy, Scope};
use crate::certificate::NameMatch;
use crate::facts::{Facts, Host};
use crate::plan::Planning;

pub(crate) const REMEDY: Remedy = Remedy {
    name: "agree-on-name",
    help: "agree on one name of the host; where its certificate carries the name in the inventory have the provider registered anew by it, otherwise renew the certificate",
    scope: Scope::Host(steps),
};

fn steps(planning: &Planning<'_>, host: &Host, draft: &mut HostDraft) -> Result<(), String> {
    if !carries_own_name(planning.case.facts, host) {
        return super::renew_host_certificate::steps(planning, host, draft);
    }
    super::refresh_provider::may_register_anew(planning)?;
    draft.anew = Anew::Surely;
    draft.awaits_provider = true;
    Ok(())
}

/// Whether the certificate on port 443 carries the host's name in the inventory, so that renewing it would change nothing.
pub(crate) fn carries_own_name(facts: &Facts, host: &Host) -> bool {
    let leaf = host.on_443.value().and_then(|shown| facts.certificates.find(&shown.leaf));
    leaf.is_some_and(|leaf| leaf.matches_name(&host.name) == NameMatch::Exact)
}
