home-title = Welcome
home-heading = One place to sign in
home-lead = This server tells applications who you are, once you have said so yourself. It speaks OAuth{ "\u00A0" }2.0 and OpenID{ "\u00A0" }Connect, and its name is Vidimus: “we have seen”, the old word for a copy with a witness’s seal.
home-demo = Try the demo application
home-demo-more = A whole sign-in, from both sides, with every message explained.
home-developers = For your application
home-issuer = Issuer
home-discovery = Discovery
home-developers-more = Give any OpenID Connect library the issuer, and it finds everything else by itself.

# The page that posts an answer to an app.
posting-title = One moment
posting-heading = Back to the app
posting-lead = You are being taken back. If nothing happens, press the button.
