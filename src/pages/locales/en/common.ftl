# What stands on every page, or on several. Messages hold no markup; see docs/architecture.md.

error-title = Error: { $title }
page-origin = This page is from { $host }. Check that your browser’s address bar says the same.
language-choice = Language
skip-to-content = Skip to the content
close-page = You can close this page now.
continue = Continue
allow = Allow
deny = Deny
you-are = You are { $name }.
you-are-known-as = You are { $name } ({ $username }).
not-you = Not you?
password-not-shared = Your password is never shared.
sent-now = Sent now:
form-stale = This form was out of date.
try-again-in =
    { $seconds ->
        [one] Please wait { $seconds } second, then try again.
       *[other] Please wait { $seconds } seconds, then try again.
    }
try-again-in-minutes =
    { $minutes ->
        [one] Please wait { $minutes } minute, then try again.
       *[other] Please wait { $minutes } minutes, then try again.
    }
try-again-in-hours =
    { $hours ->
        [one] Please wait { $hours } hour, then try again.
       *[other] Please wait { $hours } hours, then try again.
    }
