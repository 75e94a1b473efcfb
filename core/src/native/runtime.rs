//! The async runtime of one call, and the process's limits.

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

/// Raises the soft limit of open descriptors to the hard one, as far as the process may, and says how many requests may
/// then be out at once. A connection takes one descriptor; 64 are left for everything else in the process.
pub fn raise_descriptor_limit() -> u32 {
    const FOR_THE_PROCESS: u64 = 64;
    // A refusal leaves the limit as it was, which is then what counts. Where there is no such limit, 1024 is plenty.
    let limit = rlimit::increase_nofile_limit(u64::MAX).unwrap_or(1024);
    u32::try_from(limit.saturating_sub(FOR_THE_PROCESS)).unwrap_or(u32::MAX).max(1)
}
