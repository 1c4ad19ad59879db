use super::*;

fn from_file(text: &str) -> Result<Loaded, Rejection> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vidimus.toml");
    std::fs::write(&path, text).unwrap();
    load(&Sources {
        file: Some(path),
        ..Sources::default()
    })
}

/// The report with the folder of the file left out.
fn report(text: &str) -> String {
    let mut rejection = from_file(text).unwrap_err();
    for problem in &mut rejection.problems {
        if let Place::Line { file, .. } = &mut problem.place {
            "vidimus.toml".clone_into(file);
        }
    }
    rejection.to_string()
}

fn from_environment(pairs: &[(&str, &str)]) -> Result<Loaded, Rejection> {
    load(&Sources {
        environment: pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        ..Sources::default()
    })
}

#[test]
fn an_empty_configuration_is_whole() {
    let config = from_file("").unwrap().config;
    assert_eq!(config.issuer.as_str(), "http://localhost:8080");
    assert_eq!(config.tokens.access_lifetime.whole_seconds(), 900);
    assert_eq!(config.database.kind(), DatabaseKind::Sqlite);
    assert!(config.database.url.expose().ends_with("vidimus.db"));
    assert!(config.signing.threads >= 1 && config.passwords.workers >= 1);
}

#[test]
fn every_default_passes_its_own_parser_and_there_are_fewer_than_sixty() {
    assert!(SETTINGS.len() < 60);
    for setting in SETTINGS
        .iter()
        .filter(|setting| !setting.default.is_empty())
    {
        let applied = setting.apply(&mut Config::unset(), setting.default);
        assert_eq!(applied, Ok(()), "{}", setting.key);
    }
}

#[test]
fn a_flag_beats_the_environment_beats_the_file_beats_the_default() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vidimus.toml");
    std::fs::write(
        &path,
        "[tokens]\naccess_lifetime = \"1m\"\nid_lifetime = \"2m\"\n",
    )
    .unwrap();
    let sources = Sources {
        file: Some(path),
        environment: vec![
            ("VIDIMUS_TOKENS__ID_LIFETIME".to_owned(), "3m".to_owned()),
            ("VIDIMUS_LISTEN".to_owned(), "127.0.0.1:1".to_owned()),
        ],
        flags: vec![Flag {
            key: "listen",
            flag: "--listen",
            value: "127.0.0.1:2".to_owned(),
        }],
    };
    let loaded = load(&sources).unwrap();
    assert_eq!(loaded.config.tokens.access_lifetime.whole_seconds(), 60);
    assert_eq!(loaded.config.tokens.id_lifetime.whole_seconds(), 180);
    assert_eq!(loaded.config.listen.port(), 2);
    assert_eq!(loaded.config.tokens.code_lifetime.whole_seconds(), 60);
    let origin = |key: &str| {
        let found = loaded.effective.iter().find(|setting| setting.key == key);
        found.unwrap().origin.clone()
    };
    assert_eq!(origin("listen"), Origin::Flag("--listen"));
    assert_eq!(origin("tokens.code_lifetime"), Origin::Default);
    assert!(matches!(
        origin("tokens.access_lifetime"),
        Origin::File { line: 2, .. }
    ));
}

#[test]
fn reports_all_problems_at_once_with_place_reason_and_fix() {
    let text = "issuer = \"https://id.example.com/\"\n\ntrused_proxies = [\"10.0.0.0/8\"]\n";
    assert_eq!(
        report(text),
        "2 problems in vidimus.toml\n\
         \n  vidimus.toml:3:1   trused_proxies = [\"10.0.0.0/8\"]\
         \n                     ^^^^^^^^^^^^^^ unknown key, did you mean `trusted_proxies`?\n\
         \n  vidimus.toml:1:10   issuer = \"https://id.example.com/\"\
         \n                               ^^^^^^^^^^^^^^^^^^^^^^^^^ ends with \"/\"\
         \n      Clients compare the issuer as text; a trailing slash breaks Kubernetes, Argo CD and oauth2-proxy.\
         \n      try: issuer = \"https://id.example.com\"\n"
    );
}

#[test]
fn says_what_a_key_in_the_wrong_place_or_kind_should_be() {
    assert!(report("access_lifetime = \"1m\"").contains("did you mean `tokens.access_lifetime`?"));
    assert!(report("[log]\nlevl = \"info\"").contains("did you mean `level`?"));
    assert!(report("log = \"info\"").contains("is a section"));
    assert!(report("[limits]\nconnections = \"many\"").contains("must be a whole number"));
    assert!(report("issuer = ").contains("vidimus.toml:1:"));
    assert!(report("[tokens]\ncode_lifetime = \"2m\"").contains("is not between 5s and 1m"));
    assert!(report("[sessions]\nidle = \"2d\"").contains("is longer than sessions.absolute"));
}

