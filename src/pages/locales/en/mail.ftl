# Mails. Messages hold no markup; every one may name the realm.

mail-greeting = Hello { $name },
mail-greeting-nameless = Hello,
mail-link-hint = If the button does nothing, open this address:
mail-link-once = The link works once, and for a short while.
mail-nothing-to-do = If it was not you, there is nothing to do.
mail-was-you = If it was you, there is nothing to do.
mail-not-you = If it was not you, choose a new password at once.
mail-lock-lead = If it was not you, lock your account now. Nobody can use it then until you open it again.
mail-lock-action = Lock my account
mail-footer = You get this mail because your address was given to { $realm }. Never pass its links on to anybody.

mail-confirm-address-subject = Confirm your address for { $realm }
mail-confirm-address-lead = Please confirm that this address is yours. Then your account at { $realm } is ready.
mail-confirm-address-action = Confirm address
mail-confirm-address-not-you = If you have not registered, do nothing: without the link there will be no account.

mail-already-registered-subject = You already have an account at { $realm }
mail-already-registered-lead = Somebody, probably you, registered with this address at { $realm }. It has an account already, so nothing was changed.
mail-already-registered-action = Sign in

mail-reset-password-subject = Choose a new password for { $realm }
mail-reset-password-lead = Somebody, probably you, asked for a new password for your account at { $realm }.
mail-reset-password-action = Choose a new password
mail-reset-password-not-you = If it was not you, do nothing: your password stays as it is.

mail-no-account-subject = There is no account with this address at { $realm }
mail-no-account-lead = Somebody, probably you, asked for a new password at { $realm }. There is no account with this address: you may have registered with another one.

mail-invitation-subject = You are invited to { $realm }
mail-invitation-lead = You are invited to make an account at { $realm }.
mail-invitation-action = Accept the invitation
mail-invitation-unknown = If you do not know what this is about, do nothing.

mail-confirm-new-address-subject = Confirm your new address for { $realm }
mail-confirm-new-address-lead = Please confirm that this address is yours. It then becomes the address of your account at { $realm }; if the account has a confirmed address already, that one must agree too.
mail-confirm-new-address-action = Confirm new address
mail-confirm-new-address-not-you = If you have not asked for this, do nothing: the account keeps its old address.

mail-agree-to-new-address-subject = Agree to the new address of your account at { $realm }
mail-agree-to-new-address-lead = Another address was given for your account at { $realm }. It replaces this one once you agree and the new address is confirmed:
mail-agree-to-new-address-action = Agree to the new address

mail-address-changing-subject = The address of your account is about to change
mail-address-changing-lead = Another address was given for your account at { $realm }. It replaces this one as soon as it is confirmed.

mail-address-replaced-subject = The address of your account was changed
mail-address-replaced-lead = An administrator gave your account at { $realm } another address, or took this one away. Nothing that was sent here opens the account any more; you can still lock it.

mail-password-changed-subject = Your password was changed
mail-password-changed-lead = The password of your account at { $realm } was changed.

mail-factor-changed-subject = The ways to sign in to your account were changed
mail-factor-changed-lead = A way to sign in to your account at { $realm } was added or removed:

mail-recovery-code-used-subject = A recovery code was used
mail-recovery-code-used-lead =
    A recovery code was used to sign in to your account at { $realm }.
    { $left ->
        [0] None is left: make new ones now.
        [one] One is left.
       *[other] { $left } are left.
    }

mail-recovery-codes-made-subject = New recovery codes were made
mail-recovery-codes-made-lead = New recovery codes were made for your account at { $realm }. The old ones are worth nothing any more.

mail-factors-reset-subject = Your second factors were removed
mail-factors-reset-lead = An administrator removed every second factor of your account at { $realm }, recovery codes included. From now on your password alone is enough to sign in.

mail-new-device-subject = Somebody signed in on a new device
mail-new-device-lead = Your account at { $realm } was used on a device that we have not seen before:

mail-access-stolen-subject = We ended a sign-in to your account
mail-access-stolen-lead = What an app was given of your account at { $realm } was used from two sides, as if somebody had copied it. To be safe, we ended it. Where that browser was still signed in, we signed it out and ended all that apps were given there. It was this app:
mail-access-stolen-more = It can be a fault of the app. If you do not know it, or this comes again, lock your account.

mail-sign-in-code-subject = Your code for { $realm }
mail-sign-in-code-lead = The password of your account at { $realm } was typed after many wrong ones. To go on, enter this code where you signed in:
mail-sign-in-code-more = Never tell it to anybody. It holds for ten minutes.

mail-account-deleted-subject = Your account was deleted
mail-account-deleted-lead = Your account at { $realm } is switched off and will be gone for good on { $until }.
mail-account-deleted-action = Keep my account
mail-account-deleted-more = If you want it gone, there is nothing to do.

mail-test-subject = A test mail from { $realm }
mail-test-lead = This mail shows that { $realm } can send mail. There is nothing to do.
