//! The URL of a shop's proxy, which may hold a password.

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

/// Whether this is the URL of a supported proxy.
pub(super) fn is_valid(proxy: &SecretString) -> bool {
    parse(proxy).is_some()
}

/// Host and port, which are not secret; `?` if the URL is not valid.
pub(super) fn shown(proxy: &SecretString) -> String {
    let shown = parse(proxy).and_then(|url| {
        let (scheme, host) = (url.scheme(), url.host_str()?);
        let port = url.port().map(|port| format!(":{port}"));
        Some(format!("{scheme}://{host}{}", port.unwrap_or_default()))
    });
    shown.unwrap_or_else(|| "?".to_owned())
}

fn parse(proxy: &SecretString) -> Option<Url> {
    let url = Url::parse(proxy.expose_secret()).ok()?;
    let known = ["http", "https", "socks5", "socks5h"].contains(&url.scheme());
    let bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    (known && bare && url.has_host() && !url.host_str()?.is_empty()).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_shown_without_its_password() {
        let proxy = SecretString::from("http://user:hidden@proxy.example:8080");

        assert!(is_valid(&proxy));
        assert_eq!(shown(&proxy), "http://proxy.example:8080");
    }

    #[test]
    fn a_url_that_is_not_of_a_proxy_is_refused() {
        for wrong in [
            "proxy:8080",
            "ftp://proxy:21",
            "http://",
            "http://proxy/path",
            "",
        ] {
            assert!(!is_valid(&SecretString::from(wrong)), "{wrong}");
        }
    }
}
