//! What a queue message carries: ids and a version, never data that a row has.
//!
//! A job is a payload in one file here, and its handler in one file of the crate `worker`. Its
//! [`Payload`] has everything that a queue needs to know.

mod backfill;
mod job;
mod payload;
mod rank;
mod read_shop;
mod sync_batch;
mod update_listing;

pub use crate::domain::queue_name::QueueName;
pub use backfill::{Backfill, InfoBackfill};
pub use job::Job;
pub use payload::Payload;
pub use rank::Rank;
pub use read_shop::ReadShop;
pub use sync_batch::{InfoBatch, SyncBatch};
pub use update_listing::UpdateListing;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::listing::ListingId;
    use crate::domain::run::RunId;
    use uuid::Uuid;

    const RUN: RunId = RunId(Uuid::from_u128(0x0197_0000_0000_7000_8000_0000_0000_002a));
    const BATCH: SyncBatch = SyncBatch { run: RUN, no: 7 };
    const BACKFILL: Backfill = Backfill { run: RUN };
    const UPDATE: UpdateListing = UpdateListing {
        listing: ListingId(12_829),
        version: 3,
    };
    const READ: ReadShop = ReadShop {
        run: RUN,
        no: 2,
        step: 43,
    };

    /// Encodes `payload` as `json`, and decodes `json` as `payload`.
    fn check<P: Payload + Clone + PartialEq>(payload: &P, json: &str) {
        let encoded = Job::new(payload.clone()).encode().unwrap();

        assert_eq!(String::from_utf8(encoded).unwrap(), json);
        assert_eq!(&serde_json::from_str::<P>(json).unwrap(), payload);
    }

    /// The next version must read the messages that are in the queues now: these texts never change,
    /// a new version gets a tag of its own.
    #[test]
    fn the_wire_format_stays_as_it_is() {
        check(
            &BATCH,
            r#"{"job":"sync_batch/1","run":"01970000-0000-7000-8000-00000000002a","no":7}"#,
        );
        check(
            &BACKFILL,
            r#"{"job":"backfill/1","run":"01970000-0000-7000-8000-00000000002a"}"#,
        );
        check(
            &UPDATE,
            r#"{"job":"update_listing/1","listing":12829,"version":3}"#,
        );
        check(
            &READ,
            r#"{"job":"read_shop/1","run":"01970000-0000-7000-8000-00000000002a","no":2,"step":43}"#,
        );
        check(
            &InfoBatch(BATCH),
            r#"{"job":"info_batch/1","run":"01970000-0000-7000-8000-00000000002a","no":7}"#,
        );
        check(
            &InfoBackfill(BACKFILL),
            r#"{"job":"info_backfill/1","run":"01970000-0000-7000-8000-00000000002a"}"#,
        );
    }

    #[test]
    fn a_field_that_a_newer_version_added_is_ignored() {
        let json = r#"{"job":"update_listing/1","listing":1,"version":3,"why":"price"}"#;

        assert!(serde_json::from_str::<UpdateListing>(json).is_ok());
    }

    #[test]
    fn the_same_work_has_the_same_id() {
        let run = "01970000-0000-7000-8000-00000000002a";

        assert_eq!(BATCH.id(), format!("sync:{run}:7"));
        assert_eq!(BACKFILL.id(), format!("backfill:{run}"));
        assert_eq!(InfoBatch(BATCH).id(), BATCH.id());
        assert_eq!(InfoBackfill(BACKFILL).id(), BACKFILL.id());
        assert_eq!(UPDATE.id(), "update:12829:3");
        assert_eq!(READ.id(), format!("shop:{run}:2:43"));
    }

    #[test]
    fn a_job_that_waits_for_amazon_does_not_delay_one_that_waits_for_the_shop() {
        let queues = [
            Job::new(BATCH).queue(),
            Job::new(BACKFILL).queue(),
            Job::new(UPDATE).queue(),
            Job::new(READ).queue(),
        ];

        let (sync, update) = (QueueName::Sync, QueueName::Update);
        assert_eq!(queues, [sync, sync, update, update]);
    }

    #[test]
    fn texts_and_images_delay_no_other_job() {
        let queues = [
            Job::new(InfoBatch(BATCH)).queue(),
            Job::new(InfoBackfill(BACKFILL)).queue(),
        ];

        assert_eq!(queues, [QueueName::Info, QueueName::Info]);
    }

    #[test]
    fn a_backfill_goes_first_since_it_is_all_that_is_left_of_its_run() {
        let ranks = [Job::new(BACKFILL).rank(), Job::new(BATCH).rank()];

        assert_eq!(ranks, [Rank(0), Rank::NORMAL]);
    }
}
