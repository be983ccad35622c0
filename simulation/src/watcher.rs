//! Who judges a history.

use crate::breach::Breach;
use crate::event::Event;
use crate::world_view::WorldView;

/// Watches a simulation, and says what it breaks. It is called between two steps of the product, so that
/// nothing moves meanwhile.
pub trait Watcher: Send {
    /// Something happened.
    fn see(&mut self, event: &Event, world: &WorldView<'_>);

    /// A minute has passed.
    fn step(&mut self, world: &WorldView<'_>);

    /// The last fault is over, and every process runs.
    fn calm(&mut self, world: &WorldView<'_>);

    /// Everything had the time to settle.
    fn end(&mut self, world: &WorldView<'_>);

    /// What was broken so far.
    fn breaches(&self) -> &[Breach];
}

/// Watches nothing.
#[derive(Debug, Default)]
pub struct Unwatched;

impl Watcher for Unwatched {
    fn see(&mut self, _: &Event, _: &WorldView<'_>) {}

    fn step(&mut self, _: &WorldView<'_>) {}

    fn calm(&mut self, _: &WorldView<'_>) {}

    fn end(&mut self, _: &WorldView<'_>) {}

    fn breaches(&self) -> &[Breach] {
        &[]
    }
}
