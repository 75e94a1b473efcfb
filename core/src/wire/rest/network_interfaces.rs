//! The network interfaces of the vCenter appliance: the addresses that ESXi hosts see it come from.

use crate::request::{HttpResponse, Look, Method};
use crate::wire::{VCenter, WireError, json};

/// Asks for every interface.
pub fn request(vcenter: &VCenter) -> Look {
    Look::Http(json::call(vcenter, Method::Get, "/appliance/networking/interfaces"))
}

/// Reads the answer: all addresses, IPv4 and IPv6, in the order of the answer.
pub fn parse(response: &HttpResponse) -> Result<Vec<String>, WireError> {
    let mut addresses = Vec::new();
    for interface in json::answer(response, "GET appliance/networking/interfaces")?.items()? {
        if let Some(ipv4) = interface.member("ipv4")? {
            addresses.extend(ipv4.text("address")?);
        }
        let Some(ipv6) = interface.member("ipv6")? else { continue };
        let Some(list) = ipv6.member("addresses")? else { continue };
        for one in list.items()? {
            addresses.extend(one.text("address")?);
        }
    }
    addresses.retain(|address| !address.is_empty());
    Ok(addresses)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{look, response, vcenter};

    #[test]
    fn reads_addresses_of_both_families_in_both_styles() {
        assert_eq!(look(request(&vcenter())).path, "/api/appliance/networking/interfaces");
        let interfaces = r#"[{"name":"nic0","status":"up","mac":"00:50:56:00:00:01",
            "ipv4":{"configurable":true,"mode":"STATIC","address":"192.0.2.10","prefix":24,"default_gateway":"192.0.2.1"},
            "ipv6":{"dhcp":false,"autoconf":false,"default_gateway":"","addresses":[
                {"address":"2001:db8::10","prefix":64,"origin":"MANUAL","status":"PREFERRED"}]}},
            {"name":"nic1","status":"down","mac":"00:50:56:00:00:02","ipv4":{"configurable":true,"mode":"UNCONFIGURED"}}]"#;
        for body in [interfaces.to_owned(), format!("{{\"value\":{interfaces}}}")] {
            assert_eq!(parse(&response(200, body)).unwrap(), ["192.0.2.10", "2001:db8::10"]);
        }
        assert!(parse(&response(200, r#"{"nic0":1}"#)).is_err());
    }
}
