//! An answer between its vendor and the caller, for callers in the same process.

use axum::response::Response;

use crate::http::HttpResponse;
use crate::operation::Operation;
use crate::transmit;

/// What a vendor answered: it has acted already, and the answer is not sent yet.
#[derive(Debug)]
pub struct PendingAnswer {
    operation: Operation,
    response: HttpResponse,
}

impl PendingAnswer {
    pub(crate) fn new(operation: Operation, response: HttpResponse) -> Self {
        Self {
            operation,
            response,
        }
    }

    /// Name of the operation, as in the ledger.
    pub fn operation(&self) -> &'static str {
        self.operation.name()
    }

    /// HTTP status.
    pub fn status(&self) -> u16 {
        self.response.status
    }

    /// The whole body, also of an answer that will not arrive whole.
    pub fn body(&self) -> &[u8] {
        &self.response.body
    }

    /// Refused because a rate limit was reached, without a fault.
    pub fn is_refused(&self) -> bool {
        self.response.note.refused
    }

    /// A fault applied to it.
    pub fn is_faulted(&self) -> bool {
        self.response.note.faulted
    }

    /// BASE account, LWA client or Chatwork room.
    pub fn caller(&self) -> Option<&str> {
        self.response.note.caller.as_deref()
    }

    /// ASINs or item ids that the request was about.
    pub fn touched(&self) -> &[String] {
        &self.response.note.touched
    }

    /// Sends it as over a socket: late, never, cut or huge, as its faults say. Delays are those of the
    /// runtime's clock.
    pub async fn send(self) -> Response {
        transmit::respond(self.response).await
    }
}
