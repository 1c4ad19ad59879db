# ما يظهر في كل الصفحات أو في عدد منها.

error-title = خطأ: { $title }
page-origin = هذه الصفحة من { $host }. تأكَّد من أن شريط العنوان في متصفحك يعرض العنوان نفسه.
language-choice = اللغة
skip-to-content = الانتقال إلى المحتوى
close-page = يمكنك الآن إغلاق هذه الصفحة.
continue = متابعة
allow = السماح
deny = الرفض
you-are = أنت { $name }.
you-are-known-as = أنت { $name } ({ $username }).
not-you = لست أنت؟
password-not-shared = لا تُشارَك كلمة مرورك مع أحد أبدًا.
sent-now = ما سيُرسَل الآن:
form-stale = انتهت صلاحية هذا النموذج.
try-again-in =
    { $seconds ->
        [one] يُرجى الانتظار ثانية واحدة ثم المحاولة مرة أخرى.
        [two] يُرجى الانتظار ثانيتين ثم المحاولة مرة أخرى.
        [few] يُرجى الانتظار { $seconds } ثوانٍ ثم المحاولة مرة أخرى.
       *[other] يُرجى الانتظار { $seconds } ثانية ثم المحاولة مرة أخرى.
    }
