//! The host: everything that requests may need, in one value that belongs to one call.

use std::fmt;
use std::sync::Arc;

use super::driver::Perform;
use super::effect::Effect;
use super::files::Files;
use super::host_keys::HostKeys;
use super::http::{Http, ProxyError};
use super::names::NameService;
use super::permit::{Kind, Permit};
use super::secrets::Secrets;
use super::{ssh, tls};
use crate::request::{
    Approval, ApprovalRequest, Change, Failure, FailureKind, HttpRequest, Look, Response, SshChange, SshLook,
    SshRequest, Work,
};

/// Asks a person, or whoever stands in for one, whether a plan may be carried out. May block.
pub type Approver = dyn Fn(ApprovalRequest) -> Approval + Send + Sync;

/// Performs requests with real sockets. Its sessions and connections live as long as it does.
pub struct Host {
    http: Http,
    secrets: Secrets,
    known_servers: HostKeys,
    files: Files,
    names: NameService,
    permit: Permit,
    approver: Option<Arc<Approver>>,
}

/// What a [`Host`] is made of; everything but the secrets has a cautious default.
#[derive(Default)]
pub struct HostBuilder {
    /// Passwords and key files, by the names that requests use.
    pub secrets: Secrets,
    /// How SSH servers are known; by default none is.
    pub host_keys: HostKeys,
    /// Files that requests may name; by default none.
    pub files: Files,
    /// What the operator allows; by default everything.
    pub permit: Permit,
    /// The URL of an HTTP proxy; none by default, and the environment's is never used.
    pub proxy: Option<String>,
    /// Who approves plans; by default nobody, and every plan is rejected.
    pub approver: Option<Arc<Approver>>,
}

impl HostBuilder {
    /// Makes the host. Connects to nothing; fails when the proxy's URL is not one.
    pub fn build(self) -> Result<Host, ProxyError> {
        let Self { secrets, host_keys, files, permit, proxy, approver } = self;
        let http = Http::new(proxy.as_deref())?;
        let names = NameService::default();
        Ok(Host { http, secrets, known_servers: host_keys, files, names, permit, approver })
    }
}

/// Shows nothing of what it holds.
impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").finish_non_exhaustive()
    }
}

impl Perform<Look> for Host {
    fn can_be_broken_off(&self, _look: &Look) -> bool {
        true
    }

    async fn perform(&self, look: Look) -> Result<Response, Failure> {
        match look {
            Look::Http(request) => self.http(request, Effect::Look).await,
            Look::Peek(request) => {
                self.permit.check(Kind::Peek, &request.authority)?;
                tls::peek(request).await.map(Response::Peer)
            }
            Look::Ssh(request) => self.ssh(request, SshLook::text, Effect::Look).await,
            Look::File(request) => {
                self.permit.check(Kind::File, &request.name)?;
                self.files.read(request).await.map(Response::Chunk)
            }
            Look::Resolve(request) => {
                self.permit.check(Kind::Resolve, "")?;
                Ok(Response::Names(self.names.resolve(request).await))
            }
        }
    }
}

impl Perform<Work> for Host {
    fn can_be_broken_off(&self, work: &Work) -> bool {
        match work {
            Work::Look(_) | Work::Approve(_) => true,
            Work::Change { .. } => false,
        }
    }

    async fn perform(&self, work: Work) -> Result<Response, Failure> {
        match work {
            Work::Look(look) => self.perform(look).await,
            Work::Approve(request) => self.approve(*request).await,
            Work::Change { change: Change::Http(request), .. } => self.http(request, Effect::Change).await,
            Work::Change { change: Change::Ssh(request), .. } => {
                self.ssh(request, SshChange::text, Effect::Change).await
            }
        }
    }
}

impl Host {
    async fn http(&self, request: HttpRequest, effect: Effect) -> Result<Response, Failure> {
        let kind = match effect {
            Effect::Look => Kind::HttpLook,
            Effect::Change => Kind::HttpChange,
        };
        self.permit.check(kind, &request.authority)?;
        self.http.perform(request, effect, &self.secrets).await.map(Response::Http)
    }

    /// `text` is the closed list's own: no other text can be run.
    async fn ssh<Command>(
        &self,
        request: SshRequest<Command>,
        text: fn(Command) -> &'static str,
        effect: Effect,
    ) -> Result<Response, Failure> {
        let kind = match effect {
            Effect::Look => Kind::SshLook,
            Effect::Change => Kind::SshChange,
        };
        self.permit.check(kind, &request.authority)?;
        ssh::run(request, text, effect, &self.secrets, &self.known_servers).await.map(Response::Ssh)
    }

    async fn approve(&self, request: ApprovalRequest) -> Result<Response, Failure> {
        let Some(approver) = self.approver.clone() else {
            let reason = "nobody was asked: this run has no one who approves plans".to_owned();
            return Ok(Response::Approval(Approval::Rejected { reason }));
        };
        let asked = tokio::task::spawn_blocking(move || approver(request)).await;
        let failed = |_| Failure::new(FailureKind::Cancelled, "asking for the plan's approval was broken off");
        asked.map(Response::Approval).map_err(failed)
    }
}
