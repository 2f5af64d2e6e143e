//! Records to JSON, fast: they are many, and mostly keys and words that need no escape. Those are copied as they are;
//! numbers, and text that does need one, are left to `serde_json`, with whose output a test holds all of it equal.

use std::fmt::{self, Display, Write as _};

use serde::ser::{Error as _, Impossible, SerializeMap, SerializeSeq, SerializeStruct};
use serde::{Serialize, Serializer};
use serde_json::Error;

/// Appends `value` to `out`, without a line break.
///
/// # Errors
/// Where `value` holds what no record does: tuples, bytes, variants with data.
pub(super) fn append(out: &mut Vec<u8>, value: &impl Serialize) -> Result<(), Error> {
    value.serialize(Json(out))
}

/// Where it goes.
struct Json<'o>(&'o mut Vec<u8>);

/// What no record holds.
fn alien<T>() -> Result<T, Error> {
    Err(Error::custom("a record holds numbers, words, lists and objects only"))
}

/// Is there anything that JSON text has to escape (RFC 8259 §7)? Eight bytes are looked at together.
fn needs_escape(text: &[u8]) -> bool {
    let (eights, rest) = text.as_chunks::<8>();
    let mut last = [b' '; 8];
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    eights.iter().fold(odd(last), |found, eight| found | odd(*eight)) != 0
}

/// Not 0 if one of these is a control character, a quotation mark or a backslash: a byte that is smaller than what is taken
/// from it borrows, into a bit that it did not have itself (Mycroft, 1987).
fn odd(bytes: [u8; 8]) -> u64 {
    const EACH: u64 = u64::from_ne_bytes([1; 8]);
    let word = u64::from_ne_bytes(bytes);
    let (quote, backslash) = (word ^ (EACH * u64::from(b'"')), word ^ (EACH * u64::from(b'\\')));
    let below = |word: u64, limit: u64| word.wrapping_sub(EACH * limit) & !word;
    (below(word, 0x20) | below(quote, 1) | below(backslash, 1)) & (EACH << 7)
}

fn put_text(out: &mut Vec<u8>, text: &str) -> Result<(), Error> {
    if needs_escape(text.as_bytes()) {
        return serde_json::to_writer(out, text);
    }
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
    Ok(())
}

/// Text that is made as it is written.
struct Text<'o>(&'o mut Vec<u8>);

impl fmt::Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

macro_rules! as_serde_json {
    ($($name:ident: $kind:ty),+) => {
        $(fn $name(self, value: $kind) -> Result<(), Error> {
            serde_json::to_writer(self.0, &value)
        })+
    };
}

