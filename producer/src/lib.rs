//! The start: from listed ASINs to rows and messages, and from open rows to messages again.

mod caretaker;
mod lead;
mod minder;
mod nightly;
pub mod notices;
mod register;
mod resume;
mod retention;
mod start_run;
mod sweep;

pub use caretaker::Caretaker;
pub use lead::Lead;
pub use minder::Minder;
pub use register::{Registered, Registration, register};
pub use resume::{ResumeError, resume, resume_run};
pub use retention::RetentionCleanup;
pub use start_run::{Order, Refused, Started, start_run};
pub use sweep::sweep;
