//! Hears each request to a vendor and its answer, and gives them to who judges them.

use chrono::{DateTime, Utc};

use super::shops::Editor;
use super::tokens::CallerEnd;
use super::{Oracle, decode};
use crate::event::{AnswerFate, CallEnd, VendorAnswer, VendorRequest};
use crate::world_view::WorldView;

impl Oracle {
    /// A request has reached a vendor.
    pub(super) fn asked(&mut self, request: &VendorRequest, world: &WorldView<'_>) {
        self.requests.insert(request.call, request.clone());
        let who = request.who.as_deref().unwrap_or_default();
        if !self.accounts.contains(who) {
            return;
        }
        self.drain(world);
        let is_refresh = request.operation == "baseToken";
        // A process whose clock is wrong cannot know when a reset is.
        if !self.excuses.has_kind(&["Clock"]) {
            self.quota.called(who, is_refresh, &mut self.findings);
            if !is_refresh {
                let quiet_since = self.excuses.quiet_since(self.start, world.now);
                self.shop_limits
                    .called(who, quiet_since, &mut self.findings);
            }
        }
        if is_refresh {
            self.tokens.asked(request.call, who, &mut self.findings);
        } else if let Some(token) = &request.token {
            self.tokens.used(who, token, &mut self.findings);
        }
    }

    /// A vendor has acted; its answer is on its way.
    pub(super) fn answered(
        &mut self,
        answer: &VendorAnswer,
        place: Option<usize>,
        world: &WorldView<'_>,
    ) {
        let at = world.now;
        self.answered.insert(answer.call);
        let who = answer.who.as_deref().unwrap_or_default();
        if self.accounts.contains(who) && answer.status >= 400 {
            self.tokens.refused(who);
        }
        if answer.refused && !answer.faulted && answer.delivery == AnswerFate::Whole {
            self.shop_limits.refused(who, &answer.body, at);
        }
        match answer.operation {
            "getItemOffersBatch" => {
                self.refused(answer, place, at);
                self.offers_answered(answer, place, at);
            }
            "items/edit" => {
                self.drain(world);
                let is_late = self.given_up.contains(&answer.call);
                let editor = if is_late {
                    Editor::LateProduct
                } else {
                    Editor::Product
                };
                self.look_at(who, editor, world);
            }
            "baseToken" if answer.delivery == AnswerFate::Repeated => {
                self.tokens.repeated(answer.call, who);
            }
            "baseToken" => {
                let is_whole = answer.delivery == AnswerFate::Whole && !answer.faulted;
                let may_be_cut = answer.faulted || answer.delivery == AnswerFate::Cut;
                let faults = (is_whole, may_be_cut);
                self.tokens
                    .answered(answer.call, answer.status, &answer.body, faults);
            }
            // The network has doubled a message that it brings again at once.
            "messages" | "webhook" if answer.delivery == AnswerFate::Repeated => {}
            "messages" | "webhook" if (200..300).contains(&answer.status) => {
                if let Some(request) = self.requests.get(&answer.call) {
                    let (call, line) = (answer.call, request.line.as_str());
                    self.notices
                        .posted(call, line, &request.body, &mut self.findings);
                }
            }
            _ => {}
        }
    }

    /// Amazon has refused a request for its rate: no fault of a process if the network or a standstill brought it late.
    fn refused(&mut self, answer: &VendorAnswer, place: Option<usize>, at: DateTime<Utc>) {
        let jitters = self.excuses.has_kind(&["NetDouble", "RateHeader"]);
        let is_excused = answer.faulted || jitters || self.excuses.has_just_thawed(place, at);
        if answer.refused && !is_excused {
            self.quota.refused(&mut self.findings);
        }
        if !answer.refused && !answer.faulted {
            self.quota.accepted(at);
        }
    }

    fn offers_answered(&mut self, answer: &VendorAnswer, place: Option<usize>, at: DateTime<Utc>) {
        let Some(request) = self.requests.get(&answer.call) else {
            return;
        };
        if matches!(answer.delivery, AnswerFate::Lost | AnswerFate::Repeated) {
            return;
        }
        let asked = decode::asked_asins(&request.body);
        let rules = self.rules.of(place);
        let told = decode::told_by_answer(&asked, answer.status, &answer.body, rules, at);
        for (asin, told) in told {
            self.products.answered(&asin, told, at);
        }
    }

    /// A caller has its answer, or waits no more.
    pub(super) fn call_over(&mut self, call: u64, how: CallEnd, place: Option<usize>) {
        let end = match how {
            CallEnd::Received => CallerEnd::Received,
            CallEnd::GaveUp => CallerEnd::GaveUp,
            CallEnd::Died => CallerEnd::Died,
        };
        if end != CallerEnd::Received && !self.answered.contains(&call) {
            self.given_up.insert(call);
        }
        let place = place.unwrap_or(usize::MAX);
        self.tokens.over(call, end, place, &mut self.findings);
        if self.answered.contains(&call) {
            self.requests.remove(&call);
        }
    }
}
