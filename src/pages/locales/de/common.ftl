# Was auf jeder Seite steht, oder auf mehreren.

error-title = Fehler: { $title }
page-origin = Diese Seite kommt von { $host }. Prüfen Sie, ob die Adressleiste Ihres Browsers dasselbe sagt.
language-choice = Sprache
skip-to-content = Zum Inhalt springen
close-page = Sie können diese Seite jetzt schließen.
continue = Weiter
allow = Zulassen
deny = Ablehnen
you-are = Sie sind { $name }.
you-are-known-as = Sie sind { $name } ({ $username }).
not-you = Sind Sie das nicht?
password-not-shared = Ihr Passwort wird nie weitergegeben.
sent-now = Jetzt wird gesendet:
form-stale = Dieses Formular war nicht mehr gültig.
try-again-in =
    { $seconds ->
        [one] Bitte warten Sie { $seconds } Sekunde und versuchen Sie es dann noch einmal.
       *[other] Bitte warten Sie { $seconds } Sekunden und versuchen Sie es dann noch einmal.
    }
try-again-in-minutes =
    { $minutes ->
        [one] Bitte warten Sie { $minutes } Minute und versuchen Sie es dann noch einmal.
       *[other] Bitte warten Sie { $minutes } Minuten und versuchen Sie es dann noch einmal.
    }
try-again-in-hours =
    { $hours ->
        [one] Bitte warten Sie { $hours } Stunde und versuchen Sie es dann noch einmal.
       *[other] Bitte warten Sie { $hours } Stunden und versuchen Sie es dann noch einmal.
    }
