//! What became of the modules, in JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::MOST;
use crate::analyze::diff::ModulePair;
use crate::report::{Compared, DiffContext, ModuleView};

/// What became of the modules, matched by name.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ModulesDiff")]
pub struct ModulesDiffView<'a> {
    /// Those of the new dump that the old one has not.
    pub came: Vec<ModuleView<'a>>,
    /// Those of the old dump that the new one has not.
    pub went: Vec<ModuleView<'a>>,
    /// Those with another build id.
    pub rebuilt: Vec<ModuleChangeView<'a>>,
    /// Those at another address.
    pub moved: Vec<ModuleChangeView<'a>>,
    /// How many are in both.
    pub stayed: u64,
}

/// A module in both dumps.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(rename = "ModuleChange")]
pub struct ModuleChangeView<'a> {
    /// In the old dump.
    pub old: ModuleView<'a>,
    /// In the new one.
    pub new: ModuleView<'a>,
}

impl<'a> ModulesDiffView<'a> {
    pub(super) fn new(old: Compared<'a>, new: Compared<'a>, cx: DiffContext<'a>) -> ModulesDiffView<'a> {
        let view = |dump: Compared<'a>, index: usize| {
            dump.cx.snapshot.modules.get(index).map(|module| ModuleView::new(dump.cx, module))
        };
        let list = |dump: Compared<'a>, list: &[usize]| list.iter().take(MOST).filter_map(|i| view(dump, *i)).collect();
        let pairs = |list: &[ModulePair]| {
            let pair = |p: &ModulePair| Some(ModuleChangeView { old: view(old, p.old)?, new: view(new, p.new)? });
            list.iter().take(MOST).filter_map(pair).collect()
        };
        let modules = &cx.diff.modules;
        ModulesDiffView {
            came: list(new, &modules.came),
            went: list(old, &modules.went),
            rebuilt: pairs(&modules.rebuilt),
            moved: pairs(&modules.moved),
            stayed: modules.stayed,
        }
    }
}
