//! The warehouse over XML-RPC, for tests of something that is not plain HTTP. Two methods:
//! `stock.level(sku)`, pieces in stock, and `stock.price(sku)`. Reads as much XML as those calls need.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::AppState;
use crate::body::whole_body;
use crate::problem::Problem;
use crate::shop::Shop;

/// A refused call, as XML-RPC has it: status 200, and the fault in the body.
#[derive(Debug, PartialEq)]
struct Fault {
    code: i32,
    text: &'static str,
}

const MALFORMED: Fault = Fault {
    code: -32700,
    text: "not an XML-RPC call",
};
const NO_METHOD: Fault = Fault {
    code: -32601,
    text: "no such method; there are stock.level and stock.price",
};
const NO_PRODUCT: Fault = Fault {
    code: 404,
    text: "no such product",
};

pub(super) async fn call(State(shop): AppState, request: Request) -> Result<Response, Problem> {
    let body = whole_body(request, &()).await?;
    let answered = answer(&shop, &String::from_utf8_lossy(&body));
    let inner = match answered {
        Ok(value) => format!("<params><param><value>{value}</value></param></params>"),
        Err(fault) => fault_xml(&fault),
    };
    let xml = format!("<?xml version='1.0'?>\n<methodResponse>{inner}</methodResponse>\n");
    Ok(([(header::CONTENT_TYPE, "text/xml; charset=utf-8")], xml).into_response())
}

fn answer(shop: &Arc<Shop>, xml: &str) -> Result<String, Fault> {
    let (method, sku) = read_call(xml).ok_or(MALFORMED)?;
    let product = shop.catalogue.by_sku(sku);
    match method {
        "stock.level" => product
            .map(|product| format!("<int>{}</int>", product.stock))
            .ok_or(NO_PRODUCT),
        "stock.price" => {
            let price = product
                .map(|product| product.price_cents as f64 / 100.0)
                .ok_or(NO_PRODUCT)?;
            Ok(format!("<double>{price:.2}</double>"))
        }
        _ => Err(NO_METHOD),
    }
}

/// Name of the method, and its first parameter as text (empty when there is none).
fn read_call(xml: &str) -> Option<(&str, &str)> {
    let method = between(xml, "<methodName>", "</methodName>")?;
    let value = between(xml, "<value>", "</value>").unwrap_or_default().trim();
    Some((
        method.trim(),
        between(value, "<string>", "</string>").unwrap_or(value).trim(),
    ))
}

fn between<'text>(text: &'text str, start: &str, end: &str) -> Option<&'text str> {
    let (_, rest) = text.split_once(start)?;
    Some(rest.split_once(end)?.0)
}

fn fault_xml(fault: &Fault) -> String {
    let Fault { code, text } = fault;
    format!(
        "<fault><value><struct>\
         <member><name>faultCode</name><value><int>{code}</int></value></member>\
         <member><name>faultString</name><value><string>{text}</string></value></member>\
         </struct></value></fault>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_read_with_and_without_a_string_tag() {
        let typed = "<methodCall><methodName>stock.level</methodName><params><param>\n\
                     <value><string>SKU-1234</string></value></param></params></methodCall>";
        assert_eq!(read_call(typed), Some(("stock.level", "SKU-1234")));
        let bare = "<methodName>stock.price</methodName><value>SKU-1</value>";
        assert_eq!(read_call(bare), Some(("stock.price", "SKU-1")));
        assert_eq!(
            read_call("<methodName>system.listMethods</methodName>")
                .unwrap()
                .1,
            ""
        );
        assert_eq!(read_call("{}"), None);
    }
}
