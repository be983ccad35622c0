//! Begins and ends the faults of the plan.

use super::{Director, Step};
use crate::deeds;
use crate::event::Happening;
use crate::full_disk;
use crate::gate::Life;
use crate::other_version::make_rows_old;
use crate::plan::{FaultAct, PlannedFault};
use crate::shop_calls::{accept, use_up};
use crate::world_change::end_vendor_fault;
use chrono::TimeDelta;
use std::sync::Arc;

impl Director {
    /// A fault begins.
    pub(super) fn begin(&mut self, place: usize) {
        self.tell_fault(place, true);
        self.active.insert(place);
        let simulation = Arc::clone(&self.simulation);
        match self.plan.faults[place].what.clone() {
            FaultAct::Kill { process } => self.kill(process),
            FaultAct::Freeze { process } | FaultAct::Suspend { process, .. } => {
                self.set(process, Life::StandsStill);
            }
            FaultAct::Clock { process, ahead } => self.set_clock(process, ahead),
            FaultAct::QueueFlush => simulation.queue.flush(),
            FaultAct::Vendor(fault) => {
                // The plan has none that the simulator refuses.
                let _ = simulation.simulator.add_fault(*fault);
            }
            FaultAct::UseUp { account, limit } => use_up(&simulation, &account, limit),
            FaultAct::FewCalls { an_hour } => accept(&simulation, Some(an_hour)),
            FaultAct::DiskFull { room } => full_disk::fill(&simulation, room),
            FaultAct::Deed { deed, after } => {
                let installation = Arc::clone(&self.installation);
                let person = deeds::wait_and_do(deed, after, simulation, installation);
                self.persons.insert(place, tokio::spawn(person));
            }
            FaultAct::SwitchOff { account } => {
                self.switch_off(Some(account));
                self.start_again_by_turns(place);
            }
            FaultAct::OldRows { percent } => make_rows_old(&simulation, percent),
            FaultAct::Settings(rules) => {
                simulation.change_settings(*rules);
                self.start_again_by_turns(place);
            }
            act => simulation.troubles.begin(place, &act),
        }
    }

    /// A fault is over.
    pub(super) fn end(&mut self, place: usize) {
        self.tell_fault(place, false);
        self.active.remove(&place);
        self.undo(place);
    }

    /// Makes right what was wrong.
    pub(super) fn undo(&mut self, place: usize) {
        let PlannedFault { lasts, what, .. } = self.plan.faults[place].clone();
        match what {
            FaultAct::Kill { process } => self.start(process),
            FaultAct::Freeze { process } => self.set(process, Life::Runs),
            FaultAct::FreezeAtCall { process, .. } => {
                self.simulation.troubles.end(place);
                self.set(process, Life::Runs);
            }
            FaultAct::Clock { process, .. } => self.set_clock(process, TimeDelta::zero()),
            FaultAct::QueueFlush | FaultAct::UseUp { .. } | FaultAct::OldRows { .. } => {}
            FaultAct::FewCalls { .. } => accept(&self.simulation, None),
            FaultAct::DiskFull { .. } => full_disk::make_room(&self.simulation),
            FaultAct::Deed { .. } => {
                if let Some(person) = self.persons.remove(&place) {
                    person.abort();
                }
            }
            FaultAct::Settings(_) => self.start_all_again(),
            FaultAct::SwitchOff { .. } => {
                self.switch_off(None);
                self.start_all_again();
            }
            FaultAct::Suspend { process, wrong_for } => {
                let behind = TimeDelta::from_std(lasts).unwrap_or_default();
                self.set_clock(process, -behind);
                self.set(process, Life::Runs);
                let right = self.simulation.time.elapsed() + wrong_for;
                self.note(right, Step::SetClockRight(process));
            }
            FaultAct::Vendor(fault) => end_vendor_fault(&self.simulation.simulator, &fault),
            _ => self.simulation.troubles.end(place),
        }
    }

    /// One shop is switched off; `None` for none.
    fn switch_off(&self, account: Option<String>) {
        let mut settings = self.simulation.settings();
        settings.off = account;
        self.simulation.change_settings(settings);
    }

    /// The processes are started again one after the other while the fault lasts.
    fn start_again_by_turns(&mut self, place: usize) {
        let lasts = self.plan.faults[place].lasts;
        let (now, all) = (self.simulation.time.elapsed(), self.places.len());
        for number in 0..all {
            let turns = u32::try_from(number + 1).unwrap_or(u32::MAX);
            let parts = u32::try_from(all + 1).unwrap_or(u32::MAX);
            self.note(now + lasts / parts * turns, Step::StartAgain(number));
        }
    }

    /// Those that still run with earlier settings.
    fn start_all_again(&mut self) {
        for number in 0..self.places.len() {
            self.start_again(number);
        }
    }

    fn tell_fault(&self, place: usize, begins: bool) {
        let fault = &self.plan.faults[place];
        let (name, text) = (fault.what.name(), format!("{:?}", fault.what));
        self.simulation
            .record(None, Happening::Fault { name, text, begins });
    }
}
