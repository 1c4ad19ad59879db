//! The file of the master key: made once, readable by its owner only.

use std::fs;
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::Path;

use crate::keys::KeyError;
use crate::secret::SecretString;

const FILE_NAME: &str = "master.key";
/// A key file has 66 bytes; more is not read.
const READ_LIMIT_BYTES: u64 = 1024;
/// The low mode bits that speak of group and others.
#[cfg(unix)]
const OTHERS_BITS: u32 = 6;

/// Reads the file, or writes what `make` gives when there is none.
pub(super) fn read_or_create(
    folder: &Path,
    make: impl FnOnce() -> Result<SecretString, KeyError>,
) -> Result<SecretString, KeyError> {
    create_folder(folder)?;
    if !folder.join(FILE_NAME).exists() {
        create(folder, &make()?)?;
    }
    read(folder)
}

/// Reads the file; refuses one that others than its owner can read.
pub(super) fn read(folder: &Path) -> Result<SecretString, KeyError> {
    let path = folder.join(FILE_NAME);
    let failed = |error: std::io::Error| problem(&path, format!("cannot be read: {error}"));
    let file = fs::File::open(&path).map_err(failed)?;
    refuse_if_open_to_others(&path, &file.metadata().map_err(failed)?)?;
    let mut text = String::new();
    file.take(READ_LIMIT_BYTES)
        .read_to_string(&mut text)
        .map_err(failed)?;
    Ok(SecretString::new(text))
}

/// Writes the key beside its place and then links it there, which fails when another process was
/// faster: a half-written key is never seen, and one key wins.
fn create(folder: &Path, text: &SecretString) -> Result<(), KeyError> {
    let path = folder.join(FILE_NAME);
    let failed = |error: std::io::Error| problem(&path, format!("cannot be written: {error}"));
    // The crate makes its files with mode 0600.
    let mut file = tempfile::Builder::new()
        .prefix(".master.key.")
        .tempfile_in(folder)
        .map_err(failed)?;
    file.write_all(text.expose().as_bytes()).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    match file.persist_noclobber(&path) {
        Ok(_file) => {}
        Err(lost) if lost.error.kind() == ErrorKind::AlreadyExists => return Ok(()),
        Err(lost) => return Err(failed(lost.error)),
    }
    // Without this the name may be lost with the power, and all that is sealed with it.
    fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed)
}

#[cfg(unix)]
fn create_folder(folder: &Path) -> Result<(), KeyError> {
    use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
    let failed = |error: std::io::Error| problem(folder, format!("cannot be used: {error}"));
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(failed)?;
    let mode = fs::metadata(folder).map_err(failed)?.permissions().mode();
    if mode & 0o022 == 0 {
        return Ok(());
    }
    Err(problem(
        folder,
        format!(
            "others may write to this folder (mode {:o}) and so replace the key: chmod 700",
            mode & 0o777
        ),
    ))
}

#[cfg(not(unix))]
fn create_folder(folder: &Path) -> Result<(), KeyError> {
    fs::create_dir_all(folder).map_err(|error| problem(folder, format!("cannot be used: {error}")))
}

#[cfg(unix)]
fn refuse_if_open_to_others(path: &Path, metadata: &fs::Metadata) -> Result<(), KeyError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = metadata.permissions().mode();
    if mode.trailing_zeros() >= OTHERS_BITS {
        return Ok(());
    }
    Err(problem(
        path,
        format!(
            "others may read the master key (mode {:o}): chmod 600",
            mode & 0o777
        ),
    ))
}

#[cfg(not(unix))]
fn refuse_if_open_to_others(_path: &Path, _metadata: &fs::Metadata) -> Result<(), KeyError> {
    Ok(())
}

fn problem(path: &Path, problem: String) -> KeyError {
    KeyError::File {
        path: path.display().to_string(),
        problem,
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::sync::Barrier;

    use super::*;
    use crate::entropy::SystemEntropy;
    use crate::keys::MasterKey;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn makes_a_key_that_only_its_owner_reads() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("keys");
        let made = MasterKey::load_or_create(&folder, &SystemEntropy::default()).unwrap();
        assert_eq!(mode(&folder), 0o700);
        assert_eq!(mode(&folder.join(FILE_NAME)), 0o600);
        assert_eq!(MasterKey::load(&folder).unwrap().id(), made.id());
    }

    #[test]
    fn ends_with_one_key_when_many_start_at_once() {
        let home = tempfile::tempdir().unwrap();
        let start = Barrier::new(8);
        let start_one = || {
            start.wait();
            MasterKey::load_or_create(home.path(), &SystemEntropy::default())
                .unwrap()
                .id()
        };
        let ids: Vec<String> = std::thread::scope(|scope| {
            let nodes: Vec<_> = (0..8).map(|_| scope.spawn(start_one)).collect();
            nodes.into_iter().map(|node| node.join().unwrap()).collect()
        });
        assert!(ids.iter().all(|id| *id == ids[0]));
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
    }

    #[test]
    fn refuses_a_key_file_that_others_can_read() {
        let home = tempfile::tempdir().unwrap();
        MasterKey::load_or_create(home.path(), &SystemEntropy::default()).unwrap();
        let path = home.path().join(FILE_NAME);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let refused = MasterKey::load(home.path()).unwrap_err().to_string();
        assert!(refused.contains("chmod 600"), "{refused}");
    }

    #[test]
    fn refuses_a_missing_key_when_told_to_load_one() {
        let home = tempfile::tempdir().unwrap();
        assert!(MasterKey::load(home.path()).is_err());
    }
}
