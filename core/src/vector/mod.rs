//! Vectors: cases that Rust, Python and the component all play, with one answer.
//!
//! A case is a folder with `README.md`, `input.json` and `expect.json`. The input is either facts to be judged, or the
//! transcript of a survey; the expected answer is the text of the report, to the byte.

#[cfg(test)]
mod make;

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::document::{self, DocumentError};
use crate::facts::Facts;
use crate::job::Job;
use crate::machine::{Input, Machine as _, Misuse, Output, RequestId};
use crate::policy::Policy;
use crate::report::Report;
use crate::request::{Failure, Look, Response};
use crate::survey::Survey;
use crate::time::UnixTime;

/// The version of the shape of [`Vector`].
pub const VECTOR_SCHEMA: &str = "iofilter-certs/vector/1";

/// The input of a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Vector {
    /// Facts are judged.
    Judge {
        /// [`VECTOR_SCHEMA`].
        schema: String,
        /// What was seen.
        facts: Box<Facts>,
        /// What the user allows.
        #[serde(default)]
        policy: Policy,
    },
    /// A survey is played, and what it saw is judged.
    Survey {
        /// [`VECTOR_SCHEMA`].
        schema: String,
        /// The job.
        job: Box<Job>,
        /// When it began.
        now: UnixTime,
        /// Requests in the order in which they were asked, each with its answer. They are answered in this order.
        exchanges: Vec<Exchange>,
        /// What the user allows.
        #[serde(default)]
        policy: Policy,
    },
}

/// One request and its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// What is asked; the case fails when something else is.
    pub request: Look,
    /// When the answer came.
    pub at: UnixTime,
    /// The answer.
    pub answer: Answer,
}

/// An answer, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// What came back.
    Response(Response),
    /// Why nothing did.
    Failed(Failure),
}

/// A vector cannot be played.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VectorError {
    /// It does not read.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The transcript has no answer to what is asked.
    #[error("the survey asks for request `{id}`, {asked}, and the transcript ends before it; record the case again")]
    NoAnswer {
        /// The request's id, which is its place in the order of asking, from 1 on.
        id: u32,
        /// The request, as JSON.
        asked: String,
    },
    /// Something else is asked than the transcript holds.
    #[error("request `{id}` should be {expected} and is {asked}; record the case again")]
    OtherRequest {
        /// The request's id.
        id: u32,
        /// What the transcript holds, as JSON.
        expected: String,
        /// What is asked, as JSON.
        asked: String,
    },
    /// The survey is done, and answers are left over.
    #[error("the survey is done, and {left} answers of the transcript were not asked for; record the case again")]
    LeftOver {
        /// How many.
        left: usize,
    },
    /// The survey rests with nothing open and nothing to wait for: a bug.
    #[error("the survey rests with nothing open and no time to wait for; this is a bug, please report it")]
    Stuck,
    /// The transcript breaks the law of driving.
    #[error(transparent)]
    Misuse(#[from] Misuse),
}

/// Plays the case in `input` and gives the text of its report.
pub fn run(input: &str) -> Result<String, VectorError> {
    let report = match document::read("vector", input)? {
        Vector::Judge { schema, facts, policy } => {
            check(schema)?;
            Report::of(&facts, None, &policy)
        }
        Vector::Survey { schema, job, now, exchanges, policy } => {
            check(schema)?;
            let survey = play(*job, now, &exchanges, &mut Ok)?;
            Report::of(survey.facts(), survey.stopped(), &policy)
        }
    };
    Ok(document::text(&report))
}

fn check(schema: String) -> Result<(), DocumentError> {
    if schema == VECTOR_SCHEMA {
        return Ok(());
    }
    Err(DocumentError::OtherSchema { what: "vectors", found: schema, known: VECTOR_SCHEMA })
}

/// Drives a survey through a transcript to its end. At every rest the survey goes through `at_rest`.
fn play(
    job: Job,
    mut now: UnixTime,
    exchanges: &[Exchange],
    at_rest: &mut dyn FnMut(Survey) -> Result<Survey, Misuse>,
) -> Result<Survey, VectorError> {
    let mut survey = Survey::new(job, now);
    let mut input = Input::Wake;
    let mut to_come = exchanges.iter();
    let mut open: VecDeque<(RequestId, &Exchange)> = VecDeque::new();
    loop {
        survey.handle(now, input)?;
        let until = loop {
            match survey.poll() {
                Output::Request(id, look) => open.push_back((id, expected(id, &look, to_come.next())?)),
                Output::Event(_) => {}
                Output::Wait(until) => break until,
                Output::Done if to_come.len() == 0 => return Ok(at_rest(survey)?),
                Output::Done => return Err(VectorError::LeftOver { left: to_come.len() }),
            }
        };
        survey = at_rest(survey)?;
        (now, input) = match (open.pop_front(), until) {
            (Some((id, exchange)), _) => (exchange.at, answer(id, exchange)),
            (None, Some(until)) => (until.max(now), Input::Wake),
            (None, None) => return Err(VectorError::Stuck),
        };
    }
}

fn expected<'a>(id: RequestId, look: &Look, exchange: Option<&'a Exchange>) -> Result<&'a Exchange, VectorError> {
    let shown = |look: &Look| serde_json::to_string(look).unwrap_or_default();
    match exchange {
        Some(exchange) if exchange.request == *look => Ok(exchange),
        Some(exchange) => {
            Err(VectorError::OtherRequest { id: id.0, expected: shown(&exchange.request), asked: shown(look) })
        }
        None => Err(VectorError::NoAnswer { id: id.0, asked: shown(look) }),
    }
}

fn answer(id: RequestId, exchange: &Exchange) -> Input {
    match exchange.answer.clone() {
        Answer::Response(response) => Input::Response(id, response),
        Answer::Failed(failure) => Input::Failed(id, failure),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_survey_that_is_kept_and_put_back_at_every_rest_sees_the_same() {
        for case in make::surveyed() {
            let Vector::Survey { job, now, exchanges, .. } = case.input else { unreachable!("surveys only") };
            let straight = play((*job).clone(), now, &exchanges, &mut Ok).unwrap();
            let mut rests = 0;
            let mut restore = |survey: Survey| {
                rests += 1;
                Survey::restore(&survey.snapshot()?)
            };
            assert_eq!(play(*job, now, &exchanges, &mut restore).unwrap(), straight);
            assert!(rests > 2, "{rests}");
        }
    }

    #[test]
    fn a_transcript_that_does_not_fit_is_named() {
        let job = Job::new("vc.lab.test:443", "reader", crate::request::Trust::HostRoots);
        let vector = Vector::Survey {
            schema: VECTOR_SCHEMA.to_owned(),
            job: Box::new(job),
            now: UnixTime(0),
            exchanges: Vec::new(),
            policy: Policy::default(),
        };
        let error = run(&document::text(&vector)).unwrap_err();
        assert!(error.to_string().starts_with("the survey asks for request `1`, {\"peek\":"), "{error}");
    }

    #[test]
    fn a_vector_of_another_version_is_refused() {
        let error = run(
            r#"{"schema": "x/2", "kind": "survey", "job": {"vcenter": "v", "user": "u", "trust": "host_roots"}, "now": 0, "exchanges": []}"#,
        );
        assert_eq!(
            error.unwrap_err().to_string(),
            "the schema of the vectors is `x/2`, and this reads `iofilter-certs/vector/1`; make the vectors again with this version"
        );
    }
}
