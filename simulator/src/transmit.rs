//! Sends a response: after its delay, and its body whole or in one of the ways in which networks fail.

use std::convert::Infallible;
use std::io;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use futures::{StreamExt as _, stream};

use crate::http::{BodyDelivery, HttpResponse};

/// A huge body gets 100 MB more, in pieces of 64 kB.
const PIECE: usize = 64 << 10;
const PIECES: usize = 1_600;

/// Sends an answer. Never returns for [`BodyDelivery::Hang`]; the caller may cancel it.
pub async fn respond(mut answer: HttpResponse) -> Response {
    if !answer.delay.is_zero() {
        tokio::time::sleep(answer.delay).await;
    }
    let mut response = empty(StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK));
    let headers = response.headers_mut();
    if !answer.content_type.is_empty() {
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(answer.content_type),
        );
    }
    for (name, value) in &answer.headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(*name, value);
        }
    }
    let bytes = std::mem::take(&mut answer.body);
    set_body(&mut response, answer.delivery, bytes).await;
    response
}

/// A response without a body.
pub fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

async fn set_body(response: &mut Response, delivery: BodyDelivery, bytes: Vec<u8>) {
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
