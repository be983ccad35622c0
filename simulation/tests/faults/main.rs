//! Each kind of fault alone, in a fixed plan: it has its effect, and breaks nothing.

mod disk;
mod drawn;
mod fixed_plan;
mod persons;
mod programs;
mod shops;
