//! Reads the response of BASE's authorization page, from the callback or from what a person pasted.

use app::config::values::word;
use secrecy::SecretString;
use subtle::ConstantTimeEq as _;
use ui::layout::clean;
use ui::message::{Text, text};

/// What BASE answered.
#[derive(Debug)]
pub enum AuthorizationResponse {
    /// The code to exchange for tokens.
    Code(SecretString),
    /// The owner or BASE refused; holds the error code of BASE.
    Denied(String),
}

impl AuthorizationResponse {
    /// Reads the query of the address that BASE redirected the browser to.
    ///
    /// # Errors
    ///
    /// A text for the person, when the state is not `expected` or there is neither a code nor an
    /// error.
    pub fn from_query(query: &str, expected: &str) -> Result<Self, Text> {
        let find = |name: &str| {
            let mut pairs = url::form_urlencoded::parse(query.as_bytes());
            let found = pairs.find(|(key, _)| key == name);
            found.map(|(_, value)| value.into_owned())
        };
        let state = find("state").unwrap_or_default();
        if !bool::from(state.as_bytes().ct_eq(expected.as_bytes())) {
            return Err(text!(
                "これは今回の連携への応答ではありません。表示されたアドレスを、もう一度ブラウザーで開いてください",
                "this response belongs to another authorisation: open the address shown above again"
            ));
        }
        if let Some(error) = find("error") {
            return Ok(Self::Denied(clean(&error).chars().take(60).collect()));
        }
        find("code")
            .and_then(|code| word(&code))
            .map(|code| Self::Code(code.into()))
            .ok_or_else(no_code)
    }

    /// Reads what a person pasted: the whole address, or the code alone.
    ///
    /// # Errors
    ///
    /// As [`Self::from_query`].
    pub fn from_paste(line: &str, expected: &str) -> Result<Self, Text> {
        let line = line.trim();
        match line.split_once('?') {
            Some((_, query)) => {
                let query = query.split('#').next().unwrap_or_default();
                Self::from_query(query, expected)
            }
            None if line.contains("://") => Err(no_code()),
            None => word(line)
                .map(|code| Self::Code(code.into()))
                .ok_or_else(no_code),
        }
    }
}

fn no_code() -> Text {
    text!(
        "code が見つかりません。ブラウザーのアドレス欄の全体を貼り付けてください",
        "no code was found: paste the whole address from the browser"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret as _;

    fn code(response: Result<AuthorizationResponse, Text>) -> String {
        match response.unwrap() {
            AuthorizationResponse::Code(code) => code.expose_secret().to_owned(),
            AuthorizationResponse::Denied(why) => panic!("denied: {why}"),
        }
    }

    #[test]
    fn a_code_is_read_alone_or_from_the_address() {
        assert_eq!(
            code(AuthorizationResponse::from_paste(" abc123 ", "s")),
            "abc123"
        );
        let address = "https://shop.example/back?x=1&code=abc123&state=s#top";
        assert_eq!(
            code(AuthorizationResponse::from_paste(address, "s")),
            "abc123"
        );
    }

    #[test]
    fn a_response_with_another_state_or_without_a_code_is_rejected() {
        for paste in [
            "https://shop.example/back?code=abc123&state=other",
            "https://shop.example/back?code=abc123",
            "https://shop.example/back?state=s",
            "https://shop.example/back",
            "two words",
        ] {
            assert!(
                AuthorizationResponse::from_paste(paste, "s").is_err(),
                "{paste}"
            );
        }
    }

    #[test]
    fn a_refusal_keeps_the_error_code_of_base() {
        let response = AuthorizationResponse::from_query("error=access_denied&state=s", "s");

        assert!(
            matches!(response.unwrap(), AuthorizationResponse::Denied(why) if why == "access_denied")
        );
    }
}
