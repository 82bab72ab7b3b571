//! The blocks of one page, from the first to the last.

use std::{
    fs,
    sync::{Mutex, PoisonError},
};

use super::{
    block::{Block, blessed, blocks, replace, settle},
    path, read, shell,
};
use crate::{
    command::Folder,
    compile::{compile, object},
};

/// All blocks of `file`, a path in the repository. With BPFL_BLESS=1 what they show is mended.
pub fn check(file: &str) -> Result<(), String> {
    let folder = shell::folder()?;
    let mut refused: Option<Block> = None;
    each(file, |block| {
        if block.info == "lisp refused" {
            refused = Some(Block { info: String::new(), text: block.text.clone(), ..*block });
            return Ok(block.text.clone());
        }
        let text = shown(file, block, refused.as_ref(), &folder)?;
        if has_message(block) {
            refused = None;
        }
        Ok(text)
    })?;
    match refused {
        Some(block) => Err(format!("{file}:{}: no message follows", block.line)),
        None => Ok(()),
    }
}

/// Does something with each block that says what is to be in it; writes that if it is not.
pub fn each(file: &str, mut to: impl FnMut(&Block) -> Result<String, String>) -> Result<(), String> {
    // A page may have two tests, and both may write it.
    static WRITING: Mutex<()> = Mutex::new(());
    let _alone = blessed().then(|| WRITING.lock().unwrap_or_else(PoisonError::into_inner));
    let page = read(file)?;
    let mut changes = Vec::new();
    for block in blocks(&page) {
        let text = to(&block).map_err(|error| format!("{file}:{}: {error}", block.line))?;
        if text != block.text {
            changes.push((block.line, text));
        }
    }
    match changes.is_empty() {
        true => Ok(()),
        false => fs::write(path(file), replace(&page, &changes)).map_err(|error| error.to_string()),
    }
}

/// What a block is to show.
fn shown(file: &str, block: &Block, refused: Option<&Block>, folder: &Folder) -> Result<String, String> {
    match block.info.as_str() {
        "lisp" => object(&format!("{file}:{}", block.line), &block.text).map(|_| block.text.clone()),
        "console" => shell::check(block, refused, folder),
        "repl" | shell::LIVE => Ok(block.text.clone()),
        info => match info.strip_prefix("lisp part of ") {
            Some(whole) => part(block, whole),
            None => message(block, refused),
        },
    }
}

/// Whether the block shows what the compiler says.
fn has_message(block: &Block) -> bool {
    !matches!(block.info.as_str(), "repl" | shell::LIVE)
        && block.text.lines().any(|line| line.starts_with("error[") || line.starts_with("warning["))
}

/// What the compiler says of the program before.
fn message(block: &Block, refused: Option<&Block>) -> Result<String, String> {
    if !has_message(block) {
        return Ok(block.text.clone());
    }
    let source = refused.ok_or("there is no `lisp refused` block before this message")?;
    let arrow = block.text.lines().find_map(|line| line.trim_start().strip_prefix("┌─ "));
    let name = arrow.and_then(|place| place.split(':').next()).ok_or("the message names no file")?;
    settle(&block.text, &compile(name, &source.text).rendered)
}

/// A part of a program, with the lines as they are there.
fn part(block: &Block, whole: &str) -> Result<String, String> {
    match read(whole)?.contains(&block.text) {
        true => Ok(block.text.clone()),
        false => Err(format!("this is no part of {whole}")),
    }
}
