//! The oracle by examples, computed by hand from the words of `domain.md`: never by running the product.

mod answers;
mod ending;
mod hand;
mod history;
mod lasting;
mod limits;
mod offers;
mod prices;
mod rows;
mod safety;
mod sample_rows;
mod states;
