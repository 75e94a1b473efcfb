//! What can be wrong with bytes that should be a certificate. All of it is the fault of whoever made the bytes.

/// Why a certificate, a PEM text or a fingerprint could not be read or judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Nothing was given.
    #[error("certificate is empty: there are no bytes to read")]
    Empty,
    /// Far beyond any real certificate; reading on would only cost time.
    #[error("certificate has {bytes} bytes, more than the {limit} that any certificate needs")]
    TooLarge {
        /// How many there were.
        bytes: usize,
        /// How many are read.
        limit: usize,
    },
    /// The bytes are not nested elements of DER.
    #[error("certificate is not DER: the element at byte {offset} of {length} is cut short or garbled")]
    NotDer {
        /// Where the first element that does not fit begins, from 0.
        offset: usize,
        /// How many bytes there were.
        length: usize,
    },
    /// The bytes are DER, but not those of an X.509 certificate.
    #[error("certificate is DER but not X.509: {part} cannot be read")]
    NotX509 {
        /// Which part, in words.
        part: &'static str,
    },
    /// One certificate was read and there was more.
    #[error("certificate is followed by {extra} bytes that do not belong to it")]
    TrailingBytes {
        /// How many.
        extra: usize,
    },
    /// A thirteenth month, a 25th hour, or a form that is not a date.
    #[error("certificate has a date that is in no calendar, among `not before` and `not after`")]
    DateOutsideCalendar,
    /// A PEM text without a certificate.
    #[error("no certificate block: the text has no line `-----BEGIN CERTIFICATE-----`")]
    NoBlock,
    /// A PEM text without a signing request.
    #[error("no signing request: the text has no line `-----BEGIN CERTIFICATE REQUEST-----`, or nothing after it")]
    NoRequest,
    /// A block that begins and does not end.
    #[error("certificate block has no line `-----END CERTIFICATE-----`")]
    BlockWithoutEnd,
    /// A block whose body is not base64.
    #[error("certificate block is not base64")]
    BlockNotBase64,
    /// The `der` of a certificate's JSON is not base64.
    #[error("field `der` of a certificate is not base64")]
    FieldNotBase64,
    /// One block among several.
    #[error("certificate block {block}, which begins at line {line}: {why}")]
    InBlock {
        /// Which certificate block of the text, from 1.
        block: usize,
        /// The line of its `BEGIN`, from 1.
        line: usize,
        /// What is wrong with it.
        #[source]
        why: Box<CertificateError>,
    },
    /// A text that should be a SHA-256 fingerprint.
    #[error("`{text}` is not a SHA-256 fingerprint: give 64 hexadecimal digits, with or without colons")]
    NotAFingerprint {
        /// What was given, shortened.
        text: String,
    },
    /// The signature cannot be judged here.
    #[error("signature algorithm `{algorithm}` is not supported: only RSA PKCS#1 v1.5 and ECDSA P-256 and P-384 are")]
    UnsupportedSignature {
        /// Its name.
        algorithm: String,
    },
    /// The issuer's key cannot be used here.
    #[error("key `{key}` of the issuer is not supported: only RSA of up to 8192 bits, EC P-256 and EC P-384 are")]
    UnsupportedKey {
        /// Its algorithm and size.
        key: String,
    },
}
