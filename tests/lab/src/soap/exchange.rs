//! One call from its bytes to the bytes of its answer.

use std::time::{Duration, Instant};

use super::context::{Answer, Context};
use super::schema::{Kind, Method};
use super::value::{Fault, Value};
use super::version::{ApiVersion, UNNAMED, newest_of, versions_document};
use super::write::{self, Style};
use super::xml::{self, Call};
use super::{SoapRequest, SoapResponse, fault, request, session, sms, vim25};
use crate::calls::Incoming;
use crate::faults::What;
use crate::lab::LabState;
use crate::world::sps::SpsState;
use crate::world::task::Fate;
use crate::world::{self, World};

/// Which of the two services was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Service {
    VCenter,
    Sms,
}

/// A call that could be read.
struct Exchange<'a> {
    lab: &'a LabState,
    service: Service,
    version: ApiVersion,
    call: Call,
    /// The token the call came with, good or not.
    token: Option<String>,
}

/// Answers one request.
pub(crate) async fn answer(lab: &LabState, request: &SoapRequest) -> SoapResponse {
    if request.path.ends_with("/vimServiceVersions.xml") {
        return versions(lab);
    }
    let service = match request.path.trim_end_matches('/') {
        "/sdk" | "/sdk/vimService" => Service::VCenter,
        "/sms/sdk" => Service::Sms,
        _ => return plain(404, "text/html", "<html><body>404 Not Found</body></html>".to_owned()),
    };
    if service == Service::Sms && lab.world().sps.state != SpsState::Started {
        return unavailable("/sms");
    }
    let version = version_of(request);
    let call = match xml::read_call(&request.body) {
        Ok(call) => call,
        Err(what) => return thrown(service, &version, &fault::invalid_request(what)),
    };
    let token = match service {
        Service::VCenter => session::cookie_of(request),
        Service::Sms => session::header_or_cookie(request, &call),
    };
    Exchange { lab, service, version, call, token }.run().await
}

fn versions(lab: &LabState) -> SoapResponse {
    let method = "GET /sdk/vimServiceVersions.xml";
    let struck = lab.receive(&Incoming { endpoint: "vim25", method, ..Incoming::default() });
    if struck == Some(What::Unavailable) {
        return unavailable("/sdk");
    }
    let document = versions_document(&lab.world().vcenter.version);
    SoapResponse { spoiled: struck, ..plain(200, "text/xml", document) }
}

