//! The loop that every machine is driven by: the law of [`crate::machine`], performed with many requests out at once.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{AbortHandle, Id, JoinError, JoinSet};
use tokio::time::Instant;

use super::clock::Clock;
use crate::machine::{Input, Machine, Misuse, Output, RequestId};
use crate::request::{Failure, FailureKind, Response};
use crate::time::UnixTime;

/// Performs requests of one type. Called from many tasks at once.
pub trait Perform<Request>: Send + Sync + 'static {
    /// The answer, or why there is none. Keeps the request's own deadline.
    fn perform(&self, request: Request) -> impl Future<Output = Result<Response, Failure>> + Send;

    /// Whether performing this can be broken off at any time without leaving anything half done.
    fn can_be_broken_off(&self, _request: &Request) -> bool {
        false
    }
}

/// Why a machine did not come to its end. It can be restored from what was stored and driven on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DriveError<E> {
    /// An event could not be stored, so nothing further was performed. Changes that were out have ended.
    #[error("what happened could not be recorded, so nothing further was done: {0}")]
    Record(#[source] E),
    /// A second stop was asked for; this many requests were broken off, and what they did is not known.
    #[error("broken off by a second stop with {0} requests under way; run `resume` to see what they did")]
    Abandoned(usize),
    /// The machine and this driver disagree about the law. Please report it.
    #[error("this is a mistake in iofilter-certs, please report it: {0}")]
    Misuse(#[from] Misuse),
    /// The machine waits for neither an answer nor a time. Please report it.
    #[error("this is a mistake in iofilter-certs, please report it: it waits for nothing and is not done")]
    WaitsForNothing,
}

/// A person's wish to stop, to be shared with whoever hears it. Asked once, what is in hand is finished or undone;
/// asked twice, it is broken off.
#[derive(Debug, Clone)]
pub struct Stop(Arc<watch::Sender<Wish>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    GoOn,
    Finish,
    Abandon,
}

impl Stop {
    /// Nobody wants to stop yet.
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(Wish::GoOn)))
    }

    /// Asks to stop; for a signal handler's thread as well as for a task.
    pub fn ask(&self) {
        self.0.send_modify(|wish| {
            *wish = match wish {
                Wish::GoOn => Wish::Finish,
                Wish::Finish | Wish::Abandon => Wish::Abandon,
            }
        });
    }
}

impl Default for Stop {
    fn default() -> Self {
        Self::new()
    }
}

/// Drives `machine` to its end.
///
/// `record` gets every event before any request that comes after it is performed, those that come together at once, so that
/// a disk is waited for once; when it fails, nothing further is
/// performed. Must be called within a tokio runtime, such as [`runtime`](super::runtime()).
pub async fn drive<M, P, E>(
    machine: &mut M,
    host: &Arc<P>,
    clock: &impl Clock,
    stop: &Stop,
    mut record: impl FnMut(Vec<M::Event>) -> Result<(), E>,
) -> Result<(), DriveError<E>>
where
    M: Machine,
    M::Request: Send + 'static,
    P: Perform<M::Request>,
{
    let mut open = Open::new(stop);
    machine.handle(clock.now(), Input::Wake)?;
    loop {
        match drain(machine, host, &mut open, &mut record) {
            Ok(Rest::Done) => return Ok(()),
            Ok(Rest::Wait(until)) => {
                let input = open.next_input(clock, until).await?;
                machine.handle(clock.now(), input)?;
            }
            Err(error) => {
                // A change that is out is let end rather than cut in the middle; its answer has nowhere to go. Nobody waits for
                // a person who is asked, or for a look.
                open.harmless.values().for_each(AbortHandle::abort);
                while open.tasks.join_next().await.is_some() {}
                return Err(DriveError::Record(error));
            }
        }
    }
}

enum Rest {
    Wait(Option<UnixTime>),
    Done,
}

