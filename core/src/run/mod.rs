//! Machine 2: carries out a plan, step by step, and proves it by looking again.
//!
//! A run asks for approval of the plan's digest, surveys the world again and asks anew if the plan no longer fits, keeps
//! what is needed to go back, works through the steps, and at the end surveys once more, and again after SMS has looked.
//! Every step is looked at before it acts (it may not be needed) and after (an answer of 200 proves nothing), and every
//! host when its steps are behind. One host goes first, alone; then clusters are worked on side by side, and within a
//! cluster one host after the other. At the first failure nothing new is begun, hosts in hand are finished, and the
//! failed one is taken back.

mod act;
mod acting;
mod approval;
mod by_hand;
mod changes;
mod clock;
mod doubt;
mod dropped;
mod effect;
mod elsewhere;
mod ending;
mod estimate;
mod evidence;
mod journal;
mod kept;
mod left;
mod look;
mod looking;
mod order;
mod outcome;
mod phases;
mod proof;
mod recover;
mod rollback;
mod saving;
mod shells;
mod stopping;
#[cfg(test)]
mod testing;
mod track;
mod turn;
mod undoing;
mod unregistering;
mod view;

pub use approval::{GivenApproval, Part};
pub use changes::{CHANGES_SCHEMA, Changes, HostChange};
pub use ending::Ending;
pub use estimate::Estimate;
pub use evidence::{
    EVIDENCE_FOLDER, Evidence, EvidenceFile, FoundCode, HostPicture, Picture, ProviderPicture, ShownCertificate,
};
pub use journal::{IllegalEntry, JournalEntry, JournalEvent, SavedCaStore, Status};
pub use kept::{Kept, KeptThing};
pub use outcome::{OUTCOME_SCHEMA, Outcome, StepOutcome};
pub use stopping::StopCause;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use crate::facts::HostId;
use crate::job::Job;
use crate::machine::{Input, Machine, Misuse, Output, RequestId};
use crate::plan::{Plan, StepId};
use crate::policy::Policy;
use crate::report::Report;
use crate::request::{Failure, Response, Work};
use crate::survey::{Inquiry, Survey, SurveyEvent, Tag};
use crate::time::UnixTime;

/// The version of a run's snapshot; one of another version is refused.
const SNAPSHOT: &str = "iofilter-certs/run/1";
/// Seconds without a question after which vCenter is asked for the time, so that the session does not run out. vCenter
/// ends a session after 30 idle minutes.
const KEEP_ALIVE_SECONDS: i64 = 300;

/// Carries out one plan.
#[expect(clippy::struct_excessive_bools, reason = "each says another thing of the run, and all go together")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    version: String,
    plan: Plan,
    policy: Policy,
    job: Job,
    phase: Phase,
    inquiry: Inquiry,
    status: BTreeMap<StepId, Status>,
    why_failed: BTreeMap<StepId, String>,
    /// Steps that failed, be they taken back since or not.
    failed: BTreeSet<StepId>,
    saved: BTreeMap<StepId, SavedCaStore>,
    tasks: BTreeMap<StepId, String>,
    /// Steps whose change never left this machine.
    never_sent: BTreeSet<StepId>,
    /// Steps that were about to act, ever.
    #[serde(default)]
    acted: BTreeSet<StepId>,
    /// Steps of which it is not known whether what they began has ended.
    #[serde(default)]
    unsure: BTreeSet<StepId>,
    /// Undoings that were begun, and of which it is not known whether they came to their end.
    #[serde(default)]
    unsure_back: BTreeSet<StepId>,
    /// Steps by which a host came to trust SPS again although nothing new was begun, or the host was passed over: their
    /// hosts are not in hand.
    #[serde(default)]
    out_of_turn: BTreeSet<StepId>,
    /// Parts that a person said no to, until the run is resumed.
    #[serde(default)]
    declined: BTreeSet<Part>,
    /// Steps that nobody waits for any more, until the run is resumed.
    #[serde(default)]
    left_off: BTreeSet<StepId>,
    /// What steps made, by step.
    #[serde(default)]
    made: BTreeMap<StepId, String>,
    tracks: Vec<track::Track>,
    changes: BTreeMap<RequestId, usize>,
    /// Forward, or back when the run is taken back.
    direction: track::Direction,
    /// The journal begins with this run's plan already.
    is_begun: bool,
    /// The digest that an approval is waited for.
    asked: String,
    /// How often the plan was made anew.
    round: u32,
    granted: BTreeSet<Part>,
    approvals: Vec<GivenApproval>,
    /// Steps that a closed gate holds, with the reason.
    held: BTreeMap<StepId, String>,
    /// Hosts whose gates were read for their turn, and are open.
    #[serde(default)]
    let_in: BTreeSet<HostId>,
    /// Hosts that are passed over, with the reason.
    #[serde(default)]
    passed_over: BTreeMap<HostId, String>,
    found_before: BTreeMap<HostId, BTreeSet<String>>,
    proved: BTreeSet<HostId>,
    unwell: BTreeMap<HostId, String>,
    before: Option<Picture>,
    after: Option<Picture>,
    stopping: Option<stopping::Stopping>,
    /// When a person asked to stop.
    hurry: Option<UnixTime>,
    /// The world was looked at after the last act, and is looked at once more.
    looked_twice: bool,
    proof: Option<Report>,
    ending: Option<Ending>,
    outbox: VecDeque<Output<Work, RunEvent>>,
    next_id: u32,
    next_tag: Tag,
    asked_at: UnixTime,
    /// When the last input came.
    seen_at: UnixTime,
    at_rest: bool,
    /// The input in hand is a wake.
    #[serde(skip)]
    woken: bool,
}

