//! What was probably meant by a name that there is not.

/// The name that is most like what was typed, if one is near enough. Case, and `_` in place of `-`, do not count.
pub fn meant<'a>(typed: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_ascii_lowercase().replace('_', "-");
    let likeness = |name: &str| strsim::jaro_winkler(&typed, &name.to_ascii_lowercase());
    let rated = names.into_iter().map(|name| (likeness(name), name)).filter(|(likeness, _)| *likeness > NEAR);
    rated.max_by(|(left, _), (right, _)| left.total_cmp(right)).map(|(_, name)| name)
}

/// Below this two names are not alike; found by trying.
const NEAR: f64 = 0.8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_understood_and_nonsense_is_not() {
        let names = ["castore-missing-sms", "vp-cert-stale", "S-01"];
        let cases = [
            ("vp-cert-stal", Some("vp-cert-stale")),
            ("CASTORE_missing_sms", Some("castore-missing-sms")),
            ("s-01", Some("S-01")),
            ("nonsense", None),
            ("", None),
        ];
        for (typed, expected) in cases {
            assert_eq!(meant(typed, names), expected, "{typed}");
        }
    }
}
