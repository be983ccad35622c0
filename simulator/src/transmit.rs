//! Sends the body of a response: whole, or in one of the ways in which networks fail.

use std::convert::Infallible;
use std::io;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use futures::{StreamExt as _, stream};

use crate::http::BodyDelivery;

/// A huge body gets 100 MB more, in pieces of 64 kB.
const PIECE: usize = 64 << 10;
const PIECES: usize = 1_600;

/// Sets the body of `response`. Never returns for [`BodyDelivery::Hang`]; the caller may cancel it.
pub async fn set_body(response: &mut Response, delivery: BodyDelivery, bytes: Vec<u8>) {
    *response.body_mut() = match delivery {
        BodyDelivery::Whole => Body::from(bytes),
        BodyDelivery::Hang => std::future::pending().await,
        BodyDelivery::Cut => {
            let length = HeaderValue::from(bytes.len() + 1);
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_LENGTH, length);
            cut(bytes)
        }
        BodyDelivery::Huge => huge(bytes),
    };
}

/// Half of the body, then the end of the connection.
fn cut(mut bytes: Vec<u8>) -> Body {
    bytes.truncate(bytes.len() / 2);
    let half: Result<Bytes, io::Error> = Ok(Bytes::from(bytes));
    let end = stream::once(async {
        // Gives the server time to send the half; an error at once would discard it.
        tokio::task::yield_now().await;
        Err(io::ErrorKind::ConnectionReset.into())
    });
    Body::from_stream(stream::iter([half]).chain(end))
}

/// The body, then white space, which JSON permits.
fn huge(bytes: Vec<u8>) -> Body {
    let space = Bytes::from(vec![b' '; PIECE]);
    let first = std::iter::once(Bytes::from(bytes));
    let pieces = first.chain(std::iter::repeat_n(space, PIECES));
    Body::from_stream(stream::iter(pieces.map(Ok::<_, Infallible>)))
}
