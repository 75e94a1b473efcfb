//! What is not as it was before a run that went back: named thing by thing, from what was seen before and after.
//!
//! Some effects cannot be undone (the key of a renewed certificate is gone), and hosts that were cured before another one
//! failed stay cured. Both are told; what is not told is as it was.

use serde::{Deserialize, Serialize};

use super::evidence::{HostPicture, ProviderPicture};
use super::{Run, Status};
use crate::certificate::Fingerprint;
use crate::plan::{Act, HostRef, Step, Undo};
use crate::request::SshChange;

/// One thing that is not as it was before the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// The host's name; `None` for the vCenter.
    pub host: Option<String>,
    /// What it is.
    pub what: KeptThing,
    /// Why it stays.
    pub why: String,
}

/// What can be other than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeptThing {
    /// The certificate that the host shows on port 443.
    HostCertificate,
    /// The certificate that its storage provider shows on port 9080.
    ProviderCertificate,
    /// The certificates of its CA store.
    CaStore,
    /// What SMS has stored of its storage provider: whether there is one, where, and with which certificate.
    Registration,
    /// Its connection to vCenter.
    Connection,
    /// The effect of a step that is done, and is none of these.
    Step,
}

impl KeptThing {
    /// What is compared in two pictures.
    const SEEN: [Self; 5] =
        [Self::HostCertificate, Self::ProviderCertificate, Self::CaStore, Self::Registration, Self::Connection];

    /// It in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::HostCertificate => "the certificate on port 443",
            Self::ProviderCertificate => "the certificate on port 9080",
            Self::CaStore => "the CA store",
            Self::Registration => "the registration of the storage provider",
            Self::Connection => "the connection to vCenter",
            Self::Step => "the effect of a step",
        }
    }

    /// Whether it is another one; `None` where it was not seen both times.
    fn differs(self, before: &HostPicture, after: &HostPicture) -> Option<bool> {
        match self {
            Self::HostCertificate => is_other(before.on_443.as_ref(), after.on_443.as_ref()),
            Self::ProviderCertificate => is_other(before.on_9080.as_ref(), after.on_9080.as_ref()),
            Self::CaStore => is_other(sorted(before).as_ref(), sorted(after).as_ref()),
            Self::Registration => is_other(registered(before).as_ref(), registered(after).as_ref()),
            Self::Connection => is_other(before.connection.as_ref(), after.connection.as_ref()),
            Self::Step => None,
        }
    }

    /// Whether this act is known to change it.
    fn is_changed_by(self, act: &Act) -> bool {
        match act {
            Act::RenewHostCertificate { .. } | Act::ReconnectHost { .. } => true,
            Act::InstallHostCertificate { .. } | Act::NotifyServices { .. } => self <= Self::ProviderCertificate,
            Act::Shell { command: SshChange::RestartProviderDaemon, .. } => self == Self::ProviderCertificate,
            Act::Shell { .. } => self <= Self::ProviderCertificate || self == Self::Connection,
            Act::PushRoots { .. } | Act::AddToCaStore { .. } | Act::TrustClientCertificate { .. } => {
                self == Self::CaStore
            }
            Act::DisconnectHost { .. } => self == Self::Connection,
            Act::SyncProvider { .. }
            | Act::ReconnectProvider { .. }
            | Act::UnregisterProvider { .. }
            | Act::RegisterProvider { .. }
            | Act::RestartSps
            | Act::StartSps => self == Self::Registration,
            Act::AwaitProvider { .. }
            | Act::RequestSigning { .. }
            | Act::DeleteClientEntry { .. }
            | Act::RestoreClientEntry { .. }
            | Act::PinProvider { .. }
            | Act::UnpinProvider { .. }
            | Act::SetRuleSet { .. }
            | Act::SetAllowedAddresses { .. }
            | Act::SetTimeServers { .. }
            | Act::ClearAlarms { .. }
            | Act::AcknowledgeAlarm { .. }
            | Act::StartService { .. }
            | Act::StopService { .. } => false,
        }
    }
}

