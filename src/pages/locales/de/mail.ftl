mail-greeting = Hallo { $name },
mail-greeting-nameless = Hallo,
mail-link-hint = Wenn die Schaltfläche nichts bewirkt, öffnen Sie diese Adresse:
mail-link-once = Der Link gilt einmal und nur kurze Zeit.
mail-nothing-to-do = Wenn Sie das nicht waren, müssen Sie nichts tun.
mail-was-you = Wenn Sie das waren, müssen Sie nichts tun.
mail-not-you = Wenn Sie das nicht waren, wählen Sie sofort ein neues Passwort.
mail-lock-lead = Wenn Sie das nicht waren, sperren Sie jetzt Ihr Konto. Niemand kann es dann benutzen, bis Sie es wieder öffnen.
mail-lock-action = Mein Konto sperren
mail-footer = Sie erhalten diese E-Mail, weil Ihre Adresse bei { $realm } angegeben wurde. Geben Sie ihre Links an niemanden weiter.

mail-confirm-address-subject = Bestätigen Sie Ihre Adresse für { $realm }
mail-confirm-address-lead = Bitte bestätigen Sie, dass diese Adresse Ihnen gehört. Dann ist Ihr Konto bei { $realm } bereit.
mail-confirm-address-action = Adresse bestätigen
mail-confirm-address-not-you = Wenn Sie sich nicht registriert haben, tun Sie nichts: Ohne den Link entsteht kein Konto.

mail-already-registered-subject = Sie haben bereits ein Konto bei { $realm }
mail-already-registered-lead = Jemand, wahrscheinlich Sie selbst, hat sich mit dieser Adresse bei { $realm } registriert. Es gibt schon ein Konto dazu, deshalb wurde nichts geändert.
mail-already-registered-action = Anmelden

mail-reset-password-subject = Wählen Sie ein neues Passwort für { $realm }
mail-reset-password-lead = Jemand, wahrscheinlich Sie selbst, hat ein neues Passwort für Ihr Konto bei { $realm } angefordert.
mail-reset-password-action = Neues Passwort wählen
mail-reset-password-not-you = Wenn Sie das nicht waren, tun Sie nichts: Ihr Passwort bleibt, wie es ist.

mail-no-account-subject = Es gibt kein Konto mit dieser Adresse bei { $realm }
mail-no-account-lead = Jemand, wahrscheinlich Sie selbst, hat bei { $realm } ein neues Passwort angefordert. Zu dieser Adresse gibt es kein Konto: Vielleicht haben Sie sich mit einer anderen registriert.

mail-invitation-subject = Sie sind zu { $realm } eingeladen
mail-invitation-lead = Sie sind eingeladen, ein Konto bei { $realm } anzulegen.
mail-invitation-action = Einladung annehmen
mail-invitation-unknown = Wenn Sie nicht wissen, worum es geht, tun Sie nichts.

mail-confirm-new-address-subject = Bestätigen Sie Ihre neue Adresse für { $realm }
mail-confirm-new-address-lead = Bitte bestätigen Sie, dass diese Adresse Ihnen gehört. Dann wird sie die Adresse Ihres Kontos bei { $realm }; hat das Konto schon eine bestätigte Adresse, muss auch diese zustimmen.
mail-confirm-new-address-action = Neue Adresse bestätigen
mail-confirm-new-address-not-you = Wenn Sie das nicht veranlasst haben, tun Sie nichts: Das Konto behält seine alte Adresse.

mail-agree-to-new-address-subject = Stimmen Sie der neuen Adresse Ihres Kontos bei { $realm } zu
mail-agree-to-new-address-lead = Für Ihr Konto bei { $realm } wurde eine andere Adresse angegeben. Sie ersetzt diese, sobald Sie zustimmen und die neue Adresse bestätigt ist:
mail-agree-to-new-address-action = Der neuen Adresse zustimmen

mail-address-changing-subject = Die Adresse Ihres Kontos wird geändert
mail-address-changing-lead = Für Ihr Konto bei { $realm } wurde eine andere Adresse angegeben. Sie ersetzt diese, sobald sie bestätigt ist.

mail-address-replaced-subject = Die Adresse Ihres Kontos wurde geändert
mail-address-replaced-lead = Die Verwaltung hat Ihrem Konto bei { $realm } eine andere Adresse gegeben oder diese entfernt. Was hierher gesendet wurde, öffnet das Konto nicht mehr; sperren können Sie es weiterhin.

mail-password-changed-subject = Ihr Passwort wurde geändert
mail-password-changed-lead = Das Passwort Ihres Kontos bei { $realm } wurde geändert.

mail-factor-changed-subject = Die Anmeldearten Ihres Kontos wurden geändert
mail-factor-changed-lead = Eine Art, sich bei Ihrem Konto bei { $realm } anzumelden, wurde hinzugefügt oder entfernt:

mail-recovery-code-used-subject = Ein Wiederherstellungscode wurde benutzt
mail-recovery-code-used-lead =
    Mit einem Wiederherstellungscode hat sich jemand bei Ihrem Konto bei { $realm } angemeldet.
    { $left ->
        [0] Es ist keiner mehr übrig: Erstellen Sie jetzt neue.
        [one] Es ist noch einer übrig.
       *[other] Es sind noch { $left } übrig.
    }

mail-recovery-codes-made-subject = Neue Wiederherstellungscodes wurden erstellt
mail-recovery-codes-made-lead = Für Ihr Konto bei { $realm } wurden neue Wiederherstellungscodes erstellt. Die alten gelten nicht mehr.

mail-factors-reset-subject = Ihre zweiten Faktoren wurden entfernt
mail-factors-reset-lead = Die Verwaltung hat alle zweiten Faktoren Ihres Kontos bei { $realm } entfernt, auch die Wiederherstellungscodes. Ab jetzt genügt Ihr Passwort, um sich anzumelden.

mail-new-device-subject = Anmeldung auf einem neuen Gerät
mail-new-device-lead = Ihr Konto bei { $realm } wurde auf einem Gerät benutzt, das wir bisher nicht kannten:

mail-access-stolen-subject = Wir haben eine Anmeldung bei Ihrem Konto beendet
mail-access-stolen-lead = Der Zugriff einer App auf Ihr Konto bei { $realm } wurde von zwei Seiten benutzt, als hätte ihn jemand kopiert. Zur Sicherheit haben wir ihn beendet. War der Browser dazu noch angemeldet, haben wir ihn abgemeldet und alles beendet, was Apps dort erlaubt war. Es war diese App:
mail-access-stolen-more = Es kann ein Fehler der App sein. Wenn Sie sie nicht kennen oder dies wieder geschieht, sperren Sie Ihr Konto.

mail-sign-in-code-subject = Ihr Code für { $realm }
mail-sign-in-code-lead = Das Passwort Ihres Kontos bei { $realm } wurde nach vielen falschen eingegeben. Um fortzufahren, geben Sie diesen Code dort ein, wo Sie sich anmelden:
mail-sign-in-code-more = Verraten Sie ihn niemandem. Er gilt zehn Minuten lang.

mail-account-deleted-subject = Ihr Konto wurde gelöscht
mail-account-deleted-lead = Ihr Konto bei { $realm } ist abgeschaltet und wird am { $until } endgültig gelöscht.
mail-account-deleted-action = Mein Konto behalten
mail-account-deleted-more = Wenn es gelöscht bleiben soll, müssen Sie nichts tun.

mail-test-subject = Eine Test-E-Mail von { $realm }
mail-test-lead = Diese E-Mail zeigt, dass { $realm } E-Mails senden kann. Sie müssen nichts tun.
