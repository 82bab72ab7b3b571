//! A page of Markdown, put together block by block.

/// A page.
pub struct Page(String);

impl Page {
    /// A page with this title.
    pub fn new(title: &str) -> Self {
        Self(format!(
            "# {title}\n\n<!-- Written by `bpfl reference` from the catalogue: change it there. -->\n"
        ))
    }

    /// The text.
    pub fn finish(self) -> String {
        self.0
    }

    /// A heading below the title.
    pub fn section(&mut self, title: &str) {
        self.block(&format!("## {title}"));
    }

    /// A paragraph, broken into lines.
    pub fn paragraph(&mut self, text: &str) {
        self.block(&fill(text, ""));
    }

    /// A list.
    pub fn list(&mut self, items: &[&str]) {
        let items: Vec<_> = items.iter().map(|text| format!("- {}", fill(text, "  "))).collect();
        self.block(&items.join("\n"));
    }

    /// Code of a language.
    pub fn code(&mut self, language: &str, text: &str) {
        self.block(&format!("```{language}\n{}\n```", text.trim_end()));
    }

    /// A table; cells that are empty in every row make no column.
    pub fn table(&mut self, head: &[String], rows: &[Vec<String>]) {
        let used = |column: &usize| rows.iter().any(|row| row.get(*column).is_some_and(|c| !c.is_empty()));
        let columns: Vec<_> = (0..head.len()).filter(used).collect();
        let line = |cells: &[String]| {
            let cells: Vec<_> = columns.iter().map(|at| cells.get(*at).map_or("", String::as_str)).collect();
            format!("| {} |\n", cells.join(" | "))
        };
        let rule = format!("|{}\n", "---|".repeat(columns.len()));
        let rows: String = rows.iter().map(|row| line(row)).collect();
        self.block(&format!("{}{rule}{}", line(head), rows.trim_end()));
    }

    /// Text as it is.
    pub fn block(&mut self, text: &str) {
        self.0.push_str(&format!("\n{text}\n"));
    }
}

/// `text` in lines of at most 100 characters, all but the first indented.
fn fill(text: &str, indent: &str) -> String {
    let (mut filled, mut length) = (String::new(), 0);
    for word in text.split_whitespace() {
        let size = word.chars().count();
        if length > 0 && length + 1 + size > 98 {
            filled.push('\n');
            filled.push_str(indent);
            length = indent.len();
        } else if length > 0 {
            filled.push(' ');
            length += 1;
        }
        filled.push_str(word);
        length += size;
    }
    filled
}

/// Words as code, with commas between them.
pub fn codes<T: std::fmt::Display>(words: impl IntoIterator<Item = T>) -> String {
    let words: Vec<_> = words.into_iter().map(|word| format!("`{word}`")).collect();
    words.join(", ")
}

/// A table's head.
pub fn head<const N: usize>(titles: [&str; N]) -> Vec<String> {
    titles.map(String::from).into()
}
