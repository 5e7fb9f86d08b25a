//! How a cell looks: its kind by letter and colour, and whether all of it is used.

use anstyle::{Ansi256Color, Color, Style};

use crate::analyze::{ByContent, CellContent};

/// Which signs there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Theme {
    /// Blocks and lines of Unicode; else plain ASCII.
    pub unicode: bool,
    /// Terminal colours.
    pub color: bool,
}

/// One character of a picture.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Glyph {
    /// The character.
    pub sign: char,
    /// Its look where there are colours.
    pub style: Style,
}

/// The weight of what must be found fast.
pub const STRONG: Style = Style::new().bold();
/// The look of what is there for those who look for it.
pub const FAINT: Style = foreground(245);

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

const fn foreground(color: u8) -> Style {
    Style::new().fg_color(Some(Color::Ansi256(Ansi256Color(color))))
}

/// The colours of Okabe and Ito, which the colour-blind tell apart, as near as 256 colours have them.
fn color(content: CellContent) -> u8 {
    match content {
        CellContent::Module => 32,
        CellContent::Stack => 166,
        CellContent::Heap => 214,
        // A paler heap.
        CellContent::HeapFree => 222,
        CellContent::MappedFile => 36,
        CellContent::Private => 175,
        CellContent::Reserved => 248,
        CellContent::Other => 74,
        CellContent::Free | CellContent::Unusable | CellContent::Unreachable | CellContent::NotListed => 245,
    }
}

/// The sign of a wholly used cell, or of a cell of nothing but this kind of gap.
pub fn letter(content: CellContent, theme: Theme) -> char {
    match content {
        CellContent::Module => 'M',
        CellContent::Stack => 'S',
        CellContent::Heap => 'H',
        // Empty.
        CellContent::HeapFree => 'E',
        CellContent::MappedFile => 'F',
        CellContent::Private => 'P',
        CellContent::Reserved => 'R',
        CellContent::Other => 'O',
        CellContent::Free if theme.unicode => '·',
        CellContent::Free => '.',
        CellContent::Unusable => '-',
        CellContent::Unreachable => '~',
        CellContent::NotListed => '?',
    }
}

/// The look of a cell; `before` is the content of the cell before it in its row. A cell without bytes is blank.
///
/// In Unicode, a run of cells of one kind begins with the kind's letter, so that nobody needs to tell colours apart,
/// and goes on in blocks as high as the cell is full.
pub fn glyph(cell: &ByContent, before: Option<CellContent>, theme: Theme) -> Glyph {
    let Some(content) = cell.dominant() else { return Glyph { sign: ' ', style: Style::new() } };
    let whole = cell.used() == cell.total();
    let sign = letter(content, theme);
    let plain = foreground(color(content));
    match (content.is_used(), theme.unicode && before == Some(content)) {
        (false, _) => Glyph { sign, style: plain },
        (true, true) => Glyph { sign: block(cell), style: plain },
        (true, false) if whole => Glyph { sign, style: if theme.unicode { filled(content) } else { plain.bold() } },
        (true, false) => Glyph { sign: sign.to_ascii_lowercase(), style: plain },
    }
}

/// Black on the kind's colour: a full block with a letter in it.
fn filled(content: CellContent) -> Style {
    let black = Some(Color::Ansi256(Ansi256Color(16)));
    Style::new().fg_color(black).bg_color(Some(Color::Ansi256(Ansi256Color(color(content)))))
}

/// The full block is for full cells alone, and the lowest for the least that is used.
fn block(cell: &ByContent) -> char {
    let (used, total) = (u128::from(cell.used()), u128::from(cell.total()).max(1));
    let eighths = usize::try_from((used * 8).div_ceil(total)).unwrap_or(8);
    let step = if used == total { 8 } else { eighths.clamp(1, 7) };
    BLOCKS.get(step - 1).copied().unwrap_or('█')
}

/// The sign that a legend shows for a content.
pub fn sample(content: CellContent, theme: Theme) -> Glyph {
    let style = match content.is_used() {
        true if theme.unicode => filled(content),
        true => foreground(color(content)).bold(),
        false => foreground(color(content)),
    };
    Glyph { sign: letter(content, theme), style }
}

/// Characters as a line of text, with escape sequences where the look changes if there are colours.
pub fn text(glyphs: impl IntoIterator<Item = Glyph>, theme: Theme) -> String {
    let mut line = String::new();
    let mut current = Style::new();
    let end = Glyph { sign: ' ', style: Style::new() };
    let mut glyphs = glyphs.into_iter();
    loop {
        let next = glyphs.next();
        let glyph = next.unwrap_or(end);
        if theme.color && glyph.style != current {
            line.push_str(&current.render_reset().to_string());
            line.push_str(&glyph.style.render().to_string());
            current = glyph.style;
        }
        match next {
            Some(glyph) => line.push(glyph.sign),
            None => return line,
        }
    }
}

/// A word in one look.
pub fn styled(word: &str, style: Style, theme: Theme) -> String {
    text(word.chars().map(|sign| Glyph { sign, style }), theme)
}
