//! Which authorities are vCenter's own, and what leads to them.
//!
//! VMCA names its own roots in one way. A subordinate VMCA has a customer's root above it and a name that the customer
//! chose: then nothing but the certificates that it issued tells which one it is. What they do not tell is not guessed.
//! There may then be several candidates, and a rule has its answer where all of them give the same one.

use std::collections::{BTreeMap, BTreeSet};

use super::Case;
use crate::certificate::{Certificate, ChainVerdict, MAXIMUM_DEPTH, verify_chain};
use crate::facts::{CertificateMode, Missing, MissingReason, Observed, Presented};
use crate::time::{DAY_SECONDS, UnixTime};

/// Whose an authority is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// vCenter's own, or it may be: one of it, of an earlier time, or of a linked vCenter.
    VCenters,
    /// Surely somebody else's.
    Anothers,
    /// It cannot be told.
    Untold,
}

impl<'a> Case<'a> {
    /// The trusted authorities that may be vCenter's own now; none where nothing points to any.
    ///
    /// If vCenter's own certificate leads to a root that is named as VMCA names its roots, that is it. Otherwise each
    /// root so named may be, and the one that `sps-extension` leads to, which VMCA always issues. Beside these, where VMCA
    /// issues the host certificates, a subordinate authority that most of them lead to may be VMCA, or any authority where
    /// none is so named; and so may a subordinate one that vCenter's own certificate leads to together with a host's.
    ///
    /// What has expired and nothing leads to is not it, where another that is good is in use.
    pub(crate) fn vmca_roots(&self) -> &[&'a Certificate] {
        self.vmca.get_or_init(|| {
            let own = self.of_vcenter();
            let mut candidates: Vec<&Certificate> = match own.filter(|own| is_vmca_root(own)) {
                Some(own) => vec![own],
                None => {
                    self.roots.iter().copied().filter(|root| is_vmca_root(root)).chain(self.of_extension()).collect()
                }
            };
            if !matches!(self.facts.vcenter.mode.value(), Some(CertificateMode::Custom | CertificateMode::Thumbprint)) {
                let is_one_named = candidates.iter().any(|root| is_vmca_root(root));
                let led = self.led_by_hosts();
                let all: usize = led.values().sum();
                let most = led.iter().find(|(_, count)| count.saturating_mul(2) > all).map(|(anchor, _)| *anchor);
                candidates.extend(most.filter(|most| !is_one_named || !most.self_issued));
                candidates.extend(own.filter(|own| !own.self_issued && led.contains_key(own)));
            }
            candidates.sort();
            candidates.dedup();
            self.without_leftovers(candidates)
        })
    }

    fn without_leftovers(&self, candidates: Vec<&'a Certificate>) -> Vec<&'a Certificate> {
        let is_good = |root: &&Certificate| self.validity(root).is_valid();
        if candidates.len() < 2 || candidates.iter().all(is_good) {
            return candidates;
        }
        let used = self.anchors_in_use();
        if !candidates.iter().any(|root| is_good(root) && used.contains(root)) {
            return candidates;
        }
        candidates.into_iter().filter(|root| used.contains(root) || is_good(root)).collect()
    }

    /// Asks whether all is well with vCenter's own authority. `Some` holds it when it is not; `Err` when that depends on
    /// which of several it is.
    pub(crate) fn unwell_vmca(
        &self,
        is_well: impl Fn(&Certificate) -> bool,
    ) -> Result<Option<&'a Certificate>, Missing> {
        let roots = self.facts.vcenter.trusted_roots.known().map_err(Clone::clone)?;
        let candidates = self.vmca_roots();
        let mut unwell = candidates.iter().filter(|root| !is_well(root));
        match (unwell.next(), candidates.iter().any(|root| is_well(root))) {
            (None, true) => Ok(None),
            (Some(root), false) => Ok(Some(root)),
            _ => Err(Missing {
                reason: MissingReason::NotSent,
                message: format!("which of {} trusted roots is that of vCenter's own CA cannot be told", roots.len()),
                help: BY_CERTOOL.to_owned(),
            }),
        }
    }

    /// Whose an authority is. A root that is named as VMCA names its roots is vCenter's: of a linked vCenter, or an earlier
    /// one. A subordinate authority may be the one under which VMCA was put a while ago. It is somebody else's where it is
    /// known which one is VMCA, and where that went on issuing long after the other came into being.
    pub(crate) fn whose(&self, authority: &Certificate) -> Whose {
        let own = self.vmca_roots();
        if own.contains(&authority) || is_vmca_root(authority) {
            return Whose::VCenters;
        }
        let is_older = || {
            let made = authority.not_before.plus_seconds(PUT_TO_USE_SECONDS);
            self.last_issued().is_some_and(|issued| issued > made)
        };
        let is_told = if authority.self_issued { !own.is_empty() } else { own.len() == 1 && is_older() };
        if is_told { Whose::Anothers } else { Whose::Untold }
    }

