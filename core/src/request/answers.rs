//! The answers to requests.

use serde::{Deserialize, Serialize};

/// The answer to a request. Bodies pass through the core; none is kept in a machine's state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Response {
    /// To [`Look::Http`](super::Look::Http) and [`Change::Http`](super::Change::Http): any status, also one that tells of an error.
    Http(HttpResponse),
    /// To [`Look::Peek`](super::Look::Peek).
    Peer(Peer),
    /// To [`Look::Ssh`](super::Look::Ssh) and [`Change::Ssh`](super::Change::Ssh): any exit code.
    Ssh(SshOutput),
    /// To [`Look::File`](super::Look::File).
    Chunk(Chunk),
    /// To [`Look::Resolve`](super::Look::Resolve).
    Names(NamesFound),
    /// To [`Work::Approve`](super::Work::Approve).
    Approval(Approval),
}

/// An HTTP answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpResponse {
    /// The status code.
    pub status: u16,
    /// Header fields, names in lower case; `set-cookie` is left out.
    pub headers: Vec<(String, String)>,
    /// The body, decompressed.
    #[serde(with = "bytes_as_base64")]
    pub body: Vec<u8>,
}

/// What a TLS server showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peer {
    /// Certificates in DER, leaf first, as sent.
    #[serde(with = "list_of_bytes_as_base64")]
    pub chain_der: Vec<Vec<u8>>,
    /// `TLSv1.2` or `TLSv1.3`.
    pub protocol: String,
}

/// What a command printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SshOutput {
    /// The exit code; 0 is success.
    pub exit_code: i32,
    /// Standard output, up to the request's limit.
    #[serde(with = "bytes_as_base64")]
    pub stdout: Vec<u8>,
    /// Standard error, up to the request's limit.
    #[serde(with = "bytes_as_base64")]
    pub stderr: Vec<u8>,
    /// True when either was cut.
    pub truncated: bool,
}

/// A piece of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// The bytes; fewer than asked only at the end.
    #[serde(with = "bytes_as_base64")]
    pub bytes: Vec<u8>,
    /// True when the file ends here.
    pub end: bool,
}

/// What the name service said, in the order of the question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamesFound {
    /// The addresses of each name.
    pub addresses: Vec<NameAnswer>,
    /// The names that each address leads back to.
    pub names: Vec<NameAnswer>,
}

/// What the name service said of one name or address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameAnswer {
    /// What it was asked for.
    pub asked: String,
    /// What it knows of it, empty when it knows that there is nothing; `None` when it gave no answer.
    pub found: Option<Vec<String>>,
}

/// What a person decided about a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approval {
    /// The plan with this digest may be carried out.
    Approved {
        /// The digest that was approved.
        digest: String,
        /// Who approved, for the journal.
        by: String,
    },
    /// It may not.
    Rejected {
        /// Why, for the journal.
        reason: String,
    },
}

/// Why a request has no answer. The message is for people and holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What kind of failure, for decisions.
    pub kind: FailureKind,
    /// What happened, lower case, one line.
    pub message: String,
}

/// The kinds of failure that decisions are made on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The operator's policy said no. Final.
    Denied,
    /// The name has no address.
    NameUnknown,
    /// The target refused the connection.
    Refused,
    /// No way to the target.
    Unreachable,
    /// No answer in time, and nothing was sent that could have acted.
    TimedOut,
    /// The handshake failed.
    Tls,
    /// The connection was closed in the handshake, before the server had shown a certificate.
    Closed,
    /// The server's certificate is not trusted; nothing was sent.
    Untrusted,
    /// The login was refused (SSH) or a secret is missing.
    Authentication,
    /// The SSH host key is unknown or has changed; nothing was sent.
    HostKey,
    /// The answer is not what the protocol allows.
    Protocol,
    /// The answer is larger than the request allows.
    TooLarge,
    /// The host program stopped it before it was sent.
    Cancelled,
    /// Sent, and no whole answer came: it may or may not have happened. Look again before repeating.
    OutcomeUnknown,
}

impl FailureKind {
    /// True when nothing can have happened at the target: the request never left.
    pub fn is_before_sending(self) -> bool {
        match self {
            Self::Denied
            | Self::NameUnknown
            | Self::Refused
            | Self::Unreachable
            | Self::Untrusted
            | Self::Authentication
            | Self::HostKey
            | Self::Cancelled => true,
            Self::TimedOut | Self::Tls | Self::Closed | Self::Protocol | Self::TooLarge | Self::OutcomeUnknown => false,
        }
    }
}

/// Bytes stand in JSON as Base64, so that snapshots and vectors stay text.
mod bytes_as_base64 {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map_err(|_| D::Error::custom("not Base64"))
    }
}

/// A list of byte strings, each as Base64.
mod list_of_bytes_as_base64 {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer, de::Error, ser::SerializeSeq};

    pub(super) fn serialize<S: Serializer>(list: &[Vec<u8>], serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(Some(list.len()))?;
        for bytes in list {
            sequence.serialize_element(&STANDARD.encode(bytes))?;
        }
        sequence.end()
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Vec<u8>>, D::Error> {
        let list = Vec::<String>::deserialize(deserializer)?;
        list.iter().map(|text| STANDARD.decode(text).map_err(|_| D::Error::custom("not Base64"))).collect()
    }
}
