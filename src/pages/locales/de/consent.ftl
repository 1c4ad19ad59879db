consent-title = Zugriff zulassen
consent-heading = Zugriff für { $client } zulassen?
consent-loopback = Dies ist ein Programm auf diesem Computer, das sich „{ $client }“ nennt.
consent-loopback-more = Lassen Sie es nur zu, wenn Sie es gerade selbst gestartet haben.
consent-unverified = Ungeprüfte App: Niemand hier hat geprüft, wer sie betreibt.
consent-unverified-published = Sie wird von { $host } veröffentlicht. Lassen Sie sie nur zu, wenn Sie wissen, woher Sie gekommen sind.
consent-unverified-name = Ihren Namen hat sie selbst gewählt. Lassen Sie sie nur zu, wenn Sie wissen, woher Sie gekommen sind.
consent-asks = { $client } möchte
consent-choose = Entfernen Sie das Häkchen bei allem, was Sie lieber für sich behalten.
consent-known = Was Sie dieser App schon erlaubt haben, bleibt erlaubt.
consent-lasts-session = Dieser Zugriff endet, wenn Sie sich abmelden.
consent-lasts-days =
    { $days ->
        [one] Darf sie den Zugriff behalten, endet er spätestens nach { $days } Tag, sonst mit Ihrer Abmeldung.
       *[other] Darf sie den Zugriff behalten, endet er spätestens nach { $days } Tagen, sonst mit Ihrer Abmeldung.
    }
consent-undo = Sie können ihn jederzeit zurücknehmen:
consent-destination = Die Antwort geht an { $host }.
consent-destination-loopback = Die Antwort geht an { $host }, also an diesen Computer.
consent-about = Über { $client }
consent-policy = Datenschutzerklärung
consent-terms = Nutzungsbedingungen

# Worum eine App bittet: jeweils der Rest von „consent-asks“.
scope-openid = bei jeder Anmeldung wissen, dass Sie es sind
scope-profile = Ihren Namen und Ihr Profil sehen
scope-email = Ihre E-Mail-Adresse sehen
scope-address = Ihre Postanschrift sehen
scope-phone = Ihre Telefonnummer sehen
scope-groups = sehen, in welchen Gruppen Sie sind
scope-roles = sehen, welche Rollen Sie haben
scope-offline-access = diesen Zugriff behalten, auch wenn Sie nicht da sind, bis Sie ihn zurücknehmen
scope-other = „{ $scope }“ in Ihrem Namen verwenden

# Einzelne Angaben (OpenID Connect Core §5.1).
claim-name = Ihren Namen sehen
claim-family-name = Ihren Nachnamen sehen
claim-given-name = Ihren Vornamen sehen
claim-middle-name = Ihren zweiten Vornamen sehen
claim-nickname = Ihren Spitznamen sehen
claim-preferred-username = Ihren Benutzernamen sehen
claim-profile = die Adresse Ihrer Profilseite sehen
claim-picture = Ihr Bild sehen
claim-website = die Adresse Ihrer Website sehen
claim-gender = Ihr Geschlecht sehen
claim-birthdate = Ihr Geburtsdatum sehen
claim-zoneinfo = Ihre Zeitzone sehen
claim-locale = Ihre Sprache sehen
claim-updated-at = sehen, wann sich Ihr Profil zuletzt geändert hat
claim-email = Ihre E-Mail-Adresse sehen
claim-email-verified = sehen, ob Ihre E-Mail-Adresse bestätigt ist
claim-address = Ihre Postanschrift sehen
claim-phone-number = Ihre Telefonnummer sehen
claim-phone-number-verified = sehen, ob Ihre Telefonnummer bestätigt ist
claim-other = „{ $claim }“ sehen

# Was gesendet wird, soweit es kein Wert der Person ist.
value-unconfirmed = { $value } (nicht bestätigt)
value-yes = ja
value-no = nein
value-none = noch nichts, Sie haben nichts angegeben
value-empty = keine
