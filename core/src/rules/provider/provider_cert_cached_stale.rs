//! ## What it finds
//!
//! The certificate that SMS has stored of an IOFilter provider is not the one on its port 9080.
//!
//! It is a cause only when the host itself is in order: same certificate on 443 and 9080, good, and trusted.
//! Otherwise it follows from what is wrong there, because SMS reads the certificate anew only when it can connect.
//!
//! ## Why it hurts
//!
//! The host was renewed, and SMS still judges the old certificate: it warns of dates that are past, or leaves the
//! provider down.
//!
//! ## How it shows
//!
//! The vSphere Client shows the old dates although port 9080 shows the new ones: the note of KB 320568. The logs show
//! nothing.
//!
//! ## What cures it
//!
//! Synchronise and reconnect the provider. If the old dates stay, unregister it and let it register again. Do not
//! renew the host.
//!
//! ## Sources
//!
//! KB 320568, its note on dates (grade A).

use crate::case::{Case, Port, Verdict, certificate_seen, known};
use crate::diagnostic::Severity;
use crate::facts::Provider;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "provider-cert-cached-stale",
    severity: Severity::High,
    grade: Grade::A,
    title: "SMS has another certificate of a provider than its port shows",
    rank: 72,
    explains: &[
        "provider-cert-expired",
        "provider-cert-hard",
        "provider-cert-invalid",
        "provider-cert-soft",
        "provider-connected-unsynced",
        "provider-disconnected",
        "provider-offline",
        "provider-status-unknown",
        "provider-syncerror",
    ],
    log: None,
    cure: Cure::Remedy("refresh-provider"),
    check: Check::Provider(check),
    source: include_str!("provider_cert_cached_stale.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, provider: &Provider) -> Verdict {
    let Some(host) = case.host_of(provider) else { return Verdict::NotApplicable };
    let served = known!(case.leaf(host, Port::Provider));
    let stored = known!(case.certificate(known!(provider.certificate.known())));
    if stored == served {
        return Verdict::Fine;
    }
    let message = format!(
        "SMS has certificate {} of provider `{}`, its port 9080 shows {}",
        stored.fingerprint.short(),
        provider.name,
        served.fingerprint.short()
    );
    let evidence = [("certificate in SMS", stored), (Port::Provider.certificate(), served)];
    Verdict::found(message, evidence.map(|(what, certificate)| certificate_seen(what, certificate)).to_vec())
}

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, Leaf, seen};

    pub(crate) fn cases() -> Vec<Case> {
        let mut renewed = Fleet::of(1);
        let old = renewed.issue(&Leaf::of("esx01.lab.test").ends(-1));
        renewed.provider(1).certificate = seen(old);
        renewed.provider(1).certificate_status = seen("expired".to_owned());
        let mut native = Fleet::of(1);
        let fresh = native.issue(&Leaf::of("esx01.lab.test").begins(-60));
        native.serve(1, fresh);
        vec![
            Case::cause(
                "renewed-and-not-read-anew",
                "The host was renewed, SMS still has the old certificate",
                "The note of KB 320568: both ports of `esx01.lab.test` show the new certificate, and the vSphere Client \
                 goes on to show the old dates of its provider.",
                renewed,
            ),
            Case::near_miss(
                "read-anew",
                "Renewed a minute ago, and SMS has read it",
                "The certificate is a minute old on both ports, and it is the one that SMS has.",
                native,
            ),
        ]
    }

    fn cached() -> Fleet {
        let mut fleet = Fleet::healthy();
        let old = fleet.issue(&Leaf::of("esx01.lab.test").ends(-1));
        fleet.provider(1).certificate = seen(old);
        fleet.provider(1).certificate_status = seen("expired".to_owned());
        fleet
    }

    #[test]
    fn an_old_copy_in_sms_explains_what_sms_says() {
        let mut fleet = cached();
        fleet.provider(1).status = seen("disconnected".to_owned());
        fleet.has_one_cause("provider-cert-cached-stale");
        fleet.follows("provider-cert-expired", "provider-cert-cached-stale");
        fleet.follows("provider-disconnected", "provider-cert-cached-stale");
    }

    #[test]
    fn it_follows_where_the_host_refuses_sps() {
        let mut fleet = cached();
        fleet.host(1).ca_store = fleet.vcenter().trusted_roots.clone();
        fleet.has_one_cause("castore-missing-sms");
        fleet.follows("provider-cert-expired", "castore-missing-sms");
    }

    #[test]
    fn another_provider_with_the_old_copy_is_not_explained_by_this_one() {
        let mut fleet = cached();
        fleet.provider(2).certificate_status = seen("expired".to_owned());
        assert_eq!(fleet.causes(), ["provider-cert-cached-stale", "provider-cert-expired"]);
    }
}