impl Exchange<'_> {
    async fn run(self) -> SoapResponse {
        let struck = self.record();
        match &struck {
            Some(What::Unavailable) => return unavailable(self.service.path()),
            Some(What::Refused) => return SoapResponse { spoiled: struck, ..plain(200, "text/xml", String::new()) },
            Some(What::Fault(name)) => {
                return self.throw(&fault::world_fault(&self.named(name), &self.call.this));
            }
            Some(What::SessionExpired) => self.end_session(),
            _ => {}
        }
        let mut response = match self.method() {
            Ok(Some(method)) if method.name.starts_with("WaitForUpdates") => self.wait(method).await,
            Ok(method) => self.carry_out(method, fate(struck.as_ref())),
            Err(fault) => self.throw(&fault),
        };
        response.spoiled = struck.filter(spoils_the_answer);
        response
    }

    /// The fault that a rule names. `NoPermission` says which privilege the method asks for, as vCenter does.
    fn named(&self, name: &str) -> world::Fault {
        let fault = world::Fault::new(name, format!("{name}, as a rule of the lab has it"));
        match self.method() {
            Ok(Some(method)) if name == "NoPermission" && method.privilege != "-" => {
                fault.with("privilegeId", method.privilege)
            }
            _ => fault,
        }
    }

    /// Writes the call down, and answers what a rule has in store for it.
    fn record(&self) -> Option<What> {
        let endpoint = match self.service {
            Service::VCenter => "vim25",
            Service::Sms => "sms",
        };
        let (object, host) = {
            let world = self.lab.world();
            (self.object(), self.host(&world))
        };
        let name = &self.call.method.name;
        let changes = changes(name);
        self.lab.receive(&Incoming { endpoint, method: name, object: Some(&object), host: host.as_deref(), changes })
    }

    /// What the call is about: the provider by its uid where the method takes one, the called object elsewhere.
    fn object(&self) -> String {
        let named = self.call.method.text_of("providerId").map(str::to_owned);
        named.unwrap_or_else(|| self.call.this.id.clone())
    }

    /// The host that the call is about, if it is one.
    fn host(&self, world: &World) -> Option<String> {
        let this = &self.call.this;
        let parameters = &self.call.method;
        let direct = world.hosts.iter().find(|host| host.moref == this.id);
        let managed = || vim25::host_of_manager(world, this);
        let passed = || world.host(&parameters.reference("host")?.id);
        let provided = || world.host_of_provider(world.provider(&self.object())?);
        let registered = || {
            let url = parameters.child("providerSpec")?.text_of("url")?;
            world.hosts.iter().find(|host| url.contains(&host.name) || url.contains(&host.address.to_string()))
        };
        let host = direct.or_else(managed).or_else(passed).or_else(provided).or_else(registered)?;
        Some(host.moref.clone())
    }

    /// The method, its parameters checked. `None` is `Fetch`, which no type table has.
    fn method(&self) -> Result<Option<&'static Method>, Fault> {
        let ceiling = newest_of(&self.lab.world().vcenter.version);
        if self.service == Service::VCenter && self.version > ApiVersion::new(ceiling) {
            return Err(fault::invalid_request("Unsupported version URI\n\nwhile parsing SOAP body"));
        }
        if self.service == Service::VCenter && self.call.method.name == "Fetch" {
            return Ok(None);
        }
        let method = request::method(&self.call, self.service.namespace(), &self.version)?;
        request::check(method, &self.call)?;
        Ok(Some(method))
    }

    fn carry_out(&self, method: Option<&Method>, fate: Fate) -> SoapResponse {
        let kind = method.map_or(Kind::parse("xsd:anyType"), |method| method.result);
        let mut opened = None;
        let answer = self.with_context(fate, |context| {
            let answer = self.guarded(context, method);
            opened = context.opened.take();
            answer
        });
        let mut response = self.print(kind, answer);
        let fresh = opened.or_else(|| self.first_cookie());
        response.headers.extend(fresh.map(|token| session::set_cookie(&token)));
        response
    }

    /// Checks session and object, then carries the method out.
    fn guarded(&self, context: &mut Context<'_>, method: Option<&Method>) -> Answer {
        let privilege: &'static str = method.map_or("System.Read", |method| method.privilege);
        if context.session.is_none() && privilege != "System.Anonymous" {
            return Err(fault::not_authenticated(
                &self.call.this,
                if privilege == "-" { "System.View" } else { privilege },
            ));
        }
        let exists = match self.service {
            Service::VCenter => context.exists(&self.call.this),
            Service::Sms => sms::exists(context.world, &self.call.this),
        };
        if !exists {
            return Err(fault::not_found(&self.call.this));
        }
        if context.world.vcenter.denied_privileges.contains(privilege) {
            return Err(fault::no_permission(&self.call.this, privilege));
        }
        match self.service {
            Service::VCenter => vim25::answer(context, &self.call.method.name),
            Service::Sms => sms::answer(context, &self.call.method.name),
        }
    }

    /// `WaitForUpdates` and `WaitForUpdatesEx`: answer once something changed, or after `maxWaitSeconds`.
    async fn wait(&self, method: &Method) -> SoapResponse {
        let options = self.call.method.child("options");
        let seconds = options.and_then(|options| options.text_of("maxWaitSeconds")?.parse().ok());
        let begun = Instant::now();
        let mut first = true;
        loop {
            let looked = self.with_context(Fate::Honest, |context| {
                if context.session.is_none() {
                    return Err(fault::not_authenticated(&self.call.this, "System.View"));
                }
                vim25::wait_for_updates(context, first)
            });
            first = false;
            match looked {
                Ok(Some(updates)) => return self.print(method.result, Ok(Some(updates.into()))),
                Ok(None) if seconds.is_some_and(|most| begun.elapsed() >= Duration::from_secs(most)) => {
                    return self.print(method.result, Ok(None));
                }
                Ok(None) => tokio::time::sleep(LOOK_AGAIN).await,
                Err(fault) => return self.throw(&fault),
            }
        }
    }

    /// The world is locked before what sessions own, here and everywhere.
    fn with_context<T>(&self, fate: Fate, act: impl FnOnce(&mut Context<'_>) -> T) -> T {
        let mut world = self.lab.world();
        let mut objects = self.lab.soap_objects();
        let session = self.token.as_ref().and_then(|token| Some((token.clone(), world.session(token)?)));
        if let (Some(token), None) = (&self.token, &session) {
            objects.end(token);
        }
        let mut context =
            Context { world: &mut world, objects: &mut objects, call: &self.call, session, fate, opened: None };
        act(&mut context)
    }

    fn end_session(&self) {
        if let Some(token) = &self.token {
            self.lab.world().logout(token);
            self.lab.soap_objects().end(token);
        }
    }

    /// vCenter gives a cookie with its first answer, before anyone logged in.
    fn first_cookie(&self) -> Option<String> {
        let first = self.service == Service::VCenter && self.token.is_none();
        first.then(|| self.lab.world().anonymous_token())
    }

    fn print(&self, kind: Kind, answer: Answer) -> SoapResponse {
        match answer {
            Err(fault) => self.throw(&fault),
            Ok(value) => {
                let value: Option<Value> = value.map(|value| value.declared(kind));
                let result = value.as_ref().map(|value| (kind, value));
                let text = write::response(self.service.style(), &self.version, &self.call.method.name, result);
                plain(200, "text/xml", text)
            }
        }
    }

    fn throw(&self, fault: &Fault) -> SoapResponse {
        thrown(self.service, &self.version, fault)
    }
}

