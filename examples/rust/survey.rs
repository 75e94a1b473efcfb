//! The loop that every host program writes. This one reaches nobody: whatever is asked, no name has an address here.
//! Perform the requests in [`perform`] instead, and it is a whole check.
//!
//! `cargo run -p iofilter-certs-examples --bin example-survey`

use std::collections::VecDeque;
use std::error::Error;
use std::io::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use iofilter_certs::job::Job;
use iofilter_certs::machine::{Input, Machine as _, Output, RequestId};
use iofilter_certs::policy::Policy;
use iofilter_certs::report::Report;
use iofilter_certs::request::{Failure, FailureKind, Look, Trust};
use iofilter_certs::survey::Survey;
use iofilter_certs::time::UnixTime;

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    let mut survey = Survey::new(Job::new("vc.example.com:443", "monitor@vsphere.local", Trust::HostRoots), now()?);
    let mut open: VecDeque<(RequestId, Look)> = VecDeque::new();
    let mut input = Input::Wake;
    'drive: loop {
        survey.handle(now()?, input)?;
        let until = loop {
            match survey.poll() {
                Output::Request(id, look) => open.push_back((id, look)),
                Output::Event(event) => writeln!(out, "{} of {} answered", event.answered, event.asked)?,
                Output::Wait(until) => break until,
                Output::Done => break 'drive,
            }
        };
        input = match (open.pop_front(), until) {
            (Some((id, look)), _) => {
                writeln!(out, "asked: {}", serde_json::to_string(&look)?)?;
                perform(id, &look)
            }
            (None, Some(UnixTime(until))) => {
                let left = u64::try_from(until - now()?.0).unwrap_or(0);
                std::thread::sleep(std::time::Duration::from_secs(left));
                Input::Wake
            }
            (None, None) => return Err("the survey waits for nothing; please report it".into()),
        };
    }
    let report = Report::of(survey.facts(), survey.stopped(), &Policy::default());
    if let Some(why) = &report.stopped {
        writeln!(out, "{}: {}\n  {}", why.code, why.message, why.help)?;
    }
    writeln!(out, "exit code {}", report.verdict.exit_code())?;
    Ok(())
}

/// Where a host program opens its sockets.
fn perform(id: RequestId, _: &Look) -> Input {
    Input::Failed(id, Failure { kind: FailureKind::NameUnknown, message: "this example has no network".to_owned() })
}

fn now() -> Result<UnixTime, Box<dyn Error>> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH)?;
    Ok(UnixTime(i64::try_from(since.as_secs())?))
}
