//! What an outsider has chosen, made harmless: the one place that knows how text can act.
//!
//! Names of properties, files and resources, values of tags, messages of services: whoever may write one of
//! them in Azure or in a branch must not move a terminal's cursor, hide letters, mention a team, or command
//! the build service that reads a log. Text becomes visible instead: `\u{1b}`, `\u{202e}`.

use std::borrow::Cow;
use std::fmt::Write;

use resource::is_deceptive;

/// What begins a command of Azure Pipelines, anywhere in a line.
/// Source: <https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands>.
const PIPELINE_COMMANDS: [&str; 2] = ["##vso[", "##["];

/// What begins a command of GitHub Actions, behind blanks at the beginning of a line.
/// Source: <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.
const ACTION_COMMAND: &str = "::";

/// Returns a text that stays within its line and commands nobody; what acts is made visible.
pub fn line(text: &str) -> Cow<'_, str> {
    let acts = |c: char| c.is_control() && c != '\t' || is_deceptive(c);
    let visible = if text.contains(acts) {
        let mut visible = String::with_capacity(text.len() + 8);
        for c in text.chars() {
            match c {
                c if acts(c) => push_visible(&mut visible, c),
                c => visible.push(c),
            }
        }
        Cow::Owned(visible)
    } else {
        Cow::Borrowed(text)
    };
    without_commands(visible)
}

/// Returns a text of several lines in which nothing acts but line breaks and our own colours.
///
/// Of escape sequences those stay that only choose a colour or weight of letters; what hides or moves is made
/// visible.
pub fn lines(text: &str) -> Cow<'_, str> {
    let acts = |c: char| c.is_control() && !matches!(c, '\n' | '\t' | '\u{1b}') || is_deceptive(c);
    if !text.contains(acts) && !text.contains(['\u{1b}', '#', ':']) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for line in text.split_inclusive('\n') {
        let (line, end) = match line.strip_suffix('\n') {
            Some(line) => (line.strip_suffix('\r').unwrap_or(line), "\n"),
            None => (line, ""),
        };
        let mut visible = String::with_capacity(line.len());
        let mut rest = line;
        while let Some(c) = rest.chars().next() {
            let colour = colour(rest);
            if let Some(colour) = colour {
                visible.push_str(colour);
            } else if acts(c) || c == '\u{1b}' {
                push_visible(&mut visible, c);
            } else {
                visible.push(c);
            }
            rest = &rest[colour.map_or(c.len_utf8(), str::len)..];
        }
        let visible = without_commands(Cow::Owned(visible));
        if visible.trim_start().starts_with(ACTION_COMMAND) {
            shown.push_str(&visible.replacen(ACTION_COMMAND, ": :", 1));
        } else {
            shown.push_str(&visible);
        }
        shown.push_str(end);
    }
    Cow::Owned(shown)
}

/// Returns a text for the data of a command of a build service: its line breaks stay, for the command to
/// encode, and nothing in its lines acts.
pub(crate) fn paragraphs(text: &str) -> String {
    let lines = text.trim_end().split('\n');
    lines.map(|text| line(text.strip_suffix('\r').unwrap_or(text))).collect::<Vec<_>>().join("\n")
}

/// Returns a JSON document whose texts are the same to a program and command nobody.
pub fn json(document: &str) -> Cow<'_, str> {
    let acts = |c: char| is_deceptive(c) || c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    let is_safe =
        !document.contains(acts) && !PIPELINE_COMMANDS.iter().any(|c| document.contains(c));
    if is_safe {
        return Cow::Borrowed(document);
    }
    let mut safe = String::with_capacity(document.len() + 16);
    for c in document.chars() {
        match c {
            c if acts(c) => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    let _ = write!(safe, "\\u{unit:04x}");
                }
            }
            c => safe.push(c),
        }
    }
    // Outside texts JSON has no such sign.
    Cow::Owned(parted(&safe, "\\u0023"))
}

/// Returns markup (HTML, SVG, XML, all texts in it escaped already) that commands nobody.
pub fn markup(document: &str) -> Cow<'_, str> {
    let is_command = |line: &str| line.trim_start().starts_with(ACTION_COMMAND);
    let acts = PIPELINE_COMMANDS.iter().any(|command| document.contains(command));
    if !acts && !document.lines().any(is_command) {
        return Cow::Borrowed(document);
    }
    let lines = document.split_inclusive('\n').map(|line| {
        if is_command(line) {
            Cow::Owned(line.replacen(ACTION_COMMAND, "&#58;:", 1))
        } else {
            Cow::Borrowed(line)
        }
    });
    Cow::Owned(parted(&lines.collect::<String>(), "&#35;"))
}

/// Returns a sentence for Markdown: what stands between backticks stays code, and nothing else is read as
/// markup, as a mention, as a link or as the number of an issue.
pub(crate) fn markdown(text: &str) -> String {
    let text = line(text);
    let parts: Vec<&str> = text.split('`').collect();
    let last = parts.len() - 1;
    let mut shown = String::with_capacity(text.len() + 16);
    for (at, part) in parts.iter().enumerate() {
        // Whoever puts a backtick into a name only changes which half of the sentence is code.
        let is_code = at % 2 == 1 && at < last;
        match is_code {
            true if part.is_empty() => shown.push_str("&#96;&#96;"),
            true => {
                let _ = write!(shown, "`{part}`");
            }
            false => {
                if at % 2 == 1 {
                    shown.push_str("&#96;");
                }
                push_plain(&mut shown, part);
            }
        }
    }
    shown
}

