home-title = Willkommen
home-heading = Ein Ort zum Anmelden
home-lead = Dieser Server sagt Anwendungen, wer Sie sind, nachdem Sie es selbst gesagt haben. Er spricht OAuth{ "\u00A0" }2.0 und OpenID{ "\u00A0" }Connect, und er heißt Vidimus: „Wir haben es gesehen“, das alte Wort für eine Abschrift mit dem Siegel eines Zeugen.
home-demo = Demo-Anwendung ausprobieren
home-demo-more = Eine ganze Anmeldung, von beiden Seiten, mit jeder Nachricht erklärt.
home-developers = Für Ihre Anwendung
home-issuer = Aussteller
home-discovery = Discovery
home-developers-more = Geben Sie einer beliebigen OpenID-Connect-Bibliothek den Aussteller; alles Weitere findet sie selbst.

# Die Seite, die einer App die Antwort übergibt.
posting-title = Einen Moment
posting-heading = Zurück zur App
posting-lead = Sie werden zurückgeleitet. Wenn nichts geschieht, drücken Sie den Knopf.
