use std::fmt;

/// Why a reducer refused: it reaches the caller as `CODE: sentence`, and the transaction is undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    code: &'static str,
    sentence: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.sentence)
    }
}

impl Refusal {
    fn new(code: &'static str, sentence: impl Into<String>) -> Self {
        Refusal { code, sentence: sentence.into() }
    }

    /// `sentence` starts with the name of the argument.
    pub fn invalid(sentence: impl Into<String>) -> Self {
        Self::new("INVALID_ARGUMENT", sentence)
    }

    /// For contents that are well-formed but too large; `sentence` starts with the name of the argument.
    pub fn too_large(sentence: impl Into<String>) -> Self {
        Self::new("LIMIT_EXCEEDED", sentence)
    }

    pub fn not_found(what: impl fmt::Display) -> Self {
        Self::new("NOT_FOUND", capitalized(format!("{what} not found")))
    }

    /// `action` is what was tried, for example `delete this recording`.
    pub fn not_authorized(action: impl fmt::Display) -> Self {
        Self::new("NOT_AUTHORIZED", format!("Not authorized to {action}"))
    }

    /// `column` is what only one of them may have.
    pub fn duplicate(what: &str, column: &str) -> Self {
        Self::new("DUPLICATE", format!("A {what} with this {column} already exists"))
    }

    pub fn conflict(what: &str, expected_seq: u64, seq: u64) -> Self {
        let sentence = format!("{what} has changed: expected_seq is {expected_seq}, its seq is {seq}");
        Self::new("CONFLICT", capitalized(sentence))
    }

    /// For an import that does not begin where the log ends.
    pub fn moved_on(expected_next_seq: u64, next_seq: u64) -> Self {
        Self::new(
            "CONFLICT",
            format!("The log goes on elsewhere: expected_next_seq is {expected_next_seq}, its next seq is {next_seq}"),
        )
    }

    pub fn command_reused(command_id: &str) -> Self {
        Self::new(
            "COMMAND_REUSED",
            format!("The command_id {command_id} was used for another command; choose a new one"),
        )
    }

    /// The stored data contradict themselves: a defect, not the caller's fault.
    pub fn internal(sentence: impl Into<String>) -> Self {
        Self::new("INTERNAL", capitalized(sentence.into()))
    }
}

fn capitalized(mut sentence: String) -> String {
    if let Some(first) = sentence.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    sentence
}