/// Returns `text` as code in a sentence of Markdown.
pub(crate) fn markdown_code(text: &str) -> String {
    format!("`{}`", line(text).replace('`', "'"))
}

/// Returns the hidden first line of a comment about `topology`, by which it is found again.
pub(crate) fn markdown_marker(what: &str, topology: &str) -> String {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name: String = topology.chars().map(|c| if is_of_name(c) { c } else { '_' }).collect();
    format!("<!-- evenkeel:{what}:{name} -->\n")
}

fn push_plain(shown: &mut String, text: &str) {
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '[' | ']' | '*' | '|' | '~' | '\\' | '$' => {
                let _ = write!(shown, "&#{};", u32::from(c));
            }
            // Within a word an underscore is a letter.
            '_' if !before.is_alphanumeric() => shown.push_str("&#95;"),
            // Forges look for mentions and numbers in the rendered text; a comment parts it.
            '@' | '#' => {
                let _ = write!(shown, "{c}<!-- -->");
            }
            '-' if before.eq_ignore_ascii_case(&'h')
                && text[..at].to_ascii_lowercase().ends_with("gh") =>
            {
                shown.push_str("-<!-- -->");
            }
            ':' if text[at..].starts_with("://") => shown.push_str(":<!-- -->"),
            '.' if text[..at].to_ascii_lowercase().ends_with("www") => shown.push_str(".<!-- -->"),
            c => shown.push(c),
        }
        before = c;
    }
}

fn push_visible(text: &mut String, c: char) {
    match c {
        '\n' => text.push_str("\\n"),
        '\r' => text.push_str("\\r"),
        c => {
            let _ = write!(text, "\\u{{{:x}}}", u32::from(c));
        }
    }
}

/// Keeps text from being read as a command of Azure Pipelines.
fn without_commands(text: Cow<'_, str>) -> Cow<'_, str> {
    if PIPELINE_COMMANDS.iter().any(|command| text.contains(command)) {
        Cow::Owned(parted(&text, "# "))
    } else {
        text
    }
}

/// Returns a text in which `first` stands for the first sign of each command of Azure Pipelines.
fn parted(text: &str, first: &str) -> String {
    let part =
        |text: String, command: &&str| text.replace(*command, &format!("{first}{}", &command[1..]));
    PIPELINE_COMMANDS.iter().fold(text.to_owned(), part)
}

/// Returns the escape sequence at the beginning of `text`, where it only colours letters.
fn colour(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("\u{1b}[")?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    let is_plain = |code: &str| {
        matches!(code, "" | "0" | "1" | "2" | "3" | "4" | "22" | "39")
            || code.len() == 2 && (code.starts_with('3') || code.starts_with('9'))
    };
    let is_colour = rest[end..].starts_with('m') && rest[..end].split(';').all(is_plain);
    is_colour.then(|| &text[..2 + end + 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_a_terminal_is_made_visible() {
        assert_eq!(line("a\u{1b}[2Jb\r\nc\u{202e}d\u{85}"), "a\\u{1b}[2Jb\\r\\nc\\u{202e}d\\u{85}");
        assert!(matches!(line("caf\u{65}\u{301}, ü, 日本"), Cow::Borrowed(_)));
        let ours = "\u{1b}[32mnew\u{1b}[0m \u{1b}[8mhidden\u{1b}[2J\u{7}";
        assert_eq!(lines(ours), "\u{1b}[32mnew\u{1b}[0m \\u{1b}[8mhidden\\u{1b}[2J\\u{7}");
    }

    #[test]
    fn no_text_commands_a_build_service() {
        for text in ["##vso[task.setvariable variable=x]y", "a ##[error]b", "###[x"] {
            for shown in [line(text), lines(text), json(text)] {
                assert!(!PIPELINE_COMMANDS.iter().any(|c| shown.contains(c)), "{shown}");
            }
        }
        let shown = lines("a\n  ::error::b\r::add-mask::c\n::d").into_owned();
        let is_command = |line: &str| line.trim_start().starts_with("::");
        assert!(!shown.split(['\n', '\r']).any(is_command), "{shown}");
    }

    #[test]
    fn json_stays_the_same_to_a_program() {
        let value = serde_json::json!({"##vso[x]": "a\u{202e}\u{9b}\u{e0041}\u{1b}b ##[c"});
        let text = value.to_string();
        let safe = json(&text);
        assert!(!safe.contains("##[") && !safe.contains(is_deceptive), "{safe}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&safe).expect("JSON"), value);
    }

    #[test]
    fn markdown_reads_nothing_as_markup_mention_or_link() {
        assert_eq!(markdown("`a<b` is <new>, ask @me"), "`a<b` is &lt;new&gt;, ask @<!-- -->me");
        assert_eq!(
            markdown("[x](javascript:y) #12 GH-1 https://e www.e *b* _c_ d_e"),
            "&#91;x&#93;(javascript:y) #<!-- -->12 GH-<!-- -->1 https:<!-- -->//e www.<!-- -->e \
             &#42;b&#42; &#95;c_ d_e"
        );
        assert_eq!(markdown("a ` b"), "a &#96; b");
        assert_eq!(markdown_code("a`b\nc"), "`a'b\\nc`");
    }
}
