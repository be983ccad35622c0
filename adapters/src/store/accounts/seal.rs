//! Encrypts values that must not be readable in a copy of the database: `sealed1:KEY:TEXT`, where
//! KEY is a fingerprint of the key, and TEXT is a nonce and the ciphertext of `XChaCha20-Poly1305`
//! in base64. Owner and column are authenticated with it, so that a value moved to another row or
//! column does not open.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret as _, SecretBox, SecretString};
use sha2::{Digest as _, Sha256};
use shared::ports::store::StoreError;
use std::fmt;
use std::sync::Arc;

/// Begins a sealed value. No token of BASE or Amazon begins like this.
const MARK: &str = "sealed1:";
/// Length of the nonce, random for each value: long enough that no two are equal.
const NONCE: usize = 24;

/// A key of 32 random bytes, which Debug does not print.
#[derive(Clone)]
pub struct TokenKey {
    bytes: Arc<SecretBox<[u8; 32]>>,
    name: String,
}

impl TokenKey {
    /// The key of `bytes`.
    pub fn new(bytes: Arc<SecretBox<[u8; 32]>>) -> Self {
        let digest = Sha256::new()
            .chain_update(b"miseban token key")
            .chain_update(bytes.expose_secret())
            .finalize();
        let name = digest.iter().take(4).map(|byte| format!("{byte:02x}"));
        Self {
            name: name.collect(),
            bytes,
        }
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.bytes.expose_secret().into())
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenKey({})", self.name)
    }
}

/// The keys of this program. Without any, values stay plain.
#[derive(Debug, Clone, Default)]
pub struct TokenKeys {
    /// Seals new values.
    pub newest: Option<TokenKey>,
    /// Opens values that are still sealed with it, while the key is being changed.
    pub old: Option<TokenKey>,
}

/// The row and the column of a value.
#[derive(Clone, Copy)]
pub(crate) struct TokenField<'a> {
    pub(crate) owner: &'a str,
    pub(crate) column: &'static str,
}

impl TokenField<'_> {
    fn associated_data(self) -> Vec<u8> {
        format!("{}\0{}", self.column, self.owner).into_bytes()
    }
}

impl TokenKeys {
    /// `plain` as it is stored in `field`.
    pub(crate) fn seal(
        &self,
        plain: &SecretString,
        field: TokenField<'_>,
    ) -> Result<String, StoreError> {
        let Some(key) = &self.newest else {
            return Ok(plain.expose_secret().to_owned());
        };
        let nonce: [u8; NONCE] = rand::random();
        let bound = field.associated_data();
        let payload = Payload {
            msg: plain.expose_secret().as_bytes(),
            aad: &bound,
        };
        let sealed = key.cipher().encrypt(&XNonce::from(nonce), payload);
        let sealed =
            sealed.map_err(|_| StoreError::Unusable("a token cannot be sealed".to_owned()))?;
        let text = BASE64.encode([nonce.as_slice(), &sealed].concat());
        Ok(format!("{MARK}{}:{text}", key.name))
    }

    /// The plain text of a stored value of `field`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Sealed`] when the key is missing or another one;
    /// [`StoreError::Damaged`] when the value is not what this key has sealed for this field.
    pub(crate) fn open(
        &self,
        value: &str,
        field: TokenField<'_>,
    ) -> Result<SecretString, StoreError> {
        let Some(key) = self.key_of(value)? else {
            return Ok(SecretString::from(value.to_owned()));
        };
        let damaged = || StoreError::Damaged(format!("{} of {}", field.column, field.owner));
        let text = value.rsplit(':').next().unwrap_or_default();
        let bytes = BASE64.decode(text).map_err(|_| damaged())?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE>().ok_or_else(damaged)?;
        let bound = field.associated_data();
        let payload = Payload {
            msg: sealed,
            aad: &bound,
        };
        let plain = key.cipher().decrypt(&XNonce::from(*nonce), payload);
        let plain = String::from_utf8(plain.map_err(|_| damaged())?).map_err(|_| damaged())?;
        Ok(SecretString::from(plain))
    }

