//! Kept runs as files that other programs read: CSV, JSON, Parquet. Writes to any writer; does not open files.
//!
//! CSV and Parquet have a row for each second and endpoint. A run of which no seconds are known has a row for each
//! endpoint, the total first, without a second.

mod csv_rows;
mod export_error;
mod json_document;
mod parquet_rows;
mod row;

pub use csv_rows::{CSV_COLUMNS, csv};
pub use export_error::ExportError;
pub use json_document::{JSON_FORMAT, json};
pub use parquet_rows::{PARQUET_FACTS_KEY, PARQUET_FORMAT, PARQUET_FORMAT_KEY, parquet};
