error-unknown-app = لا نعرف هذا التطبيق
error-unknown-app-more = التطبيق الذي أرسلك إلى هنا غير مسجَّل لدينا. لم تُشارَك معه أي بيانات.
error-app-disabled = هذا التطبيق موقوف
error-app-disabled-more = { $app } لا يمكنه حاليًا تسجيل دخول أحد. لم تُشارَك أي بيانات.
error-wrong-address = أرسل هذا التطبيق عنوان عودة خاطئًا
error-wrong-address-more = { $app } طلب منا إرسالك إلى عنوان لا نعرفه. أخبر القائمين عليه؛ لم تُشارَك أي بيانات.
error-request-used = سبق الرد على هذا الطلب
error-request-old = هذا الطلب قديم جدًا
error-request-again = { $app } يجب أن يرسلك إلى هنا من جديد: عُد إليه وسجِّل الدخول مرة أخرى. لم تُشارَك أي بيانات.
error-request-unreadable = أرسل هذا التطبيق طلبًا لا يمكن قراءته
error-request-unreadable-more = { $app } أرسل طلبه بطريقة لا يمكننا قبولها. أخبر القائمين عليه؛ لم تُشارَك أي بيانات.
error-request-repeated-more = { $app } ذكر الشيء نفسه مرتين، ولا يمكننا معرفة أيهما الصحيح. أخبر القائمين عليه؛ لم تُشارَك أي بيانات.
# يحل محل $app في أول الجملة حين لا يُعرف اسمه.
error-some-app = التطبيق الذي أرسلك إلى هنا

error-fault = حدث خطأ من جانبنا
error-fault-more = لم يتغيَّر شيء ولم تُشارَك أي بيانات. يُرجى المحاولة مرة أخرى بعد قليل.
error-not-found = لا يوجد شيء هنا
error-not-found-more = ربما كُتب العنوان خطأً، أو لم يعد ما يشير إليه موجودًا.

error-details = تفاصيل للمطوِّرين
error-details-code = الخطأ
error-details-rule = القاعدة لدينا
error-details-client = العميل
error-details-received = القيمة المستلَمة من { $parameter }
error-details-time = الوقت
error-details-request = الطلب

busy-heading = لحظة من فضلك
busy-lead =
    { $seconds ->
        [one] عدد الزوار الآن أكبر مما يمكننا خدمته. يُرجى إعادة تحميل هذه الصفحة بعد ثانية واحدة.
        [two] عدد الزوار الآن أكبر مما يمكننا خدمته. يُرجى إعادة تحميل هذه الصفحة بعد ثانيتين.
        [few] عدد الزوار الآن أكبر مما يمكننا خدمته. يُرجى إعادة تحميل هذه الصفحة بعد { $seconds } ثوانٍ.
       *[other] عدد الزوار الآن أكبر مما يمكننا خدمته. يُرجى إعادة تحميل هذه الصفحة بعد { $seconds } ثانية.
    }
busy-nothing-lost = لم يُفقَد شيء مما أرسلته، ولم يُنفَّذ منه جزء دون جزء.
busy-request = الطلب { $id }
