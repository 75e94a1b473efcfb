//! Reads a tar archive as a stream: bytes in, files out. Nothing is ever written anywhere, so a path in it is a name and
//! no more, wherever it points.
//!
//! Read are regular files with the long names of GNU and of POSIX (`pax`). Links, devices and folders are passed over;
//! so are sparse files, of which it is told.
//! Memory is bounded by the longest name, whatever the archive says of itself.

use super::tar_header::{checksum, extended, number, path, text};

/// What an archive holds, piece by piece.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// A file begins.
    Begins(&'a str),
    /// The next bytes of the file.
    Bytes(&'a [u8]),
    /// A file that is stored without its holes, and is passed over.
    Sparse(&'a str),
    /// The file has ended. `false` when the archive ended before it did.
    Ends(bool),
}

/// Why an archive cannot be read on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum TarError {
    /// A header whose checksum or numbers make no sense.
    #[error("it is not a tar archive, or it is damaged near byte {0}")]
    Damaged(u64),
    /// It ended inside a file or a header.
    #[error("it is cut short after {0} bytes")]
    CutShort(u64),
}

/// An archive on its way through.
#[derive(Debug)]
pub(super) struct Tar {
    state: State,
    /// Bytes that have come.
    offset: u64,
    /// The path and the size that an extra header gave to the file after it.
    next_path: Option<String>,
    next_size: Option<u64>,
    /// The name of a sparse file whose parts the next file holds.
    next_sparse: Option<String>,
}

#[derive(Debug)]
enum State {
    /// A header or a part of it.
    Header(Vec<u8>),
    /// The map of a sparse file goes on in blocks of its own; then its body is passed over.
    SparseMap { block: Vec<u8>, then: u64 },
    /// The bytes of a member, and then its padding.
    Body { kind: Member, left: u64, padding: u64 },
}

#[derive(Debug)]
enum Member {
    File,
    PassedOver,
    LongName(Vec<u8>),
    Extended(Vec<u8>),
}

impl Tar {
    pub(super) fn new() -> Self {
        Self { state: State::Header(Vec::new()), offset: 0, next_path: None, next_size: None, next_sparse: None }
    }

    /// Takes the next bytes; `sink` is told what they hold.
    pub(super) fn feed(&mut self, mut bytes: &[u8], sink: &mut impl FnMut(Piece<'_>)) -> Result<(), TarError> {
        while !bytes.is_empty() {
            let rest = self.step(bytes, sink)?;
            self.offset = self.offset.saturating_add((bytes.len() - rest.len()) as u64);
            bytes = rest;
        }
        Ok(())
    }

    /// The stream has ended. Archives whose empty blocks at the end were left out are whole.
    pub(super) fn finish(&mut self, sink: &mut impl FnMut(Piece<'_>)) -> Result<(), TarError> {
        match &self.state {
            State::Header(begun) if begun.is_empty() => Ok(()),
            State::Body { kind: Member::File, left, .. } if *left > 0 => {
                sink(Piece::Ends(false));
                Err(TarError::CutShort(self.offset))
            }
            State::Body { left: 0, .. } => Ok(()),
            _ => Err(TarError::CutShort(self.offset)),
        }
    }

    /// Takes as many bytes as belong together and gives back the others.
    fn step<'a>(&mut self, bytes: &'a [u8], sink: &mut impl FnMut(Piece<'_>)) -> Result<&'a [u8], TarError> {
        match &mut self.state {
            State::Header(block) => {
                let rest = fill(block, bytes);
                if block.len() == BLOCK {
                    let block = std::mem::take(block);
                    self.state = self.begin(&block, sink)?;
                }
                Ok(rest)
            }
            State::SparseMap { block, then } => {
                let rest = fill(block, bytes);
                if block.len() == BLOCK {
                    self.state = if block.get(504) == Some(&1) {
                        State::SparseMap { block: Vec::new(), then: *then }
                    } else {
                        State::body(Member::PassedOver, *then)
                    };
                }
                Ok(rest)
            }
            State::Body { kind, left, padding } => {
                let taken = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                let (body, rest) = bytes.split_at_checked(taken).unwrap_or((bytes, &[]));
                match kind {
                    Member::File if !body.is_empty() => sink(Piece::Bytes(body)),
                    Member::LongName(text) | Member::Extended(text) => text.extend_from_slice(body),
                    Member::File | Member::PassedOver => {}
                }
                let was_open = *left > 0;
                *left -= taken as u64;
                if *left > 0 {
                    return Ok(rest);
                }
                if was_open && matches!(kind, Member::File) {
                    sink(Piece::Ends(true));
                }
                let skipped = usize::try_from(*padding).unwrap_or(usize::MAX).min(rest.len());
                *padding -= skipped as u64;
                if *padding == 0 {
                    self.end_member();
                }
                Ok(rest.get(skipped..).unwrap_or_default())
            }
        }
    }

    /// A whole header.
    fn begin(&mut self, block: &[u8], sink: &mut impl FnMut(Piece<'_>)) -> Result<State, TarError> {
        // Empty blocks are the end, or lie between archives that were put one behind the other.
        if block.iter().all(|&byte| byte == 0) {
            return Ok(State::Header(Vec::new()));
        }
        let damaged = || TarError::Damaged(self.offset);
        let field = |from: usize, length: usize| block.get(from..from + length).unwrap_or_default();
        if number(field(148, 8)) != Some(checksum(block)) {
            return Err(damaged());
        }
        let told = number(field(124, 12)).ok_or_else(damaged)?;
        let kind = block.get(156).copied().unwrap_or_default();
        if matches!(kind, b'L' | b'x') {
            if told > LONGEST_EXTRA {
                return Err(damaged());
            }
            let text = Vec::new();
            let member = if kind == b'L' { Member::LongName(text) } else { Member::Extended(text) };
            return Ok(State::body(member, told));
        }
        if matches!(kind, b'K' | b'g') {
            return Ok(State::body(Member::PassedOver, told));
        }
        let path = self.next_path.take().unwrap_or_else(|| path(block));
        let size = self.next_size.take().unwrap_or(told);
        let sparse = self.next_sparse.take();
        match kind {
            b'0' | 0 | b'7' if sparse.is_some() => {
                sink(Piece::Sparse(&sparse.unwrap_or_default()));
                Ok(State::body(Member::PassedOver, size))
            }
            b'0' | 0 | b'7' if !path.ends_with('/') => {
                sink(Piece::Begins(&path));
                if size == 0 {
                    sink(Piece::Ends(true));
                }
                Ok(State::body(Member::File, size))
            }
            // Links, devices, folders: whatever they say of their size, nothing follows them.
            b'1'..=b'6' => Ok(State::Header(Vec::new())),
            b'S' => {
                sink(Piece::Sparse(&path));
                Ok(match block.get(482) {
                    Some(1) => State::SparseMap { block: Vec::new(), then: size },
                    _ => State::body(Member::PassedOver, size),
                })
            }
            _ => Ok(State::body(Member::PassedOver, size)),
        }
    }

    fn end_member(&mut self) {
        let state = std::mem::replace(&mut self.state, State::Header(Vec::new()));
        let State::Body { kind, .. } = state else { return };
        match kind {
            Member::LongName(name) => self.next_path = Some(text(&name).into_owned()),
            Member::Extended(records) => {
                self.next_path = extended(&records, "path").or_else(|| self.next_path.take());
                // The name is that of the file; the path before it names the place of its parts.
                let is_sparse =
                    extended(&records, "GNU.sparse.major").or_else(|| extended(&records, "GNU.sparse.size"));
                let name = || extended(&records, "GNU.sparse.name").or_else(|| self.next_path.clone());
                self.next_sparse = is_sparse.map(|_| name().unwrap_or_default());
                self.next_size = extended(&records, "size").and_then(|size| size.parse().ok());
            }
            Member::File | Member::PassedOver => {}
        }
    }
}

impl State {
    fn body(kind: Member, left: u64) -> Self {
        if left == 0 && matches!(kind, Member::File | Member::PassedOver) {
            return Self::Header(Vec::new());
        }
        Self::Body { kind, left, padding: left.wrapping_neg() % BLOCK as u64 }
    }
}

/// Fills `block` up to its size; gives back what is left of `bytes`.
fn fill<'a>(block: &mut Vec<u8>, bytes: &'a [u8]) -> &'a [u8] {
    let (own, rest) = bytes.split_at_checked(BLOCK.saturating_sub(block.len())).unwrap_or((bytes, &[]));
    block.extend_from_slice(own);
    rest
}

const BLOCK: usize = 512;

/// Of a long name or the records of an extra header: no path is longer.
const LONGEST_EXTRA: u64 = 64 * 1024;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use ::tar::{Builder, EntryType, Header};

    use super::*;

    fn header(kind: EntryType, size: u64) -> Header {
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(size);
        header.set_mode(0o644);
        header.set_cksum();
        header
    }

    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut builder = Builder::new(Vec::new());
        for (path, bytes) in files {
            let mut header = header(EntryType::Regular, bytes.len() as u64);
            builder.append_data(&mut header, path, *bytes).unwrap();
        }
        builder.into_inner().unwrap()
    }

    /// `path=bytes`, one for each file; `!` after one that did not end.
    fn files(archive: &[u8], size: usize) -> (Vec<String>, Result<(), TarError>) {
        let (mut tar, mut all, mut open) = (Tar::new(), Vec::new(), String::new());
        let mut sink = |piece: Piece<'_>| match piece {
            Piece::Begins(path) => open = format!("{path}="),
            Piece::Sparse(path) => all.push(format!("{path} is sparse")),
            Piece::Bytes(bytes) => open.push_str(&String::from_utf8_lossy(bytes)),
            Piece::Ends(is_whole) => {
                all.push(std::mem::take(&mut open) + if is_whole { "" } else { "!" });
            }
        };
        let fed = archive.chunks(size).try_for_each(|chunk| tar.feed(chunk, &mut sink));
        let ended = fed.and_then(|()| tar.finish(&mut sink));
        (all, ended)
    }

    #[test]
    fn files_come_out_whole_however_the_archive_is_cut_into_chunks() {
        let long = format!("{}/{}", "d".repeat(120), "f".repeat(90));
        let body = "0123456789".repeat(200);
        let archive = archive(&[("a/b", b""), (&long, b"x"), ("c", body.as_bytes()), ("d", &[b'y'; 512])]);
        let expected =
            vec!["a/b=".to_owned(), format!("{long}=x"), format!("c={body}"), format!("d={}", "y".repeat(512))];
        for size in [1, 7, 511, 512, 513, 100_000] {
            assert_eq!(files(&archive, size), (expected.clone(), Ok(())), "chunks of {size}");
        }
        let twice = [archive.as_slice(), &archive].concat();
        assert_eq!(files(&twice, 4096).0.len(), 8);
    }

    #[test]
    fn names_and_sizes_of_posix_are_read() {
        let mut builder = Builder::new(Vec::new());
        let records = [("path", "long/päth".as_bytes()), ("size", b"3".as_slice())];
        builder.append_pax_extensions(records).unwrap();
        // The size in the header itself is what is said of files too large for it.
        let mut plain = Header::new_ustar();
        plain.set_path("short").unwrap();
        plain.set_size(0);
        plain.set_cksum();
        let mut bytes = builder.into_inner().unwrap();
        bytes.truncate(bytes.len() - 1024);
        bytes.extend_from_slice(plain.as_bytes());
        bytes.extend_from_slice(b"abc");
        bytes.extend_from_slice(&[0; 509]);
        let prefixed = {
            let mut header = Header::new_ustar();
            header.set_path(format!("{}/{}", "p".repeat(90), "n".repeat(60))).unwrap();
            header.set_size(1);
            header.set_cksum();
            [header.as_bytes().as_slice(), b"z", &[0; 511]].concat()
        };
        bytes.extend_from_slice(&prefixed);
        let expected = vec!["long/päth=abc".to_owned(), format!("{}/{}=z", "p".repeat(90), "n".repeat(60))];
        assert_eq!(files(&bytes, 100), (expected, Ok(())));
    }

    #[test]
    fn links_folders_and_devices_are_passed_over() {
        let mut builder = Builder::new(Vec::new());
        builder.append_link(&mut header(EntryType::Symlink, 0), "rui.crt", "/etc/shadow").unwrap();
        builder.append_link(&mut header(EntryType::Link, 0), "castore.pem", "../../etc/shadow").unwrap();
        builder.append_data(&mut header(EntryType::Directory, 0), "folder/", b"".as_slice()).unwrap();
        builder.append_data(&mut header(EntryType::Fifo, 0), "pipe", b"".as_slice()).unwrap();
        builder.append_data(&mut header(EntryType::Regular, 1), "file", b"x".as_slice()).unwrap();
        assert_eq!(files(&builder.into_inner().unwrap(), 1000), (vec!["file=x".to_owned()], Ok(())));
    }

    #[test]
    fn a_sparse_file_is_told_and_what_follows_is_read() {
        let mut old = header(EntryType::GNUSparse, 512);
        old.as_mut_bytes().get_mut(..7).unwrap().copy_from_slice(b"sps.log");
        old.set_cksum();
        let mut builder = Builder::new(Vec::new());
        let records = [("GNU.sparse.major", b"1".as_slice()), ("GNU.sparse.name", b"b/vvold.log")];
        builder.append_pax_extensions(records).unwrap();
        builder
            .append_data(&mut header(EntryType::Regular, 3), "GNUSparseFile.0/vvold.log", b"1\n0".as_slice())
            .unwrap();
        builder.append_data(&mut header(EntryType::Regular, 1), "file", b"x".as_slice()).unwrap();
        let bytes = [old.as_bytes().as_slice(), &[b'z'; 512], &builder.into_inner().unwrap()].concat();
        let expected = ["sps.log is sparse", "b/vvold.log is sparse", "file=x"].map(str::to_owned).to_vec();
        assert_eq!(files(&bytes, 700), (expected, Ok(())));
    }

    #[test]
    fn a_path_that_leads_elsewhere_is_only_a_name() {
        let mut bad = header(EntryType::Regular, 1);
        let name = b"../../../etc/ssh/authorized_keys";
        bad.as_mut_bytes().get_mut(..name.len()).unwrap().copy_from_slice(name);
        bad.set_cksum();
        let bytes = [bad.as_bytes().as_slice(), b"x", &[0; 511]].concat();
        assert_eq!(files(&bytes, 512).0, ["../../../etc/ssh/authorized_keys=x"]);
    }

    #[test]
    fn an_archive_that_is_cut_anywhere_is_told_and_what_came_before_stands() {
        let archive = archive(&[("a", b"first"), ("b", &[b'y'; 700])]);
        let whole = archive.len() - 1024;
        for cut in 1..whole {
            let (found, ended) = files(archive.get(..cut).unwrap(), 200);
            // After the last byte of a file only its padding can be missing, and nobody misses that.
            let is_between = cut == 1024 || (512 + 5..1024).contains(&cut) || cut >= 1024 + 512 + 700;
            assert_eq!(ended.is_ok(), is_between, "cut at {cut}: {found:?}");
            assert_eq!(found.contains(&"a=first".to_owned()), cut >= 512 + 5, "cut at {cut}: {found:?}");
        }
    }

    #[test]
    fn what_is_no_archive_is_refused_and_noise_is_survived() {
        assert!(matches!(files(&[b'x'; 600], 512).1, Err(TarError::Damaged(_))));
        let good = archive(&[("a", b"first"), ("b", &[b'y'; 700])]);
        for place in 0..good.len() {
            for byte in [0, b'9', 0x80, 0xff] {
                let mut bad = good.clone();
                *bad.get_mut(place).unwrap() = byte;
                let (found, _) = files(&bad, 512);
                assert!(found.len() <= 2, "byte {byte} at {place}");
            }
        }
    }

    #[test]
    fn a_name_without_end_is_refused_before_it_is_kept() {
        let mut long = header(EntryType::GNULongName, 10 << 30);
        long.set_cksum();
        assert_eq!(files(long.as_bytes(), 512).1, Err(TarError::Damaged(0)));
    }
}
