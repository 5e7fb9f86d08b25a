//! Parts of a run.

use std::collections::BTreeMap;

use super::harness::{Place, column, lines};

#[test]
fn parts_share_out_a_list_exactly() {
    let place = Place::new();
    place.maps("in", 60);
    let list: String = (0..60)
        .map(|n| format!("in/{n:05}.maps\n"))
        .chain(["nowhere\n".into(), "\n".into(), "nowhere\n".into()])
        .collect();
    place.file("list", &list);
    for count in [1, 3, 5] {
        let mut found: BTreeMap<String, usize> = BTreeMap::new();
        for part in 0..count {
            let shard = format!("{part}/{count}");
            let args =
                ["triage", "--files-from", "list", "in/*.none", "-o", "out.jsonl", "-o", "out.csv", "--shard", &shard];
            assert_eq!(place.run(&args).code, 0);
            let rows = lines(&place.read(&format!("out-{part:05}-of-{count:05}.jsonl")));
            column(&rows, "file").into_iter().for_each(|file| *found.entry(file.into()).or_default() += 1);
            assert!(place.path(&format!("out-{part:05}-of-{count:05}.csv")).is_file());
        }
        assert_eq!((found.len(), found["nowhere"], found[""], found["in/*.none"]), (63, 2, 1, 1));
        assert_eq!(found.values().sum::<usize>(), 64);
    }
    assert!(!place.path("out.jsonl").exists());
}
