# Ce qui figure sur toutes les pages, ou sur plusieurs.

error-title = Erreur : { $title }
page-origin = Cette page provient de { $host }. Vérifiez que la barre d’adresse de votre navigateur indique la même chose.
language-choice = Langue
skip-to-content = Aller au contenu
close-page = Vous pouvez maintenant fermer cette page.
continue = Continuer
allow = Autoriser
deny = Refuser
you-are = Vous êtes { $name }.
you-are-known-as = Vous êtes { $name } ({ $username }).
not-you = Ce n’est pas vous ?
password-not-shared = Votre mot de passe n’est jamais transmis.
sent-now = Sera envoyé :
form-stale = Ce formulaire n’était plus à jour.
try-again-in =
    { $seconds ->
        [one] Veuillez patienter { $seconds } seconde, puis réessayer.
       *[other] Veuillez patienter { $seconds } secondes, puis réessayer.
    }
try-again-in-minutes =
    { $minutes ->
        [one] Veuillez patienter { $minutes } minute, puis réessayer.
       *[other] Veuillez patienter { $minutes } minutes, puis réessayer.
    }
try-again-in-hours =
    { $hours ->
        [one] Veuillez patienter { $hours } heure, puis réessayer.
       *[other] Veuillez patienter { $hours } heures, puis réessayer.
    }
