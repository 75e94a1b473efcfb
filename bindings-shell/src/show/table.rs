//! Columns as wide as what stands in them; the last one is never cut and never padded.

use anstyle::Style;

use super::style;

/// One cell.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self::styled(style::PLAIN, text)
    }

    pub(crate) fn styled(style: Style, text: impl Into<String>) -> Self {
        Self { text: text.into(), style }
    }

    fn width(&self) -> usize {
        self.text.chars().count()
    }
}

/// One line a row, without line ends.
pub(crate) fn lines<const COLUMNS: usize>(rows: &[[Cell; COLUMNS]]) -> Vec<String> {
    let widths: Vec<usize> = (0..COLUMNS)
        .map(|column| rows.iter().filter_map(|row| row.get(column)).map(Cell::width).max().unwrap_or_default())
        .collect();
    rows.iter().map(|row| line(row, &widths)).collect()
}

fn line(row: &[Cell], widths: &[usize]) -> String {
    let mut text = String::new();
    let mut cells = row.iter().zip(widths).peekable();
    while let Some((cell, width)) = cells.next() {
        text += &style::paint(cell.style, &cell.text);
        if cells.peek().is_some() {
            text += &" ".repeat(width.saturating_sub(cell.width()) + 2);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other_whatever_their_colour() {
        let rows = [
            [Cell::styled(style::BAD, "critical"), Cell::new("é"), Cell::new("one")],
            [Cell::new("low"), Cell::new("abc"), Cell::new("two")],
        ];
        let text = lines(&rows).join("\n");
        assert_eq!(anstream::adapter::strip_str(&text).to_string(), "critical  é    one\nlow       abc  two");
    }
}
