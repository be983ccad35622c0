//! The accounts: the credentials of each shop, and the accounts file.

use std::fmt::Write as _;

use crate::random::SeededRandom;

const PURPOSE: u64 = 6;

/// The credentials of one shop when the world begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedAccount {
    /// `shop-1` and so on.
    pub id: String,
    /// Name of the shop.
    pub name: String,
    /// OAuth client id.
    pub client_id: String,
    /// OAuth client secret.
    pub client_secret: String,
    /// The first refresh token. Each use of a refresh token replaces it by another.
    pub refresh_token: String,
}

/// The address that the application of each shop has registered.
const REDIRECT_URI: &str = "http://127.0.0.1:8765/callback";

/// The accounts of the world of `seed`.
pub fn opening_accounts(seed: u64, count: usize) -> Vec<SimulatedAccount> {
    (0..count.max(1))
        .map(|number| {
            let mut random = SeededRandom::new(seed, PURPOSE, number as u64);
            SimulatedAccount {
                id: format!("shop-{}", number + 1),
                name: format!("Shop {}", number + 1),
                client_id: random.hex(),
                client_secret: random.hex(),
                refresh_token: random.hex(),
            }
        })
        .collect()
}

/// The accounts file of Miseban, in TOML.
pub fn accounts_toml(accounts: &[SimulatedAccount]) -> String {
    let mut text = String::new();
    for account in accounts {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "[[account]]\nid = \"{}\"\nname = \"{}\"\nactive = true\nclient_id = \"{}\"\n\
             client_secret = \"{}\"\nrefresh_token = \"{}\"\nredirect_uri = \"{REDIRECT_URI}\"\n",
            account.id,
            account.name,
            account.client_id,
            account.client_secret,
            account.refresh_token,
        );
    }
    text
}
