//! SIGINT, SIGTERM and SIGHUP: asked once, what is in hand is finished; asked twice, it is broken off.

use std::future::Future;

use iofilter_certs::native::{Stop, run};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::failure::Failure;
use crate::progress::Voice;

/// Carries out `work` on a runtime of its own. The first signal asks it to stop, and `voice` tells `notice`; the second
/// breaks it off.
pub(crate) fn with_stop<T, Work>(voice: Voice, notice: String, work: impl FnOnce(Stop) -> Work) -> Result<T, Failure>
where
    Work: Future<Output = T>,
{
    let ended = run(async move {
        let mut signals = Signals::new()?;
        let stop = Stop::new();
        let asked = stop.clone();
        let heed = tokio::spawn(async move {
            signals.next().await;
            asked.ask();
            voice.tell(&notice);
            signals.next().await;
            asked.ask();
        });
        let ended = work(stop).await;
        heed.abort();
        Ok(ended)
    });
    ended.and_then(|ended| ended).map_err(|why| no_threads(&why))
}

/// Waits for a signal.
pub(crate) fn wait() -> Result<(), Failure> {
    run(async {
        Signals::new()?.next().await;
        Ok(())
    })
    .and_then(|ended| ended)
    .map_err(|why| no_threads(&why))
}

/// The line that a person types, or `None` when a signal comes first or input ends.
pub(crate) fn line() -> Result<Option<String>, Failure> {
    run(async {
        let mut signals = Signals::new()?;
        let typed = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            std::io::stdin().read_line(&mut line).ok().filter(|&bytes| bytes > 0).map(|_| line.trim().to_owned())
        });
        Ok(tokio::select! {
            biased;
            () = signals.next() => None,
            line = typed => line.unwrap_or(None),
        })
    })
    .and_then(|ended| ended)
    .map_err(|why| no_threads(&why))
}

fn no_threads(why: &std::io::Error) -> Failure {
    Failure::system(format!("this machine gives no threads or signals: {why}"))
}

/// The signals that ask a process to end.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
    /// `None` for a process that is to outlive its terminal, as `nohup` has it.
    hangup: Option<Signal>,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        let hangup = (!is_hangup_ignored()).then(|| signal(SignalKind::hangup())).transpose()?;
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())?, hangup })
    }

    async fn next(&mut self) {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = hangup => {}
        }
    }
}

/// Whether the process was begun with SIGHUP ignored; told by Linux only.
fn is_hangup_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    // The first signal, SIGHUP, is the last bit.
    ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}
