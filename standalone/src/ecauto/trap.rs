//! The traps of the predecessor's data, and what is said of each.

use serde::Serialize;
use ui::message::{Text, text};

/// Something in the file that is not what it looks like. In the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trap {
    /// The SKU names another ASIN than the row: one of them is wrong, and it may be the product.
    SkuNamesAnother,
    /// Two listings of one item.
    DoubleItem,
    /// Two listings of one ASIN in a shop.
    DoubleAsin,
    /// No shop of the accounts file.
    UnknownAccount,
    /// No ASIN.
    BadAsin,
    /// Listed, but without a number that BASE knows it by.
    BadItem,
    /// No price that could be shown.
    BadPrice,
    /// Not in yen.
    OtherCurrency,
    /// Neither public nor hidden.
    UnknownVisibility,
    /// A status that the predecessor never had.
    UnknownStatus,
    /// Not in the shop yet.
    Waiting,
    /// Not in the shop any more.
    Ended,
    /// Not of BASE.
    OtherPlatform,
    /// `active`, as early versions called `listed`.
    LegacyStatus,
    /// An ASIN in small letters or with spaces.
    RaisedAsin,
    /// A price with a fraction of a yen.
    FractionOfYen,
    /// No SKU.
    NoSku,
    /// A listing without a product.
    ProductAbsent,
    /// Price absent or 0.
    PriceUnknown,
    /// No title.
    TitleErased,
    /// Local times.
    LocalTime,
    /// Times that may be local or UTC.
    UnclearTime,
}

impl Trap {
    /// Whether rows in it stay out until a person has mended something.
    pub fn wants_mending(self) -> bool {
        self <= Self::UnknownStatus
    }

    /// Whether rows in it stay out.
    pub fn leaves_out(self) -> bool {
        self <= Self::OtherPlatform
    }

    /// Whether single rows are worth a look.
    pub fn is_shown(self) -> bool {
        self.wants_mending() || matches!(self, Self::RaisedAsin | Self::FractionOfYen)
    }

    /// What it is, and what is done about it or has to be.
    #[expect(clippy::too_many_lines, reason = "a table of texts")]
    pub fn message(self) -> Text {
        match self {
            Self::SkuNamesAnother => text!(
                "SKUのASINと行のASINが違います。どちらの商品か、BASEで確かめて直してください",
                "the SKU names another ASIN than the row: look in BASE which product it is, and mend the row"
            ),
            Self::DoubleItem => text!(
                "BASEの商品番号が前の行と同じです。片方を直してください",
                "BASE's number is that of an earlier row: mend one of them"
            ),
            Self::DoubleAsin => text!(
                "同じショップに同じASINがあります。片方を消してください",
                "the same ASIN stands in the same shop: remove one of them"
            ),
            Self::UnknownAccount => text!(
                "ショップ一覧(accounts.toml)にないショップです。同じidで書き足してください",
                "a shop that is not in the accounts file: add it with the same id"
            ),
            Self::BadAsin => text!(
                "ASINではありません(英数字10文字)",
                "no ASIN: ten letters or digits are needed"
            ),
            Self::BadItem => text!(
                "出品中なのに、BASEの商品番号がありません",
                "listed, but without BASE's number of it"
            ),
            Self::BadPrice => text!(
                "売値が50円から99,999,999円ではありません",
                "the selling price is not between 50 and 99,999,999 yen"
            ),
            Self::OtherCurrency => {
                text!("通貨が日本円ではありません", "the currency is not the yen")
            }
            Self::UnknownVisibility => {
                text!(
                    "公開とも非公開とも書いてありません",
                    "neither public nor hidden"
                )
            }
            Self::UnknownStatus => text!("知らない状態です", "an unknown status"),
            Self::Waiting => text!(
                "まだ出品されていません(出品したあとで取り込めます)",
                "not in the shop yet (take it in when it is)"
            ),
            Self::Ended => text!(
                "もう売っていません(sold、delisted)",
                "not sold any more (sold, delisted)"
            ),
            Self::OtherPlatform => text!("BASE以外の出品です", "not of BASE"),
            Self::LegacyStatus => text!(
                "古い状態 active を listed として取り込みます",
                "the old status active is taken as listed"
            ),
            Self::RaisedAsin => text!(
                "ASINの小文字や空白を直して取り込みます",
                "small letters and spaces in the ASIN are mended"
            ),
            Self::FractionOfYen => text!(
                "円未満の端数を四捨五入して取り込みます",
                "fractions of a yen are rounded"
            ),
            Self::NoSku => text!("SKUがないまま取り込みます", "taken without a SKU"),
            Self::ProductAbsent => text!(
                "出品のASINに商品の行がありません。Amazonに聞くので、困りません",
                "ASINs of listings without a product row; Amazon is asked, so nothing is missing"
            ),
            Self::PriceUnknown => text!(
                "Amazon価格がないか0です(不明か在庫切れか区別できません)。価格と在庫は取り込まず、Amazonに聞き直します",
                "Amazon's price is absent or 0, which meant unknown or out of stock; prices and stocks are not taken over, Amazon is asked anew"
            ),
            Self::TitleErased => text!(
                "商品名が消えています(古い版の不具合)",
                "the title is gone (a fault of an early version)"
            ),
            Self::LocalTime => text!(
                "取得時刻が時差なしの現地時刻です。取り込みません",
                "fetched at local times without an offset; not taken over"
            ),
            Self::UnclearTime => text!(
                "取得時刻が現地時刻か世界時か分かりません。取り込みません",
                "fetched at times that may be local or UTC; not taken over"
            ),
        }
    }
}
