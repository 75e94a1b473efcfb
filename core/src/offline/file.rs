//! One file on its way through: unpacked if it is packed, taken apart if it is an archive, scanned if it is a log.

use std::io;

use super::name::{Kind, Root};
use super::tar::{Piece, Tar, TarError};
use super::unpack::Unpack;
use super::{Collection, Limits};
use crate::log::LogScan;

/// A file whose bytes are coming in; made by [`Collection::open`].
#[derive(Debug)]
pub struct OpenFile {
    path: String,
    kind: Kind,
    root: Root,
    depth: usize,
    unpack: Unpack,
    body: Body,
    pub(super) budget: Budget,
    stopped: Option<Stop>,
}

/// How much came in and how much it unpacked to, archives in archives included.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Budget {
    pub(super) packed: u64,
    unpacked: u64,
}

/// Why the rest of a file is not read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Stop {
    /// The host program could not read on.
    #[error("{0}")]
    Unreadable(String),
    /// It does not unpack.
    #[error(transparent)]
    Unpacking(#[from] io::Error),
    /// It is no archive, or a damaged one.
    #[error(transparent)]
    Tar(#[from] TarError),
    /// It unpacks to more than any bundle does.
    #[error("unpacks to too much")]
    TooMuch,
    /// It is larger than such a file can be.
    #[error("too large")]
    TooLarge,
    /// The archive that it lies in ended before it.
    #[error("cut short")]
    CutShort,
}

#[derive(Debug)]
enum Body {
    Log(Box<LogScan>),
    Whole(Vec<u8>),
    Archive(Tar, Option<Box<OpenFile>>),
}

impl OpenFile {
    pub(super) fn new(path: &str, kind: Kind, root: Root, depth: usize) -> Self {
        let body = match kind {
            Kind::Log => Body::Log(Box::new(LogScan::new(path))),
            Kind::Archive => Body::Archive(Tar::new(), None),
            _ => Body::Whole(Vec::new()),
        };
        let (path, unpack) = (path.to_owned(), Unpack::new());
        Self { path, kind, root, depth, unpack, body, budget: Budget::default(), stopped: None }
    }

    /// Takes bytes as they are stored.
    pub(super) fn take(&mut self, bytes: &[u8], budget: &mut Budget, all: &mut Collection) -> Result<(), Stop> {
        if self.stopped.is_some() {
            return Ok(());
        }
        let Self { unpack, body, path, depth, .. } = self;
        unpack.feed(bytes, |plain| body.take(plain, path, *depth, budget, all))
    }

    pub(super) fn stop(&mut self, why: Stop) {
        self.stopped.get_or_insert(why);
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.is_some()
    }

    /// The file has ended; whether it is whole, the archive that it lies in knows.
    pub(super) fn finish(mut self, is_whole: bool, budget: &mut Budget, all: &mut Collection) {
        if !is_whole {
            self.stop(Stop::CutShort);
        }
        if self.stopped.is_none() {
            let Self { unpack, body, path, depth, .. } = &mut self;
            if let Err(why) = unpack.finish(|plain| body.take(plain, path, *depth, budget, all)) {
                self.stop(why);
            }
        }
        if let Body::Archive(tar, member) = &mut self.body {
            let ended = tar.finish(&mut |_: Piece<'_>| {});
            if let Some(member) = member.take() {
                member.finish(false, budget, all);
            }
            if let Err(why) = ended {
                self.stop(why.into());
            }
        }
        if let Some(why) = &self.stopped {
            all.broken(&self.path, why);
        }
        match (self.body, &self.stopped) {
            (Body::Log(scan), None) => all.learn_log(self.root, scan.finish()),
            (Body::Log(scan), Some(why)) => {
                let why = why.why(&all.limits);
                all.learn_log(self.root, scan.break_off(&why));
            }
            (Body::Whole(bytes), None) => all.learn(self.kind, self.root, &self.path, &bytes),
            // A part of a list of certificates is not the list.
            (Body::Whole(_), Some(_)) | (Body::Archive(..), _) => {}
        }
    }
}

impl Body {
    fn take(
        &mut self,
        plain: &[u8],
        path: &str,
        depth: usize,
        budget: &mut Budget,
        all: &mut Collection,
    ) -> Result<(), Stop> {
        budget.count(plain, &all.limits)?;
        match self {
            Self::Log(scan) => scan.feed(plain),
            Self::Whole(bytes) if bytes.len() + plain.len() > all.limits.whole_file_bytes => {
                return Err(Stop::TooLarge);
            }
            Self::Whole(bytes) => bytes.extend_from_slice(plain),
            Self::Archive(tar, member) => return take_apart(tar, member, plain, path, depth, budget, all),
        }
        Ok(())
    }
}

fn take_apart(
    tar: &mut Tar,
    member: &mut Option<Box<OpenFile>>,
    plain: &[u8],
    path: &str,
    depth: usize,
    budget: &mut Budget,
    all: &mut Collection,
) -> Result<(), Stop> {
    let mut too_much = Ok(());
    tar.feed(plain, &mut |piece| match piece {
        _ if too_much.is_err() => {}
        Piece::Begins(name) => *member = all.open_at(&format!("{path}/{name}"), depth + 1).map(Box::new),
        Piece::Sparse(name) => all.sparse(&format!("{path}/{name}")),
        Piece::Bytes(bytes) => {
            let Some(open) = member else { return };
            match open.take(bytes, budget, all) {
                Ok(()) => {}
                // A bomb is one wherever it lies; what else is wrong with a member, is wrong with it alone.
                Err(Stop::TooMuch) => too_much = Err(Stop::TooMuch),
                Err(why) => open.stop(why),
            }
        }
        Piece::Ends(is_whole) => {
            if let Some(open) = member.take() {
                open.finish(is_whole, budget, all);
            }
        }
    })?;
    too_much
}

impl Budget {
    fn count(&mut self, plain: &[u8], limits: &Limits) -> Result<(), Stop> {
        self.unpacked = self.unpacked.saturating_add(plain.len() as u64);
        let is_much = self.unpacked > limits.unpacked_bytes;
        if is_much && self.unpacked > self.packed.saturating_mul(limits.unpacked_ratio) {
            return Err(Stop::TooMuch);
        }
        Ok(())
    }
}

impl Stop {
    /// What is wrong, in words.
    pub(super) fn why(&self, limits: &Limits) -> String {
        match self {
            Self::Unreadable(why) => why.clone(),
            Self::Unpacking(why) if why.kind() == io::ErrorKind::UnexpectedEof => {
                "the packed data is cut short".to_owned()
            }
            Self::Unpacking(_) => "the packed data is damaged or cut short".to_owned(),
            Self::Tar(why) => why.to_string(),
            Self::TooMuch => format!("it unpacks to more than {} times its size", limits.unpacked_ratio),
            Self::TooLarge => {
                format!("it is larger than the {} bytes that such a file can have", limits.whole_file_bytes)
            }
            Self::CutShort => "the archive ends before it".to_owned(),
        }
    }

    /// What a person can do.
    pub(super) fn help(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "give it as a file that can be read",
            Self::Unpacking(_) | Self::Tar(_) | Self::CutShort => "copy or collect it once more",
            Self::TooMuch => "unpack it where there is room, see what is in it, and give the folder",
            Self::TooLarge => "look whether it is what its name says",
        }
    }
}
