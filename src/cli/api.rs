//! `vidimus api`: the APIs that access tokens may be asked for.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::Failure;
use super::desk::Desk;
use super::output::{Output, members, table};
use crate::account::event::{Event, EventKind};
use crate::config::span;
use crate::protocol::api::{AccessTokenType, Api, ApiId, ApiMetadata, ApiRefusal, TokenFormat};
use crate::protocol::scope::ScopeSet;
use crate::store::{Change, Creation, Page};

/// APIs read from the record at a time.
const PAGE: u32 = 500;

/// `api …`
#[derive(Debug, Subcommand)]
pub enum ApiCommand {
    /// Register an API; clients that have one of its scopes may ask for tokens for it
    Create(ApiCreateArgs),
    /// List APIs
    List,
    /// Show one API
    Get {
        /// The API's identifier
        identifier: String,
    },
    /// Change an API
    Update(ApiUpdateArgs),
    /// Remove an API; its access tokens live on until they expire
    Delete {
        /// The API's identifier
        identifier: String,
    },
}

/// What the access tokens of an API look like.
#[derive(Debug, Args)]
pub struct TokenArgs {
    /// A JWT that the API verifies by itself, or a text that only introspection can read
    #[arg(long = "access-token-format", value_enum)]
    pub format: Option<FormatArg>,
    /// The `typ` of JWTs: at+jwt unless the API's library takes JWT only
    #[arg(long = "access-token-type", value_enum)]
    pub typ: Option<TypArg>,
    /// How long they live, like 5m; 30s to 1d, as configured when left out
    #[arg(long = "access-token-lifetime", value_name = "SPAN")]
    pub lifetime: Option<String>,
}

/// The formats of access tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    /// Signed, and readable by everybody
    Jwt,
    /// Readable by nobody but this server
    Opaque,
}

/// The types of JWT access tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TypArg {
    /// RFC 9068
    #[value(name = "at+jwt")]
    AtJwt,
    /// What older libraries ask for
    #[value(name = "JWT")]
    Jwt,
}

/// `api create`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  vidimus api create https://notes.example.com/api --name Notes --scope notes:read --scope notes:write
  vidimus api create urn:example:billing --name Billing --scope billing --access-token-format opaque --access-token-lifetime 5m")]
pub struct ApiCreateArgs {
    /// What clients send as `resource` and the API finds in `aud`: an absolute URI
    pub identifier: String,
    /// The name that people see
    #[arg(long)]
    pub name: String,
    /// What can be allowed at it; repeat, or separate by spaces
    #[arg(long, value_name = "SCOPE", required = true)]
    pub scope: Vec<String>,
    /// Its access tokens.
    #[command(flatten)]
    pub tokens: TokenArgs,
}

/// `api update`
#[derive(Debug, Args)]
pub struct ApiUpdateArgs {
    /// The API's identifier
    pub identifier: String,
    /// A new name
    #[arg(long)]
    pub name: Option<String>,
    /// Replace the scopes by these
    #[arg(long, value_name = "SCOPE")]
    pub scope: Vec<String>,
    /// Its access tokens.
    #[command(flatten)]
    pub tokens: TokenArgs,
    /// Let its access tokens live as long as configured
    #[arg(long, conflicts_with = "lifetime")]
    pub default_lifetime: bool,
    /// Switch it off: no more tokens for it
    #[arg(long, conflicts_with = "enable")]
    pub disable: bool,
    /// Switch it on again
    #[arg(long)]
    pub enable: bool,
}

impl From<ApiRefusal> for Failure {
    fn from(refusal: ApiRefusal) -> Self {
        Self::usage(refusal.to_string())
    }
}

/// Carries out one command.
pub(super) async fn run(
    desk: &Desk,
    command: ApiCommand,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    match command {
        ApiCommand::Create(arguments) => create(desk, arguments, output).await,
        ApiCommand::List => list(desk, output).await,
        ApiCommand::Get { identifier } => {
            let api = find(desk, &identifier).await?;
            output.data(&document(&api)?, members)
        }
        ApiCommand::Update(arguments) => update(desk, arguments, output).await,
        ApiCommand::Delete { identifier } => {
            let id = parse_id(&identifier)?;
            let told = [told(desk, EventKind::ApiDeleted, &id)];
            match desk.store.delete_api(&desk.realm, &id, &told).await? {
                Change::Changed => output.talk(format_args!("deleted {id}")),
                Change::NotFound => Err(no_api(&identifier)),
            }
        }
    }
}

