//! How far a look or a run is, on standard error: live lines on a terminal, plain lines elsewhere.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use iofilter_certs::native::Progress;
use iofilter_certs::plan::{Plan, StepId};
use iofilter_certs::run::{Estimate, JournalEntry, JournalEvent};
use iofilter_certs::survey::SurveyEvent;
use iofilter_certs::time::UnixTime;

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

    /// Does something that a person must be able to read, without live lines below it. Whatever else goes on is not held
    /// up by it.
    pub(crate) fn silently<T>(&self, work: impl FnOnce() -> T) -> T {
        let Self::Live(live) = self else { return work() };
        live.set_draw_target(ProgressDrawTarget::hidden());
        let done = work();
        live.set_draw_target(ProgressDrawTarget::stderr());
        done
    }

    /// Says one line.
    pub(crate) fn say(&self, words: &str) {
        match self {
            Self::Lines(screen) if screen.is_quiet() => {}
            Self::Lines(_) | Self::Live(_) => self.tell(words),
        }
    }

    /// Says one line that must be known, however quiet it is to be.
    pub(crate) fn tell(&self, words: &str) {
        let words = format!("{words}\n");
        match self {
            Self::Live(live) => live.suspend(|| Screen::new(false, false).tell(&words)),
            Self::Lines(screen) => screen.tell(&words),
        }
    }
}

/// What is shown of one operation. Nothing stays on the screen but the lines that were said.
pub(crate) struct Show {
    voice: Voice,
    looking: Option<ProgressBar>,
    working: BTreeMap<String, ProgressBar>,
    /// The run as a whole.
    whole: Option<ProgressBar>,
    estimate: Option<Estimate>,
}

impl Show {
    pub(crate) fn new(voice: Voice) -> Self {
        Self { voice, looking: None, working: BTreeMap::new(), whole: None, estimate: None }
    }

    /// Takes note of what a run did before it is gone on with.
    pub(crate) fn recall(&mut self, entries: &[JournalEntry]) {
        for entry in entries {
            self.hear(entry);
        }
    }

    fn hear(&mut self, entry: &JournalEntry) {
        if let JournalEvent::Begun { plan, policy, .. } = &entry.event {
            self.estimate = Some(Estimate::new((**plan).clone(), policy));
        }
        if let Some(estimate) = &mut self.estimate {
            estimate.heard(entry);
        }
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
        self.hear(entry);
        if let Some(bar) = self.looking.take() {
            bar.finish_and_clear();
        }
        if let Some(said) = journal::entry(entry, plan).map(|said| said + &self.left_after(entry))
            && !matches!(entry.event, JournalEvent::Ended { .. })
            && !(matches!(entry.event, JournalEvent::Started { .. }) && matches!(self.voice, Voice::Live(_)))
        {
            self.voice.say(&said);
        }
        self.show_whole(entry);
        if let (Voice::Live(live), Some(id)) = (&self.voice, entry.event.step()) {
            let (name, words) = in_hand(plan, id, &entry.event);
            let left = self.left_at(plan, id, entry.at);
            match words.map(|words| words + &left) {
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

impl Show {
    /// The line of the run as a whole, below those of its hosts.
    fn show_whole(&mut self, entry: &JournalEntry) {
        let (Voice::Live(live), Some(estimate)) = (&self.voice, &self.estimate) else { return };
        let bar = self.whole.get_or_insert_with(|| live.add(line("{spinner} {bar:24} {msg}")));
        let (behind, all) = estimate.steps();
        bar.set_length(all as u64);
        bar.set_position(behind as u64);
        bar.set_message(format!("{behind} of {all} steps, {} left", about(estimate.left(entry.at))));
    }

    /// Where no live line tells it: how long the run still takes, told when the steps of a host are behind.
    fn left_after(&self, entry: &JournalEntry) -> String {
        let is_told = matches!(self.voice, Voice::Lines(_)) && matches!(entry.event, JournalEvent::HostProved { .. });
        let estimate = self.estimate.as_ref().filter(|_| is_told);
        estimate.map_or_else(String::new, |estimate| {
            let (behind, all) = estimate.steps();
            format!(" ({behind} of {all} steps, {} left)", about(estimate.left(entry.at)))
        })
    }

    fn left_at(&self, plan: &Plan, id: StepId, now: UnixTime) -> String {
        let host = plan.step(id).and_then(|step| step.host.as_ref());
        let left = self.estimate.as_ref().zip(host).map(|(estimate, host)| estimate.left_at(host, now));
        left.filter(|seconds| *seconds > 0).map_or_else(String::new, |seconds| format!("  ({} left)", about(seconds)))
    }
}

/// `about 40 s`, `about 3 min`, `about 2 h 10 min`.
fn about(seconds: i64) -> String {
    let minutes = seconds.saturating_add(30) / 60;
    match (seconds, minutes) {
        (..=90, _) => format!("about {seconds} s"),
        (_, ..=90) => format!("about {minutes} min"),
        (_, minutes) => format!("about {} h {} min", minutes / 60, minutes % 60),
    }
}

impl Drop for Show {
    fn drop(&mut self) {
        let bars = self.looking.take().into_iter().chain(self.whole.take());
        for bar in bars.chain(std::mem::take(&mut self.working).into_values()) {
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
