//! The way out into a folder: one file for each mail, for trials and for programs that take mail
//! from there.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use async_trait::async_trait;

use super::{NotTaken, Outbound, Transport};
use crate::protocol::time::Lifetime;

/// A folder on a disk of this machine.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// Uses a folder, which is made when it is not there.
    pub fn new(path: PathBuf) -> Self {
        Self(path)
    }
}

#[async_trait]
impl Transport for Folder {
    async fn send(&self, outbound: &Outbound) -> Result<String, NotTaken> {
        let (folder, name) = (self.0.clone(), format!("{}.eml", outbound.id));
        let bytes = outbound.bytes();
        let written = tokio::task::spawn_blocking(move || write(&folder, &name, &bytes)).await;
        match written {
            Ok(Ok(path)) => Ok(format!("written to {}", path.display())),
            Ok(Err(error)) => Err(NotTaken::Yet(format!("cannot be written: {error}"))),
            Err(lost) => Err(NotTaken::Yet(lost.to_string())),
        }
    }

    fn limit(&self) -> Lifetime {
        Lifetime::seconds(60)
    }
}

/// Whole, or not there; for its owner's eyes, because links in it open accounts. The same mail
/// written again replaces itself.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    make(folder)?;
    let mut file = tempfile::Builder::new()
        .prefix(".")
        .suffix(".part")
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    let path = folder.join(name);
    file.persist(&path)?;
    Ok(path)
}

#[cfg(unix)]
fn make(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

#[cfg(not(unix))]
fn make(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}
