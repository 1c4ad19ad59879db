consent-title = Allow access
consent-heading = Let { $client } in?
consent-loopback = This is a program on this computer that says it is “{ $client }”.
consent-loopback-more = Allow it only if you have just started it yourself.
consent-unverified = Unverified app: nobody here has checked who runs it.
consent-unverified-published = It is published by { $host }. Allow it only if you know where you came from.
consent-unverified-name = It chose its own name. Allow it only if you know where you came from.
consent-asks = { $client } would like to
consent-choose = Untick what you would rather keep to yourself.
consent-known = What you have allowed this app before stays allowed.
consent-lasts-session = This access ends when you sign out.
consent-lasts-days =
    { $days ->
        [one] If you let it keep this access, that ends after { $days } day at the latest; otherwise when you sign out.
       *[other] If you let it keep this access, that ends after { $days } days at the latest; otherwise when you sign out.
    }
consent-undo = You can take it back at any time:
consent-destination = The answer goes to { $host }.
consent-destination-loopback = The answer goes to { $host }, which is this computer.
consent-about = About { $client }
consent-policy = Privacy policy
consent-terms = Terms of service

# What an app asks for: each is the rest of “consent-asks”.
scope-openid = know that it is you, each time you sign in
scope-profile = see your name and profile
scope-email = see your e-mail address
scope-address = see your postal address
scope-phone = see your phone number
scope-groups = see which groups you are in
scope-roles = see which roles you have
scope-offline-access = keep this access while you are away, until you take it back
scope-other = use “{ $scope }” on your behalf

# Single claims (OpenID Connect Core §5.1).
claim-name = see your name
claim-family-name = see your family name
claim-given-name = see your given name
claim-middle-name = see your middle name
claim-nickname = see your nickname
claim-preferred-username = see your user name
claim-profile = see the address of your profile page
claim-picture = see your picture
claim-website = see the address of your website
claim-gender = see your gender
claim-birthdate = see your date of birth
claim-zoneinfo = see your time zone
claim-locale = see your language
claim-updated-at = see when your profile last changed
claim-email = see your e-mail address
claim-email-verified = see whether your e-mail address is confirmed
claim-address = see your postal address
claim-phone-number = see your phone number
claim-phone-number-verified = see whether your phone number is confirmed
claim-other = see “{ $claim }”

# What will be sent, where that is not a value that the person gave.
value-unconfirmed = { $value } (not confirmed)
value-yes = yes
value-no = no
value-none = nothing yet, you have not given one
value-empty = none
