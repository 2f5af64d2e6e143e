//! The parts of a verdict that are told and not judged: the RST, the exchange, the traffic.

use crate::decode::Traits;
use crate::flow::{BodyLength, Half, Reset};

use super::evidence::Evidence;
use super::{ExchangeFacts, RstFacts, Traffic};

pub(super) fn traffic(half: &Half) -> Traffic {
    Traffic { packets: half.packets, bytes: half.bytes }
}

/// The RST that took effect, as it was on the wire.
pub(super) fn rst(evidence: &Evidence<'_>) -> Option<RstFacts> {
    let reset = evidence.reset()?;
    let rst = &reset.rst;
    let (sender, receiver) = (reset.before.at(reset.by), reset.before.at(reset.by.peer()));
    Some(RstFacts {
        frame: rst.frame,
        time: rst.ts,
        flags: rst.flags,
        seq: rst.seq.0,
        ack: rst.ack.0,
        wnd: sender.scaled_wnd(rst, receiver),
        ttl: rst.ttl,
        ip_id: (!rst.traits.has(Traits::IPV6)).then_some(rst.ip_id),
        payload: rst_text(reset),
    })
}

/// Devices that explain themselves do it in ASCII (RFC 9293 §3.5.3 allows any text).
pub(super) fn rst_text(reset: &Reset) -> Option<String> {
    if reset.text.is_empty() {
        return None;
    }
    let printable = reset.text.iter().all(|&byte| byte.is_ascii_graphic() || byte == b' ');
    Some(if printable {
        String::from_utf8_lossy(&reset.text).into_owned()
    } else {
        reset.text.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
    })
}

/// What was being said; `None` where nothing is recognised.
pub(super) fn exchange(evidence: &Evidence<'_>) -> Option<ExchangeFacts> {
    let exchange = evidence.exchange;
    let protocol = exchange.protocol_name()?;
    let mut facts = ExchangeFacts { protocol: Some(protocol), ..ExchangeFacts::default() };
    let http = exchange.http().or_else(|| exchange.upgraded().map(|upgraded| &upgraded.http));
    if let Some(http) = http {
        let filled = |text: &String| (!text.is_empty()).then(|| text.clone());
        facts.method = filled(&http.request.method);
        facts.target = filled(&http.request.target);
        facts.host.clone_from(&http.request.host);
        if let Some(response) = &http.response {
            facts.status = (response.status != 0).then_some(response.status);
            facts.response_bytes = response.body;
            facts.response_expected = match response.length {
                BodyLength::Bytes(length) => Some(length),
                _ => None,
            };
        }
    }
    facts.sni = exchange.tls().and_then(|tls| tls.sni.clone());
    facts.alert = exchange.tls().and_then(|tls| tls.alert).map(|alert| alert.name());
    Some(facts)
}
