//! Where a path gives a user or a host away, by its form alone.

use std::ops::Range;

use super::known::{HOMES, IN_HOME, NO_HOST, NOBODY, TEMPORARY, has};
use super::stand_in;

/// What a hidden name is. Where one name is both, it is a user's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum SecretKind {
    User,
    Host,
}

impl SecretKind {
    /// What its stand-in begins with.
    pub fn word(self) -> &'static str {
        match self {
            SecretKind::User => "user",
            SecretKind::Host => "host",
        }
    }
}

/// A name in a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Secret {
    pub range: Range<usize>,
    pub kind: SecretKind,
}

/// What may stand right before a path in a sentence, and right behind one.
const OPENING: [char; 7] = [' ', '"', '\'', '(', '=', ':', '`'];
const CLOSING: [char; 9] = [' ', '"', '\'', ')', ':', ';', ',', '\n', '`'];

/// Behind these a host follows: `\\?\UNC\host`, `\Device\Mup\host`.
const REDIRECTORS: [&str; 3] = ["unc", "mup", "lanmanredirector"];

/// All users and hosts that the paths in a text give away, in no order.
pub(super) fn find(text: &str) -> Vec<Secret> {
    let parts = parts(text);
    let mut found = Vec::new();
    let mut behind = [None; 2];
    for (at, part) in parts.iter().enumerate() {
        let view = View { text, parts: &parts, at, behind };
        found.extend(view.user());
        found.extend(view.host());
        if let Some(name) = text.get(part.clone()).filter(|name| !name.is_empty()) {
            // In a sentence other words stand before the first slash.
            let [nearest, _] = behind;
            behind = [Some(name.trim_start_matches(OPENING)), nearest];
        }
    }
    found.extend(mounted(text));
    found.retain(|secret| !secret.range.is_empty());
    found
}

/// `home2`: hosts with many users have several.
fn is_numbered_home(part: &str) -> bool {
    let (name, number) = part.split_at(part.trim_end_matches(|c: char| c.is_ascii_digit()).len());
    !number.is_empty() && name.eq_ignore_ascii_case("home")
}

/// What stands between slashes of either kind.
fn parts(text: &str) -> Vec<Range<usize>> {
    if !text.contains(['/', '\\']) {
        return Vec::new();
    }
    let ends = text.match_indices(['/', '\\']).map(|(at, _)| at).chain([text.len()]);
    let mut from = 0;
    let part = |end| {
        let range = from..end;
        from = end + 1;
        range
    };
    ends.map(part).collect()
}

/// One component of a path among the others.
struct View<'t> {
    text: &'t str,
    parts: &'t [Range<usize>],
    at: usize,
    /// The nonempty components behind which it stands, the nearest first.
    behind: [Option<&'t str>; 2],
}