    /// The key that `value` is sealed with; `None` for a plain one.
    ///
    /// # Errors
    ///
    /// [`StoreError::Sealed`] when this program does not have it.
    pub(crate) fn key_of(&self, value: &str) -> Result<Option<&TokenKey>, StoreError> {
        let Some(rest) = value.strip_prefix(MARK) else {
            return Ok(None);
        };
        let name = rest.split(':').next().unwrap_or_default();
        let known = self.newest.iter().chain(&self.old);
        let mut known = known.filter(|key| key.name == name);
        let found = known.next();
        found.map(Some).ok_or(StoreError::Sealed {
            another: self.newest.is_some(),
        })
    }

    /// Whether `value` has the form in which this program would store it now.
    pub(crate) fn is_newest(&self, value: &str) -> bool {
        match (&self.newest, value.strip_prefix(MARK)) {
            (None, sealed) => sealed.is_none(),
            (Some(key), Some(rest)) => rest.split(':').next() == Some(&key.name),
            (Some(_), None) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELD: TokenField<'static> = TokenField {
        owner: "base/main",
        column: "refresh_token",
    };

    fn key(byte: u8) -> TokenKey {
        TokenKey::new(Arc::new(SecretBox::new(Box::new([byte; 32]))))
    }

    fn keys(byte: u8) -> TokenKeys {
        TokenKeys {
            newest: Some(key(byte)),
            old: None,
        }
    }

    #[test]
    fn a_sealed_value_opens_in_its_own_field_only() {
        let keys = keys(7);
        let sealed = keys.seal(&"token".into(), FIELD).unwrap();

        let elsewhere = TokenField {
            owner: "base/second",
            ..FIELD
        };
        let swapped = TokenField {
            column: "access_token",
            ..FIELD
        };

        assert_eq!(keys.open(&sealed, FIELD).unwrap().expose_secret(), "token");
        for field in [elsewhere, swapped] {
            let opened = keys.open(&sealed, field);
            assert!(matches!(opened, Err(StoreError::Damaged(_))));
        }
    }

    #[test]
    fn no_two_sealed_values_are_equal_and_none_shows_its_plain_text() {
        let keys = keys(7);
        let seal = || keys.seal(&"token".into(), FIELD).unwrap();

        let (one, other) = (seal(), seal());

        assert_ne!(one, other);
        assert!(one.starts_with("sealed1:") && !one.contains("token"));
    }

    #[test]
    fn a_value_that_was_changed_does_not_open() {
        let keys = keys(7);
        let sealed = keys.seal(&"token".into(), FIELD).unwrap();
        let last = if sealed.ends_with('A') { 'B' } else { 'A' };

        // Not the last character, whose low bits mean nothing.
        let at = sealed.len() - 3;
        let changed = format!("{}{last}{}", &sealed[..at], &sealed[at + 1..]);
        let cut = &sealed[..sealed.len() - 4];

        for wrong in [changed.as_str(), cut, "sealed1:", "sealed1:0:AA"] {
            assert!(
                wrong == sealed || keys.open(wrong, FIELD).is_err(),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_missing_and_a_wrong_key_name_their_setting() {
        let sealed = keys(7).seal(&"token".into(), FIELD).unwrap();

        let missing = TokenKeys::default().open(&sealed, FIELD).unwrap_err();
        let wrong = keys(8).open(&sealed, FIELD).unwrap_err();

        assert!(missing.to_string().contains("TOKEN_KEY, "), "{missing}");
        assert!(wrong.to_string().contains("another key"), "{wrong}");
    }

    #[test]
    fn the_old_key_opens_and_the_new_one_seals() {
        let sealed = keys(7).seal(&"token".into(), FIELD).unwrap();
        let both = TokenKeys {
            newest: Some(key(8)),
            old: keys(7).newest,
        };

        let opened = both.open(&sealed, FIELD).unwrap();

        assert_eq!(opened.expose_secret(), "token");
        assert!(!both.is_newest(&sealed));
        assert!(both.is_newest(&both.seal(&opened, FIELD).unwrap()));
    }

    #[test]
    fn a_key_is_not_shown() {
        let shown = format!("{:?}", key(7));

        assert!(
            !shown.contains("7, 7") && !shown.contains("0707"),
            "{shown}"
        );
    }
}