/// Polls to rest. Requests begin as they come, and an event that cannot be recorded ends it before the next one.
fn drain<M, P, E>(
    machine: &mut M,
    host: &Arc<P>,
    open: &mut Open,
    record: &mut impl FnMut(Vec<M::Event>) -> Result<(), E>,
) -> Result<Rest, E>
where
    M: Machine,
    M::Request: Send + 'static,
    P: Perform<M::Request>,
{
    let mut told = Vec::new();
    loop {
        let output = machine.poll();
        if let Output::Event(event) = output {
            told.push(event);
            continue;
        }
        if !told.is_empty() {
            record(std::mem::take(&mut told))?;
        }
        match output {
            Output::Event(_) => {}
            Output::Request(id, request) => {
                let host = Arc::clone(host);
                let is_harmless = host.can_be_broken_off(&request);
                let task = open.tasks.spawn(async move { host.perform(request).await });
                open.ids.insert(task.id(), id);
                if is_harmless {
                    open.harmless.insert(task.id(), task);
                }
            }
            Output::Wait(until) => return Ok(Rest::Wait(until)),
            Output::Done => return Ok(Rest::Done),
        }
    }
}

/// The requests that are out, and the wish to stop as far as it was heard.
struct Open {
    tasks: JoinSet<Result<Response, Failure>>,
    ids: BTreeMap<Id, RequestId>,
    /// Those that can be broken off.
    harmless: BTreeMap<Id, AbortHandle>,
    wish: watch::Receiver<Wish>,
    stopping: bool,
    /// When a moment that was asked for is over; answers that come meanwhile do not make it longer.
    moment: Option<Instant>,
}

/// The moment that a machine waits whose time has come already.
const MOMENT: Duration = Duration::from_millis(250);

impl Open {
    fn new(stop: &Stop) -> Self {
        let wish = stop.0.subscribe();
        let (ids, harmless) = (BTreeMap::new(), BTreeMap::new());
        Self { tasks: JoinSet::new(), ids, harmless, wish, stopping: false, moment: None }
    }

    /// Whichever comes first: a wish to stop, an answer, or the time.
    async fn next_input<E>(&mut self, clock: &impl Clock, until: Option<UnixTime>) -> Result<Input, DriveError<E>> {
        let is_soon = until.is_some_and(|until| until <= clock.now());
        let moment = is_soon.then(|| self.moment.unwrap_or_else(|| Instant::now() + MOMENT));
        self.moment = moment;
        loop {
            let wish = *self.wish.borrow_and_update();
            match wish {
                Wish::Abandon => return Err(DriveError::Abandoned(self.tasks.len())),
                Wish::Finish if !self.stopping => {
                    self.stopping = true;
                    return Ok(Input::Stop);
                }
                Wish::GoOn | Wish::Finish => {}
            }
            if self.tasks.is_empty() && until.is_none() {
                return Err(DriveError::WaitsForNothing);
            }
            tokio::select! {
                biased;
                Ok(()) = self.wish.changed() => {}
                Some(ended) = self.tasks.join_next_with_id() => return Ok(self.answer(ended)?),
                () = sleep(clock, until, moment) => {
                    self.moment = None;
                    return Ok(Input::Wake);
                }
            }
        }
    }

    fn answer(&mut self, ended: Result<(Id, Result<Response, Failure>), JoinError>) -> Result<Input, Misuse> {
        let (task, answer) = match ended {
            Ok((task, answer)) => (task, answer),
            Err(error) => {
                let message = "performing the request broke off by a mistake in iofilter-certs, please report it";
                (error.id(), Err(Failure::new(FailureKind::OutcomeUnknown, message)))
            }
        };
        self.harmless.remove(&task);
        // INVARIANT: every task was given its id when it was spawned, and ends once.
        let id = self.ids.remove(&task).ok_or(Misuse::NoSuchRequest(u32::MAX))?;
        Ok(match answer {
            Ok(response) => Input::Response(id, response),
            Err(failure) => Input::Failed(id, failure),
        })
    }
}

async fn sleep(clock: &impl Clock, until: Option<UnixTime>, moment: Option<Instant>) {
    match (moment, until) {
        (Some(moment), _) => tokio::time::sleep_until(moment).await,
        (None, Some(until)) => clock.sleep_until(until).await,
        (None, None) => std::future::pending().await,
    }
}
