//! What still fits on a disk that is full.

/// What the database can write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiskRoom {
    /// Nothing.
    Nothing,
    /// What replaces something: new rows find no room.
    NoNewRows,
}
