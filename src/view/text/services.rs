//! The ends by service, the worst first: one host may serve on many ports, which the peers do not tell apart.

use crate::aggregate::{Service, Services};

use super::counted;
use super::grid::{Align, Cell, Column, Grid};
use super::style::{Ink, Style};

/// More are told by their number.
const SHOWN: usize = 10;
/// Causes that are named of each, where there is room.
const NAMED: usize = 3;

/// How much is told of each service's causes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Causes {
    Several,
    First,
}

/// Something only where it tells more than the ends that are listed: where not all are, and several services have some.
pub(super) fn section(services: &Services, hidden: u64, style: &Style) -> Option<String> {
    let shown = services.worst(SHOWN);
    let tells_more = hidden > 0 && shown.len() > 1 && shown.first().is_some_and(|worst| worst.ends > 1);
    if !tells_more {
        return None;
    }
    let more = services.known() - shown.len();
    let more = (more > 0).then(|| format!("... and {}", counted(more as u64, "more service")));
    let more = more.map_or_else(String::new, |more| style.wrap(&more, 4, Ink::Quiet));
    Some(style.wrap("Services", 0, Ink::Title) + &body(&shown, style) + &more)
}

fn body(services: &[Service], style: &Style) -> String {
    let grids = [Causes::Several, Causes::First].map(|causes| grid(services, causes));
    match grids.iter().find(|grid| grid.width() <= style.width) {
        Some(grid) => {
            let (head, lines) = grid.lines(style);
            head + &lines.concat()
        }
        None => services.iter().map(|service| sentence(service, style)).collect(),
    }
}

fn grid(services: &[Service], causes: Causes) -> Grid {
    let columns = vec![
        Column { title: "COUNT", align: Align::Right },
        Column { title: "SERVICE", align: Align::Left },
        Column { title: if causes == Causes::First { "MOSTLY" } else { "CAUSES" }, align: Align::Left },
    ];
    let row = |service: &Service| {
        let (count, endpoint) = (Cell::plain(count(service)), Cell::plain(service.endpoint.to_string()));
        vec![count, endpoint, Cell::plain(told(service, causes))]
    };
    Grid::new(columns, services.iter().map(row).collect())
}

/// The number of its ends, with what may be missing.
fn count(service: &Service) -> String {
    match service.missed {
        0 => service.ends.to_string(),
        missed => format!("{} (+{missed}?)", service.ends),
    }
}

fn told(service: &Service, causes: Causes) -> String {
    if causes == Causes::First || service.causes.len() == 1 {
        return service.causes.first().map_or_else(String::new, |(rule, _)| rule.name.to_owned());
    }
    let named = service.causes.iter().take(NAMED).map(|(rule, count)| format!("{count} {}", rule.name));
    let rest: u64 = service.causes.iter().skip(NAMED).map(|(_, count)| count).sum();
    let rest = (rest > 0).then(|| format!("{rest} others"));
    named.chain(rest).collect::<Vec<_>>().join(", ")
}

/// A service where there is no room for columns.
fn sentence(service: &Service, style: &Style) -> String {
    style.wrap(
        &format!("{} {}: {}", count(service), service.endpoint, told(service, Causes::Several)),
        2,
        Ink::Plain,
    )
}
