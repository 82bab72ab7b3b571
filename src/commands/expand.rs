//! `bpfl expand`: a source file in, its forms with macros expanded out.

use bpfl_compiler::driver::Expand as How;

use crate::{
    cli::Expand,
    failure::{Failure, Outcome},
    input, output,
};

/// Runs the command.
pub fn run(args: &Expand) -> Outcome {
    let how = if args.once { How::Once } else { How::All };
    let forms = input::read_lisp(&args.file, &args.compile)?.expand(how)?;
    let chosen = match args.form {
        None => forms.concat(),
        Some(number) => {
            let form = number.checked_sub(1).and_then(|index| forms.into_iter().nth(index));
            form.ok_or_else(|| Failure::new(format!("there is no form {number}; they are numbered from 1")))?
        }
    };
    output::print(chosen.as_bytes())?;
    Ok(0)
}
