//! vCenter's REST: `/api` (bare JSON, from 7.0 U2 on) and `/rest` (everything under `value`, maps as lists of pairs).

mod certificates;
mod inventory;
mod services;

use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::calls::Incoming;
use crate::edge::http::{Reply, Request};
use crate::faults::What;
use crate::lab::LabState;
use crate::world::World;

/// What a call gives.
pub(crate) enum Payload {
    /// Nothing; status 204 in `/api`, 200 in `/rest`.
    Nothing,
    /// A value.
    Value(Value),
    /// A value that was made; status 201 in `/api`.
    Made(Value),
    /// A map from id to value, which `/rest` writes as a list of pairs.
    Map(Vec<(String, Value)>),
}

/// Why a call is refused.
pub(crate) struct Refusal {
    status: u16,
    /// Error type in the style of `/api`, upper case.
    kind: String,
    message: String,
}

impl Refusal {
    pub(crate) fn new(status: u16, kind: &str, message: impl Into<String>) -> Self {
        Self { status, kind: kind.into(), message: message.into() }
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(404, "NOT_FOUND", format!("{what} was not found"))
    }
}

/// A call with its prefix taken off.
pub(crate) struct Call<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: Vec<&'a str>,
    /// `?action=` of `/api`; in `/rest` the action is the last part of the path.
    pub(crate) action: Option<&'a str>,
}

pub(crate) type Answer = Result<Payload, Refusal>;

/// Answers one call.
pub(crate) fn answer(lab: &LabState, request: &Request) -> Reply {
    let (api, path) = match request.path.strip_prefix("/api/") {
        Some(path) => (true, path),
        None => (false, request.path.strip_prefix("/rest/").unwrap_or_default()),
    };
    let call = Call { method: &request.method, path: path.split('/').collect(), action: request.parameter("action") };
    let fault = receive(lab, request, &call);
    let mut world = lab.world();
    if fault == Some(What::SessionExpired)
        && let Some(token) = request.header(SESSION_HEADER)
    {
        world.logout(token);
    }
    let outcome = match &fault {
        Some(What::Fault(name)) => Err(Refusal::new(500, name, "a fault rule of the lab")),
        // Neither gets as far as the service.
        Some(What::Unavailable | What::Refused) => return Reply::default().spoiled_by(fault),
        _ => dispatch(&mut world, request, &call),
    };
    written(api, outcome).spoiled_by(fault)
}

fn receive(lab: &LabState, request: &Request, call: &Call<'_>) -> Option<What> {
    let mut line = request.call();
    if let Some(action) = call.action {
        line = format!("{line}?action={action}");
    }
    let host = call.path.iter().find(|part| part.starts_with("host-")).copied();
    // Opening and closing a session changes nothing that anyone cares to undo.
    let changes = request.method != "GET" && !call.path.contains(&"session") && call.action != Some("get");
    lab.receive(&Incoming { endpoint: "rest", method: &line, object: host, host, changes })
}

fn dispatch(world: &mut World, request: &Request, call: &Call<'_>) -> Answer {
    if let ["session"] | ["com", "vmware", "cis", "session"] = call.path.as_slice() {
        return session(world, request, call);
    }
    let token = request.header(SESSION_HEADER).unwrap_or_default();
    if world.session(token).is_none() {
        return Err(Refusal::new(401, "UNAUTHENTICATED", "This method requires authentication."));
    }
    match call.path.as_slice() {
        ["vcenter", "services", ..] => services::answer(world, call),
        ["vcenter", "certificate-management", "vcenter", rest @ ..] => certificates::answer(world, call, rest),
        _ => inventory::answer(world, call),
    }
}

fn session(world: &mut World, request: &Request, call: &Call<'_>) -> Answer {
    let token = request.header(SESSION_HEADER).unwrap_or_default();
    match call.method {
        "POST" => {
            let (user, password) = request.basic().unwrap_or_default();
            let refused = |_| Refusal::new(401, "UNAUTHENTICATED", "Authentication required.");
            world.login(&user, &password).map(|token| Payload::Made(json!(token))).map_err(refused)
        }
        "GET" => match world.session(token) {
            Some(session) => Ok(Payload::Value(json!({
                "user": session.user,
                "created_time": stamp(session.login),
                "last_accessed_time": stamp(session.last_active),
            }))),
            None => Err(Refusal::new(401, "UNAUTHENTICATED", "This method requires authentication.")),
        },
        "DELETE" if world.logout(token) => Ok(Payload::Nothing),
        "DELETE" => Err(Refusal::new(401, "UNAUTHENTICATED", "This method requires authentication.")),
        _ => Err(Refusal::not_found("the operation")),
    }
}

fn written(api: bool, outcome: Answer) -> Reply {
    let json = |status, value: &Value| Reply::new(status, "application/json", value.to_string());
    match outcome {
        Ok(Payload::Nothing) => Reply::empty(if api { 204 } else { 200 }),
        Ok(Payload::Value(value)) if api => json(200, &value),
        Ok(Payload::Made(value)) if api => json(201, &value),
        Ok(Payload::Map(pairs)) if api => json(200, &Value::Object(pairs.into_iter().collect())),
        Ok(Payload::Value(value) | Payload::Made(value)) => json(200, &json!({ "value": value })),
        Ok(Payload::Map(pairs)) => {
            let list: Vec<_> = pairs.into_iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
            json(200, &json!({ "value": list }))
        }
        Err(Refusal { status, kind, message }) => {
            let messages =
                json!([{ "args": [], "default_message": message, "id": format!("lab.{}", kind.to_lowercase()) }]);
            let body = if api {
                json!({ "error_type": kind, "messages": messages })
            } else {
                let kind = format!("com.vmware.vapi.std.errors.{}", kind.to_lowercase());
                json!({ "type": kind, "value": { "messages": messages } })
            };
            json(status, &body)
        }
    }
}

/// A time as REST writes it.
pub(crate) fn stamp(time: OffsetDateTime) -> String {
    let (year, month, day) = (time.year(), u8::from(time.month()), time.day());
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", time.millisecond())
}

/// A text that REST can localise.
pub(crate) fn localizable(text: &str) -> Value {
    json!({ "id": "lab.text", "default_message": text, "args": [] })
}

const SESSION_HEADER: &str = "vmware-api-session-id";
