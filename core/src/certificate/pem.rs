//! PEM texts as they are found: castores with comments, keys, blank lines and broken blocks between the good ones.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Certificate, CertificateError};

const BEGIN: &str = "-----BEGIN ";
const DASHES: &str = "-----";

/// The DER of each certificate block, in order. Blocks of other kinds, keys above all, are not looked into.
pub(super) fn blocks(text: &str) -> impl Iterator<Item = Result<Vec<u8>, CertificateError>> {
    numbered(text).map(|(_, der)| der)
}

/// Each certificate block read; errors say where.
pub(super) fn read_all(text: &str) -> Vec<Result<Certificate, CertificateError>> {
    let read = |(index, (line, der)): (usize, (usize, Result<Vec<u8>, CertificateError>))| {
        der.and_then(|der| Certificate::from_der(&der)).map_err(|why| CertificateError::InBlock {
            block: index.saturating_add(1),
            line,
            why: Box::new(why),
        })
    };
    numbered(text).enumerate().map(read).collect()
}

/// One block: lines of 64 characters, a final line feed.
pub(super) fn write(der: &[u8]) -> String {
    let mut text = String::from("-----BEGIN CERTIFICATE-----\n");
    for (position, letter) in STANDARD.encode(der).chars().enumerate() {
        if position > 0 && position % 64 == 0 {
            text.push('\n');
        }
        text.push(letter);
    }
    text.push_str("\n-----END CERTIFICATE-----\n");
    text
}

/// Certificate blocks with the line, from 1, that each begins at.
fn numbered(text: &str) -> impl Iterator<Item = (usize, Result<Vec<u8>, CertificateError>)> {
    let mut lines = text.lines().map(str::trim).zip(1..).peekable();
    std::iter::from_fn(move || {
        let (_, number) = lines.find(|(line, _)| is_certificate_begin(line))?;
        let mut body = String::new();
        // A new BEGIN ends a block that has no END, so that one broken block does not swallow the next.
        while let Some((line, _)) = lines.next_if(|(line, _)| !line.starts_with(BEGIN)) {
            if line.starts_with("-----END ") {
                return Some((number, STANDARD.decode(&body).map_err(|_| CertificateError::BlockNotBase64)));
            }
            body.extend(line.chars().filter(|letter| !letter.is_whitespace()));
        }
        Some((number, Err(CertificateError::BlockWithoutEnd)))
    })
}

fn is_certificate_begin(line: &str) -> bool {
    let label = line.strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(DASHES));
    matches!(label, Some("CERTIFICATE" | "X509 CERTIFICATE"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_certificate_blocks_among_other_things() {
        let text = "subject=x\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\r\n\
                    -----BEGIN CERTIFICATE-----\r\nYW\r\n Jj \r\n-----END CERTIFICATE-----\r\n\
                    -----BEGIN X509 CERTIFICATE-----\n\nZGVm\n-----END X509 CERTIFICATE-----";
        let found: Vec<_> = numbered(text).collect();
        assert_eq!(found, [(5, Ok(b"abc".to_vec())), (9, Ok(b"def".to_vec()))]);
    }

    #[test]
    fn a_broken_block_does_not_hide_the_next() {
        let text = "-----BEGIN CERTIFICATE-----\nYWJj\n-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n\
                    -----BEGIN CERTIFICATE-----\nZGVm\n-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\nZGVm";
        let found: Vec<_> = numbered(text).collect();
        assert_eq!(
            found,
            [
                (1, Err(CertificateError::BlockWithoutEnd)),
                (3, Err(CertificateError::BlockNotBase64)),
                (6, Ok(b"def".to_vec())),
                (9, Err(CertificateError::BlockWithoutEnd)),
            ]
        );
    }

    #[test]
    fn writes_lines_of_64_characters() {
        let text = write(&[0; 96]);
        assert_eq!(text.lines().map(str::len).collect::<Vec<_>>(), [27, 64, 64, 25]);
        assert_eq!(blocks(&text).collect::<Vec<_>>(), [Ok(vec![0; 96])]);
    }
}
