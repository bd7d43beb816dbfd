//! How often users chose which task: nested lists from Locust's nested objects.

use serde_json::{Map, Value};

use super::push;
use crate::markup::shortened;

/// Task sets can be nested as deep as a locustfile likes; a page need not.
const DEEPEST: usize = 8;

/// Rows in one block.
const MOST_ROWS: usize = 500;

pub(super) fn push_task_ratio(page: &mut String, ratios: &Value) {
    let blocks = [("For each user class", "per_class"), ("In total", "total")];
    let blocks: Vec<(&str, &Map<String, Value>)> = blocks
        .into_iter()
        .filter_map(|(title, key)| {
            Some((
                title,
                ratios.get(key)?.as_object().filter(|block| !block.is_empty())?,
            ))
        })
        .collect();
    if blocks.is_empty() {
        return;
    }
    page.push_str("<section>\n<h2>Task ratio</h2>\n<div class=\"columns\">\n");
    for (title, block) in blocks {
        push(page, format_args!("<div>\n<h3>{title}</h3>\n"));
        push_level(page, block, 0, &mut MOST_ROWS.clone());
        page.push_str("</div>\n");
    }
    page.push_str("</div>\n</section>\n");
}

fn push_level(page: &mut String, level: &Map<String, Value>, depth: usize, rows_left: &mut usize) {
    page.push_str("<ul class=\"ratio\">\n");
    for (name, task) in level {
        if *rows_left == 0 {
            page.push_str("<li>…</li>\n");
            break;
        }
        *rows_left -= 1;
        let percent = task.get("ratio").and_then(Value::as_f64).unwrap_or(1.0) * 100.0;
        push(
            page,
            format_args!("<li><b>{percent:.1} %</b> {}", shortened(name, 200)),
        );
        match task.get("tasks").and_then(Value::as_object) {
            Some(tasks) if !tasks.is_empty() && depth < DEEPEST => {
                push_level(page, tasks, depth + 1, rows_left)
            }
            _ => {}
        }
        page.push_str("</li>\n");
    }
    page.push_str("</ul>\n");
}
