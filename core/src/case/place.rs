//! Where a trouble is.

use serde::{Deserialize, Serialize};

use crate::facts::{Facts, Host, Provider};

/// Where a trouble is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// What kind of thing it is.
    pub kind: PlaceKind,
    /// Its id: a managed object id, a provider's uid, or the vCenter's authority.
    pub id: String,
    /// Its name, for people.
    pub name: String,
    /// The ESXi host that it belongs to, if any.
    pub host: Option<String>,
}

/// What kind of thing a place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceKind {
    /// The vCenter, or the fleet as a whole.
    Vcenter,
    /// An ESXi host.
    Host,
    /// A storage provider.
    Provider,
}

impl Place {
    /// The vCenter, or the fleet as a whole.
    pub(crate) fn vcenter(facts: &Facts) -> Self {
        let authority = facts.vcenter.authority.clone();
        Self { kind: PlaceKind::Vcenter, id: authority.clone(), name: authority, host: None }
    }

    /// An ESXi host.
    pub(crate) fn of_host(host: &Host) -> Self {
        let id = host.id.0.clone();
        Self { kind: PlaceKind::Host, id: id.clone(), name: host.name.clone(), host: Some(id) }
    }

    /// A storage provider, and the host that it serves if that is known.
    pub(crate) fn of_provider(provider: &Provider, host: Option<&Host>) -> Self {
        let host = host.map(|host| host.id.0.clone());
        Self { kind: PlaceKind::Provider, id: provider.id.0.clone(), name: provider.name.clone(), host }
    }
}
