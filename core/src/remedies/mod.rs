//! What cures a trouble, one file each.
//!
//! A remedy says when it helps and adds its steps to the draft of a host. Drafts of several remedies are merged: the
//! stages of `Stage` put them in the order that repairs bottom-up, and a step that two remedies want is done once.

mod draft;
mod host_certificate;
pub(crate) mod moves;

mod acknowledge_alarm;
pub(crate) mod agree_on_name;
mod enable_firewall_rule_set;
mod install_custom_certificate;
mod reconnect_host;
mod refresh_ca_certificates;
mod refresh_provider;
mod regenerate_host_certificate;
mod register_provider;
mod reissue_host_certificate;
mod renew_after_root_change;
mod renew_client_certificate;
mod renew_host_certificate;
mod replace_thumbprint_entry;
mod restart_provider_daemon;
mod start_profile_service;
mod synchronise_time;
mod trust_sms_certificate;
mod unregister_provider;

pub(crate) use draft::{Anew, FleetDraft, HostDraft, Stage};

use crate::facts::{Host, Provider};
use crate::plan::Planning;

/// One cure.
pub struct Remedy {
    /// Its stable name, in kebab case.
    pub name: &'static str,
    /// What a person does when they choose it: an imperative, one line.
    pub help: &'static str,
    /// How its steps are made.
    pub(crate) scope: Scope,
}

/// What a remedy works on. The function adds steps, or says why it cannot help here.
pub(crate) enum Scope {
    /// One ESXi host.
    Host(fn(&Planning<'_>, &Host, &mut HostDraft) -> Result<(), String>),
    /// One IOFilter provider.
    Provider(fn(&Planning<'_>, &Provider, &mut FleetDraft) -> Result<(), String>),
    /// The vCenter.
    VCenter(fn(&Planning<'_>, &mut FleetDraft) -> Result<(), String>),
}

/// Every remedy, sorted by name.
pub const REMEDIES: &[Remedy] = &[
    acknowledge_alarm::REMEDY,
    agree_on_name::REMEDY,
    enable_firewall_rule_set::REMEDY,
    install_custom_certificate::REMEDY,
    reconnect_host::REMEDY,
    refresh_ca_certificates::REMEDY,
    refresh_provider::REMEDY,
    regenerate_host_certificate::REMEDY,
    register_provider::REMEDY,
    reissue_host_certificate::REMEDY,
    renew_after_root_change::REMEDY,
    renew_host_certificate::REMEDY,
    renew_client_certificate::RENEW_SMS,
    renew_client_certificate::RENEW_EXTENSION,
    replace_thumbprint_entry::REMEDY,
    restart_provider_daemon::REMEDY,
    start_profile_service::REMEDY,
    synchronise_time::REMEDY,
    trust_sms_certificate::REMEDY,
    unregister_provider::REMEDY,
];

/// The remedy with this name.
pub fn find(name: &str) -> Option<&'static Remedy> {
    REMEDIES.binary_search_by(|remedy| remedy.name.cmp(name)).ok().and_then(|index| REMEDIES.get(index))
}

/// Whether a remedy of this name exists.
pub fn exists(name: &str) -> bool {
    find(name).is_some()
}

/// What a person does when they choose the remedy of this name; empty for a name of another version.
pub fn help(name: &str) -> String {
    find(name).map(|remedy| remedy.help.to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_every_entry_can_be_found() {
        assert!(REMEDIES.is_sorted_by(|left, right| left.name < right.name));
        for remedy in REMEDIES {
            assert_eq!(help(remedy.name), remedy.help);
            assert!(!remedy.help.ends_with('.'), "{}", remedy.name);
        }
    }
}
