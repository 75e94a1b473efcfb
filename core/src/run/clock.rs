//! What a run does when the clock jumps, or nobody was there to wake it: such time is not counted as waiting.
//!
//! A step is given time for its effect to show while it is looked at. A clock that is set forward, a machine that slept or a
//! snapshot that was kept for days must not let all steps in hand fail at once, and one that is set back must not make
//! them wait until it has caught up. The end of the maintenance window is a time of day, and stays what it is.

use super::track::{Activity, Then, Tries, Why};
use super::{KEEP_ALIVE_SECONDS, Phase, Run};
use crate::survey::Question;
use crate::time::UnixTime;

/// Seconds after which the time is looked at again while SMS is given time to look: a clock that jumps by more gives it none.
const SETTLING_STEP_SECONDS: i64 = 60;
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
            self.shift(back);
        } else if late > SLACK_SECONDS {
            self.shift(late);
        }
    }

    /// When the next input was to come at the latest: what is due, or the answer to a question. A change may take longer.
    fn next_input(&self, before: UnixTime) -> UnixTime {
        if let Some(due) = self.settling_until(before) {
            return due;
        }
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

    /// Until when SMS is waited for before the time is looked at again, if it is.
    pub(super) fn settling_until(&self, now: UnixTime) -> Option<UnixTime> {
        match self.phase {
            Phase::Settling(until) => Some(until.min(now.plus_seconds(SETTLING_STEP_SECONDS))),
            _ => None,
        }
    }

    fn shift(&mut self, seconds: i64) {
        if let Phase::Settling(until) = &mut self.phase {
            *until = until.plus_seconds(seconds);
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::testing::{plan, run};

    const BEGUN: UnixTime = UnixTime(1_770_000_000);

    /// When SMS has had its time, of a run that is woken when it asks to be, on a clock that jumps once by so much.
    fn settled_after(jump: i64) -> i64 {
        let mut run = run(plan(), BEGUN);
        run.phase = Phase::Settling(BEGUN.plus_seconds(300));
        let mut now = BEGUN;
        for wakes in 0..20 {
            let until = run.settling_until(now).unwrap_or(now);
            now = until.plus_seconds(if wakes == 1 { jump } else { 0 });
            run.keep_time(now);
            if matches!(run.phase, Phase::Settling(until) if now >= until) {
                return now.seconds_since(BEGUN) - jump;
            }
        }
        0
    }

    #[test]
    fn a_clock_that_jumps_gives_sms_no_less_time_to_look_and_not_much_more() {
        assert_eq!(settled_after(0), 300);
        for jump in [31, 200, 3600, 7 * 86_400, -3600] {
            let waited = settled_after(jump);
            assert!((300..=360).contains(&waited), "{jump}: {waited} seconds");
        }
    }
}
