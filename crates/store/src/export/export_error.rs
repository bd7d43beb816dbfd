//! Why a run could not be written.

use std::io;

/// A run that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The writer failed.
    #[error("write the export: {0}")]
    Write(#[from] io::Error),
    /// The writer failed while CSV was written.
    #[error("write the export as CSV: {0}")]
    Csv(#[from] csv::Error),
    /// The writer failed while JSON was written.
    #[error("write the export as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The writer failed while Parquet was written.
    #[error("write the export as Parquet: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
}