#[test]
fn never_shows_a_secret() {
    for text in [
        "database_url = \"mysql://u:hunter2@h/d\"",
        "database_url = \"mysql://u:hunter2@h/d",
        "databse_url = \"postgres://u:hunter2@h/d\"",
        "[keys]\nmaster_key = \"hunter2\"",
    ] {
        let report = report(text);
        assert!(!report.contains("hunter2"), "{report}");
    }
    let rejected = from_environment(&[("VIDIMUS_REDIS_URL", "hunter2")]).unwrap_err();
    assert!(!rejected.to_string().contains("hunter2"));
    let loaded = from_environment(&[("VIDIMUS_DATABASE_URL", "postgres://u:hunter2@h/d")]).unwrap();
    assert!(!format!("{loaded:?}").contains("hunter2"));
}

#[test]
fn reads_a_secret_from_a_file_and_trims_exactly_one_newline() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("url");
    let name = path.to_str().unwrap();
    std::fs::write(&path, "postgres://h/d\n").unwrap();
    let config = from_environment(&[("VIDIMUS_DATABASE_URL_FILE", name)])
        .unwrap()
        .config;
    assert_eq!(config.database.url.expose(), "postgres://h/d");
    let both = [
        ("VIDIMUS_DATABASE_URL_FILE", name),
        ("VIDIMUS_DATABASE_URL", "sqlite::memory:"),
    ];
    assert!(
        from_environment(&both)
            .unwrap_err()
            .to_string()
            .contains("both set")
    );
    let missing = from_environment(&[("VIDIMUS_REDIS_URL_FILE", "/nowhere/at/all")]).unwrap_err();
    assert!(missing.to_string().contains("cannot be read"));
}

#[test]
fn refuses_unknown_variables_and_ignores_those_of_kubernetes() {
    let rejected = from_environment(&[("VIDIMUS_ISUER", "x")]).unwrap_err();
    assert!(
        rejected
            .to_string()
            .contains("did you mean VIDIMUS_ISSUER?"),
        "{rejected}"
    );
    // Only secrets have a file form.
    assert!(from_environment(&[("VIDIMUS_ISSUER_FILE", "x")]).is_err());
    assert!(from_environment(&[("VIDIMUS_PORT", "8080")]).is_err());
    let loaded = from_environment(&[
        ("VIDIMUS_PORT", "tcp://10.0.0.1:80"),
        ("VIDIMUS_PORT_80_TCP_ADDR", "10.0.0.1"),
        ("VIDIMUS_SERVICE_HOST", "10.0.0.1"),
        ("VIDIMUS_REDIS_SERVICE_PORT_REDIS", "6379"),
        ("VIDIMUS_REDIS_PORT", "tcp://10.0.0.2:6379"),
    ])
    .unwrap();
    assert_eq!(loaded.hints.len(), 1);
    assert!(from_environment(&[]).unwrap().hints.is_empty());
}

#[test]
fn reads_lists_from_file_and_environment() {
    let file = from_file("trusted_proxies = [\"10.0.0.0/8\", \"::1\"]")
        .unwrap()
        .config;
    let pairs = [("VIDIMUS_TRUSTED_PROXIES", "10.0.0.0/8, ::1")];
    let environment = from_environment(&pairs).unwrap().config;
    assert_eq!(file.trusted_proxies.len(), 2);
    assert_eq!(file.trusted_proxies, environment.trusted_proxies);
    assert!(from_environment(&[("VIDIMUS_TRUSTED_PROXIES", "10.0.0.0/40")]).is_err());
}

#[test]
fn tls_needs_both_files_and_an_https_issuer() {
    let files = "certificate_file = \"a.pem\"\nkey_file = \"b.pem\"";
    let whole = format!("issuer = \"https://id.example.com\"\n[tls]\n{files}");
    let config = from_file(&whole).unwrap().config;
    let (certificate, key) = config.tls.files().unwrap();
    assert_eq!((certificate, key), ("a.pem".as_ref(), "b.pem".as_ref()));
    let text = report(&format!("[tls]\n{files}"));
    assert!(
        text.contains("is http, but tls.certificate_file is set"),
        "{text}"
    );
    for (one, other) in [
        ("certificate_file", "key_file"),
        ("key_file", "certificate_file"),
    ] {
        let text = report(&format!(
            "issuer = \"https://id.example.com\"\n[tls]\n{one} = \"a\""
        ));
        assert!(
            text.contains(&format!("is set without tls.{other}")),
            "{text}"
        );
    }
}

#[test]
fn nothing_but_the_public_is_reached_unless_it_is_allowed() {
    assert!(from_file("").unwrap().config.outgoing.allow.is_empty());
    let pairs = [("VIDIMUS_OUTGOING__ALLOW", "127.0.0.0/8, ::1/128")];
    let config = from_environment(&pairs).unwrap().config;
    assert_eq!(config.outgoing.allow.len(), 2);
}
