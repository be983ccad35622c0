//! The command `measure`: prints the measures of the workspace in the current folder.

use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use measure::{Check, SourceTree};

const USAGE: &str = "\
Usage: scripts/measure [--only CHECK]...
       scripts/measure --texts
Measures the source without tests: prints a table, then a line for each breach.
Ends with 0 if every limit is kept, 1 if not, 2 on wrong use.
CHECK: files, functions, traits, circles, docs, doubles, names; --CHECK is short for --only CHECK.
--texts lists what people read: messages, log lines, errors, help, and other strings with spaces.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut out = std::io::stdout().lock();
    let done = if arguments == ["--texts"] {
        list_texts(&mut out)
    } else if let Some(checks) = chosen(&arguments) {
        run(&checks, &mut out)
    } else {
        let asked = arguments.iter().any(|word| word == "--help");
        let code = if asked { 0 } else { 2 };
        write!(out, "{USAGE}").map(|()| code).map_err(Into::into)
    };
    done.map_or_else(
        |error| {
            // Nothing is left to report to if stderr is closed.
            let _ = writeln!(std::io::stderr(), "measure: {error}");
            ExitCode::FAILURE
        },
        ExitCode::from,
    )
}

/// The checks that the arguments name, all if they name none; `None` on wrong use.
fn chosen(arguments: &[String]) -> Option<Vec<Check>> {
    if arguments.is_empty() {
        return Some(Check::ALL.to_vec());
    }
    let names = arguments.iter().filter(|word| *word != "--only");
    let checks = names.map(|word| Check::named(word.trim_start_matches("--")));
    let checks: Vec<Check> = checks.collect::<Option<_>>()?;
    (!checks.is_empty()).then_some(checks)
}

fn list_texts(out: &mut impl Write) -> Result<u8, Box<dyn Error>> {
    for line in measure::texts::list(&SourceTree::read(Path::new("."))?) {
        writeln!(out, "{line}")?;
    }
    Ok(0)
}

fn run(checks: &[Check], out: &mut impl Write) -> Result<u8, Box<dyn Error>> {
    let tree = SourceTree::read(Path::new("."))?;
    let reports: Vec<_> = checks
        .iter()
        .map(|check| (check, check.run(&tree)))
        .collect();
    for (check, report) in &reports {
        let figures = report
            .figures
            .iter()
            .map(|(label, value)| format!("{label} {value}"));
        let figures: Vec<String> = figures.collect();
        writeln!(out, "{:<10} {}", check.name(), figures.join("  "))?;
    }
    let mut code = 0;
    for (check, report) in &reports {
        for breach in &report.breaches {
            writeln!(out, "{}: {breach}", check.name())?;
            code = 1;
        }
    }
    Ok(code)
}
