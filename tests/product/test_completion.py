"""`katydid completion SHELL` in the shells themselves."""

from __future__ import annotations

import shlex
import subprocess

import pytest

from tests.product.command import Command

pytestmark = pytest.mark.katydid_only


def ask(command: Command, shell: list[str], script: str) -> list[str]:
    """Words that a shell prints for a script, with $COMPLETION as the file that completes."""
    file = command.folder / "completion"
    file.write_text(command.run("completion", shell[0]).stdout)
    words = [*shell, "-c", f"COMPLETION={shlex.quote(str(file))}\n{script}"]
    if shell[0] == "fish":
        words[-1] = f"source {shlex.quote(str(file))}; {script}"
    ended = subprocess.run(
        words, capture_output=True, text=True, timeout=30, cwd=command.folder, env=command.variables, check=False
    )
    assert ended.returncode == 0 and not ended.stderr, ended.stderr
    return ended.stdout.split()


def test_bash_completes_options_and_their_values(command: Command) -> None:
    script = """
source "$COMPLETION"
complete_line() {
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
    handler=$(complete -p katydid | sed 's/.*-F \\([^ ]*\\).*/\\1/')
    "$handler" katydid "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
    echo "${COMPREPLY[@]}"
}
complete_line katydid --spawn
complete_line katydid --loglevel D
"""
    assert ask(command, ["bash", "--norc"], script) == ["--spawn-rate", "DEBUG"]


def test_fish_completes_options_and_their_values(command: Command) -> None:
    words = ask(command, ["fish", "--no-config"], "complete -C 'katydid --spawn'; complete -C 'katydid --loglevel D'")
    assert "--spawn-rate" in words and "DEBUG" in words


def test_zsh_is_told_of_every_option(command: Command) -> None:
    # What the shell's own completion would be asked, without a terminal to press Tab in.
    script = """
autoload -Uz compinit && compinit -D
source "$COMPLETION"
print -- "$_comps[katydid]"
_arguments() { print -rl -- "$@" }
_katydid
"""
    words = ask(command, ["zsh", "-f"], script)
    assert words[0] == "_katydid"
    told = {word.split("[")[0].rstrip("=+").split("'")[-1] for word in words}
    assert {"--spawn-rate", "--headless", "-u"} <= {word.split("=")[0].split("+")[0] for word in told}


def test_an_unknown_shell_is_refused(command: Command) -> None:
    ended = command.run("completion", "tcsh")
    assert ended.exit_code == 2 and "tcsh" in ended.stderr and "fish" in ended.stderr
