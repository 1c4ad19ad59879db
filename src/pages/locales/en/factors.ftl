factor-heading = Enter your code
factor-heading-recovery = Use a recovery code
factor-heading-mail = Enter the code from your mail
factor-mail-lead = Many wrong passwords were typed for this account. To keep others out, we have sent a code to its mail address.
factor-mail-code = Code from the mail
factor-mail-code-hint = Eight digits. It holds for ten minutes, in this browser.
factor-wrong-mail = Look at the newest mail: each sign-in has a code of its own.
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
recovery-save = Save as a file
recovery-file = recovery-codes
recovery-copy = Copy
recovery-copied = Copied
recovery-print = Print
recovery-onward = I have written them down
factors-heading = Second factors
factors-lead = An authenticator app on your phone keeps others out who know your password.
factors-manage = Manage them
factors-apps = Authenticator apps
factors-apps-some = Each of these can show the code that you are asked for.
factors-apps-none = You have none yet. With one, nobody gets in with your password alone.
factors-rename = Save the name
factors-remove = Remove this app
factors-add = Add an app
factors-codes-left =
    { $count ->
        [one] { $count } code is left.
       *[other] { $count } codes are left.
    }
factors-make-codes = Make new codes
factors-make-codes-hint = The old ones are worth nothing after that.
factors-devices = Remembered devices
factors-devices-more = On these your code is not asked for.
factors-forget = Forget it
