//! Characters that show nothing and change what is shown.

/// Tells whether a character shows nothing and changes what is shown: it turns the direction of text, joins
/// or parts letters, ends a line where no reader expects it, or stands for a letter that nobody sees.
///
/// The two joiners that scripts and emoji need (U+200C, U+200D) are none of them.
///
/// Source: <https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing>,
/// <https://www.unicode.org/reports/tr39/#Identifier_Status_and_Type>.
pub fn is_deceptive(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
        | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}
