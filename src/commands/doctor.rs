//! `bpfl doctor`: looks at the host and says what is not ready for BPF.

use bpfl_runtime::host::{self, Check, Report, State};

use crate::{
    cli::Doctor,
    failure::{FAILED, Failure, Outcome},
    output,
};

/// Runs the command.
pub fn run(args: &Doctor) -> Outcome {
    let report = host::report();
    let text = if args.json { json(&report)? } else { text(&report) };
    output::print(text)?;
    Ok(if report.ready { 0 } else { FAILED })
}

fn json(report: &Report) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(report);
    text.map(|text| text + "\n")
        .map_err(|error| Failure::new(format!("the report cannot be written ({error})")))
}

fn text(report: &Report) -> String {
    report.checks.iter().map(line).collect()
}

fn line(check: &Check) -> String {
    let state = match check.state {
        State::Ok => "ok",
        State::Optional => "absent",
        State::Missing => "missing",
        State::Left => "left",
    };
    let mend = check.mend.as_ref().map_or_else(String::new, |mend| format!(" — {mend}"));
    format!("{state:<8} {:<17} {}{mend}\n", check.name, check.found)
}
