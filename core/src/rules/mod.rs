//! What can be wrong, one file each, and the judging of facts by all of them.
//!
//! A rule's file begins with its public page, as a doc comment; then come `RULE`, its check, and its tests. The table
//! of all rules is [`RULES`], sorted by code. There is no other registration.
//!
//! A new rule is a file, a line in its group's `mod.rs`, a row in [`RULES`], and its code in the `explains` of what
//! causes it. Its rank puts it below those and above what it explains; tests hold both.

#[cfg(test)]
mod absurd;
mod authority;
#[cfg(test)]
mod broken_facts;
pub(crate) mod case;
#[cfg(test)]
pub(crate) mod cases;
mod contradictions;
mod events;
mod files;
mod finding;
mod fold;
mod happenings;
mod judge;
mod log;
#[cfg(test)]
mod mix;
mod owner;
pub mod page;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod words;

mod client_certificate;
pub(crate) mod environment;
pub(crate) mod fleet;
mod gates;
pub(crate) mod host_certificate;
pub(crate) mod provider;
mod reach;
mod related;

pub use case::Case;
pub(crate) use case::Port;
pub(crate) use events::event_seen;
pub use finding::{Confidence, Finding, Judgement, Place, PlaceKind, Unanswered};
pub(crate) use happenings::standing;
pub use judge::judge;
pub(crate) use words::{certificate_seen, span};

use std::collections::BTreeSet;

use crate::diagnostic::{Evidence, Severity};
use crate::facts::{Host, Missing, Provider};
use crate::gates::GateState;
pub use crate::log::Grade;
use crate::log::Leg;

/// One trouble that can be found.
pub struct Rule {
    /// Its stable name, in kebab case: the trouble, not the cure.
    pub code: &'static str,
    /// How bad it is. What is only worth knowing ([`Severity::Info`]) is a note: no verdict, no exit code and no plan
    /// comes of it.
    pub severity: Severity,
    /// How sure the facts behind it are; grade C facts never become certainty.
    pub grade: Grade,
    /// One line for lists, without a final stop.
    pub title: &'static str,
    /// Cause before symptom: the smaller, the nearer to the root. Ties are broken by severity, then by code.
    pub rank: u16,
    /// Codes that follow from this one: at the same place, for a rule on a host also at its providers, and for a rule on
    /// the vCenter at every place. What the table of kin codes says of them follows too.
    pub explains: &'static [&'static str],
    /// What the logs of vCenter would say if they say anything; they are quoted for and against.
    pub log: Option<Leg>,
    /// What cures it.
    pub cure: Cure,
    /// Where it applies and how it is checked.
    pub check: Check,
    /// The rule's own source file, whose doc comment is the page.
    pub source: &'static str,
    /// What it must find and what it must not, each a folder of `tests/vectors`.
    #[cfg(test)]
    pub(crate) cases: fn() -> Vec<cases::Case>,
}

