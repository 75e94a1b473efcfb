//! The files that a run keeps before it changes anything, on the disk before the next act.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::JournalError;
use super::journal::private;
use crate::run::{Evidence, EvidenceFile};

/// Writes the files into `folder`; they are on the disk when this returns. All are written before the first is waited for:
/// a disk takes many at once in a fraction of the time.
pub(super) fn keep(folder: &Path, evidence: &Evidence) -> Result<(), JournalError> {
    let failed = |(path, source)| JournalError::Evidence { path, source };
    let written: Result<Vec<PathBuf>, _> = evidence.files.iter().map(|file| write(folder, file)).collect();
    let written = written.map_err(failed)?;
    let above = written.iter().filter_map(|path| path.parent()).chain([folder]).chain(folder.parent());
    let folders: BTreeSet<&Path> = above.filter(|path| cfg!(unix) && !path.as_os_str().is_empty()).collect();
    let open = |path: &Path| File::options().read(true).write(path.is_file()).open(path);
    for path in written.iter().map(PathBuf::as_path).chain(folders) {
        open(path).and_then(|file| file.sync_all()).map_err(|source| failed((path.to_owned(), source)))?;
    }
    Ok(())
}

fn write(folder: &Path, file: &EvidenceFile) -> Result<PathBuf, (PathBuf, io::Error)> {
    let path = place(folder, file)?;
    let opened = private().write(true).create(true).truncate(true).open(&path);
    match opened.and_then(|mut open| open.write_all(file.text.as_bytes())) {
        Ok(()) => Ok(path),
        Err(source) => Err((path, source)),
    }
}

/// Writes a file in the place of an earlier one, whole or not at all.
pub(super) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut file = private().write(true).create(true).truncate(true).open(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    if cfg!(unix) {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn place(folder: &Path, file: &EvidenceFile) -> Result<PathBuf, (PathBuf, io::Error)> {
    let is_name = |name: &str| {
        !name.starts_with('.') && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
    };
    let place = if file.folder.is_empty() { folder.to_owned() } else { folder.join(&file.folder) };
    if !is_name(&file.folder) || !is_name(&file.name) || file.name.is_empty() {
        return Err((place, io::Error::new(io::ErrorKind::InvalidInput, "its name is not one for a file")));
    }
    fs::create_dir_all(&place).map_err(|source| (place.clone(), source))?;
    Ok(place.join(&file.name))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn evidence(folder: &str, name: &str) -> Evidence {
        Evidence { files: vec![EvidenceFile { folder: folder.into(), name: name.into(), text: "text".into() }] }
    }

    #[test]
    fn a_file_is_kept_in_its_folder_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        keep(folder.path(), &evidence("host-21", "443.pem")).unwrap();
        // A run that died before its first act keeps it again.
        keep(folder.path(), &evidence("host-21", "443.pem")).unwrap();
        let path = folder.path().join("host-21/443.pem");
        assert_eq!(fs::read_to_string(&path).unwrap(), "text");
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions()) & 0o077, 0);
    }

    #[test]
    fn no_name_leads_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        for (inner, name) in [("..", "x"), ("a/b", "x"), ("", "../x"), ("", ".x"), ("", "")] {
            let error = keep(&folder.path().join("evidence"), &evidence(inner, name)).unwrap_err();
            assert!(error.to_string().contains("nothing was changed"), "{error}");
        }
        assert!(!folder.path().join("x").exists());
    }
}
