//! Finds at a start that runs were not made.

use super::Notifications;
use crate::schedule_state::ScheduleState;
use shared::domain::notice::{Notice, SilentPart};
use shared::domain::schedule::RunSchedule;
use shared::ports::store::{NewNotice, StoreError};

impl Notifications {
    /// Tells that no run was made while no program ran, if one is overdue. Call it before this process
    /// gives its first sign of life.
    pub async fn tell_missed_run(&self, schedule: &RunSchedule) {
        if let Err(error) = self.find_missed_run(schedule).await {
            tracing::warn!(%error, "could not read whether a run is overdue");
        }
    }

    async fn find_missed_run(&self, schedule: &RunSchedule) -> Result<(), StoreError> {
        let now = self.clock.now();
        let state = ScheduleState::read(&*self.store, schedule, now).await?;
        let Some(since) = state.overdue_since else {
            return Ok(());
        };
        // A held run has a notice of its own: nothing stopped, it waits for a person.
        if state.is_held() {
            return Ok(());
        }
        tracing::warn!(%since, "no run since {since}, although one was due: no program ran that keeps the schedule");
        let part = SilentPart::Runs;
        let (queues, until) = (Vec::new(), None);
        self.write(Notice::Silent {
            part,
            queues,
            since,
            until,
        })
        .await
    }

    pub(super) async fn write(&self, notice: Notice) -> Result<(), StoreError> {
        let channels = self.channel_names();
        if channels.is_empty() || !self.policy.events.wants(&notice) {
            return Ok(());
        }
        let new = NewNotice {
            event: notice.event(),
            notice: Some(notice),
            at: self.clock.now(),
        };
        self.store.write_notices(&channels, &[new]).await.map(drop)
    }
}
