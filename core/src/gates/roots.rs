//! ## What it looks at
//!
//! Whether vCenter's own certificate and the roots that it trusts can be read and are within their dates. A trusted root
//! that has expired closes the gate only when nothing newer of its name is trusted: old ones are often left behind.
//!
//! ## Why it holds
//!
//! VMCA issues no certificate that outlives its root, and a root that cannot be read can stop vCenter's main service.
//! Pushing roots spreads what is wrong with them.
//!
//! ## Sources
//!
//! vSphere documentation, renewing ESXi certificates (grade A); KB 403980, unreadable roots (grade A).

use super::gate::{Gate, GateCheck, GateState, Touches, read};
use crate::case::Case;
use crate::certificate::Certificate;
use crate::facts::{Missing, MissingReason};

pub(super) const GATE: Gate = Gate {
    name: "roots",
    title: "vCenter's own certificate and its trusted roots are good",
    holds: &[
        Touches::HostCertificate,
        Touches::OwnCertificate,
        Touches::ClientTrust,
        Touches::HostConnection,
        Touches::VcenterStore,
    ],
    check: GateCheck::VCenter(check),
    source: include_str!("roots.rs"),
};

fn check(case: &Case<'_>) -> GateState {
    let vcenter = &case.facts.vcenter;
    let roots = read!(vcenter.trusted_roots.known());
    let own = read!(vcenter.on_https.known());
    let own = match case.certificate(&own.leaf) {
        Ok(own) => own,
        Err(missing) => return GateState::Unknown(missing),
    };
    if !case.validity(own).is_valid() {
        let message = format!("vCenter's own certificate is not within its dates (not after {})", own.not_after);
        return GateState::closed(message, "certificate of vCenter", own.subject.clone());
    }
    if let Some(unreadable) = vcenter.unreadable_roots.first() {
        let message = format!("trusted root `{unreadable}` of vCenter cannot be read");
        return GateState::closed(message, "unreadable trusted roots", vcenter.unreadable_roots.join(", "));
    }
    if roots.len() != case.roots.len() || roots.is_empty() {
        return GateState::Unknown(Missing {
            reason: MissingReason::Malformed,
            message: format!("{} of {} trusted roots of vCenter are known", case.roots.len(), roots.len()),
            help: "survey again; these facts are not complete".to_owned(),
        });
    }
    let is_replaced = |root: &Certificate| case.roots.iter().any(|other| stands_in(case, root, other));
    match case.roots.iter().find(|root| !case.validity(root).is_valid() && !is_replaced(root)) {
        Some(root) => {
            let message =
                format!("trusted root `{}` is not within its dates (not after {})", root.subject, root.not_after);
            GateState::closed(message, "trusted root", root.fingerprint.short())
        }
        None => GateState::open("trusted roots", format!("{}, all good or replaced", roots.len())),
    }
}

fn stands_in(case: &Case<'_>, root: &Certificate, other: &Certificate) -> bool {
    other.subject == root.subject && case.validity(other).is_valid()
}
