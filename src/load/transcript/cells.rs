//! Rows of a table as VMMap saves it: quoted and separated by commas, separated by tabs, or in columns below the header's
//! words.

/// How cells are told apart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Cells {
    /// `"1,024","Read"`: commas inside of quotes belong to numbers.
    Quoted,
    /// Tabs.
    Tabs,
    /// Where each column begins, in characters.
    Columns(Vec<usize>),
}

/// Most columns looked at.
const MOST: usize = 32;

impl Cells {
    /// As the header has it, whose words are `names`.
    pub(super) fn of_header(text: &str, names: &[&str]) -> Option<Cells> {
        if text.trim_start().starts_with('"') {
            return Some(Cells::Quoted);
        }
        if text.contains('\t') {
            return Some(Cells::Tabs);
        }
        let mut starts = Vec::new();
        let mut from = 0;
        for name in names {
            let at = from + text.get(from..)?.find(name)?;
            starts.push(text.get(..at)?.chars().count());
            from = at + name.len();
        }
        Some(Cells::Columns(starts))
    }

    /// The cells of a line. Blanks in front of a cell stay: they mark what belongs to the row above.
    pub(super) fn split(&self, text: &str) -> Vec<String> {
        match self {
            Cells::Quoted => quoted(text),
            Cells::Tabs => text.split('\t').take(MOST).map(str::to_owned).collect(),
            Cells::Columns(starts) => {
                let ends = starts.iter().skip(1).copied().chain([usize::MAX]);
                let cell = |(start, end): (&usize, usize)| text.chars().skip(*start).take(end - *start).collect();
                starts.iter().zip(ends).map(cell).collect()
            }
        }
    }
}

fn quoted(text: &str) -> Vec<String> {
    let mut cells = Vec::new();
    let mut rest = text.trim();
    while cells.len() < MOST && !rest.is_empty() {
        let (cell, behind) = match rest.strip_prefix('"').map(|r| r.split_once('"').unwrap_or((r, ""))) {
            Some((cell, behind)) => (cell, behind.strip_prefix(',').unwrap_or(behind)),
            None => rest.split_once(',').unwrap_or((rest, "")),
        };
        cells.push(cell.to_owned());
        rest = behind;
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_inside_of_quotes_belong_to_numbers() {
        let line = "\"  0970\",\"Heap (Private Data)\",\"1,024\",\"\",x,";
        assert_eq!(Cells::Quoted.split(line), ["  0970", "Heap (Private Data)", "1,024", "", "x"]);
    }

    #[test]
    fn columns_begin_where_the_headers_words_do() {
        let cells = Cells::of_header("Address   Type      Size", &["Address", "Type", "Size"]).unwrap();
        assert_eq!(cells.split("  00010   Mapped F  1,024"), ["  00010   ", "Mapped F  ", "1,024"]);
        assert_eq!(cells.split("short"), ["short", "", ""]);
    }
}