/// Where a run is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Phase {
    /// Nothing has been handed in.
    New,
    /// A person decides.
    Approving(RequestId),
    /// The world is looked at before the first act.
    Checking(Box<Survey>),
    /// Steps are carried out.
    Working,
    /// The session is ended.
    Leaving,
    /// The world is looked at after the last act.
    Proving(Box<Survey>),
    /// Until then SMS has time to look, before the world is looked at once more.
    Settling(UnixTime),
    /// There is nothing left to do.
    Over,
}

/// What a run reports on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunEvent {
    /// An entry for the journal: to be made durable before the requests that follow are performed.
    Journal(JournalEntry),
    /// What is needed to go back: to be made durable too, beside the journal.
    Evidence(Evidence),
    /// How far a survey before or after the work is.
    Looking(SurveyEvent),
}

impl Run {
    /// A run of `plan`, which was made with this policy from a survey of this job's vCenter.
    pub fn new(plan: Plan, policy: Policy, job: Job, now: UnixTime) -> Self {
        let tracks = track::of(&plan);
        let inquiry = Inquiry::new(job.clone(), now);
        Self {
            version: SNAPSHOT.to_owned(),
            plan,
            policy,
            job,
            phase: Phase::New,
            inquiry,
            status: BTreeMap::new(),
            why_failed: BTreeMap::new(),
            failed: BTreeSet::new(),
            saved: BTreeMap::new(),
            tasks: BTreeMap::new(),
            never_sent: BTreeSet::new(),
            acted: BTreeSet::new(),
            unsure: BTreeSet::new(),
            unsure_back: BTreeSet::new(),
            out_of_turn: BTreeSet::new(),
            declined: BTreeSet::new(),
            left_off: BTreeSet::new(),
            made: BTreeMap::new(),
            tracks,
            changes: BTreeMap::new(),
            direction: track::Direction::Forward,
            is_begun: false,
            asked: String::new(),
            round: 0,
            granted: BTreeSet::new(),
            approvals: Vec::new(),
            held: BTreeMap::new(),
            let_in: BTreeSet::new(),
            passed_over: BTreeMap::new(),
            found_before: BTreeMap::new(),
            proved: BTreeSet::new(),
            unwell: BTreeMap::new(),
            before: None,
            after: None,
            stopping: None,
            hurry: None,
            looked_twice: false,
            proof: None,
            ending: None,
            outbox: VecDeque::new(),
            next_id: 1,
            next_tag: 1,
            asked_at: now,
            seen_at: now,
            at_rest: true,
            woken: false,
        }
    }

    fn take_id(&mut self) -> RequestId {
        let id = RequestId(self.next_id);
        self.next_id = self.next_id.saturating_add(1);
        id
    }

