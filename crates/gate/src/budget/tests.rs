use proptest::prelude::*;

use super::*;

fn groups() -> Groups {
    let mut groups = Groups::default();
    let members = ["POST /api/cart/*", "POST /api/checkout"];
    groups.insert(
        "checkout",
        members.iter().filter_map(|text| Name::parse(text)).collect(),
    );
    groups
}

fn parse(text: &str) -> Result<Vec<Budget>, BudgetError> {
    Budget::parse_list(text, &groups())
}

#[test]
fn budgets_are_read_and_written() {
    for (text, written) in [
        ("p95 < 300ms", "p95 < 300ms"),
        ("median<=0.3 s", "p50 <= 300ms"),
        ("P99.9 < 1m", "p99.9 < 1m"),
        ("average < 500us", "average < 500us"),
        ("min > 12µs", "min > 12us"),
        ("errors < 0.1%", "errors < 0.1%"),
        ("errors <= 0", "errors <= 0%"),
        ("error_rate < 0.01 %", "errors < 0.01%"),
        ("failures == 0", "failures == 0"),
        ("requests >= 10k", "requests >= 10k"),
        ("rps > 200/s", "requests/s > 200"),
        ("memory < 10MB", "memory < 10MB"),
        ("memory < 10MiB", "memory < 10MiB"),
        ("all requests: p95 < 300ms", "p95 < 300ms"),
        ("Aggregated: p95 < 300ms", "p95 < 300ms"),
        ("each:  p99 < 1s", "each: p99 < 1s"),
        ("GET /api/*: p95 < 300ms", "GET /api/*: p95 < 300ms"),
        ("group checkout: p95 < 2s", "group checkout: p95 < 2s"),
        ("\"each\": p95 < 2s", "\"each\": p95 < 2s"),
        ("GET /api/items/[id]: p95 < 1s", "GET /api/items/[id]: p95 < 1s"),
        (
            "GET http://shop:80/a, b: c: p95 < 1s[ steady ]",
            "GET http://shop:80/a, b: c: p95 < 1s [steady]",
        ),
        (
            "p95 < 1s [abort after 1m, samples >= 100, advisory]",
            "advisory and abort",
        ),
        (
            "p95 < 1s [abort, samples >= 100, window 1m]",
            "p95 < 1s [window 60s, min 100 samples, abort]",
        ),
        ("requests/s > 1 [min 5 samples]", "requests/s > 1"),
    ] {
        match parse(text) {
            Ok(budgets) => assert_eq!(budgets[0].to_string(), written),
            Err(error) => assert_eq!(
                (error.problem, written),
                (BudgetProblem::AdvisoryAbort, "advisory and abort"),
                "{text}"
            ),
        }
    }
}

#[test]
fn a_list_shares_its_scope_and_its_options() {
    let budgets = parse("GET /cart: p99 < 500ms, errors < 0.1% [window 30s]").unwrap();
    assert_eq!(budgets.len(), 2);
    for budget in budgets {
        assert_eq!(budget.scope.to_string(), "GET /cart");
        assert_eq!(budget.period.window_seconds, Some(30));
    }
}

#[test]
fn what_is_no_budget_says_why_in_one_line() {
    for (text, why) in [
        ("", "expected a metric, a comparison and a limit"),
        ("p95 < 300ms,", "expected a metric"),
        ("p95", "has no comparison"),
        ("p95 = 300ms", "'=' is no comparison"),
        ("p95 =< 300ms", "'=<' is no comparison"),
        ("p95 == 300ms", "'==' is for counts"),
        ("p59x < 3ms", "'p59x' is no metric"),
        ("latncy < 3ms", "is no metric (there is p50"),
        ("avrage < 3ms", "did you mean 'average'?"),
        ("p99.9999999 < 3ms", "finer than"),
        ("p95 < 300", "p95: the limit has no unit (a time with its unit"),
        ("p95 < 300 MB", "p95: 'MB' is not its unit"),
        ("p95 < -3ms", "the limit '-3ms' is negative"),
        ("p95 < fast", "'fast' is no limit"),
        ("p95 < 1.2.3ms", "no limit"),
        ("p95 < 0ms", "p95 < 0s can never hold"),
        ("errors < 0.1", "a percentage with its sign: 0.1%"),
        ("errors < 101%", "at most 100%"),
        ("failures < 0.5", "a whole number"),
        ("memory < 10", "bytes with their unit"),
        ("requests < 99999999999999999999", "too great"),
        ("requests/s > 5/m", "'/m' is not its unit"),
        (": p95 < 3ms", "the scope before ': ' is empty"),
        ("group chekout: p95 < 3s", "did you mean 'checkout'?"),
        ("p95 < 3ms [stedy]", "did you mean 'steady'?"),
        ("p95 < 3ms [steady, steady]", "twice"),
        ("p95 < 3ms [window 0s]", "is no option"),
        ("p95 < 3ms [min some samples]", "is no option"),
        ("p95 < 3ms []", "is no option"),
        ("p95 < 3ms [steady], p99 < 5ms", "at the end"),
        ("p95 < 3ms [steady] [abort]", "at the end"),
        ("p95 < 3ms, p95 > 4ms", "cannot hold together with 'p95 < 3ms'"),
        ("p50 > 500ms, p99 < 300ms", "because p50 is never above p99"),
        ("failures > 3, failures < 4", "cannot hold together"),
        ("failures == 3, failures != 3", "cannot hold together"),
        ("GET /a\nb: p95 < 3", "GET /a b: p95 < 3"),
    ] {
        let error = parse(text).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
        assert!(!error.contains('\n'), "{error}");
    }
}

