//! The programs that work now, for `status`, `doctor` and `queues ls`.

mod live;
mod text;
mod view;

pub use live::LivePrograms;
pub use text::{checks, rows, workers};
pub use view::{ProgramsView, WorkerView};
