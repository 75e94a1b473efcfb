//! `resume`: go on where a run's journal ends.

use iofilter_certs::native::{self, Journal, OperationError, Stop, SystemClock};
use iofilter_certs::plan::Plan;
use iofilter_certs::run::{JournalEntry, JournalEvent, Outcome};

use super::apply::{Consent, after_begin, approver, finish, notice};
use crate::args::ResumeOptions;
use crate::failure::Failure;
use crate::progress::{Show, Voice};
use crate::screen::Screen;
use crate::show;
use crate::signals::with_stop;

/// The journal's file in a run's folder.
pub(crate) const JOURNAL: &str = "journal.jsonl";

/// The exit code is the outcome's.
pub(crate) fn run(options: &ResumeOptions, screen: &Screen) -> Result<u8, Failure> {
    let folder = &options.run_dir;
    let recovered = Journal::<JournalEntry>::read(folder.join(JOURNAL)).map_err(OperationError::from)?;
    screen.aside(&show::journal::story(&recovered.entries));
    // A run that was approved is not asked for again: the journal says who approved.
    let by = match unapproved(&recovered.entries) {
        Some(plan) => {
            let consent = Consent::new(options.yes, !options.connection.takes_standard_input(), *screen)?;
            consent.ask(plan, *screen)?
        }
        None => String::new(),
    };
    let connection = options.connection.connection()?;
    let voice = Voice::new(*screen);
    let mut show = Show::new(voice.clone());
    let work = async |stop: Stop| -> Result<Outcome, OperationError> {
        let progress = |progress: native::Progress<'_>| show.progress(&progress);
        native::resume(&connection, folder.clone(), approver(by), &SystemClock, &stop, progress).await
    };
    match with_stop(voice, notice(folder), work)? {
        Ok(outcome) => finish(&outcome, folder, *screen),
        Err(error) => Err(after_begin(error, folder)),
    }
}

/// The plan of a run that nobody approved yet.
fn unapproved(entries: &[JournalEntry]) -> Option<&Plan> {
    if entries.iter().any(|entry| matches!(entry.event, JournalEvent::Approved { .. })) {
        return None;
    }
    entries.iter().find_map(|entry| match &entry.event {
        JournalEvent::Begun { plan, .. } => Some(plan.as_ref()),
        _ => None,
    })
}
