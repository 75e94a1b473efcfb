//! What the core calls a setting is an option here.
//!
//! The core speaks to Python, Ansible, Salt and the shell alike, so it says `the setting X` and means the same name in all
//! of them. In words for a person at a shell the option itself is told; JSON stays as the core wrote it, since it is the
//! same in every binding.

use std::borrow::Cow;

/// How the core calls a setting, and the option that stands for it.
const OPTIONS: [(&str, &str); 13] = [
    ("`allow_fleet_wide`", "`--allow-fleet-wide`"),
    ("`appliance_ssh`", "`--appliance-ssh-key` or `--appliance-ssh-password-file`"),
    ("`ca_file`", "`--ca-file`"),
    ("`ceiling` to `ask_first`", "`--ceiling` to `ask-first`"),
    ("`esxi_ssh`", "`--esxi-ssh-key` or `--esxi-ssh-password-file`"),
    ("`host_certificates`", "`--host-certificates`"),
    ("`hosts_file`", "`--hosts-file`"),
    ("`lock_dir`", "`--lock-dir`"),
    ("`renew_by`", "`--renew-by`"),
    ("`run_dir`", "`--run-dir`"),
    ("`sms_certificate`", "`--sms-certificate`"),
    ("`thumbprint`", "`--thumbprint`"),
    ("`time_servers`", "`--time-server`"),
];
/// What the core says before the name of a setting.
const SETTING: &str = "the setting ";

/// Words of the core with options in the place of settings.
pub(crate) fn named(words: &str) -> Cow<'_, str> {
    if !words.contains(SETTING) {
        return Cow::Borrowed(words);
    }
    let put = |text: String, (name, option): &(&str, &str)| text.replace(&format!("{SETTING}{name}"), option);
    Cow::Owned(OPTIONS.iter().fold(words.to_owned(), put))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory as _;

    use super::*;
    use crate::args::Cli;

    #[test]
    fn a_setting_is_told_as_its_option_and_the_word_alone_stays() {
        assert_eq!(named("raise the setting `ceiling` to `ask_first`"), "raise `--ceiling` to `ask-first`");
        assert_eq!(named("the mode is `thumbprint`"), "the mode is `thumbprint`");
    }

    #[test]
    fn every_option_that_is_told_is_one() {
        let command = Cli::command();
        let all = command.get_subcommands().flat_map(clap::Command::get_arguments);
        let known: BTreeSet<String> = all.filter_map(|one| one.get_long()).map(|long| format!("`--{long}`")).collect();
        for told in OPTIONS.iter().flat_map(|(_, option)| option.split(' ')).filter(|word| word.starts_with("`--")) {
            assert!(known.contains(told), "{told}");
        }
    }

    #[test]
    fn every_setting_that_the_core_names_has_its_option() {
        let mut source = Vec::new();
        read(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../core/src")), &mut source);
        let told: Vec<&str> = source.iter().flat_map(|text| text.split(SETTING).skip(1)).collect();
        assert!(told.len() > 15, "{}", told.len());
        for rest in told.into_iter().filter(|rest| rest.starts_with('`')) {
            assert!(
                OPTIONS.iter().any(|(name, _)| rest.starts_with(name)),
                "{}",
                rest.lines().next().unwrap_or_default()
            );
        }
    }

    fn read(folder: &std::path::Path, texts: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match std::fs::read_to_string(entry.path()) {
                Ok(text) => texts.push(text),
                Err(_) => read(&entry.path(), texts),
            }
        }
    }
}
