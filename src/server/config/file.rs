//! `confab.toml`: what the command line and the variables do not say. Each flag's long name is a key.
//!
//! The file's values become the defaults of the command line's parser. So they are read by the same rules, and the
//! order is: command line, variable, file, built-in default. Each value is judged, also one that is overruled.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, Command, CommandFactory};
use toml::{Table, Value};

use super::{Config, one_line};
use crate::server::error::StartError;

const NAME: &str = "confab.toml";

/// What a file says, with its name for complaints.
#[derive(Debug)]
pub struct ConfigFile {
    path: PathBuf,
    values: Table,
}

/// The file that this configuration names, or else the one in its data folder if there is one. (Not the one in the
/// working directory: where somebody happens to stand must not decide what a server does.)
pub fn find(config: &Config) -> Result<Option<ConfigFile>, StartError> {
    let (path, named) = match (&config.config, config.data_folder()) {
        (Some(path), _) => (path.clone(), true),
        (None, Ok(folder)) => (folder.join(NAME), false),
        (None, Err(_)) => return Ok(None),
    };
    match fs::read_to_string(&path) {
        Ok(text) => ConfigFile::parse(path, &text).map(Some),
        // A data folder that is none is said where it is needed.
        Err(error) if !named && matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(wrong(&path, format!("cannot be read: {error}"))),
    }
}

impl ConfigFile {
    fn parse(path: PathBuf, text: &str) -> Result<Self, StartError> {
        let values = text.parse().map_err(|error: toml::de::Error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            wrong(&path, format!("line {line}: {}", error.message().replace('\n', ", ")))
        })?;
        Ok(Self { path, values })
    }

    /// This parser, which has the server's flags, with these values for defaults.
    pub fn defaults_in(&self, mut command: Command) -> Result<Command, StartError> {
        for (key, value) in &self.values {
            let arg = flag(&command, key).ok_or_else(|| self.unknown(key))?;
            let id = arg.get_id().clone();
            let values = self.values_for(arg, key, value)?;
            self.judge(arg, key, &values)?;
            if !values.is_empty() {
                command = command.mut_arg(id, |arg| arg.default_values(values));
            }
        }
        Ok(command)
    }

    fn unknown(&self, key: &str) -> StartError {
        wrong(&self.path, format!("there is no setting {key:?} (confab --help lists them)"))
    }

    /// The value as the command line would have it.
    fn values_for(&self, arg: &Arg, key: &str, value: &Value) -> Result<Vec<String>, StartError> {
        let unfit = |wanted: &str| wrong(&self.path, format!("{key} must be {wanted}"));
        match (value, arg.get_action()) {
            (Value::Boolean(on), ArgAction::SetTrue) => Ok(vec![on.to_string()]),
            (_, ArgAction::SetTrue) => Err(unfit("true or false")),
            (Value::Array(items), ArgAction::Append) => {
                items.iter().map(|item| one(item).ok_or_else(|| unfit("a list of texts or numbers"))).collect()
            }
            (Value::Array(_), _) => Err(unfit("one value, not a list")),
            (value, _) => Ok(vec![one(value).ok_or_else(|| unfit("a text or a number"))?]),
        }
    }

    /// Tries each value on a command line of its own.
    fn judge(&self, arg: &Arg, key: &str, values: &[String]) -> Result<(), StartError> {
        if matches!(arg.get_action(), ArgAction::SetTrue) {
            return Ok(());
        }
        for value in values {
            let outcome = Config::command().try_get_matches_from(["confab".to_owned(), format!("--{key}={value}")]);
            outcome.map_err(|error| wrong(&self.path, one_line(&error.to_string())))?;
        }
        Ok(())
    }
}

/// The flag with this long name, if a file may set it.
fn flag<'a>(command: &'a Command, key: &str) -> Option<&'a Arg> {
    command.get_arguments().find(|arg| arg.get_long() == Some(key) && arg.get_id() != "config" && arg.get_id() != "ca")
}

fn one(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Boolean(_) | Value::Datetime(_) | Value::Array(_) | Value::Table(_) => None,
    }
}

fn wrong(path: &Path, problem: String) -> StartError {
    StartError::ConfigFile { path: path.to_owned(), problem }
}
