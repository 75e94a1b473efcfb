//! The vCenters of one single sign-on domain. More than one embedded node is enhanced linked mode, where KB 320568 wants
//! offline snapshots of all of them before certificates are changed.

use serde::{Deserialize, Serialize};

use crate::request::{HttpResponse, Look, Method};
use crate::wire::{VCenter, WireError, json};

/// One node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// Its name.
    pub node: String,
    /// `VCSA_EMBEDDED`, `VCSA_EXTERNAL` or `PSC_EXTERNAL`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// Asks for the nodes (6.7.2 and later).
pub fn request(vcenter: &VCenter) -> Look {
    Look::Http(json::call(vcenter, Method::Get, "/vcenter/topology/nodes"))
}

/// Reads the answer.
pub fn parse(response: &HttpResponse) -> Result<Vec<Node>, WireError> {
    let mut nodes = Vec::new();
    for node in json::answer(response, "GET vcenter/topology/nodes")?.items()? {
        nodes.push(Node { node: node.required_text("node")?, kind: node.required_text("type")? });
    }
    Ok(nodes)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{look, response, vcenter};

    #[test]
    fn reads_nodes_in_both_styles() {
        assert_eq!(look(request(&vcenter())).path, "/api/vcenter/topology/nodes");
        let nodes = r#"[{"node":"vc1","type":"VCSA_EMBEDDED","replication_partners":["vc2"]},{"node":"vc2","type":"VCSA_EMBEDDED"}]"#;
        for body in [nodes.to_owned(), format!("{{\"value\":{nodes}}}")] {
            let nodes = parse(&response(200, body)).unwrap();
            assert_eq!(nodes.len(), 2);
            assert_eq!(nodes.first().unwrap(), &Node { node: "vc1".to_owned(), kind: "VCSA_EMBEDDED".to_owned() });
        }
        assert!(
            matches!(parse(&response(200, "[{\"node\":\"vc1\"}]")), Err(WireError::Malformed { place, .. }) if place == "/0")
        );
    }
}
