mail-greeting = Bonjour { $name },
mail-greeting-nameless = Bonjour,
mail-link-hint = Si le bouton ne fait rien, ouvrez cette adresse :
mail-link-once = Le lien ne fonctionne qu’une fois, et peu de temps.
mail-nothing-to-do = Si ce n’était pas vous, il n’y a rien à faire.
mail-was-you = Si c’était vous, il n’y a rien à faire.
mail-not-you = Si ce n’était pas vous, choisissez tout de suite un nouveau mot de passe.
mail-lock-lead = Si ce n’était pas vous, verrouillez votre compte maintenant. Personne ne pourra l’utiliser tant que vous ne l’aurez pas rouvert.
mail-lock-action = Verrouiller mon compte
mail-footer = Vous recevez ce message parce que votre adresse a été donnée à { $realm }. Ne transmettez ses liens à personne.

mail-confirm-address-subject = Confirmez votre adresse pour { $realm }
mail-confirm-address-lead = Veuillez confirmer que cette adresse est la vôtre. Votre compte chez { $realm } sera alors prêt.
mail-confirm-address-action = Confirmer l’adresse
mail-confirm-address-not-you = Si vous ne vous êtes pas inscrit, ne faites rien : sans le lien, aucun compte n’est créé.

mail-already-registered-subject = Vous avez déjà un compte chez { $realm }
mail-already-registered-lead = Quelqu’un, probablement vous, s’est inscrit avec cette adresse chez { $realm }. Elle a déjà un compte, donc rien n’a changé.
mail-already-registered-action = Se connecter

mail-reset-password-subject = Choisissez un nouveau mot de passe pour { $realm }
mail-reset-password-lead = Quelqu’un, probablement vous, a demandé un nouveau mot de passe pour votre compte chez { $realm }.
mail-reset-password-action = Choisir un nouveau mot de passe
mail-reset-password-not-you = Si ce n’était pas vous, ne faites rien : votre mot de passe reste le même.

mail-no-account-subject = Aucun compte avec cette adresse chez { $realm }
mail-no-account-lead = Quelqu’un, probablement vous, a demandé un nouveau mot de passe chez { $realm }. Aucun compte n’a cette adresse : vous vous êtes peut-être inscrit avec une autre.

mail-invitation-subject = Vous êtes invité chez { $realm }
mail-invitation-lead = Vous êtes invité à créer un compte chez { $realm }.
mail-invitation-action = Accepter l’invitation
mail-invitation-unknown = Si vous ne savez pas de quoi il s’agit, ne faites rien.

mail-confirm-new-address-subject = Confirmez votre nouvelle adresse pour { $realm }
mail-confirm-new-address-lead = Veuillez confirmer que cette adresse est la vôtre. Elle devient alors l’adresse de votre compte chez { $realm } ; si le compte a déjà une adresse confirmée, celle-ci doit aussi donner son accord.
mail-confirm-new-address-action = Confirmer la nouvelle adresse
mail-confirm-new-address-not-you = Si vous n’avez rien demandé, ne faites rien : le compte garde son ancienne adresse.

mail-agree-to-new-address-subject = Acceptez la nouvelle adresse de votre compte chez { $realm }
mail-agree-to-new-address-lead = Une autre adresse a été donnée pour votre compte chez { $realm }. Elle remplacera celle-ci quand vous l’aurez acceptée et que la nouvelle adresse sera confirmée :
mail-agree-to-new-address-action = Accepter la nouvelle adresse

mail-address-changing-subject = L’adresse de votre compte va changer
mail-address-changing-lead = Une autre adresse a été donnée pour votre compte chez { $realm }. Elle remplacera celle-ci dès qu’elle sera confirmée.

mail-address-replaced-subject = L’adresse de votre compte a été modifiée
mail-address-replaced-lead = L’administration a donné une autre adresse à votre compte chez { $realm }, ou a retiré celle-ci. Rien de ce qui a été envoyé ici n’ouvre plus le compte ; vous pouvez encore le verrouiller.

mail-password-changed-subject = Votre mot de passe a été changé
mail-password-changed-lead = Le mot de passe de votre compte chez { $realm } a été changé.

mail-factor-changed-subject = Les moyens de connexion de votre compte ont changé
mail-factor-changed-lead = Un moyen de vous connecter à votre compte chez { $realm } a été ajouté ou retiré :

mail-recovery-code-used-subject = Un code de secours a été utilisé
mail-recovery-code-used-lead =
    Un code de secours a servi à se connecter à votre compte chez { $realm }.
    { $left ->
        [0] Il n’en reste aucun : créez-en de nouveaux maintenant.
        [one] Il en reste un.
       *[other] Il en reste { $left }.
    }

mail-recovery-codes-made-subject = De nouveaux codes de secours ont été créés
mail-recovery-codes-made-lead = De nouveaux codes de secours ont été créés pour votre compte chez { $realm }. Les anciens ne valent plus rien.

mail-factors-reset-subject = Vos seconds facteurs ont été retirés
mail-factors-reset-lead = L’administration a retiré tous les seconds facteurs de votre compte chez { $realm }, codes de secours compris. Désormais, votre mot de passe suffit pour vous connecter.

mail-new-device-subject = Connexion sur un nouvel appareil
mail-new-device-lead = Votre compte chez { $realm } a été utilisé sur un appareil que nous ne connaissions pas :

mail-access-stolen-subject = Nous avons mis fin à une connexion à votre compte
mail-access-stolen-lead = L’accès d’une application à votre compte chez { $realm } a été utilisé de deux côtés, comme si quelqu’un l’avait copié. Par précaution, nous y avons mis fin. Si le navigateur concerné était encore connecté, nous l’avons déconnecté et avons mis fin à tous les accès accordés aux applications dans celui-ci. Il s’agit de cette application :
mail-access-stolen-more = Il peut s’agir d’une erreur de l’application. Si vous ne la connaissez pas ou si cela se reproduit, verrouillez votre compte.

mail-sign-in-code-subject = Votre code pour { $realm }
mail-sign-in-code-lead = Le mot de passe de votre compte chez { $realm } a été saisi après de nombreux essais erronés. Pour continuer, saisissez ce code là où vous vous connectez :
mail-sign-in-code-more = Ne le communiquez à personne. Il est valable dix minutes.

mail-account-deleted-subject = Votre compte a été supprimé
mail-account-deleted-lead = Votre compte chez { $realm } est désactivé et disparaîtra définitivement le { $until }.
mail-account-deleted-action = Garder mon compte
mail-account-deleted-more = Si vous voulez qu’il disparaisse, il n’y a rien à faire.

mail-test-subject = Un message d’essai de { $realm }
mail-test-lead = Ce message montre que { $realm } peut envoyer des messages. Il n’y a rien à faire.
