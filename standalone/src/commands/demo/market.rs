//! What happens on the demo's Amazon between its two runs, and what the shop shows of it after.

use crate::output::CommandOutput;
use simulator::{Fault, FaultKind, ItemSnapshot, MarketSet, Simulator};
use ui::command_error::CommandError;
use ui::layout::{Align, table};
use ui::message::{Text, text};

/// Products whose fate the demo follows.
const RISING: usize = 3;
const FALLING: usize = 2;
const SOLD_OUT: usize = 3;

/// Items of the shops that the demo follows, as they were before the market moved.
pub(super) struct Watched {
    before: Vec<ItemSnapshot>,
}

/// What an item should look like after the second run.
struct Expected {
    visible: bool,
    price: i64,
}

impl Watched {
    /// Shown items at an ordinary price, so that no bound of the shop comes into play.
    pub(super) fn choose(simulator: &Simulator) -> Self {
        let ordinary = |item: &ItemSnapshot| item.visible && (2_000..20_000).contains(&item.price);
        let shops = (1..).map_while(|no| simulator.shop(&format!("shop-{no}")));
        let items = shops.flat_map(|shop| shop.items).filter(ordinary);
        Self {
            before: items.take(RISING + FALLING + SOLD_OUT).collect(),
        }
    }

    /// An ASIN that gets dearer.
    pub(super) fn risen(&self) -> &str {
        self.before.first().map_or("", |item| &item.asin)
    }

    /// What is done to the market, for the audience.
    pub(super) fn story() -> Text {
        text!(
            "Amazonで {RISING} 件が値上がり、{FALLING} 件が値下がり、{SOLD_OUT} 件が売り切れました。ほかの商品も6時間分動かしました。
さらに通信も乱します: 1回は制限超過(429)、1回はサーバーエラー(500)、答えから2件が抜け、3件は個別にエラー。",
            "On Amazon {RISING} products got dearer, {FALLING} cheaper, {SOLD_OUT} sold out, and the rest moved on by six hours.
The network stumbles, too: one 429, one 500, two products missing from an answer, three failing by themselves."
        )
    }

    /// Shows each item before and after; `false` when one is not as it should be.
    pub(super) fn show(
        &self,
        simulator: &Simulator,
        out: &mut CommandOutput<'_>,
    ) -> Result<bool, CommandError> {
        let mut all_right = true;
        let mut rows = vec![head(out)];
        for (place, before) in self.before.iter().enumerate() {
            let Some(after) = find(simulator, &before.asin) else {
                continue;
            };
            let expected = expected(place, before);
            let right = after.visible == expected.visible
                && (!expected.visible || after.price == expected.price);
            all_right &= right;
            rows.push(vec![
                before.asin.clone(),
                out.lang.pick(fate(place).0, fate(place).1).to_owned(),
                looks(before, out),
                "->".to_owned(),
                looks(&after, out),
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

/// Moves the market and breaks the network.
pub(super) fn stir(simulator: &Simulator, watched: &Watched) -> Result<(), CommandError> {
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
        "デモの市場を動かせません({error})",
        "the demo's market cannot be moved ({error})"
    ))
}

/// Amazon's new price: a half more, or a fifth less, than what the shop's price came from.
fn new_cost(place: usize, item: &ItemSnapshot) -> i64 {
    let cost = item.price * 10 / 13;
    if place < RISING {
        cost * 3 / 2
    } else {
        cost * 4 / 5
    }
}

fn expected(place: usize, before: &ItemSnapshot) -> Expected {
    Expected {
        visible: place < RISING + FALLING,
        // Times 1.3, to the nearest ten yen, half up.
        price: (new_cost(place, before) * 13 + 50) / 100 * 10,
    }
}

fn fate(place: usize) -> (&'static str, &'static str) {
    if place < RISING {
        ("Amazonで値上がり", "dearer on Amazon")
    } else if place < RISING + FALLING {
        ("Amazonで値下がり", "cheaper on Amazon")
    } else {
        ("Amazonで売り切れ", "sold out on Amazon")
    }
}

fn head(out: &CommandOutput<'_>) -> Vec<String> {
    let lang = out.lang;
    [
        "ASIN",
        lang.pick("できごと", "what happened"),
        lang.pick("前の店", "shop before"),
        "",
        lang.pick("今の店", "shop now"),
        "",
    ]
    .map(str::to_owned)
    .into()
}

fn looks(item: &ItemSnapshot, out: &CommandOutput<'_>) -> String {
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

fn find(simulator: &Simulator, asin: &str) -> Option<ItemSnapshot> {
    let shops = (1..).map_while(|no| simulator.shop(&format!("shop-{no}")));
    shops
        .flat_map(|shop| shop.items)
        .find(|item| item.asin == asin)
}