impl Service {
    /// Where vCenter's proxy has it.
    fn path(self) -> &'static str {
        match self {
            Self::VCenter => "/sdk",
            Self::Sms => "/sms",
        }
    }

    fn namespace(self) -> &'static str {
        match self {
            Self::VCenter => "vim25",
            Self::Sms => "sms",
        }
    }

    fn style(self) -> Style {
        match self {
            Self::VCenter => Style::Vpxd,
            Self::Sms => Style::Java,
        }
    }
}

fn thrown(service: Service, version: &ApiVersion, fault: &Fault) -> SoapResponse {
    plain(500, "text/xml", write::fault(service.style(), version, fault))
}

/// What the reverse proxy says while the service behind it is down.
fn unavailable(service: &str) -> SoapResponse {
    let text = format!(
        "<html><body>503 Service Unavailable (Failed to connect to endpoint: \
         [N7Vmacore4Http20NamedPipeServiceSpecE:0x00007f] _serverNamespace = {service} action = Allow)</body></html>"
    );
    plain(503, "text/html", text)
}

fn plain(status: u16, kind: &str, text: String) -> SoapResponse {
    let headers = vec![("content-type".to_owned(), format!("{kind}; charset=utf-8"))];
    SoapResponse { status, headers, body: text.into_bytes(), spoiled: None }
}

fn version_of(request: &SoapRequest) -> ApiVersion {
    let action = request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("soapaction"));
    let named = action.and_then(|(_, action)| ApiVersion::of_action(action));
    named.unwrap_or_else(|| ApiVersion::new(UNNAMED))
}

/// How a rule has a task end that the call begins.
fn fate(struck: Option<&What>) -> Fate {
    match struck {
        Some(What::TaskError(name)) => {
            Fate::Fails(world::Fault::new(name, format!("{name}, as a rule of the lab has it")))
        }
        Some(What::TaskNeverEnds) => Fate::NeverEnds,
        Some(What::TaskLies) => Fate::Lies,
        _ => Fate::Honest,
    }
}

/// The spoilings that the HTTP server plays, after the call was carried out.
fn spoils_the_answer(what: &What) -> bool {
    use What::{DeepXml, Garbage, HugeBody, Reset, Timeout, TruncatedBody};
    matches!(what, Timeout | Reset | TruncatedBody | HugeBody | Garbage | DeepXml)
}

/// Whether a method means to change something.
fn changes(method: &str) -> bool {
    let named = [
        "StartService",
        "StopService",
        "RestartService",
        "ReplaceCACertificatesAndCRLs",
        "InstallServerCertificate",
        "NotifyAffectedServices",
    ];
    method.ends_with("_Task") || named.contains(&method)
}

/// How long a waiting call sleeps between two looks at the world.
const LOOK_AGAIN: Duration = Duration::from_millis(20);
