consent-title = Autoriser l’accès
consent-heading = Donner accès à { $client } ?
consent-loopback = Il s’agit d’un programme de cet ordinateur qui dit s’appeler « { $client } ».
consent-loopback-more = Ne l’autorisez que si vous venez de le lancer vous-même.
consent-unverified = Application non vérifiée : personne ici n’a vérifié qui l’exploite.
consent-unverified-published = Elle est publiée par { $host }. Ne l’autorisez que si vous savez d’où vous venez.
consent-unverified-name = Elle a choisi son nom elle-même. Ne l’autorisez que si vous savez d’où vous venez.
consent-asks = { $client } souhaite
consent-choose = Décochez ce que vous préférez garder pour vous.
consent-known = Ce que vous avez déjà autorisé à cette application reste autorisé.
consent-lasts-session = Cet accès prend fin quand vous vous déconnectez.
consent-lasts-days =
    { $days ->
        [one] Si vous lui laissez cet accès, il prend fin au plus tard après { $days } jour ; sinon, quand vous vous déconnectez.
       *[other] Si vous lui laissez cet accès, il prend fin au plus tard après { $days } jours ; sinon, quand vous vous déconnectez.
    }
consent-undo = Vous pouvez le retirer à tout moment :
consent-destination = La réponse sera envoyée à { $host }.
consent-destination-loopback = La réponse sera envoyée à { $host }, c’est-à-dire à cet ordinateur.
consent-about = À propos de { $client }
consent-policy = Politique de confidentialité
consent-terms = Conditions d’utilisation

# Ce qu’une application demande : chaque ligne est la suite de « consent-asks ».
scope-openid = savoir que c’est vous, à chaque connexion
scope-profile = voir votre nom et votre profil
scope-email = voir votre adresse e-mail
scope-address = voir votre adresse postale
scope-phone = voir votre numéro de téléphone
scope-groups = voir à quels groupes vous appartenez
scope-roles = voir quels rôles vous avez
scope-offline-access = conserver cet accès en votre absence, jusqu’à ce que vous le retiriez
scope-other = utiliser « { $scope } » en votre nom

# Informations isolées (OpenID Connect Core §5.1).
claim-name = voir votre nom complet
claim-family-name = voir votre nom de famille
claim-given-name = voir votre prénom
claim-middle-name = voir votre deuxième prénom
claim-nickname = voir votre surnom
claim-preferred-username = voir votre nom d’utilisateur
claim-profile = voir l’adresse de votre page de profil
claim-picture = voir votre photo
claim-website = voir l’adresse de votre site web
claim-gender = voir votre genre
claim-birthdate = voir votre date de naissance
claim-zoneinfo = voir votre fuseau horaire
claim-locale = voir votre langue
claim-updated-at = voir la date de la dernière modification de votre profil
claim-email = voir votre adresse e-mail
claim-email-verified = voir si votre adresse e-mail est confirmée
claim-address = voir votre adresse postale
claim-phone-number = voir votre numéro de téléphone
claim-phone-number-verified = voir si votre numéro de téléphone est confirmé
claim-other = voir « { $claim } »

# Ce qui sera envoyé, quand ce n’est pas une valeur que la personne a fournie.
value-unconfirmed = { $value } (non confirmée)
value-yes = oui
value-no = non
value-none = rien pour l’instant, vous n’avez rien indiqué
value-empty = aucun
