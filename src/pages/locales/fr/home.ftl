home-title = Bienvenue
home-heading = Un seul endroit pour se connecter
home-lead = Ce serveur indique aux applications qui vous êtes, une fois que vous l’avez dit vous-même. Il parle OAuth{ "\u00A0" }2.0 et OpenID{ "\u00A0" }Connect, et son nom est Vidimus : « nous avons vu », l’ancien mot pour une copie portant le sceau d’un témoin.
home-demo = Essayer l’application de démonstration
home-demo-more = Une connexion entière, vue des deux côtés, chaque message expliqué.
home-developers = Pour votre application
home-issuer = Émetteur
home-discovery = Découverte
home-developers-more = Indiquez l’émetteur à n’importe quelle bibliothèque OpenID Connect ; elle trouvera tout le reste elle-même.

# La page qui remet une réponse à une application.
posting-title = Un instant
posting-heading = Retour à l’application
posting-lead = Nous vous ramenons à l’application. Si rien ne se passe, appuyez sur le bouton.
