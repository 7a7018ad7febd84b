//! How a text may be spelled: as it stands, and as formats and pages write it.

/// What Markdown gets to part a mention from its sign.
const COMMENT: &str = "<!-- -->";

/// The longest name or number of an entity that stands for one character: `#1114111`.
const LONGEST_ENTITY: usize = 8;

/// Returns the length of the longest beginning of `text` that spells `secret`.
///
/// Each character may stand as itself or as JSON, markup, Markdown, URLs, commands of build services and our
/// own reports write it, in whatever mixture. Anywhere in the secret a page may have begun a new line, and in
/// place of its blanks there may be others.
pub(super) fn spelled(secret: &str, text: &str) -> Option<usize> {
    // Several readings go side by side: in `a\\b` a backslash may stand for itself or for an escape.
    let mut ends = vec![0];
    let mut after_blank = false;
    for (at, c) in secret.char_indices() {
        let mut next = vec![];
        for end in ends {
            let rest = &text[end..];
            // Blanks in a row may have become the end of one line.
            if after_blank && c.is_whitespace() {
                next.push(end);
            }
            let broken = if at == 0 { 0 } else { line_break(rest) };
            for skipped in [0, broken] {
                spellings(c, &rest[skipped..], |length| next.push(end + skipped + length));
            }
        }
        next.sort_unstable();
        next.dedup();
        if next.is_empty() {
            return None;
        }
        (ends, after_blank) = (next, c.is_whitespace());
    }
    ends.last().copied()
}

/// Tells of each beginning of `text` that stands for `c` how long it is.
fn spellings(c: char, text: &str, mut tell: impl FnMut(usize)) {
    if text.starts_with(c) {
        let own = c.len_utf8();
        tell(own);
        if text[own..].starts_with(COMMENT) {
            tell(own + COMMENT.len());
        }
    }
    match text.as_bytes().first() {
        Some(b'\\') => escaped(c, text, &mut tell),
        Some(b'&') => entity(c, text, &mut tell),
        Some(b'%') => percent(c, text, &mut tell),
        // A form writes a blank so.
        Some(b'+') if c == ' ' => tell(1),
        // Code in Markdown cannot hold its own sign.
        Some(b'\'') if c == '`' => tell(1),
        _ if c.is_whitespace() => {
            let blank = blanks(text);
            if blank > 0 {
                tell(blank);
            }
        }
        _ => {}
    }
}

/// An escape of JSON, YAML, Markdown or our reports; JSON in JSON has more than one backslash.
fn escaped(c: char, text: &str, tell: &mut impl FnMut(usize)) {
    let backslashes = text.len() - text.trim_start_matches('\\').len();
    let rest = &text[backslashes..];
    if c == '\\' {
        (2..=backslashes.min(4)).for_each(&mut *tell);
    }
    let letter = match c {
        '\n' => Some('n'),
        '\r' => Some('r'),
        '\t' => Some('t'),
        '\u{8}' => Some('b'),
        '\u{c}' => Some('f'),
        c if c.is_ascii_punctuation() => Some(c),
        _ => None,
    };
    if letter.is_some_and(|letter| rest.starts_with(letter)) {
        tell(backslashes + 1);
    }
    if c.is_ascii_punctuation() && rest.starts_with('&') {
        entity(c, rest, &mut |length| tell(backslashes + length));
    }
    let Some(number) = rest.strip_prefix('u') else { return };
    let before = backslashes + 1;
    if let Some((digits, _)) = number.strip_prefix('{').and_then(|number| number.split_once('}')) {
        if is_code_of(digits, c) {
            tell(before + digits.len() + 2);
        }
        return;
    }
    let mut units = [0; 2];
    let mut rest = number;
    for (at, unit) in c.encode_utf16(&mut units).iter().enumerate() {
        let escape = if at == 0 { Some(rest) } else { after_escape(rest) };
        let Some((digits, after)) = escape.and_then(|escape| escape.split_at_checked(4)) else {
            return;
        };
        if u16::from_str_radix(digits, 16) != Ok(*unit) {
            return;
        }
        rest = after;
    }
    tell(text.len() - rest.len());
}

fn after_escape(text: &str) -> Option<&str> {
    let number = text.trim_start_matches('\\');
    number.strip_prefix('u').filter(|_| number.len() < text.len())
}

/// An entity of markup; one that was escaped again begins with `&amp;`.
fn entity(c: char, text: &str, tell: &mut impl FnMut(usize)) {
    let mut rest = &text[1..];
    loop {
        let short = rest.bytes().take(LONGEST_ENTITY + 1).position(|byte| byte == b';');
        let Some(name) = short.and_then(|end| rest.get(..end)) else { return };
        let is_this = match name {
            "amp" => c == '&',
            "lt" => c == '<',
            "gt" => c == '>',
            "quot" => c == '"',
            "apos" => c == '\'',
            "nbsp" => c.is_whitespace(),
            name => match (name.strip_prefix("#x"), name.strip_prefix('#')) {
                (Some(digits), _) => is_code_of(digits, c),
                (None, Some(digits)) => digits.parse() == Ok(u32::from(c)),
                (None, None) => false,
            },
        };
        let end = text.len() - rest.len() + name.len() + 1;
        if is_this {
            tell(end);
        }
        if name != "amp" {
            return;
        }
        rest = &text[end..];
    }
}

