mail-greeting = مرحبًا { $name }،
mail-greeting-nameless = مرحبًا،
mail-link-hint = إذا لم يعمل الزر فافتح هذا العنوان:
mail-link-once = يعمل الرابط مرة واحدة ولوقت قصير.
mail-nothing-to-do = إذا لم تكن أنت فلا حاجة إلى فعل شيء.
mail-was-you = إذا كنت أنت فلا حاجة إلى فعل شيء.
mail-not-you = إذا لم تكن أنت فاختر كلمة مرور جديدة فورًا.
mail-lock-lead = إذا لم تكن أنت فأقفل حسابك الآن. لن يستطيع أحد استعماله حتى تفتحه من جديد.
mail-lock-action = إقفال حسابي
mail-footer = تصلك هذه الرسالة لأن عنوانك أُعطي إلى { $realm }. لا تعطِ روابطها لأحد.

mail-confirm-address-subject = أكّد عنوانك لدى { $realm }
mail-confirm-address-lead = يرجى تأكيد أن هذا العنوان لك. بعد ذلك يصبح حسابك لدى { $realm } جاهزًا.
mail-confirm-address-action = تأكيد العنوان
mail-confirm-address-not-you = إذا لم تسجّل فلا تفعل شيئًا: بدون الرابط لن يُنشأ أي حساب.

mail-already-registered-subject = لديك حساب بالفعل لدى { $realm }
mail-already-registered-lead = سجّل شخص ما، أنت على الأرجح، بهذا العنوان لدى { $realm }. له حساب بالفعل، ولذلك لم يتغير شيء.
mail-already-registered-action = تسجيل الدخول

mail-reset-password-subject = اختر كلمة مرور جديدة لدى { $realm }
mail-reset-password-lead = طلب شخص ما، أنت على الأرجح، كلمة مرور جديدة لحسابك لدى { $realm }.
mail-reset-password-action = اختيار كلمة مرور جديدة
mail-reset-password-not-you = إذا لم تكن أنت فلا تفعل شيئًا: كلمة مرورك باقية كما هي.

mail-no-account-subject = لا يوجد حساب بهذا العنوان لدى { $realm }
mail-no-account-lead = طلب شخص ما، أنت على الأرجح، كلمة مرور جديدة لدى { $realm }. لا يوجد حساب بهذا العنوان: ربما سجّلت بعنوان آخر.

mail-invitation-subject = أنت مدعو إلى { $realm }
mail-invitation-lead = أنت مدعو إلى إنشاء حساب لدى { $realm }.
mail-invitation-action = قبول الدعوة
mail-invitation-unknown = إذا لم تعرف ما المقصود فلا تفعل شيئًا.

mail-confirm-new-address-subject = أكّد عنوانك الجديد لدى { $realm }
mail-confirm-new-address-lead = يرجى تأكيد أن هذا العنوان لك. عندئذٍ يصبح عنوان حسابك لدى { $realm }؛ وإذا كان للحساب عنوان مؤكَّد من قبل فعليه أن يوافق أيضًا.
mail-confirm-new-address-action = تأكيد العنوان الجديد
mail-confirm-new-address-not-you = إذا لم تطلب ذلك فلا تفعل شيئًا: يحتفظ الحساب بعنوانه القديم.

mail-agree-to-new-address-subject = وافق على العنوان الجديد لحسابك لدى { $realm }
mail-agree-to-new-address-lead = أُعطي عنوان آخر لحسابك لدى { $realm }. سيحل محل هذا العنوان حين توافق أنت ويُؤكَّد العنوان الجديد:
mail-agree-to-new-address-action = الموافقة على العنوان الجديد

mail-address-changing-subject = عنوان حسابك على وشك التغيّر
mail-address-changing-lead = أُعطي عنوان آخر لحسابك لدى { $realm }. سيحل محل هذا العنوان حالما يُؤكَّد.

mail-address-replaced-subject = تغيّر عنوان حسابك
mail-address-replaced-lead = أعطى أحد المسؤولين حسابك لدى { $realm } عنوانًا آخر، أو أزال هذا العنوان. لم يعد أي شيء أُرسل إلى هنا يفتح الحساب، ولا يزال بإمكانك إقفاله.

mail-password-changed-subject = تغيّرت كلمة مرورك
mail-password-changed-lead = تغيّرت كلمة مرور حسابك لدى { $realm }.

mail-factor-changed-subject = تغيّرت طرق الدخول إلى حسابك
mail-factor-changed-lead = أُضيفت أو أُزيلت طريقة للدخول إلى حسابك لدى { $realm }:

mail-recovery-code-used-subject = استُعمل رمز استرداد
mail-recovery-code-used-lead =
    استُعمل رمز استرداد للدخول إلى حسابك لدى { $realm }.
    { $left ->
        [0] لم يبق أي رمز: أنشئ رموزًا جديدة الآن.
        [one] بقي رمز واحد.
        [two] بقي رمزان.
        [few] بقيت { $left } رموز.
        [many] بقي { $left } رمزًا.
       *[other] بقي { $left } رمز.
    }

mail-recovery-codes-made-subject = أُنشئت رموز استرداد جديدة
mail-recovery-codes-made-lead = أُنشئت رموز استرداد جديدة لحسابك لدى { $realm }. لم تعد الرموز القديمة صالحة.

mail-factors-reset-subject = أُزيلت عوامل التحقق الثانية من حسابك
mail-factors-reset-lead = أزال أحد المسؤولين كل عوامل التحقق الثانية من حسابك لدى { $realm }، ومنها رموز الاسترداد. من الآن تكفي كلمة المرور وحدها للدخول.

mail-new-device-subject = تسجيل دخول من جهاز جديد
mail-new-device-lead = استُعمل حسابك لدى { $realm } على جهاز لم نره من قبل:

mail-access-stolen-subject = أنهينا جلسة دخول إلى حسابك
mail-access-stolen-lead = استُعمل وصول تطبيق إلى حسابك لدى { $realm } من جهتين، كأن أحدًا قد نسخه. حرصًا على سلامتك أنهينا هذا الوصول، وإن كان المتصفح المعني لا يزال مسجّل الدخول فقد سجّلنا خروجه وأنهينا كل ما مُنح للتطبيقات فيه. كان هذا التطبيق:
mail-access-stolen-more = قد يكون ذلك خطأ في التطبيق. إن كنت لا تعرفه أو تكرر الأمر فأقفل حسابك.

mail-sign-in-code-subject = رمزك لدى { $realm }
mail-sign-in-code-lead = أُدخلت كلمة مرور حسابك لدى { $realm } بعد كلمات خاطئة كثيرة. للمتابعة أدخل هذا الرمز حيث تسجّل الدخول:
mail-sign-in-code-more = لا تخبر به أحدًا. يصلح عشر دقائق.

mail-account-deleted-subject = حُذف حسابك
mail-account-deleted-lead = حسابك لدى { $realm } موقوف وسيُحذف نهائيًا في { $until }.
mail-account-deleted-action = الاحتفاظ بحسابي
mail-account-deleted-more = إذا أردت حذفه فلا حاجة إلى فعل شيء.

mail-test-subject = رسالة تجريبية من { $realm }
mail-test-lead = تُظهر هذه الرسالة أن { $realm } يستطيع إرسال الرسائل. لا حاجة إلى فعل شيء.
