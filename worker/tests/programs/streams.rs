//! A log that cannot be written never ends or blocks a worker or a producer.

use crate::servers::signal;
use crate::world::{PATIENCE, World};
use std::fs::OpenOptions;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

async fn code_of(mut child: Child) -> Option<i32> {
    let given_up = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait().expect("a child") {
            return status.code();
        }
        if Instant::now() > given_up {
            let _ = child.kill();
            panic!("it does not end");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn workers_and_producers_work_whatever_their_log_is_written_to() {
    let (unread, full_pipe) = std::io::pipe().expect("a pipe");
    let (_, closed) = std::io::pipe().expect("a pipe");
    let full = OpenOptions::new().write(true).open("/dev/full");
    let streams = [
        ("not read", Stdio::from(full_pipe)),
        ("closed", Stdio::from(closed)),
        ("full", Stdio::from(full.expect("a full disk"))),
    ];

    for (trouble, stream) in streams {
        let world = World::open(40).await;
        let mut worker = world.command("worker", &[]);
        worker.env("RUST_LOG", "trace").stderr(stream);
        let worker = worker.spawn().expect("the program starts");
        let mut producer = world.command("producer", &["serve"]);
        let full = OpenOptions::new().write(true).open("/dev/full");
        producer.stderr(full.expect("a full disk"));
        let producer = producer.spawn().expect("the program starts");

        // Refused while the producer's own run is open, which then ends.
        let done = async || {
            let run = world.start(world.command("miseban", &["run", "price-stock"]));
            run.ends().await.code() == Some(0)
        };
        crate::world::until(|| format!("a run while the log is {trouble}"), done).await;

        for (name, child) in [("worker", worker), ("producer", producer)] {
            signal(child.id(), "TERM");
            assert_eq!(code_of(child).await, Some(143), "{name}, {trouble}");
        }
    }
    drop(unread);
}
