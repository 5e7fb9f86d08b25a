//! Conditions on figures and on a made-up catalogue, against a judge that shares nothing with them.

use super::*;
use proptest::prelude::*;

const MEASURED: Measured =
    Measured { free: 1 << 30, largest: 64 << 20, gaps: 12, vma_count: Some(700), fragmentation: 8813 };

fn holds(text: &str) -> bool {
    Condition::parse(text).unwrap_or_else(|e| panic!("{e}")).holds(&MEASURED)
}

#[test]
fn each_figure_and_each_comparison() {
    for text in [
        "largest <= 64M",
        "largest>=64MiB",
        "largest == 67108864",
        "free > 1023 MiB",
        "gaps == 12",
        "vma_count<701",
        "gaps != 13",
        "64M >= largest",
        "1G==free",
        "largest < free",
        "vmas == 700 && largest_gap == 64M",
        "fragmentation == 88.13",
        "fragmentation > 88 %",
    ] {
        assert!(holds(text), "{text}");
    }
    for text in ["largest < 64M", "largest > 0x4000000", "free<1G", "gaps > 12", "fragmentation >= 88.14%", "13 < gaps"]
    {
        assert!(!holds(text), "{text}");
    }
}

#[test]
fn precedence_is_that_of_c() {
    for (text, expected) in [
        ("gaps == 12 || gaps == 1 && gaps == 2", true),
        ("(gaps == 12 || gaps == 1) && gaps == 2", false),
        ("gaps == 1 && gaps == 2 || gaps == 12", true),
        ("!(gaps == 1) && gaps == 12", true),
        ("not gaps == 1 and gaps == 12", true),
        ("not gaps == 12 or gaps == 12", true),
        ("!(gaps == 12 || gaps == 1)", false),
        ("!!(gaps == 12)", true),
        ("known(gaps) && !known(gaps) || gaps==12", true),
    ] {
        assert_eq!(holds(text), expected, "{text}");
    }
}

#[test]
fn what_is_not_known_never_holds() {
    let measured = Measured { vma_count: None, ..MEASURED };
    for text in ["vma_count < 5", "vma_count >= 0", "!(vma_count < 5)", "vma_count == vma_count", "known(vma_count)"] {
        assert!(!Condition::parse(text).unwrap().holds(&measured), "{text}");
    }
    for text in ["!known(vma_count)", "vma_count < 5 || gaps == 12", "!(vma_count < 5 && gaps == 1)"] {
        assert!(Condition::parse(text).unwrap().holds(&measured), "{text}");
    }
}

/// Each error begins with these words and marks that character.
fn errors(text: &str, at: usize, part: &str, error: ConditionError) {
    assert_eq!(error.at(), at, "{text}: {error}");
    assert!(error.to_string().contains(part), "{text}: {error}");
    let lines: Vec<String> = error.to_string().lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 3, "{error}");
    let marked = lines[1].chars().nth(lines[2].chars().count() - 1);
    let meant = text.chars().nth(at).filter(|c| !c.is_whitespace());
    assert_eq!(marked.filter(|c| !c.is_whitespace()), meant, "{error}");
}

#[test]
fn an_error_points_at_the_character() {
    for (text, at, part) in [
        ("", 0, "expected a figure (largest, free, vma_count, gaps, fragmentation), and it ends here"),
        ("smallest < 1", 0, "`smallest` is no figure; these are: largest, free"),
        ("larges < 1", 0, "did you mean largest?"),
        ("largest", 7, "expected <, <=, >, >=, == or !=, and it ends here"),
        ("largest = 1", 8, "not `=`; for equality write =="),
        ("largest ! 1", 8, "for inequality write !="),
        ("largest & 1", 8, "not `&`; what is joined is whole comparisons"),
        ("largest ~ x", 8, "largest is a size and compared with <, <=, >, >=, == or !=, not `~`"),
        ("largest < 64X", 10, "`64X` is not a size"),
        ("largest < null", 10, "whether largest is known is asked with known(largest)"),
        ("largest < gaps", 10, "largest is a size and cannot be compared with gaps, which is a count"),
        ("gaps < 1M", 7, "`1M` is not a whole number"),
        ("fragmentation < 101", 16, "`101` is not a percentage"),
        ("free < ", 7, "expected a size, as 64M, and it ends here"),
        ("free < 1G gaps", 10, "the condition is complete before `gaps`; && or || stands between two"),
        ("free < 1G & gaps < 3", 10, "for and write &&"),
        ("free < 1G | gaps < 3", 10, "for or write ||"),
        ("1 < gaps < 20", 9, "a comparison has one operator; write two comparisons with && between them"),
        ("gaps > 1 > 0", 9, "a comparison has one operator"),
        ("!gaps < 3", 0, "! stands before parentheses, as in !(largest < 64M)"),
        ("(gaps < 3", 0, "this parenthesis is never closed"),
        ("gaps < 3)", 8, "this parenthesis closes nothing"),
        ("(gaps < 3 free", 10, "the condition is complete before `free`"),
        ("gaps < 3 &&", 11, "expected a figure"),
        ("&& gaps < 3", 0, "expected a figure (largest, free, vma_count, gaps, fragmentation) here, not `&&`"),
        ("known(gap)", 6, "`gap` is no figure; did you mean gaps?"),
        ("gaps < \"3", 7, "this quote is never closed"),
        ("gaps < )", 7, "expected a whole number here, not `)`"),
    ] {
        errors(text, at, part, Condition::parse(text).unwrap_err());
    }
}

