//! The network of one process: requests to the vendors' simulator, without sockets.

use crate::event::{AnswerFate, CallEnd, Happening, VendorAnswer, VendorRequest};
use crate::gate::Gate;
use crate::plan::NetTrouble;
use adapters::http::{HttpError, Transport};
use async_trait::async_trait;
use axum::body::HttpBody;
use bytes::Bytes;
use futures::StreamExt as _;
use http_body::Frame;
use reqwest::header::{AUTHORIZATION, HeaderMap};
use reqwest::{Request, Response};
use simulator::PendingAnswer;
use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

/// A request and its answer take so many milliseconds each, at most.
const LONGEST_WAY_MS: u64 = 120;
const TOKEN_HEADER: &str = "x-amz-access-token";

/// The way from one process to the vendors.
pub struct GatedNetwork {
    /// Its gate.
    pub gate: Gate,
}

/// Tells that the caller of a request waits no longer.
struct WaitingCaller<'a> {
    gate: &'a Gate,
    call: u64,
    how: CallEnd,
}

impl Drop for WaitingCaller<'_> {
    fn drop(&mut self) {
        self.gate.simulation().request_over(self.call, self.how);
    }
}

impl GatedNetwork {
    async fn travel(&self) {
        let time = self.gate.simulation().dice().between(1, LONGEST_WAY_MS);
        tokio::time::sleep(Duration::from_millis(time)).await;
        self.gate.open().await;
    }

    fn trouble(&self, request: &Request) -> Option<NetTrouble> {
        let simulation = self.gate.simulation();
        let operation = simulator::operation_of(request.method(), request.url().path());
        simulation.troubles.net(operation, &mut simulation.dice())
    }

    /// The vendor acts on the request now.
    fn arrive(&self, request: &Request, call: u64, delivery: AnswerFate) -> PendingAnswer {
        let simulation = self.gate.simulation();
        simulation.simulator.advance_to(simulation.time.elapsed());
        let (arrived, line) = arriving(request);
        let body = arrived.body().clone();
        let answer = simulation.simulator.receive(arrived);
        let who = answer.caller().map(ToOwned::to_owned);
        let process = Some(self.gate.process());
        simulation.record(
            process,
            Happening::Asked(VendorRequest {
                call,
                operation: answer.operation(),
                who: who.clone(),
                token: token(request.headers()),
                line,
                body,
            }),
        );
        simulation.record(
            process,
            Happening::Answered(VendorAnswer {
                call,
                operation: answer.operation(),
                who,
                status: answer.status(),
                body: Bytes::copy_from_slice(answer.body()),
                refused: answer.is_refused(),
                faulted: answer.is_faulted(),
                touched: answer.touched().to_vec(),
                delivery,
            }),
        );
        answer
    }
}

#[async_trait]
impl Transport for GatedNetwork {
    async fn answer(&self, request: Request) -> Result<Response, HttpError> {
        let simulation = self.gate.simulation();
        self.gate.open().await;
        let trouble = self.trouble(&request);
        if trouble == Some(NetTrouble::Refused) {
            let why = "no connection: refused (simulated)";
            return Err(HttpError::NotSent(why.to_owned()));
        }
        self.travel().await;
        if trouble == Some(NetTrouble::Doubled) {
            let call = simulation.next_request(self.gate.process());
            self.arrive(&request, call, AnswerFate::Repeated);
            simulation.request_over(call, CallEnd::GaveUp);
        }
        let call = simulation.next_request(self.gate.process());
        let mut waiting = WaitingCaller {
            gate: &self.gate,
            call,
            how: CallEnd::GaveUp,
        };
        let delivery = match trouble {
            Some(NetTrouble::AnswerLost) => AnswerFate::Lost,
            Some(NetTrouble::AnswerCut) => AnswerFate::Cut,
            Some(NetTrouble::Late(time)) => AnswerFate::Late(time),
            _ => AnswerFate::Whole,
        };
        let answer = self.arrive(&request, call, delivery);
        match delivery {
            AnswerFate::Lost => std::future::pending().await,
            AnswerFate::Cut => {
                let why = "the connection was cut (simulated)";
                return Err(HttpError::Interrupted(why.to_owned()));
            }
            AnswerFate::Late(time) => tokio::time::sleep(time).await,
            AnswerFate::Whole | AnswerFate::Repeated => {}
        }
        let sent = answer.send().await;
        self.travel().await;
        let (answer, is_whole) = received(sent).await;
        if is_whole {
            waiting.how = CallEnd::Received;
        }
        Ok(answer)
    }
}

/// The request as it arrives, and its first line.
fn arriving(request: &Request) -> (axum::http::Request<Bytes>, String) {
    let url = request.url();
    let target = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let line = format!("{} {target}", request.method());
    let bytes = request.body().and_then(reqwest::Body::as_bytes);
    let mut arrived = axum::http::Request::new(Bytes::copy_from_slice(bytes.unwrap_or_default()));
    arrived.method_mut().clone_from(request.method());
    arrived.headers_mut().clone_from(request.headers());
    if let Ok(target) = target.parse() {
        *arrived.uri_mut() = target;
    }
    (arrived, line)
}

fn token(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(AUTHORIZATION).or(headers.get(TOKEN_HEADER))?;
    value.to_str().ok().map(ToOwned::to_owned)
}

/// The answer as the product's client gets it, and whether its connection lasted to the end.
async fn received(sent: axum::response::Response) -> (Response, bool) {
    let (head, body) = sent.into_parts();
    let pieces: VecDeque<_> = body.into_data_stream().collect().await;
    let is_whole = pieces.iter().all(Result::is_ok);
    let body = reqwest::Body::wrap(ReceivedBody(pieces));
    let answer = Response::from(axum::http::Response::from_parts(head, body));
    (answer, is_whole)
}

/// The pieces of a body, the last of which may be an error.
struct ReceivedBody(VecDeque<Result<Bytes, axum::Error>>);

impl HttpBody for ReceivedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Poll::Ready(self.0.pop_front().map(|piece| piece.map(Frame::data)))
    }
}
