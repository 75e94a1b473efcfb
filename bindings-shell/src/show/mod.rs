//! The core's documents in words. Every function is pure: a document in, text with colours out, which end where no
//! terminal is.

pub(crate) mod facts;
pub(crate) mod journal;
pub(crate) mod logs;
pub(crate) mod outcome;
pub(crate) mod plan;
pub(crate) mod report;
pub(crate) mod style;
pub(crate) mod table;

#[cfg(test)]
mod golden;

/// `1 step`, `2 steps`.
pub(crate) fn count(many: usize, one: &str) -> String {
    if many == 1 { format!("1 {one}") } else { format!("{many} {one}s") }
}

/// The first few of many names, in backticks, and how many more there are.
pub(crate) fn names<'a>(all: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 4;
    let all: Vec<String> = all.into_iter().map(|name| format!("`{name}`")).collect();
    match all.len().checked_sub(SHOWN + 1) {
        // One more name takes no more room than saying so.
        Some(further @ 1..) => {
            let shown = all.get(..SHOWN).unwrap_or(&all).join(", ");
            format!("{shown} and {} more", further + 1)
        }
        _ => all.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_names_are_counted_and_few_are_named() {
        assert_eq!(names(["a"]), "`a`");
        assert_eq!(names(["a", "b", "c", "d", "e"]), "`a`, `b`, `c`, `d`, `e`");
        assert_eq!(names(["a", "b", "c", "d", "e", "f"]), "`a`, `b`, `c`, `d` and 2 more");
        assert_eq!((count(1, "step"), count(0, "step")), ("1 step".to_owned(), "0 steps".to_owned()));
    }
}
