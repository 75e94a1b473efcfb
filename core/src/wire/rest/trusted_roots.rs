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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{look, response, vcenter};

    #[test]
    fn reads_the_list_and_one_chain() {
        assert_eq!(look(list(&vcenter())).path, format!("/api{PATH}"));
        assert_eq!(look(one(&vcenter(), "8A 5F")).path, format!("/api{PATH}/8A%205F"));
        assert_eq!(parse_list(&response(200, r#"[{"chain":"8A5F"}]"#)).unwrap(), ["8A5F"]);
        assert_eq!(parse_list(&response(200, r#"{"value":[{"chain":"8A5F"}]}"#)).unwrap(), ["8A5F"]);
        let chain = r#"{"cert_chain":{"cert_chain":["PEM\n"]}}"#;
        assert_eq!(parse_one(&response(200, chain)).unwrap(), ["PEM\n"]);
        assert_eq!(parse_one(&response(200, format!("{{\"value\":{chain}}}"))).unwrap(), ["PEM\n"]);
    }
}
