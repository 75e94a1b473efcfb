//! Why an answer does not hold what was asked for, told apart by who has to do something about it.

use serde::{Deserialize, Serialize};

use super::MoRef;

/// Why an answer does not hold what was asked for. No message holds a secret or a body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// There is no session, or it has ended: log in again and send the request again. Told by the faults
    /// `NotAuthenticated`, `InvalidSession` and `SmsInvalidLogin`, by a `missingSet` in an answer with status 200
    /// (`RetrievePropertiesEx` needs no privilege, so it is answered without a session), and by REST status 401.
    #[error("vCenter does not know the session that `{what}` was sent with; log in again and repeat it")]
    NotAuthenticated {
        /// The call.
        what: String,
    },
    /// The proxy in front of the service answered in its stead, as it does while `vpxd` or `sps` restarts. Whether
    /// the call ran is not known for a call that changes something, unless the proxy says that it could not hand it over.
    #[error(
        "vCenter's proxy answered `{what}` with status {status} in the place of {}, which is not up; wait for it, or see with `service-control --status` on the appliance whether it runs",
        behind(.service)
    )]
    Unavailable {
        /// The HTTP status: 429, 502, 503 or 504.
        status: u16,
        /// The call.
        what: String,
        /// The path that the proxy serves, such as `/sms`, when it said so; empty otherwise.
        service: String,
        /// Whether the service got the call, as far as the proxy tells.
        handed_over: HandedOver,
    },
    /// The call was understood and refused by a SOAP fault.
    #[error("vCenter refused `{what}`: {fault}")]
    Fault {
        /// The call.
        what: String,
        /// What it said.
        fault: Box<Fault>,
    },
    /// A REST call, or a path of the web server, was refused.
    #[error("vCenter refused `{what}` with status {status}: `{error}`{}", after_colon(.message))]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The call.
        what: String,
        /// The error's name in capitals, such as `NOT_FOUND`, or `HTTP` when the body names none.
        error: String,
        /// vCenter's own words, one line; empty when it gave none.
        message: String,
    },
    /// The answer is not what the protocol allows; the server sent it, or something in between changed it.
    #[error("the answer to `{what}` cannot be read at `{place}`: {why}; see what stands between here and vCenter")]
    Malformed {
        /// The call.
        what: String,
        /// The path of elements, or the JSON pointer, that was read when it went wrong.
        place: String,
        /// What is wrong.
        why: String,
    },
}

/// Whether a service got a call that its proxy answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandedOver {
    /// The proxy could not reach the service, so nothing has happened.
    No,
    /// The proxy does not say.
    Unknown,
}

impl WireError {
    /// True when a call that changes something has certainly changed nothing, and may be sent again as it is.
    pub fn has_not_arrived(&self) -> bool {
        matches!(self, Self::Unavailable { handed_over: HandedOver::No, .. })
    }

    /// True when logging in again is the way on.
    pub fn is_not_authenticated(&self) -> bool {
        matches!(self, Self::NotAuthenticated { .. })
    }

    /// True when the object that was asked no longer exists, which is not a failure: hosts are removed and provider
    /// references change when a provider is registered again.
    pub fn gone(&self) -> bool {
        match self {
            Self::Fault { fault, .. } => fault.gone(),
            Self::Refused { status, .. } => *status == 404,
            Self::NotAuthenticated { .. } | Self::Unavailable { .. } | Self::Malformed { .. } => false,
        }
    }

    /// The fault, when there is one.
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Fault { fault, .. } => Some(fault),
            Self::NotAuthenticated { .. }
            | Self::Unavailable { .. }
            | Self::Refused { .. }
            | Self::Malformed { .. } => None,
        }
    }
}

/// A fault as vCenter told it: of a call, of a task, of a provider, or of one property of one object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The type's name without namespace, such as `CertificateNotTrusted`. Names that nobody knows yet are kept.
    /// Empty when the server gave only a message.
    pub name: String,
    /// vCenter's words in the session's locale, one line; empty when it gave none.
    pub message: String,
    /// The object that the fault is about (`NoPermission`, `ManagedObjectNotFound`).
    pub object: Option<MoRef>,
    /// Its other fields in wire order, each by its path, such as `missingPrivileges/privilegeIds`. A session that a
    /// fault quotes (`InvalidSession`) is left out.
    pub fields: Vec<(String, String)>,
    /// The fault that this one follows from (`faultCause`).
    pub cause: Option<Box<Fault>>,
}

