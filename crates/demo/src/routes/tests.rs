//! Every route, called as a client would, without a socket.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::router;
use crate::faults::Faults;
use crate::options::{DemoOptions, RouteRule, RouteSelector};
use crate::shop::Shop;

fn shop_with(options: &DemoOptions) -> Router {
    router(
        Arc::new(Shop::open(options).unwrap()),
        Faults::new(options).map(Arc::new),
    )
}

fn shop() -> Router {
    shop_with(&DemoOptions::default())
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| {
            panic!(
                "{error} in {:?} {}",
                self.status,
                String::from_utf8_lossy(&self.body)
            )
        })
    }

    fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    fn cookie(&self) -> String {
        let cookie = self.headers[header::SET_COOKIE].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }
}

async fn ask(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body,
    }
}

async fn get(router: &Router, path: &str) -> Answer {
    get_with(router, path, &[]).await
}

async fn get_with(router: &Router, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = headers.iter().fold(Request::get(path), |request, (name, value)| {
        request.header(*name, *value)
    });
    ask(router, request.body(Body::empty()).unwrap()).await
}

async fn post(router: &Router, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
    let request = Request::post(path).header("Content-Type", "application/json");
    let request = headers
        .iter()
        .fold(request, |request, (name, value)| request.header(*name, *value));
    ask(router, request.body(Body::from(body.to_string())).unwrap()).await
}

/// Logs in and returns the value of an Authorization header.
async fn log_in(router: &Router) -> String {
    let credentials = json!({"email": "shopper1@example.com", "password": "katydid"});
    let answer = post(router, "/api/auth/login", &[], credentials).await;
    assert_eq!(answer.status, StatusCode::OK);
    format!("Bearer {}", answer.json()["token"].as_str().unwrap())
}

