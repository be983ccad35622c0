//! What can be wrong with the predecessor's data, and the message for each case.

use serde::Serialize;
use ui::message::Text;

/// A problem in the data, in the order in which problems are shown: first those that need a
/// correction, then other rows that are left out, then what is corrected or ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DataIssue {
    /// The SKU contains another ASIN than the row: one of them is wrong.
    SkuNamesAnother,
    /// Two listings of one item.
    DoubleItem,
    /// Two listings of one ASIN in a shop.
    DoubleAsin,
    /// The shop is not in the accounts file.
    UnknownAccount,
    /// Not an ASIN.
    BadAsin,
    /// Listed, but without a BASE item number.
    BadItem,
    /// Not a price that BASE accepts.
    BadPrice,
    /// The currency is not yen.
    OtherCurrency,
    /// Neither public nor hidden.
    UnknownVisibility,
    /// A status that the predecessor does not have.
    UnknownStatus,
    /// Not in the shop yet.
    Waiting,
    /// No longer in the shop.
    Ended,
    /// Sold on another platform than BASE.
    OtherPlatform,
    /// `active`, as early versions called `listed`.
    LegacyStatus,
    /// An ASIN with lower-case letters or spaces.
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
    /// A fetch time in local time.
    LocalTime,
    /// A fetch time that may be local or UTC.
    UnclearTime,
}

impl DataIssue {
    /// Whether the row is left out until a person corrects it.
    pub fn needs_correction(self) -> bool {
        self <= Self::UnknownStatus
    }

    /// Whether the row is left out.
    pub fn excludes_row(self) -> bool {
        self <= Self::OtherPlatform
    }

    /// Whether examples are shown.
    pub fn has_examples(self) -> bool {
        self.needs_correction() || matches!(self, Self::RaisedAsin | Self::FractionOfYen)
    }

    /// What it means, and what to do about it.
    pub fn message(self) -> Text {
        let (_, ja, en) = MESSAGES[self as usize];
        Text {
            ja: ja.to_owned(),
            en: en.to_owned(),
        }
    }
}

/// Issue, Japanese and English, in the order of [`DataIssue`].
const MESSAGES: [(DataIssue, &str, &str); 22] = [
    (
        DataIssue::SkuNamesAnother,
        "SKUのASINと行のASINが違います。どちらの商品か、BASEで確かめて直してください",
        "the SKU contains another ASIN than the row: check in BASE which product it is, and correct the row",
    ),
    (
        DataIssue::DoubleItem,
        "BASEの商品番号がほかの行と同じです。片方を直してください",
        "another row has the same BASE item number: correct one of them",
    ),
    (
        DataIssue::DoubleAsin,
        "同じショップに同じASINがあります。片方を消してください",
        "the shop has the same ASIN twice: remove one of the rows",
    ),
    (
        DataIssue::UnknownAccount,
        "ショップ一覧(accounts.toml)にないショップです。同じidで書き足してください",
        "the shop is not in the accounts file: add it with the same id",
    ),
    (
        DataIssue::BadAsin,
        "ASINではありません(英数字10文字)",
        "not an ASIN: ten letters or digits are needed",
    ),
    (
        DataIssue::BadItem,
        "出品中なのに、BASEの商品番号がありません",
        "listed, but without a BASE item number",
    ),
    (
        DataIssue::BadPrice,
        "売値が50円から99,999,999円ではありません",
        "the selling price is not between 50 and 99,999,999 yen",
    ),
    (
        DataIssue::OtherCurrency,
        "通貨が日本円ではありません",
        "the currency is not yen",
    ),
    (
        DataIssue::UnknownVisibility,
        "公開とも非公開とも書いてありません",
        "the visibility is neither public nor hidden",
    ),
    (
        DataIssue::UnknownStatus,
        "知らない状態です",
        "unknown status",
    ),
    (
        DataIssue::Waiting,
        "まだ出品されていません(出品したあとで取り込めます)",
        "not in the shop yet (import it once it is listed)",
    ),
    (
        DataIssue::Ended,
        "もう売っていません(sold、delisted)",
        "no longer on sale (sold, delisted)",
    ),
    (
        DataIssue::OtherPlatform,
        "BASE以外の出品です",
        "sold on another platform than BASE",
    ),
    (
        DataIssue::LegacyStatus,
        "古い状態 active を listed として取り込みます",
        "the old status active is imported as listed",
    ),
    (
        DataIssue::RaisedAsin,
        "ASINの小文字や空白を直して取り込みます",
        "lower-case letters and spaces in the ASIN are corrected",
    ),
    (
        DataIssue::FractionOfYen,
        "円未満の端数を四捨五入して取り込みます",
        "fractions of a yen are rounded",
    ),
    (
        DataIssue::NoSku,
        "SKUがないまま取り込みます",
        "imported without a SKU",
    ),
    (
        DataIssue::ProductAbsent,
        "出品のASINに商品の行がありません。Amazonに聞くので、困りません",
        "the ASIN of a listing has no product row; Miseban asks Amazon, so nothing is lost",
    ),
    (
        DataIssue::PriceUnknown,
        "Amazon価格がないか0です(不明か在庫切れか区別できません)。価格と在庫は取り込まず、Amazonに聞き直します",
        "the Amazon price is absent or 0 (unknown or out of stock); prices and stock are not imported, Miseban asks Amazon",
    ),
    (
        DataIssue::TitleErased,
        "商品名が消えています(以前のバージョンの不具合)",
        "the title is missing (a fault of an early version)",
    ),
    (
        DataIssue::LocalTime,
        "取得時刻が時差なしの現地時刻です。取り込みません",
        "the fetch time is local time without an offset; it is not imported",
    ),
    (
        DataIssue::UnclearTime,
        "取得時刻が現地時刻か世界時か分かりません。取り込みません",
        "the fetch time may be local or UTC; it is not imported",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_issue_has_its_own_message() {
        for (place, (issue, ..)) in MESSAGES.iter().enumerate() {
            assert_eq!(*issue as usize, place, "{issue:?}");
        }
    }
}
