//! API versions: the number in a `SOAPAction`, and what each release of vCenter offers.

use std::cmp::Ordering;

/// A dotted API version; missing parts count as zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiVersion(Vec<u32>);

/// What a server answers as when a request names no version: old, so that most fields are left out.
pub(crate) const UNNAMED: &str = "2.5";

/// Every vim25 version a client may meet, newest first (pyVmomi's list, from 6.5 on).
const VIM_VERSIONS: &[&str] = &[
    "9.1.1.0", "9.1.0.0", "9.0.0.0", "8.0.3.0", "8.0.2.0", "8.0.1.0", "8.0.0.2", "8.0.0.1", "8.0.0.0", "7.0.3.2",
    "7.0.3.1", "7.0.3.0", "7.0.2.1", "7.0.2.0", "7.0.1.1", "7.0.1.0", "7.0.0.2", "7.0.0.0", "6.9.1", "6.8.7", "6.7.3",
    "6.7.2", "6.7.1", "6.7", "6.5",
];

impl ApiVersion {
    /// Reads `8.0.3.0`; parts that are not numbers count as zero.
    pub(crate) fn new(text: &str) -> Self {
        let mut parts: Vec<u32> = text.split('.').map(|part| part.parse().unwrap_or(0)).collect();
        while parts.last() == Some(&0) {
            parts.pop();
        }
        Self(parts)
    }

    /// Reads a `SOAPAction` such as `"urn:vim25/8.0.3.0"`, with or without quotes. `None` without a version.
    pub(crate) fn of_action(action: &str) -> Option<Self> {
        let (_, version) = action.trim().trim_matches('"').rsplit_once('/')?;
        let numeric = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        numeric.then(|| Self::new(version))
    }
}

impl PartialOrd for ApiVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ApiVersion {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

/// The newest vim25 version that a vCenter of this product version (`8.0.3`) offers.
pub(crate) fn newest_of(product: &str) -> &'static str {
    offered_by(product).next().unwrap_or("6.5")
}

/// The document at `/sdk/vimServiceVersions.xml`: newest version first, then all earlier ones.
pub(crate) fn versions_document(product: &str) -> String {
    let older = ["6.0", "5.5", "5.1", "5.0", "4.1", "4.0", "2.5u2", "2.5", "2.0"];
    let line = |version: &str| format!("   <version>{version}</version>\n");
    let prior: String = offered_by(product).skip(1).chain(older).map(line).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<namespaces version=\"1.0\">\n <namespace>\n  <name>urn:vim25</name>\n  \
         <version>{}</version>\n  <priorVersions>\n{prior}  </priorVersions>\n </namespace>\n</namespaces>\n",
        newest_of(product)
    )
}

/// A product of 8.0.3 offers 8.0.3.0 and all before it; hot patches' fourth number follows the third.
fn offered_by(product: &str) -> impl Iterator<Item = &'static str> {
    let ceiling = ApiVersion::new(&format!("{}.9", three_parts(product)));
    VIM_VERSIONS.iter().copied().filter(move |version| ApiVersion::new(version) <= ceiling)
}

fn three_parts(product: &str) -> String {
    let mut parts: Vec<&str> = product.split('.').take(3).collect();
    parts.resize(3, "0");
    parts.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_read_with_and_without_quotes() {
        let expected = Some(ApiVersion::new("8.0.3.0"));
        assert_eq!(ApiVersion::of_action("\"urn:vim25/8.0.3.0\""), expected);
        assert_eq!(ApiVersion::of_action("urn:vim25/8.0.3.0"), expected);
        assert_eq!(ApiVersion::of_action("\"urn:vim25\""), None);
        assert_eq!(ApiVersion::of_action(""), None);
    }

    #[test]
    fn versions_compare_by_number() {
        assert!(ApiVersion::new("10.0") > ApiVersion::new("8.0.3.0"));
        assert!(ApiVersion::new("7.0") == ApiVersion::new("7.0.0.0"));
        assert!(ApiVersion::new("6.9.1") < ApiVersion::new("7.0.0.0"));
    }

    #[test]
    fn each_release_offers_its_own_newest() {
        assert_eq!(newest_of("8.0.3"), "8.0.3.0");
        assert_eq!(newest_of("7.0.3"), "7.0.3.2");
        assert_eq!(newest_of("9.0.0"), "9.0.0.0");
        assert_eq!(newest_of("6.7.0"), "6.7");
        assert!(!versions_document("8.0.2").contains("8.0.3.0"));
    }
}
