//! Amounts as people write them: `250000`, `128k`, `1M`.

use crate::error::Error;

/// Reads an amount of at least one; `k`, `M` and `G` are thousands, millions and milliards.
pub(super) fn parse(argument: &'static str, text: &str) -> Result<u32, Error> {
    number(text)
        .and_then(|amount| u32::try_from(amount).ok())
        .ok_or_else(|| wrong(argument, text, u32::MAX.into()))
}

/// The same where it may be larger.
pub(super) fn parse_large(argument: &'static str, text: &str) -> Result<u64, Error> {
    number(text).ok_or_else(|| wrong(argument, text, u64::MAX))
}

fn number(text: &str) -> Option<u64> {
    let (digits, factor) = match text.char_indices().next_back() {
        Some((at, 'k' | 'K')) => (text.get(..at), 1_000),
        Some((at, 'm' | 'M')) => (text.get(..at), 1_000_000),
        Some((at, 'g' | 'G')) => (text.get(..at), 1_000_000_000),
        _ => (Some(text), 1),
    };
    let number: Option<u64> = digits.and_then(|digits| digits.parse().ok());
    number.and_then(|number| number.checked_mul(factor)).filter(|&amount| amount > 0)
}

fn wrong(argument: &'static str, text: &str, most: u64) -> Error {
    Error::Argument {
        argument,
        value: text.to_owned(),
        why: format!("not a number from 1 to {most}; write e.g. 250000, 128k or 1M"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_may_have_a_letter() {
        let read = |text| parse("--max-flows", text).ok();
        assert_eq!(read("250000"), Some(250_000));
        assert_eq!(read("128k"), Some(128_000));
        assert_eq!(read("1M"), Some(1_000_000));
        assert_eq!(read("4G"), Some(4_000_000_000));
        for text in ["", "0", "k", "-1", "1.5M", "5G", "1T", "12é"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
