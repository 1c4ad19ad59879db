factor-heading = أدخل رمزك
factor-heading-recovery = استخدام رمز استرداد
factor-heading-mail = أدخل الرمز الذي وصلك بالبريد
factor-mail-lead = أُدخلت كلمات مرور خاطئة كثيرة لهذا الحساب. ولمنع الآخرين من الدخول أرسلنا رمزًا إلى عنوان بريده الإلكتروني.
factor-mail-code = الرمز الوارد في الرسالة
factor-mail-code-hint = ثمانية أرقام. يصلح عشر دقائق في هذا المتصفح.
factor-wrong-mail = راجع أحدث رسالة: لكل تسجيل دخول رمز خاص به.
factor-wrong = هذا الرمز غير صحيح.
factor-wrong-app = انظر إلى تطبيقك مرة أخرى: الرمز صالح لنصف دقيقة.
factor-wrong-clock = انظر إلى تطبيقك مرة أخرى: الرمز صالح لنصف دقيقة. وإن بقي غير صحيح فتحقق من ساعة هاتفك.
factor-wrong-recovery = تحقق منه حرفًا حرفًا. كل رمز استرداد يُستخدم مرة واحدة.
factor-used = استُخدم هذا الرمز من قبل.
factor-used-more = انتظر حتى يعرض تطبيقك الرمز التالي.
factor-too-many = محاولات كثيرة جدًا.
factor-stale-more = لم يُفقد شيء: أدخل رمزًا مرة أخرى من فضلك.
factor-code = الرمز من تطبيق المصادقة
factor-code-hint = ستة أرقام.
factor-recovery-code = رمز الاسترداد
factor-recovery-code-hint = ٢٤ حرفًا ورقمًا. لا فرق بين الأحرف الكبيرة والصغيرة ولا أهمية للشرطات.
factor-remember =
    { $days ->
        [one] لا تسأل على هذا الجهاز ليوم واحد ({ $days })
        [two] لا تسأل على هذا الجهاز ليومين ({ $days })
        [few] لا تسأل على هذا الجهاز لمدة { $days } أيام
        [many] لا تسأل على هذا الجهاز لمدة { $days } يومًا
       *[other] لا تسأل على هذا الجهاز لمدة { $days } يوم
    }
factor-use-recovery = استخدام رمز استرداد
factor-use-app = استخدام تطبيق المصادقة
factor-somebody-else = الدخول بحساب آخر
set-up-heading = إعداد عامل ثانٍ
set-up-lead = يحتاج حسابك إلى عامل ثانٍ إلى جانب كلمة المرور.
set-up-lead-client = للمتابعة إلى { $client } يحتاج حسابك إلى عامل ثانٍ إلى جانب كلمة المرور.
set-up-scan = امسح هذه الصورة بتطبيق مصادقة، أو اكتب المفتاح فيه.
set-up-picture = رمز QR يحوي المفتاح أدناه
set-up-key = المفتاح
set-up-name = اسم هذا التطبيق
set-up-name-hint = لتتعرف عليه لاحقًا، مثل «هاتفي». يمكنك تركه فارغًا.
set-up-code = الرمز الذي يعرضه التطبيق
set-up-has-one = أصبح لحسابك عامل ثانٍ.
set-up-has-one-more = سجّل الدخول مرة أخرى من فضلك.
recovery-heading = رموز الاسترداد الخاصة بك
recovery-lead = دوّنها واحفظها مع أوراقك المهمة الأخرى.
recovery-once = لا تُعرض إلا الآن.
recovery-once-more = كل رمز يُدخلك مرة واحدة، بدل رمز من تطبيقك، في اليوم الذي لا يكون معك.
recovery-save = الحفظ في ملف
recovery-file = recovery-codes
recovery-copy = نسخ
recovery-copied = تم النسخ
recovery-print = طباعة
recovery-onward = دوّنتها
factors-heading = العوامل الثانية
factors-lead = تطبيق المصادقة على هاتفك يمنع من يعرف كلمة مرورك من الدخول.
factors-manage = إدارتها
factors-apps = تطبيقات المصادقة
factors-apps-some = كل منها يمكنه عرض الرمز المطلوب منك.
factors-apps-none = ليس لديك أي تطبيق بعد. ومع وجوده لا يدخل أحد بكلمة مرورك وحدها.
factors-rename = حفظ الاسم
factors-remove = إزالة هذا التطبيق
factors-add = إضافة تطبيق
factors-codes-left =
    { $count ->
        [one] بقي رمز واحد.
       *[other] بقي { $count } من الرموز.
    }
factors-make-codes = إنشاء رموز جديدة
factors-make-codes-hint = لا قيمة للرموز القديمة بعد ذلك.
factors-devices = الأجهزة المحفوظة
factors-devices-more = لا يُطلب رمزك على هذه الأجهزة.
factors-forget = نسيان
