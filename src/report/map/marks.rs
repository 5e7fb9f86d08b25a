//! Below a row: where the stack pointers are, on one line, however many there are.

use crate::addr::Addr;
use crate::model::Thread;

/// A stack pointer, and whose.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark {
    /// Where it points.
    pub sp: Addr,
    /// The thread's id.
    pub thread: u64,
    /// Whether that thread crashed.
    pub crashed: bool,
}

/// All stack pointers, by address.
pub fn of(threads: &[Thread]) -> Vec<Mark> {
    let mark = |t: &Thread| Some(Mark { sp: t.sp?, thread: t.id, crashed: t.crashed });
    let mut marks: Vec<Mark> = threads.iter().filter_map(mark).collect();
    marks.sort_by_key(|mark| (mark.sp, mark.thread));
    marks
}

/// Threads that are named at one column.
struct Group {
    column: usize,
    count: usize,
    /// The first few.
    ids: Vec<u64>,
    crashed: Option<u64>,
}

/// Threads of a group that are named one by one.
const NAMED: usize = 3;

impl Group {
    fn new(column: usize, mark: &Mark) -> Group {
        Group { column, count: 1, ids: vec![mark.thread], crashed: mark.crashed.then_some(mark.thread) }
    }

    fn take(&mut self, other: &Group) {
        self.count += other.count;
        self.crashed = self.crashed.or(other.crashed);
        let room = NAMED.saturating_sub(self.ids.len());
        self.ids.extend(other.ids.iter().take(room));
    }

    /// `^27459`, `!27459` of the crashed thread, `^300,304`, `^12 threads`, `!27459 and 11 more`.
    fn text(&self) -> String {
        match (self.crashed, self.count) {
            (Some(thread), 1) => format!("!{thread}"),
            (Some(thread), count) => format!("!{thread} and {} more", count - 1),
            (None, count) if count <= NAMED => {
                let ids: Vec<String> = self.ids.iter().map(u64::to_string).collect();
                format!("^{}", ids.join(","))
            }
            (None, count) => format!("^{count} threads"),
        }
    }

    fn end(&self) -> usize {
        self.column + self.text().chars().count()
    }
}

/// One line for the marks at these columns, which ascend; no longer than `room`. `None` without marks.
pub fn line(marks: impl Iterator<Item = (usize, Mark)>, room: usize) -> Option<String> {
    let mut groups: Vec<Group> = Vec::new();
    for (column, mark) in marks {
        let next = Group::new(column, &mark);
        match groups.last_mut().filter(|last| last.column == column) {
            Some(last) => last.take(&next),
            None => groups.push(next),
        }
    }
    (!groups.is_empty()).then(|| laid_out(merged(groups), room))
}

/// Groups whose names would run into the next one's name them together.
fn merged(groups: Vec<Group>) -> Vec<Group> {
    let mut apart: Vec<Group> = Vec::new();
    for group in groups {
        match apart.last_mut().filter(|last| group.column <= last.end()) {
            Some(last) => last.take(&group),
            None => apart.push(group),
        }
    }
    apart
}

/// The last name is turned to the left of its mark where there is no room to the right, and else left out.
fn laid_out(groups: Vec<Group>, room: usize) -> String {
    let mut line = String::new();
    let mut used = 0;
    for group in groups {
        let text = group.text();
        let turned: String = text.chars().skip(1).chain(text.chars().take(1)).collect();
        let from = (group.column + 1).saturating_sub(turned.chars().count());
        let (column, text) = match group.end() <= room {
            true => (group.column, text),
            false if used < from => (from, turned),
            false => (group.column, text.chars().take(1).collect()),
        };
        line.extend(std::iter::repeat_n(' ', column.saturating_sub(used)));
        used = column + text.chars().count();
        line.push_str(&text);
    }
    line
}
