//! What vCenter answers over HTTPS: SOAP, REST, and the download of its roots.

use std::io::{Cursor, Write as _};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::http::{Reply, Request};
use crate::calls::Incoming;
use crate::lab::Shared;
use crate::rest;
use crate::soap::{self, SoapRequest};
use crate::world::World;

/// Port 443.
pub async fn answer(lab: &Shared, request: Request) -> Reply {
    if request.path.starts_with("/sdk") || request.path.starts_with("/sms/sdk") {
        let Request { method, path, headers, body, .. } = request;
        let response = soap::handle(lab, SoapRequest { method, path, headers, body }).await;
        return Reply {
            status: response.status,
            headers: response.headers,
            body: response.body,
            spoiled: response.spoiled,
        };
    }
    if request.path.starts_with("/api/") || request.path.starts_with("/rest/") {
        return rest::answer(lab, &request);
    }
    let call = request.call();
    let fault = lab.receive(&Incoming { endpoint: "files", method: &call, ..Incoming::default() });
    let reply = match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/certs/download.zip") => match roots_archive(&lab.world()) {
            Ok(archive) => Reply::new(200, "application/octet-stream", archive),
            Err(_) => Reply::empty(500),
        },
        ("GET", "/") => Reply::new(200, "text/html", "<html><title>vCenter Server</title></html>\n"),
        _ => Reply::empty(404),
    };
    reply.spoiled_by(fault)
}

/// `certs/{lin,mac,win}/<hash>.0` with a root each, `.r0` with a revocation list each (in `win`, `.0.crt` and `.r0.crl`).
fn roots_archive(world: &World) -> zip::result::ZipResult<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for folder in ["lin", "mac", "win"] {
        let (root_end, list_end) = if folder == "win" { (".0.crt", ".r0.crl") } else { (".0", ".r0") };
        for (index, root) in world.vcenter.trusted_roots.iter().enumerate() {
            let hash = root.key_id.get(..8).unwrap_or("00000000");
            archive.start_file(format!("certs/{folder}/{hash}{root_end}"), SimpleFileOptions::default())?;
            archive.write_all(root.pem.as_bytes())?;
            if let Some(list) = world.vcenter.crls.get(index) {
                archive.start_file(format!("certs/{folder}/{hash}{list_end}"), SimpleFileOptions::default())?;
                archive.write_all(list.as_bytes())?;
            }
        }
    }
    Ok(archive.finish()?.into_inner())
}
