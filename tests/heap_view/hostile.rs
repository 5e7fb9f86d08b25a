//! Text from dumps does no harm, and nothing grows without bounds.

use fragscope::addr::Addr;
use fragscope::heaps::{Arena, Heap, Trouble};
use fragscope::report::LONGEST;

use crate::markdown::page::check;

use super::made::{ALL, Made, glibc, jemalloc};

const EVIL: &str = "\u{1b}]0;owned\u{7}\u{202e}</script><img src=x onerror=alert(1)>`|[x](javascript:1)";

fn evil() -> Vec<Heap> {
    let mut walked = glibc();
    walked.layout = Some(EVIL.into());
    walked.notes = vec![EVIL.into()];
    walked.troubles = vec![Trouble { code: "x", message: EVIL.into(), at: None, covered: None }];
    vec![walked, Heap { notes: vec![EVIL.into()], ..jemalloc() }]
}

#[test]
fn text_from_the_dump_is_text_everywhere() {
    let made = Made::narrow(evil());
    let [text, markdown, html] = made.reports();
    for form in [made.text(ALL), made.markdown(ALL), made.html(ALL), text, markdown.clone(), html.clone()] {
        assert!(!form.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{form}");
    }
    for form in [made.html(ALL), html] {
        assert!(!form.contains("<img") && !form.contains("alert(1)>`</script"), "{form}");
    }
    for form in [made.markdown(ALL), markdown] {
        let shape = check(&form);
        assert!(!shape.text.contains("<img"), "{form}");
    }
    assert_eq!(made.json()["heaps"][0]["notes"][0], EVIL);
}

#[test]
fn thousands_of_arenas_stay_within_a_ticket() {
    let mut heap = glibc();
    let sample = heap.arenas[1].clone();
    heap.arenas.extend((0..5000).map(|n| Arena { id: Addr(0x1000 * n), ..sample.clone() }));
    let made = Made::wide(vec![heap]);
    let markdown = made.markdown(ALL);
    assert!(markdown.len() <= LONGEST, "{}", markdown.len());
    assert!(markdown.contains("more of 5,002 arenas"), "{markdown}");
    let [text, ticket, _] = made.reports();
    assert!(ticket.len() <= LONGEST && text.lines().count() < 120, "{text}");
    assert!(text.contains("… 4,998 more of 5,002 arenas"), "{text}");
}
