//! The types of `wit/` into those of the core, and back. Nothing is judged, defaulted or worded here.

use iofilter_certs::document::DocumentError;
use iofilter_certs::machine::{self, Misuse, RequestId};
use iofilter_certs::request;
use iofilter_certs::survey::SurveyEvent;

use crate::bindings::exports::iofilter::certs::detect::{Answered, Input, Output, Progress, Request, Unanswered};
use crate::bindings::exports::iofilter::certs::looks;
use crate::bindings::exports::iofilter::certs::types::Fault;

impl From<DocumentError> for Fault {
    fn from(error: DocumentError) -> Self {
        let text = error.to_string();
        match error {
            DocumentError::NoSuchRule { .. } => Self::NoSuchRule(text),
            _ => Self::BadDocument(text),
        }
    }
}

impl From<Misuse> for Fault {
    fn from(error: Misuse) -> Self {
        let text = error.to_string();
        match error {
            Misuse::BadSnapshot { .. } => Self::BadSnapshot(text),
            _ => Self::Misuse(text),
        }
    }
}

impl From<Input> for machine::Input {
    fn from(input: Input) -> Self {
        match input {
            Input::Wake => Self::Wake,
            Input::Response(Answered { id, response }) => Self::Response(RequestId(id), response.into()),
            Input::Failed(Unanswered { id, failure }) => Self::Failed(RequestId(id), failure.into()),
            Input::Stop => Self::Stop,
        }
    }
}

impl From<machine::Output<request::Look, SurveyEvent>> for Output {
    fn from(output: machine::Output<request::Look, SurveyEvent>) -> Self {
        match output {
            machine::Output::Request(id, look) => Self::Request(Request { id: id.0, look: look.into() }),
            machine::Output::Event(SurveyEvent { answered, asked, hosts }) => {
                Self::Progress(Progress { answered, asked, hosts })
            }
            machine::Output::Wait(until) => Self::Wait(until.map(|until| until.0)),
            machine::Output::Done => Self::Done,
        }
    }
}

impl From<looks::Response> for request::Response {
    fn from(response: looks::Response) -> Self {
        match response {
            looks::Response::Http(looks::HttpResponse { status, headers, body }) => {
                Self::Http(request::HttpResponse { status, headers, body })
            }
            looks::Response::Peer(looks::TlsPeer { chain_der, protocol }) => {
                Self::Peer(request::Peer { chain_der, protocol })
            }
            looks::Response::Ssh(looks::SshOutput { exit_code, stdout, stderr, truncated }) => {
                Self::Ssh(request::SshOutput { exit_code, stdout, stderr, truncated })
            }
            looks::Response::Chunk(looks::FileChunk { bytes, end }) => Self::Chunk(request::Chunk { bytes, end }),
            looks::Response::Names(looks::NamesFound { addresses, names }) => {
                let answer =
                    |looks::NameAnswer { asked, found }: looks::NameAnswer| request::NameAnswer { asked, found };
                Self::Names(request::NamesFound {
                    addresses: addresses.into_iter().map(answer).collect(),
                    names: names.into_iter().map(answer).collect(),
                })
            }
        }
    }
}

impl From<looks::Failure> for request::Failure {
    fn from(failure: looks::Failure) -> Self {
        Self { kind: failure.kind.into(), message: failure.message }
    }
}

impl From<looks::FailureKind> for request::FailureKind {
    fn from(kind: looks::FailureKind) -> Self {
        match kind {
            looks::FailureKind::Denied => Self::Denied,
            looks::FailureKind::NameUnknown => Self::NameUnknown,
            looks::FailureKind::Refused => Self::Refused,
            looks::FailureKind::Unreachable => Self::Unreachable,
            looks::FailureKind::TimedOut => Self::TimedOut,
            looks::FailureKind::Tls => Self::Tls,
            looks::FailureKind::Closed => Self::Closed,
            looks::FailureKind::Untrusted => Self::Untrusted,
            looks::FailureKind::Authentication => Self::Authentication,
            looks::FailureKind::HostKey => Self::HostKey,
            looks::FailureKind::Protocol => Self::Protocol,
            looks::FailureKind::TooLarge => Self::TooLarge,
            looks::FailureKind::Cancelled => Self::Cancelled,
            looks::FailureKind::OutcomeUnknown => Self::OutcomeUnknown,
        }
    }
}

