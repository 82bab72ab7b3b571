//! The blocks of one page, from the first to the last.

use super::{
    block::{Block, blocks, compare},
    read, shell,
};
use crate::compile::{compile, object};

/// All blocks of `file`, a path in the repository.
pub fn check(file: &str) -> Result<(), String> {
    let folder = shell::folder()?;
    let mut refused: Option<Block> = None;
    for block in blocks(&read(file)?) {
        let place = format!("{file}:{}", block.line);
        let result = match block.info.as_str() {
            "lisp" => object(&place, &block.text).map(drop),
            "lisp refused" => {
                refused = Some(block);
                continue;
            }
            "console" => shell::check(&block, refused.as_ref(), &folder),
            info => match info.strip_prefix("lisp part of ") {
                Some(whole) => part(&block, whole),
                None => message(&block, refused.as_ref()),
            },
        };
        result.map_err(|error| format!("{place}: {error}"))?;
        if has_message(&block) {
            refused = None;
        }
    }
    match refused {
        Some(block) => Err(format!("{file}:{}: no message follows", block.line)),
        None => Ok(()),
    }
}

/// Whether the block shows what the compiler says.
fn has_message(block: &Block) -> bool {
    block.text.lines().any(|line| line.starts_with("error[") || line.starts_with("warning["))
}

/// What the compiler says of the program before.
fn message(block: &Block, refused: Option<&Block>) -> Result<(), String> {
    if !has_message(block) {
        return Ok(());
    }
    let source = refused.ok_or("there is no `lisp refused` block before this message")?;
    let arrow = block.text.lines().find_map(|line| line.trim_start().strip_prefix("┌─ "));
    let name = arrow.and_then(|place| place.split(':').next()).ok_or("the message names no file")?;
    compare(&block.text, &compile(name, &source.text).rendered)
}

/// A part of a program, with the lines as they are there.
fn part(block: &Block, whole: &str) -> Result<(), String> {
    match read(whole)?.contains(&block.text) {
        true => Ok(()),
        false => Err(format!("this is no part of {whole}")),
    }
}
