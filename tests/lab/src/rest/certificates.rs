//! `/vcenter/certificate-management/vcenter`: the machine SSL certificate and the trusted roots.

use serde_json::{Value, json};

use super::{Answer, Call, Payload, Refusal, stamp};
use crate::pki::Certificate;
use crate::world::World;

/// Answers a call; `rest` is what follows `certificate-management/vcenter`.
pub(super) fn answer(world: &World, call: &Call<'_>, rest: &[&str]) -> Answer {
    let chain_id = |root: &Certificate| root.key_id.to_uppercase();
    match (call.method, rest) {
        ("GET", ["tls"]) => Ok(Payload::Value(machine_ssl(&world.vcenter.machine_ssl.certificate))),
        ("GET", ["trusted-root-chains"]) => {
            let chains: Vec<Value> =
                world.vcenter.trusted_roots.iter().map(|root| json!({ "chain": chain_id(root) })).collect();
            Ok(Payload::Value(Value::Array(chains)))
        }
        ("GET", ["trusted-root-chains", wanted]) => {
            let root = world.vcenter.trusted_roots.iter().find(|root| chain_id(root) == *wanted);
            let root = root.ok_or_else(|| Refusal::not_found("the chain"))?;
            Ok(Payload::Value(json!({ "cert_chain": { "cert_chain": [root.pem] } })))
        }
        _ => Err(Refusal::not_found("the operation")),
    }
}

fn machine_ssl(certificate: &Certificate) -> Value {
    json!({
        "version": 3,
        "serial_number": certificate.serial,
        "signature_algorithm": "sha256WithRSAEncryption",
        "issuer_dn": certificate.issuer,
        "valid_from": stamp(certificate.not_before),
        "valid_to": stamp(certificate.not_after),
        "subject_dn": certificate.subject,
        "thumbprint": certificate.thumbprint,
        "is_CA": certificate.is_authority,
        "path_length_constraint": -1,
        "key_usage": ["Digital Signature", "Key Encipherment"],
        "extended_key_usage": ["serverAuth"],
        "subject_alternative_name": certificate.names,
        "authority_information_access_uri": [],
        "cert": certificate.pem,
    })
}
