//! The start: from listed ASINs to rows and messages, and from open rows to messages again.

mod resume;
mod start_run;

pub use resume::{ResumeError, resume, resume_run};
pub use start_run::{Order, Refused, Started, start_run};