#[test]
fn what_can_hold_together_is_no_contradiction() {
    for text in [
        "p50 < 500ms, p99 > 300ms",
        "p95 >= 100ms, p95 <= 100ms",
        "failures > 3, failures < 5",
        "p99 > 300ms, p50 < 100ms",
        "average < 100ms, p99 > 300ms",
        "p95 < 100ms, p95 < 200ms",
    ] {
        assert_eq!(parse(text).map(|_| ()), Ok(()), "{text}");
    }
    let apart = [
        parse("p95 < 100ms").unwrap(),
        parse("p95 > 200ms [steady]").unwrap(),
        parse("each: p95 > 200ms").unwrap(),
    ];
    assert_eq!(Budget::check(&apart.concat()), Ok(()));
}

#[test]
fn names_are_matched_with_and_without_their_method() {
    for (name, method, endpoint, is_match) in [
        ("GET /cart", "GET", "/cart", true),
        ("/cart", "POST", "/cart", true),
        ("cart", "GET", "/cart", true),
        ("GET /cart", "POST", "/cart", false),
        ("/ca", "GET", "/cart", false),
        ("GET /api/*", "GET", "/api/items/7", true),
        ("/api/*/7", "GET", "/api/items/7", true),
        ("/api/?", "GET", "/api/7", true),
        ("/api/?", "GET", "/api/77", false),
        ("*", "", "anything", true),
        ("\"/api/*\"", "GET", "/api/7", false),
        ("/search?q=é", "GET", "/search?q=é", true),
        ("*a*a*a*b", "", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
    ] {
        let endpoint = Endpoint::new(method, endpoint);
        let found = Name::parse(name).unwrap().matches(&endpoint);
        assert_eq!(found, is_match, "{name} {endpoint}");
    }
}

use crate::endpoint::Endpoint;

fn scope() -> impl Strategy<Value = Scope> {
    let named = prop_oneof![".*", "[a-z\"*? :]{0,9}", Just("each".to_owned())];
    let named = named.prop_filter_map("empty", |text| {
        let quoted = (!text.is_empty()).then(|| Scope::Named(Name::Exact(text.clone())));
        Name::parse(&text).map(Scope::Named).or(quoted)
    });
    prop_oneof![
        Just(Scope::All),
        Just(Scope::Each),
        Just(Scope::parse("group checkout", &groups()).unwrap()),
        named.clone(),
        named.prop_map(|scope| match scope {
            Scope::Named(Name::Pattern(text)) => Scope::Named(Name::Exact(text)),
            other => other,
        }),
    ]
}

fn expectation() -> impl Strategy<Value = String> {
    prop_oneof![
        (1_u32..99_999, prop_oneof!["ms", "us", "s", "m"], 1_u32..9_999).prop_map(
            |(limit, unit, percentile)| format!(
                "p{} < {}{unit}",
                f64::from(percentile) / 100.0,
                f64::from(limit) / 100.0
            )
        ),
        (1_u32..10_000).prop_map(|limit| format!("errors <= {}%", f64::from(limit) / 100.0)),
        (1_u32..u32::MAX, prop_oneof!["B", "KB", "MB", "GiB", "KiB"])
            .prop_map(|(limit, unit)| format!("memory < {}{unit}", limit % 100_000)),
        (0_u32..u32::MAX).prop_map(|limit| format!("failures != {limit}")),
        (0_u32..u32::MAX).prop_map(|limit| format!("requests/s >= {}", f64::from(limit) / 1000.0)),
    ]
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".*") {
        let _ = parse(&text);
    }

    #[test]
    fn nearly_a_budget_is_read_or_refused(
        text in r#"(GET /|each|group |\*|: |\[|\]|p9|errors|<|>=| |,|[0-9.]{1,4}|ms|%|µ|steady|window |abort|"){0,12}"#
    ) {
        if let Ok(budgets) = parse(&text) {
            for budget in budgets {
                prop_assert_eq!(parse(&budget.to_string()), Ok(vec![budget]));
            }
        }
    }

    #[test]
    fn what_is_written_is_read_the_same(
        scope in scope(),
        expectation in expectation(),
        options in "( \\[(steady|window [1-9]s|advisory|abort|abort after [1-9]s|min [1-9] samples)\\])?",
    ) {
        let text = format!("{scope}: {expectation}{options}");
        let budgets = parse(&text).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(&budgets[0].scope, &scope);
        prop_assert_eq!(parse(&budgets[0].to_string()), Ok(budgets.clone()));
    }
}
