//! Failures as the native driver makes them: each kind with its sentence, never with a secret.

use std::error::Error;
use std::io;

use crate::request::{Failure, FailureKind};

impl Failure {
    /// A failure of this kind. The message is lower case, one line and free of secrets.
    pub(super) fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }
}

/// Why no connection came to be, or why an open one broke before anything was sent.
pub(super) fn connect_failure(authority: &str, error: &io::Error) -> Failure {
    let (kind, what) = match error.kind() {
        io::ErrorKind::ConnectionRefused => (FailureKind::Refused, "refused the connection".to_owned()),
        io::ErrorKind::TimedOut => (FailureKind::TimedOut, "did not answer in time".to_owned()),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            (FailureKind::Unreachable, "cannot be reached: there is no route to it".to_owned())
        }
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
            (FailureKind::Unreachable, "closed the connection before anything was sent".to_owned())
        }
        _ => (FailureKind::Unreachable, format!("cannot be reached: {}", plain(error))),
    };
    Failure::new(kind, format!("`{authority}` {what}"))
}

/// The deadline passed before anything was sent that could have acted.
pub(super) fn timed_out(authority: &str, seconds: u32) -> Failure {
    Failure::new(FailureKind::TimedOut, format!("`{authority}` did not answer within {seconds} s"))
}

/// A given value that names nothing to connect to.
pub(super) fn bad_authority(authority: &str) -> Failure {
    Failure::new(FailureKind::NameUnknown, format!("`{authority}` is not of the form `host:port`; give both"))
}

/// The name has no address.
pub(super) fn name_unknown(name: &str, error: &io::Error) -> Failure {
    Failure::new(FailureKind::NameUnknown, format!("the name `{name}` has no address: {}", plain(error)))
}

/// The first error of type `T` in a chain of sources; looks inside [`io::Error`], whose `source` skips what it wraps.
pub(super) fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut current = Some(error);
    while let Some(error) = current {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        current = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

/// An operating system's sentence on one line, beginning in lower case and without its error number.
pub(super) fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut characters = text.chars().filter(|character| !character.is_control());
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => "no reason was given".to_owned(),
    }
}
