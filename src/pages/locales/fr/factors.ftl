factor-heading = Saisissez votre code
factor-heading-recovery = Utiliser un code de secours
factor-heading-mail = Saisissez le code reçu par e-mail
factor-mail-lead = Beaucoup de mots de passe erronés ont été saisis pour ce compte. Pour en écarter d’autres personnes, nous avons envoyé un code à son adresse e-mail.
factor-mail-code = Code reçu par e-mail
factor-mail-code-hint = Huit chiffres. Il est valable dix minutes, dans ce navigateur.
factor-wrong-mail = Regardez l’e-mail le plus récent : chaque connexion a son propre code.
factor-wrong = Ce code n’est pas le bon.
factor-wrong-app = Regardez à nouveau votre application : un code est valable une demi-minute.
factor-wrong-clock = Regardez à nouveau votre application : un code est valable une demi-minute. S’il n’est toujours pas bon, vérifiez l’heure de votre téléphone.
factor-wrong-recovery = Vérifiez-le lettre par lettre. Chaque code de secours sert une seule fois.
factor-used = Ce code a déjà été utilisé.
factor-used-more = Attendez que votre application affiche le suivant.
factor-too-many = Trop de tentatives.
factor-stale-more = Rien n’est perdu : saisissez un code encore une fois.
factor-code = Code de votre application d’authentification
factor-code-hint = Six chiffres.
factor-recovery-code = Code de secours
factor-recovery-code-hint = 24 lettres et chiffres. Les majuscules et les tirets n’ont pas d’importance.
factor-remember =
    { $days ->
        [one] Ne pas demander sur cet appareil pendant { $days } jour
       *[other] Ne pas demander sur cet appareil pendant { $days } jours
    }
factor-use-recovery = Utiliser un code de secours
factor-use-app = Utiliser votre application d’authentification
factor-somebody-else = Se connecter sous un autre nom
set-up-heading = Configurer un second facteur
set-up-lead = Votre compte a besoin d’un second facteur en plus du mot de passe.
set-up-lead-client = Pour continuer vers { $client }, votre compte a besoin d’un second facteur en plus du mot de passe.
set-up-scan = Scannez cette image avec une application d’authentification, ou saisissez-y la clé.
set-up-picture = Code QR contenant la clé ci-dessous
set-up-key = Clé
set-up-name = Nom de cette application
set-up-name-hint = Pour la reconnaître, par exemple « Mon téléphone ». Vous pouvez laisser ce champ vide.
set-up-code = Code affiché par l’application
set-up-has-one = Votre compte a désormais un second facteur.
set-up-has-one-more = Veuillez vous connecter à nouveau.
recovery-heading = Vos codes de secours
recovery-lead = Notez-les et gardez-les avec vos autres papiers importants.
recovery-once = Ils ne sont affichés que maintenant.
recovery-once-more = Chacun vous laisse entrer une fois, à la place d’un code de votre application, le jour où vous ne l’avez pas.
recovery-save = Enregistrer dans un fichier
recovery-file = codes-de-secours
recovery-copy = Copier
recovery-copied = Copié
recovery-print = Imprimer
recovery-onward = Je les ai notés
factors-heading = Seconds facteurs
factors-lead = Une application d’authentification sur votre téléphone arrête ceux qui connaissent votre mot de passe.
factors-manage = Les gérer
factors-apps = Applications d’authentification
factors-apps-some = Chacune peut afficher le code qui vous est demandé.
factors-apps-none = Vous n’en avez pas encore. Avec une, personne n’entre avec votre seul mot de passe.
factors-rename = Enregistrer le nom
factors-remove = Retirer cette application
factors-add = Ajouter une application
factors-codes-left =
    { $count ->
        [one] Il reste { $count } code.
       *[other] Il reste { $count } codes.
    }
factors-make-codes = Créer de nouveaux codes
factors-make-codes-hint = Les anciens ne valent plus rien ensuite.
factors-devices = Appareils mémorisés
factors-devices-more = Sur ceux-ci, votre code n’est pas demandé.
factors-forget = Oublier
