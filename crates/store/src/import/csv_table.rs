//! A CSV file with headings, read row by row. Every complaint tells file, line and column.
//!
//! However the file was damaged, no more than one row of bounded length is in memory.

use std::borrow::Cow;
use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use csv::ByteRecord;

use super::import_error::{ImportError, shown};

/// Longest row, in bytes. A quote that is never closed must not take the rest of the file into memory.
const ROW_LIMIT: usize = 4 << 20;

/// Greatest whole number: up to here every one is a double, and what sums them needs no care.
const GREATEST: u64 = 1 << 53;

/// Headings that an error lists.
const LISTED: usize = 30;

/// An open file after its headings.
#[derive(Debug)]
pub(super) struct CsvTable {
    path: PathBuf,
    reader: csv::Reader<Watched<File>>,
    watch: Rc<Watch>,
    headings: Vec<String>,
}

/// One row.
#[derive(Debug)]
pub(super) struct CsvRow<'a> {
    table: &'a CsvTable,
    record: &'a ByteRecord,
    /// Line it begins in, from 1.
    pub(super) line: u64,
}

/// A column by its number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column(usize);

impl CsvTable {
    /// Opens a file and reads its headings.
    pub(super) fn open(path: &Path) -> Result<Self, ImportError> {
        let file = open_file(path)?;
        let watch = Rc::new(Watch::default());
        let mut table = Self {
            path: path.to_owned(),
            reader: csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                // Of `\r\n`, which Locust writes, the reader would count the `\n` to the next row, and lines wrong.
                .terminator(csv::Terminator::Any(b'\n'))
                .from_reader(Watched {
                    inner: file,
                    watch: watch.clone(),
                }),
            watch,
            headings: Vec::new(),
        };
        let mut record = ByteRecord::new();
        if !table.read(&mut record)? {
            return Err(ImportError::format(
                path,
                "it is empty; a line of headings is needed",
            ));
        }
        table.check_headings(&record)?;
        table.headings = record
            .iter()
            .map(|heading| String::from_utf8_lossy(heading).trim().to_owned())
            .collect();
        Ok(table)
    }

    fn check_headings(&self, record: &ByteRecord) -> Result<(), ImportError> {
        let first = record.get(0).unwrap_or_default();
        if first.starts_with(&[0xff, 0xfe]) || first.starts_with(&[0xfe, 0xff]) || first.contains(&0) {
            return Err(ImportError::format(
                &self.path,
                "it is UTF-16 or binary; UTF-8 is needed",
            ));
        }
        let other = first.iter().find(|byte| b";\t|".contains(byte));
        match other {
            Some(&other) if record.len() == 1 => Err(ImportError::format(
                &self.path,
                format!("line 1 is divided by {:?}; a comma is needed", char::from(other)),
            )),
            _ => Ok(()),
        }
    }

    /// The column with the first of these headings that there is; large and small letters are the same.
    pub(super) fn column(&self, headings: &[&str]) -> Result<Column, ImportError> {
        self.optional_column(headings)
            .ok_or_else(|| ImportError::MissingColumn {
                path: self.path.clone(),
                column: headings.first().copied().unwrap_or_default().to_owned(),
                found: self.listed_headings(),
            })
    }

    /// The same for a column that need not be there.
    pub(super) fn optional_column(&self, headings: &[&str]) -> Option<Column> {
        headings.iter().find_map(|heading| {
            self.headings
                .iter()
                .position(|other| other.eq_ignore_ascii_case(heading))
                .map(Column)
        })
    }

    /// Columns of percentiles, `50%` to `100%`, from the least fraction.
    pub(super) fn percentile_columns(&self) -> Result<Vec<(f64, Column)>, ImportError> {
        let mut columns: Vec<(f64, Column)> = self
            .headings
            .iter()
            .enumerate()
            .filter_map(|(number, heading)| {
                let percent: f64 = heading.strip_suffix('%')?.parse().ok()?;
                // Rounded, because 99.9 / 100 is not the double that 0.999 is.
                let fraction = (percent * 1e7).round() / 1e9;
                (fraction > 0.0 && fraction <= 1.0).then_some((fraction, Column(number)))
            })
            .collect();
        columns.sort_by(|left, right| left.0.total_cmp(&right.0));
        columns.dedup_by_key(|column| column.0);
        if columns.is_empty() {
            return Err(ImportError::MissingColumn {
                path: self.path.clone(),
                column: "50%".to_owned(),
                found: self.listed_headings(),
            });
        }
        Ok(columns)
    }

    fn listed_headings(&self) -> String {
        let listed: Vec<String> = self
            .headings
            .iter()
            .take(LISTED)
            .map(|heading| shown(heading))
            .collect();
        listed.join(", ")
    }