impl Fault {
    /// The first field at `path`.
    pub fn field(&self, path: &str) -> Option<&str> {
        self.fields.iter().find(|(name, _)| name == path).map(|(_, value)| value.as_str())
    }

    /// The certificate that the fault shows: `CertificateNotTrusted`, `InvalidCertificate`, and `SSLVerifyFault` from
    /// 9.0 on. PEM, or Base64 alone.
    pub fn certificate(&self) -> Option<&str> {
        self.field("certificate")
    }

    /// The privileges that `NoPermission` misses; from 7.0.3.2 on they stand in `missingPrivileges`.
    pub fn privileges(&self) -> Vec<&str> {
        let paths = ["privilegeId", "missingPrivileges/privilegeIds"];
        let mut found: Vec<&str> = Vec::new();
        for (path, value) in &self.fields {
            if paths.contains(&path.as_str()) && !found.contains(&value.as_str()) {
                found.push(value);
            }
        }
        found
    }

    /// True when the object that was asked no longer exists.
    pub fn gone(&self) -> bool {
        self.name == "ManagedObjectNotFound"
    }

    /// True when there is no session. `NotAuthenticated` extends `NoPermission` (as `InvalidSession` does), so this
    /// is asked before any question about privileges.
    pub fn is_not_authenticated(&self) -> bool {
        ["NotAuthenticated", "InvalidSession", "SmsInvalidLogin"].contains(&self.name.as_str())
    }
}

/// "`NoPermission`: permission to perform this operation was denied (needs `Certificate.Manage`)".
impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.name.as_str() {
            "" => f.write_str("a fault without a name")?,
            name => write!(f, "`{name}`")?,
        }
        f.write_str(&after_colon(&self.message))?;
        let privileges = self.privileges();
        if !privileges.is_empty() && !self.is_not_authenticated() {
            write!(f, " (needs `{}`)", privileges.join("`, `"))?;
        }
        Ok(())
    }
}

/// Who is to answer at a path of vCenter's proxy, as `service-control` names it.
fn behind(path: &str) -> String {
    let known = [
        ("/sdk", "vmware-vpxd"),
        ("/sms", "vmware-sps"),
        ("/api", "vmware-vapi-endpoint"),
        ("/rest", "vmware-vapi-endpoint"),
    ];
    let service = known.iter().find(|(beginning, _)| path.starts_with(beginning));
    match service {
        Some((_, service)) => format!("its service `{service}`"),
        None if path.is_empty() => "the service behind it".to_owned(),
        None => format!("the service behind `{path}`"),
    }
}

/// A server's own words for the end of a message: one line, at most 300 characters, without final stop.
fn after_colon(message: &str) -> String {
    let line = one_line(message);
    if line.is_empty() { line } else { format!(": {line}") }
}

/// Folds white space, drops control characters, cuts at 300 characters, and takes the final stop away.
pub(super) fn one_line(text: &str) -> String {
    let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let kept: String = folded.chars().filter(|c| !c.is_control()).take(300).collect();
    kept.trim_end_matches(['.', ' ']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_one_line_and_name_the_call() {
        let fault = Fault {
            name: "NoPermission".into(),
            message: "Permission to perform\nthis operation was denied.".into(),
            object: None,
            fields: vec![
                ("privilegeId".into(), "System.Read".into()),
                ("missingPrivileges/privilegeIds".into(), "System.Read".into()),
                ("missingPrivileges/privilegeIds".into(), "Certificate.Manage".into()),
            ],
            cause: None,
        };
        assert!(!fault.gone());
        let error = WireError::Fault { what: "ListCACertificates".into(), fault: Box::new(fault) };
        assert_eq!(
            error.to_string(),
            "vCenter refused `ListCACertificates`: `NoPermission`: Permission to perform this operation was denied \
             (needs `System.Read`, `Certificate.Manage`)"
        );
        let error = WireError::Refused {
            status: 404,
            what: "GET /api/x".into(),
            error: "NOT_FOUND".into(),
            message: String::new(),
        };
        assert_eq!(error.to_string(), "vCenter refused `GET /api/x` with status 404: `NOT_FOUND`");
        assert!(error.gone());
    }
}
