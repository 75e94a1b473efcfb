//! What a machine may ask its host program to do, and the answers.
//!
//! There are two kinds by type: a [`Look`] changes nothing, a [`Change`] may. The survey can only hold looks.
//! Every request is narrow: the authority comes from the job or from facts, SSH commands are a closed list of fixed
//! texts, and a TLS peek sends no credential. Operators can allow or deny by authority and kind.

mod answers;
mod commands;

pub use answers::{
    Approval, Chunk, Failure, FailureKind, HttpResponse, NameAnswer, NamesFound, Peer, Response, SshOutput,
};
pub(crate) use commands::ASIDE_MARK;
pub use commands::{SshChange, SshLook};

use serde::{Deserialize, Serialize};

use crate::plan::{HostSteps, Plan, Step};

/// A request that changes nothing at its target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Look {
    /// One HTTPS exchange, known by the core to change nothing but a session.
    Http(HttpRequest),
    /// Shake hands and read the peer's certificates.
    Peek(TlsPeek),
    /// One command of a closed list that only reads.
    Ssh(SshRequest<SshLook>),
    /// A piece of a file that the host program holds under a name, such as a saved `sps.log`.
    File(FileChunk),
    /// What the name service of the host program says of names and addresses.
    Resolve(NameQuestion),
}

/// A request that may change its target. It carries the approved step that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// One HTTPS exchange.
    Http(HttpRequest),
    /// One command of a closed list.
    Ssh(SshRequest<SshChange>),
}

/// What a run may ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// Look, as the survey does.
    Look(Look),
    /// Ask a person, or whoever stands in for one, whether the plan, or a part of it, may be carried out.
    Approve(Box<ApprovalRequest>),
    /// Change something. Exists only after the plan's digest was approved.
    Change {
        /// The step of the approved plan.
        step: u32,
        /// True when doing it twice is as good as doing it once.
        idempotent: bool,
        /// What to do.
        change: Change,
    },
}

/// What waits for approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalRequest {
    /// SHA-256 of the subject's canonical JSON, lower-case hex. The answer must repeat it.
    pub digest: String,
    /// One line for a person: how many hosts, how many steps, what is disturbed.
    pub summary: String,
    /// What it is, whole.
    pub subject: Subject,
}

/// What can be approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A plan.
    Plan(Plan),
    /// A plan in place of one that was approved and does not fit the world any more.
    PlanAgain(Plan),
    /// One host of the approved plan, before its first step.
    Host(HostSteps),
    /// One step of the approved plan, before it acts.
    Step(Box<Step>),
    /// Taking steps of a run back: these, in this order.
    Rollback(Vec<Step>),
}

impl Subject {
    /// The kind as a word: `plan`, `plan_again`, `host`, `step` or `rollback`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Plan(_) => "plan",
            Self::PlanAgain(_) => "plan_again",
            Self::Host(_) => "host",
            Self::Step(_) => "step",
            Self::Rollback(_) => "rollback",
        }
    }
}

/// One HTTPS exchange. The host program joins the pieces as it sends, so that no secret enters the core.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpRequest {
    /// `host:port`; an IPv6 address stands in brackets. The unit of an operator's allow list.
    pub authority: String,
    /// `GET`, `POST` or `DELETE`.
    pub method: Method,
    /// Path and query, beginning with `/`.
    pub path: String,
    /// Header fields in order.
    pub headers: Vec<Header>,
    /// The body; empty for none.
    pub body: Vec<Piece>,
    /// How the server's certificate is judged.
    pub trust: Trust,
    /// A session in the answer that the host program keeps for itself.
    pub keep: Option<Keep>,
    /// Where the answer's body ends, in bytes; a longer one fails as [`FailureKind::TooLarge`].
    pub max_response_bytes: u32,
    /// How long the exchange may take, in seconds.
    pub deadline_seconds: u32,
}

/// The HTTP methods in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Read.
    Get,
    /// SOAP, and REST actions.
    Post,
    /// Ends a REST session.
    Delete,
}