impl<'o> Serializer for Json<'o> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Items<'o>;
    type SerializeTuple = Impossible<(), Error>;
    type SerializeTupleStruct = Impossible<(), Error>;
    type SerializeTupleVariant = Impossible<(), Error>;
    type SerializeMap = Items<'o>;
    type SerializeStruct = Items<'o>;
    type SerializeStructVariant = Impossible<(), Error>;

    as_serde_json! {
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64,
        serialize_f32: f32, serialize_f64: f64, serialize_char: char
    }

    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        self.0.extend_from_slice(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn serialize_str(self, text: &str) -> Result<(), Error> {
        put_text(self.0, text)
    }

    fn collect_str<T: ?Sized + Display>(self, value: &T) -> Result<(), Error> {
        let start = self.0.len();
        self.0.push(b'"');
        write!(Text(self.0), "{value}").map_err(Error::custom)?;
        if self.0.get(start + 1..).is_some_and(needs_escape) {
            self.0.truncate(start);
            return serde_json::to_writer(self.0, &value.to_string());
        }
        self.0.push(b'"');
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.0.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Error> {
        put_text(self.0, variant)
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'o>, Error> {
        Ok(Items::begin(self.0, b'[', b']'))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Items<'o>, Error> {
        Ok(Items::begin(self.0, b'{', b'}'))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Items<'o>, Error> {
        Ok(Items::begin(self.0, b'{', b'}'))
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), Error> {
        alien()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        alien()
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Error> {
        alien()
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Error> {
        alien()
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, Error> {
        alien()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Error> {
        alien()
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Error> {
        alien()
    }
}

/// A list or an object on its way.
struct Items<'o> {
    out: &'o mut Vec<u8>,
    /// Where its first item begins: there is no comma before that.
    first: usize,
    close: u8,
}

impl<'o> Items<'o> {
    fn begin(out: &'o mut Vec<u8>, open: u8, close: u8) -> Self {
        out.push(open);
        Self { first: out.len(), out, close }
    }

    fn separate(&mut self) {
        if self.out.len() > self.first {
            self.out.push(b',');
        }
    }

    fn finish(self) {
        self.out.push(self.close);
    }
}

impl SerializeSeq for Items<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Error> {
        self.separate();
        value.serialize(Json(self.out))
    }

    fn end(self) -> Result<(), Error> {
        self.finish();
        Ok(())
    }
}

impl SerializeMap for Items<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Result<(), Error> {
        self.separate();
        key.serialize(Json(self.out))
    }

    fn serialize_value<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Error> {
        self.out.push(b':');
        value.serialize(Json(self.out))
    }

    fn end(self) -> Result<(), Error> {
        self.finish();
        Ok(())
    }
}

impl SerializeStruct for Items<'_> {
    type Ok = ();
    type Error = Error;

    /// The names of fields are Rust's, and need no escape.
    fn serialize_field<T: ?Sized + Serialize>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        self.separate();
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        value.serialize(Json(self.out))
    }

    fn end(self) -> Result<(), Error> {
        self.finish();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[derive(Serialize, Debug)]
    struct Inner {
        text: String,
        made: Option<Made>,
        real: f64,
        list: Vec<Option<u32>>,
        map: BTreeMap<String, i64>,
    }

    /// Text that is made as it is written.
    #[derive(Clone, Debug)]
    struct Made(String);

    impl Serialize for Made {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_str(&format_args!("{}{}", self.0, 7))
        }
    }

    #[derive(Serialize, Debug)]
    struct Outer {
        yes: bool,
        nothing: Option<&'static str>,
        inner: Vec<Inner>,
        number: u64,
    }

    fn inner() -> impl Strategy<Value = Inner> {
        let map = proptest::collection::btree_map(any::<String>(), any::<i64>(), 0..3);
        let list = proptest::collection::vec(any::<Option<u32>>(), 0..4);
        (any::<String>(), any::<Option<String>>(), any::<f64>(), list, map)
            .prop_map(|(text, made, real, list, map)| Inner { text, made: made.map(Made), real, list, map })
    }

    proptest! {
        #[test]
        fn it_writes_what_serde_json_writes(
            yes in any::<bool>(),
            number in any::<u64>(),
            inner in proptest::collection::vec(inner(), 0..4),
        ) {
            let outer = Outer { yes, nothing: None, inner, number };
            let mut out = Vec::new();
            append(&mut out, &outer).unwrap();
            prop_assert_eq!(String::from_utf8(out).unwrap(), serde_json::to_string(&outer).unwrap());
        }
    }

    #[test]
    fn every_character_is_written_as_serde_json_writes_it() {
        for text in (0..=0x2100).filter_map(char::from_u32).map(String::from) {
            let mut out = Vec::new();
            append(&mut out, &text).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), serde_json::to_string(&text).unwrap());
        }
    }

    #[test]
    fn what_has_to_be_escaped_is_found_in_any_place() {
        for (byte, place) in (0..=0x80_u8).flat_map(|byte| (0..20).map(move |place| (byte, place))) {
            let mut text = [b'~'; 20];
            text[place] = byte;
            assert_eq!(
                needs_escape(&text),
                byte < 0x20 || byte == b'"' || byte == b'\\',
                "{byte} at {place}"
            );
        }
    }

    #[test]
    fn what_no_record_holds_is_an_error() {
        assert!(append(&mut Vec::new(), &(1, 2)).is_err());
    }
}
