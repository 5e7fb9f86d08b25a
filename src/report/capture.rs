//! How to capture a dump with a complete map: `how-to-capture`, and the same words in reports.

use std::io::{self, Write};

use super::text::page::Page;
use crate::analyze::capture::{CaptureAdvice, Recipe, Step};

/// What the section is called.
pub(super) const TITLE: &str = "For a complete map";
/// What the section says beside its title.
pub(super) const REMARK: &str = "the smallest change to how dumps of this process are captured";

/// Writes a recipe, or all of them.
///
/// # Errors
/// Those of `out`.
pub fn write_recipes(out: &mut dyn Write, recipes: &[&Recipe], color: bool) -> io::Result<()> {
    let mut page = Page::new(out, color);
    for (index, recipe) in recipes.iter().enumerate() {
        if index > 0 {
            page.line("")?;
        }
        page.strong(&format!("{}: {}", recipe.name, recipe.title))?;
        page.item("  ", &format!("{}; it {}", recipe.advice, recipe.cost()))?;
        steps(&mut page, recipe.steps)?;
    }
    Ok(())
}

/// The recipes as Markdown: commands in code blocks, which nothing wraps.
///
/// # Errors
/// Those of `out`.
pub fn write_recipes_markdown(out: &mut dyn Write, recipes: &[&Recipe]) -> io::Result<()> {
    for recipe in recipes {
        writeln!(out, "### `{}`: {}\n\n{}; it {}.\n", recipe.name, recipe.title, recipe.advice, recipe.cost())?;
        for step in recipe.steps {
            match step.command {
                Some(command) => writeln!(out, "```\n{command}\n```\n\n{}.\n", step.what)?,
                None => writeln!(out, "{}.\n", step.what)?,
            }
        }
    }
    Ok(())
}

/// The section of the text report; nothing where the map is complete.
pub(super) fn write_section(page: &mut Page<'_>, advice: &[CaptureAdvice]) -> io::Result<()> {
    let Some(first) = advice.first() else { return Ok(()) };
    page.heading(TITLE, REMARK)?;
    for one in advice {
        page.item("  - ", &sentence(one))?;
        // The writer at hand is shown whole; of the others it is said how to ask.
        match one == first {
            true => steps(page, one.recipe.steps)?,
            false => page.line(&format!("      fragscope how-to-capture {}", one.recipe.name))?,
        }
    }
    Ok(())
}

/// A way to capture, and what it costs, in a sentence.
pub(super) fn sentence(advice: &CaptureAdvice) -> String {
    format!("{}: {}; it {}", advice.recipe.title, advice.recipe.advice, advice.growth.sentence())
}

/// A command stands alone on its line, as it is typed, however long.
fn steps(page: &mut Page<'_>, steps: &[Step]) -> io::Result<()> {
    for step in steps {
        match step.command {
            Some(command) => {
                command.lines().try_for_each(|line| page.line(&format!("      {line}")))?;
                page.item("          ", step.what)?;
            }
            None => page.item("      ", step.what)?,
        }
    }
    Ok(())
}
