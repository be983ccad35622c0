//! Chance and wall clock of the thread that simulates.
//!
//! Ids (`Uuid::now_v7`), dice (`rand`) and the order of hash maps come from the system's `getrandom`, and
//! the time in an id from its `clock_gettime`. Both are defined here in place of the C library's: on a
//! thread that was seeded they answer from the seed and from virtual time, on any other thread they ask
//! the kernel. `gettimeofday`, which only the database uses, tells the time that programs go by. Nothing
//! else in the workspace is `unsafe`.

#![cfg(target_os = "linux")]
#![expect(
    unsafe_code,
    reason = "defines three functions of the C library, so that ids and dice repeat; a seam for every \
              id and every hash map of the product would be larger and would miss those of its libraries"
)]

use chrono::{DateTime, Utc};
use libc::{c_int, c_uint, c_void, clockid_t, size_t, ssize_t, timespec, timeval};
use std::cell::Cell;
use std::sync::atomic::{AtomicI64, Ordering};

/// What the clock of the database shows; 0 before a simulation.
static DATABASE_MICROS: AtomicI64 = AtomicI64::new(0);

thread_local! {
    static DRAWN: Cell<Option<u64>> = const { Cell::new(None) };
    static WALL_NANOS: Cell<Option<i64>> = const { Cell::new(None) };
}

/// Makes all chance of this thread follow from `seed`. Call it before anything on the thread has drawn.
pub fn seed_thread(seed: u64) {
    DRAWN.set(Some(seed));
}

/// The time that this thread's wall clock shows from now on.
pub fn set_wall_clock(now: DateTime<Utc>) {
    WALL_NANOS.set(now.timestamp_nanos_opt());
}

/// The time that the database's own clock shows from now on: `SQLite` asks for it on threads of its own.
pub fn set_database_clock(now: DateTime<Utc>) {
    DATABASE_MICROS.store(now.timestamp_micros(), Ordering::Relaxed);
}

/// The next number of a `SplitMix64` stream.
pub(crate) fn next_number(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// The C library's function of this name.
///
/// # Safety
///
/// `buffer` must be valid for writes of `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn getrandom(buffer: *mut c_void, length: size_t, flags: c_uint) -> ssize_t {
    let Some(mut state) = DRAWN.get() else {
        // SAFETY: the system call takes what the caller of this function promised.
        let read = unsafe { libc::syscall(libc::SYS_getrandom, buffer, length, flags) };
        return ssize_t::try_from(read).unwrap_or(-1);
    };
    let bytes = buffer.cast::<u8>();
    let mut drawn = [0; 8];
    for place in 0..length {
        if place % 8 == 0 {
            drawn = next_number(&mut state).to_le_bytes();
        }
        // SAFETY: the caller promised `length` bytes, and `place` is below that.
        unsafe { bytes.add(place).write(drawn[place % 8]) };
    }
    DRAWN.set(Some(state));
    ssize_t::try_from(length).unwrap_or(-1)
}

/// The C library's function of this name.
///
/// # Safety
///
/// `time` must be valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock_gettime(clock: clockid_t, time: *mut timespec) -> c_int {
    if clock == libc::CLOCK_REALTIME
        && let Some(nanos) = WALL_NANOS.get()
    {
        let shown = timespec {
            tv_sec: nanos.div_euclid(1_000_000_000),
            tv_nsec: nanos.rem_euclid(1_000_000_000),
        };
        // SAFETY: the caller promised that `time` can be written.
        unsafe { time.write(shown) };
        return 0;
    }
    // SAFETY: the system call takes what the caller of this function promised.
    let done = unsafe { libc::syscall(libc::SYS_clock_gettime, clock, time) };
    c_int::try_from(done).unwrap_or(-1)
}

/// The C library's function of this name, which nothing but the database uses.
///
/// # Safety
///
/// `time` must be valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gettimeofday(time: *mut timeval, zone: *mut c_void) -> c_int {
    let micros = DATABASE_MICROS.load(Ordering::Relaxed);
    if micros != 0 {
        let shown = timeval {
            tv_sec: micros.div_euclid(1_000_000),
            tv_usec: micros.rem_euclid(1_000_000),
        };
        // SAFETY: the caller promised that `time` can be written.
        unsafe { time.write(shown) };
        return 0;
    }
    // SAFETY: the system call takes what the caller of this function promised.
    let done = unsafe { libc::syscall(libc::SYS_gettimeofday, time, zone) };
    c_int::try_from(done).unwrap_or(-1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use uuid::Uuid;

    fn drawn() -> (Uuid, Vec<u32>) {
        let drawing = std::thread::spawn(|| {
            seed_thread(7);
            set_wall_clock("2031-01-01T00:00:00Z".parse().expect("an instant"));
            let set: HashSet<u32> = (0..40).collect();
            (Uuid::now_v7(), set.into_iter().collect())
        });
        drawing.join().expect("a thread")
    }

    #[test]
    fn a_seeded_thread_draws_the_same_hash_order_and_the_time_of_ids_is_virtual() {
        let ((id, order), (_, again)) = (drawn(), drawn());

        assert_eq!(order, again);
        let (seconds, _) = id.get_timestamp().expect("a time").to_unix();
        assert_eq!(seconds, 1_924_992_000);
    }

    #[test]
    fn other_threads_draw_from_the_system() {
        assert_ne!(Uuid::now_v7(), Uuid::now_v7());
        let now = std::time::UNIX_EPOCH.elapsed().expect("after 1970");
        assert!(now.as_secs() > 1_700_000_000);
    }
}
