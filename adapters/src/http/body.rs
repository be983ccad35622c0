//! Reads the body of an answer up to a limit, whatever its headers announce.

use super::HttpError;
use bytes::BytesMut;
use flate2::read::MultiGzDecoder;
use std::io::Read as _;

/// The first bytes of every answer in gzip (RFC 1952); no text begins with them.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The most that is allocated before the first byte arrives, whatever length the peer announces. An
/// answer of Amazon for twenty ASINs has about 108 KB.
const FIRST_RESERVE: usize = 112 * 1024;

/// The body of `response`, if it has at most `limit` bytes.
///
/// Reads piece by piece and stops at the first piece over the limit, so that memory stays near
/// `limit` however much the peer sends. Dropping the future closes the connection. A body in gzip is
/// unpacked, although none is asked for: proxies and edges have been seen to send it.
///
/// # Errors
///
/// [`HttpError::TooLarge`], or [`HttpError::Interrupted`] if the connection ends before the body does.
pub async fn read_capped(
    mut response: reqwest::Response,
    limit: usize,
) -> Result<Vec<u8>, HttpError> {
    let announced = response
        .content_length()
        .map(|length| usize::try_from(length).unwrap_or(usize::MAX));
    if announced.is_some_and(|length| length > limit) {
        return Err(HttpError::TooLarge(limit));
    }
    let mut body = BytesMut::with_capacity(announced.unwrap_or(0).min(FIRST_RESERVE));
    while let Some(piece) = response.chunk().await? {
        if piece.len() > limit - body.len() {
            return Err(HttpError::TooLarge(limit));
        }
        body.extend_from_slice(&piece);
    }
    if body.starts_with(&GZIP) {
        return unpacked(&body, limit);
    }
    Ok(body.into())
}

fn unpacked(body: &[u8], limit: usize) -> Result<Vec<u8>, HttpError> {
    let mut text = Vec::new();
    let unpacking = MultiGzDecoder::new(body)
        .take(limit as u64 + 1)
        .read_to_end(&mut text);
    unpacking.map_err(|error| HttpError::Interrupted(format!("damaged gzip: {error}")))?;
    if text.len() > limit {
        return Err(HttpError::TooLarge(limit));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write as _;

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_packed_body_is_read_up_to_the_limit() {
        let body = packed(&[b'a'; 1_000]);

        assert_eq!(unpacked(&body, 1_000).unwrap(), [b'a'; 1_000]);
        assert!(matches!(
            unpacked(&body, 999),
            Err(HttpError::TooLarge(999))
        ));
        let cut = unpacked(&body[..body.len() - 9], 1_000);
        assert!(matches!(cut, Err(HttpError::Interrupted(_))));
    }
}