#[test]
fn long_and_deep_conditions_are_refused() {
    let deep = format!("{}gaps < 3", "(".repeat(100_000));
    let error = Condition::parse(&deep).unwrap_err().to_string();
    assert!(error.starts_with("a condition has at most 4000 characters") && error.len() < 400, "{error}");
    for open in ["(", "!(", "not "] {
        let deep = format!("{}gaps < 3", open.repeat(900));
        let error = Condition::parse(&deep).unwrap_err().to_string();
        assert!(error.starts_with("parentheses and ! go no deeper than 40") && error.len() < 600, "{error}");
    }
    let long = vec!["gaps == 3"; 300].join(" || ");
    assert!(!Condition::parse(&long).unwrap().holds(&MEASURED));
}

#[test]
fn a_long_line_is_shown_around_its_mark() {
    let text = format!("{} || gaps = 3", vec!["gaps == 3"; 100].join(" || "));
    let error = Condition::parse(&text).unwrap_err();
    let lines: Vec<String> = error.to_string().lines().map(str::to_owned).collect();
    assert!(lines[1].chars().count() < 110, "{error}");
    assert_eq!(lines[1].chars().nth(lines[2].chars().count() - 1), Some('='), "{error}");
}

// ---- a catalogue with text -------------------------------------------------------------------------------------------

#[derive(Debug)]
struct Fact(&'static str, Kind, &'static [&'static str]);

static FACTS: [Fact; 6] = [
    Fact("n", Kind::Count, &[]),
    Fact("m", Kind::Count, &[]),
    Fact("size", Kind::Bytes, &[]),
    Fact("share", Kind::Percent, &[]),
    Fact("name", Kind::Text, &[]),
    Fact("os", Kind::Text, &["linux", "windows"]),
];

impl Subject for Fact {
    const NOUN: &'static str = "fact";
    const LISTED: &'static str = "there are six";
    const EXAMPLE: &'static str = "n < 3";

    fn name(&self) -> &'static str {
        self.0
    }

    fn kind(&self) -> Kind {
        self.1
    }

    fn words(&self) -> Vec<&'static str> {
        self.2.to_vec()
    }
}

/// What is known; each fact by its place in [`FACTS`].
#[derive(Clone, Debug, Default)]
struct World {
    numbers: [Option<u64>; 3],
    share: Option<u32>,
    texts: [Option<String>; 2],
}

impl World {
    fn look(&self, fact: &Fact) -> Option<Value<'_>> {
        match fact.0 {
            "n" => self.numbers[0].map(Value::Whole),
            "m" => self.numbers[1].map(Value::Whole),
            "size" => self.numbers[2].map(Value::Whole),
            "share" => self.share.map(|share| Value::Real(f64::from(share) / 100.0)),
            "name" => self.texts[0].as_deref().map(Value::Text),
            _ => self.texts[1].as_deref().map(Value::Text),
        }
    }

    fn judge(&self, text: &str) -> Option<bool> {
        parsed(text).judge(|fact| self.look(fact))
    }
}

