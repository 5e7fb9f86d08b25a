//! `fragscope how-to-capture`.

use super::args::{Format, HowToCapture};
use super::failure::Failure;
use super::output::{use_color, write_to};
use crate::analyze::capture::{self, Recipe};
use crate::report;

/// Reads the name of a writer.
///
/// # Errors
/// A sentence that lists the names.
pub fn parse_writer(text: &str) -> Result<&'static Recipe, String> {
    capture::named(&text.to_lowercase()).ok_or_else(|| {
        let names: Vec<&str> = capture::all().map(|recipe| recipe.name).collect();
        format!("`{text}` is no writer that is known; these are: {}", names.join(", "))
    })
}

pub fn how_to_capture(args: &HowToCapture) -> Result<(), Failure> {
    let recipes: Vec<&'static Recipe> = args.writer.map_or_else(|| capture::all().collect(), |recipe| vec![recipe]);
    let color = use_color(args.output.color, &args.output.destination);
    if args.output.format == Format::Html {
        let sentence = "how-to-capture has no page of its own; --format markdown is for wikis and tickets".into();
        return Err(Failure::Usage(sentence));
    }
    write_to(&args.output.destination, |out| match args.output.format {
        Format::Json => report::write_json(out, &report::CaptureReport::new(&recipes)),
        Format::Markdown => report::write_recipes_markdown(out, &recipes),
        Format::Text | Format::Html => report::write_recipes(out, &recipes, color),
    })
}
