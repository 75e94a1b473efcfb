//! `HostCertificateManager`: a host's certificate, its castore, its revocation lists.

use time::Duration;

use super::host_managers::connected;
use crate::pki::Certificate;
use crate::soap::context::{Answer, Context};
use crate::soap::value::{Object, Value};
use crate::world::World;
use crate::world::host::Host;

/// `HostCertificateManagerCertificateInfo` of the certificate that the host serves on 443.
pub(crate) fn info(world: &World, host: &Host) -> Object {
    let info = info_of(world, &host.machine.certificate, "Machine");
    // It knows of no end where the host's file is gone.
    if host.files.contains_key("rui.crt") { info } else { info.with("status", "unknown") }
}

fn info_of(world: &World, certificate: &Certificate, kind: &str) -> Object {
    Object::new("HostCertificateManagerCertificateInfo")
        .with("kind", kind)
        .with("issuer", &certificate.issuer)
        .with("notBefore", certificate.not_before)
        .with("notAfter", certificate.not_after)
        .with("subject", &certificate.subject)
        .with("status", status(world, certificate))
}

/// vCenter's word for what is left, by its own thresholds in days; below half of the soft one it is "shortly".
fn status(world: &World, certificate: &Certificate) -> &'static str {
    let left = certificate.not_after - world.now();
    let days = |key: &str, default: i64| {
        let set = world.vcenter.options.get(key).and_then(|text| text.parse().ok());
        Duration::days(set.unwrap_or(default))
    };
    let soft = days("vpxd.certmgmt.certs.softThreshold", 240);
    let hard = days("vpxd.certmgmt.certs.hardThreshold", 30);
    match left {
        left if left < Duration::ZERO => "expired",
        left if left < hard => "expirationImminent",
        left if left < soft / 2 => "expiringShortly",
        left if left < soft => "expiring",
        _ => "good",
    }
}

/// `RetrieveCertificateInfoList`: the host's own certificate, and the one that it shows to arrays if it has one.
pub(crate) fn list_info(context: &Context<'_>) -> Answer {
    let host = connected(context)?;
    let client = host.vasa_client.as_ref().map(|client| info_of(context.world, client, "VASAClient"));
    Ok(Some(std::iter::once(info(context.world, host)).chain(client).collect::<Vec<_>>().into()))
}

/// `ListCACertificates`: one PEM per certificate of the castore.
pub(crate) fn list_authorities(context: &Context<'_>) -> Answer {
    let host = connected(context)?;
    let certificates = host.castore.iter().map(|certificate| certificate.pem.as_str());
    Ok(Some(certificates.chain(host.castore_junk.iter().map(String::as_str)).collect::<Vec<_>>().into()))
}

/// `ListCACertificateRevocationLists`.
pub(crate) fn list_revocations(context: &Context<'_>) -> Answer {
    let host = connected(context)?;
    Ok(Some(Value::from(host.crls.iter().map(String::as_str).collect::<Vec<_>>())))
}

/// `ReplaceCACertificatesAndCRLs`: the castore becomes exactly these certificates, the revocation lists exactly these.
pub(crate) fn replace_authorities(context: &mut Context<'_>) -> Answer {
    let name = connected(context)?.name.clone();
    let authorities = context.parameters().texts_of("caCert");
    let revocations = context.parameters().texts_of("caCrl");
    let done = context.world.replace_ca_certificates(&name, &authorities, &revocations);
    done.map(|()| None).map_err(|fault| super::world_fault(&fault, context.this()))
}

/// `NotifyAffectedServices`.
pub(crate) fn notify_services(context: &mut Context<'_>) -> Answer {
    let name = connected(context)?.name.clone();
    let done = context.world.notify_affected_services(&name);
    done.map(|()| None).map_err(|fault| super::world_fault(&fault, context.this()))
}

/// `GenerateCertificateSigningRequest` and its variant with a distinguished name: PKCS #10 in PEM.
pub(crate) fn signing_request(context: &mut Context<'_>) -> Answer {
    let name = connected(context)?.name.clone();
    let made = context.world.signing_request(&name);
    made.map(|pem| Some(pem.into())).map_err(|fault| super::world_fault(&fault, context.this()))
}

/// `InstallServerCertificate`.
pub(crate) fn install(context: &mut Context<'_>) -> Answer {
    let name = connected(context)?.name.clone();
    let pem = context.text("cert").to_owned();
    let done = context.world.install_server_certificate(&name, &pem);
    done.map(|()| None).map_err(|fault| super::world_fault(&fault, context.this()))
}
