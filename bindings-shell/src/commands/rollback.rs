//! `rollback`: take back what a run did.

use iofilter_certs::native::{self, Journal, OperationError, Rollback, Stop, SystemClock};
use iofilter_certs::run::{JournalEntry, Outcome};

use super::apply::{finish, notice};
use super::resume::JOURNAL;
use crate::args::RollbackOptions;
use crate::consent::Consent;
use crate::failure::Failure;
use crate::progress::{Show, Voice};
use crate::screen::Screen;
use crate::show;
use crate::signals::with_stop;

/// The exit code is the outcome's.
pub(crate) fn run(options: &RollbackOptions, screen: Screen) -> Result<u8, Failure> {
    let folder = &options.run_dir;
    let recovered = Journal::<JournalEntry>::read(folder.join(JOURNAL)).map_err(OperationError::from)?;
    screen.aside(&show::journal::story(&recovered.entries));
    let consent = Consent::new(options.yes, !options.connection.takes_standard_input())?;
    let connection = options.connection.connection()?;
    let voice = Voice::new(screen);
    let approver = consent.approver(None, voice.clone(), screen);
    let waivers = options.waivers.iter().cloned().collect();
    let rollback = Rollback { folder: folder.clone(), locks: options.locks.lock_dir.clone(), approver, waivers };
    let mut show = Show::new(voice.clone());
    let work = async |stop: Stop| -> Result<Outcome, OperationError> {
        let work = native::rollback(&connection, rollback, &SystemClock, &stop, |progress| show.progress(&progress));
        // Its state is large, and a stack is not.
        Box::pin(work).await
    };
    finish(with_stop(voice, notice(folder), work)?, folder, screen)
}
