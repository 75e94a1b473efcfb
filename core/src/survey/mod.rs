//! Machine 1: asks until the facts are complete, or nothing more can be learned. It cannot express a change.

mod ask;
mod closer;
mod door;
mod failover;
mod happenings;
mod inquiry;
mod learn;
mod learn_backing;
mod learn_host;
mod learn_host_values;
mod learn_provider;
mod learn_shell;
mod learn_vcenter;
mod missed;
mod names;
mod question;
mod trouble;
mod vasa_clients;

pub(crate) use ask::{address_of, certificate_manager};
pub(crate) use inquiry::{Inquiry, Tag, TaskSeen};
pub(crate) use learn_host::host_questions;
pub(crate) use question::{Question, Session};

use serde::{Deserialize, Serialize};

use crate::certificate::Certificate;
use crate::diagnostic::Diagnostic;
use crate::facts::{Facts, Missing, MissingReason, Observed};
use crate::job::Job;
use crate::machine::{Input, Machine, Misuse, Output, RequestId};
use crate::request::{Look, Response};
use crate::time::UnixTime;

/// The version of a survey's snapshot; one of another version is refused.
pub const SNAPSHOT: &str = "iofilter-certs/survey/1";

/// Looks at one vCenter and all its ESXi hosts.
///
/// Drive it as [`crate::machine`] says. Its answers may come in any order; the facts are the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Survey {
    version: String,
    inquiry: Inquiry,
    phase: Phase,
    next_id: u32,
    /// Polled to rest since the last input.
    at_rest: bool,
    told: Option<SurveyEvent>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Phase {
    Asking,
    /// Asking once more where something is unwell.
    LookingCloser,
    Leaving,
    Over,
}

/// What a survey reports on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurveyEvent {
    /// Questions that are answered.
    pub answered: u32,
    /// Questions so far; grows while hosts are found.
    pub asked: u32,
    /// ESXi hosts found so far.
    pub hosts: u32,
}

const ALL: Tag = 0;

impl Survey {
    /// Whether this can be an answer to one of its requests.
    pub(crate) fn check(&self, id: RequestId, response: Option<&Response>) -> Result<(), Misuse> {
        self.inquiry.check(id, response)
    }

    /// A survey of the vCenter of `job`. `now` is kept as the time when it began.
    pub fn new(job: Job, now: UnixTime) -> Self {
        Self::starting_at(job, now, 1)
    }

    /// The same inside a larger machine, which has used the request ids below `next_id`.
    pub(crate) fn starting_at(job: Job, now: UnixTime, next_id: u32) -> Self {
        let mut inquiry = Inquiry::new(job, now);
        for question in first_questions(&inquiry.job) {
            inquiry.put(question, ALL);
        }
        explain_what_is_not_asked(&mut inquiry, now);
        let version = SNAPSHOT.to_owned();
        Self { version, inquiry, phase: Phase::Asking, next_id, at_rest: true, told: None }
    }

    /// Asks again whatever is open, with new ids and new sessions. For a machine that was restored where nobody holds
    /// its requests any more; without it, the answers to the open ones are waited for.
    pub fn ask_again(&mut self) {
        self.inquiry.ask_again();
        self.at_rest = true;
    }

    pub(crate) fn next_id(&self) -> u32 {
        self.next_id
    }

    /// True until the first input.
    pub(crate) fn is_new(&self) -> bool {
        self.at_rest && self.told.is_none()
    }

    /// True when everything was asked and the sessions are ended.
    pub fn is_over(&self) -> bool {
        self.phase == Phase::Over
    }

    /// What was seen so far; complete once the survey is done.
    pub fn facts(&self) -> &Facts {
        &self.inquiry.facts
    }

    /// What was seen, without a copy.
    pub fn into_facts(self) -> Facts {
        self.inquiry.facts
    }

    /// Why the vCenter could not be asked at all, if that is so. What was learned before is in the facts.
    pub fn stopped(&self) -> Option<&Diagnostic> {
        self.inquiry.stopped.as_ref()
    }

    /// The machine as JSON, to be kept. Only at rest.
    pub fn snapshot(&self) -> Result<Vec<u8>, Misuse> {
        if !self.at_rest {
            return Err(Misuse::NotDrained);
        }
        serde_json::to_vec(self).map_err(|error| Misuse::BadSnapshot { why: error.to_string() })
    }

    /// A machine that was kept. Requests that were open are to be answered, or failed, here.
    pub fn restore(snapshot: &[u8]) -> Result<Self, Misuse> {
        let bad = |why: String| Misuse::BadSnapshot { why };
        let survey: Self =
            serde_json::from_slice(snapshot).map_err(|error| bad(format!("it does not read as one: {error}")))?;
        if survey.version != SNAPSHOT {
            return Err(bad(format!("it is of version `{}`, and this is `{SNAPSHOT}`", survey.version)));
        }
        Ok(survey)
    }

    /// What was learned, to go on asking with.
    pub(crate) fn into_inquiry(self) -> Inquiry {
        self.inquiry.begin_again()
    }

    /// Asks nothing more but to take its leave.
    fn stop(&mut self) {
        self.inquiry.ask_no_more();
        if self.phase == Phase::Asking {
            self.phase = Phase::LookingCloser;
        }
    }

