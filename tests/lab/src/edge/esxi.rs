//! What an ESXi host answers over HTTPS: a little on 443, `version.xml` on 9080.

use super::http::{Reply, Request};
use crate::calls::Incoming;
use crate::faults::What;
use crate::lab::Shared;
use crate::shell::{Machine, admits_password};
use crate::world::host::ProviderHealth;

/// Port 443.
pub fn answer(lab: &Shared, host: &str, request: &Request) -> Reply {
    let fault = receive(lab, "esxi", host, request);
    let world = lab.world();
    let machine = Machine::Esxi(host.to_owned());
    let admitted = request.basic().is_some_and(|(user, password)| admits_password(&world, &machine, &user, &password));
    let Some(host) = world.host(host) else { return Reply::empty(404) };
    let reply = match (request.method.as_str(), request.path.as_str()) {
        (_, "/host/castore" | "/host/ssl_cert") if !admitted => unauthorized(),
        ("GET", "/host/castore") => Reply::new(200, "text/plain", host.castore_text()),
        ("GET", "/host/ssl_cert") => Reply::new(200, "text/plain", host.machine.certificate.pem.clone()),
        ("GET", "/") => Reply::new(200, "text/html", "<html><title>ESXi</title></html>\n"),
        _ => Reply::empty(404),
    };
    reply.spoiled_by(fault)
}

/// Port 9080.
pub fn answer_provider(lab: &Shared, host: &str, request: &Request) -> Reply {
    let fault = receive(lab, "provider", host, request);
    let world = lab.world();
    let Some(host) = world.host(host) else { return Reply::empty(404) };
    let reply = match (request.method.as_str(), request.path.as_str()) {
        _ if host.provider_health == ProviderHealth::Sick => Reply::empty(500),
        ("GET", "/version.xml") => {
            let version = if host.speaks_vasa_five() { "version5" } else { "version1" };
            let text = format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<supportedVersions><version id=\"{version}\">\
                 <serviceLocation>/vasaService</serviceLocation></version></supportedVersions>\n"
            );
            Reply::new(200, "text/xml", text)
        }
        _ => Reply::empty(404),
    };
    reply.spoiled_by(fault)
}

fn receive(lab: &Shared, endpoint: &str, host: &str, request: &Request) -> Option<What> {
    let call = request.call();
    let changes = request.method != "GET";
    lab.receive(&Incoming { endpoint, method: &call, object: Some(host), host: Some(host), changes })
}

fn unauthorized() -> Reply {
    let mut reply = Reply::empty(401);
    reply.headers.push(("www-authenticate".into(), "Basic realm=\"VMware HTTP server\"".into()));
    reply
}