    /// True when an authority is surely not vCenter's own.
    pub(crate) fn is_foreign(&self, authority: &Certificate) -> bool {
        self.whose(authority) == Whose::Anothers
    }

    /// True when an issuer has the name of a trusted authority that is surely not vCenter's own.
    pub(crate) fn is_foreign_name(&self, issuer: &str) -> bool {
        let mut named = self.roots.iter().filter(|root| root.subject == issuer).peekable();
        named.peek().is_some() && named.all(|root| self.is_foreign(root))
    }

    /// When vCenter's own authority issued the newest of the certificates that vCenter and hosts show.
    fn last_issued(&self) -> Option<UnixTime> {
        let look = || {
            let own = self.vmca_roots();
            let hosts = self.facts.hosts.values().map(|host| &host.on_443);
            let shown = hosts.chain([&self.facts.vcenter.on_https]).filter_map(Observed::value);
            let issued = shown.filter(|shown| self.anchor(shown).is_some_and(|anchor| own.contains(&anchor)));
            issued.filter_map(|shown| self.certificate(&shown.leaf).ok()).map(|leaf| leaf.not_before).max()
        };
        *self.last_issued.get_or_init(look)
    }

    /// The trusted authorities that certificates of vCenter and of hosts lead to, and the trusted ones above them.
    pub(crate) fn anchors_in_use(&self) -> BTreeSet<&'a Certificate> {
        let hosts = self.facts.hosts.values().flat_map(|host| [&host.on_443, &host.on_9080]);
        let shown = hosts.filter_map(Observed::value).filter_map(|shown| self.anchor(shown));
        let mut used: BTreeSet<&Certificate> = shown.chain(self.of_vcenter()).chain(self.of_extension()).collect();
        let mut lowest: Vec<&Certificate> = used.iter().copied().collect();
        while let Some(below) = lowest.pop() {
            let issuers = self.roots.iter().copied().filter(|root| is_issuer(root, below));
            lowest.extend(issuers.filter(|issuer| used.insert(*issuer)));
        }
        used
    }

    /// The trusted authority that vCenter's own certificate leads to.
    pub(crate) fn of_vcenter(&self) -> Option<&'a Certificate> {
        self.facts.vcenter.on_https.value().and_then(|shown| self.anchor(shown))
    }

    /// The trusted authority that something presented leads to, whether that is within its dates or not.
    pub(crate) fn anchor(&self, presented: &Presented) -> Option<&'a Certificate> {
        let (ChainVerdict::Trusted { anchor }
        | ChainVerdict::AnchorExpired { anchor, .. }
        | ChainVerdict::IssuerNotYetValid { issuer: anchor, .. }) = self.chain(presented).ok()?
        else {
            return None;
        };
        self.roots.iter().copied().find(|root| root.fingerprint == anchor)
    }

    /// The trusted authority that something presented would lead to if the authorities were sent along that the facts
    /// hold from elsewhere; and the first of those. `None` when it does not lead to one even then.
    pub(crate) fn completed(&self, presented: &Presented) -> Option<(&'a Certificate, &'a Certificate)> {
        let leaf = self.certificate(&presented.leaf).ok()?;
        let sent: Vec<&Certificate> = presented.rest.iter().filter_map(|rest| self.certificate(rest).ok()).collect();
        let mut path = sent.clone();
        let mut wanted: Vec<&Certificate> = std::iter::once(leaf).chain(sent.iter().copied()).collect();
        for _ in 0..MAXIMUM_DEPTH {
            let issuers = wanted.iter().flat_map(|below| self.authorities_named(&below.issuer));
            let found: Vec<&Certificate> = issuers.filter(|issuer| !path.contains(issuer)).collect();
            path.extend(&found);
            wanted = found;
        }
        let added = path.get(sent.len()).copied()?;
        let ChainVerdict::Trusted { anchor } = verify_chain(leaf, &path, &self.roots, self.now) else { return None };
        Some((self.certificate(&anchor).ok()?, added))
    }

    /// Authorities of this name that anything showed or held, a few at the most.
    fn authorities_named(&self, name: &str) -> impl Iterator<Item = &'a Certificate> + '_ {
        let all = self.authorities.get_or_init(|| {
            let mut all: BTreeMap<&str, Vec<&Certificate>> = BTreeMap::new();
            for authority in self.facts.certificates.iter().filter(|certificate| certificate.is_ca) {
                all.entry(&authority.subject).or_default().push(authority);
            }
            all
        });
        all.get(name).into_iter().flatten().take(OF_ONE_NAME).copied()
    }

    /// The trusted authority that `sps-extension` leads to.
    pub(crate) fn of_extension(&self) -> Option<&'a Certificate> {
        let leaf = *self.facts.vcenter.sms.sps_extension.value()?;
        self.anchor(&Presented { leaf, rest: Vec::new(), protocol: String::new() })
    }

    /// The trusted authorities that host certificates lead to, and how many each.
    fn led_by_hosts(&self) -> BTreeMap<&'a Certificate, usize> {
        let shown = self.facts.hosts.values().filter_map(|host| host.on_443.value());
        let mut led: BTreeMap<&Certificate, usize> = BTreeMap::new();
        for anchor in shown.filter_map(|shown| self.anchor(shown)) {
            let count = led.entry(anchor).or_default();
            *count = count.saturating_add(1);
        }
        led
    }
}

