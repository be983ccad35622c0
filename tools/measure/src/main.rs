//! The command `measure`: prints the measures of the workspace in the current folder.

use std::error::Error;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use measure::{Check, SourceTree};

const USAGE: &str = "\
Usage: scripts/measure [--only CHECK]...
       scripts/measure --texts
Measures the source without tests: prints a table, then a line for each breach.
Ends with 0 if every limit is kept, 1 if not, 2 on wrong use.
CHECK: files, functions, traits, circles, docs, doubles, names, wording; --CHECK is short for --only CHECK.
--texts lists what people read: messages, log lines, errors, help, and other strings with spaces.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (text, code) = match answer(&arguments) {
        Ok(answer) => answer,
        Err(error) => return failed(&error.to_string()),
    };
    // A reader that closes the pipe early has seen enough.
    let _ = std::io::stdout().write_all(text.as_bytes());
    ExitCode::from(code)
}

fn failed(error: &str) -> ExitCode {
    // There is no other place to report to if stderr is closed.
    let _ = writeln!(std::io::stderr(), "measure: {error}");
    ExitCode::FAILURE
}

/// What to print, and the exit code.
fn answer(arguments: &[String]) -> Result<(String, u8), Box<dyn Error>> {
    let read = || SourceTree::read(Path::new("."));
    if arguments == ["--help"] {
        Ok((USAGE.to_owned(), 0))
    } else if arguments == ["--texts"] {
        Ok((measure::texts::list(&read()?).join("\n") + "\n", 0))
    } else if let Some(checks) = chosen(arguments) {
        Ok(report(&checks, &read()?))
    } else {
        Ok((USAGE.to_owned(), 2))
    }
}

/// The checks that the arguments name, all if there are no arguments; `None` on wrong use.
fn chosen(arguments: &[String]) -> Option<Vec<Check>> {
    if arguments.is_empty() {
        return Some(Check::ALL.to_vec());
    }
    let names = arguments.iter().filter(|word| *word != "--only");
    let checks = names.map(|word| Check::named(word.trim_start_matches("--")));
    let checks: Vec<Check> = checks.collect::<Option<_>>()?;
    (!checks.is_empty()).then_some(checks)
}

/// The table and the breaches, and 1 if there are any.
fn report(checks: &[Check], tree: &SourceTree) -> (String, u8) {
    let mut table = Vec::new();
    let mut breaches = Vec::new();
    for check in checks {
        let name = check.name();
        let result = check.run(tree);
        let figure = |(label, value): &(&str, String)| format!("{label} {value}");
        let figures: Vec<String> = result.figures.iter().map(figure).collect();
        table.push(format!("{name:<10} {}\n", figures.join("  ")));
        breaches.extend(
            result
                .breaches
                .iter()
                .map(|breach| format!("{name}: {breach}\n")),
        );
    }
    let code = u8::from(!breaches.is_empty());
    (table.concat() + &breaches.concat(), code)
}
