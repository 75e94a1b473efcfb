//! What can be wrong, one file each, and the judging of facts by all of them.
//!
//! A rule's file begins with its public page, as a doc comment; then come `RULE`, its check, and its tests. The table
//! of all rules is [`RULES`], sorted by code. There is no other registration.
//!
//! A new rule is a file, a line in its group's `mod.rs`, a row in [`RULES`], and its code in the `explains` of what
//! causes it. Its rank puts it below those and above what it explains; tests hold both.

pub(crate) mod case;
#[cfg(test)]
pub(crate) mod cases;
mod finding;
mod fold;
mod judge;
mod log;
pub mod page;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod words;

mod client_certificate;
pub(crate) mod environment;
pub(crate) mod host_certificate;
mod provider;

pub use case::Case;
pub(crate) use case::Port;
pub use finding::{Confidence, Finding, Judgement, Place, PlaceKind, Unanswered};
pub use judge::judge;
pub(crate) use words::{certificate_seen, span};

use std::collections::BTreeSet;

use crate::diagnostic::{Evidence, Severity};
use crate::facts::{Host, Missing, Provider};
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
    /// the vCenter at every place.
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
    /// The ids of the hosts that it does harm to, where these are not simply all at its place.
    pub reach: Option<BTreeSet<String>>,
}

impl Verdict {
    /// The trouble is there.
    pub fn found(message: impl Into<String>, evidence: Vec<Evidence>) -> Self {
        Self::Found(Found { message: message.into(), evidence, reach: None })
    }

    /// The same trouble, which does harm to these hosts only: what others show does not follow from it.
    pub(crate) fn reaching<'h>(self, hosts: impl IntoIterator<Item = &'h Host>) -> Self {
        match self {
            Self::Found(found) => {
                let reach = hosts.into_iter().map(|host| host.id.0.clone()).collect();
                Self::Found(Found { reach: Some(reach), ..found })
            }
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
    client_certificate::castore_empty::RULE,
    client_certificate::castore_missing_sms::RULE,
    client_certificate::castore_missing_vmca_root::RULE,
    client_certificate::castore_stale_sms::RULE,
    host_certificate::cert_not_yet_valid::RULE,
    client_certificate::esx9_client_untrusted::RULE,
    host_certificate::host_cert_expired::RULE,
    host_certificate::host_cert_expiring_hard::RULE,
    host_certificate::host_cert_expiring_soft::RULE,
    host_certificate::host_cert_foreign_ca::RULE,
    host_certificate::host_cert_name_mismatch::RULE,
    host_certificate::host_cert_old_vmca_root::RULE,
    host_certificate::host_cert_self_signed::RULE,
    host_certificate::host_cert_self_signed_custom::RULE,
    host_certificate::host_cert_untrusted_custom::RULE,
    environment::host_disconnected::RULE,
    environment::host_maintenance::RULE,
    environment::host_not_responding::RULE,
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
    provider::provider_orphan::RULE,
    provider::provider_status_unknown::RULE,
    provider::provider_syncerror::RULE,
    environment::scanner_clock_skew::RULE,
    client_certificate::sms_cert_expired::RULE,
    client_certificate::sms_cert_expiring::RULE,
    client_certificate::sms_cert_missing::RULE,
    environment::sms_endpoint_down::RULE,
    environment::sps_service_stopped::RULE,
    environment::vc_host_clock_skew::RULE,
    host_certificate::vmca_root_expired::RULE,
    host_certificate::vp_cert_expired::RULE,
    host_certificate::vp_cert_expiring_hard::RULE,
    host_certificate::vp_cert_expiring_soft::RULE,
    host_certificate::vp_cert_newer_than_host::RULE,
    host_certificate::vp_cert_stale::RULE,
    host_certificate::vp_port_filtered::RULE,
    host_certificate::vp_port_refused::RULE,
    host_certificate::vp_tls_handshake_failed::RULE,
    environment::whole_fleet_down::RULE,
];

/// The rule with this code.
pub fn find(code: &str) -> Option<&'static Rule> {
    RULES.binary_search_by(|rule| rule.code.cmp(code)).ok().and_then(|index| RULES.get(index))
}
