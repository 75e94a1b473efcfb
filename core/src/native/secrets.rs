//! The only place that holds passwords, key files and sessions. Nothing here can be shown.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::request::{Failure, FailureKind, Piece, SecretEncoding};

/// What requests may refer to by name: texts, key files, and the sessions that servers handed out during this call.
/// All are wiped when this goes.
#[derive(Default)]
pub struct Secrets {
    texts: BTreeMap<String, Zeroizing<String>>,
    key_files: BTreeMap<String, KeyFile>,
    sessions: Mutex<BTreeMap<String, Zeroizing<String>>>,
}

/// A private key for SSH, which is read when it is needed.
pub(super) struct KeyFile {
    pub(super) path: PathBuf,
    pub(super) passphrase: Option<Zeroizing<String>>,
}

impl Secrets {
    /// A store without any secret.
    pub fn new() -> Self {
        Self::default()
    }

    /// With this text, such as a password, under a name of [`crate::request::secret`].
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.texts.insert(name.to_owned(), Zeroizing::new(value.into()));
        self
    }

    /// With a private key in OpenSSH, PKCS#8 or PKCS#1 form under this name, for SSH.
    #[must_use]
    pub fn with_key_file(mut self, name: &str, path: impl AsRef<Path>, passphrase: Option<String>) -> Self {
        let key = KeyFile { path: path.as_ref().to_owned(), passphrase: passphrase.map(Zeroizing::new) };
        self.key_files.insert(name.to_owned(), key);
        self
    }

    /// Keeps a session under its slot; a later one replaces it. A slot never hides a given secret of the same name.
    pub(super) fn keep_session(&self, slot: &str, value: String) {
        // A poisoned lock only means that another task panicked; the map itself is whole.
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.insert(slot.to_owned(), Zeroizing::new(value));
    }

    /// The text or session of this name. Fails as [`FailureKind::Authentication`] when there is none.
    pub(super) fn text(&self, name: &str) -> Result<Zeroizing<String>, Failure> {
        if let Some(text) = self.texts.get(name) {
            return Ok(text.clone());
        }
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.get(name).cloned().ok_or_else(|| missing(name))
    }

    /// The private key file of this name, if one was given.
    pub(super) fn key_file(&self, name: &str) -> Option<&KeyFile> {
        self.key_files.get(name)
    }

    /// Joins pieces to the bytes that are sent.
    pub(super) fn join(&self, pieces: &[Piece]) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let mut joined = Zeroizing::new(Vec::new());
        for piece in pieces {
            match piece {
                Piece::Text(text) => joined.extend_from_slice(text.as_bytes()),
                Piece::Secret { name, encoding } => {
                    joined.extend_from_slice(encode(&self.text(name)?, *encoding).as_bytes());
                }
            }
        }
        Ok(joined)
    }
}

/// Shows the names and nothing else.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("Secrets")
            .field("texts", &self.texts.keys())
            .field("key_files", &self.key_files.keys())
            .field("sessions", &sessions.keys())
            .finish()
    }
}

fn encode(text: &str, encoding: SecretEncoding) -> Zeroizing<String> {
    Zeroizing::new(match encoding {
        SecretEncoding::Raw => text.to_owned(),
        SecretEncoding::XmlText => xml_text(text),
        SecretEncoding::JsonString => serde_json::Value::from(text).to_string(),
        SecretEncoding::Base64 => STANDARD.encode(text),
    })
}

/// Line ends are written as references because an XML reader would otherwise change them.
fn xml_text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\r' => escaped.push_str("&#xD;"),
            '\n' => escaped.push_str("&#xA;"),
            other => escaped.push(other),
        }
    }
    escaped
}

fn missing(name: &str) -> Failure {
    let message = format!("the secret `{name}` is missing; give it, or log in before it is needed");
    Failure::new(FailureKind::Authentication, message)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    const PASSWORD: &str = "p<&>\"'\\é\r\n";

    fn joined(encoding: SecretEncoding) -> String {
        let secrets = Secrets::new().with("vcenter.password", PASSWORD);
        let pieces = [Piece::Text("[".into()), secret("vcenter.password", encoding), Piece::Text("]".into())];
        String::from_utf8(secrets.join(&pieces).unwrap().to_vec()).unwrap()
    }

    fn secret(name: &str, encoding: SecretEncoding) -> Piece {
        Piece::Secret { name: name.into(), encoding }
    }

    #[test]
    fn every_encoding_reads_back_as_the_secret() {
        assert_eq!(joined(SecretEncoding::Raw), format!("[{PASSWORD}]"));
        assert_eq!(joined(SecretEncoding::XmlText), "[p&lt;&amp;&gt;&quot;&apos;\\é&#xD;&#xA;]");
        let list: Vec<String> = serde_json::from_str(&joined(SecretEncoding::JsonString)).unwrap();
        assert_eq!(list, [PASSWORD]);
        let base64 = joined(SecretEncoding::Base64);
        assert_eq!(STANDARD.decode(base64.trim_matches(['[', ']'])).unwrap(), PASSWORD.as_bytes());
    }

    #[test]
    fn a_missing_secret_is_named_and_a_given_one_is_never_replaced() {
        let secrets = Secrets::new().with("vcenter.password", "given");
        let failure = secrets.join(&[secret("session.vim", SecretEncoding::Raw)]).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Authentication);
        assert!(failure.message.contains("`session.vim`"), "{}", failure.message);
        secrets.keep_session("vcenter.password", "from a server".into());
        assert_eq!(secrets.text("vcenter.password").unwrap().as_str(), "given");
    }

    #[test]
    fn nothing_shows_a_secret() {
        let secrets = Secrets::new().with("a", "hush-1").with_key_file("b", "/id_rsa", Some("hush-2".into()));
        secrets.keep_session("c", "hush-3".into());
        let shown = format!("{secrets:?} {secrets:#?}");
        assert!(!shown.contains("hush"), "{shown}");
        assert!(shown.contains('c'));
    }
}