/// Bytes as a URL writes them; what was encoded again begins with `%25`, or `%AZP25`.
fn percent(c: char, text: &str, tell: &mut impl FnMut(usize)) {
    if c == '%' {
        let mut rest = &text[1..];
        while let Some(after) = rest.strip_prefix("25").or_else(|| rest.strip_prefix("AZP25")) {
            tell(text.len() - after.len());
            rest = after;
        }
        return;
    }
    let mut bytes = [0; 4];
    let mut at = 0;
    for byte in c.encode_utf8(&mut bytes).bytes() {
        let Some(rest) = text[at..].strip_prefix('%') else { return };
        let mut rest = rest;
        loop {
            let is_this = rest.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
            if is_this == Some(byte) {
                break;
            }
            let Some(again) = rest.strip_prefix("25").or_else(|| rest.strip_prefix("AZP25")) else {
                return;
            };
            rest = again;
        }
        at = text.len() - rest.len() + 2;
    }
    tell(at);
}

fn is_code_of(digits: &str, c: char) -> bool {
    u32::from_str_radix(digits, 16) == Ok(u32::from(c))
}

/// Returns the length of the blanks at the beginning of `text`, and of the colours that end and begin with a
/// line.
fn blanks(text: &str) -> usize {
    let mut rest = text;
    loop {
        let trimmed = rest.trim_start();
        let colour = trimmed.strip_prefix("\u{1b}[").and_then(|colour| {
            let digits = colour.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
            digits.strip_prefix('m')
        });
        match colour {
            Some(after) => rest = after,
            None => return text.len() - trimmed.len(),
        }
    }
}

/// Returns the length of blanks that hold the end of a line, and 0 of others.
fn line_break(text: &str) -> usize {
    let blank = blanks(text);
    if text[..blank].contains('\n') { blank } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_spells(secret: &str, text: &str) {
        assert_eq!(spelled(secret, text), Some(text.len()), "{text:?} spells {secret:?}");
    }

    #[test]
    fn formats_write_a_secret_in_their_own_ways() {
        let secret = "a\"b\\c%d&e<f>g'h*i\nj k#l[m]é😀";
        let json = serde_json::Value::from(secret).to_string();
        let json_of_json = serde_json::Value::from(json.as_str()).to_string();
        let inner = |text: &str, quotes: usize| text[quotes..text.len() - quotes].to_owned();
        let markup = |text: &str| {
            let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            text.replace('"', "&quot;").replace('\'', "&#39;")
        };
        let percent = |text: &str| text.bytes().map(|b| format!("%{b:02x}")).collect::<String>();
        let url = percent(secret);
        for text in [
            secret.to_owned(),
            inner(&json, 1),
            inner(&json_of_json, 3),
            markup(secret),
            markup(&markup(secret)),
            markup(&inner(&json, 1)),
            url.to_uppercase(),
            url.replace('%', "%25"),
            url.clone(),
            secret.replace('%', "%25").replace('\n', "%0A"),
            secret.replace('%', "%AZP25").replace('\n', "%0A").replace(']', "%5D"),
            secret.replace('#', "#<!-- -->").replace('*', "&#42;").replace('[', "&#x5b;"),
            secret.replace('*', "\\*").replace('é', "\\u00E9").replace('😀', "\\ud83d\\uDE00"),
            secret.replace('\n', "\\n").replace('é', "\\u{e9}").replace(' ', "+"),
        ] {
            assert_spells(secret, &text);
        }
    }

    #[test]
    fn a_page_breaks_its_lines() {
        for text in [
            "Basic one\n      two three-four",
            "Basic one two\r\n  three-four",
            "Basic\n one two three-\n        four",
            "Basic one\u{1b}[0m\n   \u{1b}[2mtwo th\u{1b}[0m\n\u{1b}[2mree-four",
        ] {
            assert_spells("Basic one two three-four", text);
        }
        assert_spells("one  two", "one\n  two");
        assert_spells("one\n\ttwo", "one two");
        assert_eq!(spelled("one two", "onetwo"), None);
        assert_eq!(spelled("onetwo", "one two"), None);
    }

    #[test]
    fn what_ends_or_differs_is_no_spelling() {
        for text in [
            "", "\\", "\\u", "\\u00", "\\u{", "&", "&#", "&#x;", "&amp", "%", "%2", "%é", "ab",
            "&é;", "\\é",
        ] {
            for secret in ["a&b%", "\u{e9}x", "\\\\", "😀"] {
                assert_eq!(spelled(secret, text), None, "{secret} in {text}");
            }
        }
    }
}
