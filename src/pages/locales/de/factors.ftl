factor-heading = Geben Sie Ihren Code ein
factor-heading-recovery = Wiederherstellungscode verwenden
factor-heading-mail = Geben Sie den Code aus Ihrer E-Mail ein
factor-mail-lead = Für dieses Konto wurden viele falsche Passwörter eingegeben. Um andere fernzuhalten, haben wir einen Code an seine E-Mail-Adresse geschickt.
factor-mail-code = Code aus der E-Mail
factor-mail-code-hint = Acht Ziffern. Er gilt zehn Minuten lang, in diesem Browser.
factor-wrong-mail = Sehen Sie in die neueste E-Mail: Jede Anmeldung hat ihren eigenen Code.
factor-wrong = Dieser Code stimmt nicht.
factor-wrong-app = Sehen Sie noch einmal in Ihre App: Ein Code gilt eine halbe Minute.
factor-wrong-clock = Sehen Sie noch einmal in Ihre App: Ein Code gilt eine halbe Minute. Stimmt er immer noch nicht, prüfen Sie die Uhr Ihres Telefons.
factor-wrong-recovery = Prüfen Sie ihn Buchstabe für Buchstabe. Jeder Wiederherstellungscode gilt einmal.
factor-used = Dieser Code wurde schon verwendet.
factor-used-more = Warten Sie, bis Ihre App den nächsten zeigt.
factor-too-many = Zu viele Versuche.
factor-stale-more = Es ist nichts verloren: Bitte geben Sie noch einmal einen Code ein.
factor-code = Code aus Ihrer Authenticator-App
factor-code-hint = Sechs Ziffern.
factor-recovery-code = Wiederherstellungscode
factor-recovery-code-hint = 24 Buchstaben und Ziffern. Großschreibung und Striche spielen keine Rolle.
factor-remember =
    { $days ->
        [one] Auf diesem Gerät { $days } Tag lang nicht fragen
       *[other] Auf diesem Gerät { $days } Tage lang nicht fragen
    }
factor-use-recovery = Wiederherstellungscode verwenden
factor-use-app = Authenticator-App verwenden
factor-somebody-else = Als jemand anderes anmelden
set-up-heading = Zweiten Faktor einrichten
set-up-lead = Ihr Konto braucht neben dem Passwort einen zweiten Faktor.
set-up-lead-client = Um zu { $client } weiterzugehen, braucht Ihr Konto neben dem Passwort einen zweiten Faktor.
set-up-scan = Scannen Sie dieses Bild mit einer Authenticator-App, oder tippen Sie den Schlüssel dort ein.
set-up-picture = QR-Code mit dem Schlüssel, der darunter steht
set-up-key = Schlüssel
set-up-name = Name dieser App
set-up-name-hint = Damit Sie sie wiedererkennen, etwa „Mein Telefon“. Sie dürfen das Feld leer lassen.
set-up-code = Code, den die App zeigt
set-up-has-one = Ihr Konto hat inzwischen einen zweiten Faktor.
set-up-has-one-more = Bitte melden Sie sich noch einmal an.
recovery-heading = Ihre Wiederherstellungscodes
recovery-lead = Schreiben Sie sie auf und bewahren Sie sie bei Ihren anderen wichtigen Papieren auf.
recovery-once = Sie werden nur jetzt gezeigt.
recovery-once-more = Jeder lässt Sie einmal herein, anstelle eines Codes aus Ihrer App, falls Sie diese einmal nicht haben.
recovery-save = Als Datei speichern
recovery-file = wiederherstellungscodes
recovery-copy = Kopieren
recovery-copied = Kopiert
recovery-print = Drucken
recovery-onward = Ich habe sie aufgeschrieben
factors-heading = Zweite Faktoren
factors-lead = Eine Authenticator-App auf Ihrem Telefon hält fern, wer Ihr Passwort kennt.
factors-manage = Verwalten
factors-apps = Authenticator-Apps
factors-apps-some = Jede von ihnen kann den Code zeigen, nach dem Sie gefragt werden.
factors-apps-none = Sie haben noch keine. Mit einer kommt niemand mit Ihrem Passwort allein herein.
factors-rename = Namen speichern
factors-remove = Diese App entfernen
factors-add = App hinzufügen
factors-codes-left =
    { $count ->
        [one] { $count } Code ist übrig.
       *[other] { $count } Codes sind übrig.
    }
factors-make-codes = Neue Codes erzeugen
factors-make-codes-hint = Die alten gelten danach nicht mehr.
factors-devices = Gemerkte Geräte
factors-devices-more = Auf diesen wird nicht nach Ihrem Code gefragt.
factors-forget = Vergessen
