//! A mail server: it keeps what it is sent, and fails as it is told to.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mailparse::{MailHeaderMap as _, ParsedMail, parse_mail};
use rustls::ServerConfig;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufStream};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use vidimus::mail::{Courier, CourierSettings, SettingError, SmtpSecurity, SmtpSettings, Way};
use vidimus::pages::{Letters, Messages};
use vidimus::protocol::time::Lifetime;

/// What it does with mail from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    /// Takes it.
    Takes,
    /// Asks to come back later: 451.
    Busy,
    /// Knows nobody of that name: 550.
    Refuses,
    /// Lets everybody in and says nothing.
    Hangs,
    /// Takes it, and is gone before it has said so.
    Vanishes,
}

/// When connections are encrypted.
#[derive(Clone)]
pub(crate) enum Encryption {
    /// Never.
    None,
    /// From the first byte on.
    Always(Arc<ServerConfig>),
    /// After STARTTLS, which comes before anything else.
    OnRequest(Arc<ServerConfig>),
}

/// One mail that was taken.
#[derive(Debug, Clone)]
pub(crate) struct Delivered {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    /// As it came, without the dots of the transport.
    pub(crate) raw: Vec<u8>,
    /// Whether it came encrypted.
    pub(crate) encrypted: bool,
    /// Name and password of the sender.
    pub(crate) login: Option<(String, String)>,
}

impl Delivered {
    fn parsed(&self) -> ParsedMail<'_> {
        parse_mail(&self.raw).unwrap()
    }

    /// A header, decoded.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.parsed().headers.get_first_value(name)
    }

    /// How often a header stands there.
    pub(crate) fn headers(&self, name: &str) -> usize {
        self.parsed().headers.get_all_values(name).len()
    }

    pub(crate) fn subject(&self) -> String {
        self.header("Subject").unwrap()
    }

    /// The part of a content type.
    pub(crate) fn part(&self, content_type: &str) -> String {
        let parsed = self.parsed();
        let mut parts = parsed.parts();
        let part = parts.find(|part| part.ctype.mimetype == content_type);
        part.unwrap().get_body().unwrap()
    }

    pub(crate) fn text(&self) -> String {
        self.part("text/plain").replace("\r\n", "\n")
    }

    pub(crate) fn html(&self) -> String {
        self.part("text/html").replace("\r\n", "\n")
    }

    /// The first address in the text.
    pub(crate) fn link(&self) -> String {
        let text = self.text();
        let link = text
            .split_whitespace()
            .find(|word| word.starts_with("http://") || word.starts_with("https://"));
        link.unwrap_or_else(|| panic!("no link in {text}"))
            .to_owned()
    }
}

/// What sends mails to a server with these settings.
pub(crate) fn courier(settings: SmtpSettings) -> Result<Courier, SettingError> {
    let messages = Arc::new(Messages::new().unwrap());
    let settings = CourierSettings {
        from: "no-reply@id.example.test".to_owned(),
        reply_to: None,
        way: Way::Smtp(settings),
    };
    Courier::new(Letters::new(messages, None).unwrap(), settings)
}

struct State {
    delivered: watch::Sender<Vec<Delivered>>,
    mood: watch::Sender<Mood>,
    encryption: Encryption,
}

/// A mail server on a port of this machine.
pub(crate) struct MailServer {
    pub(crate) port: u16,
    state: Arc<State>,
    serving: JoinSet<()>,
}

impl MailServer {
    /// One without encryption that takes what it is sent.
    pub(crate) async fn start() -> Self {
        Self::with(Encryption::None).await
    }

    pub(crate) async fn with(encryption: Encryption) -> Self {
        let mut server = Self {
            port: 0,
            state: Arc::new(State {
                delivered: watch::Sender::default(),
                mood: watch::Sender::new(Mood::Takes),
                encryption,
            }),
            serving: JoinSet::new(),
        };
        server.go_up().await;
        server
    }

    /// What sends mails to it.
    pub(crate) fn courier(&self) -> Arc<Courier> {
        let security = match self.state.encryption {
            Encryption::None => SmtpSecurity::None,
            Encryption::Always(_) => SmtpSecurity::Required,
            Encryption::OnRequest(_) => SmtpSecurity::StartTls,
        };
        let settings = SmtpSettings {
            host: "localhost".to_owned(),
            port: Some(self.port),
            security,
            login: None,
            ca_file: None,
            timeout: Lifetime::seconds(30),
            hello: "id.example.test".to_owned(),
        };
        Arc::new(courier(settings).unwrap())
    }

    /// Nobody listens any more, and every conversation breaks off.
    pub(crate) async fn go_down(&mut self) {
        self.serving.shutdown().await;
    }

    /// Listens again at the same port.
    pub(crate) async fn go_up(&mut self) {
        let listener = TcpListener::bind(("127.0.0.1", self.port)).await.unwrap();
        self.port = listener.local_addr().unwrap().port();
        let state = Arc::clone(&self.state);
        self.serving.spawn(async move {
            let mut conversations = JoinSet::new();
            loop {
                let (stream, _peer) = listener.accept().await.unwrap();
                conversations.spawn(converse(stream, Arc::clone(&state)));
                while conversations.try_join_next().is_some() {}
            }
        });
    }

    pub(crate) fn set(&self, mood: Mood) {
        self.state.mood.send_replace(mood);
    }

    /// Everything that was taken so far.
    pub(crate) fn delivered(&self) -> Vec<Delivered> {
        self.state.delivered.borrow().clone()
    }

