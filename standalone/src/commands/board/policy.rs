//! What the pages of apalis-board may load: the `Content-Security-Policy` of the board.

use apalis_board_api::ui::ServeUI;
use axum::http::HeaderValue;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// Its own files, its own API, and WebAssembly. The script within the page, which starts it, is named by
/// its digest, so that no other text can become a script. The pages set widths and heights as attributes.
pub fn policy() -> HeaderValue {
    let page = ServeUI::get_file("index.html").and_then(|file| file.contents_utf8());
    let mut scripts = String::new();
    for script in inline_scripts(page.unwrap_or_default()) {
        let digest = BASE64_STANDARD.encode(Sha256::digest(script));
        // Writing to a string cannot fail.
        let _ = write!(scripts, " 'sha256-{digest}'");
    }
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{scripts}; style-src 'self'; \
         style-src-attr 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; \
         base-uri 'self'; form-action 'none'; frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).expect("base 64 and the words above are printable")
}

fn inline_scripts(page: &str) -> impl Iterator<Item = &str> {
    page.split("<script").skip(1).filter_map(|rest| {
        let (attributes, rest) = rest.split_once('>')?;
        let (script, _) = rest.split_once("</script>")?;
        (!attributes.contains("src=")).then_some(script)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_of_the_page_is_allowed_by_its_digest_and_no_other() {
        let policy = policy();
        let policy = policy.to_str().unwrap();

        assert_eq!(policy.matches("'sha256-").count(), 1, "{policy}");
        assert_eq!(policy.matches("'unsafe-").count(), 1, "{policy}");
        assert!(
            policy.contains("style-src-attr 'unsafe-inline'"),
            "{policy}"
        );
        let scripts: Vec<&str> =
            inline_scripts("<script type=\"module\">a()</script><script src=\"/b.js\"></script>")
                .collect();
        assert_eq!(scripts, ["a()"]);
    }
}