    /// Whatever can go on without another input.
    fn advance(&mut self, now: UnixTime) {
        if self.phase == Phase::New {
            self.begin(now);
        }
        if self.phase == Phase::Working {
            self.work(now);
            if self.tracks.iter().all(track::Track::is_at_end) {
                self.leave(now);
            } else {
                self.keep_alive(now);
            }
        }
        if self.phase == Phase::Leaving && self.inquiry.is_idle() {
            self.prove(now);
        }
        if matches!(self.phase, Phase::Settling(until) if now >= until) {
            self.prove(now);
        }
        self.take_survey(now);
    }

    fn answer(&mut self, now: UnixTime, id: RequestId, answer: Result<Response, Failure>) -> Result<(), Misuse> {
        match &mut self.phase {
            Phase::Approving(asked) if *asked == id => {
                self.decided(now, answer);
                Ok(())
            }
            Phase::Checking(survey) | Phase::Proving(survey) => survey.handle(now, into_input(id, answer)),
            Phase::Working | Phase::Leaving => match self.changes.remove(&id) {
                Some(track) => {
                    self.acted(now, track, answer);
                    Ok(())
                }
                None => self.inquiry.answer(now, id, answer),
            },
            Phase::New | Phase::Approving(_) | Phase::Settling(_) | Phase::Over => Err(Misuse::NoSuchRequest(id.0)),
        }
    }
}

fn into_input(id: RequestId, answer: Result<Response, Failure>) -> Input {
    match answer {
        Ok(response) => Input::Response(id, response),
        Err(failure) => Input::Failed(id, failure),
    }
}

impl Machine for Run {
    type Request = Work;
    type Event = RunEvent;

    fn handle(&mut self, now: UnixTime, input: Input) -> Result<(), Misuse> {
        if !self.at_rest {
            return Err(Misuse::NotDrained);
        }
        match &input {
            Input::Response(id, response) => self.check(*id, Some(response))?,
            Input::Failed(id, _) => self.check(*id, None)?,
            Input::Wake | Input::Stop => {}
        }
        self.keep_time(now);
        self.woken = input == Input::Wake;
        match input {
            Input::Response(id, response) => self.answer(now, id, Ok(response))?,
            Input::Failed(id, failure) => self.answer(now, id, Err(failure))?,
            Input::Stop => self.stop(now)?,
            Input::Wake => match &mut self.phase {
                Phase::Checking(survey) | Phase::Proving(survey) => survey.handle(now, Input::Wake)?,
                _ => self.inquiry.wake(now),
            },
        }
        self.at_rest = false;
        self.advance(now);
        self.woken = false;
        // A survey that has just been begun has to be woken like any other machine.
        if let Phase::Checking(survey) | Phase::Proving(survey) = &mut self.phase
            && survey.is_new()
        {
            survey.handle(now, Input::Wake)?;
        }
        Ok(())
    }

    fn poll(&mut self) -> Output<Work, RunEvent> {
        if let Some(output) = self.outbox.pop_front() {
            return output;
        }
        let output = match &mut self.phase {
            Phase::Checking(survey) | Phase::Proving(survey) => match survey.poll() {
                Output::Request(id, look) => Output::Request(id, Work::Look(look)),
                Output::Event(event) => Output::Event(RunEvent::Looking(event)),
                Output::Wait(until) => Output::Wait(until),
                // Over by itself, without an input that would take it up: wake soon.
                Output::Done => Output::Wait(Some(self.asked_at)),
            },
            Phase::Working | Phase::Leaving => {
                let next_id = &mut self.next_id;
                let take_id = || {
                    let id = RequestId(*next_id);
                    *next_id = next_id.saturating_add(1);
                    id
                };
                match self.inquiry.next(take_id) {
                    Some((id, look)) => Output::Request(id, Work::Look(look)),
                    None => Output::Wait(self.next_time()),
                }
            }
            Phase::New | Phase::Approving(_) => Output::Wait(None),
            Phase::Settling(_) => Output::Wait(self.settling_until(self.seen_at)),
            Phase::Over => Output::Done,
        };
        if matches!(output, Output::Wait(_) | Output::Done) {
            self.at_rest = true;
        }
        output
    }
}
