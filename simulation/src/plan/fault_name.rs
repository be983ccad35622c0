//! The kinds of faults.

use super::fault::{FaultAct, NetTrouble, QueueTrouble, StoreTrouble};
use super::person_deed::PersonDeed;
use super::vendor_kinds::RESTRICTED;
use simulator::{FaultKind, ShopLimit};

/// The kind of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultName {
    /// [`FaultAct::Kill`].
    Kill,
    /// [`FaultAct::KillAtCall`].
    KillAtCall,
    /// [`FaultAct::Freeze`].
    Freeze,
    /// [`FaultAct::FreezeAtCall`].
    FreezeAtCall,
    /// [`FaultAct::Clock`].
    Clock,
    /// [`FaultAct::QueueFlush`].
    QueueFlush,
    /// [`QueueTrouble::Lost`].
    QueueLost,
    /// [`QueueTrouble::Late`].
    QueueLate,
    /// [`QueueTrouble::Doubled`].
    QueueDouble,
    /// [`QueueTrouble::Away`].
    QueueAway,
    /// [`StoreTrouble::Away`].
    StoreAway,
    /// [`StoreTrouble::Slow`].
    StoreSlow,
    /// [`StoreTrouble::AnswerLost`].
    StoreLostAnswer,
    /// [`NetTrouble::Refused`].
    NetRefused,
    /// [`NetTrouble::AnswerLost`].
    NetLost,
    /// [`NetTrouble::AnswerCut`].
    NetCut,
    /// [`NetTrouble::Late`].
    NetLate,
    /// [`NetTrouble::Doubled`].
    NetDouble,
    /// A fault of a vendor.
    Vendor(FaultKind),
    /// [`FaultAct::UseUp`] of an hour.
    HourUsedUp,
    /// [`FaultAct::UseUp`] of a day.
    DayUsedUp,
    /// [`FaultAct::FewCalls`].
    FewCalls,
    /// [`FaultAct::DiskFull`].
    DiskFull,
    /// [`FaultAct::Deed`].
    Deed(PersonDeed),
    /// [`FaultAct::Settings`].
    Settings,
    /// [`FaultAct::SwitchOff`].
    SwitchOff,
    /// [`FaultAct::OldRows`].
    OldRows,
    /// [`FaultAct::OtherVersion`].
    OtherVersion,
    /// [`FaultAct::Suspend`].
    Suspend,
    /// BASE refuses a shop or the application.
    Restricted,
}

impl FaultName {
    /// Whether it befalls messages.
    pub fn is_of_the_queue(self) -> bool {
        matches!(
            self,
            Self::QueueFlush
                | Self::QueueLost
                | Self::QueueLate
                | Self::QueueDouble
                | Self::QueueAway
        )
    }
    /// Whether it is what persons and other programs do every day, and explains no disorder.
    pub fn is_everyday(self) -> bool {
        matches!(
            self,
            Self::HourUsedUp
                | Self::DayUsedUp
                | Self::FewCalls
                | Self::Deed(_)
                | Self::Settings
                | Self::SwitchOff
        )
    }
}

impl FaultAct {
    /// Its kind.
    pub fn name(&self) -> FaultName {
        match self {
            Self::Kill { .. } => FaultName::Kill,
            Self::KillAtCall { .. } => FaultName::KillAtCall,
            Self::Freeze { .. } => FaultName::Freeze,
            Self::FreezeAtCall { .. } => FaultName::FreezeAtCall,
            Self::Clock { .. } => FaultName::Clock,
            Self::QueueFlush => FaultName::QueueFlush,
            Self::Queue { trouble, .. } => match trouble {
                QueueTrouble::Lost => FaultName::QueueLost,
                QueueTrouble::Late(_) => FaultName::QueueLate,
                QueueTrouble::Doubled(_) => FaultName::QueueDouble,
                QueueTrouble::Away => FaultName::QueueAway,
            },
            Self::Store { trouble, .. } => match trouble {
                StoreTrouble::Away => FaultName::StoreAway,
                StoreTrouble::Slow(_) => FaultName::StoreSlow,
                StoreTrouble::AnswerLost => FaultName::StoreLostAnswer,
            },
            Self::Net { trouble, .. } => match trouble {
                NetTrouble::Refused => FaultName::NetRefused,
                NetTrouble::AnswerLost => FaultName::NetLost,
                NetTrouble::AnswerCut => FaultName::NetCut,
                NetTrouble::Late(_) => FaultName::NetLate,
                NetTrouble::Doubled => FaultName::NetDouble,
            },
            Self::Vendor(fault) => {
                let code = fault.error.as_deref().unwrap_or_default();
                match fault.kind {
                    FaultKind::BaseError if RESTRICTED.contains(&code) => FaultName::Restricted,
                    kind => FaultName::Vendor(kind),
                }
            }
            Self::UseUp { limit, .. } => match limit {
                ShopLimit::Hour => FaultName::HourUsedUp,
                ShopLimit::Day => FaultName::DayUsedUp,
            },
            Self::FewCalls { .. } => FaultName::FewCalls,
            Self::DiskFull { .. } => FaultName::DiskFull,
            Self::Deed { deed, .. } => FaultName::Deed(*deed),
            Self::Settings(_) => FaultName::Settings,
            Self::SwitchOff { .. } => FaultName::SwitchOff,
            Self::OldRows { .. } => FaultName::OldRows,
            Self::OtherVersion { .. } => FaultName::OtherVersion,
            Self::Suspend { .. } => FaultName::Suspend,
        }
    }
}