impl View<'_> {
    fn part(&self, back: usize) -> Option<&str> {
        let range = self.parts.get(self.at.checked_sub(back)?)?;
        self.text.get(range.clone())
    }

    /// Whether the path ends with this component: the text does, or the next slash begins another path in a sentence.
    fn is_last(&self) -> bool {
        self.at + 1 == self.parts.len() || self.part(0).is_some_and(|part| part.ends_with(OPENING))
    }

    /// This component, less what follows a path in a listing or a sentence.
    fn own(&self) -> Option<(Range<usize>, &str)> {
        let range = self.parts.get(self.at)?.clone();
        let name = self.part(0)?;
        let kept = if self.is_last() { name.split(CLOSING).next().unwrap_or(name) } else { name };
        Some((range.start..range.start + kept.len(), kept))
    }

    fn user(&self) -> Option<Secret> {
        let (range, name) = self.own()?;
        let prefix = self.temporary_prefix(name);
        let is_user = self.follows_homes() || self.is_before_home_folder() || self.is_mount_of_user() || is_sid(name);
        if prefix.is_none() && (!is_user || name.starts_with('.')) {
            return None;
        }
        let range = range.start + prefix.unwrap_or(0)..range.end;
        let user = self.text.get(range.clone())?;
        let tells = !user.is_empty() && !has(&NOBODY, user) && !stand_in::is_one(user);
        tells.then_some(Secret { range, kind: SecretKind::User })
    }

    /// `/home/alice`, `C:\Users\alice`; also behind a domain (`/home/corp.example.com/alice`) and a hidden folder
    /// (`/home/.ecryptfs/alice`), and on one of several disks (`/home2/alice`).
    fn follows_homes(&self) -> bool {
        let is_homes = |part: Option<&str>| part.is_some_and(|part| has(&HOMES, part) || is_numbered_home(part));
        let [nearest, next] = self.behind;
        let between = nearest.is_some_and(|part| part.starts_with('.') || 2 <= part.matches('.').count());
        is_homes(nearest) || (between && is_homes(next))
    }

    fn is_before_home_folder(&self) -> bool {
        let next = self.parts.get(self.at + 1).and_then(|range| self.text.get(range.clone()));
        next.is_some_and(|next| has(&IN_HOME, next)) && self.at > 0
    }

    /// `/media/alice/USB`, `/run/media/alice`, `/run/user/1000`.
    fn is_mount_of_user(&self) -> bool {
        let root = |steps: usize| self.starts_path(self.at.checked_sub(steps));
        match (self.part(2), self.part(1)) {
            (Some("run"), Some("media" | "user")) => root(3),
            (_, Some("media")) => root(2) && !self.is_last(),
            _ => false,
        }
    }

    /// Whether the path begins with the slash behind this component: nothing, or the words before it in a sentence.
    fn starts_path(&self, at: Option<usize>) -> bool {
        let part = at.and_then(|at| self.parts.get(at)).and_then(|range| self.text.get(range.clone()));
        part.is_some_and(|part| if part.is_empty() { at == Some(0) } else { part.ends_with(OPENING) })
    }

    /// `/tmp/hsperfdata_alice`: how much stands before the name.
    fn temporary_prefix(&self, name: &str) -> Option<usize> {
        let prefix = TEMPORARY.into_iter().find(|prefix| name.starts_with(prefix))?;
        (self.part(1) == Some("tmp")).then_some(prefix.len())
    }

    fn host(&self) -> Option<Secret> {
        let (range, name) = self.own()?;
        let first = |at: Option<usize>| self.starts_path(at);
        let doubled = self.part(1) == Some("") && self.at.checked_sub(2).is_some_and(|at| first(Some(at)));
        let is_unc = doubled && !self.is_last();
        let is_redirected = self.part(1).is_some_and(|p| p.starts_with(';') || has(&REDIRECTORS, p)) && self.at > 1;
        let is_mounted =
            matches!(self.part(1), Some("net" | "afs")) && first(self.at.checked_sub(2)) && !self.is_last();
        let of_url = self.part(1) == Some("") && self.part(2).is_some_and(|p| p.ends_with(':'));
        let hidden = is_unc || is_redirected || is_mounted || of_url;
        let range = if of_url { authority(self.text, range) } else { range };
        let name = self.text.get(range.clone()).unwrap_or(name);
        let is_drive = name.len() == 2 && name.ends_with(':');
        (hidden && !has(&NO_HOST, name) && !is_drive && !stand_in::is_one(name) && !name.starts_with(';'))
            .then_some(Secret { range, kind: SecretKind::Host })
    }
}

/// `user:password@host:port`, of which the port may stay.
fn authority(text: &str, range: Range<usize>) -> Range<usize> {
    let name = text.get(range.clone()).unwrap_or_default();
    let port = name.rfind(':').filter(|at| name.get(at + 1..).is_some_and(|p| p.bytes().all(|b| b.is_ascii_digit())));
    range.start..range.start + port.unwrap_or(name.len())
}

/// `S-1-5-21-…`: a user's number in a Windows domain.
fn is_sid(name: &str) -> bool {
    name.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("S-1-5-21-"))
}

/// `nas01:/export/home`: the source of a mount, at the beginning or behind a blank.
fn mounted(text: &str) -> Vec<Secret> {
    let mut found = Vec::new();
    for (colon, _) in text.match_indices(":/") {
        let before = text.get(..colon).unwrap_or_default();
        let start = before.rfind([' ', '"', '\'', '(', '=', ',', '/', '\\']).map_or(0, |at| at + 1);
        let name = before.get(start..).unwrap_or_default();
        let url = text.get(colon..).is_some_and(|rest| rest.starts_with("://"));
        let of_path = before.get(..start).is_some_and(|b| b.ends_with(['/', '\\']));
        let host = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@');
        if url || of_path || name.len() < 2 || !name.chars().all(host) || has(&NO_HOST, name) || stand_in::is_one(name)
        {
            continue;
        }
        let at = name.find('@');
        if let Some(at) = at {
            found.push(Secret { range: start..start + at, kind: SecretKind::User });
        }
        let host_from = start + at.map_or(0, |at| at + 1);
        found.push(Secret { range: host_from..colon, kind: SecretKind::Host });
    }
    found
}
