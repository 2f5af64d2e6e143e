//! A terminal's screen as a picture: text stays text, and colours are those of the terminal's eight.

use std::fmt::Write as _;

/// Width and height of a cell, and where the text's line is in it.
const CELL: (f64, f64) = (8.4, 18.0);
const BASELINE: f64 = 13.5;
const MARGIN: f64 = 10.0;
const LIGHT: &str = "#d8dee9";
const DARK: &str = "#1d2129";

/// How text is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Pen {
    colour: Option<u8>,
    bold: bool,
    dim: bool,
    reversed: bool,
}

/// Text in one pen, and the column where it begins.
struct Run {
    column: usize,
    text: String,
    pen: Pen,
}

/// Draws what `screen` holds: lines of text with SGR sequences.
pub(crate) fn of(screen: &str, (columns, lines): (u16, u16)) -> String {
    let (width, height) =
        (f64::from(columns) * CELL.0 + 2.0 * MARGIN, f64::from(lines) * CELL.1 + 2.0 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         font-family=\"ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace\" font-size=\"14\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{DARK}\"/>\n"
    );
    let mut pen = Pen::default();
    for (line, text) in (0_u16..).zip(screen.lines()) {
        let top = MARGIN + f64::from(line) * CELL.1;
        for run in runs(text, &mut pen) {
            draw(&run, top, &mut svg);
        }
    }
    svg + "</svg>\n"
}

fn draw(run: &Run, top: f64, svg: &mut String) {
    let length = run.text.chars().count();
    let at = |column: usize| MARGIN + f64::from(u32::try_from(column).unwrap_or(0)) * CELL.0;
    let (x, width) = (at(run.column), at(length) - MARGIN);
    let ink = colour(run.pen);
    let fill = if run.pen.reversed { DARK } else { ink };
    if run.pen.reversed {
        let _ = writeln!(
            svg,
            "<rect x=\"{x:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{}\" fill=\"{ink}\"/>",
            CELL.1
        );
    }
    if run.text.trim().is_empty() {
        return;
    }
    let bold = if run.pen.bold { " font-weight=\"bold\"" } else { "" };
    let dim = if run.pen.dim { " opacity=\"0.6\"" } else { "" };
    let text = run.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let y = top + BASELINE;
    let _ = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" textLength=\"{width:.1}\" fill=\"{fill}\"{bold}{dim} xml:space=\"preserve\">{text}</text>"
    );
}

const fn colour(pen: Pen) -> &'static str {
    match pen.colour {
        Some(1) => "#ff6b6b",
        Some(2) => "#8fd694",
        Some(3) => "#f0c674",
        Some(4) => "#81a2ff",
        Some(5) => "#d78fe0",
        Some(6) => "#7ad1d8",
        _ => LIGHT,
    }
}

/// The runs of a line; what the pen is at its end holds for the next one.
fn runs(line: &str, pen: &mut Pen) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut column = 0;
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        if let Some((codes, after)) = rest.strip_prefix("\x1b[").and_then(|it| it.split_once('m')) {
            codes.split(';').for_each(|code| change(pen, code));
            rest = after;
            continue;
        }
        match runs.last_mut().filter(|run| run.pen == *pen) {
            Some(run) => run.text.push(first),
            None => runs.push(Run { column, text: first.to_string(), pen: *pen }),
        }
        column += 1;
        rest = &rest[first.len_utf8()..];
    }
    runs
}

fn change(pen: &mut Pen, code: &str) {
    match code.parse().unwrap_or(0_u8) {
        0 => *pen = Pen::default(),
        1 => pen.bold = true,
        2 => pen.dim = true,
        7 => pen.reversed = true,
        22 => (pen.bold, pen.dim) = (false, false),
        27 => pen.reversed = false,
        code @ 30..=37 => pen.colour = Some(code - 30),
        39 => pen.colour = None,
        _ => {}
    }
}

#[test]
fn text_keeps_its_place_and_its_pen() {
    let svg = of("ab\u{1b}[1;31mcd\u{1b}[0m <&\n\u{1b}[7mx", (10, 2));
    assert!(
        svg.contains(">ab</text>") && svg.contains("font-weight=\"bold\" xml:space=\"preserve\">cd</text>")
    );
    assert!(svg.contains(&format!("x=\"{:.1}\"", MARGIN + 2.0 * CELL.0)), "{svg}");
    assert!(svg.contains("> &lt;&amp;</text>") && svg.contains("<rect x=\"10.0\" y=\"28.0\""), "{svg}");
}
