//! A certificate for people: what stands above its PEM in a vector or a report.

use std::fmt::Write as _;

use super::Certificate;

impl Certificate {
    /// A short form of what `openssl x509 -text` shows, one fact a line, with a final line feed. It names everything
    /// that is judged here and leaves out key and signature bytes.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut line = |name: &str, value: &str| {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{name:<22}{value}");
        };
        line("subject", &self.subject);
        line("issuer", &self.issuer);
        line("serial", &self.serial);
        line("not before", &self.not_before.to_string());
        line("not after", &self.not_after.to_string());
        line("key", &self.key.to_string());
        line("signature", &self.signature_algorithm.to_string());
        line("authority", if self.is_ca { "yes" } else { "no" });
        for name in &self.dns_names {
            line("dns name", name);
        }
        for address in &self.ip_addresses {
            line("ip address", address);
        }
        if let Some(id) = &self.subject_key_id {
            line("subject key id", id);
        }
        if let Some(id) = &self.authority_key_id {
            line("authority key id", id);
        }
        line("sha-256", &self.fingerprint.to_string());
        line("sha-1", &self.sha1_thumbprint);
        text
    }
}
