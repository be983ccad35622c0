//! The password of the board (HTTP basic authentication), with any user name.
//!
//! A browser that has sent it once gets a cookie. With the cookie a password is looked at without a
//! wait, so that nobody who guesses locks out the people at work, not even from their own address or
//! through their proxy. The cookie alone opens nothing.

use super::guesses::Guesses;
use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use subtle::ConstantTimeEq as _;

const COOKIE: &str = "miseban-board";

/// The password, and who has tried it.
pub struct BoardPassword {
    digest: [u8; 32],
    /// The value of the cookie, until the program ends.
    known: String,
    guesses: Mutex<Guesses>,
}

/// What a request with or without a password gets.
#[derive(Debug, PartialEq, Eq)]
pub enum Attempt {
    /// The right password, from a browser that has the cookie.
    Known,
    /// The right password; the cookie goes with the answer.
    Right(HeaderValue),
    /// No password, or a wrong one.
    Wrong,
    /// The password was not looked at, and will not be for so long.
    TooSoon(Duration),
}

impl BoardPassword {
    /// Requires `password`.
    pub fn new(password: &SecretString) -> Self {
        Self {
            digest: digest(password.expose_secret().as_bytes()),
            known: format!("{:032x}", rand::random::<u128>()),
            guesses: Mutex::default(),
        }
    }

    /// Looks at the password of a request from `address`. A wrong one is counted and logged.
    pub fn attempt(&self, headers: &HeaderMap, address: IpAddr) -> Attempt {
        let Some(sent) = password(headers) else {
            return Attempt::Wrong;
        };
        let known = self.is_known(headers);
        // Held until the guess is counted: guesses at the same time wait like those one after the other.
        let mut guesses = self.guesses.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = guesses.wait(address);
        if !known && !wait.is_zero() {
            return Attempt::TooSoon(wait);
        }
        // Digests have equal length, so the comparison takes constant time.
        if bool::from(digest(&sent).ct_eq(&self.digest)) {
            return if known {
                Attempt::Known
            } else {
                Attempt::Right(self.cookie())
            };
        }
        let wrong = guesses.count(address);
        let wait = guesses.wait(address);
        drop(guesses);
        let seconds = wait.as_secs_f32();
        tracing::warn!(
            %address,
            wrong,
            "wrong password for the board from {address}, {wrong} of late; the next is looked at in {seconds:.0} s"
        );
        Attempt::Wrong
    }

    fn cookie(&self) -> HeaderValue {
        let known = &self.known;
        let cookie = format!("{COOKIE}={known}; Path=/; HttpOnly; SameSite=Strict");
        HeaderValue::try_from(cookie).expect("hexadecimal digits and the words above are printable")
    }

    fn is_known(&self, headers: &HeaderMap) -> bool {
        let cookies = headers.get_all(header::COOKIE).iter();
        let mut pairs = cookies
            .filter_map(|cookies| cookies.to_str().ok())
            .flat_map(|cookies| cookies.split(';'));
        pairs.any(|pair| {
            let value = pair.trim().strip_prefix(COOKIE);
            let value = value.and_then(|rest| rest.strip_prefix('='));
            value.is_some_and(|value| value.as_bytes().ct_eq(self.known.as_bytes()).into())
        })
    }
}

fn digest(text: &[u8]) -> [u8; 32] {
    Sha256::digest(text).into()
}

/// The password of an `Authorization: Basic` header (`user:password` in base 64).
fn password(headers: &HeaderMap) -> Option<Vec<u8>> {
    let sent = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, code) = sent.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let both = BASE64_STANDARD.decode(code.trim()).ok()?;
    let colon = both.iter().position(|byte| *byte == b':')?;
    Some(both[colon + 1..].to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

    fn gate() -> BoardPassword {
        BoardPassword::new(&SecretString::from("a:pass:word"))
    }

    fn sent(authorization: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::AUTHORIZATION, authorization.parse().unwrap())])
    }

    fn basic(text: &str) -> HeaderMap {
        sent(&format!("Basic {}", BASE64_STANDARD.encode(text)))
    }

    #[test]
    fn the_password_is_accepted_with_any_user_name() {
        for right in ["miseban:a:pass:word", ":a:pass:word"] {
            let attempt = gate().attempt(&basic(right), HERE);
            assert!(matches!(attempt, Attempt::Right(_)), "{right}");
        }
        for wrong in [
            "a:pass:word",
            "miseban:",
            "miseban:a:pass:wor",
            "no colon",
            "",
        ] {
            assert_eq!(
                gate().attempt(&basic(wrong), HERE),
                Attempt::Wrong,
                "{wrong}"
            );
        }
        for odd in ["Basic", "Basic %%%", "Bearer a:pass:word"] {
            assert_eq!(gate().attempt(&sent(odd), HERE), Attempt::Wrong, "{odd}");
        }
        assert_eq!(gate().attempt(&HeaderMap::new(), HERE), Attempt::Wrong);
    }

    #[test]
    fn a_guesser_waits_also_with_the_right_password_and_a_known_browser_does_not() {
        let gate = gate();
        let right = basic("me:a:pass:word");
        let Attempt::Right(cookie) = gate.attempt(&right, HERE) else {
            panic!("not accepted");
        };
        for _ in 0..20 {
            gate.attempt(&basic("me:guess"), HERE);
        }

        let mut known = right.clone();
        known.insert(
            header::COOKIE,
            format!("a=b; {}", cookie.to_str().unwrap())
                .parse()
                .unwrap(),
        );
        let mut forged = right.clone();
        forged.insert(
            header::COOKIE,
            format!("{COOKIE}={:032x}", 7).parse().unwrap(),
        );

        assert!(matches!(gate.attempt(&right, HERE), Attempt::TooSoon(_)));
        assert!(matches!(gate.attempt(&forged, HERE), Attempt::TooSoon(_)));
        assert_eq!(gate.attempt(&known, HERE), Attempt::Known);
        known.insert(
            header::AUTHORIZATION,
            basic("me:guess")[header::AUTHORIZATION].clone(),
        );
        assert_eq!(gate.attempt(&known, HERE), Attempt::Wrong);
    }
}
