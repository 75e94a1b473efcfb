//! The native driver against small servers on loopback. No test asserts on time or sleeps.
#![cfg(feature = "native")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod commands;
mod cut_off;
mod driver;
mod http;
mod journal;
mod servers;
mod ssh;
mod tls;
