//! Which code a run belongs to: what a CI system says of its job, else what git says of the folder.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

/// A commit and its branch, as far as they are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commit {
    /// Its hash.
    pub hash: Option<String>,
    /// Its branch.
    pub branch: Option<String>,
    /// Whether the working copy has changes beside it.
    pub dirty: bool,
}

/// How long git may take: somebody waits for the test to begin.
const PATIENCE_WITH_GIT: Duration = Duration::from_secs(5);

/// Variables of CI systems, (hash, branch, branch that a pull request is for); the first whose branch is set counts. A pull
/// request's own branch comes before the branch that it is merged into.
const CI_VARIABLES: [(&str, &str, &str); 9] = [
    ("GITHUB_SHA", "GITHUB_HEAD_REF", "GITHUB_BASE_REF"),
    ("GITHUB_SHA", "GITHUB_REF_NAME", ""),
    (
        "CI_COMMIT_SHA",
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
    ),
    ("CI_COMMIT_SHA", "CI_COMMIT_REF_NAME", ""),
    ("CIRCLE_SHA1", "CIRCLE_BRANCH", ""),
    (
        "BUILDKITE_COMMIT",
        "BUILDKITE_BRANCH",
        "BUILDKITE_PULL_REQUEST_BASE_BRANCH",
    ),
    (
        "BITBUCKET_COMMIT",
        "BITBUCKET_BRANCH",
        "BITBUCKET_PR_DESTINATION_BRANCH",
    ),
    ("BUILD_SOURCEVERSION", "BUILD_SOURCEBRANCHNAME", ""),
    ("GIT_COMMIT", "GIT_BRANCH", ""),
];

/// The commit that is checked out in a folder. Asks git only for what the environment does not tell.
pub fn commit_of(folder: &Path, environment: &BTreeMap<String, String>) -> Commit {
    of_ci(environment).unwrap_or_else(|| of_git(folder))
}

fn of_ci(environment: &BTreeMap<String, String>) -> Option<Commit> {
    let value = |name: &str| environment.get(name).filter(|value| !value.is_empty()).cloned();
    CI_VARIABLES.iter().find_map(|(hash, branch, target)| {
        let branch = value(branch)?;
        let branch = branch.strip_prefix("origin/").unwrap_or(&branch);
        Some(Commit {
            hash: value(hash),
            branch: Some(match value(target) {
                // The main branch of somebody's fork: its runs are no baseline for ours.
                Some(target) if target == branch => format!("fork/{branch}"),
                _ => branch.to_owned(),
            }),
            dirty: false,
        })
    })
}

fn of_git(folder: &Path) -> Commit {
    let Some(hash) = git(folder, &["rev-parse", "HEAD"]) else {
        return Commit::default();
    };
    let branch = git(folder, &["symbolic-ref", "--quiet", "--short", "HEAD"]);
    let changes = git(folder, &["status", "--porcelain", "--untracked-files=no"]);
    Commit {
        hash: Some(hash),
        branch: branch.filter(|branch| !branch.is_empty()),
        dirty: changes.is_some_and(|changes| !changes.is_empty()),
    }
}

/// What git prints; `None` if it fails or takes too long.
fn git(folder: &Path, arguments: &[&str]) -> Option<String> {
    let mut child = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        // Another process may be at work in the same folder: nothing of it is touched.
        .env("GIT_OPTIONAL_LOCKS", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut output = child.stdout.take()?;
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = output.read_to_end(&mut bytes).map(|_| sender.send(bytes));
    });
    let printed = receiver.recv_timeout(PATIENCE_WITH_GIT);
    if printed.is_err() {
        let _ = child.kill();
    }
    let ended = child.wait().ok()?;
    let text = String::from_utf8_lossy(&printed.ok()?).trim().to_owned();
    ended.success().then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn a_pull_request_belongs_to_its_own_branch() {
        let found = of_ci(&environment(&[
            ("GITHUB_SHA", "abc"),
            ("GITHUB_HEAD_REF", "faster"),
            ("GITHUB_REF_NAME", "12/merge"),
        ]));
        assert_eq!(found.and_then(|commit| commit.branch).as_deref(), Some("faster"));
    }

    #[test]
    fn the_main_branch_of_a_fork_is_not_ours() {
        let found = of_ci(&environment(&[
            ("GITHUB_HEAD_REF", "main"),
            ("GITHUB_BASE_REF", "main"),
            ("GITHUB_REF_NAME", "12/merge"),
        ]));
        assert_eq!(
            found.and_then(|commit| commit.branch).as_deref(),
            Some("fork/main")
        );
    }

    #[test]
    fn empty_variables_say_nothing() {
        let pushed = environment(&[
            ("GITHUB_SHA", "abc"),
            ("GITHUB_HEAD_REF", ""),
            ("GITHUB_REF_NAME", "main"),
        ]);
        let expected = Commit {
            hash: Some("abc".to_owned()),
            branch: Some("main".to_owned()),
            dirty: false,
        };
        assert_eq!(of_ci(&pushed), Some(expected));
        assert_eq!(of_ci(&environment(&[])), None);
    }

    #[test]
    fn a_folder_without_git_has_no_commit() {
        assert_eq!(of_git(Path::new("/")), Commit::default());
    }
}
