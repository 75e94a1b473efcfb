//! Takes gzip off a stream of bytes, where there is gzip; what is not packed passes through.

use std::io::{self, Write as _};

use flate2::write::MultiGzDecoder;

/// A stream on its way out of its packing. Whether it is packed, its first two bytes tell; its name does not matter.
#[derive(Debug)]
pub(crate) enum Unpack {
    /// Fewer than two bytes have come.
    Begins(Vec<u8>),
    /// It is not packed.
    Plain,
    /// It is packed; several members one after the other are one stream.
    Gzip(Box<MultiGzDecoder<Vec<u8>>>),
}

impl Unpack {
    pub(crate) fn new() -> Self {
        Self::Begins(Vec::new())
    }

    /// Takes the next bytes and hands on what they unpack to, in pieces of bounded size. `Err` when they are not gzip
    /// after all; what was handed on before stands.
    pub(crate) fn feed<E: From<io::Error>>(
        &mut self,
        bytes: &[u8],
        mut sink: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        match self {
            Self::Plain => sink(bytes),
            Self::Gzip(decoder) => {
                for piece in bytes.chunks(PIECE) {
                    let written = decoder.write_all(piece).and_then(|()| decoder.flush());
                    hand_on(decoder, &mut sink)?;
                    written?;
                }
                Ok(())
            }
            Self::Begins(begun) => {
                begun.extend_from_slice(bytes);
                if begun.len() < MAGIC.len() {
                    return Ok(());
                }
                let begun = std::mem::take(begun);
                *self = if begun.starts_with(&MAGIC) {
                    Self::Gzip(Box::new(MultiGzDecoder::new(Vec::new())))
                } else {
                    Self::Plain
                };
                self.feed(&begun, sink)
            }
        }
    }

    /// The stream has ended. `Err` when it ended too early.
    pub(crate) fn finish<E: From<io::Error>>(&mut self, mut sink: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        match self {
            Self::Plain => Ok(()),
            Self::Begins(begun) => sink(begun),
            Self::Gzip(decoder) => {
                let finished = decoder.try_finish();
                hand_on(decoder, &mut sink)?;
                Ok(finished?)
            }
        }
    }
}

fn hand_on<E>(decoder: &mut MultiGzDecoder<Vec<u8>>, sink: &mut impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
    let unpacked = decoder.get_mut();
    let handed_on = if unpacked.is_empty() { Ok(()) } else { sink(unpacked) };
    unpacked.clear();
    handed_on
}

const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Packed bytes that are unpacked at once. Deflate makes at most 1,032 bytes of one, so this is at most half a mebibyte.
const PIECE: usize = 512;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// What comes out, in chunks of `size`, and whether it ended well.
    fn unpacked(bytes: &[u8], size: usize) -> (Vec<u8>, bool) {
        let (mut unpack, mut out) = (Unpack::new(), Vec::new());
        let mut sink = |piece: &[u8]| {
            out.extend_from_slice(piece);
            Ok::<(), io::Error>(())
        };
        let fed = bytes.chunks(size).try_for_each(|chunk| unpack.feed(chunk, &mut sink));
        let ended = fed.and_then(|()| unpack.finish(&mut sink)).is_ok();
        (out, ended)
    }

    #[test]
    fn packed_plain_and_empty_streams_come_out_whole_however_they_are_cut() {
        let text = b"2025-03-04T05:06:07Z [t] INFO opId=o c.C - text\n".repeat(500);
        let members = [gzip(&text), gzip(b""), gzip(b"more")].concat();
        let both = [text.as_slice(), b"more"].concat();
        for size in [1, 2, 3, 511, 70_000] {
            assert_eq!(unpacked(&gzip(&text), size), (text.clone(), true), "chunks of {size}");
            assert_eq!(unpacked(&members, size), (both.clone(), true), "chunks of {size}");
            assert_eq!(unpacked(&text, size), (text.clone(), true), "chunks of {size}");
        }
        for short in [b"".as_slice(), b"\x1f", b"x"] {
            assert_eq!(unpacked(short, 1), (short.to_vec(), true));
        }
    }

    #[test]
    fn what_came_before_a_cut_is_handed_on_and_the_cut_is_told() {
        let mut state = 1_u32;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        })
        .take(100_000)
        .collect();
        let packed = gzip(&noise);
        let (out, ended) = unpacked(packed.get(..packed.len() / 2).unwrap(), 4096);
        assert!(!ended && out.len() > 30_000 && noise.starts_with(&out), "{}", out.len());
        let (out, ended) = unpacked(packed.get(..packed.len() - 4).unwrap(), 4096);
        assert!(!ended && out == noise);
        assert!(!unpacked(b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xff\xff\xff\xff", 3).1);
    }

    #[test]
    fn a_bomb_comes_out_in_small_pieces() {
        let packed = gzip(&vec![0; 64 * 1024 * 1024]);
        assert!(packed.len() < 400_000);
        let (mut largest, mut whole) = (0, 0);
        let mut unpack = Unpack::new();
        let mut sink = |piece: &[u8]| {
            (largest, whole) = (piece.len().max(largest), whole + piece.len());
            Ok::<(), io::Error>(())
        };
        unpack.feed(&packed, &mut sink).unwrap();
        unpack.finish(&mut sink).unwrap();
        assert_eq!(whole, 64 * 1024 * 1024);
        assert!(largest <= 1024 * 1024, "{largest}");
    }
}
