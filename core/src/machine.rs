//! The one face that every machine of this crate has, and the law for driving it.
//!
//! A machine is plain data that does no IO. Its host program drives it:
//!
//! 1. hand in **one** [`Input`] with the time by [`Machine::handle`],
//! 2. then [`Machine::poll`] until it rests: [`Output::Wait`] or [`Output::Done`],
//! 3. meanwhile store every [`Output::Event`] *before* performing the requests that come after it, and perform every
//!    [`Output::Request`] at once or later, in any order, many at a time,
//! 4. at rest, wait for whichever comes first: the answer to an open request, or the time that `Wait` named ([`Input::Wake`]).
//!
//! At any rest the machine can be taken out with its `snapshot` and put back in another process with its `restore`;
//! requests that were open are then answered there. Breaking the law is a [`Misuse`], never a silent mistake.

use serde::{Deserialize, Serialize};

use crate::request::{Failure, Response};
use crate::time::UnixTime;

/// Names one request of one machine; never used twice by the same machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(pub u32);

/// What the host program tells a machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// Begin, or the time that `Wait` named has come.
    Wake,
    /// A request was performed, and this is the answer.
    Response(RequestId, Response),
    /// A request could not be performed, or it is not known whether it was.
    Failed(RequestId, Failure),
    /// A person wants to stop: start nothing new, finish or undo what is in hand.
    Stop,
}

/// What a machine wants next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Output<Request, Event> {
    /// Perform this, and answer with the same id.
    Request(RequestId, Request),
    /// Something a person or a journal should know; comes before the requests that it announces.
    Event(Event),
    /// At rest. Wake the machine at this time at the latest, if one is named; answers may come before. A time that has
    /// come already asks for a moment, a fraction of a second, before it is looked for the same thing again.
    Wait(Option<UnixTime>),
    /// At rest for good: the result can be taken.
    Done,
}

/// The host program broke the law of driving. Never caused by what a server sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misuse {
    /// An input came before the machine was polled to rest.
    #[error("an input was handed in before the machine was polled to rest; poll until `Wait` or `Done` first")]
    NotDrained,
    /// An answer names a request that is not open.
    #[error("request `{0}` is not open: it was answered before, or this machine never asked it")]
    NoSuchRequest(u32),
    /// An answer is of another kind than its request.
    #[error("request `{id}` asked for {asked}, but the answer is of another kind")]
    WrongKind {
        /// The request's id.
        id: u32,
        /// What was asked, in words.
        asked: &'static str,
    },
    /// A snapshot is of another version, of another machine, or damaged.
    #[error("this snapshot cannot be restored: {why}; start again from the job")]
    BadSnapshot {
        /// What is wrong with it.
        why: String,
    },
}

/// A machine that looks, or looks and changes, by asking its host program.
pub trait Machine {
    /// What it may ask for. A machine whose type is [`crate::request::Look`] cannot express a change.
    type Request;
    /// What it reports on the way.
    type Event;

    /// Takes one input at the time `now`. Errors are the caller's: see [`Misuse`].
    fn handle(&mut self, now: UnixTime, input: Input) -> Result<(), Misuse>;

    /// The next thing that the machine wants. Changes nothing but the machine's own queue.
    fn poll(&mut self) -> Output<Self::Request, Self::Event>;
}
