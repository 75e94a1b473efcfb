//! In certificate mode `thumbprint` SPS accepts a provider by an entry of its store `SMS` (KB 318194): make or replace it
//! from what port 9080 shows (A13t), and restart SPS once if that was not enough (A12). Who believes the wrong certificate
//! once believes it for good, so unless two other witnesses agree a person is asked first.

use super::{HostDraft, Remedy, Scope, Stage, moves};
use crate::facts::{CertificateMode, Host};
use crate::plan::{Planning, Safety};

pub(super) const REMEDY: Remedy = Remedy {
    name: "replace-thumbprint-entry",
    help: "make the entry of the provider in the store `SMS` from the certificate that port 9080 shows",
    scope: Scope::Host(steps),
};

fn steps(planning: &Planning<'_>, host: &Host, draft: &mut HostDraft) -> Result<(), String> {
    let facts = planning.case.facts;
    if facts.vcenter.mode.value() != Some(&CertificateMode::Thumbprint) {
        return Err(
            "providers are trusted by entries in the store `SMS` in certificate mode `thumbprint` only".to_owned()
        );
    }
    if !planning.ways.appliance_shell {
        return Err(
            "it needs a command on the vCenter appliance; give a root login for SSH by the setting `appliance_ssh`"
                .to_owned(),
        );
    }
    let leaf = host.on_9080.known().map_err(|missing| missing.message.clone())?.leaf;
    let leaf = planning.case.certificate(&leaf).map_err(|missing| missing.message)?;
    if !planning.case.validity(leaf).is_valid() {
        return Err(format!("the certificate on port 9080 is not within its dates (not after {})", leaf.not_after));
    }
    let url = match planning.case.canonical_provider(host) {
        Some(provider) => provider.url.text.clone(),
        None => planning.provider_url(host),
    };
    let stores = facts.vcenter.vecs.known().map_err(|missing| missing.message.clone())?;
    let entry = stores.iter().find(|store| store.name == "SMS").and_then(|store| store.entry(&url));
    let before = entry.and_then(|entry| entry.certificate).and_then(|one| facts.certificates.find(&one));
    let timeout = planning.case.policy.step_timeout_seconds;
    let safety = if is_witnessed(host, &leaf.sha1_thumbprint) { Safety::Disturbs } else { Safety::AskFirst };
    draft.add(Stage::Pin, moves::pin_provider(host, &url, leaf, before, safety, timeout));
    if planning.case.canonical_provider(host).is_some() {
        draft.add(Stage::Sync, moves::sync_provider(host, super::refresh_provider::PATIENCE_SECONDS.min(timeout)));
    }
    draft.reloads_store = true;
    draft.awaits_provider = true;
    Ok(())
}

/// Port 443 shows the same certificate, and it is the one by which vCenter itself knows the host.
fn is_witnessed(host: &Host, thumbprint: &str) -> bool {
    let same = host.on_443.value().zip(host.on_9080.value()).is_some_and(|(own, copy)| own.leaf == copy.leaf);
    same && host.expected_thumbprint.value().is_some_and(|expected| expected.eq_ignore_ascii_case(thumbprint))
}
