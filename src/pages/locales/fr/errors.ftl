error-unknown-app = Nous ne connaissons pas cette application
error-unknown-app-more = L’application qui vous a envoyé ici n’est pas enregistrée chez nous. Rien ne lui a été transmis.
error-app-disabled = Cette application est désactivée
error-app-disabled-more = { $app } ne peut connecter personne pour le moment. Rien n’a été transmis.
error-wrong-address = Cette application a envoyé une mauvaise adresse de retour
error-wrong-address-more = { $app } nous a demandé de vous envoyer à une adresse que nous ne connaissons pas. Signalez-le à ses auteurs ; rien n’a été transmis.
error-request-used = Cette demande a déjà reçu une réponse
error-request-used-more = { $app } a peut-être déjà la réponse : retournez-y et, si la connexion n’a pas abouti, reconnectez-vous.
error-request-old = Cette demande est trop ancienne
error-request-again = { $app } doit vous envoyer ici de nouveau : retournez-y et reconnectez-vous. Rien n’a été transmis.
error-request-unreadable = Cette application a envoyé une demande illisible
error-request-unreadable-more = { $app } a formulé sa demande d’une manière que nous ne pouvons pas accepter. Signalez-le à ses auteurs ; rien n’a été transmis.
error-request-repeated-more = { $app } a dit deux fois la même chose, et nous ne pouvons pas savoir laquelle croire. Signalez-le à ses auteurs ; rien n’a été transmis.
# Remplace $app en début de phrase, quand son nom n’est pas connu.
error-some-app = L’application qui vous a envoyé ici

error-fault = Un problème est survenu de notre côté
error-fault-more = Rien n’a été modifié et rien n’a été transmis. Veuillez réessayer dans un instant.
error-not-found = Il n’y a rien ici
error-not-found-more = L’adresse est peut-être mal saisie, ou ce qu’elle désignait n’existe plus.

error-details = Détails pour les développeurs
error-details-code = Erreur
error-details-rule = Notre règle
error-details-client = Client
error-details-received = { $parameter } reçu
error-details-time = Heure
error-details-request = Requête

busy-heading = Un instant, s’il vous plaît
busy-lead =
    { $seconds ->
        [one] Il y a plus de monde ici que nous ne pouvons en servir à la fois. Veuillez recharger cette page dans { $seconds } seconde.
       *[other] Il y a plus de monde ici que nous ne pouvons en servir à la fois. Veuillez recharger cette page dans { $seconds } secondes.
    }
busy-nothing-lost = Rien de ce que vous avez envoyé n’est perdu ou fait à moitié.
busy-request = Requête { $id }