#[tokio::test]
async fn plain_reads_are_answered() {
    let shop = shop();
    for path in [
        "/",
        "/home",
        "/health",
        "/memory",
        "/login",
        "/static/page-1k.html",
        "/static/page-10k.html",
        "/static/page-100k.html",
        "/static/page-1m.html",
        "/static/shop.css",
        "/api/products",
        "/api/products?page=1&limit=20",
        "/api/products/1",
        "/api/products/1000",
        "/api/catalog/products?page=1&limit=20",
        "/api/catalog/products/SKU-1234",
        "/api/cart",
        "/api/mobile/feed",
        "/api/mobile/feed?since=2026-03-01",
        "/admin/dashboard",
        "/cms/previews/front-page",
    ] {
        let answer = get(&shop, path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(!answer.body.is_empty(), "{path}");
    }
}

#[tokio::test]
async fn bad_requests_are_refused_with_a_reason() {
    let shop = shop();
    for (path, status, code) in [
        ("/nowhere", 404, "not_found"),
        ("/static/page-2k.html", 404, "not_found"),
        ("/api/products/0", 404, "not_found"),
        ("/api/products/1001", 404, "not_found"),
        ("/api/products/first", 404, "not_found"),
        ("/api/catalog/products/SKU-9999", 404, "not_found"),
        ("/api/products?page=0", 400, "bad_request"),
        ("/api/products?page=one", 400, "bad_request"),
        ("/api/products?limit=0", 400, "bad_request"),
        ("/api/products?limit=101", 400, "bad_request"),
        ("/api/products?page=-1", 400, "bad_request"),
        ("/api/mobile/feed?since=yesterday", 400, "bad_request"),
        ("/api/v1/data/export", 401, "key_required"),
        ("/api/orders/1", 401, "login_required"),
        ("/api/orders", 405, "method_not_allowed"),
    ] {
        let answer = get(&shop, path).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        assert_eq!(answer.json()["error"], code, "{path}");
        assert!(answer.json()["message"].as_str().unwrap().len() > 5, "{path}");
    }
}

#[tokio::test]
async fn bad_bodies_are_refused_with_a_reason() {
    let shop = shop();
    let token = log_in(&shop).await;
    for (path, body, status) in [
        (
            "/api/auth/login",
            json!({"email": "shopper1@example.com", "password": "guessed"}),
            401,
        ),
        (
            "/api/auth/login",
            json!({"email": "nobody@example.com", "password": "katydid"}),
            401,
        ),
        ("/api/auth/login", json!({"email": "shopper1@example.com"}), 422),
        ("/api/auth/login", json!(["shopper1@example.com", 1]), 422),
        ("/api/cart/items", json!({"sku": "SKU-9999", "quantity": 1}), 404),
        ("/api/cart/items", json!({"product_id": 1001, "quantity": 1}), 404),
        ("/api/cart/items", json!({"product_id": 1, "quantity": 0}), 422),
        ("/api/cart/items", json!({"product_id": 1, "quantity": -1}), 422),
        (
            "/api/cart/items",
            json!({"product_id": 1, "sku": "SKU-1001"}),
            422,
        ),
        ("/api/cart/items", json!({"quantity": 1}), 422),
        ("/api/checkout", json!({}), 422),
        ("/api/checkout", json!({"paymentMethod": "card"}), 422),
        (
            "/api/checkout",
            json!({"paymentMethod": "card", "shippingAddress": {"line1": "", "city": "", "zip": ""}}),
            422,
        ),
        ("/api/checkout", json!({"payment_token": "x".repeat(65)}), 422),
        ("/api/checkout", json!({"payment_token": "tok_declined"}), 402),
        ("/api/orders", json!({"payment_method": ""}), 422),
        ("/api/orders", json!({"payment_method": "test"}), 409),
        ("/api/orders", json!({"payment_method": "x".repeat(70_000)}), 413),
        (
            "/admin/reports/generate",
            json!({"type": "hourly", "format": "csv"}),
            422,
        ),
        ("/cms/previews/page", json!({"text": "wrong field"}), 422),
    ] {
        let answer = post(&shop, path, &[("Authorization", &token)], body.clone()).await;
        assert_eq!(answer.status.as_u16(), status, "{path} {body}");
        assert!(answer.json()["message"].as_str().unwrap().len() > 5, "{path}");
    }
}

#[tokio::test]
async fn bodies_must_be_json_and_say_so() {
    let shop = shop();
    for (content_type, body, status) in [
        ("application/json", "{\"email\":", 400),
        ("application/json", "", 400),
        ("application/json; charset=utf-8", "[]", 422),
        ("application/x-www-form-urlencoded", "email=a", 415),
    ] {
        let request = Request::post("/api/auth/login").header("Content-Type", content_type);
        let answer = ask(&shop, request.body(Body::from(body)).unwrap()).await;
        assert_eq!(answer.status.as_u16(), status, "{content_type} {body}");
        assert!(answer.json()["message"].is_string());
    }
}

#[tokio::test]
async fn a_shopper_buys() {
    let shop = shop();
    let token = log_in(&shop).await;
    let headers = [("Authorization", token.as_str())];
    for item in [
        json!({"sku": "SKU-1234", "quantity": 1}),
        json!({"product_id": 1, "quantity": 2}),
    ] {
        assert_eq!(
            post(&shop, "/api/cart/items", &headers, item).await.status,
            StatusCode::CREATED
        );
    }
    let cart = get_with(&shop, "/api/cart", &headers).await.json();
    assert_eq!(
        (cart["items"].as_u64(), cart["lines"].as_array().unwrap().len()),
        (Some(3), 2)
    );

    let order = post(&shop, "/api/orders", &headers, json!({"payment_method": "test"})).await;
    assert_eq!(order.status, StatusCode::CREATED);
    assert_eq!(
        (&order.json()["items"], &order.json()["total"]),
        (&json!(3), &cart["total"])
    );
    let path = format!("/api/orders/{}", order.json()["order_id"]);
    assert_eq!(
        get_with(&shop, &path, &headers).await.json()["payment_method"],
        "test"
    );
    let other = log_in_as(&shop, "shopper2@example.com").await;
    assert_eq!(
        get_with(&shop, &path, &[("Authorization", &other)]).await.status,
        StatusCode::NOT_FOUND
    );

    let again = post(&shop, "/api/orders", &headers, json!({"payment_method": "test"})).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    let dashboard = get(&shop, "/admin/dashboard").await.json();
    assert_eq!(dashboard["orders"], 1);
    assert_eq!(dashboard["latest_orders"][0]["customer"], "shopper1@example.com");
}

async fn log_in_as(router: &Router, email: &str) -> String {
    let credentials = json!({"email": email, "password": "katydid"});
    let answer = post(router, "/api/auth/login", &[], credentials).await;
    format!("Bearer {}", answer.json()["token"].as_str().unwrap())
}

#[tokio::test]
async fn both_ways_to_pay_check_out_and_an_empty_cart_is_nothing_to_pay() {
    let shop = shop();
    let token = log_in(&shop).await;
    let headers = [("Authorization", token.as_str())];
    let address = json!({"line1": "123 Test St", "city": "Testville", "zip": "12345"});
    for payment in [
        json!({"paymentMethod": "card", "shippingAddress": address}),
        json!({"payment_token": "tok_test_visa"}),
    ] {
        let empty = post(&shop, "/api/checkout", &headers, payment.clone()).await;
        assert_eq!(
            (empty.status, &empty.json()["status"]),
            (StatusCode::OK, &json!("nothing_to_pay"))
        );
        post(
            &shop,
            "/api/cart/items",
            &headers,
            json!({"sku": "SKU-1234", "quantity": 1}),
        )
        .await;
        let paid = post(&shop, "/api/checkout", &headers, payment).await;
        assert_eq!(
            (paid.status, &paid.json()["status"]),
            (StatusCode::OK, &json!("paid"))
        );
    }
    let anonymous = post(&shop, "/api/checkout", &[], json!({"payment_token": "tok"})).await;
    assert_eq!(anonymous.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_cookie_serves_as_well_as_a_bearer_token() {
    let shop = shop();
    let credentials = json!({"email": "loadtest@example.com", "password": "testpass123"});
    let cookie = post(&shop, "/api/auth/login", &[], credentials).await.cookie();
    let headers = [("Cookie", cookie.as_str())];
    post(
        &shop,
        "/api/cart/items",
        &headers,
        json!({"product_id": 5, "quantity": 1}),
    )
    .await;
    let paid = post(
        &shop,
        "/api/checkout",
        &headers,
        json!({"payment_token": "tok_test_visa"}),
    )
    .await;
    assert_eq!(paid.json()["items"], 1);
}

#[tokio::test]
async fn a_visitor_without_login_has_a_cart() {
    let shop = shop();
    let first = post(
        &shop,
        "/api/cart/items",
        &[],
        json!({"product_id": 5, "quantity": 1}),
    )
    .await;
    let cookie = first.cookie();
    let headers = [("Cookie", cookie.as_str())];
    let second = post(
        &shop,
        "/api/cart/items",
        &headers,
        json!({"product_id": 6, "quantity": 1}),
    )
    .await;
    assert_eq!(second.json()["items"], 2);
    assert!(!second.headers.contains_key(header::SET_COOKIE));
    let unknown_token = [("Authorization", "Bearer made-up")];
    let third = post(
        &shop,
        "/api/cart/items",
        &unknown_token,
        json!({"product_id": 6, "quantity": 1}),
    )
    .await;
    assert_eq!(third.json()["items"], 1);
}

#[tokio::test]
async fn the_web_login_leads_to_the_home_page() {
    let shop = shop();
    let form = |text: &'static str| {
        let request = Request::post("/login").header("Content-Type", "application/x-www-form-urlencoded");
        request.body(Body::from(text)).unwrap()
    };
    let answer = ask(&shop, form("username=kubilay&password=******")).await;
    assert_eq!(
        (answer.status, &answer.headers[header::LOCATION]),
        (StatusCode::SEE_OTHER, &"/home".parse().unwrap())
    );
    let profile = get_with(&shop, "/profile", &[("Cookie", &answer.cookie())]).await;
    assert!(profile.text().contains("kubilay"));
    let encoded = ask(
        &shop,
        form("username=loadtest%40example.com&password=test-password-123"),
    )
    .await;
    assert_eq!(encoded.status, StatusCode::SEE_OTHER);

    assert_eq!(
        ask(&shop, form("username=kubilay&password=wrong")).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        ask(&shop, form("username=kubilay")).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(ask(&shop, form("\u{1}\n")).await.status, StatusCode::BAD_REQUEST);
    let stranger = get(&shop, "/profile").await;
    assert_eq!(
        (stranger.status, &stranger.headers[header::LOCATION]),
        (StatusCode::SEE_OTHER, &"/login".parse().unwrap())
    );
}

#[tokio::test]
async fn the_export_wants_a_known_key() {
    let shop = shop();
    let path = "/api/v1/data/export";
    assert_eq!(
        get_with(&shop, path, &[("X-API-Key", "guessed")]).await.status,
        StatusCode::FORBIDDEN
    );
    let export = get_with(&shop, path, &[("X-API-Key", "test-key")]).await.json();
    assert_eq!(export["items"].as_array().unwrap().len(), 100);
    let all = get_with(&shop, &format!("{path}?limit=5000"), &[("X-API-Key", "test-key")])
        .await
        .json();
    assert_eq!(all["rows"], 1000);
}

#[tokio::test]
async fn a_report_adds_up_the_orders() {
    let shop = shop();
    let token = log_in(&shop).await;
    let headers = [("Authorization", token.as_str())];
    post(
        &shop,
        "/api/cart/items",
        &headers,
        json!({"product_id": 5, "quantity": 3}),
    )
    .await;
    post(&shop, "/api/orders", &headers, json!({"payment_method": "test"})).await;
    let report = post(
        &shop,
        "/admin/reports/generate",
        &[],
        json!({"type": "monthly", "format": "csv"}),
    )
    .await;
    assert_eq!(report.status, StatusCode::CREATED);
    let content = report.json()["content"].as_str().unwrap().to_owned();
    assert!(
        content.starts_with("product_id,name,pieces,revenue\n5,") && content.contains(",3,"),
        "{content}"
    );
    let json_report = post(
        &shop,
        "/admin/reports/generate",
        &[],
        json!({"type": "daily", "format": "json"}),
    )
    .await;
    assert_eq!(json_report.json()["rows"], 1);
}

#[tokio::test]
async fn the_feed_is_newest_first_and_not_older_than_asked() {
    let shop = shop();
    let feed = get(&shop, "/api/mobile/feed?since=2026-12-20").await.json();
    let dates: Vec<_> = feed["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["date"].clone())
        .collect();
    assert_eq!(
        (dates.len(), dates[0].as_str(), dates[8].as_str()),
        (9, Some("2026-12-28"), Some("2026-12-20"))
    );
    assert_eq!(get(&shop, "/api/mobile/feed").await.json()["count"], 20);
    assert_eq!(
        get(&shop, "/api/mobile/feed?since=2027-01-01").await.json()["count"],
        0
    );
}

#[tokio::test]
async fn the_service_tells_its_memory() {
    let memory = get(&shop(), "/memory").await.json();
    assert!(memory["uptime_s"].as_f64().unwrap() >= 0.0);
    if cfg!(target_os = "linux") {
        assert!(memory["rss_bytes"].as_u64().unwrap() > 1_000_000);
        assert!(memory["rss_mb"].as_f64().unwrap() > 1.0);
    }
}

#[tokio::test]
async fn static_files_are_compressed_for_those_who_ask() {
    use std::io::Read;

    let shop = shop();
    let plain = get(&shop, "/static/page-10k.html").await;
    assert!(!plain.headers.contains_key(header::CONTENT_ENCODING));
    assert_eq!(plain.headers[header::CONTENT_LENGTH], "10240");
    let zipped = get_with(
        &shop,
        "/static/page-10k.html",
        &[("Accept-Encoding", "gzip, deflate")],
    )
    .await;
    assert_eq!(zipped.headers[header::CONTENT_ENCODING], "gzip");
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(zipped.body.as_slice())
        .read_to_end(&mut unpacked)
        .unwrap();
    assert_eq!(unpacked, plain.body);
}

#[tokio::test]
async fn a_preview_is_submitted_and_shows_later() {
    let shop = shop();
    let path = "/cms/previews/front-page";
    let submitted = post(&shop, path, &[], json!({"content": "edited"})).await;
    assert_eq!(
        (submitted.status, &submitted.json()["version"]),
        (StatusCode::ACCEPTED, &json!(1))
    );
    assert_eq!(get(&shop, path).await.json()["version"], 0);
    tokio::time::sleep(crate::previews::COMPILE_TIME + Duration::from_millis(20)).await;
    assert_eq!(get(&shop, path).await.json()["content"], "edited");
}

#[tokio::test]
async fn the_warehouse_answers_calls_and_faults() {
    let shop = shop();
    let call = |method: &str, sku: &str| {
        let xml = format!(
            "<?xml version='1.0'?><methodCall><methodName>{method}</methodName><params><param>\
             <value><string>{sku}</string></value></param></params></methodCall>"
        );
        Request::post("/rpc")
            .header("Content-Type", "text/xml")
            .body(Body::from(xml))
            .unwrap()
    };
    let level = ask(&shop, call("stock.level", "SKU-1234")).await;
    assert_eq!(
        (level.status, level.text().contains("<value><int>")),
        (StatusCode::OK, true)
    );
    assert!(
        ask(&shop, call("stock.price", "SKU-1234"))
            .await
            .text()
            .contains("<double>")
    );
    for (method, sku, code) in [
        ("stock.level", "SKU-9", "404"),
        ("stock.burn", "SKU-1234", "-32601"),
        ("</methodName", "", "-32601"),
    ] {
        let fault = ask(&shop, call(method, sku)).await.text();
        assert!(fault.contains("<fault>") && fault.contains(code), "{fault}");
    }
    let garbage = ask(&shop, Request::post("/rpc").body(Body::from("not xml")).unwrap()).await;
    assert!(garbage.text().contains("-32700"));
}

fn everywhere<T>(value: T) -> Vec<RouteRule<T>> {
    vec![RouteRule {
        route: RouteSelector::All,
        value,
    }]
}

#[tokio::test]
async fn delay_and_jitter_make_answers_late() {
    let shop = shop_with(&DemoOptions {
        delays: everywhere(Duration::from_millis(60)),
        jitters: everywhere(Duration::from_millis(20)),
        ..DemoOptions::default()
    });
    let start = Instant::now();
    assert_eq!(get(&shop, "/api/products/1").await.status, StatusCode::OK);
    assert_eq!(get(&shop, "/nowhere").await.status, StatusCode::NOT_FOUND);
    assert!(
        start.elapsed() >= Duration::from_millis(120),
        "{:?}",
        start.elapsed()
    );
    let start = Instant::now();
    assert_eq!(get(&shop, "/health").await.status, StatusCode::OK);
    assert!(start.elapsed() < Duration::from_millis(60));
}

#[tokio::test]
async fn the_same_seed_fails_the_same_requests() {
    let outcomes = async |seed| {
        let options = DemoOptions {
            error_rates: everywhere(0.5),
            seed,
            ..DemoOptions::default()
        };
        let shop = shop_with(&options);
        let mut statuses = Vec::new();
        for _ in 0..40 {
            statuses.push(get(&shop, "/api/products/1").await.status.as_u16());
        }
        statuses
    };
    let first = outcomes(3).await;
    assert_eq!(first, outcomes(3).await);
    assert_ne!(first, outcomes(4).await);
    assert!(first.contains(&200) && first.contains(&500));
}

#[tokio::test]
async fn rules_pick_their_routes_only() {
    let rate = |route: RouteSelector| vec![RouteRule { route, value: 1.0 }];
    for (route, failing) in [
        (
            RouteSelector::Name("product".to_owned()),
            ["/api/products/1", "/api/catalog/products/SKU-1234"],
        ),
        (
            RouteSelector::Prefix("/admin".to_owned()),
            ["/admin/dashboard", "/admin/nowhere"],
        ),
    ] {
        let shop = shop_with(&DemoOptions {
            error_rates: rate(route),
            ..DemoOptions::default()
        });
        for path in failing {
            let answer = get(&shop, path).await;
            assert_eq!(
                (answer.status.as_u16(), &answer.json()["error"]),
                (500, &json!("injected")),
                "{path}"
            );
        }
        assert_eq!(
            get(&shop, "/api/products?page=1&limit=20").await.status,
            StatusCode::OK
        );
    }
}
