//! What numbers are told apart by: closed lists of words.

/// Declares an enum whose variants are the values of a label.
macro_rules! label {
    ($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$about])* $variant,)+
        }

        impl $name {
            pub(super) const ALL: &'static [Self] = &[$(Self::$variant,)+];

            pub(super) const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }
    };
}

label! {
    /// What was tried at a sign-in.
    Proof {
        /// A password.
        Password = "password",
        /// A passkey, by itself or as the second factor.
        Passkey = "passkey",
        /// A code of an authenticator app.
        App = "totp",
        /// A recovery code.
        RecoveryCode = "recovery_code",
        /// A code that was mailed.
        MailedCode = "mailed_code",
    }
}

label! {
    /// What a password was checked against at a sign-in.
    Hash {
        /// Ours, or an imported one of the same function.
        Argon2 = "argon2",
        /// Imported.
        Bcrypt = "bcrypt",
        /// Imported.
        Pbkdf2 = "pbkdf2",
        /// Imported.
        Scrypt = "scrypt",
    }
}

label! {
    /// What came of a request or an attempt.
    Outcome {
        /// It was right.
        Accepted = "accepted",
        /// It was wrong, or not allowed.
        Refused = "refused",
        /// Whom it waits for has not answered yet.
        Pending = "pending",
        /// There were too many attempts.
        SlowedDown = "slowed_down",
        /// There was no room for it.
        Busy = "busy",
        /// We failed.
        Failed = "failed",
    }
}

label! {
    /// What came of an attempt to deliver something.
    Delivery {
        /// It was taken.
        Delivered = "delivered",
        /// There is another attempt to come.
        Retried = "retried",
        /// There is none.
        GivenUp = "given_up",
    }
}

label! {
    /// Which memory was asked.
    Memory {
        /// Redis, or what stands for it in a single process.
        Shared = "shared",
        /// What steps in when that does not know.
        Fallback = "fallback",
    }
}
