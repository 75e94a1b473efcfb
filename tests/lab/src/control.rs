//! The control URL, plain HTTP on loopback: look into the lab, and make it go wrong.
//!
//! `GET /ready`, `GET /state`, `GET /calls`, `POST /faults` (a rule or a list of rules), `DELETE /faults`, `POST /advance`
//! (`{"seconds": n}`), `POST /trouble` (`{"host": "esx01", "code": "..."}`; without a host, the vCenter's), `POST /shell?host=...` (a command line),
//! `POST /sign` (`{"request": "<PEM>"}`, signed by the customer's authority).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use serde_json::json;
use time::Duration;
use tokio::net::TcpListener;

use crate::edge::http::{Reply, Request, serve};
use crate::faults::Rule;
use crate::lab::{LabState, Shared};
use crate::shell::{self, Machine};
use crate::troubles;

/// Serves the control URL until the lab ends.
pub(crate) async fn listen(lab: std::sync::Weak<LabState>, listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        let Some(lab) = lab.upgrade() else { return };
        tokio::spawn(serve(stream, move |request| {
            let lab = lab.clone();
            async move { answer(&lab, &request) }
        }));
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Trouble {
    #[serde(default)]
    host: Option<String>,
    code: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sign {
    request: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Rules {
    One(Rule),
    Many(Vec<Rule>),
}

fn answer(lab: &Shared, request: &Request) -> Reply {
    let outcome = match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/ready") => serde_json::to_value(lab.ready()).map_err(|error| error.to_string()),
        ("GET", "/state") => Ok(lab.world().view()),
        ("GET", "/calls") => serde_json::to_value(lab.calls()).map_err(|error| error.to_string()),
        ("POST", "/faults") => add_faults(lab, &request.body),
        ("DELETE", "/faults") => {
            lab.faults().clear();
            Ok(json!({}))
        }
        ("POST", "/advance") => advance(lab, &request.body),
        ("POST", "/trouble") => trouble(lab, &request.body),
        ("POST", "/sign") => sign(lab, &request.body),
        ("POST", "/shell") => return run_command(lab, request),
        _ => return Reply::empty(404),
    };
    match outcome {
        Ok(value) => Reply::new(200, "application/json", value.to_string()),
        Err(reason) => Reply::new(400, "application/json", json!({ "error": reason }).to_string()),
    }
}

fn add_faults(lab: &Shared, body: &[u8]) -> Result<serde_json::Value, String> {
    let rules: Rules = serde_json::from_slice(body).map_err(|error| format!("not a fault rule: {error}"))?;
    let rules = match rules {
        Rules::One(rule) => vec![rule],
        Rules::Many(rules) => rules,
    };
    let count = rules.len();
    for rule in rules {
        lab.faults().add(rule);
    }
    Ok(json!({ "added": count }))
}

fn advance(lab: &Shared, body: &[u8]) -> Result<serde_json::Value, String> {
    let Advance { seconds } = serde_json::from_slice(body).map_err(|error| format!("not a span of time: {error}"))?;
    let mut world = lab.world();
    world.advance_clock(Duration::seconds(seconds));
    world.settle();
    Ok(json!({ "now": world.now().to_string() }))
}

fn trouble(lab: &Shared, body: &[u8]) -> Result<serde_json::Value, String> {
    let Trouble { host, code } = serde_json::from_slice(body).map_err(|error| format!("not a trouble: {error}"))?;
    let mut world = lab.world();
    let made = match host {
        Some(host) => troubles::trouble_host(&mut world, &host, &code),
        None => troubles::trouble_vcenter(&mut world, &code),
    };
    world.doors_moved = true;
    made.map(|()| json!({})).map_err(|error| error.to_string())
}

fn sign(lab: &Shared, body: &[u8]) -> Result<serde_json::Value, String> {
    let Sign { request } = serde_json::from_slice(body).map_err(|error| format!("not a request to sign: {error}"))?;
    let mut world = lab.world();
    let now = world.now();
    let signed = world.pki.sign_request(&request, now).map_err(|error| error.to_string())?;
    Ok(json!({ "certificate": signed.pem }))
}

/// First line the exit status, second the error text in Base64, then the output.
fn run_command(lab: &Shared, request: &Request) -> Reply {
    let machine = match request.parameter("host") {
        None | Some("vcenter") => Machine::VCenter,
        Some(host) => match lab.world().host(host) {
            Some(host) => Machine::Esxi(host.moref.clone()),
            None => return Reply::empty(404),
        },
    };
    match shell::run(lab, &machine, &String::from_utf8_lossy(&request.body), "") {
        Ok(outcome) => {
            let mut body = format!("{}\n{}\n", outcome.status, BASE64.encode(&outcome.stderr)).into_bytes();
            body.extend(outcome.stdout);
            Reply::new(200, "application/octet-stream", body)
        }
        Err(fault) => Reply::empty(500).spoiled_by(Some(fault)),
    }
}
