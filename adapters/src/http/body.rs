//! Reads the body of an answer up to a limit, whatever its headers announce.

use super::HttpError;
use bytes::BytesMut;

/// The most that is allocated before the first byte arrives, whatever length the peer announces. An
/// answer of Amazon for twenty ASINs has about 108 KB.
const FIRST_RESERVE: usize = 112 * 1024;

/// The body of `response`, if it has at most `limit` bytes.
///
/// Reads piece by piece and stops at the first piece over the limit, so that memory stays near
/// `limit` however much the peer sends. Dropping the future closes the connection.
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
    Ok(body.into())
}
