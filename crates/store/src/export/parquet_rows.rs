//! A run as Parquet: a row for each second and endpoint, its response times in two lists side by side.
//!
//! Lists and not a row for each value, because then `sum(requests)` is right as it stands, and whoever wants values
//! unnests (DuckDB) or explodes (pandas) both lists together. The facts are in the metadata of the file, as JSON.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use super::ExportError;
use super::row::{Row, rows};
use crate::KeptRun;

/// What the format is called. Columns may be added to it at the end; a change of another kind gets another name.
pub const PARQUET_FORMAT: &str = "katydid-parquet-1";

/// Key of [`PARQUET_FORMAT`] in the metadata of a file.
pub const PARQUET_FORMAT_KEY: &str = "katydid.format";

/// Key of the facts, as JSON, in the metadata of a file.
pub const PARQUET_FACTS_KEY: &str = "katydid.facts";

const SCHEMA: &str = "
message run {
  optional int64 second (TIMESTAMP(MICROS, true));
  required binary method (UTF8);
  required binary name (UTF8);
  required int64 requests (INTEGER(64, false));
  required int64 failures (INTEGER(64, false));
  optional double mean_ms;
  optional double p50_ms;
  optional double p95_ms;
  optional double p99_ms;
  optional double max_ms;
  required group response_time_ms (LIST) { repeated group list { required double element; } }
  required group count (LIST) { repeated group list { required int64 element (INTEGER(64, false)); } }
}
";

/// Rows and values that are written together. They are in memory meanwhile; fewer make a larger file.
const GROUP_ROWS: usize = 100_000;
const GROUP_VALUES: usize = 1_000_000;

/// Writes a run as Parquet, compressed with zstd. Fails when the writer does.
///
/// Columns: `second` (timestamp, UTC; null where a row is the whole run), `method`, `name`, `requests`, `failures`,
/// `mean_ms`, `p50_ms`, `p95_ms`, `p99_ms`, `max_ms` (null where no time is known), and the lists `response_time_ms` and
/// `count`, which belong together value by value.
pub fn parquet(run: &KeptRun, writer: impl Write + Send) -> Result<(), ExportError> {
    let schema = Arc::new(parse_message_type(SCHEMA)?);
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_key_value_metadata(Some(vec![
            KeyValue::new(PARQUET_FORMAT_KEY.to_owned(), PARQUET_FORMAT.to_owned()),
            KeyValue::new(PARQUET_FACTS_KEY.to_owned(), serde_json::to_string(&run.facts)?),
        ]))
        .build();
    let mut file = SerializedFileWriter::new(writer, schema, Arc::new(properties))?;
    let mut rows = rows(run).peekable();
    while rows.peek().is_some() {
        let group = RowGroup::gather(&mut rows);
        let mut writer = file.next_row_group()?;
        group.write(&mut writer)?;
        writer.close()?;
    }
    file.close()?;
    Ok(())
}

/// Rows that are written together, column by column.
#[derive(Debug, Default)]
struct RowGroup {
    second: Optional<i64>,
    method: Vec<ByteArray>,
    name: Vec<ByteArray>,
    requests: Vec<i64>,
    failures: Vec<i64>,
    /// Mean, three percentiles, greatest.
    figures: [Optional<f64>; 5],
    values: Vec<f64>,
    counts: Vec<i64>,
    list_levels: ListLevels,
}

/// Values that may be missing: those that are there, and a level for each row.
#[derive(Debug, Default)]
struct Optional<T> {
    present: Vec<T>,
    definition: Vec<i16>,
}

/// Where lists begin (repetition 0) and whether they hold anything (definition 1).
#[derive(Debug, Default)]
struct ListLevels {
    definition: Vec<i16>,
    repetition: Vec<i16>,
}

impl<T> Optional<T> {
    fn push(&mut self, value: Option<T>) {
        self.definition.push(i16::from(value.is_some()));
        self.present.extend(value);
    }
}

impl ListLevels {
    fn push(&mut self, length: usize) {
        self.repetition.push(0);
        self.definition.push(i16::from(length > 0));
        for _ in 1..length {
            self.repetition.push(1);
            self.definition.push(1);
        }
    }
}

impl RowGroup {
    fn gather<'a>(rows: &mut impl Iterator<Item = Row<'a>>) -> Self {
        let mut group = Self::default();
        while group.requests.len() < GROUP_ROWS && group.values.len() < GROUP_VALUES {
            let Some(row) = rows.next() else { break };
            group.push(&row);
        }
        group
    }

    fn push(&mut self, row: &Row<'_>) {
        self.second
            .push(row.second.map(|second| second.saturating_mul(1_000_000)));
        self.method.push(row.method.into());
        self.name.push(row.name.into());
        // Parquet keeps unsigned numbers in signed ones of the same bits.
        self.requests.push(row.requests as i64);
        self.failures.push(row.failures as i64);
        let figures = [
            row.mean(),
            row.quantile(0.5),
            row.quantile(0.95),
            row.quantile(0.99),
            row.greatest(),
        ];
        for (column, figure) in self.figures.iter_mut().zip(figures) {
            column.push(figure);
        }
        self.list_levels.push(row.times.counts.len());
        for &(value, count) in &row.times.counts {
            self.values.push(value);
            self.counts.push(count as i64);
        }
    }

    /// Writes the columns in the order of the schema.
    fn write<W: Write + Send>(
        &self,
        writer: &mut SerializedRowGroupWriter<'_, W>,
    ) -> Result<(), ExportError> {
        write_column::<Int64Type, W>(writer, &self.second.present, Some(&self.second.definition), None)?;
        write_column::<ByteArrayType, W>(writer, &self.method, None, None)?;
        write_column::<ByteArrayType, W>(writer, &self.name, None, None)?;
        write_column::<Int64Type, W>(writer, &self.requests, None, None)?;
        write_column::<Int64Type, W>(writer, &self.failures, None, None)?;
        for figure in &self.figures {
            write_column::<DoubleType, W>(writer, &figure.present, Some(&figure.definition), None)?;
        }
        let (definition, repetition) = (&self.list_levels.definition, &self.list_levels.repetition);
        write_column::<DoubleType, W>(writer, &self.values, Some(definition), Some(repetition))?;
        write_column::<Int64Type, W>(writer, &self.counts, Some(definition), Some(repetition))
    }
}

fn write_column<T: DataType, W: Write + Send>(
    writer: &mut SerializedRowGroupWriter<'_, W>,
    values: &[T::T],
    definition: Option<&[i16]>,
    repetition: Option<&[i16]>,
) -> Result<(), ExportError> {
    let mut column = writer.next_column()?.ok_or_else(|| {
        parquet::errors::ParquetError::General("the schema has fewer columns than are written".to_owned())
    })?;
    column.typed::<T>().write_batch(values, definition, repetition)?;
    column.close()?;
    Ok(())
}
