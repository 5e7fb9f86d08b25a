//! What made the report, and how to make it again.

use super::budget;
use super::paper::Paper;
use crate::report::Tool;
use crate::report::escape::markdown::fenced;
use crate::units::Count;

/// Without a command, nothing but the version.
pub(crate) fn write(paper: &mut Paper, command: Option<&str>) {
    paper.section(budget::TOOL);
    let tool = Tool::this();
    paper.lines(&format!("\nMade with {} {}", tool.name, tool.version));
    let Some(command) = command else {
        paper.lines(".\n");
        return;
    };
    if !paper.lines(&format!(":\n\n{}", fenced(command, "sh"))) {
        paper.lines(&format!(" by a command of {} bytes, which is left out.\n", Count(command.len() as u64)));
    }
}