impl Method {
    /// The method as it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

/// One header field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Name, lower case.
    pub name: String,
    /// Value, to be joined.
    pub value: Vec<Piece>,
}

/// A part of a header or body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    /// As it is.
    Text(String),
    /// A secret that the host program knows by name (see [`secret`]) or keeps in a session slot.
    Secret {
        /// The name of the secret or slot.
        name: String,
        /// How it is written into its surroundings.
        encoding: SecretEncoding,
    },
}

/// How a secret is written into its surroundings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretEncoding {
    /// As it is.
    Raw,
    /// Escaped as XML character data.
    XmlText,
    /// As a JSON string with its quotes.
    JsonString,
    /// Base64 with padding.
    Base64,
}

/// The names of secrets that the core refers to and never sees.
pub mod secret {
    /// The vCenter user's password.
    pub const VCENTER_PASSWORD: &str = "vcenter.password";
    /// `user:password` of the vCenter user, for `Authorization: Basic`.
    pub const VCENTER_BASIC: &str = "vcenter.basic";
    /// The session of `/sdk` and `/sms/sdk`: the value of the cookie `vmware_soap_session` without its quotes.
    pub const VIM_SESSION: &str = "session.vim";
    /// The session of the REST API: the value of the header `vmware-api-session-id`.
    pub const REST_SESSION: &str = "session.rest";
    /// What the host program uses to log in to ESXi hosts by SSH.
    pub const ESXI_SSH: &str = "esxi.ssh";
    /// What the host program uses to log in to the vCenter appliance by SSH.
    pub const APPLIANCE_SSH: &str = "appliance.ssh";
}

/// A session that the host program takes out of an answer and keeps under `slot`; the answer that reaches the core has
/// the cookie's or the body's value removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keep {
    /// The name under which pieces will refer to it.
    pub slot: String,
    /// Where it stands in the answer.
    pub from: KeepFrom,
}

/// Where a session stands in an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeepFrom {
    /// The value of this cookie, without surrounding double quotes.
    Cookie(String),
    /// The string at this JSON pointer (RFC 6901) of the body; the empty pointer is the whole body.
    Json(String),
}

/// How a server's certificate is judged before anything is sent to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// By the host program's own root store.
    HostRoots,
    /// By these PEM certificates and no others.
    Anchors(String),
    /// Its leaf must have this SHA-256 (of the DER, lower-case hex); nothing else is looked at.
    PinnedLeaf(String),
    /// Not at all. Only ever made from the user's own `validate_certs: false`.
    ValidateCertsFalse,
}

/// Shake hands, read the peer's chain, send no application data. Nothing is verified, and the connection is not reused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TlsPeek {
    /// `host:port`.
    pub authority: String,
    /// The name for SNI, when it is a DNS name.
    pub server_name: Option<String>,
    /// How long it may take, in seconds.
    pub deadline_seconds: u32,
}

/// One SSH command of a closed list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SshRequest<Command> {
    /// `host:port`.
    pub authority: String,
    /// The account, such as `root`.
    pub user: String,
    /// The secret to log in with: [`secret::ESXI_SSH`] or [`secret::APPLIANCE_SSH`].
    pub credential: String,
    /// What to run.
    pub command: Command,
    /// What the command reads from its standard input; empty for none. No secret ever.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub input: String,
    /// Where the output ends, in bytes; the rest is cut and `truncated` says so.
    pub max_output_bytes: u32,
    /// How long the command may take, in seconds.
    pub deadline_seconds: u32,
}

/// A piece of a named file that the host program holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChunk {
    /// The file's name in the job.
    pub name: String,
    /// Where to begin, in bytes.
    pub offset: u64,
    /// How many bytes at most.
    pub length: u32,
}

/// Names and addresses to ask the name service for. Nothing is connected to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameQuestion {
    /// Names whose addresses are wanted.
    pub names: Vec<String>,
    /// Addresses whose names are wanted.
    pub addresses: Vec<String>,
    /// How long all of it may take, in seconds. What has no answer by then has none; the rest still counts.
    pub deadline_seconds: u32,
}