/// What is not as it was: as seen on hosts, then what steps did that no picture shows.
pub(super) fn of(run: &Run) -> Vec<Kept> {
    let pictures = run.before.as_ref().zip(run.after.as_ref());
    let pairs = pictures.into_iter().flat_map(|(before, after)| {
        let later = |one: &HostPicture| after.hosts.iter().find(|other| other.host.id == one.host.id);
        before.hosts.iter().filter_map(move |one| Some((one, later(one)?)))
    });
    let mut all: Vec<Kept> = pairs
        .flat_map(|(before, after)| {
            KeptThing::SEEN.into_iter().filter_map(|what| {
                let why = match what.differs(before, after) {
                    Some(false) => return None,
                    Some(true) => why(run, &before.host, what).unwrap_or_else(|| NOBODY.to_owned()),
                    None => format!("{}; {UNSEEN}", why(run, &before.host, what)?),
                };
                Some(Kept { host: Some(before.host.name.clone()), what, why })
            })
        })
        .collect();
    all.extend(run.plan().steps().filter(|step| stays_unseen(run, step)).map(|step| Kept {
        host: step.host.as_ref().map(|host| host.name.clone()),
        what: KeptThing::Step,
        why: format!("done, and not taken back: {}", step.act.title()),
    }));
    all
}

/// By the step that is to blame: one that is done, or the first that could not be undone. `None` where there is none.
fn why(run: &Run, host: &HostRef, what: KeptThing) -> Option<String> {
    let is_here = |step: &&Step| step.host.as_ref().is_none_or(|own| own == host) && what.is_changed_by(&step.act);
    let with = |status: Status| run.plan().steps().filter(is_here).filter(move |step| run.status(step.id) == status);
    if let Some(step) = with(Status::Succeeded).next() {
        return Some(format!("done, and not taken back: {}", step.act.title()));
    }
    with(Status::Undone).find_map(|step| match &step.undo {
        Undo::Nothing(why) => Some(format!("begun: {}; {why}", step.act.title())),
        Undo::By { .. } | Undo::PutBackCaStore => None,
    })
}

/// What is said of a change that no step accounts for.
const NOBODY: &str = "no step of this run accounts for it";
/// What is said where a thing that a step may have changed was not seen both times.
const UNSEEN: &str = "whether it is another one could not be seen";

/// A step that is done, has something to take back, shows in no picture, and is not made up for by another one, as what
/// opens a shell is by what closes it.
fn stays_unseen(run: &Run, step: &Step) -> bool {
    let Undo::By { act: back, .. } = &step.undo else { return false };
    let done = |act: &Act| {
        let of_this_act = run.plan().steps().filter(|other| other.act == *act);
        of_this_act.filter(|other| run.status(other.id) == Status::Succeeded).count()
    };
    let is_seen = step.host.is_some() && KeptThing::SEEN.iter().any(|thing| thing.is_changed_by(&step.act));
    run.status(step.id) == Status::Succeeded && !is_seen && done(&step.act) > done(back)
}

fn is_other<T: PartialEq>(before: Option<&T>, after: Option<&T>) -> Option<bool> {
    before.zip(after).map(|(before, after)| before != after)
}

/// A store is a set: its order decides nothing.
fn sorted(picture: &HostPicture) -> Option<Vec<Fingerprint>> {
    let mut store = picture.ca_store.clone()?;
    store.sort_unstable();
    Some(store)
}

/// Without what changes by itself, such as the status.
fn registered(picture: &HostPicture) -> Option<Vec<(String, Option<Fingerprint>)>> {
    let own = |one: &ProviderPicture| (one.url.clone(), one.certificate.as_ref().map(|shown| shown.fingerprint));
    Some(picture.providers.as_ref()?.iter().map(own).collect())
}
