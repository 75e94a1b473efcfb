//! The host does not trust what vCenter trusts: a root was never pushed, or was replaced. Have vCenter push its roots (A6),
//! look at the store and put back all that was there and the certificate of SPS (A8). A host certificate that an earlier
//! root signed is renewed after that.

use super::{HostDraft, Remedy, Scope, Stage, moves};
use crate::certificate::Certificate;
use crate::facts::Host;
use crate::plan::Planning;

pub(super) const REMEDY: Remedy = Remedy {
    name: "refresh-ca-certificates",
    help: "have vCenter push its trusted roots to the host, put back what that drops from the host's CA store, then synchronise the provider",
    scope: Scope::Host(steps),
};

fn steps(planning: &Planning<'_>, host: &Host, draft: &mut HostDraft) -> Result<(), String> {
    push(planning, host, draft)?;
    super::refresh_provider::steps(planning, host, draft)
}

/// A6 and the A8 that always follows it.
pub(super) fn push(planning: &Planning<'_>, host: &Host, draft: &mut HostDraft) -> Result<(), String> {
    let facts = planning.case.facts;
    let store = host.ca_store.known().map_err(|missing| format!("the CA store is not known: {}", missing.message))?;
    let held: Option<Vec<&Certificate>> = store.iter().map(|one| facts.certificates.find(one)).collect();
    let held = held.ok_or("a certificate of the CA store is not known")?;
    let roots: Vec<&Certificate> = planning.case.roots.iter().copied().filter(|root| root.is_ca).collect();
    if roots.is_empty() {
        return Err("the roots that vCenter trusts are not known, so there is nothing to push".to_owned());
    }
    let timeout = planning.case.policy.step_timeout_seconds;
    draft.add(Stage::CaStore, moves::push_roots(host, &roots, timeout));
    let client = super::trust_sms_certificate::client_certificate(facts, host);
    let all: Vec<&Certificate> = held.into_iter().chain(roots).chain(client).collect();
    draft.add(Stage::CaStore, moves::add_to_ca_store(host, &all, timeout));
    Ok(())
}
