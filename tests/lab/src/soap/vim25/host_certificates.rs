//! `HostCertificateManager`: a host's certificate, its castore, its revocation lists.

use time::Duration;

use super::host_managers::connected;
use crate::soap::context::{Answer, Context};
use crate::soap::value::{Object, Value};
use crate::world::World;
use crate::world::host::Host;

/// `HostCertificateManagerCertificateInfo` of the certificate that the host serves on 443.
pub(crate) fn info(world: &World, host: &Host) -> Object {
    let certificate = &host.machine.certificate;
    Object::new("HostCertificateManagerCertificateInfo")
        .with("kind", "Machine")
        .with("issuer", &certificate.issuer)
        .with("notBefore", certificate.not_before)
        .with("notAfter", certificate.not_after)
        .with("subject", &certificate.subject)
        .with("status", status(world, host))
}

/// vCenter's word for what is left, by its own thresholds in days; below half of the soft one it is "shortly". It knows
/// of none where the host's file is gone.
fn status(world: &World, host: &Host) -> &'static str {
    if !host.files.contains_key("rui.crt") {
        return "unknown";
    }
    let left = host.machine.certificate.not_after - world.now();
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

/// `RetrieveCertificateInfoList`: the host's own certificate only, for the lab has no vVol client certificates.
pub(crate) fn list_info(context: &Context<'_>) -> Answer {
    let host = connected(context)?;
    Ok(Some(vec![info(context.world, host)].into()))
}

/// `ListCACertificates`: one PEM per certificate of the castore.
pub(crate) fn list_authorities(context: &Context<'_>) -> Answer {
    let host = connected(context)?;
    Ok(Some(host.castore.iter().map(|certificate| certificate.pem.as_str()).collect::<Vec<_>>().into()))
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
