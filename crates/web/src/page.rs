//! The two pages themselves: built files with data put into them.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::assets::page_file;

/// What stands in the built pages where their data belongs; Flask's templates understand it as well.
const TEMPLATE_ARGS: &str = "{{ template_args | tojson }}";
const AUTH_ARGS: &str = "{{ auth_args | tojson }}";

pub(crate) fn index(template_args: &Value) -> Response {
    filled("index.html", TEMPLATE_ARGS, template_args)
}

pub(crate) fn auth(auth_args: &Value) -> Response {
    filled("auth.html", AUTH_ARGS, auth_args)
}

fn filled(name: &str, place: &str, data: &Value) -> Response {
    let Some(page) = page_file(name).and_then(|bytes| std::str::from_utf8(bytes).ok()) else {
        let text = "This Katydid was built without its page: run `make build`.";
        return (StatusCode::INTERNAL_SERVER_ERROR, text).into_response();
    };
    let page = page.replacen(place, &script_json(data), 1);
    ([(CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
}

/// JSON that no text in it can break out of a script element with.
pub(crate) fn script_json(data: &Value) -> String {
    data.to_string()
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::script_json;

    #[test]
    fn data_stays_inside_its_element() {
        let data = json!({"host": "</script><script>alert(1)</script><!-- &amp;"});
        let text = script_json(&data);
        assert!(!text.contains(['<', '>', '&']), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), data);
    }
}
