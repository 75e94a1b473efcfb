//! What a machine may ask its host program to do, and the answers.
//!
//! There are two kinds by type: a [`Look`] changes nothing, a [`Change`] may. The survey can only hold looks.
//! Every request is narrow: the authority comes from the job or from facts, SSH commands are a closed list of fixed
//! texts, and a TLS peek sends no credential. Operators can allow or deny by authority and kind.

use serde::{Deserialize, Serialize};

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
    /// Ask a person, or whoever stands in for one, whether the plan may be carried out.
    Approve(ApprovalRequest),
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

/// The plan that waits for approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalRequest {
    /// SHA-256 of the plan's canonical JSON, lower-case hex. The answer must repeat it.
    pub digest: String,
    /// One line for a person: how many hosts, how many steps, what is disturbed.
    pub summary: String,
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
    /// Where the output ends, in bytes; the rest is cut and `truncated` says so.
    pub max_output_bytes: u32,
    /// How long the command may take, in seconds.
    pub deadline_seconds: u32,
}

/// Commands that only read. Their texts are fixed; nothing is ever spliced in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SshLook {
    /// vCenter appliance: the last 32 MiB of `sps.log`.
    ReadSpsLog,
    /// vCenter appliance: the certificate that SPS shows to hosts below 9.0 (VECS store `SMS`).
    ReadSmsCertificate,
    /// vCenter appliance: the certificate that SPS shows to hosts from 9.0 on (VECS store `SMS`).
    ReadSpsExtensionCertificate,
    /// ESXi: the host certificate's file.
    ReadHostCertificate,
    /// ESXi: the names in `/etc/vmware/ssl`, one a line.
    ListHostCertificateFolder,
}

impl SshLook {
    /// The text to run, the same for every target.
    pub fn text(self) -> &'static str {
        match self {
            Self::ReadSpsLog => "tail -c 33554432 /var/log/vmware/vmware-sps/sps.log",
            Self::ReadSmsCertificate => {
                "/usr/lib/vmware-vmafd/bin/vecs-cli entry getcert --store SMS --alias sms_self_signed"
            }
            Self::ReadSpsExtensionCertificate => {
                "/usr/lib/vmware-vmafd/bin/vecs-cli entry getcert --store SMS --alias sps-extension"
            }
            Self::ReadHostCertificate => "cat /etc/vmware/ssl/rui.crt",
            Self::ListHostCertificateFolder => "ls -1 /etc/vmware/ssl",
        }
    }
}

/// Commands that change an ESXi host. Their texts are fixed, and are the steps of KB 320568 or their reverse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SshChange {
    /// Restarts the IOFilter provider daemon alone.
    RestartProviderDaemon,
    /// Renames `rui.crt` and `rui.key` to `old.rui.crt` and `old.rui.key`. Does nothing when a pair was set aside before:
    /// what somebody kept is never overwritten.
    SetHostCertificateAside,
    /// Makes a new host certificate and key; the earlier pair must have been set aside.
    GenerateHostCertificate,
    /// Restarts all management agents; virtual machines go on running.
    RestartManagementAgents,
    /// Puts `old.rui.crt` and `old.rui.key` back in place, and restarts the agents so that they load them.
    RestoreHostCertificate,
}

impl SshChange {
    /// The text to run, the same for every target. ESXi's shell is BusyBox `sh`.
    pub fn text(self) -> &'static str {
        match self {
            Self::RestartProviderDaemon => "/etc/init.d/iofiltervpd restart",
            Self::SetHostCertificateAside => {
                "cd /etc/vmware/ssl && test ! -e old.rui.crt && test ! -e old.rui.key && mv rui.crt old.rui.crt && mv rui.key old.rui.key"
            }
            Self::GenerateHostCertificate => "/sbin/generate-certificates",
            Self::RestartManagementAgents => "services.sh restart",
            Self::RestoreHostCertificate => {
                "cd /etc/vmware/ssl && mv -f old.rui.crt rui.crt && mv -f old.rui.key rui.key && services.sh restart"
            }
        }
    }
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

/// The answer to a request. Bodies pass through the core; none is kept in a machine's state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Response {
    /// To [`Look::Http`] and [`Change::Http`]: any status, also one that tells of an error.
    Http(HttpResponse),
    /// To [`Look::Peek`].
    Peer(Peer),
    /// To [`Look::Ssh`] and [`Change::Ssh`]: any exit code.
    Ssh(SshOutput),
    /// To [`Look::File`].
    Chunk(Chunk),
    /// To [`Work::Approve`].
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
