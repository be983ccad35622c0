//! Hears in the product's log what is done about the failures of jobs: it passes no port.

use crate::row_words::variants;
use shared::domain::retry::Remedy;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

/// Where the product tells it, and by which field.
const TOLD_BY: &str = "worker::job_runner";
const FIELD: &str = "remedy";

const REMEDIES: &[&str] = variants!(Remedy { Wait Pause PauseThenStop TryAgain GiveUp Stop });

/// The remedies that were heard so far. All clones are one.
#[derive(Debug, Clone, Default)]
pub struct HeardRemedies(Arc<Mutex<BTreeSet<String>>>);

impl HeardRemedies {
    /// Listens from now on, in all threads; hears nothing if something else listens to the log already.
    pub fn listen() -> Self {
        let heard = Self::default();
        let told_by = Targets::new().with_target(TOLD_BY, LevelFilter::DEBUG);
        let layer = heard.clone().with_filter(told_by);
        // A log for people was asked for instead.
        let _ = tracing_subscriber::registry().with(layer).try_init();
        heard
    }

    /// Their names.
    pub fn names(&self) -> Vec<String> {
        let heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        heard.iter().cloned().collect()
    }
}

impl<S: Subscriber> Layer<S> for HeardRemedies {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        event.record(&mut self.clone());
    }
}

impl Visit for HeardRemedies {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == FIELD {
            let name = format!("Remedy {}", variant(&format!("{value:?}")));
            let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            heard.insert(name);
        }
    }
}

/// All that can be heard.
pub fn all() -> impl Iterator<Item = String> {
    REMEDIES.iter().map(|name| format!("Remedy {name}"))
}

/// The name of the variant whose debug text this is.
pub(crate) fn variant(text: &str) -> &str {
    text.split(|sign: char| !sign.is_alphanumeric())
        .next()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_remedy_is_heard_by_the_name_of_its_variant() {
        let heard = HeardRemedies::default();
        let log = tracing_subscriber::registry().with(heard.clone());

        tracing::subscriber::with_default(log, || {
            let remedy = Remedy::Wait(Duration::from_secs(5));
            tracing::debug!(?remedy, why = "later", "the job failed");
        });

        assert_eq!(heard.names(), ["Remedy Wait"]);
        assert!(all().any(|name| name == heard.names()[0]));
    }
}