fn is_vmca_root(root: &Certificate) -> bool {
    root.self_issued && is_vmca_name(&root.subject)
}

/// VMCA names its roots with this unit, in every version; a subordinate VMCA is named by the customer.
pub(crate) fn is_vmca_name(name: &str) -> bool {
    name.split(',').any(|part| part.trim() == "OU=VMware Engineering")
}

/// By their names, and by the names of their keys where both tell them.
fn is_issuer(issuer: &Certificate, below: &Certificate) -> bool {
    let keys = below.authority_key_id.as_ref().zip(issuer.subject_key_id.as_ref());
    issuer.subject.eq_ignore_ascii_case(&below.issuer) && keys.is_none_or(|(wanted, held)| wanted == held)
}

/// Seconds from when VMCA's subordinate authority is signed to when VMCA surely issues by it; ours.
const PUT_TO_USE_SECONDS: i64 = 30 * DAY_SECONDS;

/// How it gets known which authority is vCenter's own.
pub(crate) const BY_CERTOOL: &str =
    "look at the root of VMCA on the appliance: `/usr/lib/vmware-vmca/bin/certool --getrootca`";

/// How many authorities of one name are tried; more are nobody's installation.
const OF_ONE_NAME: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::HostId;
    use crate::rules::testing::{Authority, Fleet, Leaf, presenting, seen, shown};

    /// A customer's root, beneath it a VMCA of the customer's naming that issued everything; an old root of VMCA is left.
    fn subordinate() -> (Fleet, Authority) {
        let mut fleet = Fleet::healthy();
        let customer = Authority::root("Example Root", "IT");
        let own = customer.subordinate("Example vSphere", "IT");
        fleet.trust(&customer.certificate);
        fleet.trust(&own.certificate);
        for number in 1..=3 {
            let leaf = fleet.keep(own.sign(&Leaf::of(&format!("esx{number:02}.lab.test"))));
            fleet.serve(number, leaf);
            let mut held = fleet.host(number).ca_store.value().cloned().unwrap_or_default();
            held.extend([customer.certificate.fingerprint, own.certificate.fingerprint]);
            fleet.host(number).ca_store = seen(held);
        }
        let https = fleet.keep(own.sign(&Leaf::of("vc.lab.test")));
        fleet.vcenter().on_https = shown(https);
        (fleet, own)
    }

    fn names(fleet: &Fleet) -> Vec<String> {
        let case = Case::new(&fleet.facts, &fleet.policy);
        case.vmca_roots().iter().map(|root| root.common_name.clone().unwrap_or_default()).collect()
    }

    #[test]
    fn vcenters_own_certificate_tells_which_root_is_the_present_one() {
        let mut fleet = Fleet::healthy();
        fleet.trust(&Authority::root("CA", "VMware Engineering").certificate);
        assert_eq!(names(&fleet).len(), 1);
    }

    #[test]
    fn a_subordinate_vmca_is_a_candidate_and_no_foreign_authority() {
        let (fleet, own) = subordinate();
        assert!(names(&fleet).contains(&"Example vSphere".to_owned()));
        let case = Case::new(&fleet.facts, &fleet.policy);
        assert!(!case.is_foreign(&own.certificate));
        assert!(case.unwell_vmca(|root| case.validity(root).is_valid()).is_ok_and(|unwell| unwell.is_none()));
        fleet.is_fine();
    }

    #[test]
    fn what_depends_on_which_one_it_is_cannot_be_told() {
        let (fleet, own) = subordinate();
        let case = Case::new(&fleet.facts, &fleet.policy);
        assert!(case.unwell_vmca(|root| root != &own.certificate).is_err());
    }

    #[test]
    fn where_vcenter_itself_has_a_certificate_of_vmca_others_are_foreign() {
        let mut fleet = Fleet::healthy();
        let customer = Authority::root("Example Root", "IT");
        let issuing = customer.subordinate("Example Issuing", "IT");
        fleet.trust(&customer.certificate);
        fleet.trust(&issuing.certificate);
        let case = Case::new(&fleet.facts, &fleet.policy);
        assert!(case.is_foreign(&customer.certificate));
        assert!(case.is_foreign(&issuing.certificate));
        assert!(!case.is_foreign(&Authority::root("CA", "VMware Engineering").certificate));
    }

    /// VMCA was put beneath a customer's root an hour ago; one of three hosts was renewed since.
    fn in_migration(is_vcenter_renewed: bool) -> (Fleet, Authority) {
        let mut fleet = Fleet::healthy();
        let customer = Authority::root("Example Root", "IT");
        let own = customer.subordinate_from("Example vSphere", "IT", &Leaf::of("root").begins(-3600));
        fleet.trust(&customer.certificate);
        fleet.trust(&own.certificate);
        let leaf = fleet.keep(own.sign(&Leaf::of("esx01.lab.test").begins(-3600)));
        fleet.serve(1, leaf);
        if is_vcenter_renewed {
            let https = fleet.keep(own.sign(&Leaf::of("vc.lab.test").begins(-3600)));
            fleet.vcenter().on_https = shown(https);
        }
        (fleet, own)
    }

    #[test]
    fn a_vmca_that_was_just_put_beneath_a_customers_root_is_not_called_foreign() {
        for is_vcenter_renewed in [false, true] {
            let (fleet, own) = in_migration(is_vcenter_renewed);
            let case = Case::new(&fleet.facts, &fleet.policy);
            let expected = if is_vcenter_renewed { Whose::VCenters } else { Whose::Untold };
            assert_eq!(case.whose(&own.certificate), expected);
            assert!(!fleet.codes().contains(&"host-cert-foreign-ca".to_owned()));
        }
        let open: Vec<String> =
            in_migration(false).0.judge().unanswered.into_iter().flat_map(|one| one.codes).collect();
        assert!(["host-cert-foreign-ca", "vmca-root-too-new"].iter().all(|code| open.contains(&(*code).to_owned())));
    }

    #[test]
    fn an_expired_root_of_vmca_that_nothing_leads_to_is_no_candidate_beside_one_in_use() {
        let mut fleet = Fleet::healthy();
        let company = Authority::root("Example Root", "IT");
        let https = fleet.keep(company.sign(&Leaf::of("vc.lab.test")));
        fleet.vcenter().on_https = shown(https);
        fleet.trust(&company.certificate);
        for number in 1..=3 {
            let mut held = fleet.host(number).ca_store.value().cloned().unwrap_or_default();
            held.push(company.certificate.fingerprint);
            fleet.host(number).ca_store = seen(held);
        }
        let old = Authority::root_within("Former CA", "VMware Engineering", &Leaf::of("root").ends(-1));
        fleet.trust(&old.certificate);
        assert_eq!(names(&fleet), ["CA"]);
        assert_eq!(fleet.codes(), ["roots-expired-leftover"]);
        assert_eq!(fleet.judge().unanswered, []);
    }

    #[test]
    fn a_path_is_completed_by_what_others_sent() {
        let mut fleet = Fleet::healthy();
        let customer = Authority::root("Example Root", "IT");
        let issuing = customer.subordinate("Example Issuing", "IT");
        fleet.trust(&customer.certificate);
        let leaf = fleet.keep(issuing.sign(&Leaf::of("esx01.lab.test")));
        let alone = presenting(leaf, &[]);
        let completed = |fleet: &Fleet| {
            let case = Case::new(&fleet.facts, &fleet.policy);
            case.completed(&alone).map(|(anchor, added)| (anchor.clone(), added.clone()))
        };
        assert_eq!(completed(&fleet), None);
        fleet.keep(issuing.certificate.clone());
        assert_eq!(completed(&fleet), Some((customer.certificate, issuing.certificate)));
    }

    #[test]
    fn with_no_host_and_no_root_there_is_no_candidate() {
        let mut fleet = Fleet::healthy();
        fleet.vcenter().trusted_roots = seen(Vec::new());
        fleet.facts.hosts.remove(&HostId("host-1".to_owned()));
        assert!(names(&fleet).is_empty());
    }
}
