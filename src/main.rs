//! The executable: reads the configuration, serves until it is told to stop.

use std::io::Write;
use std::process::ExitCode;

use confab::server::{self, config};

fn main() -> ExitCode {
    let outcome = match config::read() {
        Ok(config::Asked::Serve(config)) => server::run(*config),
        Ok(config::Asked::CheckRelay(check)) => match server::check_relay::run(&check) {
            Ok(all_well) => return if all_well { ExitCode::SUCCESS } else { ExitCode::FAILURE },
            Err(error) => Err(error),
        },
        Ok(config::Asked::Print(text)) => return say(&mut std::io::stdout(), &text, ExitCode::SUCCESS),
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => say(&mut std::io::stderr(), &format!("confab: {error}\n"), ExitCode::from(2)),
    }
}

fn say(to: &mut impl Write, text: &str, code: ExitCode) -> ExitCode {
    // Nobody is left to tell when the terminal is gone.
    to.write_all(text.as_bytes()).map_or(ExitCode::FAILURE, |()| code)
}
