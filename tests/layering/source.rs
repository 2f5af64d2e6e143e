//! Enough of Rust's grammar to see which paths a file names and how long its functions are.

/// A word or a sign, and the line it is on, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) line: usize,
}

/// The code of a file: comments, strings and test modules are left out.
pub(crate) fn tokens(source: &str) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let mut tokens = Vec::new();
    let (mut at, mut line) = (0, 1);
    while let Some(&c) = chars.get(at) {
        let end = match c {
            '/' if chars.get(at + 1) == Some(&'/') => find(&chars, at, |rest| rest[0] == '\n'),
            '/' if chars.get(at + 1) == Some(&'*') => block_comment(&chars, at),
            '"' => string(&chars, at + 1),
            'r' if raw_hashes(&chars, at + 1).is_some() => raw_string(&chars, at + 1),
            'b' if chars.get(at + 1) == Some(&'r') && raw_hashes(&chars, at + 2).is_some() => {
                raw_string(&chars, at + 2)
            }
            '\'' => char_or_lifetime(&chars, at),
            c if is_word(c) => {
                let end = find(&chars, at, |rest| !is_word(rest[0]));
                tokens.push(Token { text: chars[at..end].iter().collect(), line });
                end
            }
            c if c.is_whitespace() => at + 1,
            ':' if chars.get(at + 1) == Some(&':') => {
                tokens.push(Token { text: "::".into(), line });
                at + 2
            }
            c => {
                tokens.push(Token { text: c.into(), line });
                at + 1
            }
        };
        line += chars[at..end].iter().filter(|&&c| c == '\n').count();
        at = end;
    }
    without_tests(&tokens)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn find(chars: &[char], from: usize, is_end: impl Fn(&[char]) -> bool) -> usize {
    (from..chars.len()).find(|&at| is_end(&chars[at..])).unwrap_or(chars.len())
}

fn block_comment(chars: &[char], from: usize) -> usize {
    let mut depth = 0;
    let mut at = from;
    while at < chars.len() {
        match chars[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] if depth == 1 => return at + 2,
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
    }
    at
}

/// The end of a string whose first character after the quote is at `from`.
fn string(chars: &[char], from: usize) -> usize {
    let mut at = from;
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len())
}

/// How many hashes open a raw string, if one opens here.
fn raw_hashes(chars: &[char], from: usize) -> Option<usize> {
    let hashes = chars[from.min(chars.len())..].iter().take_while(|&&c| c == '#').count();
    (chars.get(from + hashes) == Some(&'"')).then_some(hashes)
}

fn raw_string(chars: &[char], from: usize) -> usize {
    let hashes = raw_hashes(chars, from).unwrap_or(0);
    let closes =
        |rest: &[char]| rest[0] == '"' && rest[1..].iter().take_while(|&&c| c == '#').count() >= hashes;
    (find(chars, from + hashes + 1, closes) + 1 + hashes).min(chars.len())
}

fn char_or_lifetime(chars: &[char], at: usize) -> usize {
    match chars[at + 1..] {
        ['\\', ..] => find(chars, at + 3, |rest| rest[0] == '\'') + 1,
        [_, '\'', ..] => at + 3,
        _ => at + 1,
    }
}

/// Leaves out `#[cfg(test)]` and the item after it.
fn without_tests(tokens: &[Token]) -> Vec<Token> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if starts_with(&tokens[at..], &["#", "[", "cfg", "(", "test", ")", "]"]) {
            at = end_of_item(tokens, at + 7);
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

fn starts_with(tokens: &[Token], texts: &[&str]) -> bool {
    tokens.len() >= texts.len() && tokens.iter().zip(texts).all(|(token, text)| token.text == *text)
}

/// The place after an item that starts at `from`: after its `;`, or after the brace that closes it.
fn end_of_item(tokens: &[Token], from: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(from) {
        match token.text.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" if depth == 1 => return at + 1,
            "}" | ")" | "]" => depth -= 1,
            ";" if depth == 0 => return at + 1,
            _ => {}
        }
    }
    tokens.len()
}

