//! Bytes from outside never panic, never hang, and never pass for what they are not.

use iofilter_certs::certificate::Certificate;

use crate::{made, pem};

/// The same "random" bytes in every run (xorshift64).
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit).unwrap()).unwrap()
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }
}

/// Reads and, if that works, does everything that can be done with one certificate.
fn exercise(der: &[u8]) -> bool {
    let Ok(certificate) = Certificate::from_der(der) else { return false };
    assert!(!certificate.text().is_empty());
    assert_eq!(Certificate::from_pem(&certificate.to_pem()).as_ref(), Ok(&certificate));
    let _ = (certificate.matches_name("esx01.lab.test"), certificate.is_self_signed());
    for value in [&certificate.subject, &certificate.issuer].into_iter().chain(&certificate.dns_names) {
        assert!(!value.contains(char::is_control), "{value:?}");
    }
    true
}

#[test]
fn a_certificate_cut_anywhere_is_refused_and_the_place_is_in_the_file() {
    for name in ["host", "p256", "odd-names", "version-1-root"] {
        let whole = made(name);
        for length in 0..whole.der().len() {
            let message = Certificate::from_der(&whole.der()[..length]).unwrap_err().to_string();
            assert!(message.contains("not DER") || length == 0, "{name} cut at {length}: {message}");
        }
    }
}

#[test]
fn no_altered_bit_leaves_the_signature_good() {
    let (host, root) = (made("host"), made("vmca-root"));
    assert_eq!(host.signed_by(&root), Ok(true));
    // All eight bits of the bytes around what is signed and the signature, one of the others.
    let signed = host.der().len() - 256 - 5 - 15;
    let around = |position: usize| position < 8 || (signed..signed + 20).contains(&position);
    let mut read = 0;
    for position in 0..host.der().len() {
        for bit in if around(position) { 0..8 } else { position % 8..position % 8 + 1 } {
            let mut altered = host.der().to_vec();
            altered[position] ^= 1 << bit;
            if let Ok(certificate) = Certificate::from_der(&altered) {
                read += 1;
                assert_ne!(certificate.signed_by(&root), Ok(true), "bit {bit} of byte {position}");
            }
        }
    }
    assert!(read > 500, "only {read} altered certificates were read");
}

#[test]
fn garbled_certificates_never_panic() {
    let mut noise = Noise(0x9e37_79b9_7f4a_7c15);
    let originals: Vec<Certificate> =
        ["host", "p256", "p384", "odd-names", "bmp-string", "version-1-root", "ed25519", "host-pss"].map(made).into();
    let mut read = 0;
    for round in 0..20_000 {
        let mut der = originals[round % originals.len()].der().to_vec();
        for _ in 0..=noise.below(4) {
            let position = noise.below(der.len());
            match noise.below(3) {
                0 => der[position] = noise.byte(),
                1 => drop(der.remove(position)),
                _ => der.insert(position, noise.byte()),
            }
        }
        read += usize::from(exercise(&der));
    }
    assert!(read > 1_000, "only {read} garbled certificates were read");
}

#[test]
fn noise_and_nests_never_panic() {
    let mut noise = Noise(42);
    for _ in 0..20_000 {
        let bytes: Vec<u8> = (0..noise.below(200)).map(|_| noise.byte()).collect();
        assert!(!exercise(&bytes));
    }
    // Sequences within sequences, as deep as the size allows, and a length that promises 4 GiB.
    let nest: Vec<u8> = std::iter::repeat_n([0x30, 0x80], 100_000).flatten().collect();
    assert!(!exercise(&nest));
    let mut definite = Vec::new();
    for _ in 0..2_000 {
        let length = u32::try_from(definite.len()).unwrap().to_be_bytes();
        definite = [&[0x30, 0x84], length.as_slice(), &definite].concat();
    }
    assert!(!exercise(&definite));
    assert!(!exercise(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]));
}

#[test]
fn garbled_pem_never_panics() {
    let mut noise = Noise(7);
    let text: Vec<char> = [pem("host"), pem("p256"), pem("vmca-root")].concat().chars().collect();
    for _ in 0..2_000 {
        let mut garbled = text.clone();
        for _ in 0..20 {
            let position = noise.below(garbled.len());
            garbled[position] = ['-', '\n', '\r', ' ', 'A', '=', '\0', 'ß'][noise.below(8)];
        }
        let garbled: String = garbled.into_iter().collect();
        let begins = garbled.matches("-----BEGIN CERTIFICATE-----").count();
        assert!(Certificate::all_from_pem(&garbled).len() <= begins);
    }
}
