//! Links of a page: files of the repository that are there, and headings that they have.

use std::path::Path;

use super::{path, read};

/// All links of `file` but those to other hosts.
pub fn check(file: &str) -> Result<(), String> {
    let text = read(file)?;
    let folder = Path::new(file).parent().unwrap_or(Path::new(""));
    for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        if target.contains("://") {
            continue;
        }
        leads(file, folder, target).map_err(|problem| format!("{file}: `{target}` {problem}"))?;
    }
    Ok(())
}

fn leads(file: &str, folder: &Path, target: &str) -> Result<(), String> {
    let (name, heading) = target.split_once('#').unwrap_or((target, ""));
    let other = if name.is_empty() { file.into() } else { folder.join(name).display().to_string() };
    if !path(&other).exists() {
        return Err("leads to no file".into());
    }
    match heading.is_empty() || read(&other)?.lines().any(|line| anchor(line).as_deref() == Some(heading)) {
        true => Ok(()),
        false => Err("leads to no heading".into()),
    }
}

/// What mdBook and GitHub call a heading.
fn anchor(line: &str) -> Option<String> {
    let title = line.strip_prefix('#')?.trim_start_matches('#').trim();
    let kept = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    Some(kept.collect::<String>().to_lowercase().replace(' ', "-"))
}