impl From<looks::SshLook> for request::SshLook {
    fn from(command: looks::SshLook) -> Self {
        match command {
            looks::SshLook::ReadSpsLog => Self::ReadSpsLog,
            looks::SshLook::ReadCertificateStores => Self::ReadCertificateStores,
            looks::SshLook::ReadPublishedRoots => Self::ReadPublishedRoots,
            looks::SshLook::MeasureSpsErrors => Self::MeasureSpsErrors,
            looks::SshLook::ReadHostCertificate => Self::ReadHostCertificate,
            looks::SshLook::ListHostCertificateFolder => Self::ListHostCertificateFolder,
            looks::SshLook::InspectHost => Self::InspectHost,
        }
    }
}

impl From<request::SshLook> for looks::SshLook {
    fn from(command: request::SshLook) -> Self {
        match command {
            request::SshLook::ReadSpsLog => Self::ReadSpsLog,
            request::SshLook::ReadCertificateStores => Self::ReadCertificateStores,
            request::SshLook::ReadPublishedRoots => Self::ReadPublishedRoots,
            request::SshLook::MeasureSpsErrors => Self::MeasureSpsErrors,
            request::SshLook::ReadHostCertificate => Self::ReadHostCertificate,
            request::SshLook::ListHostCertificateFolder => Self::ListHostCertificateFolder,
            request::SshLook::InspectHost => Self::InspectHost,
        }
    }
}

impl From<request::Look> for looks::Look {
    fn from(look: request::Look) -> Self {
        match look {
            request::Look::Http(request) => Self::Http(request.into()),
            request::Look::Peek(request::TlsPeek { authority, server_name, deadline_seconds }) => {
                Self::Peek(looks::TlsPeek { authority, server_name, deadline_seconds })
            }
            request::Look::Ssh(request) => Self::Ssh(looks::SshRequest {
                authority: request.authority,
                user: request.user,
                credential: request.credential,
                command: request.command.into(),
                max_output_bytes: request.max_output_bytes,
                deadline_seconds: request.deadline_seconds,
            }),
            request::Look::File(request::FileChunk { name, offset, length }) => {
                Self::File(looks::FileRequest { name, offset, length })
            }
            request::Look::Resolve(request::NameQuestion { names, addresses, deadline_seconds }) => {
                Self::Resolve(looks::NameQuestion { names, addresses, deadline_seconds })
            }
        }
    }
}

impl From<request::HttpRequest> for looks::HttpRequest {
    fn from(request: request::HttpRequest) -> Self {
        Self {
            authority: request.authority,
            method: request.method.into(),
            path: request.path,
            headers: request.headers.into_iter().map(Into::into).collect(),
            body: request.body.into_iter().map(Into::into).collect(),
            trust: request.trust.into(),
            keep: request.keep.map(Into::into),
            max_response_bytes: request.max_response_bytes,
            deadline_seconds: request.deadline_seconds,
        }
    }
}

impl From<request::Method> for looks::HttpMethod {
    fn from(method: request::Method) -> Self {
        match method {
            request::Method::Get => Self::Get,
            request::Method::Post => Self::Post,
            request::Method::Delete => Self::Delete,
        }
    }
}

impl From<request::Header> for looks::Header {
    fn from(header: request::Header) -> Self {
        Self { name: header.name, value: header.value.into_iter().map(Into::into).collect() }
    }
}

impl From<request::Piece> for looks::Piece {
    fn from(piece: request::Piece) -> Self {
        match piece {
            request::Piece::Text(text) => Self::Text(text),
            request::Piece::Secret { name, encoding } => {
                Self::Secret(looks::Secret { name, encoding: encoding.into() })
            }
        }
    }
}

impl From<request::SecretEncoding> for looks::SecretEncoding {
    fn from(encoding: request::SecretEncoding) -> Self {
        match encoding {
            request::SecretEncoding::Raw => Self::Raw,
            request::SecretEncoding::XmlText => Self::XmlText,
            request::SecretEncoding::JsonString => Self::JsonString,
            request::SecretEncoding::Base64 => Self::Base64,
        }
    }
}

impl From<request::Trust> for looks::Trust {
    fn from(trust: request::Trust) -> Self {
        match trust {
            request::Trust::HostRoots => Self::HostRoots,
            request::Trust::Anchors(pem) => Self::Anchors(pem),
            request::Trust::PinnedLeaf(sha256) => Self::PinnedLeaf(sha256),
            request::Trust::ValidateCertsFalse => Self::ValidateCertsFalse,
        }
    }
}

impl From<request::Keep> for looks::Keep {
    fn from(keep: request::Keep) -> Self {
        let from = match keep.from {
            request::KeepFrom::Cookie(name) => looks::KeepFrom::Cookie(name),
            request::KeepFrom::Json(pointer) => looks::KeepFrom::JsonPointer(pointer),
        };
        Self { slot: keep.slot, from }
    }
}
