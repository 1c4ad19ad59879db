error-unknown-app = Diese App kennen wir nicht
error-unknown-app-more = Die App, die Sie hierher geschickt hat, ist bei uns nicht registriert. Es wurde nichts an sie weitergegeben.
error-app-disabled = Diese App ist abgeschaltet
error-app-disabled-more = { $app } darf zurzeit niemanden anmelden. Es wurde nichts weitergegeben.
error-wrong-address = Diese App hat eine falsche Rücksprungadresse gesendet
error-wrong-address-more = { $app } wollte, dass wir Sie an eine Adresse schicken, die wir nicht kennen. Sagen Sie es den Herstellern; es wurde nichts weitergegeben.
error-request-used = Diese Anfrage wurde schon beantwortet
error-request-used-more = { $app } hat die Antwort vielleicht schon: Gehen Sie dorthin zurück, und melden Sie sich noch einmal an, falls Sie dort nicht angemeldet sind.
error-request-old = Diese Anfrage ist zu alt
error-request-again = { $app } muss Sie neu hierher schicken: Gehen Sie dorthin zurück und melden Sie sich noch einmal an. Es wurde nichts weitergegeben.
error-request-unreadable = Diese App hat eine unlesbare Anfrage gesendet
error-request-unreadable-more = { $app } hat auf eine Weise gefragt, die wir nicht annehmen können. Sagen Sie es den Herstellern; es wurde nichts weitergegeben.
error-request-repeated-more = { $app } hat dasselbe zweimal gesagt, und wir können nicht wissen, was gilt. Sagen Sie es den Herstellern; es wurde nichts weitergegeben.
# Steht für $app am Satzanfang, wenn der Name nicht bekannt ist.
error-some-app = Die App, die Sie hierher geschickt hat,

error-fault = Bei uns ist etwas schiefgegangen
error-fault-more = Es wurde nichts geändert und nichts weitergegeben. Bitte versuchen Sie es gleich noch einmal.
error-not-found = Hier ist nichts
error-not-found-more = Vielleicht ist die Adresse vertippt, oder was sie bezeichnet, gibt es nicht mehr.

error-details = Einzelheiten für Entwickler
error-details-code = Fehler
error-details-rule = Unsere Regel
error-details-client = Client
error-details-received = { $parameter } wie empfangen
error-details-time = Zeit
error-details-request = Anfrage

busy-heading = Einen Moment, bitte
busy-lead =
    { $seconds ->
        [one] Es sind mehr Menschen hier, als wir gleichzeitig bedienen können. Bitte laden Sie diese Seite in { $seconds } Sekunde neu.
       *[other] Es sind mehr Menschen hier, als wir gleichzeitig bedienen können. Bitte laden Sie diese Seite in { $seconds } Sekunden neu.
    }
busy-nothing-lost = Nichts von dem, was Sie gesendet haben, ist verloren oder halb erledigt.
busy-request = Anfrage { $id }
