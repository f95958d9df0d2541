//! `ccu gist`: shares records between a person's machines through one Gist. One file for each command.

pub mod api;
pub mod backup;
pub mod cat;
pub mod context;
pub mod encrypt;
pub mod info;
pub mod key;
pub mod key_store;
pub mod known;
pub mod list;
pub mod logout;
pub mod machine_table;
pub mod machines;
pub mod notices;
pub mod pull;
pub mod push;
pub mod set_token;
pub mod setup;
pub mod status;
pub mod sync;
pub mod verify;

use clap::{Args, Subcommand};

use crate::error::CommandError;
use crate::exit_code::ExitCode;
use crate::printer::Printer;
use crate::surroundings::Surroundings;

/// What was typed.
#[derive(Debug, Clone, Args)]
pub struct GistArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: GistAction,
}

/// What to do with the Gist.
#[derive(Debug, Clone, Subcommand)]
pub enum GistAction {
    /// Set up sync: token, Gist, first push, test pull
    #[command(before_help = "Example: ccu gist setup")]
    Setup(setup::SetupArgs),
    /// Store a GitHub token
    #[command(before_help = "Example: ccu gist set-token")]
    SetToken(set_token::SetTokenArgs),
    /// Remove the stored GitHub token from this machine
    #[command(before_help = "Example: ccu gist logout")]
    Logout(logout::LogoutArgs),
    /// Show the token's place, the Gist with its machines, and what is not sent yet
    #[command(before_help = "Example: ccu gist status")]
    Status(status::StatusArgs),
    /// Show the files of the Gist, its backups and its revisions
    #[command(before_help = "Example: ccu gist info")]
    Info(info::InfoArgs),
    /// Send this machine's new records to the Gist
    #[command(before_help = "Example: ccu gist push --no-backup --quiet")]
    Push(push::PushArgs),
    /// Take in the records of the other machines, or of those named
    #[command(before_help = "Example: ccu gist pull HOME-WT Laptop-WT")]
    Pull(pull::PullArgs),
    /// Pull, then push
    #[command(before_help = "Example: ccu gist sync --quiet")]
    Sync(sync::SyncArgs),
    /// Read everything in the Gist again, and say what is broken
    #[command(before_help = "Example: ccu gist verify")]
    Verify(verify::VerifyArgs),
    /// List, make and restore backups
    #[command(before_help = "Example: ccu gist backup list")]
    Backup(backup::BackupArgs),
    /// List, rename, merge and forget machines
    #[command(before_help = "Example: ccu gist machines")]
    Machines(machines::MachinesArgs),
    /// Encrypt what this machine puts into the Gist, or stop it
    #[command(before_help = "Example: ccu gist encrypt on")]
    Encrypt(encrypt::EncryptArgs),
    /// Show, take or make the key of an encrypted Gist
    #[command(before_help = "Example: ccu gist key show")]
    Key(key::KeyArgs),
    /// List all Gists of the account
    #[command(before_help = "Example: ccu gist list")]
    List(list::ListArgs),
    /// Print a file of the Gist
    #[command(before_help = "Example: ccu gist cat manifest.json")]
    Cat(cat::CatArgs),
    /// Ask the GitHub API, read-only, and print its JSON
    #[command(before_help = "Example: ccu gist api /rate_limit --jq .resources.core.remaining")]
    Api(api::ApiArgs),
}

/// Does it.
///
/// **Errors**: those of the command.
pub fn run(args: &GistArgs, surroundings: &Surroundings, printer: &mut Printer<'_>) -> Result<ExitCode, CommandError> {
    let done = match &args.action {
        GistAction::Setup(args) => return setup::run(args, surroundings, printer),
        GistAction::SetToken(args) => set_token::run(args, surroundings, printer),
        GistAction::Logout(args) => return logout::run(args, surroundings, printer),
        GistAction::Status(args) => return status::run(args, surroundings, printer),
        GistAction::Info(args) => info::run(args, surroundings, printer),
        GistAction::Push(args) => push::run(args, surroundings, printer),
        GistAction::Pull(args) => return pull::run(args, surroundings, printer),
        GistAction::Sync(args) => return sync::run(args, surroundings, printer),
        GistAction::Verify(args) => return verify::run(args, surroundings, printer),
        GistAction::Backup(args) => return backup::run(args, surroundings, printer),
        GistAction::Machines(args) => machines::run(args, surroundings, printer),
        GistAction::Encrypt(args) => encrypt::run(args, surroundings, printer),
        GistAction::Key(args) => key::run(args, surroundings, printer),
        GistAction::List(args) => list::run(args, surroundings, printer),
        GistAction::Cat(args) => cat::run(args, surroundings, printer),
        GistAction::Api(args) => api::run(args, surroundings, printer),
    };
    done.map(|()| ExitCode::Ok)
}
