//! The catalogue: which ASINs exist and what Amazon would say of each when the world begins.
//!
//! Everything here is a function of the seed and of the number of the product, so that the order
//! in which clients ask changes nothing. What changes later is kept by `market`.

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
