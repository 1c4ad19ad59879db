error-unknown-app = We do not know this app
error-unknown-app-more = The app that sent you here is not registered with us. Nothing was shared with it.
error-app-disabled = This app is switched off
error-app-disabled-more = { $app } may not sign people in at the moment. Nothing was shared with it.
error-wrong-address = This app sent a wrong return address
error-wrong-address-more = { $app } asked us to send you to an address that we do not know. Tell its makers; nothing was shared.
error-request-used = This request was answered already
error-request-used-more = { $app } may have its answer already: go back to it, and sign in again if it has not signed you in.
error-request-old = This request is too old
error-request-again = { $app } must send you here anew: go back to it and sign in again. Nothing was shared.
error-request-unreadable = This app sent a request that cannot be read
error-request-unreadable-more = { $app } asked for something in a way that we cannot accept. Tell its makers; nothing was shared.
error-request-repeated-more = { $app } said the same thing twice, and we cannot know which to believe. Tell its makers; nothing was shared.
# The $app of the messages above, when its name is not known.
error-some-app = The app that sent you here

error-fault = Something went wrong on our side
error-fault-more = Nothing was changed and nothing was shared. Please try again in a moment.
error-not-found = There is nothing here
error-not-found-more = The address may be mistyped, or what it named is gone.

error-details = Details for developers
error-details-code = Error
error-details-rule = Our rule
error-details-client = Client
error-details-received = Received { $parameter }
error-details-time = Time
error-details-request = Request

busy-heading = One moment, please
busy-lead =
    { $seconds ->
        [one] More people are here than we can serve at once. Please try again in { $seconds } second, by loading this page again.
       *[other] More people are here than we can serve at once. Please try again in { $seconds } seconds, by loading this page again.
    }
busy-nothing-lost = Nothing that you sent is lost or half done.
busy-request = Request { $id }
