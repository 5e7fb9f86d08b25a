//! What is said of heaps with known figures.

use expect_test::expect;
use fragscope::report::{self, HeapOptions};
use serde_json::json;

use super::made::{ALL, MEMORY, Made, broken, glibc, jemalloc, python};

const WIDTH: usize = 100;

#[test]
fn arenas_and_free_chunks_as_text() {
    let text = Made::narrow(vec![glibc(), jemalloc()]).text(MEMORY);
    expect![[r#"
        glibc: 2 arenas hold 10 MiB from the system: 4.20 MiB live, 300.2 KiB cached by threads, 64 B in
        fast bins, 4.78 MiB free (47.81 %, largest 3 MiB), 152 KiB in top; beside them 9 mmapped chunks with
        5.28 MiB
        there, and not walked: jemalloc (libjemalloc.so.2 is loaded)

        process  a process that the dump does not name, 32-bit linux
        dump     maps; map complete
        space    0x00010000-0xffffe000 (4.00 GiB; ceiling: main stack's top), granularity 4 KiB
        glibc    glibc 2.27 to 2.42, safe-linking; exact: every sum closes

        glibc arenas  main first, then those with the most free bytes
          arena  threads  reserved  system      live     cached  fast      free  largest      top   fragm.
          main         1     9 MiB   9 MiB     4 MiB    300 KiB  64 B  4.00 MiB    3 MiB  132 KiB  25.00 %
          1            2     1 MiB   1 MiB   200 KiB      160 B   0 B   800 KiB  800 KiB   20 KiB   0.00 %
          all          3    10 MiB  10 MiB  4.20 MiB  300.2 KiB  64 B  4.78 MiB    3 MiB  152 KiB  37.26 %

        Free chunks of glibc  6 chunks of all arenas by size; bars show bytes
             from  to below  count    bytes
             64 B     128 B      3    192 B  #
          512 KiB     1 MiB      1  800 KiB  ########
            1 MiB     2 MiB      1    1 MiB  ##########
            2 MiB     4 MiB      1    3 MiB  ##############################

        The address space, heaps opened  every byte once; the rows add up to the span exactly
          share                       bytes
          gaps                     3.99 GiB  ##############################
          memory outside of heaps  3.20 MiB  #
          live in heaps            4.58 MiB  #
          cached in heaps           300 KiB  #
          free inside heaps        4.13 MiB  #
          span                     4.00 GiB
    "#]]
    .assert_eq(&text);
}

#[test]
fn what_broke_is_said_first_and_never_counted_as_nothing() {
    let text = Made::narrow(vec![broken()]).text(MEMORY);
    expect![[r#"
        glibc: 2 arenas hold 10 MiB from the system: at least 4 MiB live, at least 300 KiB cached by
        threads, at least 64 B in fast bins, at least 4.00 MiB free (largest 3 MiB), at least 132 KiB in
        top; beside them 9 mmapped chunks with 5.28 MiB (partial)

        process  a process that the dump does not name, 32-bit linux
        dump     maps; map complete
        space    0x00010000-0xffffe000 (4.00 GiB; ceiling: main stack's top), granularity 4 KiB
        glibc    glibc 2.27 to 2.42, safe-linking; partial: something is missing or broken, and figures may
                 be too small

        Where the walk of glibc broke  figures are of what was walked
          at          walked                      what
          0xf6a20000  128 KiB of 1 MiB (12.50 %)  the size of a chunk leads out of its heap

        glibc arenas  main first, then those with the most free bytes
          arena  threads  reserved  system   live   cached  fast      free  largest      top   fragm.
          main         1     9 MiB   9 MiB  4 MiB  300 KiB  64 B  4.00 MiB    3 MiB  132 KiB  25.00 %
          1            2     1 MiB   1 MiB      ?        ?     ?         ?        ?        ?        ?
          all          3    10 MiB  10 MiB      ?        ?     ?         ?    3 MiB        ?        ?

        Free chunks of glibc  5 chunks of all arenas by size; bars show bytes
           from  to below  count  bytes
           64 B     128 B      3  192 B  #
          1 MiB     2 MiB      1  1 MiB  ##########
          2 MiB     4 MiB      1  3 MiB  ##############################

        The address space, heaps opened  every byte once; the rows add up to the span exactly
          share                       bytes
          gaps                     3.99 GiB  ##############################
          memory outside of heaps  3.20 MiB  #
          live in heaps            4.58 MiB  #
          cached in heaps           300 KiB  #
          free inside heaps        4.13 MiB  #
          span                     4.00 GiB
    "#]]
    .assert_eq(&text);
}

#[test]
fn python_is_shown_by_occupancy() {
    let text = Made::wide(vec![python()]).text(MEMORY);
    expect![[r#"
        CPython: 3 arenas hold 768 KiB from the system: 392 KiB live, 376 KiB free (48.96 %, largest 4 KiB);
        1 arena is less than 10 % live

        process  a process that the dump does not name, 64-bit linux
        dump     maps; map complete
        space    0x0000000000010000-0x00007ffffffff000 (128.0 TiB; ceiling: main stack's top), granularity
                 4 KiB
        CPython  CPython 3.10 or later; exact: every sum closes

        CPython arenas by occupancy  by what is live; an arena goes back only when all of it is free
          live                arenas     held  live bytes
          below 10 %               1  256 KiB       8 KiB  ##############################
          50 % to below 60 %       1  256 KiB     128 KiB  ##############################
          all                      1  256 KiB     256 KiB  ##############################

        Free blocks of CPython  94 blocks of all arenas by size; bars show bytes
           from  to below  count    bytes
          4 KiB     8 KiB     94  376 KiB  ##############################

        The address space, heaps opened  every byte once; the rows add up to the span exactly
          share                              bytes
          gaps                           128.0 TiB  ##############################
          memory outside of heaps         3.18 MiB  #
          in heaps that were not walked      9 MiB  #
          span                           128.0 TiB
    "#]]
    .assert_eq(&text);
}

#[test]
fn all_shows_arenas_chunks_bins_ranges_settings_and_size_classes() {
    let text = Made::narrow(vec![glibc(), python()]).text(ALL);
    for title in [
        "Free chunks of glibc by arena",
        "Bins of glibc",
        "Ranges of glibc",
        "Settings of glibc",
        "Size classes of CPython",
        "CPython arenas  ",
    ] {
        assert!(text.contains(title), "{title}: {text}");
    }
    assert!(text.contains("arena 1 heap 1") && text.contains("128 KiB  larger requests get their own"), "{text}");
}

#[test]
fn no_line_is_wider_than_the_page() {
    for made in [Made::narrow(vec![glibc(), python(), broken()]), Made::wide(vec![glibc(), python(), jemalloc()])] {
        for options in [MEMORY, ALL, HeapOptions { explain: true, ..ALL }] {
            let text = made.text(options);
            let widest = text.lines().max_by_key(|line| line.chars().count()).unwrap();
            assert!(widest.chars().count() <= WIDTH, "{widest}");
        }
    }
}

#[test]
fn where_nothing_was_found_it_is_said_why() {
    let none = Made::narrow(Vec::new());
    assert!(none.text(MEMORY).starts_with("no heap was found: its data is not in the dump"));
    let map_only = HeapOptions { has_memory: false, ..MEMORY };
    for form in [none.text(map_only), none.markdown(map_only), none.html(map_only)] {
        assert!(form.contains("the dump holds no memory, only a map"), "{form}");
    }
    assert_eq!(none.json()["heaps"], json!([]));
}

#[test]
fn json_has_the_names_of_the_contract() {
    let report = Made::narrow(vec![glibc(), jemalloc()]).json();
    let heap = &report["heaps"][0];
    assert_eq!((&heap["allocator"], &heap["evidence"]), (&json!("glibc"), &json!("exact")));
    assert_eq!(heap["mmapped"], json!({ "count": 9, "bytes": 5_537_792 }));
    let main = &heap["arenas"][0];
    for (name, value) in [
        ("id", json!("0xf7ef97c0")),
        ("main", json!(true)),
        ("system", json!(9 << 20)),
        ("max_system", json!(10 << 20)),
        ("reserved", json!(9 << 20)),
        ("subheaps", json!(1)),
        ("live", json!({ "count": 1200, "bytes": 4 << 20 })),
        ("cached", json!({ "count": 300, "bytes": 300 << 10 })),
        ("fast", json!({ "count": 2, "bytes": 64 })),
        ("top", json!(132 << 10)),
        ("trim", json!(null)),
    ] {
        assert_eq!(main[name], value, "{name}");
    }
    assert_eq!((&main["free"]["count"], &main["free"]["largest"]), (&json!(5), &json!(3 << 20)));
    assert_eq!(main["free"]["bytes"], json!((4 << 20) + 192));
    assert_eq!(main["free"]["by_power"][0], json!({ "from": 64, "to": 128, "count": 3, "bytes": 192 }));
    let percent = main["fragmentation_percent"].as_f64().unwrap();
    assert!((percent - 100.0 * 1_048_768.0 / 4_194_496.0).abs() < 1e-9, "{percent}");
    let trim = &heap["arenas"][1]["trim"];
    assert_eq!(trim["blocker"]["state"], json!("cached"));
    assert_eq!((&trim["memory"], &trim["address_space"]), (&json!(700 << 10), &json!(16 << 10)));
    assert_eq!(report["heaps"][1]["evidence"], json!("not-walked"));
}

#[test]
fn an_arena_that_was_not_walked_makes_no_sum() {
    let heap = &Made::narrow(vec![broken()]).json()["heaps"][0];
    for name in ["live", "cached", "fast", "free", "top", "other", "fragmentation_percent"] {
        assert_eq!(heap["totals"][name], json!(null), "{name}");
        assert_eq!(heap["arenas"][1][name], json!(null), "{name}");
    }
    assert_eq!(heap["totals"]["system"], json!(10 << 20));
    assert_eq!(heap["troubles"][0]["covered"], json!(128 << 10));
}

#[test]
fn parts_name_their_arena_and_who_has_them_on_the_map() {
    let parts = Made::narrow(vec![glibc()]).json()["heaps"][0]["parts"].clone();
    assert_eq!(parts[0]["role"], json!("main-brk"));
    assert_eq!(parts[0]["owner"]["kind"], json!("heap"));
    assert_eq!((&parts[1]["arena"], &parts[1]["heap"]), (&json!(1), &json!(0)));
    assert_eq!((&parts[0]["free"], &parts[1]["free"]), (&json!(null), &json!(800 << 10)));
}

#[test]
fn json_obeys_its_schema() {
    let schema = serde_json::to_value(report::schema_of::<report::HeapReport<'static>>()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for made in [Made::narrow(vec![glibc(), python(), jemalloc()]), Made::wide(vec![broken()]), Made::wide(Vec::new())]
    {
        let report = made.json();
        let errors: Vec<String> = validator.iter_errors(&report).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
    assert!(!validator.is_valid(&json!({ "schema_version": 1 })), "anything passes");
}

#[test]
fn reports_have_a_section_where_there_are_heaps() {
    for form in Made::narrow(vec![glibc(), jemalloc()]).reports() {
        // A page keeps numbers on the line of their units.
        let form = form.replace('\u{a0}', " ");
        assert!(form.contains("Inside the heaps"), "{form}");
        assert!(form.contains("glibc: 2 arenas hold 10 MiB from the system"), "{form}");
        assert!(form.contains("jemalloc"), "{form}");
    }
    for form in Made::narrow(Vec::new()).reports() {
        assert!(!form.contains("Inside the heaps"), "{form}");
    }
}

#[test]
fn every_column_of_arenas_is_explained() {
    let text = Made::narrow(vec![glibc()]).text(HeapOptions { explain: true, ..MEMORY });
    let words = text.split("What the words mean").nth(1).unwrap();
    for word in [
        "from the system",
        "live",
        "cached",
        "fast",
        "free inside",
        "top",
        "other",
        "fragm.",
        "pieces",
        "threads",
        "reserved",
    ] {
        assert!(words.contains(&format!("\n  {word:<26}")), "{word}: {words}");
    }
}