async fn create(
    desk: &Desk,
    arguments: ApiCreateArgs,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let mut metadata = ApiMetadata {
        name: arguments.name,
        scope: parse_scope(&arguments.scope)?,
        ..ApiMetadata::default()
    };
    apply(&mut metadata, &arguments.tokens)?;
    metadata.check()?;
    let api = Api {
        realm: desk.realm.clone(),
        id: parse_id(&arguments.identifier)?,
        metadata,
        created_at: desk.clock.now(),
        disabled_at: None,
    };
    let told = [told(desk, EventKind::ApiCreated, &api.id)];
    match desk.store.create_api(&api, &told).await? {
        Creation::Created => output.data(&document(&api)?, members),
        Creation::NameTaken => Err(Failure::denied("there is an API of that identifier")),
    }
}

async fn list(desk: &Desk, output: &mut Output<'_>) -> Result<(), Failure> {
    let mut documents = Vec::new();
    let mut rows = Vec::new();
    let mut page = Page {
        after: None,
        limit: PAGE,
    };
    loop {
        let apis = desk.store.list_apis(&desk.realm, &page).await?;
        for api in &apis {
            let state = api.disabled_at.map_or("", |_at| "disabled");
            rows.push(vec![
                api.id.to_string(),
                api.metadata.name.clone(),
                api.metadata.scope.to_string(),
                state.to_owned(),
            ]);
            documents.push(document(api)?);
        }
        match apis.last() {
            Some(last) => page.after = Some(last.id.to_string()),
            None => break,
        }
    }
    output.data(&documents, |_| table(&rows))
}

async fn update(
    desk: &Desk,
    arguments: ApiUpdateArgs,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let mut api = find(desk, &arguments.identifier).await?;
    let before = document(&api)?;
    if let Some(name) = arguments.name {
        api.metadata.name = name;
    }
    if !arguments.scope.is_empty() {
        api.metadata.scope = parse_scope(&arguments.scope)?;
    }
    apply(&mut api.metadata, &arguments.tokens)?;
    if arguments.default_lifetime {
        api.metadata.access_token_lifetime = None;
    }
    api.metadata.check()?;
    if arguments.disable {
        api.disabled_at = api.disabled_at.or(Some(desk.clock.now()));
    } else if arguments.enable {
        api.disabled_at = None;
    }
    let after = document(&api)?;
    let told = [told(desk, EventKind::ApiChanged, &api.id).with_changes(&before, &after)];
    match desk.store.update_api(&api, &told).await? {
        Change::Changed => output.data(&after, members),
        Change::NotFound => Err(no_api(&arguments.identifier)),
    }
}

/// Replaces what the command line names.
fn apply(metadata: &mut ApiMetadata, arguments: &TokenArgs) -> Result<(), Failure> {
    match arguments.format {
        Some(FormatArg::Jwt) => metadata.access_token_format = TokenFormat::Jwt,
        Some(FormatArg::Opaque) => metadata.access_token_format = TokenFormat::Opaque,
        None => {}
    }
    match arguments.typ {
        Some(TypArg::AtJwt) => metadata.access_token_type = AccessTokenType::AtJwt,
        Some(TypArg::Jwt) => metadata.access_token_type = AccessTokenType::Jwt,
        None => {}
    }
    if let Some(text) = &arguments.lifetime {
        metadata.access_token_lifetime = Some(parse_lifetime(text)?);
    }
    Ok(())
}

fn parse_lifetime(text: &str) -> Result<u32, Failure> {
    let refusal = |what: &str| Failure::usage(format!("--access-token-lifetime {text:?} {what}"));
    let span = span(text, 0, u32::MAX).map_err(|complaint| refusal(&complaint.what))?;
    u32::try_from(span.whole_seconds()).map_err(|_too_long| refusal("is too long"))
}

async fn find(desk: &Desk, identifier: &str) -> Result<Api, Failure> {
    let api = desk.store.api(&desk.realm, &parse_id(identifier)?).await?;
    api.ok_or_else(|| no_api(identifier))
}

fn parse_id(identifier: &str) -> Result<ApiId, Failure> {
    ApiId::parse(identifier)
        .map_err(|invalid| Failure::usage(format!("{identifier:?} is {invalid}")))
}

fn told(desk: &Desk, kind: EventKind, api: &ApiId) -> Event {
    desk.event(kind).with("api", api.as_str())
}

fn no_api(identifier: &str) -> Failure {
    Failure::not_found(format!("there is no API {identifier:?} in this realm"))
}

fn parse_scope(scope: &[String]) -> Result<ScopeSet, Failure> {
    ScopeSet::parse(&scope.join(" ")).map_err(|invalid| Failure::usage(invalid.to_string()))
}

fn document(api: &Api) -> Result<Value, Failure> {
    let mut value = serde_json::to_value(&api.metadata).map_err(std::io::Error::from)?;
    if let Some(members) = value.as_object_mut() {
        members.insert("identifier".to_owned(), json!(api.id));
        let created_at = api.created_at.unix_seconds();
        members.insert("created_at".to_owned(), json!(created_at));
        members.insert("disabled".to_owned(), json!(api.disabled_at.is_some()));
    }
    Ok(value)
}
