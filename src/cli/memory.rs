//! What the command line remembers: its runs in the user's data folder, or where `JITTEST_DATABASE_URL` says; what it
//! read of source files in the user's cache folder.

use std::path::{Path, PathBuf};

use anyhow::Context;
use directories::ProjectDirs;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest as _, Sha256};

use crate::config::user::UserEnvironment;
use crate::store::Store;

/// Opens the store; makes it where there is none.
///
/// # Errors
/// Where it can't be opened.
pub(super) async fn open() -> anyhow::Result<Store> {
    let url = url(&UserEnvironment::of_process())?;
    Ok(Store::open(url.expose_secret()).await?)
}

/// Where the store is.
///
/// # Errors
/// Where the user has no folder for it.
pub(super) fn url(user: &UserEnvironment) -> anyhow::Result<SecretString> {
    if let Some(url) = &user.database_url {
        return Ok(url.clone());
    }
    let folders = ProjectDirs::from("", "", "jittest").context("this user has no home folder")?;
    let folder = folders.data_local_dir();
    std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    let file = folder.join("history.db");
    let file = file.to_str().context("the data folder's name is not UTF-8")?;
    Ok(format!("sqlite://{}", percent_encoded(file)).into())
}

/// The file in which what was read of a repository's source files is remembered: in the user's cache folder, one for each
/// repository. `None` where there is no such folder, and then every file is parsed.
pub(super) fn map_of(repository: &Path) -> Option<PathBuf> {
    let root = super::run::root_of(repository).canonicalize().ok()?;
    let name = hex::encode(Sha256::digest(root.as_os_str().as_encoded_bytes()));
    Some(ProjectDirs::from("", "", "jittest")?.cache_dir().join("maps").join(name))
}

/// The characters that a URL reads otherwise.
fn percent_encoded(path: &str) -> String {
    path.replace('%', "%25").replace('?', "%3F").replace('#', "%23")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_store_in_a_folder_with_an_odd_name_is_that_folders() {
        let folder = tempfile::tempdir().unwrap();
        let odd = folder.path().join("a 100% odd?name#1");
        std::fs::create_dir(&odd).unwrap();
        let file = odd.join("history.db");
        let store = Store::open(&format!("sqlite://{}", percent_encoded(file.to_str().unwrap()))).await.unwrap();
        store.close().await;
        assert!(file.is_file());
    }
}
