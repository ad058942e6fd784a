//! What must last, made once in the data folder: the server's secret, 32 random bytes. Who has it can mint session tokens.

use std::fs::{self, File, OpenOptions};
use std::io::{Error, ErrorKind, Result, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use hkdf::Hkdf;
use sha2::Sha256;

/// Reads `secret` in this folder; makes both when they are not there.
pub fn load_or_create(folder: &Path) -> Result<[u8; 32]> {
    let bytes = made_once(folder, "secret", || {
        let mut secret = vec![0; 32];
        getrandom::fill(&mut secret).map_err(|error| Error::other(error.to_string()))?;
        Ok(secret)
    })?;
    let wrong =
        |_| Error::new(ErrorKind::InvalidData, format!("{} is not 32 bytes long", folder.join("secret").display()));
    bytes.try_into().map_err(wrong)
}

/// What this file in this folder holds; both are made when they are not there, for their owner alone.
/// Two servers that start at once get the same.
pub fn made_once(folder: &Path, name: &str, make: impl FnOnce() -> Result<Vec<u8>>) -> Result<Vec<u8>> {
    fs::create_dir_all(folder)?;
    let path = folder.join(name);
    match fs::read(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        outcome => return outcome,
    }
    let draft = folder.join(format!("{name}.{}.new", std::process::id()));
    let created = create(&draft, &path, &make()?);
    // The draft is in the way of nobody; what matters is whether the file is there.
    let _ = fs::remove_file(&draft);
    created?;
    fs::read(&path)
}

/// Another secret, which says nothing of this one.
pub fn derive(secret: &[u8; 32], purpose: &[u8]) -> [u8; 32] {
    let mut derived = [0; 32];
    let expanded = Hkdf::<Sha256>::new(Some(b"confab"), secret).expand(purpose, &mut derived);
    // It fails only for more than 255 hashes' worth of bytes.
    debug_assert!(expanded.is_ok());
    derived
}

/// Writes the draft whole, then gives it its name unless somebody was faster.
fn create(draft: &Path, path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file: File = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    match fs::hard_link(draft, path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn a_secret_is_made_once_and_for_its_owner_alone() {
        let folder = Folder::new("once");
        let secret = load_or_create(&folder.0).unwrap();
        assert_ne!(secret, [0; 32]);
        assert_eq!(load_or_create(&folder.0).unwrap(), secret);
        let mode = fs::metadata(folder.0.join("secret")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1, "no draft stays");
    }

    #[test]
    fn a_damaged_secret_is_not_replaced_behind_the_owners_back() {
        let folder = Folder::new("damaged");
        fs::create_dir_all(&folder.0).unwrap();
        fs::write(folder.0.join("secret"), "short").unwrap();
        assert_eq!(load_or_create(&folder.0).unwrap_err().kind(), ErrorKind::InvalidData);
        assert_eq!(fs::read(folder.0.join("secret")).unwrap(), b"short");
    }

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            Self(std::env::temp_dir().join(format!("confab-secret-{name}-{}", std::process::id())))
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }
}
