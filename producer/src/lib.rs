//! Starts runs and keeps their schedule.
//!
//! [`start_run`] and [`register`] write the rows of a new run and send its messages; [`resume`]
//! sends the messages of open rows again. [`Scheduler`] does this by the clock, for `miseban serve`
//! and `producer serve`. [`notices`] reports to people what happened.

pub mod cli;
mod lost_messages;
mod not_started;
pub mod notices;
mod register;
mod resume;
mod schedule;
mod schedule_state;
mod start_run;

pub use lost_messages::{LostMessages, ResumeError};
pub use not_started::{inactive_account, not_started, unknown_account};
pub use register::{Registered, Registration, register};
pub use resume::{resume, resume_run};
pub use schedule::{
    LeaderLease, Leadership, RetentionCleanup, RunScheduler, Scheduler, TokenRefresher, is_led,
};
pub use schedule_state::ScheduleState;
pub use start_run::{RunOrder, StartRunError, StartedRun, start_run};
