//! The catalogue: which ASINs exist and what Amazon would say of each when the world begins.
//!
//! Everything here is a function of the seed and of the number of the product, so that the order
//! in which clients ask changes nothing. What changes later is kept by `market`.

mod asin;
mod draw;
mod generate;
mod offer;
mod product;

pub use asin::{Asins, is_well_formed};
pub use draw::Draw;
pub use generate::{MAX_LISTED_OFFERS, exact, opening_state, scaled};
pub use offer::{AsinState, Availability, Feedback, TrueOffer};
pub use product::Product;
