//! Whose figures a budget is about. Does not know what was called.

use std::fmt;

use katydid_stats::TOTAL_NAME;

use super::error::{BudgetProblem, one_line};
use crate::endpoint::Endpoint;
use crate::groups::Groups;
use crate::nearest::hint;

const ALL: &str = "all requests";
const EACH: &str = "each";
const GROUP: &str = "group ";

/// Whose figure a budget is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All requests together.
    All,
    /// Each endpoint by itself.
    Each,
    /// Each endpoint of that name, or that matches a pattern, by itself.
    Named(Name),
    /// The endpoints of a group together.
    Group {
        /// The group's name.
        name: String,
        /// The names and patterns of its endpoints.
        members: Vec<Name>,
    },
}

/// The name of an endpoint, or a pattern that several may match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    /// As it stands: `GET /cart`, or `/cart` for any method.
    Exact(String),
    /// With `*` for any text and `?` for any character.
    Pattern(String),
}

impl Scope {
    /// Reads a scope.
    ///
    /// # Errors
    ///
    /// When it is empty or names a group that does not exist.
    pub fn parse(text: &str, groups: &Groups) -> Result<Self, BudgetProblem> {
        let text = text.trim();
        match text {
            ALL | TOTAL_NAME => return Ok(Self::All),
            EACH => return Ok(Self::Each),
            _ => {}
        }
        let Some(name) = text.strip_prefix(GROUP).map(str::trim) else {
            return Name::parse(text)
                .map(Self::Named)
                .ok_or(BudgetProblem::EmptyScope);
        };
        let members = groups.get(name).ok_or_else(|| unknown_group(name, groups))?;
        Ok(Self::Group {
            name: name.to_owned(),
            members: members.to_vec(),
        })
    }

    /// Whether requests of an endpoint count.
    pub fn matches(&self, endpoint: &Endpoint) -> bool {
        match self {
            Self::All | Self::Each => true,
            Self::Named(name) => name.matches(endpoint),
            Self::Group { members, .. } => members.iter().any(|member| member.matches(endpoint)),
        }
    }

    /// Whether what matches is judged together.
    pub fn is_merged(&self) -> bool {
        matches!(self, Self::All | Self::Group { .. })
    }
}

fn unknown_group(name: &str, groups: &Groups) -> BudgetProblem {
    let known: Vec<&str> = groups.names().collect();
    BudgetProblem::UnknownGroup {
        name: one_line(name),
        known: match known.is_empty() {
            true => "none is described under [groups]".to_owned(),
            false => format!("there is {}", known.join(", ")),
        },
        hint: hint(name, known),
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => formatter.write_str(ALL),
            Self::Each => formatter.write_str(EACH),
            Self::Named(name) => name.fmt(formatter),
            Self::Group { name, .. } => write!(formatter, "{GROUP}{name}"),
        }
    }
}

impl Name {
    /// Reads a name or pattern; `None` if it is empty.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let quoted = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        match quoted {
            Some("") => None,
            Some(name) => Some(Self::Exact(name.to_owned())),
            None if text.is_empty() => None,
            None if text.contains(['*', '?']) => Some(Self::Pattern(text.to_owned())),
            None => Some(Self::Exact(text.to_owned())),
        }
    }

    /// Whether an endpoint has this name: with its method, without it, or without the slash that begins a path.
    pub fn matches(&self, endpoint: &Endpoint) -> bool {
        let name = &*endpoint.name;
        let with_method = format!("{} {name}", endpoint.method);
        [Some(name), Some(&with_method), name.strip_prefix('/')]
            .into_iter()
            .flatten()
            .any(|text| match self {
                Self::Exact(exact) => exact == text,
                Self::Pattern(pattern) => matches_pattern(pattern, text),
            })
    }
}

/// In quotes where it would be read as something else.
impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Exact(text) | Self::Pattern(text)) = self;
        let is_plain = !matches!(text.as_str(), ALL | TOTAL_NAME | EACH)
            && !text.starts_with(GROUP)
            && Self::parse(text).as_ref() == Some(self);
        match is_plain {
            true => formatter.write_str(text),
            false => write!(formatter, "\"{text}\""),
        }
    }
}

/// Steps back only to the last `*`, so the time is at most the product of both lengths.
fn matches_pattern(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut in_text) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while in_text < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, in_text));
                at += 1;
            }
            Some(&wanted) if wanted == '?' || wanted == text[in_text] => {
                at += 1;
                in_text += 1;
            }
            _ => {
                let Some((star_at, from)) = star else {
                    return false;
                };
                star = Some((star_at, from + 1));
                (at, in_text) = (star_at + 1, from + 1);
            }
        }
    }
    pattern[at..].iter().all(|&rest| rest == '*')
}