fn parsed(text: &str) -> Expression<Fact> {
    Expression::parse(text, &FACTS).unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn text_is_compared_with_words_quotes_and_patterns() {
    let world = World { texts: [Some("Web Content".into()), Some("linux".into())], ..World::default() };
    for (text, expected) in [
        ("name == \"Web Content\"", true),
        ("name == 'Web Content'", true),
        ("name != web", true),
        ("name == \"web content\"", false),
        ("name ~ web*", true),
        ("name ~ \"*content\"", true),
        ("name ~ \"cont\"", false),
        ("os == linux", true),
        ("linux == os", true),
        ("os != windows", true),
        ("os == \"linux\" && name ~ \"w?b*\"", true),
        ("name == known", false),
        ("name == and or os == linux", true),
    ] {
        assert_eq!(world.judge(text), Some(expected), "{text}");
    }
    let odd = World { texts: [Some(r#"a "b" \ c"#.into()), None], ..World::default() };
    assert_eq!(odd.judge(r#"name == "a \"b\" \\ c""#), Some(true));
    assert_eq!(odd.judge(r#"name == 'a "b" \ c' && known(os)"#), Some(false));
}

#[test]
fn errors_about_text() {
    for (text, at, part) in [
        ("os < 5", 3, "os is text and compared with ==, != or ~, not `<`"),
        ("os == linus", 6, "os is never `linus`; did you mean linux?"),
        ("os == beos7", 6, "os is never `beos7`; it is one of linux, windows"),
        ("os == ", 6, "expected a word, or text in quotes, and it ends here"),
        ("name == fire*", 8, "a pattern is compared with ~: name ~ fire*"),
        ("name == null", 8, "whether name is known is asked with known(name)"),
        ("fire* ~ name", 6, "the fact stands before ~"),
        ("name == web content", 12, "the condition is complete before `content`"),
        ("nam == x", 0, "`nam` is no fact; did you mean name?"),
        ("'n' == 3", 0, "`n` is no fact"),
    ] {
        errors(text, at, part, Expression::parse(text, &FACTS).unwrap_err());
    }
}

/// A condition as the judge below reads it.
#[derive(Clone, Debug)]
enum Plain {
    /// Which number, which of the six operators, with what.
    Number(usize, usize, u64),
    Share(usize, u32),
    Name(bool, String),
    Os(bool, bool),
    Pair(usize),
    Known(usize),
    Not(Box<Plain>),
    And(Box<Plain>, Box<Plain>),
    Or(Box<Plain>, Box<Plain>),
}

const OPERATORS: [&str; 6] = ["<", "<=", ">", ">=", "==", "!="];

fn compare<T: PartialOrd>(operator: usize, a: &T, b: &T) -> bool {
    [a < b, a <= b, a > b, a >= b, a == b, a != b][operator]
}

impl Plain {
    /// The condition in words, each part in parentheses.
    fn text(&self) -> String {
        match self {
            Plain::Number(which, operator, number) => format!("{} {} {number}", FACTS[*which].0, OPERATORS[*operator]),
            Plain::Share(operator, share) => {
                format!("share{}{}.{:02}%", OPERATORS[*operator], share / 100, share % 100)
            }
            Plain::Name(same, name) => {
                let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
                format!("name {} \"{quoted}\"", if *same { "==" } else { "!=" })
            }
            Plain::Os(same, linux) => {
                format!("os {} {}", if *same { "==" } else { "!=" }, if *linux { "linux" } else { "windows" })
            }
            Plain::Pair(operator) => format!("n {} m", OPERATORS[*operator]),
            Plain::Known(which) => format!("known({})", FACTS[*which].0),
            Plain::Not(inner) => format!("!({})", inner.text()),
            Plain::And(a, b) => format!("({}) && ({})", a.text(), b.text()),
            Plain::Or(a, b) => format!("({}) || ({})", a.text(), b.text()),
        }
    }

    /// By tables: 1 is true, 0 false, and what is not known lies between.
    fn judge(&self, world: &World) -> Option<bool> {
        let third = |value: Option<bool>| value.map_or(1, |holds| 2 * i32::from(holds));
        let back = |value: i32| [Some(false), None, Some(true)][value as usize];
        match self {
            Plain::Number(which, operator, number) => world.numbers[*which].map(|n| compare(*operator, &n, number)),
            Plain::Share(operator, share) => world.share.map(|s| compare(*operator, &s, share)),
            Plain::Name(same, name) => world.texts[0].as_ref().map(|n| (n == name) == *same),
            Plain::Os(same, linux) => world.texts[1].as_ref().map(|os| ((os == "linux") == *linux) == *same),
            Plain::Pair(operator) => world.numbers[0].zip(world.numbers[1]).map(|(n, m)| compare(*operator, &n, &m)),
            Plain::Known(which) => Some(world.look(&FACTS[*which]).is_some()),
            Plain::Not(inner) => back(2 - third(inner.judge(world))),
            Plain::And(a, b) => back(third(a.judge(world)).min(third(b.judge(world)))),
            Plain::Or(a, b) => back(third(a.judge(world)).max(third(b.judge(world)))),
        }
    }
}

fn plain() -> impl Strategy<Value = Plain> {
    let leaf = prop_oneof![
        (0..3usize, 0..6usize, 0..4u64).prop_map(|(which, operator, number)| Plain::Number(which, operator, number)),
        (0..6usize, 0..10_001u32).prop_map(|(operator, share)| Plain::Share(operator, share)),
        (any::<bool>(), name()).prop_map(|(same, name)| Plain::Name(same, name)),
        any::<(bool, bool)>().prop_map(|(same, linux)| Plain::Os(same, linux)),
        (0..6usize).prop_map(Plain::Pair),
        (0..6usize).prop_map(Plain::Known),
    ];
    leaf.prop_recursive(6, 40, 2, |inner| {
        let pair = (inner.clone(), inner.clone()).prop_map(|(a, b)| (Box::new(a), Box::new(b)));
        prop_oneof![
            inner.prop_map(|inner| Plain::Not(Box::new(inner))),
            pair.clone().prop_map(|(a, b)| Plain::And(a, b)),
            pair.prop_map(|(a, b)| Plain::Or(a, b)),
        ]
    })
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("web".to_owned()),
        Just("null".to_owned()),
        Just("and".to_owned()),
        Just("a \"b\" \\".to_owned()),
        "[a-c*() \"'\\\\é]{0,4}"
    ]
}

fn world() -> impl Strategy<Value = World> {
    let number = || proptest::option::of(0..4u64);
    let os = prop_oneof![Just(None), Just(Some("linux".to_owned())), Just(Some("windows".to_owned()))];
    let numbers = [number(), number(), number()];
    (numbers, proptest::option::of(0..10_001u32), proptest::option::of(name()), os)
        .prop_map(|(numbers, share, name, os)| World { numbers, share, texts: [name, os] })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn nothing_panics(text in ".{0,24}") {
        let _ = Condition::parse(&text).map_err(|e| e.to_string());
    }

    #[test]
    fn nothing_that_is_nearly_a_condition_panics(
        parts in proptest::collection::vec(
            proptest::sample::select(vec![
                "n", "name", "os", "<", "==", "~", "!", "!=", "&&", "||", "&", "(", ")", "known", "not", "and", "or", "3",
                "64M", "linux", "\"x", "'y'", "50%", " ", "null", "=", "é",
            ]),
            0..12,
        ),
    ) {
        let text = parts.concat();
        match Expression::parse(&text, &FACTS) {
            Ok(expression) => {
                let again = parsed(&expression.canonical());
                prop_assert_eq!(again.canonical(), expression.canonical());
            }
            Err(error) => prop_assert!(error.at() <= text.chars().count()),
        }
    }

    #[test]
    fn judgements_are_those_of_the_tables(plain in plain(), world in world()) {
        let text = plain.text();
        let expression = parsed(&text);
        prop_assert_eq!(expression.judge(|fact| world.look(fact)), plain.judge(&world), "{}", text);
        let again = parsed(&expression.canonical());
        prop_assert_eq!(again.canonical(), expression.canonical());
        prop_assert_eq!(again.judge(|fact| world.look(fact)), plain.judge(&world), "{}", expression.canonical());
    }

    #[test]
    fn kleenes_laws(a in plain(), b in plain(), c in plain(), world in world()) {
        let (a, b, c) = (a.text(), b.text(), c.text());
        for (one, other) in [
            (format!("!(({a}) && ({b}))"), format!("!({a}) || !({b})")),
            (format!("!(({a}) || ({b}))"), format!("!({a}) && !({b})")),
            (format!("!(!({a}))"), a.clone()),
            (format!("({a}) && ({b})"), format!("({b}) and ({a})")),
            (format!("({a}) && (({b}) || ({c}))"), format!("({a}) && ({b}) || ({a}) && ({c})")),
            (format!("({a}) || (({a}) && ({b}))"), a.clone()),
        ] {
            prop_assert_eq!(world.judge(&one), world.judge(&other), "{} and {}", one, other);
        }
    }

    #[test]
    fn sizes_compare_as_numbers(found: u64, value: u64) {
        let measured = Measured { largest: found, ..MEASURED };
        let is = |text: &str| Condition::parse(&format!("largest {text} {value}")).unwrap().holds(&measured);
        prop_assert_eq!(is("<"), found < value);
        prop_assert_eq!(is(">="), found >= value);
        prop_assert_eq!(is("=="), found == value);
    }
}
