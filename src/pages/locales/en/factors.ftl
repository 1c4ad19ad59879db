factor-heading = Enter your code
factor-heading-recovery = Use a recovery code
factor-wrong = That code is not right.
factor-wrong-app = Look at your app again: a code holds for half a minute.
factor-wrong-clock = Look at your app again: a code holds for half a minute. If it is still not right, check that your phone’s clock is.
factor-wrong-recovery = Check it letter by letter. Each recovery code works once.
factor-used = That code was used already.
factor-used-more = Wait until your app shows the next one.
factor-too-many = Too many attempts.
factor-stale-more = Nothing is lost: please enter a code once more.
factor-code = Code from your authenticator app
factor-code-hint = Six digits.
factor-recovery-code = Recovery code
factor-recovery-code-hint = 24 letters and digits. Capitals and dashes make no difference.
factor-remember =
    { $days ->
        [one] Do not ask on this device for { $days } day
       *[other] Do not ask on this device for { $days } days
    }
factor-use-recovery = Use a recovery code
factor-use-app = Use your authenticator app
factor-somebody-else = Sign in as somebody else
set-up-heading = Set up a second factor
set-up-lead = Your account needs a second factor beside your password.
set-up-lead-client = To continue to { $client }, your account needs a second factor beside your password.
set-up-scan = Scan this picture with an authenticator app, or type the key into it.
set-up-picture = QR code with the key below
set-up-key = Key
set-up-name = Name of this app
set-up-name-hint = So that you know it again, such as “My phone”. You may leave it empty.
set-up-code = Code that the app shows
set-up-has-one = Your account has a second factor by now.
set-up-has-one-more = Please sign in again.
recovery-heading = Your recovery codes
recovery-lead = Write these down and keep them where you keep other important papers.
recovery-once = They are shown only now.
recovery-once-more = Each one lets you in once, instead of a code from your app, on the day on which you do not have it.
recovery-onward = I have written them down
