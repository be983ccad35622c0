//! Changes on the simulated Amazon between the two runs of the demo, and their effect in the shops.

use crate::output::CommandOutput;
use simulator::{Fault, FaultKind, ItemSnapshot, MarketSet, Simulator};
use ui::causes::cause;
use ui::command_error::CommandError;
use ui::layout::{Align, table};
use ui::message::{Text, text};

/// Numbers of products that the demo follows.
const RISING: usize = 3;
const FALLING: usize = 2;
const SOLD_OUT: usize = 3;

/// The items that the demo follows, before the market changed.
pub(super) struct Watched {
    before: Vec<ItemSnapshot>,
}

impl Watched {
    /// Public items at ordinary prices, so that no price bound applies.
    pub(super) fn choose(simulator: &Simulator) -> Self {
        let ordinary = |item: &ItemSnapshot| item.visible && (2_000..20_000).contains(&item.price);
        let items = items(simulator).filter(ordinary);
        Self {
            before: items.take(RISING + FALLING + SOLD_OUT).collect(),
        }
    }

    /// An ASIN whose price rises.
    pub(super) fn risen(&self) -> &str {
        self.before.first().map_or("", |item| &item.asin)
    }

    /// Explains what changes.
    pub(super) fn story() -> Text {
        text!(
            "Amazonで{RISING}件が値上がり、{FALLING}件が値下がり、{SOLD_OUT}件が売り切れました。ほかの商品も6時間分変化しました。
通信エラーも起こします: 制限超過(429)が1回、サーバーエラー(500)が1回、応答から2件が抜け、3件は個別にエラー。",
            "On Amazon {RISING} prices rose, {FALLING} fell, {SOLD_OUT} products sold out, and the others changed as in six hours.
Requests fail too: one 429, one 500, two products missing from a response, three with an error of their own."
        )
    }

    /// Shows each item before and after; `false` when one has wrong values.
    pub(super) fn show(
        &self,
        simulator: &Simulator,
        out: &mut CommandOutput<'_>,
    ) -> Result<bool, CommandError> {
        let mut all_right = true;
        let mut rows = vec![head(out)];
        for (place, before) in self.before.iter().enumerate() {
            let Some(after) = items(simulator).find(|item| item.asin == before.asin) else {
                continue;
            };
            // Times 1.3, rounded half up to ten yen.
            let price = (new_cost(place, before) * 13 + 50) / 100 * 10;
            let sells = place < RISING + FALLING;
            let right = after.visible == sells && (!sells || after.price == price);
            all_right &= right;
            rows.push(vec![
                before.asin.clone(),
                out.lang.pick(change(place).0, change(place).1).to_owned(),
                shown(before, out),
                "->".to_owned(),
                shown(&after, out),
                if right { "ok" } else { "NG" }.to_owned(),
            ]);
        }
        let right = Align::Right;
        let text = table(
            &rows,
            &[Align::Left, Align::Left, right, Align::Left, right],
        );
        out.line(&Text {
            ja: text.clone(),
            en: text,
        })?;
        Ok(all_right)
    }
}

/// Changes the market and adds network faults.
pub(super) fn change_market(simulator: &Simulator, watched: &Watched) -> Result<(), CommandError> {
    simulator.move_market(6);
    let sets = watched.before.iter().enumerate().map(|(place, item)| {
        let sells = place < RISING + FALLING;
        MarketSet {
            asin: item.asin.clone(),
            price: sells.then(|| new_cost(place, item)),
            in_stock: Some(sells),
            ..MarketSet::default()
        }
    });
    simulator
        .set_market(sets.collect())
        .map_err(|error| refused(&error))?;
    let offers = "getItemOffersBatch";
    let late = |kind, skip| Fault {
        skip,
        ..Fault::new(offers, kind).times(1)
    };
    let faults = [
        late(FaultKind::Throttle, 2),
        late(FaultKind::Status, 5),
        Fault {
            items: Some(2),
            ..late(FaultKind::MissingItems, 7)
        },
        Fault {
            items: Some(3),
            ..late(FaultKind::ItemError, 9)
        },
    ];
    for fault in faults {
        simulator
            .add_fault(fault)
            .map_err(|error| refused(&error))?;
    }
    Ok(())
}

fn refused(error: &simulator::ControlError) -> CommandError {
    CommandError::Failed(text!(
        "デモの市場を変更できません({error})",
        "the simulated market cannot be changed ({error})",
        error = cause(&error),
    ))
}

/// Amazon's new price: 50 % above or 20 % below the price that the shop's price was computed from.
fn new_cost(place: usize, item: &ItemSnapshot) -> i64 {
    let cost = item.price * 10 / 13;
    if place < RISING {
        cost * 3 / 2
    } else {
        cost * 4 / 5
    }
}

fn change(place: usize) -> (&'static str, &'static str) {
    if place < RISING {
        ("Amazonで値上がり", "price rose on Amazon")
    } else if place < RISING + FALLING {
        ("Amazonで値下がり", "price fell on Amazon")
    } else {
        ("Amazonで売り切れ", "sold out on Amazon")
    }
}

fn head(out: &CommandOutput<'_>) -> Vec<String> {
    let lang = out.lang;
    [
        "ASIN",
        lang.pick("変化", "change"),
        lang.pick("変更前", "shop before"),
        "",
        lang.pick("現在", "shop now"),
        "",
    ]
    .map(str::to_owned)
    .into()
}

fn shown(item: &ItemSnapshot, out: &CommandOutput<'_>) -> String {
    if item.visible {
        format!(
            "{}{}",
            ui::layout::grouped(item.price.unsigned_abs()),
            out.lang.pick("円", " yen")
        )
    } else {
        out.lang.pick("非公開", "hidden").to_owned()
    }
}

fn items(simulator: &Simulator) -> impl Iterator<Item = ItemSnapshot> {
    let shops = (1..).map_while(|no| simulator.shop(&format!("shop-{no}")));
    shops.flat_map(|shop| shop.items)
}
