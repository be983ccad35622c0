//! The address of a shop's proxy, which may hold a password.

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

/// Whether this is the address of a proxy that can be used.
pub(super) fn is_one(proxy: &SecretString) -> bool {
    parse(proxy).is_some()
}

/// Host and port, which are no secret; `?` for what is no address.
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

        assert!(is_one(&proxy));
        assert_eq!(shown(&proxy), "http://proxy.example:8080");
    }

    #[test]
    fn what_is_no_address_of_a_proxy_is_refused() {
        for wrong in [
            "proxy:8080",
            "ftp://proxy:21",
            "http://",
            "http://proxy/path",
            "",
        ] {
            assert!(!is_one(&SecretString::from(wrong)), "{wrong}");
        }
    }
}
