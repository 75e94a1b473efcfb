//! `resume`: go on where a run's journal ends.

use iofilter_certs::native::{self, Journal, OperationError, Resume, Stop, SystemClock};
use iofilter_certs::run::{JournalEntry, JournalEvent, Outcome};

use super::apply::{finish, notice};
use crate::args::ResumeOptions;
use crate::consent::{Approved, Consent};
use crate::failure::Failure;
use crate::progress::{Show, Voice};
use crate::screen::Screen;
use crate::show;
use crate::signals::with_stop;

/// The journal's file in a run's folder.
pub(crate) const JOURNAL: &str = "journal.jsonl";

/// The exit code is the outcome's.
pub(crate) fn run(options: &ResumeOptions, screen: Screen) -> Result<u8, Failure> {
    let folder = &options.run_dir;
    let recovered = Journal::<JournalEntry>::read(folder.join(JOURNAL)).map_err(OperationError::from)?;
    screen.aside(&show::journal::story(&recovered.entries));
    // A run that was approved may need nobody any more; where it does after all, nobody on a terminal is a no.
    let consent = match Consent::new(options.yes, !options.connection.takes_standard_input()) {
        Err(_) if is_approved(&recovered.entries) => Consent::Nobody,
        consent => consent?,
    };
    let connection = options.connection.connection()?;
    let voice = Voice::new(screen);
    let approver = consent.approver(Approved::before(&recovered.entries), voice.clone(), screen);
    let locks = options.locks.lock_dir.clone();
    let resume = Resume { folder: folder.clone(), locks, approver, until: options.until };
    let mut show = Show::new(voice.clone());
    show.recall(&recovered.entries);
    let work = async |stop: Stop| -> Result<Outcome, OperationError> {
        let work = native::resume(&connection, resume, &SystemClock, &stop, |progress| show.progress(&progress));
        // Its state is large, and a stack is not.
        Box::pin(work).await
    };
    finish(with_stop(voice, notice(folder), work)?, folder, screen)
}

/// Whether what the run is to do was approved as a whole.
fn is_approved(entries: &[JournalEntry]) -> bool {
    let last = entries.iter().rev().find(|entry| {
        matches!(
            entry.event,
            JournalEvent::Approved { .. } | JournalEvent::Replanned { .. } | JournalEvent::TakingBack { .. }
        )
    });
    matches!(last, Some(JournalEntry { event: JournalEvent::Approved { .. }, .. }))
}
