//! A certificate that SPS shows to hosts is expired, gone, or from an earlier root: keep and delete its entry (A13, A13x),
//! restart SPS, which makes it anew (A12), and let every host that it is shown to trust the new one (A8). Until a host does,
//! it refuses SPS, so the whole fleet is disturbed; that needs a consent of its own, and one gate that holds one host holds
//! all. A host whose release is not known may be one of them, so it holds all too; one that is not connected cannot be told
//! of the new certificate, and the plan names it.

use super::{FleetDraft, HostDraft, Remedy, Scope, Stage, moves};
use crate::facts::{CertificateMode, Host, MissingReason, Observed};
use crate::plan::{ClientEntry, Planning};

pub(super) const RENEW_SMS: Remedy = Remedy {
    name: "renew-sms-certificate",
    help: "have SPS make `sms_self_signed` anew, and let every host below 9.0 trust it (needs the setting `allow_fleet_wide`)",
    scope: Scope::VCenter(renew_sms),
};

pub(super) const RENEW_EXTENSION: Remedy = Remedy {
    name: "renew-sps-extension",
    help: "have SPS make `sps-extension` anew, for arrays and hosts from 9.0 on (needs the setting `allow_fleet_wide`)",
    scope: Scope::VCenter(renew_extension),
};

fn renew_sms(planning: &Planning<'_>, draft: &mut FleetDraft) -> Result<(), String> {
    renew(planning, ClientEntry::SmsSelfSigned, draft)
}

fn renew_extension(planning: &Planning<'_>, draft: &mut FleetDraft) -> Result<(), String> {
    renew(planning, ClientEntry::SpsExtension, draft)
}

fn renew(planning: &Planning<'_>, entry: ClientEntry, draft: &mut FleetDraft) -> Result<(), String> {
    let alias = entry.alias();
    if !planning.case.policy.allow_fleet_wide {
        return Err(format!(
            "renewing `{alias}` takes providers of the whole fleet away until each host trusts the new certificate; allow it by the setting `allow_fleet_wide`"
        ));
    }
    if !planning.ways.appliance_shell {
        return Err(format!(
            "renewing `{alias}` needs a command on the vCenter appliance; give a root login for SSH by the setting `appliance_ssh`"
        ));
    }
    let sms = &planning.case.facts.vcenter.sms;
    let seen = match entry {
        ClientEntry::SmsSelfSigned => &sms.sms_self_signed,
        ClientEntry::SpsExtension => &sms.sps_extension,
    };
    let before = match seen {
        Observed::Seen { value, .. } => Some(*value),
        Observed::Unknown(missing) if missing.reason == MissingReason::Gone => None,
        Observed::Unknown(missing) => return Err(format!("`{alias}` is not known: {}", missing.message)),
    };
    if entry == ClientEntry::SmsSelfSigned {
        draft.notes = out_of_reach(planning)?;
    }
    let timeout = planning.case.policy.step_timeout_seconds;
    if before.is_some() {
        draft.first.push(moves::delete_client_entry(entry, before, timeout));
    }
    draft.first.push(moves::restart_sps_to_renew(entry, before, timeout));
    let is_shown = |host: &&Host| match entry {
        ClientEntry::SmsSelfSigned => host.major_version().is_none_or(|major| major < 9),
        ClientEntry::SpsExtension => host.major_version().is_none_or(|major| major >= 9),
    };
    for host in planning.case.facts.hosts.values().filter(|host| host.is_connected()).filter(is_shown) {
        draft.hosts.insert(host.id.clone(), on_host(planning, host, entry, timeout));
    }
    Ok(())
}

/// The hosts below 9.0 that cannot be told of a new `sms_self_signed` now. `Err` where it is not known which hosts see it.
fn out_of_reach(planning: &Planning<'_>) -> Result<Vec<String>, String> {
    let hosts = || planning.case.facts.hosts.values();
    let unknown: Vec<&str> =
        hosts().filter(|host| host.major_version().is_none()).map(|host| host.name.as_str()).collect();
    if !unknown.is_empty() {
        return Err(format!(
            "whether `{}` would refuse SPS after it is not known, because the release there is not; bring the host back into vCenter's view, or remove it from the inventory",
            unknown.join("`, `")
        ));
    }
    let is_away = |host: &&Host| host.major_version().is_some_and(|major| major < 9) && !host.is_connected();
    Ok(hosts()
        .filter(is_away)
        .map(|host| {
            format!(
                "`{}`: it is not connected to vCenter, so it is not told of the new `sms_self_signed`, and refuses SPS when it is back; plan again then",
                host.name
            )
        })
        .collect())
}

/// `sps-extension` is trusted through its issuer, so hosts from 9.0 on need nothing in their store.
fn on_host(planning: &Planning<'_>, host: &Host, entry: ClientEntry, timeout: i64) -> HostDraft {
    let mut draft = HostDraft::default();
    if entry == ClientEntry::SmsSelfSigned {
        draft.add(Stage::CaStore, moves::trust_client_certificate(host, timeout));
    }
    // Where SMS pins each provider, a sync is all that may be done; see `refresh_provider`.
    if planning.case.facts.vcenter.mode.value() != Some(&CertificateMode::Thumbprint) {
        draft.awaits_provider = planning.case.canonical_provider(host).is_some();
    }
    if planning.case.canonical_provider(host).is_some() {
        draft.add(Stage::Sync, moves::sync_provider(host, super::refresh_provider::PATIENCE_SECONDS.min(timeout)));
    }
    draft
}