/// What cures a trouble, or why nothing of ours does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cure {
    /// The name of a remedy in [`crate::remedies`].
    Remedy(&'static str),
    /// No remedy is offered, and what a person should do instead.
    ByHand(&'static str),
}

/// Where a rule applies and how it is checked. The function looks at one place; it never loops over the fleet.
#[derive(Clone, Copy)]
pub enum Check {
    /// The vCenter and the fleet as a whole.
    VCenter(fn(&Case<'_>) -> Verdict),
    /// One ESXi host.
    Host(fn(&Case<'_>, &Host) -> Verdict),
    /// One IOFilter provider.
    Provider(fn(&Case<'_>, &Provider) -> Verdict),
    /// One storage provider of another kind: such a rule classifies, and hands on.
    OtherProvider(fn(&Case<'_>, &Provider) -> Verdict),
}

/// What a rule says of one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Looked at, and it is well.
    Fine,
    /// The trouble is there.
    Found(Found),
    /// It cannot be told, and why.
    Unknown(Missing),
    /// The rule has nothing to say of this place.
    NotApplicable,
}

/// The trouble as it shows at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// One line, lower case, no final stop; both sides and the gap.
    pub message: String,
    /// What was seen.
    pub evidence: Vec<Evidence>,
    /// The hosts at which it explains what the rule lists.
    pub reach: Reach,
}

/// The hosts that a trouble of the vCenter reaches: SPS shows one certificate to hosts below 9.0 and another to those
/// from 9.0 on (KB 440183), so that what is wrong with the one explains nothing at the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// All.
    All,
    /// Those below 9.0.
    BelowNine,
    /// Those from 9.0 on.
    FromNine,
    /// None: it explains only what is found at the vCenter itself.
    VCenter,
    /// These, by managed object id.
    Hosts(BTreeSet<String>),
}

impl Reach {
    /// These hosts.
    pub(crate) fn of<'h>(hosts: impl IntoIterator<Item = &'h Host>) -> Self {
        Self::Hosts(hosts.into_iter().map(|host| host.id.0.clone()).collect())
    }

    /// True when it reaches this host. One whose version is not known may be reached by anything.
    pub(crate) fn covers(&self, host: &Host) -> bool {
        let is = |wanted: fn(u32) -> bool| host.major_version().is_none_or(wanted);
        match self {
            Self::All => true,
            Self::VCenter => false,
            Self::Hosts(hosts) => hosts.contains(&host.id.0),
            Self::BelowNine => is(|major| major < 9),
            Self::FromNine => is(|major| major >= 9),
        }
    }
}

impl Rule {
    /// Whether this is a rule on hosts that finds its trouble at this one.
    pub(crate) fn finds_at(&self, case: &Case<'_>, host: &Host) -> bool {
        matches!(self.check, Check::Host(check) if matches!(check(case, host), Verdict::Found(_)))
    }
}

impl Verdict {
    /// The trouble is there.
    pub fn found(message: impl Into<String>, evidence: Vec<Evidence>) -> Self {
        Self::Found(Found { message: message.into(), evidence, reach: Reach::All })
    }

    /// The same, and it explains nothing beyond these hosts.
    pub(crate) fn reaching(self, reach: Reach) -> Self {
        match self {
            Self::Found(found) => Self::Found(Found { reach, ..found }),
            other => other,
        }
    }
}

/// Something that is not known makes the verdict unknown.
impl From<Missing> for Verdict {
    fn from(missing: Missing) -> Self {
        Self::Unknown(missing)
    }
}

impl From<&Missing> for Verdict {
    fn from(missing: &Missing) -> Self {
        Self::Unknown(missing.clone())
    }
}

/// A gate as a note: found where it is closed. What a gate does not know is no note; before a change it counts as closed.
impl From<GateState> for Verdict {
    fn from(state: GateState) -> Self {
        match state {
            GateState::Open(_) => Self::Fine,
            GateState::Closed { message, evidence } => Self::found(message, evidence),
            GateState::Unknown(_) => Self::NotApplicable,
        }
    }
}

/// Lets a check go on with what is known, and answer with the verdict that stands in its place otherwise.
macro_rules! known {
    ($result:expr) => {
        match $result {
            Ok(value) => value,
            Err(reason) => return $crate::rules::Verdict::from(reason),
        }
    };
}
pub(crate) use known;

/// Every rule, sorted by code.
pub const RULES: &[Rule] = &[
    provider::alarm_backup_store::RULE,
    provider::alarm_residual::RULE,
    host_certificate::auto_renew_race::RULE,
    client_certificate::castore_bloat::RULE,
    client_certificate::castore_empty::RULE,
    client_certificate::castore_malformed::RULE,
    client_certificate::castore_missing_machine_issuer::RULE,
    client_certificate::castore_missing_sms::RULE,
    client_certificate::castore_missing_vmca_root::RULE,
    client_certificate::castore_stale_sms::RULE,
    client_certificate::castore_unreadable::RULE,
    client_certificate::castore_wiped_after_refresh::RULE,
    host_certificate::cert_not_yet_valid::RULE,
    environment::dns_mismatch::RULE,
    host_certificate::docroot_out_of_sync::RULE,
    client_certificate::esx9_client_untrusted::RULE,
    related::filter_disabled::RULE,
    related::filter_install_failed::RULE,
    gates::gate_autodeploy::RULE,
    gates::gate_custom_mode::RULE,
    gates::gate_elm::RULE,
    gates::gate_filter_in_use::RULE,
    gates::gate_lockdown::RULE,
    gates::gate_maintenance::RULE,
    gates::gate_mode_unknown::RULE,
    gates::gate_no_backup::RULE,
    gates::gate_trust_authority::RULE,
    gates::gate_vcf::RULE,
    gates::gate_vcha::RULE,
    gates::gate_vsan::RULE,
    host_certificate::host_cert_capped_by_root::RULE,
    host_certificate::host_cert_chain_incomplete::RULE,
    host_certificate::host_cert_expired::RULE,
    host_certificate::host_cert_expiring_hard::RULE,
    host_certificate::host_cert_expiring_soft::RULE,
    host_certificate::host_cert_foreign_ca::RULE,
    host_certificate::host_cert_missing::RULE,
    host_certificate::host_cert_name_mismatch::RULE,
    host_certificate::host_cert_no_san::RULE,
    host_certificate::host_cert_old_vmca_root::RULE,
    host_certificate::host_cert_self_signed::RULE,
    host_certificate::host_cert_self_signed_custom::RULE,
    host_certificate::host_cert_untrusted_custom::RULE,
    host_certificate::host_cert_weak::RULE,
    host_certificate::host_cert_wildcard::RULE,
    environment::host_disconnected::RULE,
    host_certificate::host_key_mismatch::RULE,
    environment::host_maintenance::RULE,
    environment::host_not_responding::RULE,
    environment::host_version_unknown::RULE,
    host_certificate::machine_ssl_expired::RULE,
    provider::mode_thumbprint::RULE,
    fleet::only_esx9_down::RULE,
    environment::privilege_missing_view::RULE,
    environment::privilege_missing_write::RULE,
    provider::provider_cache_wedged::RULE,
    provider::provider_cert_cached_stale::RULE,
    provider::provider_cert_expired::RULE,
    provider::provider_cert_hard::RULE,
    provider::provider_cert_invalid::RULE,
    provider::provider_cert_soft::RULE,
    provider::provider_connected_unsynced::RULE,
    provider::provider_disconnected::RULE,
    provider::provider_duplicate::RULE,
    provider::provider_missing::RULE,
    provider::provider_offline::RULE,
    provider::provider_offline_transient::RULE,
    provider::provider_online_valid::RULE,
    provider::provider_orphan::RULE,
    provider::provider_registration_failed::RULE,
    provider::provider_status_unknown::RULE,
    provider::provider_syncerror::RULE,
    provider::provider_unregistration_failed::RULE,
    provider::provider_url_form::RULE,
    provider::refresh_ca_failed_event::RULE,
    provider::register_exists::RULE,
    provider::register_invalid_cert::RULE,
    provider::reregister_not_trusted::RULE,
    reach::reverse_proxy_down::RULE,
    host_certificate::roots_expired_leftover::RULE,
    host_certificate::roots_unparseable::RULE,
    environment::scanner_clock_skew::RULE,
    fleet::single_cluster_down::RULE,
    client_certificate::sms_cert_expired::RULE,
    client_certificate::sms_cert_expiring::RULE,
    client_certificate::sms_cert_missing::RULE,
    client_certificate::sms_cert_renew_failed::RULE,
    environment::sms_endpoint_down::RULE,
    client_certificate::sms_regenerated_fleet_pending::RULE,
    environment::sms_session_invalid::RULE,
    client_certificate::sms_store_missing::RULE,
    client_certificate::sms_store_permission::RULE,
    client_certificate::sps_extension_expired::RULE,
    client_certificate::sps_extension_missing::RULE,
    client_certificate::sps_extension_old_root::RULE,
    environment::sps_service_stopped::RULE,
    provider::thumbprint_entry_leftover::RULE,
    provider::thumbprint_entry_missing::RULE,
    provider::thumbprint_entry_stale::RULE,
    provider::thumbprint_log_flood::RULE,
    environment::tls_interception::RULE,
    environment::vc_host_clock_skew::RULE,
    environment::vc_login_denied::RULE,
    host_certificate::vc_status_lag::RULE,
    environment::vc_unreachable::RULE,
    host_certificate::vcdb_thumbprint_mismatch::RULE,
    environment::vcenter_older_than_host::RULE,
    host_certificate::vmca_root_expired::RULE,
    host_certificate::vmca_root_expiring::RULE,
    host_certificate::vmca_root_too_new::RULE,
    host_certificate::vp_cert_expired::RULE,
    host_certificate::vp_cert_expiring_hard::RULE,
    host_certificate::vp_cert_expiring_soft::RULE,
    host_certificate::vp_cert_newer_than_host::RULE,
    host_certificate::vp_cert_stale::RULE,
    reach::vp_no_certificate::RULE,
    reach::vp_port_filtered::RULE,
    reach::vp_port_refused::RULE,
    reach::vp_ruleset_disabled::RULE,
    reach::vp_ruleset_restricted::RULE,
    reach::vp_tls_handshake_failed::RULE,
    reach::vp_version_xml_error::RULE,
    related::vsan_provider_offline::RULE,
    related::vvol_client_cert_failed::RULE,
    related::vvol_provider_expired::RULE,
    related::vvol_setcontext_storm::RULE,
    fleet::whole_fleet_down::RULE,
];

/// Codes that say of the same thing more than the first does: who explains the first explains them as well.
const KIN: &[(&str, &[&str])] = &[
    (
        "provider-missing",
        &["provider-registration-failed", "register-exists", "register-invalid-cert", "reregister-not-trusted"],
    ),
    ("provider-offline", &["provider-offline-transient", "refresh-ca-failed-event"]),
];

impl Rule {
    /// All codes that follow from this one, sorted.
    pub fn all_explained(&self) -> BTreeSet<&'static str> {
        let kin = |code: &&str| KIN.iter().find(|(of, _)| of == code).map(|(_, kin)| *kin).into_iter().flatten();
        let further = |code: &&str| find(code).is_some_and(|rule| rule.rank > self.rank);
        let kin = self.explains.iter().flat_map(kin).copied().filter(further);
        self.explains.iter().copied().chain(kin).collect()
    }
}

/// The rule with this code.
pub fn find(code: &str) -> Option<&'static Rule> {
    RULES.binary_search_by(|rule| rule.code.cmp(code)).ok().and_then(|index| RULES.get(index))
}
