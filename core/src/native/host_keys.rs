//! How SSH servers are known: by `known_hosts` files and by pinned fingerprints, never by first sight.

use std::path::PathBuf;

use russh::keys::known_hosts::known_host_keys_path;
use russh::keys::{Algorithm, HashAlg, PublicKey};

use super::network::Authority;
use crate::request::{Failure, FailureKind};

/// The host keys that are trusted. The default trusts none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostKeys {
    /// Files in the form of OpenSSH's `known_hosts`, also with hashed names. One that is not there knows nobody.
    pub known_hosts: Vec<PathBuf>,
    /// `SHA256:...` as `ssh-keygen -l` prints it; such a key is trusted wherever it is shown.
    pub pinned: Vec<String>,
}

impl HostKeys {
    /// What is known of one server, read once before connecting to it.
    pub(super) fn of(&self, authority: Authority<'_>) -> Result<Known, Failure> {
        let mut keys = Vec::new();
        for path in &self.known_hosts {
            let read = known_host_keys_path(authority.host, authority.port, path).map_err(|_| {
                let message = format!(
                    "the line for `{}` in `{}` cannot be read; correct or remove it",
                    authority.host,
                    path.display()
                );
                Failure::new(FailureKind::HostKey, message)
            })?;
            keys.extend(read.into_iter().map(|(line, key)| (format!("{}:{line}", path.display()), key)));
        }
        Ok(Known { keys, pinned: self.pinned.clone() })
    }
}

/// What is known of one server: keys with the place that each was read from.
pub(super) struct Known {
    keys: Vec<(String, PublicKey)>,
    pinned: Vec<String>,
}

impl Known {
    /// `all`, with the algorithms of known keys first: a server that has several keys then shows the one that is known.
    pub(super) fn preferred(&self, all: &[Algorithm]) -> Vec<Algorithm> {
        let known = |algorithm: &Algorithm| {
            let same = |(_, key): &(String, PublicKey)| match (algorithm, key.algorithm()) {
                (Algorithm::Rsa { .. }, Algorithm::Rsa { .. }) => true,
                (algorithm, of_key) => *algorithm == of_key,
            };
            self.keys.iter().any(same)
        };
        let (mut first, last): (Vec<_>, Vec<_>) = all.iter().cloned().partition(known);
        first.extend(last);
        first
    }

    /// Fails as [`FailureKind::HostKey`] with the fingerprint that was seen and what to do about it.
    pub(super) fn judge(&self, authority: &str, shown: &PublicKey) -> Result<(), Failure> {
        let fingerprint = shown.fingerprint(HashAlg::Sha256).to_string();
        let same = |(_, key): &(String, PublicKey)| key.key_data() == shown.key_data();
        if self.pinned.contains(&fingerprint) || self.keys.iter().any(same) {
            return Ok(());
        }
        let message = match self.keys.first() {
            Some((place, _)) => format!(
                "the ssh host key of `{authority}` has changed: it showed `{fingerprint}`, `{place}` says otherwise; \
                 find out why, then correct that line"
            ),
            None => format!(
                "the ssh host key of `{authority}` is not known: it showed `{fingerprint}`; compare it at the server, \
                 then pin it or add it to a known_hosts file"
            ),
        };
        Err(Failure::new(FailureKind::HostKey, message))
    }
}