    /// Reads all rows and takes what `parse` makes of them. Returns the line of a last row that was cut off while it was
    /// written, which is left out; any other row that `parse` refuses is an error.
    pub(super) fn read_rows<T>(
        mut self,
        parse: impl Fn(&CsvRow<'_>) -> Result<T, ImportError>,
        mut take: impl FnMut(T) -> Result<(), ImportError>,
    ) -> Result<Option<u64>, ImportError> {
        let mut record = ByteRecord::new();
        while self.read(&mut record)? {
            if record.len() == 1 && record[0].trim_ascii().is_empty() {
                continue;
            }
            let line = record.position().map_or(0, csv::Position::line);
            let row = CsvRow {
                table: &self,
                record: &record,
                line,
            };
            match row.check_length().and_then(|()| parse(&row)) {
                Ok(parsed) => take(parsed)?,
                Err(error) => {
                    let is_last = !self.read(&mut record)?;
                    return if is_last && self.watch.last_byte.get() != b'\n' {
                        Ok(Some(line))
                    } else {
                        Err(error)
                    };
                }
            }
        }
        Ok(None)
    }

    fn read(&mut self, record: &mut ByteRecord) -> Result<bool, ImportError> {
        self.watch.left.set(ROW_LIMIT);
        self.reader.read_byte_record(record).map_err(|error| {
            let line = self.reader.position().line();
            match error.into_kind() {
                csv::ErrorKind::Io(source) if source.kind() != io::ErrorKind::InvalidData => {
                    ImportError::read(&self.path, source)
                }
                _ => ImportError::Place {
                    path: self.path.clone(),
                    line,
                    column: "1".to_owned(),
                    problem: "a row longer than 4 MB begins here; is a quote never closed?".to_owned(),
                },
            }
        })
    }
}

impl CsvRow<'_> {
    fn check_length(&self) -> Result<(), ImportError> {
        let (found, needed) = (self.record.len(), self.table.headings.len());
        if found == needed {
            return Ok(());
        }
        Err(ImportError::Place {
            path: self.table.path.clone(),
            line: self.line,
            column: found.min(needed).to_string(),
            problem: format!("the row has {found} columns, {needed} are needed as in line 1"),
        })
    }

    /// The text of a column.
    pub(super) fn text(&self, column: Column) -> Cow<'_, str> {
        let bytes = self.record.get(column.0).unwrap_or_default();
        let is_last = column.0 + 1 == self.record.len();
        let line_end = if is_last { bytes.strip_suffix(b"\r") } else { None };
        String::from_utf8_lossy(line_end.unwrap_or(bytes))
    }

    /// A whole number that is not negative.
    pub(super) fn whole(&self, column: Column) -> Result<u64, ImportError> {
        match self.text(column).trim().parse() {
            Ok(number) if number <= GREATEST => Ok(number),
            _ => Err(self.refused(column, "a whole number from 0 to 2^53")),
        }
    }

    /// A finite number.
    pub(super) fn number(&self, column: Column) -> Result<f64, ImportError> {
        let text = self.text(column);
        match text.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(number),
            _ => Err(self.refused(column, "a finite number")),
        }
    }

    /// The error for a value that is not what is needed.
    pub(super) fn refused(&self, column: Column, needed: &str) -> ImportError {
        ImportError::Place {
            path: self.table.path.clone(),
            line: self.line,
            column: shown(self.table.headings.get(column.0).map_or("", String::as_str)),
            problem: format!("{} is not {needed}", shown(&self.text(column))),
        }
    }
}

/// Opens a file that is one: a device or a pipe may have no end.
pub(super) fn open_file(path: &Path) -> Result<File, ImportError> {
    let metadata = std::fs::metadata(path).map_err(|source| ImportError::read(path, source))?;
    if !metadata.is_file() {
        return Err(ImportError::format(path, "it is no regular file"));
    }
    File::open(path).map_err(|source| ImportError::read(path, source))
}

/// What is known of the bytes that passed.
#[derive(Debug, Default)]
struct Watch {
    /// Bytes that may pass before the row must have ended.
    left: Cell<usize>,
    last_byte: Cell<u8>,
}

#[derive(Debug)]
struct Watched<R> {
    inner: R,
    watch: Rc<Watch>,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        if let Some(&last) = buffer[..length].last() {
            self.watch.last_byte.set(last);
        }
        let left = self.watch.left.get();
        if length > left {
            return Err(io::ErrorKind::InvalidData.into());
        }
        self.watch.left.set(left - length);
        Ok(length)
    }
}