    fn advance(&mut self, now: UnixTime) {
        if self.inquiry.stopped.is_some() {
            self.stop();
        }
        if !self.inquiry.is_idle() {
            return;
        }
        if self.phase == Phase::Asking {
            // For judging only: the end is said anew below.
            self.inquiry.facts.ended_at = now;
            self.phase = Phase::LookingCloser;
            let mut questions = closer::questions(&mut self.inquiry);
            questions.extend(vasa_clients::questions(&mut self.inquiry));
            for question in questions {
                self.inquiry.put(question, ALL);
            }
        }
        if self.phase == Phase::LookingCloser && self.inquiry.is_idle() {
            self.inquiry.facts.ended_at = now;
            self.phase = Phase::Leaving;
            let leave = [(Session::Vim, Question::Logout), (Session::Rest, Question::RestLogout)];
            for (session, question) in leave {
                if self.inquiry.has_session(session) {
                    self.inquiry.put(question, ALL);
                }
            }
        }
        if self.phase == Phase::Leaving && self.inquiry.is_idle() {
            self.phase = Phase::Over;
        }
    }

    fn tell(&mut self) -> Option<SurveyEvent> {
        let (answered, asked) = self.inquiry.progress();
        let hosts = u32::try_from(self.inquiry.facts.hosts.len()).unwrap_or(u32::MAX);
        let event = SurveyEvent { answered, asked, hosts };
        let is_news = self.told.as_ref() != Some(&event);
        self.told = Some(event.clone());
        is_news.then_some(event)
    }
}

impl Machine for Survey {
    type Request = Look;
    type Event = SurveyEvent;

    fn handle(&mut self, now: UnixTime, input: Input) -> Result<(), Misuse> {
        if !self.at_rest {
            return Err(Misuse::NotDrained);
        }
        match input {
            Input::Wake => {}
            Input::Response(id, response) => self.inquiry.answer(now, id, Ok(response))?,
            Input::Failed(id, failure) => self.inquiry.answer(now, id, Err(failure))?,
            Input::Stop => self.stop(),
        }
        self.inquiry.wake(now);
        self.at_rest = false;
        self.advance(now);
        Ok(())
    }

    fn poll(&mut self) -> Output<Look, SurveyEvent> {
        if !self.at_rest
            && let Some(event) = self.tell()
        {
            return Output::Event(event);
        }
        let next_id = &mut self.next_id;
        let take_id = || {
            let id = RequestId(*next_id);
            *next_id = next_id.saturating_add(1);
            id
        };
        if let Some((id, look)) = self.inquiry.next(take_id) {
            return Output::Request(id, look);
        }
        self.at_rest = true;
        match self.phase {
            Phase::Over => Output::Done,
            Phase::Asking | Phase::LookingCloser | Phase::Leaving => Output::Wait(self.inquiry.next_time()),
        }
    }
}

fn first_questions(job: &Job) -> Vec<Question> {
    let mut questions = vec![
        Question::PeekVCenter,
        Question::CurrentTime,
        Question::CertificateSettings,
        Question::Privileges,
        Question::HostView,
        Question::StorageManager,
        Question::Alarms,
        happenings::first_question(),
        Question::CloudFoundation,
        Question::HighAvailability,
        Question::SpsService,
        Question::AutoDeploy,
        Question::Backups,
        Question::Nodes,
        Question::Addresses,
        Question::TrustedRoots,
    ];
    if job.appliance_ssh.is_some() {
        let appliance = [Question::CertificateStores, Question::PublishedRoots, Question::SpsErrors, Question::SpsLog];
        questions.extend(appliance);
    }
    questions.extend(job.logs.iter().map(|name| Question::SavedLog { name: name.clone(), offset: 0 }));
    questions
}

/// What the job gives instead of a way to ask, and how the rest would become known.
fn explain_what_is_not_asked(inquiry: &mut Inquiry, now: UnixTime) {
    if inquiry.job.appliance_ssh.is_some() {
        return;
    }
    let help =
        "give a login by the setting `appliance_ssh`, or the certificate itself by the setting `sms_certificate`";
    let unknown = |alias: &str| {
        Observed::not_asked(
            format!(
                "the certificate `{alias}` that SPS shows to hosts is in a store of the appliance that was not read"
            ),
            help,
        )
    };
    inquiry.facts.vcenter.sms.sms_self_signed = match inquiry.job.sms_certificate.as_deref().map(Certificate::from_pem)
    {
        Some(Ok(certificate)) => Observed::seen(inquiry.facts.certificates.keep(certificate), now),
        Some(Err(error)) => Observed::Unknown(Missing {
            reason: MissingReason::Malformed,
            message: format!("the given certificate of SPS cannot be read: {error}"),
            help: help.to_owned(),
        }),
        None => unknown("sms_self_signed"),
    };
    inquiry.facts.vcenter.sms.sps_extension = unknown("sps-extension");
    let help = "give a login by the setting `appliance_ssh`";
    let vcenter = &mut inquiry.facts.vcenter;
    vcenter.vecs = Observed::not_asked("the certificate stores of the appliance were not read", help);
    vcenter.published_roots =
        Observed::not_asked("the roots that vpxd has published on the appliance were not read", help);
    vcenter.sps_stderr =
        Observed::not_asked("the log `sps-runtime.log.stderr` on the appliance was not looked at", help);
}
