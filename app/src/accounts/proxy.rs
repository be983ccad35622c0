//! The URL of a shop's proxy, which may hold a password.

use secrecy::{ExposeSecret as _, SecretString};
use shared::domain::account::AccountId;
use ui::message::{Text, text};
use url::Url;

/// Whether this is the URL of a supported proxy.
pub(super) fn is_valid(proxy: &SecretString) -> bool {
    parse(proxy).is_some()
}

/// Host and port, which are not secret; `None` if the URL is not valid.
pub(super) fn shown(proxy: &SecretString) -> Option<String> {
    let url = parse(proxy)?;
    let (scheme, host) = (url.scheme(), url.host_str()?);
    let port = url.port().map(|port| format!(":{port}"));
    Some(format!("{scheme}://{host}{}", port.unwrap_or_default()))
}

/// What to write instead of a proxy of the shop `id` that is not valid.
pub(super) fn wrong(id: &AccountId) -> Text {
    text!(
        "ショップ {id} のプロキシが正しいアドレスではありません。http://ユーザー:パスワード@ホスト:ポート の形(https、socks5、socks5h も可。ポートは1から65535)で書いてください",
        "the proxy of account {id} is not a valid URL: write http://USER:PASSWORD@HOST:PORT (https, socks5 and socks5h are accepted too; PORT is a number from 1 to 65535)"
    )
}

fn parse(proxy: &SecretString) -> Option<Url> {
    let url = Url::parse(proxy.expose_secret()).ok()?;
    let known = ["http", "https", "socks5", "socks5h"].contains(&url.scheme());
    let bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    let reachable = !url.host_str()?.is_empty() && url.port() != Some(0);
    (known && bare && reachable).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_shown_without_its_password() {
        let proxy = SecretString::from("http://user:hidden@proxy.example:8080");

        assert!(is_valid(&proxy));
        assert_eq!(shown(&proxy).unwrap(), "http://proxy.example:8080");
    }

    #[test]
    fn a_url_that_is_not_of_a_proxy_is_refused() {
        for wrong in [
            "proxy:8080",
            "ftp://proxy:21",
            "http://",
            "http://proxy/path",
            "http://proxy:99999",
            "http://proxy:0",
            "http://proxy:port",
            "http://proxy 8080",
            "",
        ] {
            assert!(!is_valid(&SecretString::from(wrong)), "{wrong}");
        }
    }
}
