//! How far a look or a run is, on standard error: live lines on a terminal, plain lines elsewhere.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use iofilter_certs::native::Progress;
use iofilter_certs::plan::{Plan, StepId};
use iofilter_certs::run::{JournalEntry, JournalEvent};
use iofilter_certs::survey::SurveyEvent;

use crate::screen::Screen;
use crate::show::journal;

/// Says lines without disturbing the live ones.
#[derive(Debug, Clone)]
pub(crate) enum Voice {
    /// A terminal, with live lines below.
    Live(MultiProgress),
    /// Lines only.
    Lines(Screen),
}

impl Voice {
    /// The voice that suits standard error.
    pub(crate) fn new(screen: Screen) -> Self {
        if std::io::stderr().is_terminal() && !screen.is_quiet() {
            Self::Live(MultiProgress::new())
        } else {
            Self::Lines(screen)
        }
    }

    /// Says one line.
    pub(crate) fn say(&self, line: &str) {
        match self {
            Self::Live(live) => live.suspend(|| Screen::new(false, false).aside(&format!("{line}\n"))),
            Self::Lines(screen) => screen.aside(&format!("{line}\n")),
        }
    }
}

/// What is shown of one operation. Nothing stays on the screen but the lines that were said.
pub(crate) struct Show {
    voice: Voice,
    looking: Option<ProgressBar>,
    working: BTreeMap<String, ProgressBar>,
}

impl Show {
    pub(crate) fn new(voice: Voice) -> Self {
        Self { voice, looking: None, working: BTreeMap::new() }
    }

    /// Shows how far it is.
    pub(crate) fn progress(&mut self, progress: &Progress<'_>) {
        match progress {
            Progress::Looking(event) => self.look(event),
            Progress::Running { entry, plan } => self.run(entry, plan),
        }
    }

    fn look(&mut self, event: &SurveyEvent) {
        let Voice::Live(live) = &self.voice else { return };
        let bar = self.looking.get_or_insert_with(|| live.add(line("{spinner} looking  {bar:24} {msg}")));
        bar.set_length(event.asked.into());
        bar.set_position(event.answered.into());
        bar.set_message(format!(
            "{} of {} questions answered, {} ESXi hosts",
            event.answered, event.asked, event.hosts
        ));
    }

    fn run(&mut self, entry: &JournalEntry, plan: &Plan) {
        if let Some(bar) = self.looking.take() {
            bar.finish_and_clear();
        }
        if let Some(said) = journal::entry(entry, plan)
            && !matches!(entry.event, JournalEvent::Ended { .. })
            && !(matches!(entry.event, JournalEvent::Started { .. }) && matches!(self.voice, Voice::Live(_)))
        {
            self.voice.say(&said);
        }
        if let (Voice::Live(live), Some(id)) = (&self.voice, entry.event.step()) {
            let (name, words) = in_hand(plan, id, &entry.event);
            match words {
                Some(words) => {
                    let bar =
                        self.working.entry(name.clone()).or_insert_with(|| live.add(line("{spinner} {prefix}  {msg}")));
                    bar.set_prefix(name);
                    bar.set_message(words);
                }
                None => {
                    if let Some(bar) = self.working.remove(&name) {
                        bar.finish_and_clear();
                    }
                }
            }
        }
    }
}

impl Drop for Show {
    fn drop(&mut self) {
        for bar in self.looking.take().into_iter().chain(std::mem::take(&mut self.working).into_values()) {
            bar.finish_and_clear();
        }
    }
}

/// Whose live line it is, and what stands there; nothing when that step is over.
fn in_hand(plan: &Plan, id: StepId, event: &JournalEvent) -> (String, Option<String>) {
    let step = plan.step(id);
    let host = step.and_then(|step| step.host.as_ref()).map_or_else(|| "vCenter".to_owned(), |host| host.name.clone());
    let title = step.map(|step| step.act.title()).unwrap_or_default();
    let waits = step.map(|step| step.done_when.in_words()).unwrap_or_default();
    let words = match event {
        JournalEvent::Started { .. } => Some(title),
        JournalEvent::TaskBegun { .. } => Some(format!("{title}: until {waits}")),
        JournalEvent::UndoStarted { .. } => Some(format!("taking back: {title}")),
        _ => None,
    };
    (host, words)
}

fn line(template: &str) -> ProgressBar {
    let bar = ProgressBar::new(0);
    // INVARIANT: the templates are written in this file; a broken one would show as the default line.
    bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}
