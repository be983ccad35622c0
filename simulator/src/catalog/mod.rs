//! The catalogue: which ASINs exist, and the state of each when the world begins.
//!
//! Everything here is a function of the seed and the number of the product, so that the order of
//! requests has no influence. Later changes are kept in `state::market`.

mod asin;
mod asin_state;
mod opening_state;
mod product;
mod true_offer;

pub use asin::{Asins, is_well_formed};
pub use asin_state::AsinState;
pub use opening_state::opening_state;
pub use product::CatalogProduct;
pub use true_offer::{OfferAvailability, SellerFeedback, TrueOffer};
