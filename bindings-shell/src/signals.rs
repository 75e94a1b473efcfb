//! SIGINT and SIGTERM: asked once, what is in hand is finished; asked twice, it is broken off.

use std::future::Future;

use iofilter_certs::native::{Stop, run};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::failure::Failure;
use crate::progress::Voice;

/// Carries out `work` on a runtime of its own. The first signal asks it to stop, and `voice` says `notice`; the second
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
            voice.say(&notice);
            signals.next().await;
            asked.ask();
        });
        let ended = work(stop).await;
        heed.abort();
        Ok(ended)
    });
    ended.and_then(|ended| ended).map_err(no_threads)
}

/// Waits for a signal.
pub(crate) fn wait() -> Result<(), Failure> {
    run(async {
        Signals::new()?.next().await;
        Ok(())
    })
    .and_then(|ended| ended)
    .map_err(no_threads)
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
    .map_err(no_threads)
}

fn no_threads(why: std::io::Error) -> Failure {
    Failure::system(format!("this machine gives no threads or signals: {why}"))
}

/// Both signals that ask a process to end.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
