//! What a user should know about a sync that went well, in sentences.

use ccu_engine::sync::Notice;

use crate::error::CommandError;
use crate::printer::Printer;
use crate::render::number::count;

/// A notice as a sentence.
pub fn sentence(notice: &Notice) -> String {
    match notice {
        Notice::MadeGist { html_url } => {
            format!("made the Gist {html_url}; it is unlisted, and anyone with its address can read it")
        }
        Notice::SeveralGists { others } => several_gists(others),
        Notice::NameTaken { file } => {
            format!(
                "another machine has the name of this one, so this one's file in the Gist is `{file}`; `ccu config set machine.name NAME` gives it another name"
            )
        }
        Notice::TookOver { records } => format!(
            "took over {} from this machine's own files in the Gist, which the database did not have",
            count(*records, "record", "records")
        ),
        Notice::Rewritten => {
            "this machine's file in the Gist was gone, broken or old, and was written again".to_owned()
        }
        Notice::ManifestRebuilt => {
            "`manifest.json` was gone or broken, and was made anew from the machines' files".to_owned()
        }
        Notice::Repaired { file } => {
            format!("`{file}` was being written by another machine at the same moment; both versions were joined")
        }
        Notice::Withheld { records } => format!(
            "something that looks like a token was withheld from the paths or branches of {}",
            count(*records, "record", "records")
        ),
    }
}

/// That the account has Gists beside the one that serves.
pub fn several_gists(others: &[String]) -> String {
    format!(
        "the account has {} with the description of ccu's Gist; the oldest serves, and `ccu gist list` shows them all",
        count(others.len() as u64 + 1, "Gist", "Gists")
    )
}

/// Says them beside the answer.
///
/// **Errors**: when the output cannot be written.
pub fn say(notices: &[Notice], printer: &mut Printer<'_>) -> Result<(), CommandError> {
    for notice in notices {
        match notice {
            Notice::Withheld { .. } | Notice::NameTaken { .. } => printer.warning(&sentence(notice))?,
            _ => printer.note(&sentence(notice))?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_notice_is_a_sentence() {
        let notices = [
            Notice::MadeGist { html_url: "https://gist.github.com/0f".to_owned() },
            Notice::SeveralGists { others: vec!["1f".to_owned()] },
            Notice::NameTaken { file: "usage_data_desk-1a2b.json".to_owned() },
            Notice::TookOver { records: 1 },
            Notice::Rewritten,
            Notice::ManifestRebuilt,
            Notice::Repaired { file: "manifest.json".to_owned() },
            Notice::Withheld { records: 2 },
        ];
        insta::assert_snapshot!(notices.each_ref().map(sentence).join("\n"), @r#"
        made the Gist https://gist.github.com/0f; it is unlisted, and anyone with its address can read it
        the account has 2 Gists with the description of ccu's Gist; the oldest serves, and `ccu gist list` shows them all
        another machine has the name of this one, so this one's file in the Gist is `usage_data_desk-1a2b.json`; `ccu config set machine.name NAME` gives it another name
        took over 1 record from this machine's own files in the Gist, which the database did not have
        this machine's file in the Gist was gone, broken or old, and was written again
        `manifest.json` was gone or broken, and was made anew from the machines' files
        `manifest.json` was being written by another machine at the same moment; both versions were joined
        something that looks like a token was withheld from the paths or branches of 2 records
        "#);
    }
}
