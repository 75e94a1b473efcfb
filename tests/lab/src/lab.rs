//! A running lab.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::calls::{Call, Calls, Incoming};
use crate::faults::{Faults, What};
use crate::world::World;

/// What every server of the lab shares.
pub type Shared = Arc<LabState>;

/// The world, the faults and the calls of one lab.
#[derive(Debug)]
pub struct LabState {
    world: Mutex<World>,
    faults: Mutex<Faults>,
    calls: Mutex<Calls>,
    soap_objects: Mutex<crate::soap::Objects>,
}

impl LabState {
    /// Puts a world under the care of a lab.
    pub fn new(world: World, faults: Faults) -> Self {
        Self {
            world: Mutex::new(world),
            faults: Mutex::new(faults),
            calls: Mutex::default(),
            soap_objects: Mutex::default(),
        }
    }

    /// The world, settled at the present. Do not hold it across an await.
    pub fn world(&self) -> MutexGuard<'_, World> {
        let mut world = locked(&self.world);
        world.settle();
        world
    }

    /// Writes a call down and answers the fault to play on it, if a rule says so.
    /// `SessionExpired` is for the caller to play: forget the session the call came with, then go on.
    pub fn receive(&self, incoming: &Incoming<'_>) -> Option<What> {
        let (at, names) = self.names_of(incoming);
        let borrowed: Vec<&str> = names.iter().map(String::as_str).collect();
        let fault = locked(&self.faults).strike(incoming.method, &borrowed);
        let host = incoming.host.and_then(|_| names.get(usize::from(incoming.object.is_some())).cloned());
        locked(&self.calls).record(Call {
            seq: 0,
            at,
            endpoint: incoming.endpoint.into(),
            method: incoming.method.into(),
            object: incoming.object.map(Into::into),
            host,
            changes: incoming.changes,
            fault: fault.clone().map(Into::into),
        });
        fault
    }

    /// What sessions own on the SOAP server. Whoever needs the world too takes that first.
    pub(crate) fn soap_objects(&self) -> MutexGuard<'_, crate::soap::Objects> {
        locked(&self.soap_objects)
    }

    /// Every call so far.
    pub fn calls(&self) -> Vec<Call> {
        locked(&self.calls).all().to_vec()
    }

    /// The rules in force, to add to or clear.
    pub fn faults(&self) -> MutexGuard<'_, Faults> {
        locked(&self.faults)
    }

    /// All names that a rule may know the call's object by; the object itself first, then its host's.
    fn names_of(&self, incoming: &Incoming<'_>) -> (time::OffsetDateTime, Vec<String>) {
        let world = self.world();
        let mut names: Vec<String> = incoming.object.map(str::to_owned).into_iter().collect();
        let host = incoming.host.and_then(|key| world.host(key));
        let host = host.or_else(|| incoming.object.and_then(|object| world.host(object)));
        let host = host.or_else(|| {
            let provider = incoming.object.and_then(|object| world.provider(object))?;
            world.host_of_provider(provider)
        });
        if let Some(host) = host {
            names.extend([host.moref.clone(), host.name.clone(), host.address.to_string()]);
        }
        (world.now(), names)
    }
}

/// A lock; a thread that panicked while it held one is a failed test already.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
