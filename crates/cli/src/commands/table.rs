//! A table of texts for a terminal: columns as wide as their longest text.

/// Rows under a head.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
    /// Columns whose texts stand at the right.
    numbers: &'static [usize],
}

impl Table {
    pub(crate) fn new(head: &[&str], numbers: &'static [usize]) -> Self {
        Self {
            rows: vec![head.iter().map(|text| (*text).to_owned()).collect()],
            numbers,
        }
    }

    pub(crate) fn push(&mut self, row: Vec<String>) {
        // Names come from users; what moves a cursor must not reach a terminal.
        self.rows.push(
            row.iter()
                .map(|text| katydid_report::printable(text).into_owned())
                .collect(),
        );
    }

    pub(crate) fn text(&self) -> String {
        let columns = self.rows.first().map_or(0, Vec::len);
        let width = |column: usize| {
            let lengths = self.rows.iter().filter_map(|row| row.get(column));
            lengths.map(|text| text.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let line = |row: &Vec<String>| {
            let cells = row
                .iter()
                .zip(&widths)
                .enumerate()
                .map(|(column, (text, width))| {
                    let space = " ".repeat(width.saturating_sub(text.chars().count()));
                    match self.numbers.contains(&column) {
                        true => format!("{space}{text}"),
                        false => format!("{text}{space}"),
                    }
                });
            format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
        };
        self.rows.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_at_the_right() {
        let mut table = Table::new(&["NAME", "COUNT"], &[1]);
        table.push(vec!["a".to_owned(), "1".to_owned()]);
        table.push(vec!["longer".to_owned(), "12345678".to_owned()]);
        assert_eq!(
            table.text(),
            "NAME       COUNT\na              1\nlonger  12345678\n"
        );
    }
}
