//! The simulated vendors as a program of the app finds them: its settings, and the files in its
//! folder.

use simulator::Simulator;
use std::path::Path;
use tempfile::TempDir;

/// Where the vendors are, with credentials that they take.
pub fn settings(simulator: &Simulator) -> [(&'static str, String); 6] {
    let example = |text: &str| text.to_owned();
    [
        ("SP_API_BASE_URL", simulator.url()),
        ("LWA_BASE_URL", simulator.url()),
        ("BASE_API_BASE_URL", simulator.url()),
        (
            "LWA_APP_ID",
            example("amzn1.application-oa2-client.example"),
        ),
        ("LWA_CLIENT_SECRET", example("amzn1.oa2-cs.v1.example")),
        ("REFRESH_TOKEN", example("Atzr|example")),
    ]
}

/// A folder with `accounts.toml` and `listings.csv` of the simulated shops.
pub fn folder(simulator: &Simulator) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text);
    write("accounts.toml", simulator.accounts_toml()).expect("written");
    write("listings.csv", simulator.listings_csv()).expect("written");
    own_only(&folder.path().join("accounts.toml"));
    folder
}

/// Secrets are in it, and `doctor` minds who can read them.
fn own_only(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(path, mode).expect("the mode is set");
    }
    #[cfg(not(unix))]
    let _ = path;
}