    /// What was taken for an address, in order.
    pub(crate) fn to(&self, address: &str) -> Vec<Delivered> {
        let mut delivered = self.delivered();
        delivered.retain(|mail| mail.to.iter().any(|to| to == address));
        delivered
    }

    /// The only mail that was taken so far.
    pub(crate) fn only(&self) -> Delivered {
        let [only] = <[Delivered; 1]>::try_from(self.delivered()).unwrap();
        only
    }

    /// Waits until so many mails were taken.
    pub(crate) async fn takes(&self, count: usize) {
        let mut delivered = self.state.delivered.subscribe();
        delivered.wait_for(|all| all.len() >= count).await.unwrap();
    }
}

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

/// One conversation.
struct Conversation {
    wire: BufStream<Box<dyn Wire>>,
    state: Arc<State>,
    encrypted: bool,
    login: Option<(String, String)>,
    from: String,
    to: Vec<String>,
}

async fn converse(stream: TcpStream, state: Arc<State>) {
    if *state.mood.borrow() == Mood::Hangs {
        return std::future::pending().await;
    }
    let mut wire: Box<dyn Wire> = Box::new(stream);
    let mut encrypted = false;
    if let Encryption::Always(config) = &state.encryption {
        let Some(inner) = encrypt(wire, config).await else {
            return;
        };
        (wire, encrypted) = (inner, true);
    }
    let mut conversation = Conversation {
        wire: BufStream::new(wire),
        state,
        encrypted,
        login: None,
        from: String::new(),
        to: Vec::new(),
    };
    // The other side may go away at any moment.
    drop(conversation.hold().await);
}

async fn encrypt(wire: Box<dyn Wire>, config: &Arc<ServerConfig>) -> Option<Box<dyn Wire>> {
    let acceptor = TlsAcceptor::from(Arc::clone(config));
    let encrypted = acceptor.accept(wire).await.ok()?;
    Some(Box::new(encrypted))
}

impl Conversation {
    /// RFC 5321, as far as a sender goes.
    async fn hold(&mut self) -> std::io::Result<()> {
        self.say("220 mail.test").await?;
        loop {
            let mut line = String::new();
            if self.wire.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let line = line.trim_end();
            let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
            let mood = *self.state.mood.borrow();
            match verb.to_ascii_uppercase().as_str() {
                "EHLO" => self.greet().await?,
                "STARTTLS" => {
                    self.say("220 go on").await?;
                    if !self.start_tls().await {
                        return Ok(());
                    }
                }
                "AUTH" => self.log_in(rest).await?,
                "MAIL" => {
                    self.from = address(rest);
                    self.say("250 yes").await?;
                }
                "RCPT" if mood == Mood::Busy => self.say("451 come back later").await?,
                "RCPT" if mood == Mood::Refuses => self.say("550 nobody of that name").await?,
                "RCPT" => {
                    self.to.push(address(rest));
                    self.say("250 yes").await?;
                }
                "DATA" => {
                    self.say("354 go on").await?;
                    self.take().await?;
                    if mood == Mood::Vanishes {
                        return Ok(());
                    }
                    self.say("250 taken").await?;
                }
                "RSET" | "NOOP" => self.say("250 yes").await?,
                "QUIT" => return self.say("221 bye").await,
                _ => self.say("500 what?").await?,
            }
        }
    }

    async fn say(&mut self, line: &str) -> std::io::Result<()> {
        self.wire
            .write_all(format!("{line}\r\n").as_bytes())
            .await?;
        self.wire.flush().await
    }

    async fn greet(&mut self) -> std::io::Result<()> {
        self.say("250-mail.test").await?;
        self.say("250-8BITMIME").await?;
        self.say("250-SMTPUTF8").await?;
        if matches!(self.state.encryption, Encryption::OnRequest(_)) && !self.encrypted {
            self.say("250-STARTTLS").await?;
        }
        self.say("250 AUTH PLAIN").await
    }

    async fn start_tls(&mut self) -> bool {
        let Encryption::OnRequest(config) = self.state.encryption.clone() else {
            return false;
        };
        let nothing: Box<dyn Wire> = Box::new(tokio::io::empty());
        let bare = std::mem::replace(&mut self.wire, BufStream::new(nothing)).into_inner();
        let Some(wire) = encrypt(bare, &config).await else {
            return false;
        };
        self.wire = BufStream::new(wire);
        self.encrypted = true;
        true
    }

    /// `PLAIN` with its answer in the same line (RFC 4616).
    async fn log_in(&mut self, rest: &str) -> std::io::Result<()> {
        let answer = rest.strip_prefix("PLAIN ").unwrap_or_default();
        let bytes = STANDARD.decode(answer).unwrap_or_default();
        let text = String::from_utf8(bytes).unwrap_or_default();
        let parts: Vec<&str> = text.split('\0').collect();
        if let [_, name, password] = parts[..] {
            self.login = Some((name.to_owned(), password.to_owned()));
            return self.say("235 welcome").await;
        }
        self.say("535 no").await
    }

    async fn take(&mut self) -> std::io::Result<()> {
        let mut raw = Vec::new();
        loop {
            let mut line = Vec::new();
            if self.wire.read_until(b'\n', &mut line).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            if line == b".\r\n" {
                break;
            }
            raw.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
        let mail = Delivered {
            from: std::mem::take(&mut self.from),
            to: std::mem::take(&mut self.to),
            raw,
            encrypted: self.encrypted,
            login: self.login.clone(),
        };
        self.state.delivered.send_modify(|all| all.push(mail));
        Ok(())
    }
}

/// What stands between the angle brackets.
fn address(text: &str) -> String {
    let inner = text
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'));
    inner.map(|(inner, _)| inner).unwrap_or_default().to_owned()
}
