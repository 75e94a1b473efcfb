//! The async runtime of one call, and the process's limits.

use std::future::Future;
use std::io;

use tokio::runtime::{Builder, Runtime};

/// A runtime for one call. None is kept between calls: threads do not survive a fork, and a process that embeds this
/// crate may fork whenever it likes.
///
/// Two workers: what is waited for is elsewhere, and a sweep's own work is a few hundred microseconds a host.
/// Fails when the operating system gives no threads.
pub fn runtime() -> io::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(2).thread_name("iofilter-certs").enable_io().enable_time().build()
}

/// Carries `work` out on a runtime of its own and returns at its end, without waiting for what it left behind, such as a
/// name server that does not answer. Fails when the operating system gives no threads.
pub fn run<T>(work: impl Future<Output = T>) -> io::Result<T> {
    let runtime = runtime()?;
    let ended = runtime.block_on(work);
    runtime.shutdown_background();
    Ok(ended)
}

/// Makes room for `wanted` connections at once, by raising the soft limit of open descriptors when it is too low and the
/// hard one allows it. Says how many fit, `wanted` at most: a connection takes one descriptor, and 64 are left for
/// everything else in the process.
pub fn raise_descriptor_limit(wanted: u32) -> u32 {
    let needed = u64::from(wanted) + FOR_THE_PROCESS;
    // Where the limit cannot be read or raised, what most systems begin with is what counts.
    let present = rlimit::Resource::NOFILE.get_soft().unwrap_or(1024);
    let limit = if present >= needed { present } else { rlimit::increase_nofile_limit(needed).unwrap_or(present) };
    u32::try_from(limit.saturating_sub(FOR_THE_PROCESS)).map_or(wanted, |fits| fits.min(wanted)).max(1)
}

const FOR_THE_PROCESS: u64 = 64;
