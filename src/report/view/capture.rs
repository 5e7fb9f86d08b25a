//! How to capture a better dump, in JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::root::{SCHEMA_VERSION, Tool};
use crate::analyze::capture::{CaptureAdvice, Recipe, Step};

/// A way to capture a dump with a complete map.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "CaptureAdvice")]
pub struct CaptureAdviceView {
    /// The word for it, as `how-to-capture` takes it.
    pub name: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// The smallest change that gives a complete map.
    pub advice: &'static str,
    /// What to run or set, in order.
    pub steps: Vec<StepView>,
    /// How much larger a dump gets, as a sentence.
    pub cost: String,
    /// The same in bytes, at least; null where no dump is at hand.
    pub added_bytes: Option<u64>,
    /// What full memory, which is not needed, would add in bytes, at least; null where no dump is at hand.
    pub full_memory_bytes: Option<u64>,
}

/// One thing to do.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Step")]
pub struct StepView {
    /// What to type or write; null for a remark.
    pub command: Option<&'static str>,
    /// What it does.
    pub what: &'static str,
}

/// What `how-to-capture --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CaptureReport {
    /// Version of this shape.
    pub schema_version: u32,
    /// What made it.
    pub tool: Tool,
    /// The ways to capture that were asked about.
    pub capture_advice: Vec<CaptureAdviceView>,
}

impl CaptureReport {
    /// The recipes as they are, with no dump at hand.
    pub fn new(recipes: &[&'static Recipe]) -> CaptureReport {
        let capture_advice = recipes.iter().map(|recipe| CaptureAdviceView::of(recipe)).collect();
        CaptureReport { schema_version: SCHEMA_VERSION, tool: Tool::this(), capture_advice }
    }
}

impl CaptureAdviceView {
    pub(super) fn new(advice: &CaptureAdvice) -> CaptureAdviceView {
        CaptureAdviceView {
            cost: advice.growth.sentence(),
            added_bytes: Some(advice.growth.map),
            full_memory_bytes: Some(advice.growth.full_memory),
            ..CaptureAdviceView::of(advice.recipe)
        }
    }

    fn of(recipe: &'static Recipe) -> CaptureAdviceView {
        CaptureAdviceView {
            name: recipe.name,
            title: recipe.title,
            advice: recipe.advice,
            steps: recipe.steps.iter().map(|Step { command, what }| StepView { command: *command, what }).collect(),
            cost: recipe.cost().to_owned(),
            added_bytes: None,
            full_memory_bytes: None,
        }
    }
}
