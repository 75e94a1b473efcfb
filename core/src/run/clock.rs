//! What a run does when the clock jumps, or nobody was there to wake it: such time is not counted as waiting.
//!
//! A step is given time for its effect to show while it is looked at. A clock that is set forward, a machine that slept or a
//! snapshot that was kept for days must not let all steps in hand fail at once, and one that is set back must not make
//! them wait until it has caught up. The end of the maintenance window is a time of day, and stays what it is.

use super::track::{Activity, Then, Tries, Why};
use super::{KEEP_ALIVE_SECONDS, Phase, Run};
use crate::survey::Question;
use crate::time::UnixTime;

/// Seconds by which an input may be late without anything being made of it.
const SLACK_SECONDS: i64 = 30;

impl Run {
    /// Takes note of the time of an input, before anything is judged by it.
    pub(super) fn keep_time(&mut self, now: UnixTime) {
        let before = std::mem::replace(&mut self.seen_at, now);
        let back = now.seconds_since(before).min(0);
        let due = self.next_input(before);
        let late = now.seconds_since(due);
        if back < 0 {
            self.asked_at = self.asked_at.plus_seconds(back);
            if let Phase::Settling(until) = &mut self.phase {
                *until = until.plus_seconds(back);
            }
            self.shift(back);
        } else if late > SLACK_SECONDS {
            self.shift(late);
        }
    }

    /// When the next input was to come at the latest: what is due, or the answer to a question. A change may take longer.
    fn next_input(&self, before: UnixTime) -> UnixTime {
        let due = self.next_time().unwrap_or(before).max(before);
        let is_changing = self.tracks.iter().any(|track| matches!(track.activity, Some((_, Activity::Send { .. }))));
        if is_changing { due } else { due.min(before.plus_seconds(self.job.deadline_seconds.into())) }
    }

    /// Asks vCenter for something small before it ends a session that nothing else has need of for a while.
    pub(super) fn keep_alive(&mut self, now: UnixTime) {
        if self.inquiry.is_idle() && now.seconds_since(self.asked_at) >= KEEP_ALIVE_SECONDS {
            self.inquiry.put(Question::CurrentTime, 0);
            self.asked_at = now;
        }
    }

    fn shift(&mut self, seconds: i64) {
        self.hurry = self.hurry.map(|asked| asked.plus_seconds(seconds));
        for (_, activity) in self.tracks.iter_mut().filter_map(|track| track.activity.as_mut()) {
            activity.shift(seconds);
        }
    }
}

impl Activity {
    fn shift(&mut self, seconds: i64) {
        let shift = |time: &mut UnixTime| *time = time.plus_seconds(seconds);
        match self {
            Self::Look { why, deadline, .. } => {
                shift(deadline);
                why.shift(seconds);
            }
            Self::Pause { since, then, deadline, .. } => {
                shift(since);
                shift(deadline);
                if let Then::Look(why) = then {
                    why.shift(seconds);
                }
            }
            Self::Send { tries, .. } => tries.shift(seconds),
            Self::Prove { deadline, .. }
            | Self::Gates { deadline, .. }
            | Self::Settle { deadline, .. }
            | Self::Task { deadline, .. } => shift(deadline),
            Self::Ask { .. } => {}
        }
    }
}

impl Why {
    fn shift(&mut self, seconds: i64) {
        match self {
            Self::Again { tries, .. } | Self::Resend { tries, .. } | Self::Session { tries, .. } => {
                tries.shift(seconds);
            }
            Self::Skip | Self::Ahead { .. } | Self::InDoubt | Self::Done { .. } | Self::Undone { .. } => {}
        }
    }
}

impl Tries {
    fn shift(&mut self, seconds: i64) {
        self.since = self.since.map(|since| since.plus_seconds(seconds));
    }
}
