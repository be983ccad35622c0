//! Messages of programs of another version.

/// How a message differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherMessage {
    /// It tells more than this version knows.
    MoreFields,
    /// It is a job that this version does not know.
    UnknownTag,
}
