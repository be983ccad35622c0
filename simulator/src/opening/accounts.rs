//! The accounts of the world: the credentials of each shop, and the file that names them.

use std::fmt::Write as _;

use crate::random::SeededRandom;

const PURPOSE: u64 = 6;

/// The credentials of one shop when the world begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedAccount {
    /// `shop-1` and so on.
    pub id: String,
    pub name: String,
    pub client_id: String,
    pub client_secret: String,
    /// The first refresh token; each use gives another.
    pub refresh_token: String,
}

/// The accounts of a world.
pub fn opening_accounts(seed: u64, count: usize) -> Vec<SimulatedAccount> {
    (0..count.max(1))
        .map(|number| {
            let mut draw = SeededRandom::new(seed, PURPOSE, number as u64);
            SimulatedAccount {
                id: format!("shop-{}", number + 1),
                name: format!("Shop {}", number + 1),
                client_id: draw.hex(),
                client_secret: draw.hex(),
                refresh_token: draw.hex(),
            }
        })
        .collect()
}

/// The accounts file, in TOML.
pub fn accounts_toml(accounts: &[SimulatedAccount]) -> String {
    let mut text = String::new();
    for account in accounts {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "[[account]]\nid = \"{}\"\nname = \"{}\"\nactive = true\nclient_id = \"{}\"\n\
             client_secret = \"{}\"\nrefresh_token = \"{}\"\n",
            account.id,
            account.name,
            account.client_id,
            account.client_secret,
            account.refresh_token,
        );
    }
    text
}
