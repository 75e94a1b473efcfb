//! The CA certificates that vCenter trusts (VECS store `TRUSTED_ROOTS`); 7.0 and later.

use crate::request::{HttpResponse, Look, Method};
use crate::wire::{VCenter, WireError, json};

const PATH: &str = "/vcenter/certificate-management/vcenter/trusted-root-chains";

/// Asks which chains there are.
pub fn list(vcenter: &VCenter) -> Look {
    Look::Http(json::call(vcenter, Method::Get, PATH))
}

/// Reads the answer to [`list`]: the chains' ids.
pub fn parse_list(response: &HttpResponse) -> Result<Vec<String>, WireError> {
    let chains = json::answer(response, "GET trusted-root-chains")?.items()?;
    chains.iter().map(|chain| chain.required_text("chain")).collect()
}

/// Asks for the chain with this id.
pub fn one(vcenter: &VCenter, chain: &str) -> Look {
    Look::Http(json::call(vcenter, Method::Get, &format!("{PATH}/{}", json::segment(chain))))
}

/// Reads the answer to [`one`]: its certificates in PEM.
pub fn parse_one(response: &HttpResponse) -> Result<Vec<String>, WireError> {
    // The list stands in a structure of the same name.
    let chain = json::answer(response, "GET trusted-root-chains")?.required("cert_chain")?;
    let certificates = chain.required("cert_chain")?.items()?;
    certificates.iter().map(json::Node::as_text).collect()
}
