//! A1 to A5: what SMS is asked to do with a provider.

use super::{CONFIGURE_SERVICE, VIEW_SERVICE, either, step};
use crate::certificate::Certificate;
use crate::facts::{Host, Provider};
use crate::gates::Touches;
use crate::plan::{Act, Condition, HostRef, IfNotDone, PemCertificate, RegisterWith, Safety, Step, Undo};

/// A1. A sync needs no more than the right to look.
pub(crate) fn sync_provider(host: &Host, timeout_seconds: i64) -> Step {
    Step {
        skip_when: Condition::ProviderWell { host: host.id.clone() },
        done_when: Condition::ProviderWell { host: host.id.clone() },
        if_not_done: IfNotDone::GoOn,
        undo: Undo::Nothing("a synchronisation leaves no state of its own".to_owned()),
        disturbs: "nothing".to_owned(),
        privilege: VIEW_SERVICE.to_owned(),
        ..step(Some(host), Act::SyncProvider { host: host.id.clone() }, Touches::Nothing, timeout_seconds)
    }
}

/// A2. Does nothing for providers of VASA 1.5, so a later step must be ready to follow.
pub(crate) fn reconnect_provider(host: &Host, timeout_seconds: i64) -> Step {
    Step {
        skip_when: Condition::ProviderWell { host: host.id.clone() },
        done_when: Condition::ProviderWell { host: host.id.clone() },
        if_not_done: IfNotDone::GoOn,
        undo: Undo::Nothing("a reconnection leaves no state of its own".to_owned()),
        disturbs: "nothing".to_owned(),
        privilege: CONFIGURE_SERVICE.to_owned(),
        ..step(Some(host), Act::ReconnectProvider { host: host.id.clone() }, Touches::Nothing, timeout_seconds)
    }
}

/// A3, for a provider that will register itself again. `stored` is the certificate that SMS has for it.
pub(crate) fn unregister_to_register_anew(
    host: &Host,
    provider: &Provider,
    stored: Option<&Certificate>,
    timeout_seconds: i64,
) -> Step {
    Step {
        skip_when: Condition::ProviderWell { host: host.id.clone() },
        ..back_by_itself(host, unregister(Some(host), provider, stored, timeout_seconds))
    }
}

/// A provider that has registered itself again is not registered once more under the name that it had.
fn back_by_itself(host: &Host, step: Step) -> Step {
    let undo = match step.undo {
        Undo::By { act, done_when } => {
            let itself = Condition::HostRegistered { host: host.id.clone() };
            Undo::By { act, done_when: Condition::Either { left: Box::new(done_when), right: Box::new(itself) } }
        }
        nothing => nothing,
    };
    Step { undo, ..step }
}

/// A3, for a provider that is registered under a name that its certificate does not carry, whatever SMS says of it. It
/// registers itself again by the name in the inventory.
pub(crate) fn unregister_to_rename(
    host: &Host,
    provider: &Provider,
    stored: Option<&Certificate>,
    timeout_seconds: i64,
) -> Step {
    back_by_itself(host, unregister(Some(host), provider, stored, timeout_seconds))
}

/// A3, for a provider that nobody needs.
pub(crate) fn unregister_for_good(
    host: Option<&Host>,
    provider: &Provider,
    stored: Option<&Certificate>,
    timeout_seconds: i64,
) -> Step {
    Step { safety: Safety::AskFirst, ..unregister(host, provider, stored, timeout_seconds) }
}

/// Taken back by registering what was there: the same name, the same URL, the certificate that SMS had.
fn unregister(host: Option<&Host>, provider: &Provider, stored: Option<&Certificate>, timeout_seconds: i64) -> Step {
    let url = provider.url.text.clone();
    let certificate = stored.map_or(RegisterWith::Nothing, |one| {
        RegisterWith::Stored(PemCertificate { fingerprint: one.fingerprint, pem: one.to_pem() })
    });
    Step {
        skip_when: Condition::ProviderGone { provider: provider.id.clone() },
        done_when: Condition::ProviderGone { provider: provider.id.clone() },
        if_not_done: IfNotDone::Stop,
        undo: Undo::By {
            act: Act::RegisterProvider { name: provider.name.clone(), url: url.clone(), certificate },
            done_when: Condition::UrlRegistered { url },
        },
        safety: Safety::Disturbs,
        disturbs: "storage policies of this host's IO filters are not offered until the provider is registered again"
            .to_owned(),
        privilege: CONFIGURE_SERVICE.to_owned(),
        ..step(host, Act::UnregisterProvider { provider: provider.id.clone() }, Touches::Registration, timeout_seconds)
    }
}

/// A4, and the end of what can be done for it.
pub(crate) fn await_provider(host: &HostRef, timeout_seconds: i64) -> Step {
    Step {
        skip_when: Condition::ProviderWell { host: host.id.clone() },
        done_when: Condition::ProviderWell { host: host.id.clone() },
        if_not_done: IfNotDone::Stop,
        undo: Undo::Nothing("waiting changes nothing".to_owned()),
        disturbs: "nothing".to_owned(),
        privilege: VIEW_SERVICE.to_owned(),
        host: Some(host.clone()),
        ..step(None, Act::AwaitProvider { host: host.id.clone() }, Touches::Nothing, timeout_seconds)
    }
}

/// A4, before the last resort: what registers itself is not registered by hand.
pub(crate) fn expect_provider(host: &HostRef, timeout_seconds: i64) -> Step {
    let registered = Condition::HostRegistered { host: host.id.clone() };
    Step {
        skip_when: registered.clone(),
        done_when: registered,
        if_not_done: IfNotDone::GoOn,
        ..await_provider(host, timeout_seconds)
    }
}

/// A5, the last resort: nobody else registered it.
pub(crate) fn register_provider(host: &HostRef, url: &str, timeout_seconds: i64) -> Step {
    let registered = Condition::HostRegistered { host: host.id.clone() };
    // Looking for both brings what 9080 shows by now, which is what SMS is told to accept.
    let unneeded = either(registered.clone(), Condition::ProviderWell { host: host.id.clone() });
    let act = Act::RegisterProvider {
        // As SPS calls the ones that it registers (community.vmware, `vmware_vasa_info`).
        name: format!("IOFILTER Provider {}", host.name),
        url: url.to_owned(),
        certificate: RegisterWith::Shown(host.id.clone()),
    };
    Step {
        skip_when: unneeded,
        done_when: registered,
        if_not_done: IfNotDone::GoOn,
        undo: Undo::Nothing("a host ought to have a provider".to_owned()),
        safety: Safety::Disturbs,
        disturbs:
            "only if the provider did not register itself: SMS connects to it and offers the policies of its filters"
                .to_owned(),
        privilege: CONFIGURE_SERVICE.to_owned(),
        host: Some(host.clone()),
        ..step(None, act, Touches::Registration, timeout_seconds)
    }
}
