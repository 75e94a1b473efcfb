//! The detector as a WebAssembly component: the interfaces of `wit/`, each function one call of the core.
//!
//! There is no logic here. What crosses the border is turned into the core's types and back in `convert`.

mod convert;

use std::cell::RefCell;

use iofilter_certs::facts::FACTS_SCHEMA;
use iofilter_certs::machine::Machine as _;
use iofilter_certs::report::{REPORT_SCHEMA, Report};
use iofilter_certs::request::SshLook;
use iofilter_certs::time::UnixTime;
use iofilter_certs::{document, survey};

use bindings::exports::iofilter::certs::about::VersionInfo;
use bindings::exports::iofilter::certs::detect::{GuestSurvey, Input, Output, Survey};
use bindings::exports::iofilter::certs::{about, detect, judge, looks, types};
use types::{Fault, Json, UnixSeconds};

#[cfg_attr(
    target_family = "wasm",
    expect(unsafe_code, reason = "the canonical ABI passes pointers; all of it is made by wit-bindgen")
)]
#[expect(clippy::same_length_and_capacity, reason = "made by wit-bindgen: lists cross the border without spare room")]
mod bindings {
    wit_bindgen::generate!({ path: "../wit", world: "detector", generate_all });
    // Native linkers refuse the names of a component's exports; there the crate is only checked and linted.
    #[cfg(target_family = "wasm")]
    use super::Detector;
    #[cfg(target_family = "wasm")]
    export!(Detector);
}

/// The component.
struct Detector;

impl detect::Guest for Detector {
    type Survey = Surveying;
}

/// A survey behind the border. Calls to one instance never overlap, since it calls nobody.
struct Surveying(RefCell<survey::Survey>);

impl GuestSurvey for Surveying {
    fn start(job: Json, now: UnixSeconds) -> Result<Survey, Fault> {
        let job = document::read_job(&job)?;
        Ok(Survey::new(Self(RefCell::new(survey::Survey::new(job, UnixTime(now))))))
    }

    fn restore(snapshot: Vec<u8>) -> Result<Survey, Fault> {
        Ok(Survey::new(Self(RefCell::new(survey::Survey::restore(&snapshot)?))))
    }

    fn handle(&self, now: UnixSeconds, input: Input) -> Result<(), Fault> {
        Ok(self.0.borrow_mut().handle(UnixTime(now), input.into())?)
    }

    fn poll(&self) -> Output {
        self.0.borrow_mut().poll().into()
    }

    fn snapshot(&self) -> Result<Vec<u8>, Fault> {
        Ok(self.0.borrow().snapshot()?)
    }

    fn facts(&self) -> Json {
        document::text(self.0.borrow().facts())
    }

    fn report(&self, policy: Json) -> Result<Json, Fault> {
        let policy = document::read_policy(&policy)?;
        let survey = self.0.borrow();
        if !survey.is_over() {
            return Err(Fault::Misuse("the survey is not done; go on until `poll` gives `done`".to_owned()));
        }
        Ok(document::text(&Report::of(survey.facts(), survey.stopped(), &policy)))
    }
}

impl judge::Guest for Detector {
    fn judge_facts(facts: Json, policy: Json) -> Result<Json, Fault> {
        Ok(document::judge_facts(&facts, &policy)?)
    }

    fn rules() -> Result<Json, Fault> {
        Ok(document::rules())
    }

    fn explain(code: String) -> Result<String, Fault> {
        Ok(document::explain(&code)?)
    }
}

impl about::Guest for Detector {
    fn versions() -> VersionInfo {
        VersionInfo {
            component: env!("CARGO_PKG_VERSION").to_owned(),
            facts: FACTS_SCHEMA.to_owned(),
            report: REPORT_SCHEMA.to_owned(),
            snapshot: survey::SNAPSHOT.to_owned(),
        }
    }

    fn command_text(command: looks::SshLook) -> String {
        SshLook::from(command).text().to_owned()
    }
}