/// A path that code names, from the crate's root where it starts with `crate`, `super` or `self`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) path: Vec<String>,
    pub(crate) line: usize,
}

/// All paths in `tokens`, groups spread out. `module` is where the file lies, as `["flow", "table"]`.
pub(crate) fn paths(tokens: &[Token], module: &[String]) -> Vec<Named> {
    let mut named = Vec::new();
    let mut inner: Vec<(String, usize)> = Vec::new();
    let mut depth = 0;
    for at in 0..tokens.len() {
        match tokens[at].text.as_str() {
            "{" => depth += 1,
            "}" => {
                depth -= 1;
                inner.retain(|(_, opened)| *opened <= depth);
            }
            "mod" if starts_with(&tokens[(at + 2).min(tokens.len())..], &["{"]) => {
                inner.push((tokens[at + 1].text.clone(), depth + 1));
            }
            word if is_path_start(tokens, at, word) => {
                let here: Vec<String> =
                    module.iter().cloned().chain(inner.iter().map(|(name, _)| name.clone())).collect();
                spread(tokens, at, &[], &here, &mut named);
            }
            _ => {}
        }
    }
    named
}

fn is_path_start(tokens: &[Token], at: usize, word: &str) -> bool {
    let follows = at > 0 && tokens[at - 1].text == "::";
    let goes_on = tokens.get(at + 1).is_some_and(|next| next.text == "::");
    let bare_use = at > 0 && tokens[at - 1].text == "use";
    word.chars().all(is_word) && !follows && (goes_on || bare_use)
}

/// Follows one path from `at`; gives the place after it.
fn spread(tokens: &[Token], at: usize, before: &[String], here: &[String], named: &mut Vec<Named>) -> usize {
    let mut path = before.to_vec();
    let mut at = at;
    while let Some(token) = tokens.get(at) {
        if token.text == "{" {
            at += 1;
            while tokens.get(at).is_some_and(|token| token.text != "}") {
                at = spread(tokens, at, &path, here, named);
                at += usize::from(tokens.get(at).is_some_and(|token| token.text == ","));
            }
            return at + 1;
        }
        path.push(token.text.clone());
        at += 1;
        if tokens.get(at).is_none_or(|token| token.text != "::") {
            break;
        }
        at += 1;
    }
    named.push(Named { path: resolve(&path, here), line: tokens[at - 1].line });
    // `as name` belongs to the path.
    if starts_with(&tokens[at.min(tokens.len())..], &["as"]) { at + 2 } else { at }
}

fn resolve(path: &[String], here: &[String]) -> Vec<String> {
    let mut base = here.to_vec();
    let mut rest = path;
    let mut from_root = false;
    while let Some((first, after)) = rest.split_first() {
        match first.as_str() {
            "crate" | "rstwho" => base.clear(),
            "super" => drop(base.pop()),
            "self" => {}
            _ => break,
        }
        from_root = true;
        rest = after;
    }
    let root = if from_root { std::iter::once("crate".to_owned()).chain(base).collect() } else { Vec::new() };
    root.into_iter().chain(rest.iter().cloned()).collect()
}

/// Every function: its name, its first line, and how many lines it has.
pub(crate) fn functions(tokens: &[Token]) -> Vec<(String, usize, usize)> {
    let heads =
        tokens.windows(2).enumerate().filter(|(_, pair)| pair[0].text == "fn" && is_name(&pair[1].text));
    heads
        .map(|(at, pair)| {
            let end = end_of_item(tokens, at);
            (pair[1].text.clone(), pair[0].line, tokens[end - 1].line - pair[0].line + 1)
        })
        .collect()
}

fn is_name(text: &str) -> bool {
    text.chars().all(is_word)
}
